/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrconf_parts.h - between the files that make frr.conf: frrconf.c prints, frrconf_order.c sorts as FRR does
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
	bool listed; /* print_lists has printed one */
};

/* What FRR calls it; freed by the caller. */
char *frrconf_peer(const struct config_neighbor *n);

void frrconf_print(struct frrconf *f);
