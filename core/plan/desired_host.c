/* SPDX-License-Identifier: Apache-2.0 */
/* desired_host.c - the ends of the VNIs on the host, and what keeps tenants out of the host there; see desired_parts.h */
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/hash.h"
#include "base/util.h"
#include "plan/desired_parts.h"

void desired_end_mac(uint64_t seed, const char *master, uint8_t ret_mac[6])
{
	uint64_t hash = hash_bytes64(seed, master, strlen(master));

	ret_mac[0] = 0xfe;
	ret_mac[1] = 0xff;
	for (int i = 2; i < 6; i++)
		ret_mac[i] = (uint8_t)(hash >> (8 * i));
}

static uint64_t end_seed(const struct ipaddr *vtep, const char *name)
{
	return hash_bytes64(hash_bytes64(HASH_START64, vtep->bytes, sizeof(vtep->bytes)), name, strlen(name));
}

static bool has_family(const struct config_host *host, uint8_t family)
{
	for (size_t i = 0; i < host->n_addresses; i++)
		if (host->addresses[i].family == family)
			return true;
	return false;
}

static struct net_sysctl *add_sysctl(struct maker *m, unsigned int group, const char *link, const char *family,
				     const char *name, const char *value)
{
	struct net_sysctl *s;

	desired_add_sysctl(m, group, link, family, name, value, streq(family, "ipv6"));
	s = &m->net->sysctls[m->net->n_sysctls - 1];
	s->ns = NET_NS_HOST;
	return s;
}

/*
 * Any machine in the VNI, behind any leaf, is a neighbour of this device, on which the host has its own addresses or none.
 * Without addresses of its own, the device neither answers nor takes anything:
 *  - IPv6 is off: no link-local address, no router advertisement, no delivery to the host's other addresses.
 *  - Strict RPF drops all IPv4 packets that arrive on a device without addresses (__fib_validate_source()).
 *  - arp_ignore=1: no answer for addresses that are on other devices, not even to a sender without an address, which RPF
 *    does not see.
 * With addresses, routers are still those of the host's configuration, not those that advertise themselves.
 */
static void keep_tenants_out(struct maker *m, unsigned int group, struct net_link *link, const struct config_host *host,
			     bool has_addresses)
{
	struct net_sysctl *filter;

	desired_set_ipv6(link, has_addresses && has_family(host, AF_INET6));
	add_sysctl(m, group, link->name, "ipv6", "accept_ra", "0");
	add_sysctl(m, group, link->name, "ipv4", "arp_ignore", "1");
	filter = add_sysctl(m, group, link->name, "ipv4", "rp_filter", "1");
	/* With addresses it is the host's own choice, as on its other devices. */
	if (has_addresses && has_family(host, AF_INET)) {
		filter->inherits = filter->is_default = true;
		filter->value[0] = '0';
	}
}

/* The host's bridge for the veth of an L2VNI or the trunk, if evpnd has to create it. */
static void add_bridge(struct maker *m, unsigned int group, const struct desired_inner *inner,
		       const struct config_host *host)
{
	struct net_link *bridge = desired_add_link(m, group, NET_NS_HOST, NET_KIND_BRIDGE, host->bridge);
	uint8_t mac[6];

	/* Without a MAC of its own, a bridge takes the lowest one of its ports, which changes with them. */
	desired_host_mac(&m->config->underlay.vtep, host->bridge, mac);
	desired_set_mac(bridge, mac);
	desired_set_mtu(bridge, inner->mtu);
	/* A port that somebody adds is in no VLAN, so in no VNI. */
	if (inner->trunk) {
		bridge->want |= NET_LINK_FILTERS | NET_LINK_NO_PVID;
		bridge->filters = bridge->no_pvid = true;
	}
	desired_set_seals(bridge, host->n_addresses ? 0 : NET_SEAL_IPV4);
	bridge->in_vrf = host->vrf[0];
	net_set_name(bridge->master, host->vrf);
	keep_tenants_out(m, group, bridge, host, true);
}

/* The link has no master in the desired state: the master that the kernel shows depends on Open vSwitch's datapath. */
static void add_ovs_port(struct maker *m, unsigned int group, const struct config_host *host)
{
	struct net_ovs_port *port = util_append(&m->net->ovs_ports, &m->net->n_ovs_ports, sizeof(*port));

	port->group = group;
	port->owner = NET_OWNER_OURS;
	net_set_name(port->name, host->interface);
	net_set_name(port->bridge, host->ovs_bridge);
	port->tag = host->vlan;
}

/* What evpn.conf does not name stays as the bridge's owner has set it. */
static void set_switch(struct net_link *link, const struct config_switch *key, net_attr_set attr, bool *member)
{
	if (!key->set)
		return;
	link->want |= attr;
	*member = key->on;
}

static void add_outer(struct maker *m, unsigned int group, const struct desired_inner *inner,
		      const struct config_host *host)
{
	struct net_link *outer = desired_add_link(m, group, NET_NS_HOST, NET_KIND_VETH, host->interface);
	uint8_t mac[6];

	outer->makes_peer = true;
	outer->peer_ns = NET_NS_FRR;
	net_set_name(outer->peer, host->peer);
	net_set_name(outer->joins, host->managed ? "" : host->ovs_bridge[0] ? host->ovs_bridge : host->bridge);
	outer->in_vrf = host->vrf[0] && !host->managed;
	net_set_name(outer->master, outer->in_vrf ? host->vrf : host->bridge);
	desired_set_mtu(outer, inner->mtu);
	outer->peer_mtu = inner->mtu;
	/* The same each time, so that neighbours who know it lose nothing when the pair is made anew. */
	outer->mac_seed = end_seed(&m->config->underlay.vtep, host->interface);
	desired_end_mac(outer->mac_seed, outer->master, mac);
	desired_set_mac(outer, mac);
	outer->is_users = !outer->master[0] && !host->ovs_bridge[0];
	if (host->bridge[0] && host->vlan) {
		outer->want |= NET_LINK_PVID;
		outer->pvid = host->vlan;
	}
	outer->trunk = inner->trunk && host->bridge[0];
	set_switch(outer, &host->isolated, NET_LINK_ISOLATED, &outer->isolated);
	set_switch(outer, &host->hairpin, NET_LINK_HAIRPIN, &outer->hairpin);
	set_switch(outer, &host->bpdu_guard, NET_LINK_BPDU_GUARD, &outer->bpdu_guard);
	keep_tenants_out(m, group, outer, host, !host->managed);
}

static void add_route(struct maker *m, unsigned int group, const struct config_host *host, const struct ipaddr *dst,
		      const struct ipaddr *via, uint32_t metric)
{
	struct net_route *route = util_append(&m->net->routes, &m->net->n_routes, sizeof(*route));

	route->ns = NET_NS_HOST;
	route->group = group;
	route->protocol = NET_PROTOCOL;
	route->table = RT_TABLE_MAIN;
	route->dst = *dst;
	route->via = *via;
	route->metric = metric;
	net_set_name(route->vrf, host->vrf);
	net_set_name(route->link, host->managed ? host->bridge : host->interface);
}

static void add_routes(struct maker *m, unsigned int group, const struct config_host *host)
{
	for (size_t i = 0; i < host->n_gateways; i++)
		add_route(m, group, host, &(struct ipaddr){ .family = host->gateways[i].family }, &host->gateways[i],
			  host->metric);
	for (size_t i = 0; i < host->n_routes; i++)
		add_route(m, group, host, &host->routes[i].prefix, &host->routes[i].via, host->routes[i].metric);
}

void desired_add_host(struct maker *m, unsigned int group, const struct desired_inner *inner,
		      const struct config_host *host)
{
	struct net_link *link;

	if (host->managed)
		add_bridge(m, group, inner, host);
	add_outer(m, group, inner, host);

	link = desired_add_link(m, group, NET_NS_FRR, NET_KIND_VETH, host->peer);
	link->peer_ns = NET_NS_HOST;
	net_set_name(link->peer, host->interface);
	net_set_name(link->master, inner->master);
	desired_set_mtu(link, inner->mtu);
	desired_set_ipv6(link, inner->ipv6);
	/* Without any it has none, also if it had some before. */
	link->want |= NET_LINK_LIMITS | NET_LINK_RELAY;
	link->limits = host->limits;
	link->trunk = inner->trunk;
	if (inner->vlan) {
		link->want |= NET_LINK_PVID;
		link->pvid = inner->vlan;
	} else if (inner->l2 && inner->l2->arp_suppression)
		net_name_vxlan(inner->l2->vni, link->relay);

	if (host->ovs_bridge[0])
		add_ovs_port(m, group, host);
	for (size_t i = 0; i < host->n_addresses; i++)
		desired_add_addr(m, group, NET_NS_HOST, host->managed ? host->bridge : host->interface,
				 &host->addresses[i]);
	for (size_t i = 0; i < host->n_peer_addresses; i++)
		desired_add_addr(m, group, NET_NS_FRR, host->peer, &host->peer_addresses[i]);
	add_routes(m, group, host);
}

static int by_master(const void *a, const void *b)
{
	const struct net_link *x = *(const struct net_link *const *)a, *y = *(const struct net_link *const *)b;

	return strcmp(x->master, y->master);
}

/* Each bridge's port with the smallest MTU, of the ports that other programs have put there; sorted by bridge. */
static const struct net_link **find_smallest(const struct net *actual, size_t *ret_n)
{
	const struct net_link **ports = NULL;
	size_t n = 0, n_bridges = 0;

	for (size_t i = 0; i < actual->n_links; i++) {
		const struct net_link *link = &actual->links[i];

		if (link->ns == NET_NS_HOST && link->master[0] && !link->ovs && !net_is_ours(link))
			*(const struct net_link **)util_append(&ports, &n, sizeof(struct net_link *)) = link;
	}
	if (n)
		qsort(ports, n, sizeof(struct net_link *), by_master);
	for (size_t i = 0; i < n; i++) {
		if (n_bridges == 0 || !streq(ports[n_bridges - 1]->master, ports[i]->master))
			ports[n_bridges++] = ports[i];
		else if (ports[i]->mtu < ports[n_bridges - 1]->mtu)
			ports[n_bridges - 1] = ports[i];
	}
	*ret_n = n_bridges;
	return ports;
}

/* Of a link that joins a bridge of the host's own: the least MTU that does not lower the bridge's. */
static uint32_t joining_mtu(const struct net_link *link, const struct net *actual, const struct net_link **smallest,
			    size_t n)
{
	const struct net_link *bridge = net_find_link(actual, NET_NS_HOST, link->joins);
	const struct net_link *have = net_find_link(actual, NET_NS_HOST, link->name), *key = link;
	const struct net_link **port = n ? bsearch(&key, smallest, n, sizeof(struct net_link *), by_master) : NULL;
	uint32_t mtu = link->mtu;

	if (bridge && bridge->mtu > mtu)
		mtu = bridge->mtu;
	if (port && (*port)->mtu > mtu)
		mtu = (*port)->mtu;
	/* The bridge has become smaller since: an end that is larger does no harm. */
	if (have && net_is_ours(have) && (have->ovs || streq(have->master, link->master)) && have->mtu > mtu)
		mtu = have->mtu;
	return mtu;
}

/* The table of a VRF that another program has made. Without the VRF the group has a problem anyway. */
static void adapt_routes(struct net *desired, const struct net *actual)
{
	for (size_t i = 0; i < desired->n_routes; i++) {
		struct net_route *route = &desired->routes[i];
		const struct net_link *vrf = route->ns == NET_NS_HOST && route->vrf[0]
						     ? net_find_called(actual, route->vrf)
						     : NULL;

		if (vrf && vrf->kind == NET_KIND_VRF)
			route->table = vrf->table;
	}
	net_sort(desired);
}

/* evpn.conf may name a device of the host by one of its alternative names; the kernel's messages have its own. */
static void take_own_name(const struct net *desired, const struct net *actual, char name[IFNAMSIZ])
{
	const struct net_link *called = NULL;

	if (name[0] && !net_find_link(desired, NET_NS_HOST, name))
		called = net_find_called(actual, name);

	if (called)
		net_set_name(name, called->name);
}

static void take_own_names(const struct net *desired, const struct net *actual, struct net_link *link)
{
	take_own_name(desired, actual, link->parent);
	if (link->ns != NET_NS_HOST)
		return;
	take_own_name(desired, actual, link->joins);
	take_own_name(desired, actual, link->master);
	if (link->mac_seed)
		desired_end_mac(link->mac_seed, link->master, link->mac);
}

void desired_adapt(struct net *desired, const struct net *actual)
{
	size_t n;
	_cleanup_free_ const struct net_link **smallest = find_smallest(actual, &n);

	for (size_t i = 0; i < desired->n_links; i++) {
		struct net_link *link = &desired->links[i];

		take_own_names(desired, actual, link);
		if (link->makes_peer && link->joins[0] && (link->want & NET_LINK_MTU))
			link->mtu = joining_mtu(link, actual, smallest, n);
		if (link->relay[0] && actual->no_relay)
			link->want &= ~(net_attr_set)NET_LINK_RELAY;
		/* One of evpnd's that is there now goes in the same run. */
		if ((link->seals & NET_SEAL_IPV4) && net_has_ipv4(actual, link->ns, link->name, true))
			link->seals &= (uint8_t)~NET_SEAL_IPV4;
	}
	desired_keep_vlans(desired, actual);
	adapt_routes(desired, actual);
}
