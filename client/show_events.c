/* SPDX-License-Identifier: Apache-2.0 */
/* show_events.c - events and the history of runs, a line each; see show.h */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "show.h"

static void show_time(const json_t *object)
{
	long long ms = json_integer_value(json_object_get(object, "time_ms"));
	time_t seconds = (time_t)(ms / 1000);
	struct tm local;
	char text[32];

	localtime_r(&seconds, &local);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &local);
	printf("%s.%03lld ", text, ms % 1000);
}

static void show_end(const struct options *options, const json_t *run)
{
	show_state(options, json_text(run, "result"), 0);
	printf(" in %lld ms: %lld kernel changes%s", (long long)json_integer_value(json_object_get(run, "duration_ms")),
	       (long long)json_integer_value(json_object_get(run, "changes")),
	       json_is_true(json_object_get(run, "reloaded")) ? ", FRR reloaded" : "");
	if (json_text(run, "error")[0])
		printf("; %s: %s", json_text(run, "step"), json_text(run, "error"));
	if (json_text(run, "change")[0])
		printf("; %s", json_text(run, "change"));
	putchar('\n');
}

static void show_event(const struct options *options, const json_t *event)
{
	const char *type = json_text(event, "event");

	show_time(event);
	printf("%-8s ", type);
	if (strcmp(type, "end") == 0) {
		show_end(options, event);
	} else if (strcmp(type, "run") == 0) {
		printf("begins: %s\n", json_text(event, "trigger"));
	} else if (strcmp(type, "step") == 0) {
		printf("%s\n", json_text(event, "step"));
	} else if (strcmp(type, "wait") == 0) {
		printf("%s: %s\n", json_text(event, "step"), json_text(event, "for"));
	} else if (strcmp(type, "change") == 0) {
		printf("%s: %s\n", json_text(event, "phase"), json_text(event, "text"));
	} else if (strcmp(type, "health") == 0) {
		show_state(options, json_text(event, "state"), 0);
		putchar('\n');
	} else if (strcmp(type, "session") == 0) {
		printf("%s: %s -> ", json_text(event, "name"),
		       json_text(event, "former")[0] ? json_text(event, "former") : "none");
		show_state(options, json_text(event, "state")[0] ? json_text(event, "state") : "none", 0);
		putchar('\n');
	} else {
		printf("%s: %s\n", json_text(event, "name"),
		       json_text(event, "reason")[0] ? json_text(event, "reason") : "over");
	}
}

void show_event_line(const struct options *options, char *const *words, const char *type, const json_t *data)
{
	/* The status at the beginning is for programs that compare. */
	if (strcmp(type, "event") != 0)
		return;
	if (options->json) {
		json_dumpf(data, stdout, JSON_COMPACT);
		putchar('\n');
	} else {
		show_event(options, data);
	}
}

void show_history(const struct options *options, char *const *words, const json_t *data)
{
	json_t *run;
	size_t i;

	json_array_foreach(json_object_get(data, "runs"), i, run)
	{
		show_time(run);
		printf("%-15s ", json_text(run, "trigger"));
		show_end(options, run);
	}
}
