/* SPDX-License-Identifier: Apache-2.0 */
/*
 * escape.h - makes foreign text safe to print: values of a configuration, output of programs, names in the kernel
 *
 * Such a text may contain line breaks, which would forge lines of a log, and escape sequences, which a terminal obeys. Each
 * byte of a control character, of an invisible character that changes the direction or the lines of a text, and of what
 * is not UTF-8 is printed as "\xHH". Other characters stay, so that a text without such bytes is unchanged, and an
 * escaped text can be escaped again.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* In messages; the longest that evpnd makes itself (steps of a run with their times) is shorter. */
#define ESCAPE_LINE_MAX 1000

/* One line: line breaks and tabs are escaped too. "..." stands for what is behind `max` bytes. The caller frees it. */
char *escape_line(const char *text, size_t max);

/* Several lines, of any length: line breaks and tabs stay. The caller frees it. */
char *escape_text(const char *text);

/* For a text in a buffer of fixed size: each byte that is not printable ASCII becomes '?'. `lines`: line breaks stay. */
void escape_in_place(char *text, bool lines);
