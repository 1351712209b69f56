/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin-drive - does with an frr plugin what the daemon does, from the command line
 *
 *	plugin-drive SECONDS MODULE [KEY=VALUE]... -- ACTION...
 *	ACTION: reload PATH GENERATION | time PATH GENERATION | query COMMAND
 *
 * The actions follow one another with one instance of the plugin. What is waited for is told on stderr whenever it
 * changes; a query's answer goes to stdout, and so do the milliseconds of a reload that is called `time'. Exit status: 0 all
 * done; 1 failed, 3 refused by FRR, 4 the SECONDS are over (for all of them together), each with the plugin's message on stderr.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fake_host.h"

#define N_OPTIONS 16

enum drive_status { DRIVE_DONE, DRIVE_FAILED, DRIVE_USAGE, DRIVE_REFUSED, DRIVE_LATE };

struct drive {
	const struct evpn_plugin *plugin;
	void *self;
	long deadline_ms;
	char said[EVPN_ERROR_MSG_SIZE];
};

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static bool wait_for_retry(struct drive *drive, struct evpn_error *err)
{
	int fd = drive->plugin->event_fd(drive->self), r;

	do {
		long left = drive->deadline_ms - now_ms();

		if (left <= 0 || !fake_host_readable(fd, (int)left))
			return false;
		r = drive->plugin->on_event(drive->self, err);
	} while (r == EVPN_EVENT_NONE);
	return true;
}

static enum drive_status act(struct drive *drive, char *const action[3])
{
	bool is_query = strcmp(action[0], "query") == 0;
	const char *text = NULL;
	long since = now_ms();
	struct evpn_error err;
	int r;

	do {
		memset(&err, 0, sizeof(err));
		r = is_query ? drive->plugin->query_frr(drive->self, action[1], &text, &err)
			     : drive->plugin->reload_frr(drive->self, action[1], strtoull(action[2], NULL, 10), &err);
		if (r <= 0 && strcmp(err.msg, drive->said) != 0)
			fprintf(stderr, "%s: %s\n", r == 0 ? "waiting" : "failed", err.msg);
		strcpy(drive->said, err.msg);
	} while (r == 0 && wait_for_retry(drive, &err));
	if (r > 0 && is_query)
		fputs(text, stdout);
	if (r > 0 && strcmp(action[0], "time") == 0)
		printf("%ld\n", now_ms() - since);
	return r > 0 ? DRIVE_DONE : r == 0 ? DRIVE_LATE : err.code == EVPN_ERROR_REFUSED ? DRIVE_REFUSED : DRIVE_FAILED;
}

static enum drive_status act_all(struct drive *drive, int n, char *const args[])
{
	enum drive_status status = DRIVE_DONE;

	while (n > 0 && status == DRIVE_DONE) {
		int words = strcmp(args[0], "query") == 0 ? 2 : 3;

		if (n < words)
			return DRIVE_USAGE;
		status = act(drive, args);
		args += words;
		n -= words;
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
	drive.deadline_ms = now_ms() + strtol(argv[1], NULL, 10) * 1000;
	if (drive.plugin->open(fake_host_init(&fake, options), &drive.self, &err) < 0) {
		fprintf(stderr, "failed: %s\n", err.msg);
		return DRIVE_FAILED;
	}
	status = act_all(&drive, argc - at - 1, argv + at + 1);
	drive.plugin->close(drive.self);
	return status;
}
