/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_vty.c - any bytes as a daemon's answer on its vty socket, in any pieces: the text has no NUL and no more bytes than came,
 * and the pieces make no difference
 *
 * The first byte is the size of the pieces; 0: all at once.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "lib/vty_answer.h"

/* The result of the piece that decided, or 0. */
static int add_pieces(struct vty_answer *answer, const char *data, size_t size, size_t piece)
{
	int r = 0;

	for (size_t at = 0; at < size && r >= 0; at += piece) {
		size_t n = size - at < piece ? size - at : piece;

		r = vty_answer_add(answer, data + at, n);
		must(r == 1 || r == 0 || r == -EPROTO);
		must(answer->len <= at + n && (!answer->text || strlen(answer->text) == answer->len));
		must(!answer->text || (answer->size > answer->len && answer->size <= 4096 + 2 * size));
	}
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vty_answer whole = { 0 }, pieces = { 0 };
	const char *text = (const char *)data;
	int r, r_pieces;

	if (size < 2)
		return 0;
	r = add_pieces(&whole, text + 1, size - 1, size - 1);
	r_pieces = add_pieces(&pieces, text + 1, size - 1, data[0] ? data[0] : size - 1);
	must(r == r_pieces);
	if (r == 1) {
		must(whole.len + 5 == size && memcmp(whole.text, data + 1, whole.len) == 0);
		must(whole.status == data[size - 1] && pieces.status == whole.status);
		must(strcmp(whole.text, pieces.text) == 0);
		must(!vty_answer_is_good(&whole) || whole.status == 0);
	}
	vty_answer_clear(&whole);
	vty_answer_clear(&pieces);
	return 0;
}
