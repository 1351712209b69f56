/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrdiff.c - computes the commands that change one FRR configuration into another
 *
 * The order of the commands:
 *   1. delete `vni` in VRFs: otherwise FRR does not delete their BGP instances
 *   2. add and change lists and route-maps
 *   3. delete everything else, in the reverse of the order in which it would be added
 *   4. add and change everything else
 *   5. delete static routes, when the routes that replace them exist
 *   6. delete lists and route-maps
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frrdiff_tree.h"

/* ---- the text for vtysh ---- */

static void append(struct frr_out *out, const char *text, size_t indent)
{
	size_t len = strlen(text);

	if (out->len + indent + len + 2 > out->size) {
		out->size = (out->len + indent + len + 2) * 2;
		out->text = realloc(out->text, out->size);
		if (!out->text)
			abort();
	}
	memset(out->text + out->len, ' ', indent);
	out->len += indent;
	memcpy(out->text + out->len, text, len);
	out->len += len;
	out->text[out->len++] = '\n';
	out->text[out->len] = '\0';
}

static size_t depth_of(const struct frr_node *node)
{
	size_t depth = 0;

	for (; node->parent; node = node->parent)
		depth++;
	return depth;
}

static void leave(struct frr_out *out)
{
	append(out, frr_exit_word(out->at->kind), depth_of(out->at) - 1);
	out->at = out->at->parent;
}

/* Whether the nodes stand for the same context of FRR, in the same tree or in different ones. */
static bool same_context(const struct frr_node *a, const struct frr_node *b)
{
	return a == b || a->match == b || (a->kind == FRR_ROOT && b->kind == FRR_ROOT);
}

void frr_out_enter(struct frr_out *out, struct frr_node *context)
{
	if (out->at && same_context(out->at, context))
		return;
	while (out->at && out->at->parent && depth_of(out->at) >= depth_of(context))
		leave(out);
	if (context->parent) {
		frr_out_enter(out, context->parent);
		append(out, context->text, depth_of(context) - 1);
	}
	out->at = context;
}

void frr_out_set(struct frr_out *out, struct frr_node *context, const char *text)
{
	frr_out_enter(out, context);
	if (text)
		append(out, text, depth_of(context));
	out->n_added++;
}

void frr_out_delete(struct frr_out *out, struct frr_node *context, const struct frr_node *node)
{
	frr_out_enter(out, context);
	append(out, frr_delete_text(out->arena, node), depth_of(context));
	out->n_deleted++;
	out->n_unwanted++;
}

void frr_out_end(struct frr_out *out)
{
	while (out->at && out->at->parent)
		leave(out);
}

/* ---- deletions and additions ---- */

static int by_rank(const void *a, const void *b)
{
	const struct frr_node *x = *(struct frr_node *const *)a, *y = *(struct frr_node *const *)b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

static struct frr_node **ranked(struct frr_arena *arena, const struct frr_node *node)
{
	struct frr_node **kids = frr_alloc(arena, (node->n_kids + 1) * sizeof(struct frr_node *));

	if (node->n_kids)
		memcpy(kids, node->kids, node->n_kids * sizeof(struct frr_node *));
	qsort(kids, node->n_kids, sizeof(struct frr_node *), by_rank);
	return kids;
}

static bool is_vni(const struct frr_node *node)
{
	return node->parent->kind == FRR_VRF && node->kind == FRR_LINE && frr_has_words(node->text, "vni");
}

enum pass { PASS_VNIS, PASS_MOST, PASS_ROUTES };

static enum pass pass_of(const struct frr_node *node)
{
	return is_vni(node) ? PASS_VNIS : frr_is_route(node) && !node->early ? PASS_ROUTES : PASS_MOST;
}

/* Lines that FRR does not delete, or that belong to the host instead of the configuration. */
static bool is_kept(const struct frr_node *node)
{
	static const char *const words[] = { "hostname",      "domainname",	 "agentx",
					     "username",      "password",	 "enable password",
					     "ip forwarding", "ipv6 forwarding", "line vty" };

	return node->parent->kind == FRR_ROOT && FRR_HAS_ANY(frr_without_no(node->text), words);
}

static void delete_kids(struct frr_out *out, struct frr_node *running, enum pass pass);

static bool is_entered(const struct frr_node *kid)
{
	return kid->kind != FRR_LINE && (kid->match || frr_kind_stays(kid->kind));
}

static void delete_in(struct frr_out *out, struct frr_node **kids, size_t n, enum pass pass)
{
	while (n-- > 0)
		if (!kids[n]->gone && !frr_is_policy(kids[n]) && is_entered(kids[n]) &&
		    (kids[n]->match || !is_kept(kids[n])))
			delete_kids(out, kids[n], pass);
}

static void delete_kids(struct frr_out *out, struct frr_node *running, enum pass pass)
{
	struct frr_node **kids = ranked(out->arena, running);

	/* First delete inside contexts that remain: FRR does not delete an instance from which another one imports. */
	delete_in(out, kids, running->n_kids, pass);
	for (size_t i = running->n_kids; i-- > 0;) {
		struct frr_node *kid = kids[i];

		if (kid->gone || kid->implied || kid->match || frr_is_policy(kid) || is_kept(kid) || is_entered(kid))
			continue;
		if (pass_of(kid) == pass)
			frr_out_delete(out, running, kid);
	}
}

/* fresh: FRR does not have the context, or it was deleted before. */
static void set_kids(struct frr_out *out, struct frr_node *wanted, bool fresh)
{
	struct frr_node **kids = ranked(out->arena, wanted);

	for (size_t i = 0; i < wanted->n_kids; i++) {
		struct frr_node *kid = kids[i], *old = fresh ? NULL : kid->match;

		if (kid->gone || frr_is_policy(kid))
			continue;
		if (kid->kind != FRR_LINE) {
			if (!old && !frr_kind_stays(kid->kind))
				frr_out_set(out, kid, NULL);
			set_kids(out, kid, !old);
		} else if (!old || strcmp(old->text, kid->text)) {
			if (old && frr_delete_first(out->arena, old, kid))
				frr_out_delete(out, wanted, old);
			frr_out_set(out, wanted, kid->text);
			out->n_unwanted += old && strcmp(old->text, frr_without_no(kid->text)) == 0;
		}
	}
}

static void make(struct frr_out *out, struct frr_node *running, struct frr_node *wanted)
{
	frr_match(out->arena, running, wanted);
	frr_bgp_redo(out->arena, running, wanted);
	frr_routes_early(out->arena, running);
	delete_kids(out, running, PASS_VNIS);
	frr_policy_set(out, running, wanted);
	delete_kids(out, running, PASS_MOST);
	set_kids(out, wanted, false);
	delete_kids(out, running, PASS_ROUTES);
	frr_policy_delete(out, running, wanted);
	frr_out_end(out);
}

/* The line of the profile comes first; NULL: there is none. Takes the text over. */
static char *put_in_front(const char *profile, char *text)
{
	char *both = NULL;

	if (!profile)
		return text;
	if (asprintf(&both, "%s\n%s", profile, text ? text : "") < 0)
		abort();
	free(text);
	return both;
}

int frrdiff_make(const char *running, const char *wanted, const char *daemons, struct frrdiff *ret_diff,
		 struct evpn_error *err)
{
	struct frr_arena arena = { 0 };
	struct frr_out out = { .arena = &arena };
	struct frr_flavor flavor = frr_flavor_of(running);
	struct frr_node *old, *new;
	int ret = 0;

	if (strlen(running) >> 20 >= FRRDIFF_MAX_MIB || strlen(wanted) >> 20 >= FRRDIFF_MAX_MIB)
		return evpn_fail(err, EFBIG, "%s configuration has more than %u MiB",
				 strlen(running) >> 20 >= FRRDIFF_MAX_MIB ? "FRR's running" : "the wanted",
				 FRRDIFF_MAX_MIB);
	if (frr_parse(&arena, running, &flavor, false, &old, err) < 0 ||
	    frr_parse(&arena, wanted, &flavor, true, &new, err) < 0) {
		ret = -1;
	} else {
		const char *profile = frr_new_profile(&arena, old, running, wanted);

		*ret_diff = (struct frrdiff){ 0 };
		if (daemons)
			frr_drop_missing(&arena, old, new, daemons, ret_diff);
		make(&out, old, new);
		ret_diff->n_deleted = out.n_deleted;
		ret_diff->n_added = out.n_added + (profile != NULL);
		ret_diff->n_unwanted = out.n_unwanted;
		if (out.len || profile) {
			ret_diff->batches = calloc(1, sizeof(char *));
			if (!ret_diff->batches)
				abort();
			ret_diff->batches[0] = put_in_front(profile, out.text);
			ret_diff->n_batches = 1;
		}
	}
	frr_arena_free(&arena);
	return ret;
}

void frrdiff_clear(struct frrdiff *diff)
{
	for (size_t i = 0; i < diff->n_batches; i++)
		free(diff->batches[i]);
	free(diff->batches);
	free(diff->missing);
	free(diff->missing_for);
	*diff = (struct frrdiff){ 0 };
}
