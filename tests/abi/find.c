/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find.c - does with a netns plugin what evpnd does: find.c PLUGIN PATH
 *
 * Says "waiting" when find_netns is not ready, "found" when the namespace is there, "changed" when on_event says so
 * afterwards, and ends. Each step has 10 seconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fake_host.h"

static const struct evpn_plugin *plugin;
static void *self;
static struct evpn_error err;

static void say(const char *word)
{
	puts(word);
	fflush(stdout);
}

static void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, err.msg);
	exit(1);
}

static int next_event(void)
{
	int fd = plugin->event_fd(self), r;

	if (!fake_host_readable(fd, 10000))
		die("no event in 10 s");
	r = plugin->on_event(self, &err);
	if (r < 0)
		die("on_event");
	if (fake_host_readable(fd, 0))
		die("event_fd stays readable");
	return r;
}

int main(int argc, char **argv)
{
	const struct fake_option options[] = { { "path", argc == 3 ? argv[2] : NULL }, { NULL, NULL } };
	struct fake_host fake;
	uint64_t instance;
	int fd = -1, r;

	if (argc != 3)
		die("two arguments");
	plugin = fake_host_load(argv[1]);
	if (plugin->open(fake_host_init(&fake, options), &self, &err) < 0)
		die("open");
	while ((r = plugin->find_netns(self, &fd, &instance, &err)) == 0) {
		say("waiting");
		while (next_event() != EVPN_EVENT_RETRY)
			;
	}
	if (r < 0)
		die("find_netns");
	close(fd);
	say("found");
	while (next_event() != EVPN_EVENT_CHANGED)
		;
	say("changed");
	plugin->close(self);
	return 0;
}
