/* SPDX-License-Identifier: Apache-2.0 */
/* frrdiff_tree.c - memory and nodes of a configuration tree, and matching two trees */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frrdiff_tree.h"

#define CHUNK_SIZE 65536

struct frr_chunk {
	struct frr_chunk *next;
	size_t used, size;
	max_align_t data[];
};

void *frr_alloc(struct frr_arena *arena, size_t size)
{
	struct frr_chunk *chunk = arena->chunks;

	size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
	if (!chunk || chunk->size - chunk->used < size) {
		size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;

		chunk = calloc(1, sizeof(*chunk) + room);
		if (!chunk)
			abort();
		chunk->size = room;
		chunk->next = arena->chunks;
		arena->chunks = chunk;
	}
	chunk->used += size;
	return (char *)chunk->data + chunk->used - size;
}

char *frr_strndup(struct frr_arena *arena, const char *s, size_t len)
{
	char *copy = frr_alloc(arena, len + 1);

	memcpy(copy, s, len);
	return copy;
}

char *frr_printf(struct frr_arena *arena, const char *format, ...)
{
	va_list args;
	int len;
	char *text;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	text = frr_alloc(arena, (size_t)len + 1);
	va_start(args, format);
	vsnprintf(text, (size_t)len + 1, format, args);
	va_end(args);
	return text;
}

void frr_arena_free(struct frr_arena *arena)
{
	while (arena->chunks) {
		struct frr_chunk *chunk = arena->chunks;

		arena->chunks = chunk->next;
		free(chunk);
	}
}

bool frr_has_words(const char *text, const char *words)
{
	size_t len = strlen(words);

	return strncmp(text, words, len) == 0 && (text[len] == '\0' || text[len] == ' ');
}

bool frr_has_any(const char *text, const char *const *choices, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (frr_has_words(text, choices[i]))
			return true;
	return false;
}

struct frr_node *frr_add_kid(struct frr_arena *arena, struct frr_node *parent, enum frr_kind kind, char *text,
			     unsigned int line)
{
	struct frr_node *kid = frr_alloc(arena, sizeof(*kid));

	/* The array has room for a power of two: it is full when n_kids reaches one. */
	if ((parent->n_kids & (parent->n_kids - 1)) == 0) {
		struct frr_node **kids = frr_alloc(arena, (parent->n_kids ? parent->n_kids * 2 : 1) *
								  sizeof(struct frr_node *));

		if (parent->n_kids)
			memcpy(kids, parent->kids, parent->n_kids * sizeof(struct frr_node *));
		parent->kids = kids;
	}
	*kid = (struct frr_node){ .kind = kind, .text = text, .key = text, .parent = parent, .line = line };
	parent->kids[parent->n_kids++] = kid;
	return kid;
}

struct frr_node *frr_find_context(struct frr_arena *arena, struct frr_node *parent, enum frr_kind kind,
				  const char *text)
{
	for (size_t i = 0; i < parent->n_kids; i++) {
		struct frr_node *kid = parent->kids[i];

		if (kid->kind == kind && !kid->gone && strcmp(kid->text, text) == 0)
			return kid;
	}
	return frr_add_kid(arena, parent, kind, frr_strndup(arena, text, strlen(text)), 0);
}

static int by_key(const void *a, const void *b)
{
	const struct frr_node *x = *(struct frr_node *const *)a, *y = *(struct frr_node *const *)b;
	int order = strcmp(x->key, y->key);

	if (order)
		return order;
	/* A line and a context can have the same key. */
	if ((x->kind == FRR_LINE) != (y->kind == FRR_LINE))
		return x->kind == FRR_LINE ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

int frr_by_text(const void *a, const void *b)
{
	return strcmp((*(struct frr_node *const *)a)->text, (*(struct frr_node *const *)b)->text);
}

size_t frr_text_bound(struct frr_node *const *nodes, size_t n, const char *text, size_t len)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = (low + high) / 2;
		bool less = strncmp(nodes[middle]->text, text, len) < 0;

		*(less ? &low : &high) = less ? middle + 1 : middle;
	}
	return low;
}

struct frr_node **frr_sorted(struct frr_arena *arena, const struct frr_node *node, size_t *ret_n)
{
	struct frr_node **sorted = frr_alloc(arena, (node->n_kids + 1) * sizeof(struct frr_node *));
	size_t n = 0;

	for (size_t i = 0; i < node->n_kids; i++)
		if (!node->kids[i]->gone)
			sorted[n++] = node->kids[i];
	qsort(sorted, n, sizeof(struct frr_node *), by_key);
	*ret_n = n;
	return sorted;
}

void frr_join(struct frr_arena *arena, struct frr_node *node)
{
	size_t n;
	struct frr_node **kids = frr_sorted(arena, node, &n);

	for (size_t i = 1; i < n; i++) {
		struct frr_node *first = kids[i - 1], *kid = kids[i];

		if (strcmp(first->key, kid->key) || (first->kind == FRR_LINE) != (kid->kind == FRR_LINE))
			continue;
		if (kid->kind == FRR_LINE) {
			bool same = strcmp(first->text, kid->text) == 0;

			/* FRR ignores a line that it already has. */
			(same ? kid : first)->gone = true;
			if (same)
				kids[i] = first;
			continue;
		}
		for (size_t j = 0; j < kid->n_kids; j++) {
			struct frr_node *moved = kid->kids[j], *copy;

			copy = frr_add_kid(arena, first, moved->kind, moved->text, moved->line);
			copy->key = moved->key;
			copy->rank = moved->rank;
			copy->gone = moved->gone;
			copy->implied = moved->implied;
			copy->kids = moved->kids;
			copy->n_kids = moved->n_kids;
			for (size_t k = 0; k < copy->n_kids; k++)
				copy->kids[k]->parent = copy;
		}
		first->text = kid->text;
		kid->gone = true;
		kids[i] = first;
	}
	for (size_t i = 0; i < node->n_kids; i++)
		if (!node->kids[i]->gone && node->kids[i]->kind != FRR_LINE)
			frr_join(arena, node->kids[i]);
}

void frr_match(struct frr_arena *arena, struct frr_node *running, struct frr_node *wanted)
{
	size_t n_old, n_new;
	struct frr_node **old = frr_sorted(arena, running, &n_old), **new = frr_sorted(arena, wanted, &n_new);

	running->match = wanted;
	wanted->match = running;
	for (size_t i = 0, j = 0; i < n_old && j < n_new;) {
		int order = strcmp(old[i]->key, new[j]->key);

		if (!order)
			order = (new[j]->kind == FRR_LINE) - (old[i]->kind == FRR_LINE);
		if (!order) {
			old[i]->match = new[j];
			new[j]->match = old[i];
			if (old[i]->kind != FRR_LINE)
				frr_match(arena, old[i], new[j]);
		}
		i += order <= 0;
		j += order >= 0;
	}
}
