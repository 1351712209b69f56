/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands.h - evpnctl's commands: a table, from which --help and the completion are made
 *
 * A new command is a row of the table in commands.c and a file show_NAME.c, whose functions show.h declares. By default a
 * command is one request of the same name to evpnd, and shows the lines of the answer (doc/control.md).
 */
#pragma once

#include <jansson.h>

#include "options.h"

struct command {
	const char *name;
	const char *arguments; /* the words behind the name, for --help and the completion: "[VNI]" */
	const char *help;
	unsigned int min_words, max_words; /* how many there may be */
	unsigned int options; /* enum option_bit: those that it takes beyond the common ones */
	/*
	 * Adds arguments of the request: of the words, which are ended by NULL, and of the options. -1, or the exit code after
	 * options_usage(). NULL: it has none.
	 */
	int (*make_args)(const struct options *options, char *const *words, json_t *args);
	/* Shows the result. With --json it is printed instead. NULL: there is nothing to show. */
	void (*show)(const struct options *options, char *const *words, const json_t *data);
	/* Shows a line before the result: `type` "event", "status", ...; with --json as one line of JSON. NULL: nothing. */
	void (*show_line)(const struct options *options, char *const *words, const char *type, const json_t *data);
	/* The exit code that goes with the result. NULL: 0. */
	int (*exit_code)(const json_t *data);
	/* Does all of it, with requests of its own (request.h), instead of the above. Returns the exit code. NULL: see above. */
	int (*run)(const struct options *options, char *const *words);
};

/* NULL: there is none of this name. */
const struct command *commands_find(const char *name);

/* A line for each command, for --help; or its name alone, for the completion. */
void commands_print(FILE *out);
void commands_list(FILE *out);

/*
 * Runs words[0] (none: "status") with the other words as its arguments. Returns the exit code.
 */
int commands_run(const struct options *options, char **words);
