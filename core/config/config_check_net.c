/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_check_net.c - compares addresses, next hops and MTUs of evpn.conf with those around them; see config_parts.h
 *
 * The kernel and FRR accept most of what is refused here, and it never works: a session with oneself, a next hop that
 * nothing leads to, an address that every host takes for a broadcast.
 */
#include <sys/socket.h>

#include "base/util.h"
#include "config/config_check_parts.h"
#include "model/net.h"

/* The least MTU of a device with IPv6 (RFC 8200, 5). */
#define IPV6_MIN_MTU 1280

static void check_broadcast(struct checker *c, const config_setting_t *list, const struct ipaddr *ips, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ipaddr_is_broadcast_of(&ips[i], &ips[i]))
			config_problem_unusable(c->r, element(list, i),
						"is the broadcast address of its subnet: use another one");
}

/* A host takes a packet to the network address for a broadcast as well, so it cannot be that of its gateway. */
static void check_gateways(struct checker *c, const config_setting_t *list, const struct config_l2vni *l2)
{
	check_broadcast(c, list, l2->gateways, l2->n_gateways);
	for (size_t i = 0; i < l2->n_gateways; i++)
		if (ipaddr_is_network_of(&l2->gateways[i], &l2->gateways[i]))
			config_problem_unusable(c->r, element(list, i),
						"is the network address of its subnet: use another one");
}

/* The two ends of a VNI: the host's, and the other end of the veth or the gateways behind the bridge. */
static void check_ends(struct checker *c, const struct config_host *host, const config_setting_t *list,
		       const struct ipaddr *others, size_t n_others, const char *what)
{
	check_broadcast(c, list, host->addresses, host->n_addresses);
	for (size_t i = 0; i < host->n_addresses; i++)
		for (size_t k = 0; k < n_others; k++)
			if (ipaddr_is_set(&host->addresses[i]) && ipaddr_same(&host->addresses[i], &others[k]))
				config_problem_unusable(c->r, element(list, i),
							"is also in %s: the two ends need different addresses", what);
}

static void check_vnis(struct checker *c)
{
	const config_setting_t *l3vnis = member(c->r->root, "l3vnis"), *l2vnis = member(c->r->root, "l2vnis");

	for (size_t i = 0; i < c->config->n_l3vnis; i++) {
		const struct config_host *host = &c->config->l3vnis[i].host;
		const config_setting_t *s = member(element(l3vnis, i), "host");

		check_broadcast(c, member(s, "peer_addresses"), host->peer_addresses, host->n_peer_addresses);
		check_ends(c, host, member(s, "addresses"), host->peer_addresses, host->n_peer_addresses,
			   "l3vnis.host.peer_addresses");
	}
	for (size_t i = 0; i < c->config->n_l2vnis; i++) {
		const struct config_l2vni *l2 = &c->config->l2vnis[i];
		const config_setting_t *s = element(l2vnis, i);

		check_gateways(c, member(s, "gateways"), l2);
		check_ends(c, &l2->host, member(member(s, "host"), "addresses"), l2->gateways, l2->n_gateways,
			   "l2vnis.gateways");
	}
}

/* Whether frr.extra has the word. Its lines may do what no key of evpn.conf does. */
static bool extra_has(const struct checker *c, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = c->config->frr.extra; (p = strstr(p, word)); p += len)
		if (p > c->config->frr.extra && strchr(" \t\n", p[-1]) && strchr(" \t\n", p[len]))
			return true;
	return false;
}

/* Whether the file names all addresses that the interfaces in FRR's namespace have. */
static bool knows_addresses(const struct config *config)
{
	for (size_t i = 0; i < config->underlay.n_nics; i++) {
		const struct config_nic *nic = &config->underlay.nics[i];

		/* Without a name the entry is wrong, which is reported. */
		if (!nic->name[0] || nic->dhcp || (nic->keep_addresses && !nic->parent[0]))
			return false;
		for (size_t k = 0; k < nic->n_addresses; k++)
			if (!ipaddr_is_set(&nic->addresses[k]))
				return false;
	}
	return config->underlay.n_nics > 0;
}

/* eBGP without multihop needs a directly connected neighbor (bgp_nexthop_set, peer_is_connected in bgpd). */
static void check_connected(struct checker *c, const struct config_neighbor *n, const config_setting_t *s)
{
	const struct config *config = c->config;
	const struct ipaddr *to = ipaddr_is_set(&n->address) ? &n->address : &n->listen;
	const struct config_session *session = &n->session;
	bool internal = session->remote == CONFIG_REMOTE_INTERNAL || (session->asn && session->asn == config->frr.asn);
	char text[IPADDR_TEXT_SIZE];

	if (!ipaddr_is_set(to) || internal || n->ebgp_multihop || !knows_addresses(config))
		return;
	for (size_t i = 0; i < config->underlay.n_nics; i++)
		for (size_t k = 0; k < config->underlay.nics[i].n_addresses; k++)
			if (ipaddr_overlap(to, &config->underlay.nics[i].addresses[k]))
				return;
	ipaddr_format(to, to == &n->listen, text);
	/* The lines of frr.extra may allow more hops for this neighbor, or add an address to an interface. */
	if (extra_has(c, text) || extra_has(c, "address"))
		return;
	PROBLEM(c, s,
		"frr.neighbors: %s is in no subnet of underlay.interfaces, so eBGP cannot reach it directly: correct "
		"it, or "
		"set `ebgp_multihop'",
		text);
}

/* A session with an address that is this node's own, or with all hosts of a subnet. */
static void check_neighbor_address(struct checker *c, const struct ipaddr *ip, const config_setting_t *s)
{
	const struct config *config = c->config;

	if (ipaddr_is_set(&config->underlay.vtep) && ipaddr_same(ip, &config->underlay.vtep))
		config_problem_unusable(c->r, s, "is the VTEP of this node: use the address of the neighbor");
	for (size_t i = 0; i < config->underlay.n_nics; i++) {
		const struct config_nic *nic = &config->underlay.nics[i];

		for (size_t k = 0; k < nic->n_addresses; k++) {
			if (!ipaddr_is_set(&nic->addresses[k]))
				continue;
			if (ipaddr_same(ip, &nic->addresses[k]))
				config_problem_unusable(c->r, s,
							"is an address of this node, on %s: use that of the neighbor",
							nic->inner);
			else if (ipaddr_is_broadcast_of(ip, &nic->addresses[k]) ||
				 ipaddr_is_network_of(ip, &nic->addresses[k]))
				config_problem_unusable(c->r, s,
							"is the network or broadcast address of a subnet of %s: use "
							"the address of the neighbor",
							nic->inner);
		}
	}
}

static bool is_own(const struct config *config, const struct ipaddr *ip)
{
	if (ipaddr_same(ip, &config->underlay.vtep))
		return true;
	for (size_t i = 0; i < config->underlay.n_nics; i++)
		for (size_t k = 0; k < config->underlay.nics[i].n_addresses; k++)
			if (ipaddr_same(ip, &config->underlay.nics[i].addresses[k]))
				return true;
	return false;
}

/* bgpd would wait for the address for ever. */
static void check_source(struct checker *c, const struct ipaddr *source, const config_setting_t *s)
{
	if (knows_addresses(c->config) && !is_own(c->config, source) && !extra_has(c, "address"))
		config_problem_unusable(c->r, s,
					"is no address of this node: use the VTEP or one of underlay.interfaces");
}

/* Without underlay interfaces in the file, FRR's namespace has its own, which the file does not name. */
static void check_neighbor_interface(struct checker *c, const char *interface, const config_setting_t *s)
{
	const struct config *config = c->config;

	for (size_t i = 0; i < config->underlay.n_nics; i++)
		if (streq(config->underlay.nics[i].inner, interface) || !config->underlay.nics[i].name[0])
			return;
	for (size_t i = 0; i < config->underlay.n_nics; i++) {
		if (!streq(config->underlay.nics[i].name, interface))
			continue;
		PROBLEM(c, s, "frr.neighbors.interface: %s has the name %s in FRR's namespace: use that", interface,
			config->underlay.nics[i].inner);
		return;
	}
	if (config->underlay.n_nics)
		PROBLEM(c, s,
			"frr.neighbors.interface: %s is not in underlay.interfaces: correct the name, or add the "
			"interface",
			interface);
}

static void check_neighbors(struct checker *c, const config_setting_t *list)
{
	for (size_t i = 0; i < c->config->frr.n_neighbors; i++) {
		const struct config_neighbor *n = &c->config->frr.neighbors[i];
		const config_setting_t *s = element(list, i);

		if (ipaddr_is_set(&n->address))
			check_neighbor_address(c, &n->address, member(s, "address"));
		if (n->interface[0])
			check_neighbor_interface(c, n->interface, member(s, "interface"));
		if (ipaddr_is_set(&n->source))
			check_source(c, &n->source, member(s, "update_source"));
		check_connected(c, n, s);
	}
}

/* Without a session that carries EVPN routes no other node learns of this one. */
static void check_evpn(struct checker *c, const config_setting_t *s)
{
	const struct config *config = c->config;

	if ((!config->n_l2vnis && !config->n_l3vnis) || strstr(config->frr.extra, "l2vpn evpn"))
		return;
	for (size_t i = 0; i < config->frr.n_neighbors; i++)
		if (!config->frr.neighbors[i].families.set || (config->frr.neighbors[i].families.bits & CONFIG_EVPN))
			return;
	WARNING(c, s,
		"frr.neighbors: no neighbor has the family EVPN, so no other node learns of the VNIs of this one");
}

/* The kernel removes neighbors above gc_thresh1 and 2, and takes none above gc_thresh3. Unset ones keep its values. */
static void check_thresholds(struct checker *c)
{
	static const uint32_t kernels[CONFIG_GC_THRESHOLDS] = { 128, 512, 1024 };
	const config_setting_t *s = member(c->r->root, "neighbor_table");

	for (unsigned int i = 1; i < CONFIG_GC_THRESHOLDS; i++) {
		uint32_t low = c->config->gc_thresh[i - 1], high = c->config->gc_thresh[i];

		low = low ? low : kernels[i - 1];
		high = high ? high : kernels[i];
		if (low > high)
			PROBLEM(c, s, "neighbor_table: gc_thresh%u, %u, is above gc_thresh%u, %u: raise that, too", i,
				low, i + 1, high);
	}
}

void config_check_addresses(struct config_reader *r)
{
	struct checker c = { .r = r, .config = r->config };
	const config_setting_t *frr = member(r->root, "frr");
	const config_setting_t *nics = member(member(r->root, "underlay"), "interfaces");

	for (size_t i = 0; i < r->config->underlay.n_nics; i++)
		check_broadcast(&c, member(element(nics, i), "addresses"), r->config->underlay.nics[i].addresses,
				r->config->underlay.nics[i].n_addresses);
	check_vnis(&c);
	check_thresholds(&c);
	/* With frr.source the neighbors are not used. */
	if (frr == r->root || !config_setting_is_group(frr) || has(frr, "source"))
		return;
	check_neighbors(&c, member(frr, "neighbors"));
	check_evpn(&c, member(frr, "neighbors"));
}

/* The kernel adds a route of its own for each subnet, and does not take a second one to it. */
static void check_prefix(struct checker *c, const struct config_l3vni *l3, const struct ipaddr *prefix,
			 const config_setting_t *s)
{
	size_t n;
	const struct config_subnet *subnets = config_find_subnets(c->r, l3->vrf, &n);

	for (size_t i = 0; i < n; i++) {
		if (!ipaddr_is_set(&subnets[i].ip) || ipaddr_compare(&subnets[i].network, prefix) != 0)
			continue;
		config_problem_unusable(c->r, s, "is the subnet of %s in the VRF itself: remove the route",
					subnets[i].device);
		return;
	}
}

/* The kernel takes a next hop only if it is on a subnet of the VRF, and no address of the node itself. */
static void check_via(struct checker *c, const struct config_l3vni *l3, const struct ipaddr *via,
		      const config_setting_t *s)
{
	size_t n;
	const struct config_subnet *subnets = config_find_subnets(c->r, l3->vrf, &n);
	bool reachable = false;

	for (size_t i = 0; i < n; i++) {
		const struct ipaddr *ip = &subnets[i].ip;

		if (ipaddr_is_set(ip) && !ipaddr_overlap(via, ip))
			continue;
		/* One of a wrong address, which is reported, might be the subnet. */
		reachable = true;
		if (!ipaddr_is_set(ip))
			continue;
		if (ipaddr_same(via, ip))
			config_problem_unusable(c->r, s,
						"is an address of %s in the VRF itself: use that of the next router",
						subnets[i].device);
		else if (ipaddr_is_broadcast_of(via, ip))
			config_problem_unusable(c->r, s, "is the broadcast address of a subnet of %s: use another one",
						subnets[i].device);
	}
	if (!reachable)
		config_problem_unusable(c->r, s,
					"is in no subnet of VRF %s (peer_addresses, gateways of its L2VNIs), so the "
					"kernel refuses it as next hop",
					l3->vrf);
}

void config_check_routes(struct config_reader *r)
{
	struct checker c = { .r = r, .config = r->config };
	const config_setting_t *l3vnis = member(r->root, "l3vnis");

	for (size_t i = 0; i < r->config->n_l3vnis; i++) {
		const struct config_l3vni *l3 = &r->config->l3vnis[i];
		const config_setting_t *list = member(element(l3vnis, i), "routes");

		for (size_t k = 0; l3->vrf[0] && k < l3->n_routes; k++) {
			const struct config_route *route = &l3->routes[k];

			if (ipaddr_is_set(&route->prefix))
				check_prefix(&c, l3, &route->prefix, member(element(list, k), "prefix"));
			if (ipaddr_is_set(&route->via) && route->via.family == route->prefix.family)
				check_via(&c, l3, &route->via, member(element(list, k), "via"));
		}
	}
}

/* The smallest MTU of the underlay that the file names; NULL: it names none. */
static const struct config_nic *smallest_nic(const struct config *config)
{
	const struct config_nic *smallest = NULL;

	for (size_t i = 0; i < config->underlay.n_nics; i++) {
		const struct config_nic *nic = &config->underlay.nics[i];

		if (nic->mtu && (!smallest || nic->mtu < smallest->mtu))
			smallest = nic;
	}
	return smallest;
}

static bool has_ipv6(const struct ipaddr *ips, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ips[i].family == AF_INET6)
			return true;
	return false;
}

static void check_mtu(struct checker *c, const config_setting_t *s, uint32_t vni, unsigned int mtu, bool ipv6)
{
	const struct config_nic *nic = smallest_nic(c->config);
	unsigned int overhead = c->config->underlay.vtep.family == AF_INET6 ? NET_VXLAN_OVERHEAD6 : NET_VXLAN_OVERHEAD4;

	if (!nic || !ipaddr_is_set(&c->config->underlay.vtep))
		return;
	if (mtu > nic->mtu - overhead)
		PROBLEM(c, member(s, "mtu"),
			"VNI %u: mtu %u does not fit into the underlay: %s has %u, less %u bytes of VXLAN: use at most "
			"%u, "
			"or raise that of %s",
			vni, mtu, nic->name, nic->mtu, overhead, nic->mtu - overhead, nic->name);
	else if (!mtu && ipv6 && nic->mtu - overhead < IPV6_MIN_MTU)
		PROBLEM(c, s,
			"VNI %u: mtu %u of %s, less %u bytes of VXLAN, is not enough for its IPv6 addresses, which "
			"need "
			"1280: raise it to %u",
			vni, nic->mtu, nic->name, overhead, IPV6_MIN_MTU + overhead);
}

void config_check_mtus(struct config_reader *r)
{
	struct checker c = { .r = r, .config = r->config };
	const config_setting_t *l3vnis = member(r->root, "l3vnis"), *l2vnis = member(r->root, "l2vnis");

	for (size_t i = 0; i < r->config->n_l3vnis; i++) {
		const struct config_l3vni *l3 = &r->config->l3vnis[i];

		check_mtu(&c, element(l3vnis, i), l3->vni, l3->mtu,
			  has_ipv6(l3->host.addresses, l3->host.n_addresses) ||
				  has_ipv6(l3->host.peer_addresses, l3->host.n_peer_addresses));
	}
	for (size_t i = 0; i < r->config->n_l2vnis; i++) {
		const struct config_l2vni *l2 = &r->config->l2vnis[i];

		check_mtu(&c, element(l2vnis, i), l2->vni, l2->mtu,
			  has_ipv6(l2->gateways, l2->n_gateways) || has_ipv6(l2->host.addresses, l2->host.n_addresses));
	}
}
