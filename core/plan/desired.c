/* SPDX-License-Identifier: Apache-2.0 */
/* desired.c - the devices, addresses and routes of each VNI; see desired.h */
#include <linux/if_ether.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/hash.h"
#include "base/util.h"
#include "plan/desired_parts.h"

static bool is_set(const uint8_t mac[6])
{
	static const uint8_t unset[6];

	return memcmp(mac, unset, sizeof(unset)) != 0;
}

void desired_router_mac(const struct config *config, uint8_t ret_mac[6])
{
	const struct ipaddr *vtep = &config->underlay.vtep;
	size_t size = ipaddr_size(vtep);

	if (is_set(config->vxlan.router_mac)) {
		memcpy(ret_mac, config->vxlan.router_mac, 6);
		return;
	}
	/* 02: locally administered, unicast. The last four bytes of the address differ between nodes. */
	ret_mac[0] = 0x02;
	ret_mac[1] = 0xe5;
	memcpy(ret_mac + 2, vtep->bytes + size - 4, 4);
}

void desired_host_mac(const struct ipaddr *vtep, const char *name, uint8_t ret_mac[6])
{
	uint64_t hash = hash_bytes64(HASH_START64, vtep->bytes, sizeof(vtep->bytes));

	hash = hash_bytes64(hash, name, strlen(name));
	ret_mac[0] = 0x02;
	for (int i = 1; i < 6; i++)
		ret_mac[i] = (uint8_t)(hash >> (8 * i));
}

void desired_gateway_mac(const struct config_l2vni *l2, uint8_t ret_mac[6])
{
	const uint32_t vni = l2->vni;
	/* The VRRP-like prefix makes it recognisable in a capture; the VNI makes it unique on a bridge. */
	const uint8_t mac[6] = { 0x02, 0xe6, 0x00, (uint8_t)(vni >> 16), (uint8_t)(vni >> 8), (uint8_t)vni };

	memcpy(ret_mac, is_set(l2->gateway_mac) ? l2->gateway_mac : mac, sizeof(mac));
}

unsigned int desired_add_group(struct maker *m, enum net_group_kind kind, unsigned int parent, const char *label)
{
	struct net_group *group = util_append(&m->net->groups, &m->net->n_groups, sizeof(*group));

	group->kind = kind;
	snprintf(group->label, sizeof(group->label), "%s", label);
	group->parent = parent;
	return (unsigned int)m->net->n_groups - 1;
}

struct net_link *desired_add_link(struct maker *m, unsigned int group, enum net_ns ns, enum net_kind kind,
				  const char *name)
{
	struct net_link *link = util_append(&m->net->links, &m->net->n_links, sizeof(*link));

	link->ns = ns;
	link->kind = kind;
	link->group = group;
	link->owner = NET_OWNER_OURS;
	link->want = NET_LINK_MARK | NET_LINK_MASTER | NET_LINK_UP | (kind == NET_KIND_BRIDGE ? NET_LINK_STP : 0);
	link->up = true;
	net_set_name(link->name, name);
	return link;
}

void desired_add_addr(struct maker *m, unsigned int group, enum net_ns ns, const char *link, const struct ipaddr *ip)
{
	struct net_addr *addr = util_append(&m->net->addrs, &m->net->n_addrs, sizeof(*addr));

	addr->ns = ns;
	addr->group = group;
	addr->ip = *ip;
	addr->ours = true;
	net_set_name(addr->link, link);
}

void desired_add_sysctl(struct maker *m, unsigned int group, const char *link, const char *family, const char *name,
			const char *value, bool optional)
{
	struct net_sysctl *s = util_append(&m->net->sysctls, &m->net->n_sysctls, sizeof(*s));

	s->ns = NET_NS_FRR;
	s->group = group;
	s->optional = optional;
	if (link) {
		net_set_name(s->link, link);
		snprintf(s->key, sizeof(s->key), "net/%s/conf/%s/%s", family, link, name);
	} else {
		snprintf(s->key, sizeof(s->key), "net/%s/%s", family, name);
	}
	snprintf(s->value, sizeof(s->value), "%s", value);
}

void desired_set_mtu(struct net_link *link, unsigned int mtu)
{
	if (mtu) {
		link->want |= NET_LINK_MTU;
		link->mtu = mtu;
	}
}

void desired_set_mac(struct net_link *link, const uint8_t mac[6])
{
	link->want |= NET_LINK_MAC;
	memcpy(link->mac, mac, 6);
}

void desired_set_ipv6(struct net_link *link, bool on)
{
	link->want |= NET_LINK_IPV6;
	link->ipv6 = on;
}

void desired_set_seals(struct net_link *link, unsigned int seals)
{
	link->want |= NET_LINK_SEALS;
	link->seals = (uint8_t)seals;
}

/* An unreachable route of a VRF, once. It is announced to nobody: see print_kernel() in frr/frrconf_policy.c. */
static void add_unreachable(struct maker *m, unsigned int group, const struct config_l3vni *l3,
			    const struct ipaddr *dst)
{
	struct net_route *route;

	for (size_t i = 0; i < m->net->n_routes; i++)
		if (m->net->routes[i].group == group && m->net->routes[i].type == NET_ROUTE_UNREACHABLE &&
		    ipaddr_compare(&m->net->routes[i].dst, dst) == 0)
			return;
	route = util_append(&m->net->routes, &m->net->n_routes, sizeof(*route));
	route->ns = NET_NS_FRR;
	route->group = group;
	route->table = l3->table;
	route->type = NET_ROUTE_UNREACHABLE;
	route->dst = *dst;
	route->metric = NET_UNREACHABLE_METRIC;
	net_set_name(route->vrf, l3->vrf);
}

/* A default route leads to the underlay itself, too: what is known of it stays unreachable, VTEPs above all. */
static void deny_underlay(struct maker *m, unsigned int group, const struct config_l3vni *l3)
{
	const struct ipaddr *pool = &m->config->underlay.vtep_pool,
			    *vteps = ipaddr_is_set(pool) ? pool : &m->config->underlay.vtep;
	struct ipaddr subnet;

	if (ipaddr_is_set(vteps))
		add_unreachable(m, group, l3, vteps);
	for (size_t i = 0; i < m->net->n_addrs; i++) {
		const struct net_addr *addr = &m->net->addrs[i];

		if (m->net->groups[addr->group].kind != NET_GROUP_NIC || ipaddr_is_link_local(&addr->ip))
			continue;
		ipaddr_network(&addr->ip, &subnet);
		add_unreachable(m, group, l3, &subnet);
	}
	for (size_t i = 0; i < l3->exit.n_deny; i++)
		add_unreachable(m, group, l3, &l3->exit.deny[i]);
}

/* What each VXLAN device has; the name says which one it is. */
struct net_link *desired_add_vxlan(struct maker *m, unsigned int group, const char *name, const char *bridge)
{
	const struct config_vxlan *vxlan = &m->config->vxlan;
	struct net_link *link = desired_add_link(m, group, NET_NS_FRR, NET_KIND_VXLAN, name);

	link->local = m->config->underlay.vtep;
	link->port = vxlan->port;
	link->learning = false;
	link->zero_csum6_rx = vxlan->zero_checksum && link->local.family == AF_INET6;
	link->want |= NET_LINK_TTL | NET_LINK_TOS | NET_LINK_DF;
	link->ttl = vxlan->ttl;
	link->ttl_inherit = vxlan->ttl_inherit;
	link->df = vxlan->df;
	/* With one NIC there is one way, and no reason to look for it anew; FRR's own NICs are not known. */
	link->tos = vxlan->tos ? vxlan->tos : m->config->underlay.n_nics != 1 ? NET_TOS_PER_FLOW : 0;
	net_set_name(link->master, bridge);
	link->want |= NET_LINK_ADDRGEN_NONE | NET_LINK_NEIGH_SUPPRESS | NET_LINK_PORT_LEARNING;
	link->addrgen_none = true;
	link->neigh_suppress = true;
	link->port_learning = false;
	/* A port carries no address; with IPv6 on, every `up` walks all IPv6 routes of the namespace. */
	desired_set_ipv6(link, false);
	return link;
}

static struct net_link *add_vxlan(struct maker *m, unsigned int group, uint32_t vni, const char *bridge, bool raised,
				  unsigned int mtu)
{
	char name[IFNAMSIZ];
	struct net_link *link;

	net_name_vxlan(vni, name);
	link = desired_add_vxlan(m, group, name, bridge);
	link->raised = raised;
	link->vni = vni;
	desired_set_mtu(link, mtu);
	return link;
}

/* What has the addresses of a VNI: its bridge, or the SVI of its VLAN. */
static struct net_link *add_svi(struct maker *m, unsigned int group, const char *name, uint16_t vlan)
{
	struct net_link *link = desired_add_link(m, group, NET_NS_FRR, vlan ? NET_KIND_VLAN : NET_KIND_BRIDGE, name);

	link->vlan = vlan;
	if (vlan) {
		link->parent_ns = NET_NS_FRR;
		net_set_name(link->parent, NET_SINGLE_BRIDGE);
	}
	return link;
}

/* `vlan` 0: the VNI has devices of its own. */
static unsigned int add_l3vni(struct maker *m, const struct config_l3vni *l3, uint16_t vlan)
{
	char text[48], bridge[IFNAMSIZ];
	unsigned int group, mtu = l3->mtu ? l3->mtu : m->inner_mtu;
	uint8_t mac[6];
	struct net_link *link;

	snprintf(text, sizeof(text), "vni %u (vrf %s)", l3->vni, l3->vrf);
	group = desired_add_group(m, NET_GROUP_VNI, m->single, text);

	link = desired_add_link(m, group, NET_NS_FRR, NET_KIND_VRF, l3->vrf);
	link->table = l3->table;
	link->raised = true;
	desired_set_ipv6(link, true);
	add_unreachable(m, group, l3, &(struct ipaddr){ .family = AF_INET });
	add_unreachable(m, group, l3, &(struct ipaddr){ .family = AF_INET6 });
	if (l3->exit.set)
		deny_underlay(m, group, l3);

	net_name_bridge(l3->vni, bridge);
	link = add_svi(m, group, bridge, vlan);
	link->raised = true;
	net_set_name(link->master, l3->vrf);
	desired_router_mac(m->config, mac);
	desired_set_mac(link, mac);
	desired_set_mtu(link, mtu);
	link->want |= NET_LINK_ADDRGEN_NONE;
	link->addrgen_none = true;
	desired_set_seals(link, 0);
	/* IPv6 Type-5 routes are installed through this bridge, which needs IPv6 on it. */
	desired_set_ipv6(link, true);
	desired_add_l3vni_sysctls(m, group, bridge);

	if (vlan)
		desired_add_single_vni(m, group, &(struct desired_vni){ l3->vni, vlan, l3->vlan, true, true, NULL });
	else
		add_vxlan(m, group, l3->vni, bridge, true, mtu);
	if (l3->host.set)
		desired_add_host(m, group, &(struct desired_inner){ l3->vrf, true, mtu, NULL, 0 }, &l3->host);

	for (size_t i = 0; i < l3->n_routes; i++) {
		struct net_route *route = util_append(&m->net->routes, &m->net->n_routes, sizeof(*route));

		route->ns = NET_NS_FRR;
		route->group = group;
		route->table = l3->table;
		route->type = NET_ROUTE_UNICAST;
		route->dst = l3->routes[i].prefix;
		route->metric = route->dst.family == AF_INET6 ? NET_IP6_ROUTE_METRIC : 0;
		route->via = l3->routes[i].via;
		net_set_name(route->vrf, l3->vrf);
	}
	return group;
}

/* The bridge, or SVI, of an L2VNI, and the gateways. */
static void add_l2vni_svi(struct maker *m, unsigned int group, const struct config_l2vni *l2, uint16_t vlan,
			  unsigned int mtu)
{
	char bridge[IFNAMSIZ];
	bool gateway6 = false;
	uint8_t mac[6];
	struct net_link *link;

	net_name_bridge(l2->vni, bridge);
	link = add_svi(m, group, bridge, vlan);
	net_set_name(link->master, l2->vrf);
	desired_set_mtu(link, mtu);
	link->want |= NET_LINK_ADDRGEN_NONE;
	link->addrgen_none = true;
	desired_set_ipv6(link, l2->n_gateways > 0);
	if (l2->n_gateways) {
		desired_gateway_mac(l2, mac);
		desired_set_mac(link, mac);
	}
	if (!vlan) {
		link->want |= NET_LINK_MAX_MACS;
		link->max_macs = l2->max_macs;
	}
	desired_add_l2vni_sysctls(m, group, l2, bridge);
	for (size_t i = 0; i < l2->n_gateways; i++) {
		desired_add_addr(m, group, NET_NS_FRR, bridge, &l2->gateways[i]);
		gateway6 |= l2->gateways[i].family == AF_INET6;
	}
	/* In a VRF, the kernel gives nothing to sockets that are not in it. */
	desired_set_seals(link, (l2->vrf[0] ? 0 : NET_SEAL_IPV4) | (gateway6 ? NET_SEAL_GOODBYE : 0));
	if (gateway6)
		desired_add_link_local(m, group, bridge, mac);
}

static void add_l2vni(struct maker *m, const struct config_l2vni *l2, unsigned int parent, uint16_t vlan)
{
	unsigned int group, mtu = l2->mtu ? l2->mtu : m->inner_mtu;
	char text[48], bridge[IFNAMSIZ] = NET_SINGLE_BRIDGE;
	uint8_t mac[6];

	snprintf(text, sizeof(text), "vni %u", l2->vni);
	group = desired_add_group(m, NET_GROUP_VNI, parent, text);
	/* Without a VRF, a VLAN of the single bridge is bridged alone. */
	if (!vlan || l2->vrf[0])
		add_l2vni_svi(m, group, l2, vlan, mtu);
	desired_gateway_mac(l2, mac);
	if (vlan) {
		desired_add_single_vni(m, group,
				       &(struct desired_vni){ l2->vni, vlan, l2->vlan, l2->vrf[0], false,
							      l2->n_gateways ? mac : NULL });
	} else {
		net_name_bridge(l2->vni, bridge);
		add_vxlan(m, group, l2->vni, bridge, false, mtu)->neigh_suppress = l2->arp_suppression;
	}
	if (l2->host.set)
		desired_add_host(m, group, &(struct desired_inner){ bridge, false, mtu, l2, vlan }, &l2->host);
}

/* The MTU in bytes of the VNIs: the smallest MTU of the underlay NICs less the overhead. 0: unknown. */
static unsigned int inner_mtu(const struct config *config, const unsigned int *mtus)
{
	unsigned int overhead = config->underlay.vtep.family == AF_INET6 ? NET_VXLAN_OVERHEAD6 : NET_VXLAN_OVERHEAD4;
	/* Without NICs something else connects FRR's namespace: assume Ethernet. */
	unsigned int smallest = config->underlay.n_nics ? 0 : ETH_DATA_LEN;

	for (size_t i = 0; i < config->underlay.n_nics; i++)
		if (mtus[i] && (!smallest || mtus[i] < smallest))
			smallest = mtus[i];
	return smallest > overhead ? smallest - overhead : 0;
}

void desired_make(const struct config *config, const struct nic_records *nics, const unsigned int *mtus,
		  struct net *net)
{
	struct maker m = { .config = config, .nics = nics, .net = net, .inner_mtu = inner_mtu(config, mtus) };
	_cleanup_free_ unsigned int *groups = xcalloc(config->n_l3vnis, sizeof(*groups));
	struct desired_vlans vlans = { 0 };

	desired_add_group(&m, NET_GROUP_BASE, 0, "underlay");
	desired_add_underlay(&m, mtus);
	desired_add_rules(&m);
	desired_add_given_back(&m);
	if (config->vxlan.single && !config_awaits_lease(config))
		desired_add_single(&m, &vlans);
	for (size_t i = 0; i < config->n_l3vnis && !config_awaits_lease(config); i++)
		groups[i] = add_l3vni(&m, &config->l3vnis[i], vlans.l3 ? vlans.l3[i] : 0);
	for (size_t i = 0; i < config->n_l2vnis && !config_awaits_lease(config); i++) {
		const struct config_l3vni *l3 = config->l2vnis[i].vrf[0]
							? config_find_vrf(config, config->l2vnis[i].vrf)
							: NULL;

		add_l2vni(&m, &config->l2vnis[i], l3 ? groups[l3 - config->l3vnis] : m.single,
			  vlans.l2 ? vlans.l2[i] : 0);
	}
	free(vlans.l3);
	free(vlans.l2);
	net_sort(net);
}

void desired_make_nothing(const struct nic_records *nics, const struct net *former, struct net *net)
{
	const struct config nothing = { 0 };
	struct maker m = { .config = &nothing, .nics = nics, .net = net };

	net->is_nothing = true;
	desired_add_group(&m, NET_GROUP_BASE, 0, "underlay");
	desired_add_former(&m, former);
	desired_add_given_back(&m);
	net_sort(net);
}
