/* SPDX-License-Identifier: Apache-2.0 */
/* show_watch.c - status --watch: the status again whenever evpnd sends it; see show.h */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "show.h"

/* What changes with each check though nothing has happened. */
static json_t *without_times(const json_t *status)
{
	json_t *copy = json_deep_copy(status), *session;
	size_t i;

	json_object_del(json_object_get(copy, "health"), "checked");
	json_object_del(copy, "neighbors");
	json_array_foreach(json_object_get(copy, "sessions"), i, session) json_object_del(session, "seconds");
	return copy;
}

/* Whether it is worth lines of a file or pipe. */
static bool is_new(const json_t *status)
{
	static json_t *former;
	json_t *now = without_times(status);
	bool same = former && json_equal(former, now);

	json_decref(former);
	former = now;
	return !same;
}

static void show_time(void)
{
	time_t now = time(NULL);
	struct tm local;
	char text[32];

	localtime_r(&now, &local);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &local);
	printf("%s\n", text);
}

void show_watch(const struct options *options, char *const *words, const char *type, const json_t *data)
{
	bool screen = isatty(STDOUT_FILENO) && !options->json;

	if (!screen && !is_new(data))
		return;
	if (options->json) {
		json_dumpf(data, stdout, JSON_COMPACT);
		putchar('\n');
		return;
	}
	if (screen)
		fputs("\033[H\033[2J", stdout);
	show_time();
	show_status(options, words, data);
	if (!screen)
		putchar('\n');
}
