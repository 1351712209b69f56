/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrdiff_bgp.c - what `router bgp` has of its own: neighbours, their groups and their families
 *
 * Whether FRR shows "neighbor X activate" hangs on the instance's default, on the family and on the peer-group. Here it is
 * always said, in both trees, for each neighbour that is in no group; members say it where they differ from their group.
 */
#include <stdlib.h>
#include <string.h>

#include "frrdiff_bgp.h"

const char *frr_neighbor_of(const char *text, size_t *ret_len, const char **ret_rest)
{
	const char *name;

	text = frr_without_no(text);
	if (!frr_has_words(text, "neighbor") || !text[strlen("neighbor")])
		return NULL;
	name = text + strlen("neighbor ");
	*ret_len = frr_word(name);
	*ret_rest = name[*ret_len] ? name + *ret_len + 1 : "";
	return name;
}

static int by_name(const void *a, const void *b)
{
	const struct neighbor *x = a, *y = b;
	int order = strncmp(x->name, y->name, x->len < y->len ? x->len : y->len);

	return order ? order : x->len < y->len ? -1 : x->len > y->len;
}

struct neighbor *frr_find_neighbor(const struct neighbors *neighbors, const char *name)
{
	struct neighbor key = { .name = name };

	if (!name || !neighbors->n)
		return NULL;
	key.len = frr_word(name);
	return bsearch(&key, neighbors->all, neighbors->n, sizeof(key), by_name);
}

struct neighbor *frr_line_neighbor(const struct neighbors *neighbors, const char *text, const char **ret_rest)
{
	size_t len;

	return frr_find_neighbor(neighbors, frr_neighbor_of(text, &len, ret_rest));
}

/* "peer-group GROUP", "remote-as N", "interface [v6only] [peer-group GROUP | remote-as N]" */
static void take_definition(struct neighbor *neighbor, const char *rest)
{
	if (frr_has_words(rest, "interface")) {
		neighbor->is_interface = true;
		rest += strlen("interface");
		rest += *rest == ' ';
		neighbor->is_v6only = frr_has_words(rest, "v6only");
		if (neighbor->is_v6only)
			rest += strlen("v6only") + (rest[strlen("v6only")] == ' ');
	}
	if (strcmp(rest, "peer-group") == 0)
		neighbor->is_group = true;
	else if (frr_has_words(rest, "peer-group"))
		neighbor->group = rest + strlen("peer-group ");
	else if (frr_has_words(rest, "remote-as"))
		neighbor->remote_as = rest + strlen("remote-as ");
}

static bool is_definition(const char *rest)
{
	return frr_has_words(rest, "remote-as") || frr_has_words(rest, "interface") ||
	       frr_has_words(rest, "peer-group");
}

static void join_same(struct neighbors *neighbors)
{
	size_t n = 0;

	for (size_t i = 0; i < neighbors->n; i++) {
		struct neighbor *from = &neighbors->all[i], *to = &neighbors->all[n ? n - 1 : 0];

		if (!n || by_name(to, from)) {
			neighbors->all[n++] = *from;
			continue;
		}
		to->group = from->group ? from->group : to->group;
		to->remote_as = from->remote_as ? from->remote_as : to->remote_as;
		to->is_group |= from->is_group;
		to->is_interface |= from->is_interface;
		to->is_v6only |= from->is_v6only;
		to->definition = from->definition;
	}
	neighbors->n = n;
}

struct neighbors frr_neighbors(struct frr_arena *arena, const struct frr_node *bgp)
{
	struct neighbors neighbors = { .all = frr_alloc(arena, (bgp->n_kids + 1) * sizeof(struct neighbor)) };

	for (size_t i = 0; i < bgp->n_kids; i++) {
		struct frr_node *kid = bgp->kids[i];
		struct neighbor *neighbor = &neighbors.all[neighbors.n];
		const char *rest;

		if (kid->gone || kid->kind != FRR_LINE)
			continue;
		neighbor->name = frr_neighbor_of(kid->text, &neighbor->len, &rest);
		if (!neighbor->name || !is_definition(rest) || frr_without_no(kid->text) != kid->text)
			continue;
		take_definition(neighbor, rest);
		neighbor->definition = kid;
		neighbors.n++;
	}
	qsort(neighbors.all, neighbors.n, sizeof(struct neighbor), by_name);
	join_same(&neighbors);
	return neighbors;
}

/* ---- whether a neighbour has a family ---- */

static bool has_line(const struct frr_node *node, const char *text)
{
	for (size_t i = 0; i < node->n_kids; i++)
		if (!node->kids[i]->gone && strcmp(node->kids[i]->text, text) == 0)
			return true;
	return false;
}

enum state { UNSAID, ON, OFF };

static bool family_default(const struct frr_node *bgp, const struct frr_node *family)
{
	if (strcmp(family->text, "address-family ipv4 unicast") == 0)
		return !has_line(bgp, "no bgp default ipv4-unicast");
	if (strcmp(family->text, "address-family ipv6 unicast") == 0)
		return has_line(bgp, "bgp default ipv6-unicast");
	if (family->kind == FRR_BGP_EVPN)
		return has_line(bgp, "bgp default l2vpn-evpn");
	return false;
}

static void say_active(struct frr_arena *arena, struct frr_node *family, const struct neighbor *neighbor, bool on,
		       bool implied)
{
	struct frr_node *line;

	line = frr_add_kid(
		arena, family, FRR_LINE,
		frr_printf(arena, "%sneighbor %.*s activate", on ? "" : "no ", (int)neighbor->len, neighbor->name),
		family->line);
	line->implied = implied;
}

/* Takes "[no] neighbor X activate" out of the family, and says it anew where it says something. */
static void normal_activate(struct frr_arena *arena, const struct frr_node *bgp, struct frr_node *family,
			    const struct neighbors *neighbors)
{
	bool def = family_default(bgp, family), always = strcmp(family->text, "address-family ipv4 unicast") == 0;
	enum state *states = frr_alloc(arena, (neighbors->n + 1) * sizeof(*states));

	for (size_t i = 0; i < family->n_kids; i++) {
		struct frr_node *kid = family->kids[i];
		const char *rest;
		const struct neighbor *neighbor = frr_line_neighbor(neighbors, kid->text, &rest);

		if (!neighbor || strcmp(rest, "activate"))
			continue;
		states[neighbor - neighbors->all] = frr_without_no(kid->text) == kid->text ? ON : OFF;
		kid->gone = true;
	}
	for (size_t i = 0; i < neighbors->n; i++) {
		const struct neighbor *neighbor = &neighbors->all[i],
				      *group = frr_find_neighbor(neighbors, neighbor->group);
		bool base = group && states[group - neighbors->all] ? states[group - neighbors->all] == ON : def;
		bool on = states[i] ? states[i] == ON : base;

		if (group && on != base)
			say_active(arena, family, neighbor, on, false);
		else if (!group && (on || always || def))
			say_active(arena, family, neighbor, on, on == def);
	}
}

/* Old files have what concerns IPv4 unicast in the instance itself. */
static bool is_family_line(const char *text)
{
	static const char *const lines[] = { "network",	      "redistribute", "aggregate-address",
					     "maximum-paths", "table-map",    "distance bgp" };
	static const char *const words[] = {
		"activate",
		"route-map",
		"prefix-list",
		"filter-list",
		"distribute-list",
		"next-hop-self",
		"soft-reconfiguration",
		"route-reflector-client",
		"route-server-client",
		"allowas-in",
		"default-originate",
		"maximum-prefix",
		"send-community",
		"unsuppress-map",
		"as-override",
		"remove-private-AS",
		"attribute-unchanged",
		"weight",
	};
	const char *rest;
	size_t len;

	text = frr_without_no(text);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (frr_has_words(text, lines[i]))
			return true;
	if (!frr_neighbor_of(text, &len, &rest))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (frr_has_words(rest, words[i]))
			return true;
	return false;
}

static void move_family_lines(struct frr_arena *arena, struct frr_node *bgp)
{
	struct frr_node *family = NULL;
	size_t n = bgp->n_kids;

	for (size_t i = 0; i < n; i++) {
		struct frr_node *kid = bgp->kids[i];

		if (kid->kind != FRR_LINE || !is_family_line(kid->text))
			continue;
		if (!family)
			family = frr_find_context(arena, bgp, FRR_BGP_AF, "address-family ipv4 unicast");
		frr_add_kid(arena, family, FRR_LINE, kid->text, kid->line);
		kid->gone = true;
	}
}

/* Some lines are lists to which setting adds, and which FRR shows as one: each element becomes a line. */
static void split_line(struct frr_arena *arena, struct frr_node *node, size_t at, const char *words,
		       const char *const *to)
{
	struct frr_node *kid = node->kids[at];
	const char *rest;

	if (!frr_has_words(kid->text, words))
		return;
	rest = kid->text + strlen(words);
	kid->gone = true;
	if (to) {
		for (; *to; to++)
			frr_add_kid(arena, node, FRR_LINE, frr_printf(arena, "%s%s", *to, rest), kid->line);
		return;
	}
	while (*rest) {
		size_t len = frr_word(++rest);

		frr_add_kid(arena, node, FRR_LINE, frr_printf(arena, "%s %.*s", words, (int)len, rest), kid->line);
		rest += len;
	}
}

static void split_lines(struct frr_arena *arena, struct frr_node *node)
{
	static const char *const vpn[] = { "rt vpn import", "rt vpn export", NULL };
	static const char *const evpn[] = { "route-target import", "route-target export", NULL };
	size_t n = node->n_kids;

	for (size_t i = 0; i < n; i++) {
		if (node->kids[i]->gone)
			continue;
		if (node->kind == FRR_BGP)
			split_line(arena, node, i, "bgp confederation peers", NULL);
		if (node->kind == FRR_BGP_AF)
			split_line(arena, node, i, "rt vpn both", vpn);
		if (node->kind == FRR_BGP_EVPN || node->kind == FRR_BGP_VNI)
			split_line(arena, node, i, "route-target both", evpn);
		if (node->kids[i]->kind != FRR_LINE)
			split_lines(arena, node->kids[i]);
	}
}

void frr_normal_bgp(struct frr_arena *arena, struct frr_node *bgp)
{
	struct neighbors neighbors;

	move_family_lines(arena, bgp);
	split_lines(arena, bgp);
	neighbors = frr_neighbors(arena, bgp);
	if (neighbors.n)
		frr_find_context(arena, bgp, FRR_BGP_AF, "address-family ipv4 unicast");
	for (size_t i = 0; i < bgp->n_kids; i++)
		if (bgp->kids[i]->kind == FRR_BGP_AF || bgp->kids[i]->kind == FRR_BGP_EVPN)
			normal_activate(arena, bgp, bgp->kids[i], &neighbors);
}
