/* SPDX-License-Identifier: Apache-2.0 */
/* explain_chain.c - a chain and its links; which links a subject has, in which order; see explain.h */
#include <stdio.h>

#include "run/explain_parts.h"

void explain_facts_clear(struct explain_facts *facts)
{
	health_report_clear(&facts->daemons);
	health_report_clear(&facts->zebra_vni);
	health_report_clear(&facts->bgp_vni);
	health_report_clear(&facts->sessions);
	health_report_clear(&facts->next_hops);
	free(facts->applied_why);
	free(facts->unread);
	free(facts->unasked);
	free(facts->unsearched);
	memset(facts, 0, sizeof(*facts));
}

void explain_chain_clear(struct explain_chain *chain)
{
	for (size_t i = 0; i < chain->n_links; i++) {
		free(chain->links[i].seen);
		free(chain->links[i].next);
	}
	free(chain->links);
	*chain = (struct explain_chain){ 0 };
}

const char *explain_verdict_name(enum explain_verdict verdict)
{
	switch (verdict) {
	case EXPLAIN_OK:
		return "ok";
	case EXPLAIN_BROKEN:
		return "broken";
	case EXPLAIN_UNKNOWN:
		return "unknown";
	}
	return "";
}

const char *explain_where_name(enum explain_where where)
{
	switch (where) {
	case EXPLAIN_ON_HOST:
		return "host";
	case EXPLAIN_IN_NETNS:
		return "netns";
	case EXPLAIN_IN_FRR:
		return "frr";
	case EXPLAIN_ELSEWHERE:
		return "elsewhere";
	}
	return "";
}

static struct explain_link *add(struct explain_chain *chain, const char *id, const char *name,
				enum explain_verdict verdict, const char *reason, const char *seen, va_list ap)
{
	struct explain_link *link = util_append(&chain->links, &chain->n_links, sizeof(*link));

	*link = (struct explain_link){ .id = id, .name = name, .verdict = verdict, .reason = reason };
	link->seen = xvasprintf(seen, ap);
	return link;
}

void explain_ok(struct explain_chain *chain, const char *id, const char *name, const char *seen, ...)
{
	va_list ap;

	va_start(ap, seen);
	add(chain, id, name, EXPLAIN_OK, "", seen, ap);
	va_end(ap);
}

struct explain_link *explain_bad(struct explain_chain *chain, const char *id, const char *name, const char *reason,
				 const char *seen, ...)
{
	struct explain_link *link;
	va_list ap;

	va_start(ap, seen);
	link = add(chain, id, name, EXPLAIN_BROKEN, reason, seen, ap);
	va_end(ap);
	return link;
}

struct explain_link *explain_unsure(struct explain_chain *chain, const char *id, const char *name, const char *reason,
				    const char *seen, ...)
{
	struct explain_link *link;
	va_list ap;

	va_start(ap, seen);
	link = add(chain, id, name, EXPLAIN_UNKNOWN, reason, seen, ap);
	va_end(ap);
	return link;
}

void explain_next(struct explain_link *link, enum explain_where where, const char *command, ...)
{
	va_list ap;

	va_start(ap, command);
	free(link->next);
	link->next = xvasprintf(command, ap);
	link->where = where;
	va_end(ap);
}

const struct explain_link *explain_first(const struct explain_chain *chain)
{
	const struct explain_link *unknown = NULL;

	for (size_t i = 0; i < chain->n_links; i++) {
		if (chain->links[i].verdict == EXPLAIN_BROKEN)
			return &chain->links[i];
		if (chain->links[i].verdict == EXPLAIN_UNKNOWN && !unknown)
			unknown = &chain->links[i];
	}
	return unknown;
}

bool explain_unsearched(const struct explain_facts *facts, const char *id, const char *name,
			struct explain_chain *chain)
{
	struct explain_link *link;

	if (!facts->unsearched)
		return false;
	link = explain_unsure(chain, id, name, "NotSearched", "it was not found, but not all was searched: %s",
			      facts->unsearched);
	explain_next(link, EXPLAIN_ELSEWHERE, "name the VNI or the VRF, or search bgpd's routes by hand");
	return true;
}

const char *explain_mac_text(const uint8_t mac[6], char buf[18])
{
	snprintf(buf, 18, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	return buf;
}

unsigned int explain_overhead(const struct explain_facts *facts)
{
	return facts->config && facts->config->underlay.vtep.family == AF_INET6 ? NET_VXLAN_OVERHEAD6
										: NET_VXLAN_OVERHEAD4;
}

const char *explain_bridge(const struct explain_facts *facts, char buf[IFNAMSIZ])
{
	net_name_bridge(facts->subject.vni, buf);
	return buf;
}

const char *explain_vxlan(const struct explain_facts *facts, char buf[IFNAMSIZ])
{
	config_name_vxlan(facts->config, facts->subject.vni, buf);
	return buf;
}

const char *explain_switch(const struct explain_facts *facts, char buf[IFNAMSIZ])
{
	config_name_bridge(facts->config, facts->subject.vni, buf);
	return buf;
}

const struct config_host *explain_pair(const struct explain_facts *facts)
{
	const struct config_host *host = facts->l2   ? config_host_of(facts->config, facts->l2)
					 : facts->l3 ? &facts->l3->host
						     : NULL;

	return host && host->set ? host : NULL;
}

bool explain_has_svi(const struct explain_facts *facts)
{
	return !facts->l2 || !facts->config->vxlan.single || facts->l2->vrf[0];
}

const char *explain_vlan(const struct explain_facts *facts, char buf[EXPLAIN_VLAN_SIZE])
{
	buf[0] = '\0';
	if (facts->vlan)
		snprintf(buf, EXPLAIN_VLAN_SIZE, " vlan %u", facts->vlan);
	return buf;
}

const char *explain_tag(const struct explain_facts *facts, char buf[EXPLAIN_VLAN_SIZE])
{
	buf[0] = '\0';
	if (facts->l2 && config_is_on_trunk(facts->config, facts->l2))
		snprintf(buf, EXPLAIN_VLAN_SIZE, "vlan %u and ", facts->l2->vlan);
	return buf;
}

void explain_node(const struct explain_facts *facts, struct explain_chain *chain)
{
	explain_host(facts, chain);
	explain_devices(facts, chain);
	explain_daemons(facts, chain);
}

void explain_evpn(const struct explain_facts *facts, struct explain_chain *chain)
{
	explain_zebra_vni(facts, chain);
	explain_bgp_vni(facts, chain);
	explain_session(facts, chain);
}

/* From the node to the fabric and back: what each VNI needs. */
static void walk_vni(const struct explain_facts *facts, struct explain_chain *chain)
{
	explain_node(facts, chain);
	explain_evpn(facts, chain);
	if (facts->l3)
		explain_host_session(facts, chain);
	explain_own_route(facts, chain);
	explain_vni_vteps(facts, chain);
}

void explain_walk(const struct explain_facts *facts, struct explain_chain *chain)
{
	*chain = (struct explain_chain){ 0 };
	explain_configuration(facts, chain);
	if (facts->applied == EXPLAIN_NOT_CONFIGURED)
		return;
	switch (facts->subject.kind) {
	case EXPLAIN_VNI:
		walk_vni(facts, chain);
		break;
	case EXPLAIN_MAC:
		explain_mac(facts, chain);
		break;
	case EXPLAIN_IP:
		if (facts->l3)
			explain_vrf(facts, chain);
		else
			explain_ip(facts, chain);
		break;
	}
	explain_mtu(facts, chain);
}
