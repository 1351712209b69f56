/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrdiff_tree.h - an FRR configuration as a tree of contexts; private to frrdiff_*.c
 *
 * Two trees are compared by their keys: what names a line among its siblings, such that two lines with one key cannot both
 * stand ("neighbor 10.0.0.1 timers"). Where keys are equal and lines are not, the new line replaces the old one by being set.
 * All memory is the arena's and goes with it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "frrdiff.h"

struct frr_arena {
	struct frr_chunk *chunks;
};

/* Zeroed memory. Where there is none left, the process ends. */
void *frr_alloc(struct frr_arena *arena, size_t size);
char *frr_strndup(struct frr_arena *arena, const char *s, size_t len);
char *frr_printf(struct frr_arena *arena, const char *format, ...) EVPN_PRINTF(2, 3);
void frr_arena_free(struct frr_arena *arena);

/* What a node is. All but FRR_LINE are contexts. */
enum frr_kind {
	FRR_LINE,
	FRR_ROOT,
	FRR_BGP,
	FRR_BGP_AF,
	FRR_BGP_EVPN, /* address-family l2vpn evpn */
	FRR_BGP_VNI,
	FRR_BGP_OTHER,
	FRR_VRF,
	FRR_INTERFACE,
	FRR_ROUTE_MAP,
	FRR_BFD,
	FRR_BFD_SUB, /* a peer or a profile */
	FRR_KEY_CHAIN,
	FRR_LDP,
	FRR_LDP_AF,
	FRR_L2VPN,
	FRR_SEGMENT,
	FRR_SEGMENT_TE,
	FRR_SEGMENT_TE_POLICY,
	FRR_SEGMENT_PCEP,
	FRR_SEGMENT_SRV6,
	FRR_SEGMENT_LOCATORS,
	FRR_ROUTER, /* router ospf and others */
	FRR_VTY,
	FRR_OTHER, /* a context without contexts in it */
	FRR_N_KINDS
};

struct frr_node {
	enum frr_kind kind;
	bool gone; /* normalisation has dropped it */
	bool redo; /* is taken out and put in again, though it is on both sides */
	bool implied; /* what FRR does of itself with another line: never deleted or added as a line */
	bool early; /* a route that goes before those that come */
	int rank; /* among its siblings, lines of a lower rank are set first and deleted last */
	unsigned int line; /* where it stands in the text */
	char *text; /* as FRR writes it, without indentation */
	char *key;
	struct frr_node *parent;
	struct frr_node *match; /* the node of the other tree that has the same path of keys */
	struct frr_node **kids;
	size_t n_kids;
};

/* What a context of this kind ends with: "exit-vrf". */
const char *frr_exit_word(enum frr_kind kind);

/* Has no `no` form that could be used: its lines are deleted one by one. */
bool frr_kind_stays(enum frr_kind kind);

struct frr_node *frr_add_kid(struct frr_arena *arena, struct frr_node *parent, enum frr_kind kind, char *text,
			     unsigned int line);

/* The context among the kids that has this text, made where there is none. Linear: for texts that are rare. */
struct frr_node *frr_find_context(struct frr_arena *arena, struct frr_node *parent, enum frr_kind kind,
				  const char *text);

/* Text to tree; normalised, with keys and ranks. Returns 0 or <0. */
int frr_parse(struct frr_arena *arena, const char *text, const char *what, struct frr_node **ret_root,
	      struct evpn_error *err);

/* One line as FRR would write it: white space, addresses, masks, old spellings. Returns NULL where it says nothing. */
char *frr_normal_line(struct frr_arena *arena, enum frr_kind context, char *line);

/* What concerns more than one line: sequence numbers, old places, what FRR leaves out. */
void frr_normal_tree(struct frr_arena *arena, struct frr_node *root);
void frr_normal_shown(struct frr_arena *arena, struct frr_node *root);
void frr_normal_bgp(struct frr_arena *arena, struct frr_node *bgp);

/* Then, after frr_join(), for a default takes back what was said before it: what FRR shows nothing of. */
void frr_drop_unsaid(struct frr_arena *arena, struct frr_node *root);
void frr_drop_defaults(struct frr_arena *arena, struct frr_node *root);

/* What the FRR of this running configuration leaves out, and older ones do not. */
void frr_normal_version(struct frr_node *root, const char *running);

/* Fills in key and rank of all nodes below. */
void frr_set_keys(struct frr_arena *arena, struct frr_node *node);

/* What takes the node away, in the context it stands in. */
const char *frr_delete_text(struct frr_arena *arena, const struct frr_node *node);

/* Whether setting `new`, which has the key of `old`, would not replace that. */
bool frr_delete_first(struct frr_arena *arena, const struct frr_node *old, const struct frr_node *new);

/* The kids sorted by key and then by their place, those gone left out. In the arena. */
struct frr_node **frr_sorted(struct frr_arena *arena, const struct frr_node *node, size_t *ret_n);

/* Drops what a later line with the same key has replaced, and joins contexts that are entered more than once. */
void frr_join(struct frr_arena *arena, struct frr_node *node);

/* Connects the nodes that both trees have. */
void frr_match(struct frr_arena *arena, struct frr_node *running, struct frr_node *wanted);

/* Which neighbours and instances have to go out and in again: sets `redo` and cuts `match`. */
void frr_bgp_redo(struct frr_arena *arena, struct frr_node *running, struct frr_node *wanted);

/* Which routes have to go before their successors come: sets `early`. */
void frr_routes_early(struct frr_arena *arena, struct frr_node *running);

bool frr_is_route(const struct frr_node *node);

/*
 * The key of "ip route PREFIX GATEWAY [INTERFACE] ...": the rest is said of the route, and for FRR the three ways to drop
 * packets are one gateway. The distance is put into *ret_distance, 0 where none is said.
 */
char *frr_route_key(struct frr_arena *arena, const char *text, unsigned long *ret_distance);

/* Lists whose entries have numbers: prefix-lists, access-lists, community-lists, as-path lists. */
struct frr_entry {
	const char *list; /* "ip prefix-list NAME" */
	size_t list_len;
	unsigned long seq; /* 0: none given */
	const char *rule; /* "permit 10.0.0.0/8", or "description TEXT" with is_text */
	bool is_text;
};
bool frr_entry_of(const char *text, struct frr_entry *ret_entry);

/* Words: whether the text begins with these words, and ends there or goes on with a blank. */
bool frr_has_words(const char *text, const char *words);

/* The length of the word at the start; and what follows those bytes, and one blank. */
static inline size_t frr_word(const char *s)
{
	return __builtin_strcspn(s, " ");
}

static inline const char *frr_after(const char *s, size_t len)
{
	return s[len] == ' ' ? s + len + 1 : s + len;
}

static inline const char *frr_without_no(const char *text)
{
	return __builtin_strncmp(text, "no ", 3) ? text : text + 3;
}

/* The text for vtysh, and where in it we are. */
struct frr_out {
	struct frr_arena *arena;
	char *text;
	size_t len, size;
	struct frr_node *at; /* the context entered */
	size_t n_deleted, n_added;
};
void frr_out_set(struct frr_out *out, struct frr_node *context, const char *text);
void frr_out_delete(struct frr_out *out, struct frr_node *context, const struct frr_node *node);
void frr_out_enter(struct frr_out *out, struct frr_node *context);
void frr_out_end(struct frr_out *out);

/* Lists and route-maps: what is new and changed; and, after all else, what is no longer wanted. */
void frr_policy_set(struct frr_out *out, struct frr_node *running, struct frr_node *wanted);
void frr_policy_delete(struct frr_out *out, struct frr_node *running, struct frr_node *wanted);
bool frr_is_policy(const struct frr_node *node);
