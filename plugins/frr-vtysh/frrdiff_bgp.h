/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrdiff_bgp.h - the neighbours of one `router bgp`; private to frrdiff_bgp.c, frrdiff_redo.c and frrdiff_shown.c
 */
#pragma once

#include "frrdiff_tree.h"

struct neighbor {
	const char *name; /* len bytes, in the text of a node */
	size_t len;
	const char *group; /* its peer-group, up to a blank or NUL; NULL: none */
	const char *remote_as;
	struct frr_node *definition; /* the line that creates it; of several, the last one */
	bool is_group, is_interface, is_v6only;
	bool redo; /* deleted and added again */
	bool gone; /* only in the running configuration */
	bool fresh; /* added, or added again */
};

struct neighbors {
	struct neighbor *all; /* sorted by name */
	size_t n;
};

/* Splits "[no] neighbor NAME REST". Returns NAME; NULL: it is another line. */
const char *frr_neighbor_of(const char *text, size_t *ret_len, const char **ret_rest);

/* The neighbour of a line "[no] neighbor NAME REST"; NULL: it belongs to none of these neighbours. */
struct neighbor *frr_line_neighbor(const struct neighbors *neighbors, const char *text, const char **ret_rest);

/* The neighbours that the lines of an instance define. */
struct neighbors frr_neighbors(struct frr_arena *arena, const struct frr_node *bgp);

/* The neighbour with this name, which ends at a blank or NUL; or NULL. */
struct neighbor *frr_find_neighbor(const struct neighbors *neighbors, const char *name);
