/* SPDX-License-Identifier: Apache-2.0 */
/* options.c - see options.h */
#include <ctype.h>
#include <getopt.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/util.h"
#include "options.h"

enum option_type {
	OPTION_SWITCH, /* bool */
	OPTION_TEXT, /* const char * */
	OPTION_NUMBER, /* long, from 0 to `max` */
	OPTION_CHOICE, /* const char *: the name of this switch */
	OPTION_TIME, /* const char *, "" without a value: the next word is the value if it begins with a digit */
};

static const struct option_row {
	const char *name;
	const char *value; /* its name for --help; NULL: a switch */
	const char *help;
	enum option_type type;
	size_t offset; /* in struct options */
	unsigned int bit; /* enum option_bit; 0: every command takes it */
	long max;
} rows[] = {
	{ "for", "CONDITION", "with wait: applied, healthy, session=NEIGHBOR or vni=N [healthy]", OPTION_TEXT,
	  offsetof(struct options, condition), OPTION_FOR, 0 },
	{ "fresh", NULL, "with status: check FRR's health first", OPTION_SWITCH, offsetof(struct options, fresh),
	  OPTION_FRESH, 0 },
	{ "no-fold", NULL, "with status: a line for each VNI", OPTION_SWITCH, offsetof(struct options, no_fold),
	  OPTION_NO_FOLD, 0 },
	{ "watch", NULL, "with status: show it again whenever something has changed", OPTION_SWITCH,
	  offsetof(struct options, watch), OPTION_WATCH, 0 },
	{ "text", NULL, "with diagram: as text (the default)", OPTION_CHOICE, offsetof(struct options, format),
	  OPTION_FORMAT, 0 },
	{ "mermaid", NULL, "with diagram: for Mermaid, as web pages draw it", OPTION_CHOICE,
	  offsetof(struct options, format), OPTION_FORMAT, 0 },
	{ "dot", NULL, "with diagram: for Graphviz' dot(1)", OPTION_CHOICE, offsetof(struct options, format),
	  OPTION_FORMAT, 0 },
	{ "svg", NULL, "with diagram: as an SVG picture, by dot(1)", OPTION_CHOICE, offsetof(struct options, format),
	  OPTION_FORMAT, 0 },
	{ "config", "FILE", "with plan: of FILE in place of evpn.conf", OPTION_TEXT, offsetof(struct options, config),
	  OPTION_CONFIG, 0 },
	{ "confirm", "MINUTES", "with apply: undo it, unless the fabric works as before in time [2]; 30s, 1h",
	  OPTION_TIME, offsetof(struct options, confirm), OPTION_CONFIRM, 0 },
	{ "check", "COMMAND", "with --confirm: keep it if COMMAND succeeds", OPTION_TEXT,
	  offsetof(struct options, check), OPTION_CHECK, 0 },
	{ "ask", NULL, "with --confirm: and if `evpnctl confirm' says so", OPTION_SWITCH, offsetof(struct options, ask),
	  OPTION_ASK, 0 },
	{ "yes", NULL, "with apply: also if it deletes most VNIs, or the last NIC", OPTION_SWITCH,
	  offsetof(struct options, yes), OPTION_YES, 0 },
	{ "timeout", "SECONDS", "give up after this time, with status 6", OPTION_NUMBER,
	  offsetof(struct options, timeout_s), 0, 86400 },
	{ "instance", "NAME", "the instance [default]", OPTION_TEXT, offsetof(struct options, instance), 0, 0 },
	{ "socket", "PATH", "its control socket [/run/evpnd/NAME/control.sock]", OPTION_TEXT,
	  offsetof(struct options, socket), 0, 0 },
	{ "json", NULL, "print JSON, as evpnd sends it", OPTION_SWITCH, offsetof(struct options, json), 0, 0 },
	{ "no-color", NULL, "no colors on a terminal either", OPTION_SWITCH, offsetof(struct options, no_color), 0, 0 },
	{ "version", NULL, "print the version", OPTION_SWITCH, offsetof(struct options, version), 0, 0 },
	{ "help", NULL, "print this help", OPTION_SWITCH, offsetof(struct options, help), 0, 0 },
};

/* What getopt_long returns for row 0; above all short options. */
#define FIRST_VAL 256

int options_usage(const char *what, const char *value)
{
	_cleanup_free_ char *shown = escape_line(value, ESCAPE_LINE_MAX);

	fprintf(stderr, "evpnctl: %s%s\nevpnctl: `evpnctl --help' lists commands and options\n", what, shown);
	return EXIT_USAGE;
}

static int take_number(const struct option_row *row, long *ret_number, const char *text)
{
	char *end, what[100];
	long number = strtol(text, &end, 10);

	if (!isdigit((unsigned char)text[0]) || *end || number > row->max) {
		snprintf(what, sizeof(what), "--%s: not a number from 0 to %ld: ", row->name, row->max);
		return options_usage(what, text);
	}
	*ret_number = number;
	return -1;
}

/* -1: go on; else the exit code. */
static int take_option(struct options *options, const struct option_row *row, const char *value)
{
	void *member = (char *)options + row->offset;

	switch (row->type) {
	case OPTION_SWITCH:
		*(bool *)member = true;
		break;
	case OPTION_TEXT:
		*(const char **)member = value;
		break;
	case OPTION_TIME:
		*(const char **)member = value ? value : "";
		break;
	case OPTION_CHOICE:
		*(const char **)member = row->name;
		break;
	case OPTION_NUMBER:
		return take_number(row, member, value);
	}
	return -1;
}

/* EVPNCTL_NO_COLOR=1 is --no-color; of a switch, "" and "0" are as if it were not set. */
int options_init(struct options *options)
{
	int r = -1;

	*options = (struct options){ .instance = "default", .timeout_s = -1 };
	for (size_t i = 0; r < 0 && i < ARRAY_LEN(rows); i++) {
		char name[40] = "EVPNCTL_", *to = name + strlen(name);
		const char *value;

		for (const char *c = rows[i].name; *c; c++)
			*to++ = (char)(*c == '-' ? '_' : toupper((unsigned char)*c));
		*to = '\0';
		value = getenv(name);
		if (value && (rows[i].value || (value[0] && !streq(value, "0"))))
			r = take_option(options, &rows[i], value);
	}
	return r;
}

int options_parse(struct options *options, int argc, char **argv, char ***ret_words)
{
	struct option table[ARRAY_LEN(rows) + 1] = { 0 };
	int r, val;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		table[i] = (struct option){ rows[i].name,
					    !rows[i].value		  ? no_argument
					    : rows[i].type == OPTION_TIME ? optional_argument
									  : required_argument,
					    NULL, FIRST_VAL + (int)i };
	r = options_init(options);
	while (r < 0 && (val = getopt_long(argc, argv, "h", table, NULL)) != -1) {
		if (val == 'h') {
			options->help = true;
		} else if (val < FIRST_VAL) {
			fputs("evpnctl: `evpnctl --help' lists commands and options\n", stderr);
			return EXIT_USAGE;
		} else {
			options->given |= rows[val - FIRST_VAL].bit;
			/* getopt_long(3) takes an optional value only behind a `='. */
			if (rows[val - FIRST_VAL].type == OPTION_TIME && !optarg && argv[optind] &&
			    isdigit((unsigned char)argv[optind][0]))
				optarg = argv[optind++];
			r = take_option(options, &rows[val - FIRST_VAL], optarg);
		}
	}
	options->color = isatty(STDOUT_FILENO) && !options->no_color && !getenv("NO_COLOR");
	*ret_words = argv + optind;
	return r;
}

const char *options_name(unsigned int bit)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].bit & bit)
			return rows[i].name;
	return "";
}

void options_print(FILE *out)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		fprintf(out, "  %s --%s%s%-*s %s\n", streq(rows[i].name, "help") ? "-h," : "   ", rows[i].name,
			rows[i].value ? " " : "", (int)(20 - strlen(rows[i].name) - (rows[i].value != NULL)),
			rows[i].value ? rows[i].value : "", rows[i].help);
}

void options_list(unsigned int bits, FILE *out)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (!rows[i].bit || (rows[i].bit & bits))
			fprintf(out, "--%s\n", rows[i].name);
}

const char *options_value_of(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strncmp(word, "--", 2) == 0 && streq(word + 2, rows[i].name))
			return rows[i].value;
	return NULL;
}

const char *options_path(const struct options *options, char path[OPTIONS_PATH_SIZE])
{
	if (options->socket)
		snprintf(path, OPTIONS_PATH_SIZE, "%s", options->socket);
	else
		snprintf(path, OPTIONS_PATH_SIZE, "/run/evpnd/%s/control.sock", options->instance);
	return path;
}
