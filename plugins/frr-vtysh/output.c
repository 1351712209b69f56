/* SPDX-License-Identifier: Apache-2.0 */
/* output.c - see output.h */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frr-vtysh/output.h"

/* The list of daemons is searched often. */
#define DAEMONS_MAX 1024

/* Whether `to` ends with this line. */
static bool repeats(const char *to, size_t at, const char *line, size_t len)
{
	return at >= len && memcmp(to + at - len, line, len) == 0 && (at == len || to[at - len - 1] == '\n');
}

void output_quote(char *to, size_t size, const char *text)
{
	size_t at = strlen(to);

	while (*text && at + 1 < size) {
		size_t len = strcspn(text, "\n"), room = size - 1 - at;
		size_t n = len < room ? len : room;

		if (strspn(text, " \t\r") < len && !repeats(to, at, text, len)) {
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

/* The last line of text with this beginning, or NULL. */
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

/* A complete running configuration ends with "end". */
static bool is_whole(const char *config)
{
	const char *end = "\nend\n";
	size_t len = strlen(end), n = config ? strlen(config) : 0;

	return n > len && strcmp(config + n - len, end) == 0;
}

void output_parse(char *out, struct output *ret_output)
{
	char *config = find_line(out, OUTPUT_FIRST_LINE), *daemons;

	*ret_output = (struct output){ .messages = "", .config = is_whole(config) ? config : NULL };
	if (config && config > out)
		config[-1] = '\0';
	/* Without a configuration the list of daemons is the beginning of the output. */
	daemons = config ? find_line(out, " ") : out;
	if (!daemons || *daemons != ' ')
		return;
	ret_output->daemons = daemons;
	daemons[strcspn(daemons, "\n")] = '\0';
	daemons[strnlen(daemons, DAEMONS_MAX)] = '\0';
	if (daemons > out) {
		daemons[-1] = '\0';
		ret_output->messages = out;
	}
}

/*
 * vtysh reports errors as "line 3: ...", with further lines of text behind it. The number is removed: it refers to the
 * batch, which the operator never sees.
 */
bool output_has_refusal(const char *out, const char *err, char *words, size_t size)
{
	bool refused = false;

	output_quote(words, size, out);
	for (const char *line = err; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		char *rest, text[512];
		unsigned long number = strncmp(line, "line ", 5) == 0 ? strtoul(line + 5, &rest, 10) : 0;

		if (number && *rest == ':') {
			refused = true;
			line = rest + 1 + (rest[1] == ' ');
		}
		snprintf(text, sizeof(text), "%.*s", (int)strcspn(line, "\n"), line);
		output_quote(words, size, text);
	}
	return refused;
}

/* Whether the text contains this line, whatever its indentation. */
static bool has_line(const char *text, const char *line, size_t len)
{
	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		text += strspn(text, " \t");
		if (strncmp(text, line, len) == 0 && strchr("\r\n", text[len]))
			return true;
	}
	return false;
}

bool output_refuses_deletion(const char *err, const char *wanted)
{
	for (const char *line = err; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		/* "line 3: Unknown command[4]: TEXT", "line 3: Failure to communicate[13] to bgpd, line: TEXT" */
		size_t len = strcspn(line, "\n");
		const char *text = strncmp(line, "line ", 5) == 0 ? memmem(line, len, ": ", 2) : NULL;

		text = text ? memmem(text + 2, len - (size_t)(text + 2 - line), ": ", 2) : NULL;
		if (!text)
			continue;
		text += 2;
		text += strspn(text, " \t");
		return strncmp(text, "no ", 3) == 0 && !has_line(wanted, text, strcspn(text, "\r\n"));
	}
	return false;
}

bool output_has_error(const char *words)
{
	return *words == '%' || strstr(words, "\n%") != NULL;
}

const char *output_find_missing(const char *daemons, const char *wanted, size_t *ret_len)
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

bool output_has_mgmtd(const char *config)
{
	return strncmp(config, OUTPUT_FIRST_LINE, strlen(OUTPUT_FIRST_LINE)) == 0 &&
	       strtoul(config + strlen(OUTPUT_FIRST_LINE), NULL, 10) >= 9;
}

/* Whether a message contains these words. Lines of the configuration, for example descriptions, do not count. */
static bool has_message(const char *text, const char *words)
{
	for (size_t len; *text; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		if ((*text == '%' || strncmp(text, "VTY ", 4) == 0) && memmem(text, len, words, strlen(words)))
			return true;
	}
	return false;
}

bool output_is_locked(const char *out, const char *err)
{
	/* FRR 8.4; and FRR 10, whose vtysh repeats this until mgmtd releases the lock, and then continues. */
	static const char *const words[] = { "configuration is locked", "locked by another session" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (has_message(out, words[i]) || has_message(err, words[i]))
			return true;
	return false;
}

bool output_lacks_zebra(const char *out, const char *err)
{
	/* FRR's word for it is that of a bad value, which a line of this kind has not: it is on or off. */
	if (!has_message(out, "Invalid value") && !has_message(err, "Invalid value"))
		return false;
	for (size_t len; *err; err += len + (err[len] == '\n')) {
		len = strcspn(err, "\n");
		if (strncmp(err, "line ", 5) == 0 && memmem(err, len, " graceful-restart", strlen(" graceful-restart")))
			return true;
	}
	return false;
}

bool output_has_no_daemons(const char *err)
{
	return strstr(err, "failed to connect to any daemons") != NULL;
}
