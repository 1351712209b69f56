/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrdiff.c - what turns one FRR configuration into another
 *
 * The order:
 *   1. `no vni` in VRFs, without which FRR does not delete their BGP instances
 *   2. lists and route-maps that are new or changed
 *   3. all else that goes, in the reverse of the order in which it would be set
 *   4. all that comes or changes its value
 *   5. static routes that go, after those that come in their place
 *   6. lists and route-maps that go
 */
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

/* The two trees have different nodes for what is one context in FRR. */
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
}

void frr_out_end(struct frr_out *out)
{
	while (out->at && out->at->parent)
		leave(out);
}

/* ---- what goes and what comes ---- */

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

/* What FRR does not let go of, or what is the machine's and not the file's. */
static bool is_kept(const struct frr_node *node)
{
	static const char *const words[] = { "hostname",      "domainname",	 "agentx",
					     "username",      "password",	 "enable password",
					     "ip forwarding", "ipv6 forwarding", "line vty" };
	const char *text = frr_without_no(node->text);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (node->parent->kind == FRR_ROOT && frr_has_words(text, words[i]))
			return true;
	return false;
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

	/* What stays lets go first: an instance that others import from is not deleted as long as they do. */
	delete_in(out, kids, running->n_kids, pass);
	for (size_t i = running->n_kids; i-- > 0;) {
		struct frr_node *kid = kids[i];

		if (kid->gone || kid->implied || kid->match || frr_is_policy(kid) || is_kept(kid) || is_entered(kid))
			continue;
		if (pass_of(kid) == pass)
			frr_out_delete(out, running, kid);
	}
}

/* `fresh`: the context does not exist, or not any more. */
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

int frrdiff_make(const char *running, const char *wanted, struct frrdiff *ret_diff, struct evpn_error *err)
{
	struct frr_arena arena = { 0 };
	struct frr_out out = { .arena = &arena };
	struct frr_node *old, *new;
	int ret = 0;

	if (frr_parse(&arena, running, "the running configuration", &old, err) < 0 ||
	    frr_parse(&arena, wanted, "the wanted configuration", &new, err) < 0) {
		ret = -1;
	} else {
		frr_normal_version(new, running);
		make(&out, old, new);
		*ret_diff = (struct frrdiff){ .n_deleted = out.n_deleted, .n_added = out.n_added };
		if (out.len) {
			ret_diff->batches = calloc(1, sizeof(char *));
			if (!ret_diff->batches)
				abort();
			ret_diff->batches[0] = out.text;
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
	*diff = (struct frrdiff){ 0 };
}
