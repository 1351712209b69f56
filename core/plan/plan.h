/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan.h - the operations that turn the actual state into the desired one; pure
 *
 * A plan is a list of operations in the order in which they are applied. Each belongs to a stage, and the stages to the
 * pipeline's steps build, raise and prune (which also gives NICs back). A plan points into the two nets from which it
 * was made; they have to outlive it.
 */
#pragma once

#include <stdio.h>

#include "model/net.h"

enum plan_stage { PLAN_BUILD, PLAN_RAISE, PLAN_PRUNE, PLAN_GIVE_BACK };
#define PLAN_STAGE_COUNT 4

enum op_type {
	OP_SYSCTL_SET,
	OP_LINK_DELETE,
	OP_LINK_CREATE,
	OP_LINK_MOVE, /* moves an underlay NIC to FRR's namespace, or renames it there, and sets the mark */
	OP_LINK_GIVE_BACK, /* moves it to the host, or renames it there; restores the alias and (attrs) MTU */
	OP_LINK_IPV6, /* sets disable_ipv6, before the link is set up */
	OP_LINK_DOWN, /* with `have`: under the name that the NIC has before it is renamed, or of a device that is deleted later */
	OP_LINK_VLAN, /* makes a port a member of one VLAN alone, and its packets without a tag that VLAN's */
	OP_LINK_SEAL, /* whether the bridge delivers IPv4 packets to its namespace */
	OP_LINK_FILTER, /* of a port: storm control, and the relay of gratuitous ARP */
	OP_LINK_SET, /* sets the attributes `attrs` by one message */
	OP_ADDR_ADD, /* attrs OP_ADDR_AGAIN: the kernel announces the address also if it is there */
	OP_ADDR_PROMOTE, /* promote_secondaries=1 on the link of `addr`, before OP_ADDR_DELETE; attrs 1: back to 0 */
	OP_ADDR_DELETE,
	OP_OBJECT_ADD, /* restores something that lives with a NIC */
	OP_ROUTE_ADD,
	OP_ROUTE_REPLACE, /* gives a route of ours another next hop, without a moment without the route */
	OP_ROUTE_DELETE,
	OP_RULE_ADD,
	OP_RULE_DELETE,
	OP_VLAN_ADD, /* `n_vlans` entries of the single bridge, its VXLAN device or the trunk, from `vlan` on */
	OP_VLAN_DELETE,
	OP_OVS_PORT_ADD, /* in the database of Open vSwitch */
	OP_OVS_PORT_SET, /* its VLAN */
	OP_OVS_PORT_DELETE,
};
#define OP_TYPE_COUNT 25

#define OP_ADDR_AGAIN 1

struct op {
	enum plan_stage stage;
	enum op_type type;
	unsigned int rank; /* the order within the stage */
	uint32_t order; /* within a rank; equal ones keep the order in which they were added */
	unsigned int group;
	net_attr_set attrs; /* OP_LINK_SET, OP_LINK_GIVE_BACK: NET_LINK_... */
	const struct net_link *link; /* desired; OP_LINK_DELETE: actual */
	/* OP_LINK_MOVE, OP_LINK_GIVE_BACK, OP_LINK_DOWN of a NIC: the NIC as it is now; OP_LINK_DOWN of a device that leaves: `link` */
	const struct net_link *have;
	const struct net_addr *addr;
	const struct net_route *route;
	const struct net_rule *rule;
	const struct net_object *object;
	const struct net_sysctl *sysctl;
	const struct net_vlan *vlan; /* desired; OP_VLAN_DELETE: actual. Each has a group of its own */
	size_t n_vlans;
	const struct net_ovs_port *ovs_port; /* desired; OP_OVS_PORT_DELETE: actual */
};

enum plan_fault {
	PLAN_FOREIGN, /* a device that is not ours has the name */
	PLAN_ABSENT, /* a device that evpnd does not create (NIC, the host's bridge) is missing or cannot be read */
	PLAN_BUSY, /* such a device cannot be used as it is: a NIC that is a port of a bridge, a parent that is down */
};

/* Something that cannot be done, and the group that it stops. */
struct plan_problem {
	enum plan_fault fault;
	unsigned int group;
	char text[480]; /* what, on which object, why, and what to do */
};

struct plan {
	struct op *ops;
	size_t n_ops;
	struct plan_problem *problems;
	size_t n_problems;
	bool *blocked; /* by group: it has a problem. Operations of the group and of its children are left out. */
};

/* Both nets have to be sorted, and *plan zeroed. plan_clear frees what is in the plan. */
void plan_make(const struct net *desired, const struct net *actual, struct plan *plan);
void plan_clear(struct plan *plan);

/*
 * What is applied although packets will be lost, a line each: a VNI's MTU that the underlay does not carry, a bridge on the
 * host with ports of a larger MTU than the VNI, one that filters VLANs. Both nets are sorted. The caller frees the lines and the array.
 */
char **plan_warnings(const struct net *desired, const struct net *actual, size_t *ret_n);

/* Whether the flag (by group) is set for `group` or one that it depends on. */
bool plan_group_in(const struct net *desired, const bool *flags, unsigned int group);

/* Whether the two routes have the same destination, table and metric, so that the kernel uses the one that it has first. */
bool plan_same_place(const struct net_route *a, const struct net_route *b);

/*
 * The namespace in which the operation is applied. Usually that of its object; for a NIC the one that it is moved from.
 */
enum net_ns plan_op_ns(const struct op *op);

/*
 * The operation in the words of ip(8) or sysctl(8), with the namespace in front: "frr: link set br110 up". Returns buf.
 */
#define PLAN_OP_SIZE 384
const char *plan_op_text(const struct op *op, char buf[PLAN_OP_SIZE]);

/* "build", "raise", "prune", "give back" */
const char *plan_stage_name(enum plan_stage stage);

/* One line for each operation: "STAGE: OPERATION". */
void plan_print_stage(const struct plan *plan, enum plan_stage stage, FILE *out);
void plan_print_problems(const struct plan *plan, FILE *out);
