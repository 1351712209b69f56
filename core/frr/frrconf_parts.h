/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrconf_parts.h - between the files that make frr.conf: frrconf.c prints, frrconf_policy.c its lists and maps,
 * frrconf_order.c sorts as FRR does
 */
#pragma once

#include <stdio.h>

#include "frrconf.h"

struct frrconf {
	FILE *out;
	const struct config *config;
	const struct config_neighbor **neighbors; /* as FRR sorts them */
	size_t n_neighbors;
	const struct config_bfd_profile **profiles; /* the same */
	FILE *outer; /* while `out` is a family's */
	char *family;
	size_t family_len;
};

/* What FRR calls it; freed by the caller. */
char *frrconf_peer(const struct config_neighbor *n);

/* Whether the VRF's Type-5 routes go through the route-map evpnd-own-VRF, which leaves out those that it imports. */
bool frrconf_has_map(const struct config_l3vni *l3);
/*
 * These maps. Before `router bgp', where FRR has them behind it: bgpd, reading a file, would know the map only seconds
 * after `advertise ... route-map' and announce everything until then (bgp route-map delay-timer).
 */
void frrconf_print_maps(struct frrconf *f);
void frrconf_print_lists(struct frrconf *f);

void frrconf_print(struct frrconf *f);
