/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_parts.h - between the files that make a plan; nobody else needs it
 *
 * plan_link.c plans links, plan_state.c what sits on them (addresses, routes, sysctls, ports of Open vSwitch), plan.c puts the plan together.
 */
#pragma once

#include "plan.h"

/*
 * Order within a stage: a thing comes after what it refers to. Build: what a new device reads at its birth, what has
 * to go before it is made anew, devices from the outermost master in, the NIC, then what is set on devices.
 */
enum rank {
	RANK_SYSCTL,
	RANK_OVS_DELETE,
	RANK_DOWN,
	RANK_REMAKE,
	RANK_RETURN,
	RANK_VRF,
	RANK_BRIDGE,
	RANK_VXLAN,
	RANK_VETH,
	RANK_MOVE,
	RANK_VLAN,
	RANK_LINK_SYSCTL,
	RANK_IPV6,
	RANK_SET,
	RANK_PORT,
	RANK_OVS_ADD,
	RANK_ADDR,
	RANK_ROUTE,
	RANK_ROUTE_VIA, /* after the routes that lead to the next hops */
};

struct planner {
	const struct net *desired, *actual;
	struct plan *plan;
	const struct net_link **vrfs; /* those of FRR's namespace, by table */
	size_t n_vrfs;
	bool *early; /* by group: what goes back does so before anything is built, its name is needed */
	bool *remade; /* by actual link: it will be deleted and made anew, so nothing of it counts */
};

/* For qsort and bsearch over planner.vrfs. */
int plan_by_table(const void *a, const void *b);

/* By kind: the order in which devices are made, and the other way round for deleting them. */
unsigned int plan_create_rank(enum net_kind kind);
unsigned int plan_delete_rank(enum net_kind kind);

struct op *plan_add_op(struct planner *p, enum plan_stage stage, enum op_type type, unsigned int rank,
		       unsigned int group);

/* Notes why `group` cannot be brought about; its operations are left out. */
void plan_add_problem(struct planner *p, enum plan_fault fault, unsigned int group, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The stage of an operation of `group` that otherwise belongs to `stage`. */
enum plan_stage plan_stage_of(const struct planner *p, unsigned int group, enum plan_stage stage);

/* The actual link, unless it is going to be replaced. */
const struct net_link *plan_standing(const struct planner *p, enum net_ns ns, const char *name);

/* The desired link that an underlay NIC is to become; NULL: nobody wants it any more. */
const struct net_link *plan_find_wanted(const struct planner *p, const struct net_link *nic);

/* The group of the desired link that has the name of `old`; the base where none has. */
unsigned int plan_group_of_old(const struct planner *p, const struct net_link *old);

/* First pass: what stands in the way of a desired link, and which devices have to be made anew. */
void plan_check_link(struct planner *p, const struct net_link *want);
void plan_old_link(struct planner *p, const struct net_link *old);
void plan_link(struct planner *p, const struct net_link *want);

void plan_addrs(struct planner *p);
void plan_routes(struct planner *p);
void plan_sysctls(struct planner *p);
void plan_ovs_ports(struct planner *p);
