/* SPDX-License-Identifier: Apache-2.0 */
/* vty_answer.c - see vty_answer.h */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/vty_answer.h"

#define FIRST_SIZE 4096u
#define END_SIZE   4 /* three NUL bytes and the status */

/* The size doubles, so that the time is linear in the length of the answer. */
static int make_room(struct vty_answer *answer, size_t len)
{
	size_t size = answer->size ? answer->size : FIRST_SIZE;
	char *text;

	if (len > VTY_ANSWER_MAX - answer->len)
		return -EFBIG;
	while (size < answer->len + len + 1)
		size *= 2;
	if (size == answer->size)
		return 0;
	text = realloc(answer->text, size);
	if (!text)
		return -ENOMEM;
	answer->text = text;
	answer->size = size;
	return 0;
}

/* Adds bytes of the text. */
static int add_text(struct vty_answer *answer, const char *data, size_t len)
{
	int r = make_room(answer, len);

	if (r < 0)
		return r;
	memcpy(answer->text + answer->len, data, len);
	answer->len += len;
	answer->text[answer->len] = '\0';
	return 0;
}

int vty_answer_add(struct vty_answer *answer, const char *data, size_t len)
{
	const char *end = answer->n_end == 0 ? memchr(data, '\0', len) : data;
	size_t n = end ? (size_t)(end - data) : len;
	int r = answer->n_end == 0 ? add_text(answer, data, n) : 0;

	if (r < 0)
		return r;
	for (; n < len; n++) {
		if (answer->n_end == END_SIZE || (answer->n_end < END_SIZE - 1 && data[n] != '\0'))
			return -EPROTO;
		answer->n_end++;
		answer->status = (unsigned char)data[n];
	}
	return answer->n_end == END_SIZE;
}

bool vty_answer_is_good(const struct vty_answer *answer)
{
	static const char unknown[] = "Unknown command";
	size_t line = strcspn(answer->text, "\n");

	return answer->status == 0 &&
	       !(answer->text[0] == '%' && memmem(answer->text, line, unknown, sizeof(unknown) - 1));
}

void vty_answer_clear(struct vty_answer *answer)
{
	free(answer->text);
	*answer = (struct vty_answer){ 0 };
}
