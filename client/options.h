/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options.h - evpnctl's options: a table, from which --help, the variables EVPNCTL_... and the completion are made
 *
 * A new option is a member of struct options, a row of the table in options.c and, unless every command takes it, a value of
 * enum option_bit, which goes into the rows of the commands that take it (commands.c).
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

/* evpnctl(8). */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_CHANGES = 2,
	EXIT_DEGRADED = 3,
	EXIT_WORSE = 4,
	EXIT_ROLLED_BACK = 5,
	EXIT_TIMEOUT = 6,
	EXIT_NO_DAEMON = 7,
	EXIT_USAGE = 64
};

/* The options that only some commands take. */
enum option_bit {
	OPTION_FOR = 1 << 0,
	OPTION_FRESH = 1 << 1,
	OPTION_NO_FOLD = 1 << 2,
	OPTION_WATCH = 1 << 3,
	OPTION_CONFIG = 1 << 16,
	OPTION_CONFIRM = 1 << 17,
	OPTION_CHECK = 1 << 18,
	OPTION_ASK = 1 << 19,
	OPTION_YES = 1 << 20,
	OPTION_FORMAT = 1 << 4, /* --text, --mermaid, --dot, --svg */
};

/* The texts belong to the command line or to the environment. */
struct options {
	const char *instance;
	const char *socket; /* NULL: the instance's */
	bool json, no_color, help, version;
	long timeout_s; /* -1: none */

	const char *condition; /* --for; NULL: evpnd's default */
	bool fresh, no_fold, watch;
	const char *format; /* of the diagram: the option's name; NULL: none is given */

	const char *config; /* of plan; NULL: evpn.conf */
	const char *confirm; /* of apply: a time, "": the default; NULL: none */
	const char *check; /* the command */
	bool ask, yes;

	bool quiet; /* no errors on stderr; not an option of the command line */
	bool color; /* stdout is a terminal, and neither --no-color nor NO_COLOR is set */
	unsigned int given; /* enum option_bit: those on the command line */
};

/* The defaults, and the variables EVPNCTL_... . -1; else the exit code, and stderr says why. */
int options_init(struct options *options);

/*
 * options_init(), then the command line. *ret_words is the command and its arguments, ended by NULL, within
 * argv. -1; else the exit code, and stderr says why.
 */
int options_parse(struct options *options, int argc, char **argv, char ***ret_words);

/* The name of an option of enum option_bit, without its dashes. */
const char *options_name(unsigned int bit);

/* A line for each option, for --help. */
void options_print(FILE *out);

/* The options that `bits` allows, and those of every command, a line each: "--for". For the completion. */
void options_list(unsigned int bits, FILE *out);

/* Whether an option ("--for") wants the next word as its value; then its name for --help ("CONDITION"), else NULL. */
const char *options_value_of(const char *word);

/* Where evpnd listens: into path, which it returns. */
#define OPTIONS_PATH_SIZE 256
const char *options_path(const struct options *options, char path[OPTIONS_PATH_SIZE]);

/* Says on stderr what is wrong with the command line, `value` escaped. Returns EXIT_USAGE. */
int options_usage(const char *what, const char *value);
