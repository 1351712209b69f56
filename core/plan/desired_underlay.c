/* SPDX-License-Identifier: Apache-2.0 */
/* desired_underlay.c - underlay NICs, NICs that are given back, lo, FRR's namespace; see desired_parts.h */
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/util.h"
#include "plan/desired_parts.h"

/* A VLAN or macvlan of a device that stays on the host. */
static void add_on_parent(struct maker *m, const struct config_nic *nic, struct net_link *link)
{
	uint8_t mac[6];

	link->vlan = nic->vlan;
	net_set_name(link->parent, nic->parent);
	if (nic->vlan)
		return;
	/* The MAC stays the same when the device is created anew, so that the switch and the neighbours know it. */
	desired_host_mac(&m->config->underlay.vtep, nic->name, mac);
	desired_set_mac(link, mac);
}

/* What the plan compares and writes to identify the NIC and to make it the administrator's again. */
static void set_former(struct net_link *link, const struct nic_record *former)
{
	memcpy(link->hw_mac, former->mac, sizeof(link->hw_mac));
	link->recorded = true;
	link->device = former->device;
	link->regroups = former->identified;
	link->moved = former->moved;
	link->dependents = former->dependents;
	link->n_dependents = former->n_dependents;
	link->link_group = former->group;
}

/*
 * The same neighbours are reached by it in FRR's namespace. It gets its prefix route from the kernel there, because the program that
 * added one for it on the host is not there.
 */
static void keep_address(struct net_addr *addr, const struct net_addr *former)
{
	addr->order = former->order;
	addr->peer = former->peer;
	addr->scope = former->scope;
}

/* What evpn.conf lets the host lose with the NIC. With addresses of its own, it needs none of the host's leases. */
static unsigned int may_lose(const struct config_nic *nic)
{
	static const struct {
		const char *word;
		enum net_dependent_kind kind;
	} words[] = { { "stacked", NET_DEPENDENT_STACKED },
		      { "tc", NET_DEPENDENT_TC },
		      { "xdp", NET_DEPENDENT_XDP },
		      { "routes", NET_DEPENDENT_ROUTE } };
	unsigned int kinds = 0;

	if (nic->takes_default_route)
		kinds |= 1u << NET_DEPENDENT_DEFAULT | 1u << NET_DEPENDENT_SESSION;
	if (!nic->keep_addresses)
		kinds |= 1u << NET_DEPENDENT_LEASE;
	for (size_t i = 0; i < nic->n_may_lose; i++)
		for (size_t k = 0; k < ARRAY_LEN(words); k++)
			if (streq(nic->may_lose[i], words[k].word))
				kinds |= 1u << words[k].kind;
	return kinds;
}

/*
 * The router need not be in the leased subnet: some clouds give a /32. A default route that BGP brings is preferred to this one, by
 * the kernel and, since it takes the first byte of a metric for the distance, by zebra.
 */
static void add_lease_route(struct maker *m, unsigned int group, const struct config_nic *nic)
{
	struct net_route *route = util_append(&m->net->routes, &m->net->n_routes, sizeof(*route));

	route->ns = NET_NS_FRR;
	route->group = group;
	route->table = RT_TABLE_MAIN;
	route->type = NET_ROUTE_UNICAST;
	route->dst.family = AF_INET;
	route->via = nic->lease.router;
	route->metric = NET_LEASE_METRIC + (uint32_t)(nic - m->config->underlay.nics);
	route->flags = RTNH_F_ONLINK;
	net_set_name(route->link, nic->inner);
}

static void add_nic(struct maker *m, const struct config_nic *nic, unsigned int mtu)
{
	const struct nic_record *former = nic_record_find(m->nics, nic->name);
	enum net_kind kind = nic->vlan ? NET_KIND_VLAN : nic->macvlan ? NET_KIND_MACVLAN : NET_KIND_OTHER;
	char label[48];
	unsigned int group;
	struct net_link *link;

	snprintf(label, sizeof(label), "underlay NIC %s", nic->name);
	group = desired_add_group(m, NET_GROUP_NIC, 0, label);
	link = desired_add_link(m, group, NET_NS_FRR, kind, nic->inner);
	link->want = NET_LINK_MARK | NET_LINK_UP;
	desired_set_ipv6(link, true);
	desired_set_mtu(link, mtu);
	if (nic->parent[0]) {
		add_on_parent(m, nic, link);
	} else {
		link->adopted = true;
		link->owner = NET_OWNER_NIC;
		link->may_lose = may_lose(nic);
		net_set_name(link->nic, nic->name);
		net_set_name(link->other_name, former ? nic_record_host_name(former) : nic->name);
		if (former)
			set_former(link, former);
	}
	/* The answer to a packet may leave through another underlay NIC: strict RPF would drop it. */
	desired_add_sysctl(m, group, nic->inner, "ipv4", "rp_filter", "0", false);
	for (size_t i = 0; i < nic->n_addresses; i++)
		desired_add_addr(m, group, NET_NS_FRR, nic->inner, &nic->addresses[i]);
	if (nic->lease.in_force && ipaddr_is_set(&nic->lease.router))
		add_lease_route(m, group, nic);
	for (size_t i = 0; nic->keep_addresses && !nic->parent[0] && former && i < former->n_addrs; i++) {
		desired_add_addr(m, group, NET_NS_FRR, nic->inner, &former->addrs[i].ip);
		keep_address(&m->net->addrs[m->net->n_addrs - 1], &former->addrs[i]);
	}
}

/*
 * By default the kernel looks into the local table first, so a packet in a VRF for the address of a NIC or for the VTEP would be
 * delivered here: tenants could reach the underlay, and not their own machines with these addresses.
 */
void desired_add_rules(struct maker *m)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };

	for (size_t i = 0; i < ARRAY_LEN(families) && m->config->n_l3vnis; i++)
		*(struct net_rule *)util_append(&m->net->rules, &m->net->n_rules, sizeof(struct net_rule)) =
			(struct net_rule){ .family = families[i], .pref = NET_LOCAL_LAST, .ours = true };
}

/*
 * The kernel's tables of neighbors, and their limits, are the whole machine's (neigh_sysctl_register(): they are sysctls of the
 * initial network namespace alone). So they are raised, but never lowered.
 */
static void add_thresholds(struct maker *m)
{
	static const char *const families[] = { "ipv4", "ipv6" };
	unsigned int group = 0;
	char name[32];

	for (unsigned int i = 0; i < CONFIG_GC_THRESHOLDS; i++)
		for (size_t k = 0; m->config->gc_thresh[i] && k < ARRAY_LEN(families); k++) {
			struct net_sysctl *s;

			group = group ? group : desired_add_group(m, NET_GROUP_VNI, 0, "neighbor_table");
			snprintf(name, sizeof(name), "neigh/default/gc_thresh%u", i + 1);
			desired_add_sysctl(m, group, NULL, families[k], name, "", true);
			s = &m->net->sysctls[m->net->n_sysctls - 1];
			s->ns = NET_NS_HOST;
			s->at_least = true;
			snprintf(s->value, sizeof(s->value), "%u", m->config->gc_thresh[i]);
		}
}

void desired_add_underlay(struct maker *m, const unsigned int *mtus)
{
	const struct config *config = m->config;
	struct net_link *lo;

	for (size_t i = 0; i < config->underlay.n_nics; i++)
		add_nic(m, &config->underlay.nics[i], mtus[i]);

	add_thresholds(m);
	/* The kernel creates lo. evpnd sets it up and adds the VTEP to it. */
	lo = desired_add_link(m, 0, NET_NS_FRR, NET_KIND_OTHER, "lo");
	lo->want = NET_LINK_UP;
	if (config->underlay.vtep.family == AF_INET6 && !config->underlay.vtep_nic)
		desired_add_sysctl(m, 0, NULL, "ipv6", "conf/lo/disable_ipv6", "0", false);
	if (!config->underlay.vtep_nic)
		desired_add_addr(m, 0, NET_NS_FRR, "lo", &config->underlay.vtep);

	desired_add_sysctl(m, 0, NULL, "ipv4", "ip_forward", "1", false);
	desired_add_sysctl(m, 0, NULL, "ipv6", "conf/all/forwarding", "1", true);
	/*
	 * By default the kernel chooses among several next hops by the addresses of a packet, which are the same for all
	 * VXLAN packets between two VTEPs. 1: by the ports, too. The source port of VXLAN is a hash of the inner packet.
	 * The values 2 and 3 would not help: they look into IP tunnels, not into UDP.
	 */
	desired_add_sysctl(m, 0, NULL, "ipv4", "fib_multipath_hash_policy", "1", true);
	desired_add_sysctl(m, 0, NULL, "ipv6", "fib_multipath_hash_policy", "1", true);
	/* The kernel uses the higher value of "all" and the device, so "all" has to be 0. */
	desired_add_sysctl(m, 0, NULL, "ipv4", "conf/all/rp_filter", "0", false);
	/*
	 * By default the kernel deletes with an IPv4 address the others of its subnet that were added later (__inet_del_ifa),
	 * and these may be just the ones that are wanted now. Either "all" or the device's own value prevents that.
	 */
	desired_add_sysctl(m, 0, NULL, "ipv4", "conf/all/promote_secondaries", "1", false);
}

static bool is_wanted(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->underlay.n_nics; i++)
		if (!config->underlay.nics[i].parent[0] && streq(config->underlay.nics[i].name, name))
			return true;
	return false;
}

static bool is_parent(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->underlay.n_nics; i++)
		if (streq(config->underlay.nics[i].parent, name))
			return true;
	return false;
}

static void add_given_back_nic(struct maker *m, const struct nic_record *former)
{
	const char *name = nic_record_host_name(former);
	struct net *net = m->net;
	struct net_link *link;
	unsigned int group;
	char label[48];

	snprintf(label, sizeof(label), "NIC %s, given back", former->name);
	group = desired_add_group(m, NET_GROUP_GIVE_BACK, 0, label);
	net->groups[group].first = is_parent(m->config, name);

	link = desired_add_link(m, group, NET_NS_HOST, NET_KIND_OTHER, name);
	link->given_back = true;
	net_set_name(link->nic, former->name);
	link->owner = NET_OWNER_NIC;
	link->want = NET_LINK_MARK | NET_LINK_UP;
	link->up = former->up;
	link->alias = xstrdup(former->alias);
	net_set_name(link->other_name, former->name);
	set_former(link, former);
	if (former->identified) {
		link->altnames = xstrdup(former->altnames ? former->altnames : "");
		desired_set_mac(link, former->address);
	}
	desired_set_mtu(link, former->mtu);

	for (size_t i = 0; i < former->n_addrs; i++) {
		struct net_addr *addr = util_append(&net->addrs, &net->n_addrs, sizeof(*addr));

		*addr = former->addrs[i];
		addr->group = group;
	}
	for (size_t i = 0; i < former->n_objects; i++) {
		struct net_object *object = util_append(&net->objects, &net->n_objects, sizeof(*object));

		*object = former->objects[i];
		object->group = group;
	}
	/* A NIC that is down has no routes. */
	for (size_t i = 0; former->up && i < former->n_routes; i++) {
		struct net_route *route = util_append(&net->routes, &net->n_routes, sizeof(*route));

		net_copy_route(route, &former->routes[i]);
		route->group = group;
	}
	for (size_t i = 0; i < former->n_sysctls; i++) {
		struct net_sysctl *sysctl = util_append(&net->sysctls, &net->n_sysctls, sizeof(*sysctl));

		*sysctl = former->sysctls[i];
		sysctl->group = group;
		sysctl->optional = true;
		net_set_name(sysctl->link, name);
	}
}

void desired_add_given_back(struct maker *m)
{
	for (size_t i = 0; i < m->nics->n_items; i++)
		if (!is_wanted(m->config, m->nics->items[i].name))
			add_given_back_nic(m, &m->nics->items[i]);
}

void desired_add_former(struct maker *m, const struct net *former)
{
	unsigned int group = desired_add_group(m, NET_GROUP_GIVE_BACK, 0, "FRR's namespace");

	for (size_t i = 0; i < former->n_links; i++) {
		struct net_link *link = desired_add_link(m, group, NET_NS_FRR, NET_KIND_OTHER, former->links[i].name);

		link->want = NET_LINK_UP;
		link->up = former->links[i].up;
	}
	for (size_t i = 0; i < former->n_sysctls; i++) {
		struct net_sysctl *sysctl = util_append(&m->net->sysctls, &m->net->n_sysctls, sizeof(*sysctl));

		*sysctl = former->sysctls[i];
		sysctl->group = group;
		sysctl->optional = true;
	}
}
