/* SPDX-License-Identifier: Apache-2.0 */
/*
 * textdiff.h - what changes between two texts, line by line, as diff -u shows it; pure
 */
#pragma once

#include <stdbool.h>

/*
 * The unified difference with three lines of context, without the two lines of file names; "" where the texts are the
 * same. The caller frees it. Texts whose differing middles are very long are shown as taken out and put in whole.
 */
char *textdiff_unified(const char *before, const char *after);
