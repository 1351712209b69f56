/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrdiff_routes.c - static routes: their keys, and which ones must be deleted before their successors are added
 *
 * A route is deleted after its successors were added, so that the prefix always has a route. But FRR refuses a prefix
 * with both a gateway and a route that drops packets.
 */
#include <stdlib.h>
#include <string.h>

#include "frrdiff_tree.h"

bool frr_is_route(const struct frr_node *node)
{
	return node->kind == FRR_LINE && (node->parent->kind == FRR_ROOT || node->parent->kind == FRR_VRF) &&
	       (frr_has_words(node->text, "ip route") || frr_has_words(node->text, "ipv6 route"));
}

static bool is_number(const char *s, size_t len)
{
	return len && strspn(s, "0123456789") == len;
}

static bool is_hole(const char *text)
{
	return frr_has_words(text, "blackhole") || frr_has_words(text, "reject") || frr_has_words(text, "Null0");
}

char *frr_route_key(struct frr_arena *arena, const char *text, unsigned long *ret_distance)
{
	/* The shortest word for dropping packets, "Null0", becomes one of twice its length. */
	char *key = frr_alloc(arena, strlen(text) * 2 + 16), *to = key;

	*ret_distance = 0;
	while (*text) {
		size_t len = frr_word(text);

		if (frr_has_words(text, "tag") || frr_has_words(text, "label") || frr_has_words(text, "color")) {
			text = frr_after(text, len);
			len = frr_word(text);
		} else if (is_hole(text)) {
			to = stpcpy(to, "blackhole ");
		} else if (is_number(text, len)) {
			*ret_distance = strtoul(text, NULL, 10);
		} else if (!frr_has_words(text, "onlink")) {
			memcpy(to, text, len);
			to += len;
			*to++ = ' ';
		}
		text = frr_after(text, len);
	}
	*to = '\0';
	return key;
}

static bool drops(const char *text)
{
	/* "ip route PREFIX GATEWAY" */
	for (int words = 0; words < 3; words++)
		text = frr_after(text, frr_word(text));
	return is_hole(text);
}

bool frr_delete_first(struct frr_arena *arena, const struct frr_node *old, const struct frr_node *new)
{
	unsigned long before, after_it;

	if (frr_has_words(old->text, "aggregate-address"))
		return true;
	if (!frr_is_route(old))
		return false;
	/*
	 * FRR would treat a route with another distance as a second one, and `no` deletes both whatever distance it
	 * has.
	 */
	frr_route_key(arena, old->text, &before);
	frr_route_key(arena, new->text, &after_it);
	return before != after_it;
}

/* The length of "ip route PREFIX" in "ip route PREFIX GATEWAY". */
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
		if (!wanted->kids[i]->gone && frr_is_route(wanted->kids[i]) && drops(wanted->kids[i]->text))
			holes[n++] = wanted->kids[i]->text;
	qsort(holes, n, sizeof(char *), by_prefix);
	for (size_t i = 0; i < running->n_kids; i++) {
		struct frr_node *kid = running->kids[i];
		const char *text = kid->text;

		if (frr_is_route(kid))
			kid->early = drops(text) || (n && bsearch(&text, holes, n, sizeof(char *), by_prefix));
	}
}

void frr_routes_early(struct frr_arena *arena, struct frr_node *running)
{
	judge(arena, running, running->match);
	for (size_t i = 0; i < running->n_kids; i++)
		if (running->kids[i]->kind == FRR_VRF && running->kids[i]->match)
			judge(arena, running->kids[i], running->kids[i]->match);
}
