/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz.h - what libFuzzer calls, and replay.c where there is no libFuzzer; and what several targets share */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void must(bool holds)
{
	if (!holds)
		abort();
}

/* A copy with a NUL behind it, in memory of its own: the sanitizer finds a read behind its end. The caller frees it. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	must(text != NULL);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}
