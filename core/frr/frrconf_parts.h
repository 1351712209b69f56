/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrconf_parts.h - shared by the files that generate frr.conf: frrconf.c has the entry point and orders the blocks,
 * frrconf_bgp.c prints `router bgp', frrconf_policy.c prefix lists and route-maps, frrconf_exit.c those of l3vnis.exit
 */
#pragma once

#include <stdio.h>

#include "frr/frrconf.h"

/* One frr.conf while it is generated. Pointers into `config` are borrowed. */
struct frrconf {
	FILE *out;
	const struct config *config;
	const struct config_neighbor **neighbors; /* in FRR's order */
	size_t n_neighbors;
	const struct config_bfd_profile **profiles; /* in FRR's order */
	FILE *outer; /* the text around an address family, while `out` collects the family's lines */
	char *family;
	size_t family_len;
};

/* The neighbor's name in frr.conf; the caller frees it. */
char *frrconf_peer(const struct config_neighbor *n);

/* Prints the `router bgp' blocks. */
void frrconf_print_bgp(struct frrconf *f);

/*
 * Prints the lines of neighbor `peer` that apply the route-maps evpnd-fabric-in and evpnd-fabric-out, in the address
 * family of this name: see frrconf_policy.c.
 */
void frrconf_print_fabric_maps(struct frrconf *f, const struct config_neighbor *n, const char *peer,
			       const char *family);

/* Whether the VRF announces kernel routes of this family: by `redistribute', or its static routes. */
bool frrconf_redistributes_kernel(const struct config_l3vni *l3, uint8_t family);

/* Whether the VRF's Type-5 routes pass the route-map evpnd-own-VRF, which removes those imported from other VRFs. */
bool frrconf_has_map(const struct config_l3vni *l3);
/*
 * Prints these route-maps and those of fabric neighbors. They stand before `router bgp', though FRR shows them behind it: when bgpd reads `advertise
 * ... route-map' first, it announces everything until the map is applied seconds later (bgp route-map delay-timer).
 */
void frrconf_print_maps(struct frrconf *f);
/* Prints the prefix lists of l3vnis.host.accept and l3vnis.exit. */
void frrconf_print_lists(struct frrconf *f);

/* Whether the VRF imports routes of this family from the default VRF, and the other way round. */
bool frrconf_leaves(const struct config_l3vni *l3, uint8_t family);
bool frrconf_returns(const struct config_l3vni *l3, uint8_t family);
/* Prints the route-maps for that. */
void frrconf_print_exit_maps(struct frrconf *f);
/* Prints the lines in the address family of the VRF, and in that of the default VRF. */
void frrconf_print_exit(struct frrconf *f, const struct config_l3vni *l3, uint8_t family);
void frrconf_print_returns(struct frrconf *f, uint8_t family);
