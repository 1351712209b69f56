/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrdiff_redo.c - finds neighbours and instances that FRR cannot change, so that they are deleted and added again
 *
 * These are neighbours whose peer-group changes, and instances whose AS number changes. `no neighbor X` deletes all
 * lines of X, and `no neighbor GROUP` also the members of the group.
 */
#include <stdlib.h>
#include <string.h>

#include "frrdiff_bgp.h"

static bool same_word(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return frr_word(a) == frr_word(b) && strncmp(a, b, frr_word(a)) == 0;
}

/* The node no longer counts as present in both trees: it is deleted, and added again. */
static void unmatch(struct frr_node *node)
{
	if (node->match)
		node->match->match = NULL;
	node->match = NULL;
}

static bool can_stay(const struct neighbor *old, const struct neighbor *new)
{
	return same_word(old->group, new->group) && old->is_group == new->is_group &&
	       old->is_interface == new->is_interface && !old->remote_as == !new->remote_as;
}

static void judge(struct neighbors *old, struct neighbors *new)
{
	for (size_t i = 0; i < old->n; i++) {
		struct neighbor *neighbor = &old->all[i], *after = frr_find_neighbor(new, neighbor->name);

		neighbor->gone = !after;
		neighbor->redo = after && !can_stay(neighbor, after);
	}
	for (size_t i = 0; i < old->n; i++) {
		struct neighbor *neighbor = &old->all[i], *group = frr_find_neighbor(old, neighbor->group);

		neighbor->redo |= group && (group->gone || group->redo) && !neighbor->gone;
	}
	for (size_t i = 0; i < new->n; i++) {
		const struct neighbor *before = frr_find_neighbor(old, new->all[i].name);

		new->all[i].fresh = !before || before->redo;
	}
}

/* The peer-group of "bgp listen range", which FRR deletes together with the group. */
static const char *group_of_range(const char *text)
{
	const char *group;

	if (!frr_has_words(text, "bgp listen range"))
		return NULL;
	group = strstr(text, " peer-group ");
	return group ? group + strlen(" peer-group ") : NULL;
}

/* Lines that FRR deletes together with their neighbour need no command of their own, but are added again. */
static void mark_old(struct frr_node *node, const struct neighbors *old)
{
	for (size_t i = 0; i < node->n_kids; i++) {
		struct frr_node *kid = node->kids[i];
		const struct neighbor *neighbor;
		const char *rest, *name;
		size_t len;

		if (kid->kind != FRR_LINE) {
			mark_old(kid, old);
			continue;
		}
		name = frr_neighbor_of(kid->text, &len, &rest);
		neighbor = frr_find_neighbor(old, name ? name : group_of_range(kid->text));
		if (!neighbor || !(neighbor->gone || neighbor->redo))
			continue;
		unmatch(kid);
		kid->implied |= name != NULL;
	}
}

static void mark_new(struct frr_node *node, const struct neighbors *new)
{
	for (size_t i = 0; i < node->n_kids; i++) {
		struct frr_node *kid = node->kids[i];
		const struct neighbor *neighbor;
		const char *rest;

		if (kid->kind != FRR_LINE) {
			mark_new(kid, new);
			continue;
		}
		neighbor = frr_line_neighbor(new, kid->text, &rest);
		if (!neighbor)
			continue;
		/* Add a group and all its lines before its members. */
		if (neighbor->is_group && node->kind != FRR_BGP)
			kid->rank -= 2;
		else if (neighbor->is_group && kid->rank > 20)
			kid->rank = strncmp(rest, "remote-as", 9) ? 20 : 15;
		if (neighbor->fresh && kid->implied)
			kid->gone = true;
	}
}

/* Adds one line for each neighbour that is deleted, in place of all its lines. */
static void add_deletions(struct frr_arena *arena, struct frr_node *bgp, const struct neighbors *old)
{
	for (size_t i = 0; i < old->n; i++) {
		const struct neighbor *neighbor = &old->all[i];
		struct frr_node *line;

		if (!neighbor->gone && !neighbor->redo)
			continue;
		line = frr_add_kid(arena, bgp, FRR_LINE,
				   frr_printf(arena, "neighbor %.*s", (int)neighbor->len, neighbor->name), 0);
		line->rank = neighbor->is_group ? 10 : 30;
	}
}

/* For each neighbour its line "[no] neighbor X activate" in a family, or NULL. */
struct active_lines {
	const struct neighbors *neighbors;
	struct frr_node **lines; /* all NULL between two families */
	size_t *mentioned; /* the numbers of the neighbours that have one */
	size_t n;
};

static struct active_lines active_lines(struct frr_arena *arena, const struct neighbors *neighbors)
{
	return (struct active_lines){ .neighbors = neighbors,
				      .lines = frr_alloc(arena, (neighbors->n + 1) * sizeof(struct frr_node *)),
				      .mentioned = frr_alloc(arena, (neighbors->n + 1) * sizeof(size_t)) };
}

static void take_active_lines(struct active_lines *active, const struct frr_node *family)
{
	active->n = 0;
	for (size_t i = 0; family && i < family->n_kids; i++) {
		struct frr_node *kid = family->kids[i];
		const char *rest;
		const struct neighbor *neighbor = kid->gone ? NULL
							    : frr_line_neighbor(active->neighbors, kid->text, &rest);
		size_t number = neighbor ? (size_t)(neighbor - active->neighbors->all) : 0;

		if (!neighbor || strcmp(rest, "activate"))
			continue;
		if (!active->lines[number])
			active->mentioned[active->n++] = number;
		active->lines[number] = kid;
	}
}

static void drop_active_lines(struct active_lines *active)
{
	for (size_t i = 0; i < active->n; i++)
		active->lines[active->mentioned[i]] = NULL;
}

/* `activate` of a group also changes its members: the lines of members that differ from it are set again. */
static void repeat_members(struct active_lines *before, struct active_lines *after, const struct frr_node *family)
{
	const struct neighbors *old = before->neighbors, *new = after->neighbors;

	take_active_lines(after, family);
	take_active_lines(before, family->match);
	for (size_t k = 0; k < after->n; k++) {
		size_t i = after->mentioned[k];
		const struct neighbor *group = frr_find_neighbor(new, new->all[i].group), *was;
		const struct frr_node *now, *then;

		was = group ? frr_find_neighbor(old, group->name) : NULL;
		if (!was || !after->lines[i]->match)
			continue;
		now = after->lines[group - new->all];
		then = before->lines[was - old->all];
		if (!now && !then)
			continue;
		if (now && then && strcmp(now->text, then->text) == 0)
			continue;
		after->lines[i]->match->implied = true;
		unmatch(after->lines[i]);
	}
	drop_active_lines(after);
	drop_active_lines(before);
}

static void redo_neighbors(struct frr_arena *arena, struct frr_node *running, struct frr_node *wanted)
{
	struct neighbors none = { 0 }, old = running ? frr_neighbors(arena, running) : none;
	struct neighbors new = frr_neighbors(arena, wanted);
	struct active_lines before, after;

	judge(&old, &new);
	mark_new(wanted, &new);
	if (!running)
		return;
	mark_old(running, &old);
	before = active_lines(arena, &old);
	after = active_lines(arena, &new);
	for (size_t i = 0; i < wanted->n_kids; i++)
		if (wanted->kids[i]->kind == FRR_BGP_AF || wanted->kids[i]->kind == FRR_BGP_EVPN)
			repeat_members(&before, &after, wanted->kids[i]);
	add_deletions(arena, running, &old);
}

/* ---- instances ---- */

/* The VRF of "router bgp 64512 vrf red"; NULL for the default instance. */
static const char *vrf_of(const struct frr_node *bgp)
{
	const char *vrf = strstr(bgp->text, " vrf ");

	return vrf ? vrf + strlen(" vrf ") : NULL;
}

static bool is_default(const struct frr_node *node)
{
	return node->kind == FRR_BGP && !vrf_of(node) && !strstr(node->text, " view ");
}

static int by_vrf(const void *a, const void *b)
{
	const struct frr_node *x = *(struct frr_node *const *)a, *y = *(struct frr_node *const *)b;

	return strcmp(x->text, y->text);
}

/* The `vni` line of the VRF's context, or NULL. */
static struct frr_node *vni_line(struct frr_arena *arena, struct frr_node **vrfs, size_t n, const char *name)
{
	struct frr_node key = { .text = frr_printf(arena, "vrf %s", name) }, *probe = &key, **found;

	found = n ? bsearch(&probe, vrfs, n, sizeof(struct frr_node *), by_vrf) : NULL;
	for (size_t i = 0; found && i < (*found)->n_kids; i++)
		if (!(*found)->kids[i]->gone && frr_has_words((*found)->kids[i]->text, "vni"))
			return (*found)->kids[i];
	return NULL;
}

static struct frr_node **vrf_contexts(struct frr_arena *arena, const struct frr_node *root, size_t *ret_n)
{
	struct frr_node **vrfs = frr_alloc(arena, (root->n_kids + 1) * sizeof(struct frr_node *));
	size_t n = 0;

	for (size_t i = 0; i < root->n_kids; i++)
		if (root->kids[i]->kind == FRR_VRF && !root->kids[i]->gone)
			vrfs[n++] = root->kids[i];
	qsort(vrfs, n, sizeof(struct frr_node *), by_vrf);
	*ret_n = n;
	return vrfs;
}

static void redo_instances(struct frr_arena *arena, struct frr_node *running)
{
	size_t n_vrfs;
	struct frr_node **vrfs = vrf_contexts(arena, running, &n_vrfs);
	bool default_goes = false;

	for (size_t i = 0; i < running->n_kids; i++) {
		struct frr_node *bgp = running->kids[i];

		if (bgp->kind != FRR_BGP || bgp->gone)
			continue;
		if (bgp->match && strcmp(bgp->text, bgp->match->text))
			unmatch(bgp);
		default_goes |= is_default(bgp) && !bgp->match;
	}
	for (size_t i = 0; i < running->n_kids; i++) {
		struct frr_node *bgp = running->kids[i], *vni;

		if (bgp->kind != FRR_BGP || bgp->gone || !vrf_of(bgp))
			continue;
		vni = vni_line(arena, vrfs, n_vrfs, vrf_of(bgp));
		/* bgpd does not delete the default instance while instances of VRFs leak routes or have EVPN. */
		if (default_goes)
			unmatch(bgp);
		/* FRR does not delete an instance while its VRF has a VNI. */
		if (!bgp->match && vni)
			unmatch(vni);
	}
}

void frr_bgp_redo(struct frr_arena *arena, struct frr_node *running, struct frr_node *wanted)
{
	redo_instances(arena, running);
	for (size_t i = 0; i < wanted->n_kids; i++) {
		struct frr_node *bgp = wanted->kids[i];

		if (bgp->kind == FRR_BGP && !bgp->gone)
			redo_neighbors(arena, bgp->match, bgp);
	}
}
