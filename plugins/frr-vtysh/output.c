/* SPDX-License-Identifier: Apache-2.0 */
/* answer.c - see answer.h */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frr-vtysh/output.h"

/* The first line of every running configuration. */
#define FIRST_LINE "frr version "

void answer_quote(char *to, size_t size, const char *text)
{
	size_t at = strlen(to);

	while (*text && at + 1 < size) {
		size_t len = strcspn(text, "\n"), room = size - 1 - at;
		size_t n = len < room ? len : room;

		if (text[strspn(text, " \t\r")] != '\n' && text[strspn(text, " \t\r")] != '\0') {
			if (at > 0 && at + 1 < size)
				to[at++] = '\n';
			n = n < size - 1 - at ? n : size - 1 - at;
			memcpy(to + at, text, n);
			at += n;
		}
		text += len + (text[len] == '\n');
	}
	while (at > 0 && strchr(" \t\r\n", to[at - 1]))
		at--;
	to[at] = '\0';
}

/* The last line of text that begins so, or NULL. */
static char *find_line(char *text, const char *begin)
{
	char *found = NULL;

	for (char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, begin, strlen(begin)) == 0)
			found = line;
	}
	return found;
}

/* The running configuration ends so; without it something is missing. */
static bool is_whole(const char *config)
{
	const char *end = "\nend\n";
	size_t len = strlen(end), n = config ? strlen(config) : 0;

	return n > len && strcmp(config + n - len, end) == 0;
}

void answer_read(char *out, struct answer *ret_answer)
{
	char *config = find_line(out, FIRST_LINE), *daemons;

	*ret_answer = (struct answer){ .said = "", .config = is_whole(config) ? config : NULL };
	if (config && config > out)
		config[-1] = '\0';
	/* Without a configuration nobody has said anything before them. */
	daemons = config ? find_line(out, " ") : out;
	if (!daemons || *daemons != ' ')
		return;
	ret_answer->daemons = daemons;
	daemons[strcspn(daemons, "\n")] = '\0';
	if (daemons > out) {
		daemons[-1] = '\0';
		ret_answer->said = out;
	}
}

/*
 * vtysh's complaints are "line 3: ...", and can go on in the next lines, the first of which it quotes. The number is of the
 * batch, and nothing to those who have never seen that.
 */
bool answer_applied(const char *out, const char *err, char *words, size_t size)
{
	bool refused = false;

	answer_quote(words, size, out);
	for (const char *line = err; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		char *rest, text[512];
		unsigned long number = strncmp(line, "line ", 5) == 0 ? strtoul(line + 5, &rest, 10) : 0;

		if (number && *rest == ':') {
			refused = true;
			line = rest + 1 + (rest[1] == ' ');
		}
		snprintf(text, sizeof(text), "%.*s", (int)strcspn(line, "\n"), line);
		answer_quote(words, size, text);
	}
	return refused;
}

const char *answer_missing(const char *daemons, const char *wanted, size_t *ret_len)
{
	for (const char *name = wanted; *name; name += *name == ',') {
		size_t len = strcspn(name, ",");
		const char *at = daemons;

		for (at += strspn(at, " "); *at; at += strspn(at, " ")) {
			size_t n = strcspn(at, " ");

			if (n == len && memcmp(at, name, n) == 0)
				break;
			at += n;
		}
		if (len && !*at) {
			*ret_len = len;
			return name;
		}
		name += len;
	}
	return NULL;
}

/* In a message: what a line of the configuration says, as a description, does not count. */
static bool is_said(const char *text, const char *words)
{
	for (const char *at = text; (at = strstr(at, words)) != NULL; at++) {
		const char *line = at;

		while (line > text && line[-1] != '\n')
			line--;
		if (*line == '%' || strncmp(line, "VTY ", 4) == 0)
			return true;
	}
	return false;
}

bool answer_is_locked(const char *out, const char *err)
{
	/* FRR 8.4's words; and those that FRR 10's vtysh repeats until mgmtd's lock is free, when it goes on. */
	static const char *const words[] = { "configuration is locked", "locked by another session" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (is_said(out, words[i]) || is_said(err, words[i]))
			return true;
	return false;
}

bool answer_is_alone(const char *err)
{
	return strstr(err, "failed to connect to any daemons") != NULL;
}
