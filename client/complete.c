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

/* Word number `at` of the arguments for --help: "vni VNI | mac MAC" has words to choose from, and what follows each. */
static void print_argument(const char *arguments, const char *former, unsigned int at, int n_words, char **words)
{
	_cleanup_free_ char *text = xstrdup(arguments);
	char *save = NULL;

	for (char *choice = strtok_r(text, "|", &save); choice; choice = strtok_r(NULL, "|", &save)) {
		char *inner = NULL, *word = strtok_r(choice, " []", &inner), *first = word;

		for (unsigned int i = 0; word && i < at; i++)
			word = strtok_r(NULL, " []", &inner);
		if (!word || (at > 0 && former && !streq(first, former)))
			continue;
		if (word[0] >= 'a' && word[0] <= 'z')
			puts(word);
		else
			print_kind(word, n_words, words);
	}
}

int complete(int n_words, char **words)
{
	const struct command *command = NULL;
	const char *value = n_words > 1 ? options_value_of(words[n_words - 2]) : NULL, *former = NULL;
	unsigned int at = 0;

	if (value) {
		print_kind(value, n_words, words);
		return EXIT_DONE;
	}
	for (int i = 0; i + 1 < n_words; i++) {
		if (words[i][0] == '-') {
			i += options_value_of(words[i]) != NULL;
			continue;
		}
		if (command) {
			former = at == 0 ? words[i] : former;
			at++;
			continue;
		}
		command = commands_find(words[i]);
		if (!command)
			return EXIT_DONE;
	}
	if (n_words > 0 && words[n_words - 1][0] == '-')
		options_list(command ? command->options : ~0u, stdout);
	else if (!command)
		commands_list(stdout);
	else if (command->arguments && at < command->max_words)
		print_argument(command->arguments, former, at, n_words, words);
	return EXIT_DONE;
}
