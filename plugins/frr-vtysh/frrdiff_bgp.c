/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrdiff_bgp.c - the neighbours of `router bgp`, their peer-groups and address families
 *
 * Whether FRR prints "neighbor X activate" depends on the instance's default, on the address family and on the
 * peer-group. Here both trees always contain this line for each neighbour without a peer-group. Members of a peer-group
 * have it if they differ from their group.
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
		neighbor->group = frr_after(rest, strlen("peer-group"));
	else if (frr_has_words(rest, "remote-as"))
		neighbor->remote_as = frr_after(rest, strlen("remote-as"));
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

/* ---- address families of neighbours ---- */

static bool has_line(const struct frr_node *node, const char *text)
{
	for (size_t i = 0; i < node->n_kids; i++)
		if (!node->kids[i]->gone && strcmp(node->kids[i]->text, text) == 0)
			return true;
	return false;
}

enum state { UNSET, ON, OFF };

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

static void add_active_line(struct frr_arena *arena, struct frr_node *family, const struct neighbor *neighbor, bool on,
			    bool implied)
{
	struct frr_node *line;

	line = frr_add_kid(
		arena, family, FRR_LINE,
		frr_printf(arena, "%sneighbor %.*s activate", on ? "" : "no ", (int)neighbor->len, neighbor->name),
		family->line);
	line->implied = implied;
}

/* Of an address family: what it says about each neighbour, and the numbers of the neighbours that it mentions. */
struct activations {
	enum state *states; /* UNSET between two families */
	size_t *mentioned;
	size_t n;
};

static int by_value(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return x < y ? -1 : x > y;
}

/* Drops "[no] neighbor X activate". */
static void take_activations(struct activations *activations, struct frr_node *family,
			     const struct neighbors *neighbors)
{
	activations->n = 0;
	for (size_t i = 0; i < family->n_kids; i++) {
		struct frr_node *kid = family->kids[i];
		const char *rest;
		const struct neighbor *neighbor = frr_line_neighbor(neighbors, kid->text, &rest);
		enum state *state;

		if (!neighbor || strcmp(rest, "activate"))
			continue;
		state = &activations->states[neighbor - neighbors->all];
		if (*state == UNSET)
			activations->mentioned[activations->n++] = (size_t)(neighbor - neighbors->all);
		*state = frr_without_no(kid->text) == kid->text ? ON : OFF;
		kid->gone = true;
	}
	qsort(activations->mentioned, activations->n, sizeof(size_t), by_value);
}

/* Replaces "[no] neighbor X activate" in the family by the lines that differ from the default. */
static void normal_activate(struct frr_arena *arena, const struct frr_node *bgp, struct frr_node *family,
			    const struct neighbors *neighbors, struct activations *activations)
{
	bool def = family_default(bgp, family), always = strcmp(family->text, "address-family ipv4 unicast") == 0;
	const enum state *states = activations->states;
	size_t n;

	take_activations(activations, family, neighbors);
	/* An instance has few families with a default. In all others only the neighbours that they mention count. */
	n = def || always ? neighbors->n : activations->n;
	for (size_t k = 0; k < n; k++) {
		size_t i = def || always ? k : activations->mentioned[k];
		const struct neighbor *neighbor = &neighbors->all[i],
				      *group = frr_find_neighbor(neighbors, neighbor->group);
		bool base = group && states[group - neighbors->all] ? states[group - neighbors->all] == ON : def;
		bool on = states[i] ? states[i] == ON : base;

		if (group && on != base)
			add_active_line(arena, family, neighbor, on, false);
		else if (!group && (on || always || def))
			add_active_line(arena, family, neighbor, on, on == def);
	}
	for (size_t k = 0; k < activations->n; k++)
		activations->states[activations->mentioned[k]] = UNSET;
}

/* Lines of IPv4 unicast, which old files have in the instance itself. */
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
	return FRR_HAS_ANY(text, lines) || (frr_neighbor_of(text, &len, &rest) && FRR_HAS_ANY(rest, words));
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

/*
 * Some lines are lists: setting one adds its elements, and FRR prints all elements in one line. Makes one line of each.
 */
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
	struct activations activations;
	struct neighbors neighbors;

	move_family_lines(arena, bgp);
	split_lines(arena, bgp);
	neighbors = frr_neighbors(arena, bgp);
	if (!neighbors.n)
		return;
	frr_find_context(arena, bgp, FRR_BGP_AF, "address-family ipv4 unicast");
	activations.states = frr_alloc(arena, neighbors.n * sizeof(enum state));
	activations.mentioned = frr_alloc(arena, neighbors.n * sizeof(size_t));
	for (size_t i = 0; i < bgp->n_kids; i++)
		if (bgp->kids[i]->kind == FRR_BGP_AF || bgp->kids[i]->kind == FRR_BGP_EVPN)
			normal_activate(arena, bgp, bgp->kids[i], &neighbors, &activations);
}
