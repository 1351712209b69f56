/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrdiff_redo.c - what FRR cannot change where it stands, and so has to be taken out and put in again
 *
 * A neighbour that changes its peer-group, an instance that changes its AS number. `no neighbor X` takes all lines of X with
 * it, and `no neighbor GROUP` the members too.
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

static void part(struct frr_node *node)
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

/* A range listens for a group, and goes with it. */
static const char *group_of_range(const char *text)
{
	const char *group;

	if (!frr_has_words(text, "bgp listen range"))
		return NULL;
	group = strstr(text, " peer-group ");
	return group ? group + strlen(" peer-group ") : NULL;
}

/* What goes with its neighbour needs no deletion, and has to be set again. */
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
		part(kid);
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
		/* A group with all that it has before its members. */
		if (neighbor->is_group && node->kind != FRR_BGP)
			kid->rank -= 2;
		else if (neighbor->is_group && kid->rank > 20)
			kid->rank = strncmp(rest, "remote-as", 9) ? 20 : 15;
		if (neighbor->fresh && kid->implied)
			kid->gone = true;
	}
}

/* One line for each neighbour that goes, in the place of all of its lines. */
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

/* For each neighbour the line that says whether it has the family, or NULL. */
static struct frr_node **activate_lines(struct frr_arena *arena, const struct frr_node *family,
					const struct neighbors *neighbors)
{
	struct frr_node **lines = frr_alloc(arena, (neighbors->n + 1) * sizeof(struct frr_node *));

	for (size_t i = 0; family && i < family->n_kids; i++) {
		struct frr_node *kid = family->kids[i];
		const char *rest;
		const struct neighbor *neighbor = kid->gone ? NULL : frr_line_neighbor(neighbors, kid->text, &rest);

		if (neighbor && strcmp(rest, "activate") == 0)
			lines[neighbor - neighbors->all] = kid;
	}
	return lines;
}

/* What a group is told of a family goes to its members: those that differ have to be told again. */
static void repeat_members(struct frr_arena *arena, struct frr_node *family, const struct neighbors *old,
			   const struct neighbors *new)
{
	struct frr_node **after = activate_lines(arena, family, new), **before;

	before = activate_lines(arena, family->match, old);
	for (size_t i = 0; i < new->n; i++) {
		const struct neighbor *group = frr_find_neighbor(new, new->all[i].group), *was;
		const struct frr_node *now, *then;

		was = group ? frr_find_neighbor(old, group->name) : NULL;
		if (!was || !after[i] || !after[i]->match)
			continue;
		now = after[group - new->all];
		then = before[was - old->all];
		if (!now && !then)
			continue;
		if (now && then && strcmp(now->text, then->text) == 0)
			continue;
		after[i]->match->implied = true;
		part(after[i]);
	}
}

static void redo_neighbors(struct frr_arena *arena, struct frr_node *running, struct frr_node *wanted)
{
	struct neighbors none = { 0 }, old = running ? frr_neighbors(arena, running) : none;
	struct neighbors new = frr_neighbors(arena, wanted);

	judge(&old, &new);
	mark_new(wanted, &new);
	if (!running)
		return;
	mark_old(running, &old);
	for (size_t i = 0; i < wanted->n_kids; i++)
		if (wanted->kids[i]->kind == FRR_BGP_AF || wanted->kids[i]->kind == FRR_BGP_EVPN)
			repeat_members(arena, wanted->kids[i], &old, &new);
	add_deletions(arena, running, &old);
}

/* ---- instances ---- */

/* "router bgp 64512 vrf red": "red"; NULL for the default instance. */
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
			part(bgp);
		default_goes |= is_default(bgp) && !bgp->match;
	}
	for (size_t i = 0; i < running->n_kids; i++) {
		struct frr_node *bgp = running->kids[i], *vni;

		if (bgp->kind != FRR_BGP || bgp->gone || !vrf_of(bgp))
			continue;
		vni = vni_line(arena, vrfs, n_vrfs, vrf_of(bgp));
		/* bgpd refuses to delete the default instance while one that leaks routes, or has EVPN, is there. */
		if (default_goes)
			part(bgp);
		/* FRR does not delete an instance that has a VNI. */
		if (!bgp->match && vni)
			part(vni);
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
