/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin-drive - does with a plugin what evpnd does, from the command line and without evpnd
 *
 *	plugin-drive SECONDS MODULE [KEY=VALUE]... -- ACTION...
 *	ACTION: find | changed | reload PATH GENERATION | time PATH GENERATION | query COMMAND |
 *		ask DAEMON COMMAND | asks DAEMON COMMAND
 *
 * `find' is find_netns and prints the inode number of the namespace and the instance; `changed' waits until on_event says that
 * the answer has changed, and prints "changed".
 * The actions follow one another with one instance of the plugin. What is waited for is told on stderr whenever it
 * changes, and what the plugin has logged at the end; the answer of a query or a question goes to stdout, and so do the
 * milliseconds of a reload that is called `time'. DAEMON - is NULL. `asks' asks the question a thousand times, and prints the
 * microseconds of one. Exit status: 0 all done; 1 failed, 3 refused by FRR, 4 the SECONDS are over (for all of them together),
 * each with the plugin's message on stderr; of a question that failed, the code's name is in front of the message.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>
#include <unistd.h>

#include "fake_host.h"

#define N_OPTIONS 16
#define N_ASKS	  1000

enum drive_status { DRIVE_DONE, DRIVE_FAILED, DRIVE_USAGE, DRIVE_REFUSED, DRIVE_LATE };

struct drive {
	const struct evpn_plugin *plugin;
	void *self;
	int64_t deadline_ms;
	char said[EVPN_ERROR_MSG_SIZE];
};

/* Until on_event has something to say; false: the time is over. */
static bool wait_for_event(struct drive *drive, int *ret_event, struct evpn_error *err)
{
	int fd = drive->plugin->event_fd ? drive->plugin->event_fd(drive->self) : -1, r;

	if (fd < 0) {
		fputs("the plugin has no event_fd: evpnd would ask it again every second, and notice no change\n",
		      stderr);
		return false;
	}
	do {
		int64_t left = drive->deadline_ms - fake_host_now_ms();

		if (left <= 0 || !fake_host_readable(fd, (int)left))
			return false;
		r = *ret_event = drive->plugin->on_event(drive->self, err);
	} while (r == EVPN_EVENT_NONE);
	return true;
}

enum verb { VERB_RELOAD, VERB_TIME, VERB_QUERY, VERB_ASK, VERB_ASKS, VERB_FIND, VERB_CHANGED, N_VERBS };

static const struct {
	const char *name;
	int words;
} verbs[N_VERBS] = { { "reload", 3 }, { "time", 3 }, { "query", 2 },  { "ask", 3 },
		     { "asks", 3 },   { "find", 1 }, { "changed", 1 } };

/* N_VERBS: there is no such action. */
static enum verb find_verb(const char *name)
{
	enum verb verb = VERB_RELOAD;

	while (verb < N_VERBS && strcmp(name, verbs[verb].name) != 0)
		verb++;
	return verb;
}

static int find(struct drive *drive, struct evpn_error *err)
{
	uint64_t instance = 0;
	struct stat st = { 0 };
	int fd = -1, r = drive->plugin->find_netns(drive->self, &fd, &instance, err);

	if (r <= 0)
		return r;
	if (fstat(fd, &st) < 0)
		return evpn_fail(err, errno, "find_netns returns descriptor %d, which is none: %s", fd,
				 strerror(errno));
	printf("found %lu %llu\n", (unsigned long)st.st_ino, (unsigned long long)instance);
	fflush(stdout);
	close(fd);
	return 1;
}

static int await_change(struct drive *drive, struct evpn_error *err)
{
	int event = EVPN_EVENT_NONE;

	do {
		if (!wait_for_event(drive, &event, err))
			return evpn_wait(err, "waits for on_event to say that something has changed");
	} while (event == EVPN_EVENT_RETRY);
	if (event < 0)
		return -1;
	puts("changed");
	fflush(stdout);
	return 1;
}

/* Which callback an action needs, if the plugin does not have it; else NULL. */
static const char *find_missing(const struct evpn_plugin *plugin, enum verb verb)
{
	switch (verb) {
	case VERB_FIND:
		return plugin->find_netns ? NULL : "find_netns";
	case VERB_CHANGED:
		return plugin->on_event ? NULL : "on_event";
	case VERB_QUERY:
		return plugin->query_frr ? NULL : "query_frr";
	case VERB_ASK:
	case VERB_ASKS:
		return plugin->ask_daemon ? NULL : "ask_daemon";
	case VERB_RELOAD:
	case VERB_TIME:
	case N_VERBS:
		break;
	}
	return plugin->reload_frr ? NULL : "reload_frr";
}

static int call(struct drive *drive, enum verb verb, char *const action[3], const char **ret_text,
		struct evpn_error *err)
{
	const struct evpn_plugin *plugin = drive->plugin;
	const char *missing = find_missing(plugin, verb);

	memset(err, 0, sizeof(*err));
	if (missing)
		return evpn_fail(err, ENOSYS, "the plugin does not set %s", missing);
	switch (verb) {
	case VERB_QUERY:
		return plugin->query_frr(drive->self, action[1], ret_text, err);
	case VERB_ASK:
	case VERB_ASKS:
		return plugin->ask_daemon(drive->self, strcmp(action[1], "-") == 0 ? NULL : action[1], action[2],
					  ret_text, err);
	case VERB_FIND:
		return find(drive, err);
	case VERB_CHANGED:
		return await_change(drive, err);
	case VERB_RELOAD:
	case VERB_TIME:
	case N_VERBS:
		break;
	}
	return plugin->reload_frr(drive->self, action[1], strtoull(action[2], NULL, 10), err);
}

static void tell(struct drive *drive, enum verb verb, int r, const struct evpn_error *err)
{
	bool is_question = verb == VERB_ASK || verb == VERB_ASKS;

	if (r <= 0 && strcmp(err->msg, drive->said) != 0)
		fprintf(stderr, "%s: %s%s%s\n", r == 0 ? "waiting" : "failed",
			r < 0 && is_question ? strerrorname_np(err->code) : "", r < 0 && is_question ? ": " : "",
			err->msg);
	strcpy(drive->said, err->msg);
}

/* One call until it has a result: as of the callback. */
static int finish(struct drive *drive, enum verb verb, char *const action[3], const char **ret_text,
		  struct evpn_error *err)
{
	int event, r;

	do {
		r = call(drive, verb, action, ret_text, err);
		tell(drive, verb, r, err);
	} while (r == 0 && verb != VERB_CHANGED && wait_for_event(drive, &event, err));
	return r;
}

static enum drive_status act(struct drive *drive, enum verb verb, char *const action[3])
{
	const char *text = NULL;
	int64_t since = fake_host_now_ms();
	struct evpn_error err;
	int r = 1;

	for (int n = verb == VERB_ASKS ? N_ASKS : 1; n > 0 && r > 0; n--)
		r = finish(drive, verb, action, &text, &err);
	if (r > 0 && (verb == VERB_QUERY || verb == VERB_ASK))
		fputs(text, stdout);
	if (r > 0 && verb == VERB_TIME)
		printf("%lld\n", (long long)(fake_host_now_ms() - since));
	if (r > 0 && verb == VERB_ASKS)
		printf("%lld\n", (long long)((fake_host_now_ms() - since) * 1000 / N_ASKS));
	return r > 0 ? DRIVE_DONE : r == 0 ? DRIVE_LATE : err.code == EVPN_ERROR_REFUSED ? DRIVE_REFUSED : DRIVE_FAILED;
}

static enum drive_status act_all(struct drive *drive, int n, char *const args[])
{
	enum drive_status status = DRIVE_DONE;

	while (n > 0 && status == DRIVE_DONE) {
		enum verb verb = find_verb(args[0]);

		if (verb == N_VERBS || n < verbs[verb].words)
			return DRIVE_USAGE;
		status = act(drive, verb, args);
		args += verbs[verb].words;
		n -= verbs[verb].words;
	}
	return status;
}

int main(int argc, char *argv[])
{
	static struct fake_option options[N_OPTIONS + 1];
	static struct fake_host fake;
	struct evpn_error err = { 0 };
	struct drive drive = { 0 };
	enum drive_status status;
	int at = 3;

	for (int n = 0; at < argc && strcmp(argv[at], "--") != 0 && n < N_OPTIONS; at++, n++) {
		char *value = strchr(argv[at], '=');

		if (!value)
			break;
		*value = '\0';
		options[n] = (struct fake_option){ argv[at], value + 1 };
	}
	if (at >= argc || strcmp(argv[at], "--") != 0) {
		fputs("usage: plugin-drive SECONDS MODULE [KEY=VALUE]... -- ACTION...\n", stderr);
		return DRIVE_USAGE;
	}
	drive.plugin = fake_host_load(argv[2]);
	drive.deadline_ms = fake_host_now_ms() + strtol(argv[1], NULL, 10) * 1000;
	if (drive.plugin->open(fake_host_init(&fake, options), &drive.self, &err) < 0) {
		fprintf(stderr, "failed: %s\n", err.msg);
		return DRIVE_FAILED;
	}
	status = act_all(&drive, argc - at - 1, argv + at + 1);
	fputs(fake.log, stderr);
	drive.plugin->close(drive.self);
	return status;
}
