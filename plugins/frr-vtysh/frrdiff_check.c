/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrdiff_check.c - finds lines of the wanted configuration of which FRR cannot keep all, before FRR is changed
 *
 * FRR executes a file line by line. So a second `router bgp` with another AS number is refused, and "no router bgp
 * 64512" deletes what earlier lines have defined. Without earlier lines such a deletion has no effect and is dropped.
 */
#include <stdlib.h>
#include <string.h>

#include "frrdiff_tree.h"

/* The AS number of "router bgp ASN ...": plain, or as two numbers with a dot; 0: there is none. */
static unsigned long asn_of(const struct frr_node *bgp)
{
	const char *text = frr_after(bgp->text, strlen("router bgp"));
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	return *end == '.' ? number << 16 | strtoul(end + 1, NULL, 10) : number;
}

static int check_instances(struct frr_arena *arena, const struct frr_node *root, const char *what,
			   struct evpn_error *err)
{
	size_t n;
	struct frr_node **kids = frr_sorted(arena, root, &n);

	for (size_t i = 1; i < n; i++) {
		const struct frr_node *first = kids[i - 1], *second = kids[i];

		if (first->kind == FRR_BGP && second->kind == FRR_BGP && strcmp(first->key, second->key) == 0 &&
		    asn_of(first) && asn_of(second) && asn_of(first) != asn_of(second))
			return evpn_fail(err, EVPN_ERROR_REFUSED,
					 "%s, line %u: '%.200s': line %u has already defined this instance with AS %lu",
					 what, second->line, second->text, first->line, asn_of(first));
	}
	return 0;
}

static bool is_list(const char *text)
{
	static const char *const words[] = { "ip prefix-list",	     "ipv6 prefix-list",
					     "access-list",	     "ipv6 access-list",
					     "mac access-list",	     "bgp as-path access-list",
					     "bgp community-list",   "bgp large-community-list",
					     "bgp extcommunity-list" };

	return FRR_HAS_ANY(text, words);
}

/* Whether the line deletes more than one line: a context, a list or a neighbour. */
static bool deletes_much(const struct frr_node *kid)
{
	const char *text = frr_without_no(kid->text), *rest;

	if (kid->kind != FRR_LINE || text == kid->text)
		return false;
	if (kid->parent->kind == FRR_ROOT)
		return frr_is_context(FRR_ROOT, text) || frr_has_words(text, "route-map") || is_list(text);
	if (kid->parent->kind != FRR_BGP || !frr_has_words(text, "neighbor"))
		return false;
	rest = frr_after(text, strlen("neighbor"));
	rest = frr_after(rest, frr_word(rest));
	return !*rest || strcmp(rest, "peer-group") == 0 || strcmp(rest, "interface") == 0;
}

static int check_deletions(struct frr_arena *arena, struct frr_node *node, const char *what, struct evpn_error *err)
{
	struct frr_node **kids = frr_alloc(arena, (node->n_kids + 1) * sizeof(struct frr_node *));
	size_t n = 0;

	for (size_t i = 0; i < node->n_kids; i++)
		if (!node->kids[i]->gone && frr_without_no(node->kids[i]->text) == node->kids[i]->text)
			kids[n++] = node->kids[i];
	qsort(kids, n, sizeof(struct frr_node *), frr_by_text);
	for (size_t i = 0; i < node->n_kids; i++) {
		struct frr_node *kid = node->kids[i];
		const char *text = frr_without_no(kid->text);
		size_t len = strlen(text);

		if (kid->gone || !deletes_much(kid))
			continue;
		for (size_t k = frr_text_bound(kids, n, text, len); k < n && strncmp(kids[k]->text, text, len) == 0;
		     k++)
			if (kids[k]->line < kid->line && frr_has_words(kids[k]->text, text))
				return evpn_fail(err, EVPN_ERROR_REFUSED,
						 "%s, line %u: '%.200s' deletes what line %u has defined: '%.200s'",
						 what, kid->line, kid->text, kids[k]->line, kids[k]->text);
		kid->gone = true;
	}
	return 0;
}

int frr_check(struct frr_arena *arena, struct frr_node *root, const char *what, struct evpn_error *err)
{
	if (check_instances(arena, root, what, err) < 0 || check_deletions(arena, root, what, err) < 0)
		return -1;
	for (size_t i = 0; i < root->n_kids; i++)
		if (root->kids[i]->kind == FRR_BGP && !root->kids[i]->gone &&
		    check_deletions(arena, root->kids[i], what, err) < 0)
			return -1;
	return 0;
}
