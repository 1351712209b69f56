/* SPDX-License-Identifier: Apache-2.0 */
/*
 * desired_parts.h - shared by the files that make the desired state; internal to them
 *
 * desired_underlay.c has the NICs, lo and the namespace's sysctls, desired.c the VNIs, desired_single.c what all of
 * them share in single mode, desired_trunk.c their trunk, desired_svi.c the sysctls of their bridges, desired_host.c their ends on the host.
 */
#pragma once

#include "plan/desired.h"

struct maker {
	const struct config *config;
	unsigned int single; /* the group of the single bridge and its VXLAN device; 0: each VNI has its own */
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
	uint16_t vlan; /* of the single bridge; 0: the VNI has a bridge of its own */
	bool trunk; /* it has the VLANs of many VNIs */
};

/* The VLANs of the single bridge, by place in the configuration. NULL: there is no such bridge. The caller frees them. */
struct desired_vlans {
	uint16_t *l3, *l2;
};

/* A VNI of the single VXLAN device. */
struct desired_vni {
	uint32_t vni;
	uint16_t vlan;
	bool fixed; /* evpn.conf says which VLAN */
	bool has_svi;
	bool raised;
	const uint8_t *mac; /* the SVI's, if it is not the bridge's; NULL: it is */
};

/* What each VXLAN device has. */
struct net_link *desired_add_vxlan(struct maker *m, unsigned int group, const char *name, const char *bridge);

/* desired_single.c: the single bridge and its VXLAN device, the VLAN of each VNI; and the entries of one. */
void desired_add_single(struct maker *m, struct desired_vlans *ret_vlans);
void desired_add_single_vni(struct maker *m, unsigned int group, const struct desired_vni *vni);
/* A VNI without a VLAN in evpn.conf keeps the one that it has, and no other program's is taken. The nets are sorted, before and after. */
void desired_keep_vlans(struct net *desired, const struct net *actual);

/* desired_trunk.c: the pair that all VNIs without one of their own share, and its VLANs. `mtu` in bytes; 0: leave it alone. */
void desired_add_trunk(struct maker *m, unsigned int mtu);

/* desired_svi.c. `bridge`: the device that has the VNI's addresses. */
void desired_add_l2vni_sysctls(struct maker *m, unsigned int group, const struct config_l2vni *l2, const char *bridge);
void desired_add_l3vni_sysctls(struct maker *m, unsigned int group, const char *bridge);
void desired_add_link_local(struct maker *m, unsigned int group, const char *bridge, const uint8_t mac[6]);

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
