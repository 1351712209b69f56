/* SPDX-License-Identifier: Apache-2.0 */
/* reloader_text.c - see reloader.h */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frr-signal/reloader.h"

void text_append(struct text *text, const char *data, size_t len, size_t max)
{
	size_t size = text->size ? text->size : 512;

	if (len > max - text->len) {
		len = max - text->len;
		text->cut = true;
	}
	while (size < text->len + len + 1)
		size *= 2;
	if (size != text->size) {
		text->data = realloc(text->data, size);
		if (!text->data) {
			reloader_log("out of memory");
			exit(1);
		}
		text->size = size;
	}
	memcpy(text->data + text->len, data, len);
	text->len += len;
	text->data[text->len] = '\0';
}

void text_printf(struct text *text, size_t max, const char *format, ...)
{
	char line[1024];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	if (n > 0)
		text_append(text, line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1, max);
}

void text_free(struct text *text)
{
	free(text->data);
	*text = (struct text){ 0 };
}

bool text_has(const struct text *text, const char *word)
{
	return text->data && strstr(text->data, word);
}

/* frr-reload.py prints the output of vtysh as a Python value, b'...\n...'. Converts it to lines, in place. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++)
		if (s[0] == '\\' && s[1] == 'n') {
			*to++ = '\n';
			s++;
		} else if (s[0] == '\033') {
			while (s[1] && *s != 'm')
				s++;
		} else {
			*to++ = *s;
		}
	*to = '\0';
}

/* Skips the prefix of a log line, "2026-11-24 03:57:15,730   ERROR: text". */
static char *skip_stamp(char *line)
{
	static const char *const levels[] = { " ERROR: ", "WARNING: ", "CRITICAL: " };
	const char *at;

	for (size_t i = 0; line[0] >= '0' && line[0] <= '9' && i < sizeof(levels) / sizeof(levels[0]); i++) {
		at = strstr(line, levels[i]);
		if (at)
			return line + (at - line) + strlen(levels[i]);
	}
	return line;
}

/* Returns the message in a line, or NULL if the line has no information for an operator. */
static char *strip(char *line)
{
	static const char *const noise[] = {
		"Can't open configuration file",
		"frr-reload.py failed due to",
		"vtysh (exec file) exited",
		"failed to process new configuration",
		" INFO: ",
	};
	size_t n;

	for (size_t i = 0; i < sizeof(noise) / sizeof(noise[0]); i++)
		if (strstr(line, noise[i]))
			return NULL;
	line = skip_stamp(line);
	if (line[0] == 'b' && (line[1] == '\'' || line[1] == '"'))
		line += 2;
	/* The line number refers to a temporary file of frr-reload.py, not to frr.conf. */
	if (strncmp(line, "line ", 5) == 0) {
		n = strspn(line + 5, "0123456789");
		if (n && line[5 + n] == ':')
			line += 5 + n + 1;
	}
	line += strspn(line, " \t");
	n = strlen(line);
	while (n && strchr(" \t\r'\"", line[n - 1]))
		line[--n] = '\0';
	return n ? line : NULL;
}

static bool has_line(const struct text *text, const char *line)
{
	size_t n = strlen(line);

	for (const char *at = text->data; at && *at; at = strchr(at, '\n') + 1)
		if (strncmp(at, line, n) == 0 && at[n] == '\n')
			return true;
	return false;
}

void text_quote(struct text *to, const struct text *from, size_t max)
{
	char *copy, *rest, *line;

	if (!from->data)
		return;
	copy = strdup(from->data);
	if (!copy)
		return;
	unescape(copy);
	for (line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		line = strip(line);
		if (!line || has_line(to, line) || to->len + strlen(line) + 1 > max)
			continue;
		text_append(to, line, strlen(line), max);
		text_append(to, "\n", 1, max);
	}
	free(copy);
}
