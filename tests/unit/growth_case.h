/* SPDX-License-Identifier: Apache-2.0 */
/*
 * growth_case.h - what reading a hostile text costs: its time and memory grow with the text, and not with its square
 *
 * Each text is read in a process of its own, whose processor time and memory are measured: other load of the machine does
 * not count. Of a measurement that fails the next ones may be better, up to three.
 */
#pragma once

#include <stddef.h>

struct growth_text {
	const char *what; /* for messages */
	const char *head, *unit, *tail; /* the text: the unit again and again; '@' stands for its number */
	void (*read)(char *text, size_t len);
	size_t max_memory; /* for each byte of the text; 0: 20 */
};

/* A text of this size or a little more. NUL-terminated, freed by the caller. */
char *growth_make(const struct growth_text *text, size_t size);

/* Reads the text with 1, 2, 4, 8 MiB. Prints what each costs, and fails if that is not linear. */
void growth_check(const struct growth_text *text);
