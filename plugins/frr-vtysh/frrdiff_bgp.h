/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrdiff_bgp.h - the neighbours of one `router bgp`; private to frrdiff_bgp.c, frrdiff_redo.c and frrdiff_shown.c
 */
#pragma once

#include "frrdiff_tree.h"

struct neighbor {
	const char *name;
	size_t len;
	const char *group; /* that it is a member of; its length ends at a blank or NUL */
	const char *remote_as;
	struct frr_node *definition; /* the line that makes it, the last of them */
	bool is_group, is_interface, is_v6only;
	bool redo, gone, fresh;
};

struct neighbors {
	struct neighbor *all; /* by name */
	size_t n;
};

/* "[no] neighbor NAME REST": NAME, its length, and REST; NULL where the line is another. */
const char *frr_neighbor_of(const char *text, size_t *ret_len, const char **ret_rest);

/* The neighbour that the line is of, and REST; NULL where it is of none of these. */
struct neighbor *frr_line_neighbor(const struct neighbors *neighbors, const char *text, const char **ret_rest);

struct neighbors frr_neighbors(struct frr_arena *arena, const struct frr_node *bgp);

/* The one with this name, which ends at a blank or NUL; or NULL. */
struct neighbor *frr_find_neighbor(const struct neighbors *neighbors, const char *name);
