/* SPDX-License-Identifier: Apache-2.0 */
/* complete.c - see complete.h */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/util.h"
#include "commands.h"
#include "complete.h"
#include "request.h"

/* Of a command; more are not completed. */
#define ARGUMENTS_MAX 8
/* The shell waits for the answer. */
#define TIMEOUT_S 2

/* The status of the daemon that the options on the line name; NULL: none. */
static json_t *fetch_status(int n_words, char **words)
{
	struct options options;
	json_t *status;

	if (options_init(&options) >= 0)
		return NULL;
	options.timeout_s = TIMEOUT_S;
	options.quiet = true;
	options.json = false;
	for (int i = 0; i + 1 < n_words; i++) {
		if (streq(words[i], "--instance"))
			options.instance = words[i + 1];
		else if (streq(words[i], "--socket"))
			options.socket = words[i + 1];
	}
	return request_fetch(&options, "status", NULL, &status) < 0 ? status : NULL;
}

static void print_vnis(const json_t *status, const char *prefix)
{
	json_t *vni;
	size_t i;

	json_array_foreach(json_object_get(status, "vnis"), i, vni)
		printf("%s%lld\n", prefix, (long long)json_integer_value(json_object_get(vni, "vni")));
}

static void print_neighbors(const json_t *status, const char *prefix)
{
	json_t *session;
	size_t i;

	json_array_foreach(json_object_get(status, "sessions"), i, session)
		printf("%s%s\n", prefix, json_text(session, "neighbor"));
}

/* The words that a name of --help stands for: "VNI", "FILE", or words with '|' between. */
static void print_kind(const char *kind, int n_words, char **words)
{
	json_auto_t *status = NULL;

	if (streq(kind, "LEVEL")) {
		puts("error\nwarning\nnotice\ninfo\ndebug");
	} else if (streq(kind, "FILE") || streq(kind, "PATH")) {
		puts("FILE");
	} else if (streq(kind, "CONDITION")) {
		puts("applied\nhealthy");
		status = fetch_status(n_words, words);
		print_neighbors(status, "session=");
		print_vnis(status, "vni=");
	} else if (streq(kind, "VNI")) {
		status = fetch_status(n_words, words);
		print_vnis(status, "");
	}
}

/* What is typed: all words, and which of them are the command's arguments, without the one that is being typed. */
struct line {
	int n_words;
	char **words;
	const struct command *command; /* NULL: it is being typed */
	const char *arguments[ARGUMENTS_MAX];
	unsigned int n_arguments;
};

/* One way to go on: "mac MAC vni VNI". A word in lower case stands for itself. */
static void print_way(const struct line *line, char *way)
{
	char *save = NULL, *word = strtok_r(way, " ", &save);

	for (unsigned int i = 0; word; i++, word = strtok_r(NULL, " ", &save)) {
		bool stands = word[0] >= 'a' && word[0] <= 'z';

		if (i < line->n_arguments && stands && !streq(word, line->arguments[i]))
			return;
		if (i < line->n_arguments)
			continue;
		if (stands)
			puts(word);
		else
			print_kind(word, line->n_words, line->words);
		return;
	}
}

/* A choice that may end with choices in brackets: "ip ADDRESS [vni VNI | vrf VRF]". */
static void print_choice(const struct line *line, const char *choice, size_t len)
{
	const char *open = memchr(choice, '[', len), *at;
	size_t head = open ? (size_t)(open - choice) : len;
	_cleanup_free_ char *plain = xasprintf("%.*s", (int)head, choice);

	print_way(line, plain);
	for (at = open; at && at < choice + len && *at != ']';) {
		size_t inner = strcspn(at + 1, "|]");
		_cleanup_free_ char *way = xasprintf("%.*s %.*s", (int)head, choice, (int)inner, at + 1);

		print_way(line, way);
		at += 1 + inner;
	}
}

/* The arguments for --help: choices with '|' between, outside of brackets. */
static void print_arguments(const struct line *line)
{
	const char *start = line->command->arguments;
	int depth = 0;

	for (const char *c = start;; c++) {
		depth += (*c == '[') - (*c == ']');
		if (*c && (*c != '|' || depth > 0))
			continue;
		print_choice(line, start, (size_t)(c - start));
		if (!*c)
			return;
		start = c + 1;
	}
}

/* False: there is no such command. */
static bool parse(struct line *line)
{
	for (int i = 0; i + 1 < line->n_words; i++) {
		const char *word = line->words[i];

		if (word[0] == '-') {
			i += options_value_of(word) != NULL;
		} else if (line->command) {
			if (line->n_arguments < ARGUMENTS_MAX)
				line->arguments[line->n_arguments++] = word;
		} else {
			line->command = commands_find(word);
			if (!line->command)
				return false;
		}
	}
	return true;
}

int complete(int n_words, char **words)
{
	struct line line = { .n_words = n_words, .words = words };
	const char *value = n_words > 1 ? options_value_of(words[n_words - 2]) : NULL;

	if (value)
		print_kind(value, n_words, words);
	else if (!parse(&line))
		return EXIT_DONE;
	else if (n_words > 0 && words[n_words - 1][0] == '-')
		options_list(line.command ? line.command->options : ~0u, stdout);
	else if (!line.command)
		commands_list(stdout);
	else if (line.command->arguments)
		print_arguments(&line);
	return EXIT_DONE;
}
