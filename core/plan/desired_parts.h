/* SPDX-License-Identifier: Apache-2.0 */
/*
 * desired_parts.h - shared by the files that make the desired state; internal to them
 *
 * desired_underlay.c has the NICs, lo and the namespace's sysctls, desired.c the VNIs, desired_host.c their ends on the host.
 */
#pragma once

#include "plan/desired.h"

struct maker {
	const struct config *config;
	const struct nic_records *nics;
	struct net *net;
	unsigned int inner_mtu; /* bytes, of all devices whose packets enter a VXLAN; 0: leave it alone */
};

unsigned int desired_add_group(struct maker *m, enum net_group_kind kind, unsigned int parent, const char *label);

/* Adds a link that is marked, up, and without a master. The pointer is valid until the next link is added. */
struct net_link *desired_add_link(struct maker *m, unsigned int group, enum net_ns ns, enum net_kind kind,
				  const char *name);
void desired_add_addr(struct maker *m, unsigned int group, enum net_ns ns, const char *link, const struct ipaddr *ip);

/* A sysctl of `link`; NULL: of FRR's namespace as a whole. */
void desired_add_sysctl(struct maker *m, unsigned int group, const char *link, const char *family, const char *name,
			const char *value, bool optional);

/* `mtu` in bytes; 0: leave it alone. */
void desired_set_mtu(struct net_link *link, unsigned int mtu);
void desired_set_mac(struct net_link *link, const uint8_t mac[6]);
void desired_set_ipv6(struct net_link *link, bool on);
void desired_set_seals(struct net_link *link, unsigned int seals);

/* The inner end of a VNI's veth pair, in FRR's namespace. */
struct desired_inner {
	const char *master;
	bool ipv6;
	unsigned int mtu; /* bytes, of the VNI; 0: leave it alone */
	const struct config_l2vni *l2; /* NULL: it is an L3VNI */
};

/* The pair of a VNI, the bridge that evpnd creates for it, its port of Open vSwitch, its addresses. */
void desired_add_host(struct maker *m, unsigned int group, const struct desired_inner *inner,
		      const struct config_host *host);

/* The rule for the local table, if there are VRFs. */
void desired_add_rules(struct maker *m);

void desired_add_underlay(struct maker *m, const unsigned int *mtus);

/* NICs that have a record, but are not in the configuration: they are given back to the host. */
void desired_add_given_back(struct maker *m);

/* The recorded state of FRR's namespace. */
void desired_add_former(struct maker *m, const struct net *former);
