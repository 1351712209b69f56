/* SPDX-License-Identifier: Apache-2.0 */
/*
 * line_set.h - whether a text has a line: for texts of which each line is looked up in the other
 *
 * The cost of n look-ups in a text of n lines is that of sorting the lines, whatever they are. A hash table would be slow for
 * lines that are chosen to collide.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct line {
	const char *text; /* without its line break */
	size_t len;
};

struct line_set {
	struct line *lines; /* in order */
	size_t n;
};

/* Adds the lines of a text, which must outlive the set; line_set_sort() comes after the last text. */
void line_set_add(struct line_set *set, const char *text);
void line_set_sort(struct line_set *set);

bool line_set_has(const struct line_set *set, const char *line, size_t len);
void line_set_clear(struct line_set *set);
