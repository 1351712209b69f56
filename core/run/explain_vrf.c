/* SPDX-License-Identifier: Apache-2.0 */
/* explain_vrf.c - the links of an address behind an L3VNI: the VRF's route, the next hop's router MAC; see explain.h */
#include <stdio.h>

#include "run/explain_parts.h"

/* No route in the kernel: what bgpd has. */
static void missing(const struct explain_facts *facts, struct explain_chain *chain)
{
	char ip[IPADDR_TEXT_SIZE];
	struct explain_link *link;

	ipaddr_format(&facts->subject.ip, false, ip);
	if (facts->received.n_items) {
		explain_remote_route(facts, chain);
		if (explain_first(chain))
			return;
	}
	if (facts->imported.n_items) {
		link = explain_bad(chain, "vrf-route", "route in the VRF", "NotInKernel",
				   "bgpd has %s in VRF %s, but the kernel has no route: zebra has not installed it", ip,
				   facts->l3->vrf);
		explain_next(link, EXPLAIN_IN_FRR, "show %s route vrf %s %s",
			     facts->subject.ip.family == AF_INET ? "ip" : "ipv6", facts->l3->vrf, ip);
		return;
	}
	if (explain_unsearched(facts, "vrf-route", "route in the VRF", chain))
		return;
	link = explain_bad(chain, "vrf-route", "route in the VRF", "NoRoute",
			   "VRF %s has no route to %s, and no node announces a route of type 5 that covers it",
			   facts->l3->vrf, ip);
	explain_next(link, EXPLAIN_IN_FRR, "show bgp vrf %s %s unicast %s", facts->l3->vrf,
		     facts->subject.ip.family == AF_INET ? "ipv4" : "ipv6", ip);
}

/* From the next hop, a VTEP, by the bridge's neighbor table to its router MAC, and by the VXLAN's FDB back to the VTEP. */
static void next_hop(const struct explain_facts *facts, struct explain_chain *chain)
{
	static const char id[] = "router-mac", name[] = "router MAC";
	char via[IPADDR_TEXT_SIZE], mac[18], vtep[IPADDR_TEXT_SIZE], bridge[IFNAMSIZ], vxlan[IFNAMSIZ];
	struct explain_link *link = NULL;

	explain_bridge(facts, bridge);
	explain_vxlan(facts, vxlan);
	ipaddr_format(&facts->way.via, false, via);
	explain_mac_text(facts->hop_neighbor.mac, mac);
	ipaddr_format(&facts->hop_fdb.ip, false, vtep);
	if (!facts->has_hop_neighbor || !facts->hop_neighbor.has_mac) {
		link = explain_bad(chain, id, name, "NoNeighbor", "%s has no neighbor %s, which zebra should make",
				   bridge, via);
		explain_next(link, EXPLAIN_IN_NETNS, "ip neighbor show dev %s", bridge);
	} else if (facts->hop_mac[0] && !streq(facts->hop_mac, mac)) {
		link = explain_bad(chain, id, name, health_reason_name(HEALTH_ROUTER_MAC_MISMATCH),
				   "%s has VTEP %s at %s, but zebra has its router MAC as %s", bridge, via, mac,
				   facts->hop_mac);
		explain_next(link, EXPLAIN_IN_FRR, "show evpn next-hops vni %u ip %s", facts->subject.vni, via);
	} else if (!facts->has_hop_fdb || !streq(vtep, via)) {
		link = explain_bad(chain, id, name,
				   facts->has_hop_fdb ? health_reason_name(HEALTH_VTEP_MISMATCH) : "NoFdbEntry",
				   "%s has router MAC %s at VTEP %s, not at %s", vxlan, mac,
				   facts->has_hop_fdb ? vtep : "none", via);
		explain_next(link, EXPLAIN_IN_NETNS, "bridge fdb show dev %s | grep %s", vxlan, mac);
	}
	if (!link)
		explain_ok(chain, id, name, "%s, at VTEP %s", mac, via);
	for (size_t i = 0; i < facts->n_vteps; i++)
		if (streq(facts->vteps[i].text, via))
			explain_vtep_way(facts, &facts->vteps[i], chain);
}

void explain_vrf(const struct explain_facts *facts, struct explain_chain *chain)
{
	char ip[IPADDR_TEXT_SIZE], via[IPADDR_TEXT_SIZE], bridge[IFNAMSIZ];
	const struct look_way *way = &facts->way;
	bool is_remote;

	explain_node(facts, chain);
	explain_evpn(facts, chain);
	if (facts->unread)
		return;
	if (!way->found) {
		missing(facts, chain);
		return;
	}
	ipaddr_format(&facts->subject.ip, false, ip);
	is_remote = streq(way->device, explain_bridge(facts, bridge)) && ipaddr_is_set(&way->via);
	chain->place = is_remote ? EVPN_REMOTE : EVPN_LOCAL;
	explain_ok(chain, "vrf-route", "route in the VRF", "%s is %s %s%s%s in VRF %s", ip,
		   way->local ? "an address of this node," : "reached by", way->device,
		   ipaddr_is_set(&way->via) ? ", next hop " : "",
		   ipaddr_is_set(&way->via) ? ipaddr_format(&way->via, false, via) : "", facts->l3->vrf);
	if (is_remote) {
		next_hop(facts, chain);
		return;
	}
	if (!way->local)
		explain_host_session(facts, chain);
	explain_own_route(facts, chain);
}
