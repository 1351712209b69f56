/* SPDX-License-Identifier: Apache-2.0 */
/* secrets.c - see secrets.h */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"
#include "secrets.h"

#define HIDDEN "<hidden>"

/*
 * The words behind which FRR's and evpnd's configurations have a secret. `with`: only if the line has this text, too, since the
 * word alone has other meanings.
 */
static const struct {
	const char *word, *with;
} words[] = {
	{ "password", NULL },		{ "passwd", NULL }, { "secret", NULL },
	{ "passphrase", NULL },		{ "md5", NULL }, /* ip ospf message-digest-key 1 md5 KEY; isis password md5 KEY */
	{ "authentication-key", NULL }, /* ip ospf authentication-key KEY */
	{ "key-string", NULL }, /* of a key chain */
	{ "tcp-md5-auth", NULL }, /* pathd */
	{ "string", "authentication" }, /* ip rip authentication string KEY */
	{ "authentication", "nhrp" }, /* ip nhrp authentication KEY */
	{ "key", "hash-algo" }, /* ipv6 ospf6 authentication key-id 1 hash-algo md5 key KEY */
	{ "community", "snmp" },
};

void secrets_add(struct secrets *secrets, const char *value)
{
	if (strlen(value) < SECRETS_MIN)
		return;
	for (size_t i = 0; i < secrets->n_values; i++)
		if (streq(secrets->values[i], value))
			return;
	*(char **)util_append(&secrets->values, &secrets->n_values, sizeof(char *)) = xstrdup(value);
}

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* Whether the line that `at' is in has this text. */
static bool line_has(const char *line, size_t len, const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i + n <= len; i++)
		if (strncasecmp(line + i, text, n) == 0)
			return true;
	return false;
}

/* The length of the word of the table that stands at line[i]; 0: none. */
static size_t word_at(const char *line, size_t len, size_t i)
{
	if (i > 0 && is_word_char(line[i - 1]))
		return 0;
	for (size_t k = 0; k < ARRAY_LEN(words); k++) {
		size_t n = strlen(words[k].word);

		if (i + n <= len && strncasecmp(line + i, words[k].word, n) == 0 &&
		    (i + n == len || !is_word_char(line[i + n])) &&
		    (!words[k].with || line_has(line, len, words[k].with)))
			return n;
	}
	return 0;
}

/* The end of a string of libconfig or JSON that begins at *text == '"', behind its last quote. */
static const char *skip_string(const char *text)
{
	for (text++; *text && *text != '"'; text++)
		if (*text == '\\' && text[1])
			text++;
	return *text ? text + 1 : text;
}

/* A value of libconfig: strings that follow one another, across lines, too, are one. NULL: there is none. */
static const char *skip_strings(const char *text)
{
	const char *end = NULL;

	text += strspn(text, " \t\r\n");
	while (*text == '"') {
		end = text = skip_string(text);
		text += strspn(text, " \t\r\n");
	}
	return end;
}

/*
 * The secret behind a word: from *ret_start to the returned end. `inside': the word stands in a string, which ends before the
 * line does.
 */
static const char *find_value(const char *behind, const char *line_end, bool inside, const char **ret_start)
{
	const char *at = behind + strspn(behind, " \t"), *end;

	*ret_start = at;
	if (!inside && (*at == '=' || *at == ':')) {
		*ret_start = at + 1 + strspn(at + 1, " \t");
		end = skip_strings(at + 1);
		return end ? end : line_end;
	}
	if (!inside)
		return line_end;
	for (end = at; end < line_end && *end != '"'; end++)
		if (*end == '\\' && end + 1 < line_end)
			end++;
	return end;
}

/* The value as the program sees it: without quotes and escapes; and its last word, where FRR has a type before the key. */
static void learn_value(struct secrets *secrets, const char *start, const char *end)
{
	_cleanup_free_ char *value = xcalloc(1, (size_t)(end - start) + 1);
	bool quoted = *start == '"', inside = !quoted;
	size_t n = 0;
	char *last;

	for (const char *c = start; c < end; c++) {
		if (quoted && *c == '"')
			inside = !inside;
		/* Between strings that are one. */
		if (!inside)
			continue;
		/* The end of the line within a string of libconfig. */
		if (*c == '\\' && c + 1 < end && c[1] == 'n')
			break;
		if (*c == '\\' && c + 1 < end)
			value[n++] = *++c;
		else if (*c != '"' && *c != '\n' && *c != '\r')
			value[n++] = *c;
	}
	while (n && (isspace((unsigned char)value[n - 1]) || value[n - 1] == ';' || value[n - 1] == ','))
		value[--n] = '\0';
	secrets_add(secrets, value);
	last = strrchr(value, ' ');
	if (last)
		secrets_add(secrets, last + 1);
}

/* Writes the text without what stands behind the words to `out`, and learns it (secrets), each if not NULL. */
static void scan(const char *text, FILE *out, struct secrets *secrets)
{
	bool inside = false; /* of a string */

	while (*text) {
		const char *line_end = text + strcspn(text, "\n"), *start = NULL, *end = NULL;
		size_t len = (size_t)(line_end - text), i, n = 0;

		for (i = 0; i < len && !n; i++) {
			inside ^= text[i] == '"' && (i == 0 || text[i - 1] != '\\');
			n = word_at(text, len, i);
		}
		if (n) {
			/* The loop has gone one further. */
			end = find_value(text + i - 1 + n, line_end, inside, &start);
			if (start < end && secrets)
				learn_value(secrets, start, end);
			if (out) {
				fwrite(text, 1, (size_t)(start - text), out);
				fputs(start < end ? HIDDEN : "", out);
			}
			text = end;
			continue;
		}
		if (out) {
			fwrite(text, 1, len, out);
			if (*line_end)
				putc('\n', out);
		}
		text = line_end + (*line_end == '\n');
		inside = false;
	}
}

void secrets_learn(struct secrets *secrets, const char *text)
{
	scan(text, NULL, secrets);
}

static void hide_values(const struct secrets *secrets, char *text)
{
	for (size_t i = 0; i < secrets->n_values; i++) {
		size_t len = strlen(secrets->values[i]);

		for (char *at = strstr(text, secrets->values[i]); at; at = strstr(at + len, secrets->values[i]))
			memset(at, '*', len);
	}
}

char *secrets_hide(const struct secrets *secrets, const char *text)
{
	_cleanup_free_ char *copy = xstrdup(text);
	char *hidden = NULL;
	size_t len;
	FILE *out = xopen_text(&hidden, &len);

	hide_values(secrets, copy);
	scan(copy, out, NULL);
	xclose_text(out);
	return hidden;
}

void secrets_clear(struct secrets *secrets)
{
	util_free_strings(secrets->values, secrets->n_values);
	*secrets = (struct secrets){ 0 };
}
