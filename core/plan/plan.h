/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan.h - what to do so that the actual state becomes the desired one; pure
 *
 * A plan is a list of operations in the order in which they shall run, in stages that belong to the pipeline's steps
 * build, raise and prune (which ends with giving NICs back). It points into the two nets it was made from, which must outlive it.
 */
#pragma once

#include <stdio.h>

#include "net.h"

enum plan_stage { PLAN_BUILD, PLAN_RAISE, PLAN_PRUNE, PLAN_GIVE_BACK };
#define PLAN_STAGE_COUNT 4

enum op_type {
	OP_SYSCTL_SET,
	OP_LINK_DELETE,
	OP_LINK_CREATE,
	OP_LINK_MOVE, /* an underlay NIC into FRR's namespace, or to its name there, marked in the same message */
	OP_LINK_RETURN, /* an underlay NIC back to the host, or to its name there, with its former alias and (attrs) MTU */
	OP_LINK_IPV6, /* disable_ipv6, before the link comes up */
	OP_LINK_DOWN,
	OP_LINK_SET, /* attrs: mark, master, mtu, mac, addrgenmode, bridge port, up: one message */
	OP_ADDR_ADD,
	OP_ADDR_DELETE,
	OP_ROUTE_ADD,
	OP_ROUTE_REPLACE, /* ours, by another next hop from now on: no moment without it */
	OP_ROUTE_DELETE,
	OP_OVS_PORT_ADD, /* in the database of Open vSwitch */
	OP_OVS_PORT_DELETE,
};
#define OP_TYPE_COUNT 15

struct op {
	enum plan_stage stage;
	enum op_type type;
	unsigned int rank; /* order within the stage; equal ranks keep the order of the objects */
	unsigned int group;
	unsigned int attrs; /* OP_LINK_SET, OP_LINK_RETURN: NET_LINK_... */
	const struct net_link *link; /* desired; OP_LINK_DELETE: actual */
	const struct net_link *have; /* OP_LINK_MOVE, OP_LINK_RETURN: the NIC as it is now */
	const struct net_addr *addr;
	const struct net_route *route;
	const struct net_sysctl *sysctl;
	const struct net_ovs_port *ovs_port; /* desired; OP_OVS_PORT_DELETE: actual */
};

enum plan_fault {
	PLAN_FOREIGN, /* a device that is not ours has the name */
	PLAN_ABSENT, /* a device that evpnd does not make is not there (underlay NIC, the host's bridge), or cannot be seen */
	PLAN_BUSY, /* the device is there, but not as it has to be: a NIC that is a port of something, a parent that is down */
};

/* What the plan cannot do, and which group it stops. */
struct plan_problem {
	enum plan_fault fault;
	unsigned int group;
	char text[256];
};

struct plan {
	struct op *ops;
	size_t n_ops;
	struct plan_problem *problems;
	size_t n_problems;
	bool *blocked; /* by group: a problem in it or in what it hangs on; its operations were left out */
};

/* Both nets sorted. *plan zeroed before; plan_clear frees what is in it. */
void plan_make(const struct net *desired, const struct net *actual, struct plan *plan);
void plan_clear(struct plan *plan);

/* Whether `group` or one that it hangs on is in `flags` (by group). */
bool plan_group_in(const struct net *desired, const bool *flags, unsigned int group);

/* The namespace from which the operation is done: that of its object, but a NIC is where it is before it moves. */
enum net_ns plan_op_ns(const struct op *op);

/* The operation as an operator would type it for ip(8) or sysctl(8), with the namespace in front. Returns buf. */
#define PLAN_OP_SIZE 384
const char *plan_op_text(const struct op *op, char buf[PLAN_OP_SIZE]);

/* "build", "raise", "prune", "give back" */
const char *plan_stage_name(enum plan_stage stage);

/* A line per operation: "STAGE: OPERATION". */
void plan_print_stage(const struct plan *plan, enum plan_stage stage, FILE *out);
void plan_print_problems(const struct plan *plan, FILE *out);
