/* SPDX-License-Identifier: Apache-2.0 */
/* line_set.c - see line_set.h */
#include "base/line_set.h"
#include "base/util.h"

/* By length first, which needs no look at the text. */
static int compare(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return memcmp(x->text, y->text, x->len);
}

void line_set_add(struct line_set *set, const char *text)
{
	for (const char *end; *text; text = *end ? end + 1 : end) {
		struct line *line = util_append(&set->lines, &set->n, sizeof(*line));

		end = strchrnul(text, '\n');
		line->text = text;
		line->len = (size_t)(end - text);
	}
}

void line_set_sort(struct line_set *set)
{
	if (set->n)
		qsort(set->lines, set->n, sizeof(*set->lines), compare);
}

bool line_set_has(const struct line_set *set, const char *line, size_t len)
{
	struct line key = { .text = line, .len = len };

	return set->n && bsearch(&key, set->lines, set->n, sizeof(key), compare);
}

void line_set_clear(struct line_set *set)
{
	free(set->lines);
	*set = (struct line_set){ 0 };
}
