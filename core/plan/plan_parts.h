/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_parts.h - shared by the files that make a plan; internal to them
 *
 * plan.c calls one function for each kind of object and puts the plan together. plan_link.c has links, plan_addr.c
 * addresses, plan_route.c routes, plan_rule.c rules, plan_sysctl.c sysctls, plan_ovs.c ports of Open vSwitch,
 * plan_vlan.c VLANs and VNIs, plan_trunk.c what concerns the ports of the trunk.
 */
#pragma once

#include "plan/plan.h"

/*
 * The order within a stage: an object comes after the ones that it refers to. Build: sysctls that a new device copies,
 * deletions of what is created anew, devices (masters before ports), NICs, then what is set on devices.
 */
enum rank {
	RANK_SYSCTL,
	RANK_RULE_ADD, /* there is always a rule for local addresses */
	RANK_RULE_DELETE,
	RANK_OVS_DELETE,
	RANK_DOWN,
	RANK_REMAKE,
	RANK_GIVE_BACK,
	RANK_CREATE, /* plus the kind's enum net_order */
	RANK_MOVE = RANK_CREATE + NET_ORDER_NIC,
	RANK_LINK_SYSCTL = RANK_CREATE + NET_ORDER_COUNT,
	RANK_IPV6,
	RANK_SET,
	RANK_PORT,
	RANK_VLAN, /* plus enum net_vlan_kind: a VLAN is of use with its VNI, an SVI with its VLAN */
	RANK_SVI = RANK_VLAN + NET_VLAN_KIND_COUNT,
	RANK_OVS_ADD,
	RANK_ADDR_LEAVES, /* the device that has it now, before another device gets it */
	RANK_ADDR,
	RANK_ROUTE,
	RANK_OBJECT, /* nexthops among them, which need routes, and which routes need */
	RANK_ROUTE_VIA, /* after the routes that lead to the next hops */
	RANK_ROUTE_TYPE,
	RANK_VLAN_DELETE, /* the other way round */
	RANK_DELETE =
		RANK_VLAN_DELETE +
		NET_VLAN_KIND_COUNT, /* prune: after the addresses; links in the reverse of their order of creation */
};

struct planner {
	const struct net *desired, *actual;
	struct plan *plan;
	const struct net_link **vrfs; /* those of FRR's namespace, by table */
	size_t n_vrfs;
	bool *early; /* by group: a NIC that is given back before anything is built, because its name is needed */
	bool *remade; /* by actual link: it will be deleted and created anew, so nothing of it counts */
	struct op demote; /* sets promote_secondaries back after the deletions; its addr NULL: not needed */
	const struct net_addr *promoted; /* the last address whose link has its OP_ADDR_PROMOTE in the plan */
};

/* For qsort and bsearch over planner.vrfs. */
int plan_by_table(const void *a, const void *b);

/* By kind: the ranks of creation and deletion. */
unsigned int plan_create_rank(enum net_kind kind);
unsigned int plan_delete_rank(enum net_kind kind);

struct op *plan_add_op(struct planner *p, enum plan_stage stage, enum op_type type, unsigned int rank,
		       unsigned int group);

/* Adds a problem of `group`, whose operations are then left out. */
void plan_add_problem(struct planner *p, enum plan_fault fault, unsigned int group, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The stage of an operation of `group` that otherwise belongs to `stage`. */
enum plan_stage plan_stage_of(const struct planner *p, unsigned int group, enum plan_stage stage);

/* The actual link, unless it will be created anew. NULL: not found. */
const struct net_link *plan_standing(const struct planner *p, enum net_ns ns, const char *name);

/* An underlay NIC is the same device in either namespace and under any name (plan_nic.c). */
static inline bool plan_is_nic(const struct net_link *want)
{
	return want->adopted || want->given_back;
}
/* The NIC that the desired link is about, wherever it is; NULL: it is nowhere. */
const struct net_link *plan_find_nic(const struct planner *p, const struct net_link *want);
/* The desired link of an underlay NIC, wherever the NIC is now; NULL: it is not wanted any more. */
const struct net_link *plan_find_wanted(const struct planner *p, const struct net_link *nic);
/* Adds the problems of a NIC. */
void plan_check_nic(struct planner *p, const struct net_link *want);
/* Moves or renames the NIC. Returns the attributes that this sets. */
net_attr_set plan_move_nic(struct planner *p, enum plan_stage stage, const struct net_link *want);

/*
 * plan_depend.c: whether the desired link is a NIC that is on the host now; whether this dependent forbids to move it; what the move does
 * to the dependent, for a warning. plan_check_dependents() adds the problems.
 */
bool plan_is_moved(const struct net_link *want, const struct net_link *nic);
bool plan_refuses(const struct net_link *want, const struct net_dependent *dependent);
const char *plan_lost(const struct net_dependent *dependent);
void plan_check_dependents(struct planner *p, const struct net_link *want, const struct net_link *nic);

/*
 * Whether the end on the host, which is its user's, has been given to another namespace. It is left there, and its other end
 * stays; the kernel deletes both with that namespace, and then evpnd creates a new pair.
 */
bool plan_is_lent(const struct planner *p, const struct net_link *want);

/* The device will be deleted and created again, and with one end of a veth the other one. */
void plan_mark_remade(struct planner *p, const struct net_link *have);

/* The group of the desired link that has the name of `old`; if there is none, the base. */
unsigned int plan_group_of_old(const struct planner *p, const struct net_link *old);

/* First pass, for each desired link: adds its problems, and finds the devices that have to be created anew. */
void plan_check_link(struct planner *p, const struct net_link *want);
/* For each actual link: deletes it if it is not wanted or has to be created anew. */
void plan_old_link(struct planner *p, const struct net_link *old);
/* For each desired link: creates, moves or changes it. */
void plan_link(struct planner *p, const struct net_link *want);

void plan_addrs(struct planner *p);
void plan_routes(struct planner *p);
void plan_rules(struct planner *p);
void plan_objects(struct planner *p);
void plan_sysctls(struct planner *p);
void plan_ovs_ports(struct planner *p);
/* The last of all that add problems: what a group has that is blocked is not part of a range. */
void plan_vlans(struct planner *p);
/* The operation in the words of bridge(8), which has two commands where one message does it. Returns buf. */
#define PLAN_VLAN_SIZE 160
const char *plan_vlan_text(const struct op *op, char buf[PLAN_VLAN_SIZE]);
/* Whether the link is the SVI of a VLAN of the single bridge. */
static inline bool plan_is_svi(const struct net_link *link)
{
	return link->kind == NET_KIND_VLAN && link->parent[0] && link->parent_ns == link->ns;
}
/* With the single bridge the kernel deletes its SVIs. */
void plan_mark_svis(struct planner *p, const struct net_link *bridge);
/* Finds VXLAN devices that have to go before others come. */
void plan_check_mode(struct planner *p);
/* Adds the problems of the trunk. Finds ports that go before others come, because two in one VLAN between two bridges are a loop. */
void plan_check_trunk(struct planner *p);
/* Whether an end of the trunk stays a port of its bridge: with another one its VLANs go. */
bool plan_keeps_vlans(const struct planner *p, const struct net_link *want);
/* The entry of that place; NULL: there is none. */
const struct net_vlan *plan_find_vlan(const struct net *net, const struct net_vlan *key);
