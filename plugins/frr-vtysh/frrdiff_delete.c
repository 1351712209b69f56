/* SPDX-License-Identifier: Apache-2.0 */
/* frrdiff_delete.c - the command that deletes a line or context: mostly `no` and its text */
#include <string.h>

#include "frrdiff_tree.h"

/* Lines of which `no` accepts only these words: it refuses the rest of the line, or deletes only the rest. */
static const struct {
	enum frr_kind kind;
	const char *words;
} bare_no[] = {
	{ FRR_INTERFACE, "description" },
	{ FRR_ROUTE_MAP, "description" },
	{ FRR_ROUTE_MAP, "on-match goto" },
	{ FRR_ROUTE_MAP, "set as-path prepend" },
	{ FRR_BGP_EVPN, "advertise ipv4 unicast" },
	{ FRR_BGP_EVPN, "advertise ipv6 unicast" },
	{ FRR_ROUTER, "log-adjacency-changes" },
	{ FRR_ROUTER, "area * stub" },
	{ FRR_ROUTER, "area * nssa" },
};

/* Lines without a `no` form: setting the default deletes them. */
static const struct {
	enum frr_kind kind;
	const char *words, *value;
} defaults[] = {
	{ FRR_BFD_SUB, "detect-multiplier", "3" },	 { FRR_BFD_SUB, "receive-interval", "300" },
	{ FRR_BFD_SUB, "transmit-interval", "300" },	 { FRR_BFD_SUB, "echo-interval", "50" },
	{ FRR_BFD_SUB, "echo transmit-interval", "50" }, { FRR_BFD_SUB, "echo receive-interval", "50" },
};

size_t frr_begins_like(const char *text, const char *pattern)
{
	const char *at = text, *end = text;

	for (; *pattern; pattern = frr_after(pattern, frr_word(pattern))) {
		size_t want = frr_word(pattern), have = frr_word(at);

		if (!have || (*pattern != '*' && (want != have || strncmp(pattern, at, want))))
			return 0;
		end = at + have;
		at = frr_after(at, have);
	}
	return (size_t)(end - text);
}

const char *frr_delete_text(struct frr_arena *arena, const struct frr_node *node)
{
	if (frr_without_no(node->text) != node->text)
		return frr_without_no(node->text);
	for (size_t i = 0; i < sizeof(bare_no) / sizeof(bare_no[0]); i++) {
		size_t len = bare_no[i].kind == node->parent->kind ? frr_begins_like(node->text, bare_no[i].words) : 0;

		if (len)
			return frr_printf(arena, "no %.*s", (int)len, node->text);
	}
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
		if (defaults[i].kind == node->parent->kind && frr_has_words(node->text, defaults[i].words))
			return frr_printf(arena, "%s %s", defaults[i].words, defaults[i].value);
	return frr_printf(arena, "no %s", node->text);
}
