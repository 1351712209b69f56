/* SPDX-License-Identifier: Apache-2.0 */
/* reloader_config.c - see reloader.h */
#include <stdlib.h>
#include <string.h>

#include "frr-signal/reloader.h"
#include "lib/hash.h"

/* Deeper contexts than FRR has: address families of an instance, vnis of an address family. */
#define DEPTH_MAX 8

struct line {
	uint64_t key; /* the hash of the line and of the contexts around it */
	const char *text;
	size_t len;
	bool differs; /* the other configuration does not have it */
};

/* Whether the line configures something: all others separate and end contexts, or introduce the output. */
static bool is_setting(const char *text, size_t len)
{
	static const char *const others[] = { "!", "exit", "Building configuration", "Current configuration" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		size_t n = strlen(others[i]);

		if (len >= n && memcmp(text, others[i], n) == 0)
			return false;
	}
	return len > 0 && !(len == 3 && memcmp(text, "end", 3) == 0);
}

static int compare(const void *a, const void *b)
{
	const struct line *left = a, *right = b;

	return left->key < right->key ? -1 : left->key > right->key;
}

/* The lines of a configuration, sorted by their keys; to be freed. */
static struct line *read_lines(const struct text *config, size_t *ret_n)
{
	uint64_t contexts[DEPTH_MAX + 1] = { HASH_START };
	size_t indents[DEPTH_MAX + 1] = { 0 }, depth = 0, n = 0, size = 1;
	const char *at = config->data ? config->data : "";
	struct line *lines;

	for (const char *c = at; *c; c++)
		size += *c == '\n' || *c == '\r';
	lines = calloc(size, sizeof(*lines));
	while (lines && *at) {
		size_t indent = strspn(at, " "), len = strcspn(at, "\r\n");

		if (is_setting(at + indent, len - indent)) {
			/* contexts[0] is that of all lines; each further one begins with a line of lower indentation. */
			while (depth > 0 && indents[depth] >= indent)
				depth--;
			lines[n].text = at;
			lines[n].len = len;
			lines[n].key = hash_bytes(contexts[depth], at + indent, len - indent);
			if (depth < DEPTH_MAX)
				depth++;
			contexts[depth] = lines[n].key;
			indents[depth] = indent;
			n++;
		}
		at += len;
		at += *at != '\0';
	}
	if (lines)
		qsort(lines, n, sizeof(*lines), compare);
	*ret_n = n;
	return lines;
}

static int compare_places(const void *a, const void *b)
{
	const struct line *left = a, *right = b;

	return left->text < right->text ? -1 : left->text > right->text;
}

/* Writes the lines that differ, in the order in which FRR shows them. */
static void write_lines(struct line *lines, size_t n, const char *sign, struct text *ret_difference, size_t max)
{
	qsort(lines, n, sizeof(*lines), compare_places);
	for (size_t i = 0; i < n; i++) {
		if (!lines[i].differs || ret_difference->len + lines[i].len + 2 > max)
			continue;
		if (ret_difference->len)
			text_append(ret_difference, "\n", 1, max);
		text_append(ret_difference, sign, 1, max);
		text_append(ret_difference, lines[i].text, lines[i].len, max);
	}
}

/* Marks the lines that only one of them has; both are sorted by their keys. */
static bool mark(struct line *a, size_t n_a, struct line *b, size_t n_b)
{
	size_t i = 0, j = 0;
	bool same = true;

	while (i < n_a || j < n_b) {
		int order = i == n_a ? 1 : j == n_b ? -1 : compare(&a[i], &b[j]);

		if (order < 0)
			a[i].differs = true;
		else if (order > 0)
			b[j].differs = true;
		same = same && order == 0;
		i += order <= 0;
		j += order >= 0;
	}
	return same;
}

bool config_is_same(const struct text *former, const struct text *now, struct text *ret_difference, size_t max)
{
	size_t n_a = 0, n_b = 0;
	struct line *a = read_lines(former, &n_a), *b = read_lines(now, &n_b);
	bool same = a && b && mark(a, n_a, b, n_b);

	if (a && b && !same) {
		write_lines(a, n_a, "-", ret_difference, max);
		write_lines(b, n_b, "+", ret_difference, max);
	}
	free(a);
	free(b);
	return same;
}
