/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrdiff_tree.h - an FRR configuration as a tree of contexts and lines; private to frrdiff_*.c
 *
 * Two trees are compared by keys. The key identifies a line among its siblings, so that FRR cannot have two lines with
 * the same key ("neighbor 10.0.0.1 timers"). If the keys are equal and the lines differ, setting the new line replaces
 * the old one. The arena owns all memory of a tree.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "frrdiff.h"

struct frr_arena {
	struct frr_chunk *chunks;
};

/* Returns zeroed memory. If there is none, the process ends (abort). */
void *frr_alloc(struct frr_arena *arena, size_t size);
char *frr_strndup(struct frr_arena *arena, const char *s, size_t len);
char *frr_printf(struct frr_arena *arena, const char *format, ...) EVPN_PRINTF(2, 3);
void frr_arena_free(struct frr_arena *arena);

/* The kind of a node. All but FRR_LINE are contexts. */
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
	FRR_OTHER, /* any other context, which contains no contexts */
	FRR_N_KINDS
};

struct frr_node {
	enum frr_kind kind;
	bool gone; /* dropped, it does not count */
	bool implied; /* FRR adds and deletes it together with another line: it needs no command */
	bool early; /* a route that is deleted before its successors are added */
	int rank; /* siblings with a lower rank are added first and deleted last */
	unsigned int line; /* number in the text */
	char *text; /* as FRR prints it, without indentation */
	char *key;
	struct frr_node *parent;
	struct frr_node *match; /* the node with the same path of keys in the other tree; NULL: none */
	struct frr_node **kids;
	size_t n_kids;
};

/* The command that leaves a context of this kind, for example "exit-vrf". */
const char *frr_exit_word(enum frr_kind kind);

/* Whether a context of this kind cannot be deleted, only its lines. */
bool frr_kind_stays(enum frr_kind kind);

/* Adds a child; its text must be in the arena. */
struct frr_node *frr_add_kid(struct frr_arena *arena, struct frr_node *parent, enum frr_kind kind, char *text,
			     unsigned int line);

/* The child context with this text; it is added if there is none. The search is linear. */
struct frr_node *frr_find_context(struct frr_arena *arena, struct frr_node *parent, enum frr_kind kind,
				  const char *text);

/* Whether this line enters a context inside a context of the kind `parent`. */
bool frr_is_context(enum frr_kind parent, const char *text);

/* What FRR prints depends on its version and profile. */
struct frr_flavor {
	unsigned long version; /* the major one; 0: unknown */
	bool datacenter; /* the profile is `datacenter', not `traditional' */
};
struct frr_flavor frr_flavor_of(const char *running);

/*
 * The line `frr defaults' that is to be set before the first instance of BGP is made; NULL: FRR has that profile, or an
 * instance, or the wanted configuration names none.
 */
const char *frr_new_profile(struct frr_arena *arena, const struct frr_node *running_root, const char *running,
			    const char *wanted);

/*
 * Parses a text into a normalised tree with keys and ranks, in the form in which FRR of this flavor prints it. `wanted`:
 * the text may contain lines that contradict each other. Returns 0 or -1.
 */
int frr_parse(struct frr_arena *arena, const char *text, const struct frr_flavor *flavor, bool wanted,
	      struct frr_node **ret_root, struct evpn_error *err);

/*
 * Finds lines of which FRR cannot keep all, in a tree with keys, before frr_join(). Returns 0, or -1 with the code
 * EVPN_ERROR_REFUSED.
 */
int frr_check(struct frr_arena *arena, struct frr_node *root, const char *what, struct evpn_error *err);

/* Normalises one line: addresses, masks, old spellings. Returns NULL if the line is no configuration. */
char *frr_normal_line(struct frr_arena *arena, enum frr_kind context, char *line);

/* Normalise across lines: sequence numbers, lines that FRR prints elsewhere, lines that FRR does not print. */
void frr_normal_tree(struct frr_arena *arena, struct frr_node *root);
void frr_normal_shown(struct frr_arena *arena, struct frr_node *root);
void frr_normal_bgp(struct frr_arena *arena, struct frr_node *bgp);

/* Drop defaults and empty contexts, which FRR does not print. After frr_join(): a default replaces an earlier line. */
void frr_drop_unsaid(struct frr_arena *arena, const struct frr_flavor *flavor, struct frr_node *root);
void frr_drop_defaults(const struct frr_flavor *flavor, struct frr_node *node);
void frr_drop_neighbor_defaults(struct frr_arena *arena, struct frr_node *root);

/* Drops the lines of daemons that do not run, and reports them. `daemons`: those that run, separated by blanks. */
void frr_drop_missing(struct frr_arena *arena, struct frr_node *running, struct frr_node *wanted, const char *daemons,
		      struct frrdiff *ret_diff);

/* Sets key and rank of all descendants. */
void frr_set_keys(struct frr_arena *arena, struct frr_node *node);

/* The command that deletes the node, inside its context. */
const char *frr_delete_text(struct frr_arena *arena, const struct frr_node *node);

/* Whether `old` must be deleted before `new` with the same key is set, because FRR would not replace it. */
bool frr_delete_first(struct frr_arena *arena, const struct frr_node *old, const struct frr_node *new);

/* The children that are not `gone`, sorted by key and line number. */
struct frr_node **frr_sorted(struct frr_arena *arena, const struct frr_node *node, size_t *ret_n);

/* Orders nodes by their texts, for qsort(). */
int frr_by_text(const void *a, const void *b);
/* In nodes ordered by text: the number of the first one that is not less than these `len` bytes. */
size_t frr_text_bound(struct frr_node *const *nodes, size_t n, const char *text, size_t len);

/* Drops lines that a later line with the same key replaces, and combines contexts that are entered repeatedly. */
void frr_join(struct frr_arena *arena, struct frr_node *node);

/* Sets `match` of the nodes that both trees have. */
void frr_match(struct frr_arena *arena, struct frr_node *running, struct frr_node *wanted);

/* Finds neighbours and instances that are deleted and added again: clears `match`, and sets `implied` and ranks. */
void frr_bgp_redo(struct frr_arena *arena, struct frr_node *running, struct frr_node *wanted);

/* Finds routes that must be deleted before their successors are added: sets `early`. */
void frr_routes_early(struct frr_arena *arena, struct frr_node *running);

/* Whether the node is a static route. */
bool frr_is_route(const struct frr_node *node);

/*
 * The key of "ip route PREFIX GATEWAY [INTERFACE] ...": the other words are attributes of the route, and the three
 * words for dropping packets are the same gateway. *ret_distance is the distance, or 0.
 */
char *frr_route_key(struct frr_arena *arena, const char *text, unsigned long *ret_distance);

/* An entry of a list with sequence numbers: prefix-list, access-list, community-list, as-path list. */
struct frr_entry {
	const char *list; /* "ip prefix-list NAME" */
	size_t list_len;
	unsigned long seq; /* 0: the text has none */
	const char *rule; /* "permit 10.0.0.0/8", or "description TEXT" with is_text */
	bool is_text;
};
/* Parses a line that is such an entry; false: it is another line. */
bool frr_entry_of(const char *text, struct frr_entry *ret_entry);

/* Orders entries by the names of their lists, as strcmp() does; 0: both are entries of one list. */
int frr_entry_compare_lists(const struct frr_entry *x, const struct frr_entry *y);

/* Whether the text begins with these words, followed by a blank or its end. */
bool frr_has_words(const char *text, const char *words);

/* The same for any of `n` choices; FRR_HAS_ANY takes an array. */
bool frr_has_any(const char *text, const char *const *choices, size_t n);
#define FRR_HAS_ANY(text, choices) frr_has_any(text, choices, sizeof(choices) / sizeof((choices)[0]))

/* The length of the match of a pattern (words, and '*' for any word) at the beginning of the text; 0: no match. */
size_t frr_begins_like(const char *text, const char *pattern);

/* The length of the first word; and the text behind `len` bytes and a blank. */
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

/* The text for vtysh that is being composed. */
struct frr_out {
	struct frr_arena *arena;
	char *text;
	size_t len, size;
	struct frr_node *at; /* the context that the text has entered */
	size_t n_deleted, n_added, n_unwanted;
};

/* Append commands to the text; text NULL in frr_out_set(): only enter the context. */
void frr_out_set(struct frr_out *out, struct frr_node *context, const char *text);
void frr_out_delete(struct frr_out *out, struct frr_node *context, const struct frr_node *node);
void frr_out_enter(struct frr_out *out, struct frr_node *context);
void frr_out_end(struct frr_out *out);

/* Set new and changed lists and route-maps; and, after everything else, delete those that are not wanted. */
void frr_policy_set(struct frr_out *out, struct frr_node *running, struct frr_node *wanted);
void frr_policy_delete(struct frr_out *out, struct frr_node *running, struct frr_node *wanted);
bool frr_is_policy(const struct frr_node *node);
