/* SPDX-License-Identifier: Apache-2.0 */
/* explain_vtep.c - the links to the remote VTEPs; see explain.h */
#include "run/explain_parts.h"

static const char id[] = "remote-vtep", name[] = "remote VTEP";

static const struct health_item *unresolved(const struct explain_facts *facts, const char *vtep)
{
	for (size_t i = 0; i < facts->next_hops.n_items; i++)
		if (facts->next_hops.items[i].kind == HEALTH_NEXT_HOP && streq(facts->next_hops.items[i].name, vtep))
			return &facts->next_hops.items[i];
	return NULL;
}

void explain_vtep_way(const struct explain_facts *facts, const struct explain_vtep *vtep, struct explain_chain *chain)
{
	const struct health_item *hop = unresolved(facts, vtep->text);
	char via[IPADDR_TEXT_SIZE];
	struct explain_link *link;

	if (facts->unread)
		return;
	if (hop) {
		link = explain_bad(chain, id, name, health_reason_name(hop->reason), "%s", hop->text);
		explain_next(link, EXPLAIN_IN_FRR, "show ip nht");
	} else if (!vtep->way.found) {
		link = explain_bad(chain, id, name, health_reason_name(HEALTH_NEXT_HOP_UNRESOLVED),
				   "the kernel has no route to %s in FRR's namespace", vtep->text);
		explain_next(link, EXPLAIN_IN_NETNS, "ip route get %s", vtep->text);
	} else if (vtep->way.local) {
		link = explain_bad(chain, id, name, "VtepMismatch",
				   "%s is an address of this node: another node announces the VTEP of this one",
				   vtep->text);
		explain_next(link, EXPLAIN_IN_NETNS, "ip address show to %s", vtep->text);
	} else {
		explain_ok(chain, id, name, "%s by %s%s%s", vtep->text, vtep->way.device,
			   ipaddr_is_set(&vtep->way.via) ? ", next hop " : ", directly connected",
			   ipaddr_is_set(&vtep->way.via) ? ipaddr_format(&vtep->way.via, false, via) : "");
	}
}

/* Of an L2VNI's own: who else is in the VNI, and whether broadcast reaches them. */
static void member(const struct explain_facts *facts, const struct explain_vtep *vtep, struct explain_chain *chain)
{
	char vxlan[IFNAMSIZ];
	struct explain_link *link = NULL;

	explain_vxlan(facts, vxlan);
	if (unresolved(facts, vtep->text) || !vtep->way.found || vtep->way.local || facts->config->vxlan.no_flooding) {
		explain_vtep_way(facts, vtep, chain);
		return;
	}
	if (!vtep->announced) {
		link = explain_bad(chain, id, name, "NoMulticastRoute",
				   "VTEP %s announces no route of type 3 for VNI %u: broadcast and unknown MACs do not "
				   "reach it",
				   vtep->text, facts->subject.vni);
		explain_next(link, EXPLAIN_IN_FRR, "show bgp l2vpn evpn route vni %u type multicast",
			     facts->subject.vni);
	} else if (!vtep->in_zebra) {
		link = explain_bad(chain, id, name, "VtepUnknown",
				   "bgpd has the route of type 3 of VTEP %s, but zebra does not have the VTEP",
				   vtep->text);
		explain_next(link, EXPLAIN_IN_FRR, "show evpn vni %u", facts->subject.vni);
	} else if (!vtep->floods) {
		link = explain_bad(chain, id, name, "NoFloodEntry",
				   "%s has no entry for VTEP %s, so broadcast and unknown MACs do not reach it", vxlan,
				   vtep->text);
		explain_next(link, EXPLAIN_IN_NETNS, "bridge fdb show dev %s", vxlan);
	}
	if (!link)
		explain_vtep_way(facts, vtep, chain);
}

static void stranger(const struct explain_facts *facts, const struct evpn_show_path *path, struct explain_chain *chain)
{
	char rts[EVPN_SHOW_RTS_TEXT], imports[EVPN_SHOW_RTS_TEXT];
	struct explain_link *link;

	evpn_show_rts_text(&path->rts, rts);
	evpn_show_rts_text(&facts->bgp.imports, imports);
	if (path->unreachable || !path->valid) {
		link = explain_bad(chain, "next-hop", "next hop", health_reason_name(HEALTH_NEXT_HOP_UNRESOLVED),
				   "VTEP %s announces VNI %u, but FRR has no route to it", path->next_hop,
				   facts->subject.vni);
		explain_next(link, EXPLAIN_IN_FRR, "show ip nht");
		return;
	}
	link = explain_bad(chain, "import", "import", "RouteTargetMismatch",
			   "VTEP %s announces VNI %u with RT %s, but this node imports RT %s", path->next_hop,
			   facts->subject.vni, rts, imports);
	explain_next(link, EXPLAIN_ELSEWHERE, "route_targets of VNI %u in evpn.conf, and the export RT on the node %s",
		     facts->subject.vni, path->next_hop);
}

static void hops(const struct explain_facts *facts, struct explain_chain *chain)
{
	struct explain_link *link;

	for (size_t i = 0; i < facts->n_vteps; i++) {
		if (facts->l3)
			explain_vtep_way(facts, &facts->vteps[i], chain);
		else
			member(facts, &facts->vteps[i], chain);
	}
	if (facts->n_vteps || facts->strangers.n_items || !facts->has_bgpd || !facts->has_zebra)
		return;
	if (explain_unsearched(facts, id, name, chain))
		return;
	link = explain_unsure(chain, id, name, "NoRemoteVtep",
			      "no other node announces VNI %u; that is right if no other node has it",
			      facts->subject.vni);
	explain_next(link, EXPLAIN_IN_FRR,
		     facts->l3 ? "show evpn next-hops vni %u" : "show bgp l2vpn evpn route vni %u", facts->subject.vni);
}

void explain_vni_vteps(const struct explain_facts *facts, struct explain_chain *chain)
{
	for (size_t i = 0; i < facts->strangers.n_items && i < EXPLAIN_VTEPS; i++)
		stranger(facts, &facts->strangers.items[i], chain);
	hops(facts, chain);
	if (facts->n_all_vteps > facts->n_vteps)
		explain_ok(chain, id, name, "%zu more are not looked at", facts->n_all_vteps - facts->n_vteps);
}
