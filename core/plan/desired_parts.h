/* SPDX-License-Identifier: Apache-2.0 */
/*
 * desired_parts.h - between the files that make the desired state; nobody else needs it
 *
 * desired_underlay.c has the NICs, lo and the namespace's sysctls, desired.c the VNIs.
 */
#pragma once

#include "desired.h"

struct maker {
	const struct config *config;
	const struct record_nics *nics;
	struct net *net;
	unsigned int inner_mtu; /* of everything that ends up in a VXLAN; 0: leave it alone */
};

unsigned int desired_add_group(struct maker *m, enum net_group_kind kind, unsigned int parent, const char *label);

/* Marked, with no master, up. Valid until the next link is added. */
struct net_link *desired_add_link(struct maker *m, unsigned int group, enum net_ns ns, enum net_kind kind,
				  const char *name);
void desired_add_addr(struct maker *m, unsigned int group, enum net_ns ns, const char *link, const struct ipaddr *ip);

/* `link` NULL: a sysctl of FRR's namespace as a whole. */
void desired_add_sysctl(struct maker *m, unsigned int group, const char *link, const char *family, const char *name,
			const char *value, bool optional);

/* 0: leave it alone. */
void desired_set_mtu(struct net_link *link, unsigned int mtu);
void desired_set_mac(struct net_link *link, const uint8_t mac[6]);
void desired_set_ipv6(struct net_link *link, bool on);

void desired_add_underlay(struct maker *m, const unsigned int *mtus);

/* NICs that have a record and that the configuration does not name: they go back to the host. */
void desired_add_returned(struct maker *m);

/* What FRR's namespace was like before. */
void desired_add_former(struct maker *m, const struct net *former);
