/* SPDX-License-Identifier: Apache-2.0 */
/* textdiff.c - see textdiff.h */
#include <stdint.h>
#include <stdio.h>

#include "base/textdiff.h"
#include "base/util.h"

#define CONTEXT 3
/* Lines of one middle times lines of the other, above which no longest common subsequence is looked for: 16 MB. */
#define MAX_CELLS (4u << 20)

struct lines {
	const char **items;
	size_t *lens;
	size_t n;
};

/* The rest of a longer text counts as one line. */
#define MAX_LINES 500000

/* The texts side by side: runs of lines that are kept, taken out ('-') or put in ('+'). */
struct edit {
	char what;
	size_t before, after; /* positions of the line in either text */
};

struct script {
	struct edit *items;
	size_t n;
};

static void split(const char *text, struct lines *lines)
{
	size_t n = 0;

	while (*text) {
		size_t len = n < MAX_LINES ? strcspn(text, "\n") : strlen(text);

		*(const char **)util_append(&lines->items, &lines->n, sizeof(*lines->items)) = text;
		*(size_t *)util_append(&lines->lens, &n, sizeof(*lines->lens)) = len;
		text += len + (text[len] == '\n');
	}
}

static void lines_clear(struct lines *lines)
{
	free(lines->items);
	free(lines->lens);
}

static bool same(const struct lines *a, size_t i, const struct lines *b, size_t k)
{
	return a->lens[i] == b->lens[k] && memcmp(a->items[i], b->items[k], a->lens[i]) == 0;
}

static void add(struct script *script, char what, size_t before, size_t after)
{
	*(struct edit *)util_append(&script->items, &script->n, sizeof(struct edit)) = (struct edit){ what, before,
												      after };
}

/* The middles: lines [from, to) of each text. `length[i][k]` is the length of the longest common rest. */
static void compare_middles(struct script *script, const struct lines *a, size_t a_from, size_t a_to,
			    const struct lines *b, size_t b_from, size_t b_to)
{
	size_t rows = a_to - a_from, columns = b_to - b_from, width = columns + 1, i = 0, k = 0;
	bool small = (rows + 1) * width <= MAX_CELLS;
	_cleanup_free_ uint32_t *length = xcalloc(small ? (rows + 1) * width : 1, sizeof(*length));

	for (size_t r = rows; small && r-- > 0;)
		for (size_t c = columns; c-- > 0;) {
			uint32_t down = length[(r + 1) * width + c], right = length[r * width + c + 1];

			length[r * width + c] = same(a, a_from + r, b, b_from + c) ? length[(r + 1) * width + c + 1] + 1
						: down > right			   ? down
										   : right;
		}
	while (i < rows || k < columns) {
		if (small && i < rows && k < columns && same(a, a_from + i, b, b_from + k)) {
			add(script, ' ', a_from + i++, b_from + k++);
		} else if (i < rows &&
			   (!small || k == columns || length[(i + 1) * width + k] >= length[i * width + k + 1])) {
			add(script, '-', a_from + i++, b_from + k);
		} else {
			add(script, '+', a_from + i, b_from + k++);
		}
	}
}

static void compare(struct script *script, const struct lines *a, const struct lines *b)
{
	size_t head = 0, tail = 0;

	while (head < a->n && head < b->n && same(a, head, b, head))
		add(script, ' ', head, head), head++;
	while (tail < a->n - head && tail < b->n - head && same(a, a->n - tail - 1, b, b->n - tail - 1))
		tail++;
	compare_middles(script, a, head, a->n - tail, b, head, b->n - tail);
	for (; tail > 0; tail--)
		add(script, ' ', a->n - tail, b->n - tail);
}

/* The end of the hunk that begins at `i`: where so many kept lines follow each other that two contexts fit. */
static size_t hunk_end(const struct script *script, size_t i)
{
	size_t last = i;

	for (; i < script->n && i <= last + 2 * CONTEXT; i++)
		if (script->items[i].what != ' ')
			last = i;
	return last + 1 + CONTEXT < script->n ? last + 1 + CONTEXT : script->n;
}

static void print_hunk(FILE *out, const struct script *script, size_t from, size_t to, const struct lines *a,
		       const struct lines *b)
{
	size_t removed = 0, added = 0;

	for (size_t i = from; i < to; i++) {
		removed += script->items[i].what != '+';
		added += script->items[i].what != '-';
	}
	/* A side without lines is named by the line before it. */
	fprintf(out, "@@ -%zu,%zu +%zu,%zu @@\n", script->items[from].before + (removed > 0), removed,
		script->items[from].after + (added > 0), added);
	for (size_t i = from; i < to; i++) {
		const struct edit *e = &script->items[i];
		const struct lines *lines = e->what == '+' ? b : a;
		size_t line = e->what == '+' ? e->after : e->before;

		fprintf(out, "%c%.*s\n", e->what, (int)lines->lens[line], lines->items[line]);
	}
}

char *textdiff_unified(const char *before, const char *after)
{
	struct lines a = { 0 }, b = { 0 };
	struct script script = { 0 };
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	split(before, &a);
	split(after, &b);
	compare(&script, &a, &b);
	for (size_t i = 0; out && i < script.n; i++) {
		size_t from, to;

		if (script.items[i].what == ' ')
			continue;
		from = i > CONTEXT ? i - CONTEXT : 0;
		to = hunk_end(&script, i);
		print_hunk(out, &script, from, to, &a, &b);
		i = to - 1;
	}
	if (!out || fclose(out) != 0) {
		free(text);
		text = xstrdup("");
	}
	free(script.items);
	lines_clear(&a);
	lines_clear(&b);
	return text;
}
