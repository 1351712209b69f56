/* SPDX-License-Identifier: Apache-2.0 */
/*
 * show.h - evpnd's answers for people: tables and sentences on stdout
 *
 * The functions fit into the rows of the table of commands (commands.h).
 */
#pragma once

#include "base/json.h"
#include "options.h"

/* "healthy" etc. in its color. Only the text itself is colored, so that columns stay. */
void show_state(const struct options *options, const char *state, int width);

/* A number of an object; 0 where it is missing. */
static inline long long show_number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

/* The state in one line: the end of a demand, or of waiting. */
void show_text(const struct options *options, char *const *words, const json_t *data);

void show_metrics(const struct options *options, char *const *words, const json_t *data);

/* show_status.c: the whole status; with a VNI alone: that one in full. The exit code that goes with it. */
void show_status(const struct options *options, char *const *words, const json_t *data);
int show_status_exit(const json_t *data);

/* show_watch.c: the status again whenever evpnd sends it. */
void show_watch(const struct options *options, char *const *words, const char *type, const json_t *data);

/* show_events.c: a line of "events"; the runs, the oldest first. */
void show_event_line(const struct options *options, char *const *words, const char *type, const json_t *data);
void show_history(const struct options *options, char *const *words, const json_t *data);

/* show_explain.c: a subject's chain of links, and the exit code that goes with it; the arguments of the request. */
void show_explain(const struct options *options, char *const *words, const json_t *data);
int show_explain_exit(const json_t *data);
int show_explain_args(const struct options *options, char *const *words, json_t *args);

/* show_diagram.c: the command diagram, all of it. */
int show_diagram(const struct options *options, char *const *words);

/* show_bundle.c: the command bundle. */
int show_bundle(const struct options *options, char *const *words);
