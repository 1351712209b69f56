/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrdiff_routes.c - which static routes cannot wait until their successors are there
 *
 * FRR refuses a prefix that has a gateway and drops packets at once.
 */
#include <stdlib.h>
#include <string.h>

#include "frrdiff_tree.h"

bool frr_is_route(const struct frr_node *node)
{
	return node->kind == FRR_LINE && (node->parent->kind == FRR_ROOT || node->parent->kind == FRR_VRF) &&
	       (frr_has_words(node->text, "ip route") || frr_has_words(node->text, "ipv6 route"));
}

/* "ip route PREFIX" of "ip route PREFIX GATEWAY" */
static size_t prefix_length(const char *text)
{
	size_t len = 0;

	for (int words = 0; words < 3 && text[len]; words++)
		len += (text[len] == ' ') + strcspn(text + len + (text[len] == ' '), " ");
	return len;
}

static int by_prefix(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;
	size_t n = prefix_length(x), m = prefix_length(y);
	int order = strncmp(x, y, n < m ? n : m);

	return order ? order : n < m ? -1 : n > m;
}

static void judge(struct frr_arena *arena, struct frr_node *running, const struct frr_node *wanted)
{
	const char **holes = frr_alloc(arena, (wanted->n_kids + 1) * sizeof(char *));
	size_t n = 0;

	for (size_t i = 0; i < wanted->n_kids; i++)
		if (!wanted->kids[i]->gone && frr_is_route(wanted->kids[i]) && frr_is_hole(wanted->kids[i]->text))
			holes[n++] = wanted->kids[i]->text;
	qsort(holes, n, sizeof(char *), by_prefix);
	for (size_t i = 0; i < running->n_kids; i++) {
		struct frr_node *kid = running->kids[i];
		const char *text = kid->text;

		if (frr_is_route(kid))
			kid->early = frr_is_hole(text) || (n && bsearch(&text, holes, n, sizeof(char *), by_prefix));
	}
}

void frr_routes_early(struct frr_arena *arena, struct frr_node *running)
{
	judge(arena, running, running->match);
	for (size_t i = 0; i < running->n_kids; i++)
		if (running->kids[i]->kind == FRR_VRF && running->kids[i]->match)
			judge(arena, running->kids[i], running->kids[i]->match);
}
