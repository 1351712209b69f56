/* SPDX-License-Identifier: Apache-2.0 */
/* explain_mac.c - the links of a MAC: FDB, zebra, bgpd's routes; see explain.h */
#include <stdio.h>

#include "run/explain_parts.h"

/* Whether the bridge has the MAC behind the VXLAN. */
static bool is_behind_vxlan(const struct explain_facts *facts)
{
	char vxlan[IFNAMSIZ];

	return streq(facts->fdb.device, explain_vxlan(facts, vxlan));
}

bool explain_is_own_mac(const struct explain_facts *facts)
{
	char bridge[IFNAMSIZ];

	return facts->has_fdb && streq(facts->fdb.device, explain_switch(facts, bridge));
}

static enum evpn_show_place place_of_paths(const struct evpn_show_paths *paths)
{
	enum evpn_show_place place = EVPN_NOWHERE;

	for (size_t i = 0; i < paths->n_items; i++)
		place = paths->items[i].own ? EVPN_LOCAL : place == EVPN_NOWHERE ? EVPN_REMOTE : place;
	return place;
}

/* zebra has made the entry of an address that is at this node, or the kernel has heard of it. */
static bool has_local_address(const struct explain_facts *facts)
{
	return facts->mac.place == EVPN_AUTO || facts->entry.place == EVPN_LOCAL ||
	       (facts->has_neighbor && !(facts->neighbor.flags & NTF_EXT_LEARNED));
}

enum evpn_show_place explain_place(const struct explain_facts *facts)
{
	enum evpn_show_place routes = place_of_paths(&facts->received);

	if (facts->has_fdb && !is_behind_vxlan(facts))
		return EVPN_LOCAL;
	if (facts->mac.place == EVPN_LOCAL || facts->mac.place == EVPN_REMOTE)
		return facts->mac.place;
	if (routes == EVPN_NOWHERE)
		routes = place_of_paths(&facts->imported);
	if (routes != EVPN_NOWHERE)
		return routes;
	if (facts->has_fdb || facts->has_vxlan_fdb)
		return EVPN_REMOTE;
	return has_local_address(facts) ? EVPN_LOCAL : EVPN_NOWHERE;
}

static void next_fdb(const struct explain_facts *facts, struct explain_link *link)
{
	char bridge[IFNAMSIZ], vlan[EXPLAIN_VLAN_SIZE];

	explain_next(link, EXPLAIN_IN_NETNS, "bridge fdb get %s br %s%s", facts->subject.mac,
		     explain_switch(facts, bridge), explain_vlan(facts, vlan));
}

static void local_fdb(const struct explain_facts *facts, struct explain_chain *chain)
{
	static const char id[] = "bridge-fdb", name[] = "bridge FDB";
	const char *peer = explain_pair(facts) ? explain_pair(facts)->peer : "";
	char bridge[IFNAMSIZ], svi[IFNAMSIZ], vlan[EXPLAIN_VLAN_SIZE];
	struct explain_link *link;

	if (facts->unread)
		return;
	explain_switch(facts, bridge);
	if (explain_is_own_mac(facts)) {
		explain_ok(chain, id, name, "%s is the MAC of %s itself", facts->subject.mac,
			   explain_has_svi(facts) ? explain_bridge(facts, svi) : bridge);
		return;
	}
	if (facts->has_fdb) {
		explain_ok(chain, id, name, "%s has %s at %s%s%s", bridge, facts->subject.mac, facts->fdb.device,
			   explain_vlan(facts, vlan), facts->fdb.state & NUD_PERMANENT ? ", permanent" : "");
		return;
	}
	link = explain_bad(chain, id, name, "NoFdbEntry",
			   "%s has no entry for %s: no frame of it has come in%s%s for the time that the bridge "
			   "remembers (5 min)",
			   bridge, facts->subject.mac, peer[0] ? " at " : "", peer);
	next_fdb(facts, link);
}

static void zebra_mac(const struct explain_facts *facts, enum evpn_show_place place, const char *next_hop,
		      struct explain_chain *chain)
{
	static const char id[] = "zebra-mac", name[] = "MAC in zebra";
	const struct evpn_show_entry *mac = &facts->mac;
	struct explain_link *link = NULL;

	if (!facts->has_zebra)
		return;
	if (mac->place == EVPN_NOWHERE || mac->place == EVPN_AUTO)
		link = explain_bad(chain, id, name, "MacUnknown", "zebra does not have %s%s", facts->subject.mac,
				   place == EVPN_REMOTE ? ", though bgpd does"
				   : facts->has_fdb	? ", though the bridge does"
							: "");
	else if (mac->duplicate)
		link = explain_bad(chain, id, name, "DuplicateMac",
				   "zebra has marked %s as a duplicate: it has moved between nodes %lld times, so two "
				   "hosts have this MAC, or frames loop",
				   facts->subject.mac, mac->moves);
	else if (mac->place != place && place == EVPN_LOCAL)
		link = explain_bad(chain, id, name, "PlaceMismatch",
				   "zebra has %s behind VTEP %s (sequence %lld), but the bridge has it at %s: a second "
				   "host with this MAC, or zebra has missed a move",
				   facts->subject.mac, mac->vtep, mac->remote_seq, facts->fdb.device);
	else if (mac->place != place)
		link = explain_bad(chain, id, name, "PlaceMismatch",
				   "zebra has %s as local at %s, but only other nodes announce it", facts->subject.mac,
				   mac->device);
	else if (place == EVPN_REMOTE && next_hop && !streq(mac->vtep, next_hop))
		link = explain_bad(chain, id, name, health_reason_name(HEALTH_VTEP_MISMATCH),
				   "zebra has %s behind VTEP %s, but the route's next hop is %s", facts->subject.mac,
				   mac->vtep, next_hop);
	if (link)
		explain_next(link, EXPLAIN_IN_FRR, "show evpn mac vni %u mac %s", facts->subject.vni,
			     facts->subject.mac);
	else
		explain_ok(chain, id, name, "%s %s, sequence %lld local, %lld remote%s",
			   place == EVPN_LOCAL ? "local at" : "behind VTEP",
			   place == EVPN_LOCAL ? mac->device : mac->vtep, mac->local_seq, mac->remote_seq,
			   mac->moves ? ", it has moved lately" : "");
}

void explain_local_mac(const struct explain_facts *facts, struct explain_chain *chain)
{
	local_fdb(facts, chain);
	explain_zebra_vni(facts, chain);
	/* FRR announces it only with advertise_svi_ip. */
	if (explain_is_own_mac(facts))
		return;
	zebra_mac(facts, EVPN_LOCAL, NULL, chain);
}

/* The next hop of the route that decides; NULL: there is none. */
static const char *next_hop_of(const struct explain_facts *facts)
{
	const struct evpn_show_paths *paths = facts->imported.n_items ? &facts->imported : &facts->received;
	const char *first = NULL;

	for (size_t i = 0; i < paths->n_items; i++) {
		if (paths->items[i].own)
			continue;
		if (paths->items[i].best || !first)
			first = paths->items[i].next_hop;
		/* Several nodes may announce it: any of them will do. */
		if (streq(paths->items[i].next_hop, facts->mac.vtep))
			return paths->items[i].next_hop;
	}
	return first;
}

static void remote_fdb(const struct explain_facts *facts, const char *next_hop, struct explain_chain *chain)
{
	static const char id[] = "bridge-fdb", name[] = "bridge FDB";
	char bridge[IFNAMSIZ], vxlan[IFNAMSIZ], vtep[IPADDR_TEXT_SIZE], wanted[IPADDR_TEXT_SIZE];
	struct explain_link *link = NULL;

	if (facts->unread)
		return;
	explain_switch(facts, bridge);
	explain_vxlan(facts, vxlan);
	snprintf(wanted, sizeof(wanted), "%s", next_hop ? next_hop : facts->mac.vtep);
	ipaddr_format(&facts->vxlan_fdb.ip, false, vtep);
	if (!facts->has_fdb || !is_behind_vxlan(facts))
		link = explain_bad(chain, id, name, "NoFdbEntry",
				   "%s has no entry for %s at %s, which zebra should make", bridge, facts->subject.mac,
				   vxlan);
	else if (!facts->has_vxlan_fdb)
		link = explain_bad(chain, id, name, "NoFdbEntry",
				   "%s has no entry that names the VTEP of %s, which zebra should make", vxlan,
				   facts->subject.mac);
	else if (wanted[0] && !streq(vtep, wanted))
		link = explain_bad(chain, id, name, health_reason_name(HEALTH_VTEP_MISMATCH),
				   "%s sends frames for %s to VTEP %s, but FRR has it behind %s: another program has "
				   "changed the entry, or zebra has missed a move",
				   vxlan, facts->subject.mac, vtep, wanted);
	if (link)
		explain_next(link, EXPLAIN_IN_NETNS, "bridge fdb show dev %s | grep %s", vxlan, facts->subject.mac);
	else
		explain_ok(chain, id, name, "%s has %s at %s, to VTEP %s", bridge, facts->subject.mac, vxlan, vtep);
}

static void way_to(const struct explain_facts *facts, const char *vtep, struct explain_chain *chain)
{
	for (size_t i = 0; vtep && i < facts->n_vteps; i++)
		if (streq(facts->vteps[i].text, vtep)) {
			explain_vtep_way(facts, &facts->vteps[i], chain);
			return;
		}
}

void explain_remote_mac(const struct explain_facts *facts, struct explain_chain *chain)
{
	const char *next_hop = next_hop_of(facts);

	zebra_mac(facts, EVPN_REMOTE, next_hop, chain);
	remote_fdb(facts, next_hop, chain);
	way_to(facts, next_hop ? next_hop : facts->mac.vtep, chain);
}

/* No sign of it anywhere: where it would appear. */
static void never_seen(const struct explain_facts *facts, struct explain_chain *chain)
{
	const char *host = explain_pair(facts) ? explain_pair(facts)->interface : "";
	char tag[EXPLAIN_VLAN_SIZE];
	struct explain_link *link;

	explain_evpn(facts, chain);
	if (facts->unread || !facts->has_zebra || !facts->has_bgpd)
		return;
	link = explain_bad(
		chain, "bridge-fdb", "bridge FDB", "NeverSeen",
		"neither the bridge nor zebra nor bgpd has %s in VNI %u. A host of this node appears here when "
		"it sends a frame%s%s; one of another node when that node announces it (type 2)",
		facts->subject.mac, facts->subject.vni, host[0] ? " through " : "", host);
	if (host[0])
		explain_next(link, EXPLAIN_ON_HOST, "tcpdump -eni %s %sether host %s", host, explain_tag(facts, tag),
			     facts->subject.mac);
	else
		next_fdb(facts, link);
}

void explain_mac(const struct explain_facts *facts, struct explain_chain *chain)
{
	struct explain_link *link;

	chain->place = explain_place(facts);
	if (!facts->subject.vni && facts->foreign_vni) {
		link = explain_bad(chain, "configuration", "configuration", "NotConfigured",
				   "another node has %s in VNI %u, which is not in evpn.conf", facts->subject.mac,
				   facts->foreign_vni);
		explain_next(link, EXPLAIN_ON_HOST, "evpnctl status");
		return;
	}
	if (!facts->subject.vni) {
		explain_daemons(facts, chain);
		explain_session(facts, chain);
		if (explain_unsearched(facts, "bridge-fdb", "bridge FDB", chain))
			return;
		link = explain_bad(chain, "bridge-fdb", "bridge FDB", "NeverSeen",
				   "%s is in no FDB of this node, and no route of another node has it",
				   facts->subject.mac);
		explain_next(link, EXPLAIN_ELSEWHERE, "name its VNI: evpnctl explain mac %s vni N", facts->subject.mac);
		return;
	}
	explain_node(facts, chain);
	switch (chain->place) {
	case EVPN_LOCAL:
		explain_local_mac(facts, chain);
		explain_bgp_vni(facts, chain);
		explain_session(facts, chain);
		if (!explain_is_own_mac(facts))
			explain_own_route(facts, chain);
		break;
	case EVPN_REMOTE:
		explain_evpn(facts, chain);
		explain_remote_route(facts, chain);
		explain_remote_mac(facts, chain);
		break;
	case EVPN_NOWHERE:
	case EVPN_AUTO:
		never_seen(facts, chain);
		break;
	}
}
