/* SPDX-License-Identifier: Apache-2.0 */
/* config_join.c - see config_join.h */
#include "base/util.h"
#include "config/config_join.h"

#define MAX_SIZE   (8 << 20)
#define MAX_PIECES 20001 /* of 10000 included files: theirs, and what stands behind each */

struct piece {
	unsigned int first; /* its first line in the whole text */
	struct config_where where;
};

struct config_join {
	FILE *out; /* NULL: the text is complete */
	char *text;
	size_t len, size; /* size: of all that was added */
	unsigned int n_lines;
	struct piece *pieces;
	size_t n_pieces;
};

struct config_join *join_new(void)
{
	struct config_join *join = xcalloc(1, sizeof(*join));

	join->out = xopen_text(&join->text, &join->len);
	return join;
}

void join_free(struct config_join *join)
{
	if (!join)
		return;
	join_text(join);
	free(join->text);
	free(join->pieces);
	free(join);
}

void join_begin(struct config_join *join, const char *file, unsigned int line)
{
	struct piece *piece = util_append(&join->pieces, &join->n_pieces, sizeof(*piece));

	piece->first = join->n_lines + 1;
	piece->where = (struct config_where){ .file = file, .line = line };
}

void join_add(struct config_join *join, const char *from, const char *to)
{
	fwrite(from, 1, (size_t)(to - from), join->out);
	for (const char *p = from; (p = memchr(p, '\n', (size_t)(to - p))); p++)
		join->n_lines++;
	/* Each piece begins a line. */
	fputc('\n', join->out);
	join->n_lines++;
	join->size += (size_t)(to - from) + 1;
}

void join_put(struct config_join *join, const char *text)
{
	fputs(text, join->out);
}

bool join_is_full(const struct config_join *join)
{
	return join->size > MAX_SIZE || join->n_pieces >= MAX_PIECES;
}

const char *join_text(struct config_join *join)
{
	if (join->out)
		xclose_text(util_take_ptr(&join->out));
	return join->text;
}

struct config_where join_place(const struct config_join *join, unsigned int line)
{
	size_t low = 0, high = join->n_pieces;
	struct config_where where;

	/* The last piece that begins at this line or before it; line 0 is that of the root group. */
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (join->pieces[middle].first <= line)
			low = middle;
		else
			high = middle;
	}
	where = join->pieces[low].where;
	where.line = line ? where.line + line - join->pieces[low].first : 0;
	return where;
}
