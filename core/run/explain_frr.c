/* SPDX-License-Identifier: Apache-2.0 */
/* explain_frr.c - the links within FRR: the VNI in zebra and bgpd, sessions, routes out and in; see explain.h */
#include "run/explain_parts.h"

/* The item about an object; NULL: none. */
static const struct health_item *find_item(const struct health_report *report, enum health_kind kind, const char *name)
{
	for (size_t i = 0; i < report->n_items; i++)
		if (report->items[i].kind == kind && (!name || streq(report->items[i].name, name)))
			return &report->items[i];
	return NULL;
}

/* Without bgpd, zebra has no VNI either: so that they run comes before what they have. */
void explain_daemons(const struct explain_facts *facts, struct explain_chain *chain)
{
	static const char id[] = "daemons", name[] = "FRR's daemons";
	const struct health_item *item = find_item(&facts->daemons, HEALTH_DAEMON, NULL);
	struct explain_link *link;

	if (item) {
		link = explain_bad(chain, id, name, health_reason_name(item->reason), "%s", item->text);
		explain_next(link, EXPLAIN_IN_FRR, "show daemons");
	} else if (facts->has_zebra && facts->has_bgpd) {
		explain_ok(chain, id, name, "zebra and bgpd answer");
	} else {
		link = explain_unsure(chain, id, name, "NotAsked", "%s",
				      facts->unasked ? facts->unasked : "FRR could not be asked");
		explain_next(link, EXPLAIN_ON_HOST, "evpnctl status");
	}
}

/* What health_judge_vnis() says against the VNI, as a link. NULL: nothing. */
static struct explain_link *judged(const struct health_report *report, const char *id, const char *name,
				   struct explain_chain *chain)
{
	const struct health_item *item = find_item(report, HEALTH_VNI, NULL);

	if (!item || item->reason == HEALTH_FINE)
		return NULL;
	return explain_bad(chain, id, name, health_reason_name(item->reason), "%s", item->text);
}

void explain_zebra_vni(const struct explain_facts *facts, struct explain_chain *chain)
{
	static const char id[] = "zebra-vni", name[] = "VNI in zebra";
	const struct health_item *item = find_item(&facts->zebra_vni, HEALTH_VNI, NULL);
	struct explain_link *link;

	if (!facts->has_zebra)
		return;
	link = judged(&facts->zebra_vni, id, name, chain);
	if (link) {
		explain_next(link, EXPLAIN_IN_FRR, "show evpn vni %u", facts->subject.vni);
		return;
	}
	if (facts->l3)
		explain_ok(chain, id, name, "L3VNI of VRF %s, up", facts->l3->vrf);
	else
		explain_ok(chain, id, name, "%u MACs, %u ARP/ND entries, %zu remote VTEPs", item ? item->macs : 0,
			   item ? item->neighbors : 0, facts->n_all_vteps);
}

void explain_bgp_vni(const struct explain_facts *facts, struct explain_chain *chain)
{
	static const char id[] = "bgp-vni", name[] = "VNI in bgpd";
	char imports[EVPN_SHOW_RTS_TEXT], exports[EVPN_SHOW_RTS_TEXT];
	struct explain_link *link;

	if (!facts->has_bgpd)
		return;
	link = judged(&facts->bgp_vni, id, name, chain);
	if (link) {
		explain_next(link, EXPLAIN_IN_FRR, "show bgp l2vpn evpn vni %u", facts->subject.vni);
		return;
	}
	explain_ok(chain, id, name, "RD %s, imports RT %s, exports RT %s", facts->bgp.rd[0] ? facts->bgp.rd : "?",
		   evpn_show_rts_text(&facts->bgp.imports, imports), evpn_show_rts_text(&facts->bgp.exports, exports));
}

void explain_session(const struct explain_facts *facts, struct explain_chain *chain)
{
	static const char id[] = "session", name[] = "session";
	const struct health_item *bad = NULL, *good = NULL;
	struct explain_link *link;
	size_t n = 0, n_good = 0;

	if (!facts->has_bgpd)
		return;
	for (size_t i = 0; i < facts->sessions.n_items; i++) {
		const struct health_item *item = &facts->sessions.items[i];

		if (item->kind != HEALTH_SESSION || !item->fabric)
			continue;
		n++;
		if (streq(item->state, "Established") && item->reason != HEALTH_FAMILY_MISSING) {
			n_good++;
			good = good ? good : item;
		} else if (!bad) {
			bad = item;
		}
	}
	if (good) {
		explain_ok(chain, id, name, "%zu of %zu established: %s, %u prefixes%s%s", n_good, n, good->name,
			   good->prefixes, bad ? "; but " : "", bad ? bad->text : "");
		return;
	}
	if (!bad) {
		link = explain_bad(chain, id, name, health_reason_name(HEALTH_SESSION_DOWN),
				   "FRR has no session with the fabric configured");
		explain_next(link, EXPLAIN_IN_FRR, "show bgp summary");
		return;
	}
	link = explain_bad(chain, id, name, health_reason_name(bad->reason), "%s", bad->text);
	explain_next(link, EXPLAIN_IN_FRR, "show bgp neighbors %s", bad->name);
}

/* "type 2 of 02:00:00:00:00:05, 192.0.2.1", for a sentence. */
static const char *route_text(const struct explain_facts *facts, char buf[120])
{
	char ip[IPADDR_TEXT_SIZE];

	switch (facts->subject.kind) {
	case EXPLAIN_VNI:
		snprintf(buf, 120, "type 3");
		break;
	case EXPLAIN_MAC:
		snprintf(buf, 120, "type 2 of %s", facts->subject.mac);
		break;
	case EXPLAIN_IP:
		ipaddr_format(&facts->subject.ip, false, ip);
		if (facts->l3)
			snprintf(buf, 120, "type 5 that covers %s", ip);
		else
			snprintf(buf, 120, "type 2 of %s with %s", facts->subject.mac, ip);
		break;
	}
	return buf;
}

/* What shows this node's route. */
static void next_own(const struct explain_facts *facts, struct explain_link *link)
{
	char ip[IPADDR_TEXT_SIZE];

	switch (facts->subject.kind) {
	case EXPLAIN_VNI:
		explain_next(link, EXPLAIN_IN_FRR, "show bgp l2vpn evpn route rd %s type multicast", facts->bgp.rd);
		break;
	case EXPLAIN_MAC:
		explain_next(link, EXPLAIN_IN_FRR, "show bgp l2vpn evpn route rd %s mac %s", facts->bgp.rd,
			     facts->subject.mac);
		break;
	case EXPLAIN_IP:
		if (facts->l3)
			explain_next(link, EXPLAIN_IN_FRR, "show bgp l2vpn evpn route rd %s type prefix",
				     facts->bgp.rd);
		else
			explain_next(link, EXPLAIN_IN_FRR, "show bgp l2vpn evpn route rd %s mac %s ip %s",
				     facts->bgp.rd, facts->subject.mac, ipaddr_format(&facts->subject.ip, false, ip));
		break;
	}
}

static const struct evpn_show_path *find_own(const struct explain_facts *facts)
{
	for (size_t i = 0; i < facts->own.n_items; i++)
		if (facts->own.items[i].own)
			return &facts->own.items[i];
	return NULL;
}

static bool has_session(const struct explain_facts *facts)
{
	for (size_t i = 0; i < facts->sessions.n_items; i++)
		if (facts->sessions.items[i].fabric && streq(facts->sessions.items[i].state, "Established"))
			return true;
	return false;
}

void explain_own_route(const struct explain_facts *facts, struct explain_chain *chain)
{
	static const char id[] = "own-route", name[] = "own route";
	const struct evpn_show_path *own = find_own(facts);
	char text[120], vtep[IPADDR_TEXT_SIZE], rts[EVPN_SHOW_RTS_TEXT];
	struct explain_link *link = NULL;

	/* An L3VNI has as many routes as the VRF has prefixes, or none. */
	if (!facts->has_bgpd || !facts->bgp.rd[0] || (facts->l3 && facts->subject.kind == EXPLAIN_VNI))
		return;
	ipaddr_format(&facts->config->underlay.vtep, false, vtep);
	route_text(facts, text);
	if (!own)
		link = explain_bad(chain, id, name, health_reason_name(HEALTH_VNI_NOT_ANNOUNCED),
				   "bgpd has no route of %s of this node", text);
	else if (!streq(own->next_hop, vtep))
		link = explain_bad(chain, id, name, health_reason_name(HEALTH_NEXT_HOP_MISMATCH),
				   "this node's route of %s has next hop %s, not its VTEP %s", text, own->next_hop,
				   vtep);
	else if (!facts->own.n_sent && has_session(facts))
		link = explain_bad(chain, id, name, health_reason_name(HEALTH_NOTHING_ANNOUNCED),
				   "bgpd announces this node's route of %s to no neighbor, though a session is "
				   "established: a route-map or filter holds it back",
				   text);
	if (link)
		next_own(facts, link);
	else
		explain_ok(chain, id, name, "%s, next hop %s, RT %s, announced to %zu neighbors", text, own->next_hop,
			   evpn_show_rts_text(&own->rts, rts), facts->own.n_sent);
}

/* The best of the routes that other nodes announce; a valid one before others. */
static const struct evpn_show_path *find_remote(const struct evpn_show_paths *paths)
{
	const struct evpn_show_path *found = NULL;

	for (size_t i = 0; i < paths->n_items; i++) {
		const struct evpn_show_path *path = &paths->items[i];

		if (path->own || (found && (found->best || (found->valid && !path->best))))
			continue;
		found = path;
	}
	return found;
}

static void not_imported(const struct explain_facts *facts, const struct evpn_show_path *path,
			 struct explain_chain *chain)
{
	static const char id[] = "import", name[] = "import";
	char rts[EVPN_SHOW_RTS_TEXT], imports[EVPN_SHOW_RTS_TEXT];
	struct explain_link *link;

	evpn_show_rts_text(&path->rts, rts);
	evpn_show_rts_text(&facts->bgp.imports, imports);
	if (evpn_show_has_common_rt(&path->rts, &facts->bgp.imports,
				    (facts->l3 ? facts->l3->evpn : facts->l2->evpn).n_import_rts == 0))
		link = explain_bad(chain, id, name, "NotImported",
				   "the route has RT %s, VNI %u imports RT %s, and bgpd has not imported it", rts,
				   facts->subject.vni, imports);
	else
		link = explain_bad(chain, id, name, "RouteTargetMismatch",
				   "the route of %s has RT %s, but VNI %u imports RT %s", path->next_hop, rts,
				   facts->subject.vni, imports);
	explain_next(link, EXPLAIN_ELSEWHERE, "route_targets of VNI %u in evpn.conf, and the export RT on the node %s",
		     facts->subject.vni, path->next_hop);
}

void explain_remote_route(const struct explain_facts *facts, struct explain_chain *chain)
{
	const struct evpn_show_path *path = find_remote(&facts->received), *in = find_remote(&facts->imported);
	const struct health_item *hop;
	char rts[EVPN_SHOW_RTS_TEXT];
	struct explain_link *link;

	if (!facts->has_bgpd)
		return;
	if (!path)
		path = in;
	if (!path) {
		char text[120];

		link = explain_bad(chain, "route", "route", "NoRoute", "bgpd has no route of %s of another node",
				   route_text(facts, text));
		explain_next(link, EXPLAIN_IN_FRR, "show bgp l2vpn evpn route rd all mac %s", facts->subject.mac);
		return;
	}
	explain_ok(chain, "route", "route", "type %d, RD %s, from %s, next hop %s, RT %s", path->type,
		   path->rd[0] ? path->rd : "?", path->peer[0] ? path->peer : "?", path->next_hop,
		   evpn_show_rts_text(&path->rts, rts));
	hop = find_item(&facts->next_hops, HEALTH_NEXT_HOP, path->next_hop);
	if (hop || path->unreachable || !path->valid) {
		link = explain_bad(chain, "next-hop", "next hop", health_reason_name(HEALTH_NEXT_HOP_UNRESOLVED),
				   "%s%s", hop ? hop->text : "bgpd has no way to next hop ", hop ? "" : path->next_hop);
		explain_next(link, EXPLAIN_IN_FRR, "show ip nht");
		return;
	}
	explain_ok(chain, "next-hop", "next hop", "%s is resolved", path->next_hop);
	/* FRR 8.5 and later do not show the route of a MAC alone in a VNI's table, but zebra has it from there. */
	if (in || (facts->subject.kind == EXPLAIN_MAC && facts->mac.place == EVPN_REMOTE))
		explain_ok(chain, "import", "import", "the route is in the table of VNI %u", facts->subject.vni);
	else
		not_imported(facts, path, chain);
}

void explain_host_session(const struct explain_facts *facts, struct explain_chain *chain)
{
	static const char id[] = "host-session", name[] = "host session";
	_cleanup_free_ char *suffix = xasprintf(" in VRF %.16s", facts->l3->vrf);
	struct explain_link *link;

	for (size_t i = 0; i < facts->sessions.n_items; i++) {
		const struct health_item *item = &facts->sessions.items[i];
		size_t len = strlen(item->name), end = strlen(suffix);

		if (item->kind != HEALTH_SESSION || item->fabric || len < end || !streq(item->name + len - end, suffix))
			continue;
		if (item->reason == HEALTH_FINE) {
			explain_ok(chain, id, name, "%s is established, %u prefixes", item->name, item->prefixes);
			continue;
		}
		link = explain_bad(chain, id, name, health_reason_name(item->reason), "%s", item->text);
		explain_next(link, EXPLAIN_IN_FRR, "show bgp vrf %s neighbors", facts->l3->vrf);
	}
}
