/* SPDX-License-Identifier: Apache-2.0 */
/* explain_ip.c - the links of an address in an L2VNI: neighbor, ARP suppression; see explain.h */
#include <stdio.h>

#include "run/explain_parts.h"

/* "REACHABLE", as ip-neighbour(8) calls the state. */
static const char *state_name(uint16_t state)
{
	static const struct {
		uint16_t bit;
		const char *name;
	} names[] = { { NUD_PERMANENT, "PERMANENT" }, { NUD_NOARP, "NOARP" },	       { NUD_REACHABLE, "REACHABLE" },
		      { NUD_STALE, "STALE" },	      { NUD_DELAY, "DELAY" },	       { NUD_PROBE, "PROBE" },
		      { NUD_FAILED, "FAILED" },	      { NUD_INCOMPLETE, "INCOMPLETE" } };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (state & names[i].bit)
			return names[i].name;
	return "NONE";
}

static void neighbor(const struct explain_facts *facts, enum evpn_show_place place, struct explain_chain *chain)
{
	static const char id[] = "neighbor", name[] = "neighbor";
	const struct look_entry *have = &facts->neighbor;
	char ip[IPADDR_TEXT_SIZE], bridge[IFNAMSIZ], mac[18];
	struct explain_link *link;

	if (facts->unread)
		return;
	if (!explain_has_svi(facts)) {
		explain_ok(chain, id, name, "the VNI has no VRF, so no SVI: this node keeps no neighbors in it");
		return;
	}
	ipaddr_format(&facts->subject.ip, false, ip);
	explain_bridge(facts, bridge);
	explain_mac_text(have->mac, mac);
	if (!facts->has_neighbor) {
		link = explain_bad(chain, id, name, "NoNeighbor", "%s has no neighbor %s%s", bridge, ip,
				   place == EVPN_LOCAL ? ": this node has heard no ARP or neighbor discovery of it"
						       : ", which zebra should make");
		explain_next(link, EXPLAIN_IN_NETNS, "ip neighbor show to %s dev %s", ip, bridge);
	} else if (!have->has_mac || (have->state & (NUD_FAILED | NUD_INCOMPLETE))) {
		link = explain_bad(chain, id, name, "NeighborFailed", "%s has %s as %s: the host does not answer",
				   bridge, ip, state_name(have->state));
		explain_next(link, EXPLAIN_IN_NETNS, "ip neighbor show to %s dev %s", ip, bridge);
	} else if ((have->state & (NUD_STALE | NUD_DELAY | NUD_PROBE)) && !facts->has_fdb) {
		/* With an entry in the FDB it is normal: the host speaks, but not with this node itself. */
		link = explain_bad(
			chain, id, name, "NeighborStale",
			"%s has %s at %s as %s for %u s, and the bridge has no entry of that MAC any more: the "
			"host is silent, or gone",
			bridge, ip, mac, state_name(have->state), have->age_s);
		explain_next(link, EXPLAIN_ELSEWHERE, "ping %s from a host in VNI %u, so that it answers", ip,
			     facts->subject.vni);
	} else {
		explain_ok(chain, id, name, "%s has %s at %s, %s", bridge, ip, mac, state_name(have->state));
	}
}

/* Two hosts that have the same address, by the routes in the VNI's table. */
static bool has_two_macs(const struct explain_facts *facts, struct explain_chain *chain)
{
	struct explain_link *link;
	char ip[IPADDR_TEXT_SIZE];

	if (facts->n_macs_of_ip < 2)
		return false;
	ipaddr_format(&facts->subject.ip, false, ip);
	link = explain_bad(chain, "address", "address", "TwoMacs",
			   "%s is announced with %zu MACs, among them %s and %s: two hosts have the address, or it has "
			   "moved and one route is left over",
			   ip, facts->n_macs_of_ip, facts->macs_of_ip[0], facts->macs_of_ip[1]);
	explain_next(link, EXPLAIN_IN_FRR, "show bgp l2vpn evpn route vni %u type macip", facts->subject.vni);
	return true;
}

/* With neigh_suppress this node answers ARP requests by its neighbor table, so what is wrong there is told to its hosts. */
static void suppression(const struct explain_facts *facts, struct explain_chain *chain)
{
	static const char id[] = "arp-suppression", name[] = "ARP suppression";
	char ip[IPADDR_TEXT_SIZE], bridge[IFNAMSIZ], vxlan[IFNAMSIZ], mac[18];
	const char *right = facts->n_macs_of_ip ? facts->macs_of_ip[0] : facts->entry.mac;
	struct explain_link *link = NULL;

	if (facts->unread || !facts->vxlan.link.neigh_suppress || !facts->has_neighbor || !facts->neighbor.has_mac)
		return;
	ipaddr_format(&facts->subject.ip, false, ip);
	explain_bridge(facts, bridge);
	explain_vxlan(facts, vxlan);
	explain_mac_text(facts->neighbor.mac, mac);
	if (right[0] && !streq(mac, right))
		link = explain_bad(
			chain, id, name, "SuppressedArp",
			"%s answers ARP requests for %s with %s (neigh_suppress on %s), but FRR has the address "
			"at %s: hosts of this node send to the wrong MAC",
			bridge, ip, mac, vxlan, right);
	else if (facts->has_zebra && facts->mac.place == EVPN_NOWHERE && !facts->has_fdb)
		link = explain_bad(chain, id, name, "SuppressedArp",
				   "%s answers ARP requests for %s with %s (neigh_suppress on %s), but that MAC is "
				   "nowhere any more",
				   bridge, ip, mac, vxlan);
	if (link)
		explain_next(link, EXPLAIN_IN_NETNS, "ip neighbor show to %s dev %s", ip, bridge);
	else
		explain_ok(chain, id, name, "%s answers ARP requests for %s with %s itself", bridge, ip, mac);
}

static void zebra_neighbor(const struct explain_facts *facts, enum evpn_show_place place, struct explain_chain *chain)
{
	static const char id[] = "zebra-neighbor", name[] = "neighbor in zebra";
	const struct evpn_show_entry *entry = &facts->entry;
	struct explain_link *link = NULL;
	char ip[IPADDR_TEXT_SIZE];

	if (!facts->has_zebra)
		return;
	ipaddr_format(&facts->subject.ip, false, ip);
	if (entry->place == EVPN_NOWHERE)
		link = explain_bad(chain, id, name, "NeighborUnknown", "zebra does not have %s in VNI %u", ip,
				   facts->subject.vni);
	else if (entry->duplicate)
		link = explain_bad(chain, id, name, "DuplicateAddress",
				   "zebra has marked %s as a duplicate: it has moved %lld times", ip, entry->moves);
	else if (entry->place != place)
		link = explain_bad(chain, id, name, "PlaceMismatch", "zebra has %s as %s at %s, but its MAC is %s", ip,
				   entry->place == EVPN_LOCAL ? "local" : "remote", entry->mac,
				   place == EVPN_LOCAL ? "local" : "remote");
	else if (entry->inactive)
		link = explain_bad(chain, id, name, "NeighborInactive",
				   "zebra has %s at %s as inactive, because it does not have that MAC, and does not "
				   "announce it",
				   ip, entry->mac);
	if (link)
		explain_next(link, EXPLAIN_IN_FRR, "show evpn arp-cache vni %u ip %s", facts->subject.vni, ip);
	else
		explain_ok(chain, id, name, "%s at %s, %s", ip, entry->mac,
			   place == EVPN_LOCAL ? "local, active" : entry->vtep);
}

static void never_seen(const struct explain_facts *facts, struct explain_chain *chain)
{
	const char *host = explain_pair(facts) ? explain_pair(facts)->interface : "";
	char ip[IPADDR_TEXT_SIZE], tag[EXPLAIN_VLAN_SIZE];
	struct explain_link *link;

	explain_evpn(facts, chain);
	if (facts->unread || !facts->has_zebra || !facts->has_bgpd)
		return;
	ipaddr_format(&facts->subject.ip, false, ip);
	if (explain_unsearched(facts, "neighbor", "neighbor", chain))
		return;
	if (!explain_has_svi(facts) && !facts->others_have_ip) {
		link = explain_unsure(
			chain, "neighbor", "neighbor", "NoSvi",
			"no other node announces %s, and what this node's hosts have for addresses it does "
			"not know: VNI %u has no VRF, so no SVI",
			ip, facts->subject.vni);
		explain_next(link, EXPLAIN_ON_HOST, "evpnctl explain mac MAC vni %u", facts->subject.vni);
		return;
	}
	if (facts->others_have_ip)
		link = explain_bad(chain, "import", "import", "RouteTargetMismatch",
				   "bgpd has a route of another node with %s, but not in the table of VNI %u: it is in "
				   "another VNI, or its RT is not imported",
				   ip, facts->subject.vni);
	else
		link = explain_bad(
			chain, "neighbor", "neighbor", "NeverSeen",
			"neither the kernel nor zebra nor bgpd has %s in VNI %u. A host of this node appears "
			"here when it sends ARP or neighbor discovery%s%s; one of another node when that node "
			"announces it (type 2 with the address)",
			ip, facts->subject.vni, host[0] ? " through " : "", host);
	if (host[0] && !facts->others_have_ip)
		explain_next(link, EXPLAIN_ON_HOST, "tcpdump -eni %s %shost %s", host, explain_tag(facts, tag), ip);
	else
		explain_next(link, EXPLAIN_IN_FRR, "show bgp l2vpn evpn route type macip");
}

static void local(const struct explain_facts *facts, struct explain_chain *chain)
{
	neighbor(facts, EVPN_LOCAL, chain);
	explain_local_mac(facts, chain);
	zebra_neighbor(facts, EVPN_LOCAL, chain);
	if (!has_two_macs(facts, chain))
		suppression(facts, chain);
	explain_bgp_vni(facts, chain);
	explain_session(facts, chain);
	explain_own_route(facts, chain);
}

static void remote(const struct explain_facts *facts, struct explain_chain *chain)
{
	explain_evpn(facts, chain);
	explain_remote_route(facts, chain);
	if (!has_two_macs(facts, chain))
		suppression(facts, chain);
	zebra_neighbor(facts, EVPN_REMOTE, chain);
	neighbor(facts, EVPN_REMOTE, chain);
	explain_remote_mac(facts, chain);
}

static bool is_gateway(const struct explain_facts *facts)
{
	for (size_t i = 0; facts->l2 && i < facts->l2->n_gateways; i++)
		if (ipaddr_same(&facts->l2->gateways[i], &facts->subject.ip))
			return true;
	return false;
}

/* An anycast gateway is an address of this node, and of each other node in the VNI. */
static void gateway(const struct explain_facts *facts, struct explain_chain *chain)
{
	char ip[IPADDR_TEXT_SIZE], bridge[IFNAMSIZ];

	chain->place = EVPN_LOCAL;
	explain_ok(chain, "address", "address", "%s is the gateway of VNI %u, on %s of this node and of every other",
		   ipaddr_format(&facts->subject.ip, false, ip), facts->subject.vni, explain_bridge(facts, bridge));
	explain_evpn(facts, chain);
}

void explain_ip(const struct explain_facts *facts, struct explain_chain *chain)
{
	char ip[IPADDR_TEXT_SIZE];
	struct explain_link *link;

	if (!facts->subject.vni) {
		explain_daemons(facts, chain);
		explain_session(facts, chain);
		if (explain_unsearched(facts, "neighbor", "neighbor", chain))
			return;
		link = explain_bad(
			chain, "neighbor", "neighbor", "NeverSeen",
			"%s is no neighbor in FRR's namespace, in the subnet of no gateway, and no VRF has a "
			"route to it",
			ipaddr_format(&facts->subject.ip, false, ip));
		explain_next(link, EXPLAIN_ELSEWHERE,
			     "name its VNI or VRF: evpnctl explain ip %s vni N, evpnctl explain ip %s vrf V", ip, ip);
		return;
	}
	explain_node(facts, chain);
	if (is_gateway(facts)) {
		gateway(facts, chain);
		return;
	}
	chain->place = facts->subject.mac[0] ? explain_place(facts) : EVPN_NOWHERE;
	switch (chain->place) {
	case EVPN_LOCAL:
		local(facts, chain);
		break;
	case EVPN_REMOTE:
		remote(facts, chain);
		break;
	case EVPN_NOWHERE:
	case EVPN_AUTO:
		/* Its MAC is gone, and the kernel may still answer for it. */
		if (facts->has_neighbor)
			suppression(facts, chain);
		never_seen(facts, chain);
		break;
	}
}
