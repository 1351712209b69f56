/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netns-drive - does with a netns plugin what the daemon does, word by word from its input
 *
 *	netns-drive MODULE [KEY=VALUE]...
 *
 * Each line of input is answered by one line of output:
 *	find            one find_netns: found INODE INSTANCE | waits MESSAGE | failed MESSAGE
 *	await SECONDS   the same until it is found, asking again whenever an event says so; else the last word and "late"
 *	settle SECONDS  the same until it is found, failed, or waits for more than an answer that is under way
 *	event SECONDS   takes events until one means something: retry | changed | late
 *	idle            how often on_event was called, and whether there is an event now: calls N readable N
 *	repeat N        N times find, with the answers awaited; then: repeated N descriptors BEFORE AFTER
 *	log             what the plugin has logged since, its lines joined by "|"
 *	end             closes the plugin and ends, as the end of input does; not answered
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_host.h"
#include "lib/clock.h"

#define N_OPTIONS 16

static const struct evpn_plugin *plugin;
static struct fake_host fake;
static void *self;
static struct evpn_error err;
static unsigned long calls;

/* Until an event means something; EVPN_EVENT_NONE when the time is over. */
static int next_event(int64_t end)
{
	int r = EVPN_EVENT_NONE;

	while (r == EVPN_EVENT_NONE) {
		int64_t left = end - clock_ms();

		if (left <= 0 || !fake_host_readable(plugin->event_fd(self), (int)left))
			return EVPN_EVENT_NONE;
		memset(&err, 0, sizeof(err));
		calls++;
		r = plugin->on_event(self, &err);
	}
	return r;
}

static int find(char *buf, size_t size)
{
	uint64_t instance = 0;
	struct stat st;
	int fd = -1, r;

	memset(&err, 0, sizeof(err));
	r = plugin->find_netns(self, &fd, &instance, &err);
	if (r > 0 && fstat(fd, &st) == 0)
		snprintf(buf, size, "found %lu %llu", (unsigned long)st.st_ino, (unsigned long long)instance);
	else
		snprintf(buf, size, "%s %s", r == 0 ? "waits" : "failed", err.msg);
	if (r > 0)
		close(fd);
	return r;
}

/* Asks until it is found (or, when no more than that is wanted, until there is an answer). */
static int await(char *buf, size_t size, int seconds, bool any_answer)
{
	int64_t end = clock_ms() + seconds * 1000;
	int r;

	while ((r = find(buf, size)) <= 0) {
		if (any_answer && strncmp(buf, "waits waits for the answer ", 27) != 0)
			return r;
		if (next_event(end) == EVPN_EVENT_NONE) {
			size_t n = strlen(buf);

			snprintf(buf + n, size - n, " late");
			return r;
		}
	}
	return r;
}

static void repeat(char *buf, size_t size, int n)
{
	int before = 0;

	for (int i = 0; i < n; i++) {
		if (await(buf, size, 10, false) <= 0)
			return;
		if (i == 0)
			before = fake_host_count_fds();
		fake_host_clear_log(&fake);
	}
	snprintf(buf, size, "repeated %d descriptors %d %d", n, before, fake_host_count_fds());
}

static void answer(char *line, char *buf, size_t size)
{
	char *blank = strchr(line, ' ');
	int n = blank ? atoi(blank + 1) : 0, r;

	if (blank)
		*blank = '\0';
	snprintf(buf, size, "unknown command %s", line);
	if (strcmp(line, "find") == 0) {
		find(buf, size);
	} else if (strcmp(line, "await") == 0) {
		await(buf, size, n, false);
	} else if (strcmp(line, "settle") == 0) {
		await(buf, size, n, true);
	} else if (strcmp(line, "repeat") == 0) {
		repeat(buf, size, n);
	} else if (strcmp(line, "event") == 0) {
		r = next_event(clock_ms() + n * 1000);
		snprintf(buf, size, "%s%s",
			 r < 0			   ? "broken "
			 : r == EVPN_EVENT_RETRY   ? "retry"
			 : r == EVPN_EVENT_CHANGED ? "changed"
						   : "late",
			 r < 0 ? err.msg : "");
	} else if (strcmp(line, "idle") == 0) {
		snprintf(buf, size, "calls %lu readable %d", calls, fake_host_readable(plugin->event_fd(self), 0));
	} else if (strcmp(line, "log") == 0) {
		snprintf(buf, size, "%s", fake.log);
		fake_host_clear_log(&fake);
	}
	for (char *c = buf; *c; c++)
		if (*c == '\n')
			*c = '|';
}

int main(int argc, char *argv[])
{
	static struct fake_option options[N_OPTIONS + 1];
	static char line[256], buf[2 * EVPN_ERROR_MSG_SIZE + sizeof(fake.log)];

	if (argc < 2 || argc > N_OPTIONS + 2) {
		fputs("usage: netns-drive MODULE [KEY=VALUE]...\n", stderr);
		return 2;
	}
	for (int i = 2; i < argc; i++) {
		char *value = strchr(argv[i], '=');

		if (!value)
			return 2;
		*value = '\0';
		options[i - 2] = (struct fake_option){ argv[i], value + 1 };
	}
	plugin = fake_host_load(argv[1]);
	if (plugin->open(fake_host_init(&fake, options), &self, &err) < 0) {
		printf("failed %s\n", err.msg);
		return 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, "end") == 0)
			break;
		answer(line, buf, sizeof(buf));
		puts(buf);
	}
	plugin->close(self);
	return 0;
}
