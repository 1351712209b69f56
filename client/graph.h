/* SPDX-License-Identifier: Apache-2.0 */
/*
 * graph.h - what `evpnctl diagram' draws: devices, VRFs, sessions and remote VTEPs, and what connects them
 *
 * graph_make() makes it of evpnd's status; graph_dot.c and graph_mermaid.c write it for the programs that draw.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "fold.h"

enum graph_place { GRAPH_HOST, GRAPH_FRR, GRAPH_FABRIC };
#define GRAPH_PLACES 3

/* How it is colored. */
enum graph_health { GRAPH_GOOD, GRAPH_WAITING, GRAPH_BAD, GRAPH_UNKNOWN };
#define GRAPH_HEALTHS 4

struct graph_node {
	enum graph_place place;
	char *vrf; /* in FRR's namespace: it is drawn within this box; NULL: in none */
	char *label; /* lines with '\n' between */
	enum graph_health health;
};

/* Between the nodes with these numbers. */
struct graph_edge {
	size_t from, to;
	const char *label; /* a constant; "": none */
	enum graph_health health;
};

struct graph {
	char *title;
	struct graph_node *nodes;
	size_t n_nodes;
	struct graph_edge *edges;
	size_t n_edges;
};

/* More lines than that do not fit onto a page: then VNIs are folded further. */
#define GRAPH_FOLDS_MAX 24
/* Remote VTEPs, and sessions of one kind, that have a node each; more are one node. */
#define GRAPH_LISTED_MAX 8

/* The VNIs, folded until they are few. *ret_folds is freed by the caller. */
size_t graph_fold(const json_t *status, struct fold **ret_folds);

enum graph_health graph_health_of(const char *state);
/* The VRF of a session that has one, a part of `neighbor'; else NULL. */
const char *graph_session_vrf(const char *neighbor);

struct graph *graph_make(const json_t *status);
void graph_free(struct graph *graph);

/* The places' names. */
extern const char *const graph_places[GRAPH_PLACES];
/* Whether no node before number `i', which is in a VRF, is in the same one. */
bool graph_is_first_of_vrf(const struct graph *graph, size_t i);

void graph_write_dot(const struct graph *graph, FILE *out);
void graph_write_mermaid(const struct graph *graph, FILE *out);
