/* SPDX-License-Identifier: Apache-2.0 */
/* explain_device.c - the links from evpn.conf over the host's devices to the VXLAN; see explain.h */
#include "run/explain_parts.h"

void explain_configuration(const struct explain_facts *facts, struct explain_chain *chain)
{
	static const char id[] = "configuration", name[] = "configuration";
	const struct config_host *host = explain_pair(facts);
	const char *kind = !host ? "no host device" : host == &facts->config->trunk ? "trunk " : "host device ";
	struct explain_link *link;

	switch (facts->applied) {
	case EXPLAIN_NOT_CONFIGURED:
		link = explain_bad(chain, id, name, "NotConfigured", "%s", facts->applied_why);
		explain_next(link, EXPLAIN_ON_HOST, "evpnctl status");
		return;
	case EXPLAIN_NOT_APPLIED:
		link = explain_bad(chain, id, name, "NotApplied", "%s", facts->applied_why);
		explain_next(link, EXPLAIN_ON_HOST, "evpnctl status");
		return;
	case EXPLAIN_RUN_FAILED:
		link = explain_unsure(chain, id, name, "RunFailed", "the last run has failed: %s", facts->applied_why);
		explain_next(link, EXPLAIN_ON_HOST, "evpnctl status");
		return;
	case EXPLAIN_APPLIED:
		break;
	}
	if (facts->l3)
		explain_ok(chain, id, name, "L3VNI %u is VRF %s, %s%s; applied", facts->subject.vni, facts->l3->vrf,
			   kind, host ? host->interface : "");
	else if (facts->l2)
		explain_ok(chain, id, name, "L2VNI %u, %s%s; applied", facts->subject.vni, kind,
			   host ? host->interface : "");
	else
		explain_ok(chain, id, name, "evpn.conf is applied");
}

/* A device that must be there, up and with a carrier. True: so it is. `where`: in which namespace. */
static bool is_working(const struct look_link *have, const char *device, enum explain_where where, const char *id,
		       const char *name, struct explain_chain *chain)
{
	const char *place = where == EXPLAIN_ON_HOST ? "on the host" : "in FRR's namespace";
	struct explain_link *link;

	if (!have->found)
		link = explain_bad(chain, id, name, "DeviceMissing", "%s does not exist %s", device, place);
	else if (!have->link.up)
		link = explain_bad(chain, id, name, "DeviceDown", "%s %s is down", device, place);
	else if (!have->carrier)
		link = explain_bad(chain, id, name, "NoCarrier", "%s %s has no carrier: %s", device, place,
				   have->link.kind == NET_KIND_VETH ? "its other end is down"
								    : "none of its ports is up and has one");
	else
		return true;
	explain_next(link, where, "ip -details link show dev %s", device);
	return false;
}

/* Whether a port is in the bridge where it belongs, and the bridge lets frames through. */
static bool is_port(const struct look_link *have, const char *device, const char *master, enum explain_where where,
		    const char *id, const char *name, struct explain_chain *chain)
{
	struct explain_link *link;

	if (!streq(have->link.master, master))
		link = explain_bad(chain, id, name, "NotInBridge", "%s is %s%s, not a port of %s", device,
				   have->link.master[0] ? "in " : "in no bridge", have->link.master, master);
	else if (!have->forwards)
		link = explain_bad(chain, id, name, "PortBlocked",
				   "%s is a port of %s, but does not forward: spanning tree blocks it, or has not "
				   "finished",
				   device, master);
	else
		return true;
	explain_next(link, where, "bridge -details link show dev %s", device);
	return false;
}

/* Whether a port is in the VNI's VLAN. */
static bool is_in_vlan(bool has, uint16_t vlan, const char *device, enum explain_where where, const char *id,
		       const char *name, struct explain_chain *chain)
{
	struct explain_link *link;

	if (has)
		return true;
	link = explain_bad(chain, id, name, "NotInVlan", "%s is not in VLAN %u, which the VNI is", device, vlan);
	explain_next(link, where, "bridge vlan show dev %s", device);
	return false;
}

static void host_bridge(const struct explain_facts *facts, const struct config_host *host, struct explain_chain *chain)
{
	static const char id[] = "host-bridge", name[] = "host bridge";

	char tag[EXPLAIN_VLAN_SIZE];
	bool tagged = host == &facts->config->trunk;

	if (is_working(&facts->host_bridge, host->bridge, EXPLAIN_ON_HOST, id, name, chain) &&
	    is_port(&facts->host, host->interface, host->bridge, EXPLAIN_ON_HOST, id, name, chain) &&
	    (!tagged ||
	     is_in_vlan(facts->host_has_vlan, facts->l2->vlan, host->interface, EXPLAIN_ON_HOST, id, name, chain)))
		explain_ok(chain, id, name, "%s is up, and %s is a forwarding port of it%s%s", host->bridge,
			   host->interface, tagged ? "," : "", tagged ? explain_vlan(facts, tag) : "");
}

void explain_host(const struct explain_facts *facts, struct explain_chain *chain)
{
	static const char id[] = "host-device", name[] = "host device";
	const struct config_host *host = explain_pair(facts);
	const char *peer = host ? host->peer : "";
	char bridge[IFNAMSIZ], vlan[EXPLAIN_VLAN_SIZE];

	if (!host)
		return;
	if (is_working(&facts->host, host->interface, EXPLAIN_ON_HOST, id, name, chain))
		explain_ok(chain, id, name, "%s is up, MTU %u", host->interface, facts->host.link.mtu);
	if (host->bridge[0])
		host_bridge(facts, host, chain);
	if (facts->unread)
		return;
	if (!is_working(&facts->peer, peer, EXPLAIN_IN_NETNS, "bridge-port", facts->l3 ? "VRF port" : "bridge port",
			chain))
		return;
	if (facts->l3)
		explain_ok(chain, "bridge-port", "VRF port", "%s is up, %s%s", peer,
			   facts->peer.link.master[0] ? "in VRF " : "in no VRF", facts->peer.link.master);
	else if (is_port(&facts->peer, peer, explain_switch(facts, bridge), EXPLAIN_IN_NETNS, "bridge-port",
			 "bridge port", chain) &&
		 (!facts->vlan || is_in_vlan(facts->peer_has_vlan, facts->vlan, peer, EXPLAIN_IN_NETNS, "bridge-port",
					     "bridge port", chain)))
		explain_ok(chain, "bridge-port", "bridge port", "%s is up, a forwarding port of %s%s", peer, bridge,
			   explain_vlan(facts, vlan));
}

static void vxlan_device(const struct explain_facts *facts, struct explain_chain *chain)
{
	static const char id[] = "vxlan", name[] = "VXLAN";
	const struct net_link *have = &facts->vxlan.link;
	char bridge[IFNAMSIZ], vxlan[IFNAMSIZ], vtep[IPADDR_TEXT_SIZE], wanted[IPADDR_TEXT_SIZE],
		vlan[EXPLAIN_VLAN_SIZE];
	struct explain_link *link = NULL;

	explain_vxlan(facts, vxlan);
	if (!is_working(&facts->vxlan, vxlan, EXPLAIN_IN_NETNS, id, name, chain) ||
	    !is_port(&facts->vxlan, vxlan, explain_switch(facts, bridge), EXPLAIN_IN_NETNS, id, name, chain))
		return;
	ipaddr_format(&have->local, false, vtep);
	ipaddr_format(&facts->config->underlay.vtep, false, wanted);
	if (have->kind != NET_KIND_VXLAN || (!have->external && have->vni != facts->subject.vni))
		link = explain_bad(chain, id, name, "VniMismatch", "%s is no VXLAN with VNI %u", vxlan,
				   facts->subject.vni);
	else if (!streq(vtep, wanted))
		link = explain_bad(chain, id, name, "VtepMismatch", "%s has local VTEP %s, evpn.conf has %s", vxlan,
				   vtep, wanted);
	if (link) {
		explain_next(link, EXPLAIN_IN_NETNS, "ip -details link show dev %s", vxlan);
	} else if (have->external && !facts->vlan) {
		link = explain_bad(chain, id, name, "VniMismatch", "%s sends no VLAN of %s in VNI %u", vxlan, bridge,
				   facts->subject.vni);
		explain_next(link, EXPLAIN_IN_NETNS, "bridge vlan tunnelshow dev %s", vxlan);
	} else {
		explain_ok(chain, id, name, "%s is up, a port of %s%s, VNI %u, local VTEP %s%s", vxlan, bridge,
			   explain_vlan(facts, vlan), facts->subject.vni, vtep,
			   have->neigh_suppress ? ", neigh_suppress" : "");
	}
}

void explain_devices(const struct explain_facts *facts, struct explain_chain *chain)
{
	char bridge[IFNAMSIZ];
	struct explain_link *link;

	if (facts->unread) {
		link = explain_unsure(chain, "bridge", "bridge", "NotRead", "%s", facts->unread);
		explain_next(link, EXPLAIN_ON_HOST, "evpnctl status");
		return;
	}
	if (facts->l3 && is_working(&facts->vrf, facts->l3->vrf, EXPLAIN_IN_NETNS, "vrf", "VRF", chain))
		explain_ok(chain, "vrf", "VRF", "%s is up, table %u", facts->l3->vrf, facts->vrf.link.table);
	explain_bridge(facts, bridge);
	if (!explain_has_svi(facts))
		explain_switch(facts, bridge);
	if (is_working(&facts->bridge, bridge, EXPLAIN_IN_NETNS, "bridge", "bridge", chain))
		explain_ok(chain, "bridge", "bridge", "%s is up%s%s, MTU %u", bridge,
			   facts->bridge.link.master[0] ? ", in VRF " : "", facts->bridge.link.master,
			   facts->bridge.link.mtu);
	vxlan_device(facts, chain);
}

static const char mtu_id[] = "mtu", mtu_name[] = "MTU";

/* The narrowest way to a remote VTEP. NULL: none is known. */
static const struct explain_vtep *find_narrowest(const struct explain_facts *facts)
{
	const struct explain_vtep *small = NULL;

	for (size_t i = 0; i < facts->n_vteps; i++)
		if (facts->vteps[i].way.found && (!small || facts->vteps[i].way.mtu < small->way.mtu))
			small = &facts->vteps[i];
	return small;
}

void explain_mtu(const struct explain_facts *facts, struct explain_chain *chain)
{
	uint32_t need = facts->vxlan.link.mtu + explain_overhead(facts);
	/* What is bridged does not pass the SVI. */
	const struct look_link *inner = facts->l2 && facts->vxlan.link.external ? &facts->vxlan : &facts->bridge;
	const struct explain_vtep *small = find_narrowest(facts);
	struct explain_link *link;

	if (!facts->vxlan.found || !facts->bridge.found)
		return;
	if (small && small->way.mtu < need) {
		link = explain_bad(chain, mtu_id, mtu_name, "MtuTooSmall",
				   "%s sends packets of up to %u bytes, which are %u with VXLAN's headers, but %s to "
				   "VTEP %s has MTU %u: large packets are lost",
				   facts->vxlan.link.name, facts->vxlan.link.mtu, need, small->way.device, small->text,
				   small->way.mtu);
		explain_next(link, EXPLAIN_ELSEWHERE,
			     "raise the MTU of %s and of the fabric to %u, or set mtu = %u for the VNI in evpn.conf",
			     small->way.device, need, small->way.mtu - explain_overhead(facts));
	} else if (facts->host.found && facts->host.link.mtu > inner->link.mtu) {
		/* evpnd leaves it so where the device is a port of another program's bridge, whose MTU would become smaller. */
		link = explain_unsure(
			chain, mtu_id, mtu_name, "MtuMismatch",
			"%s has MTU %u, but %s has %u: larger packets of the hosts behind it are lost, unless "
			"the hosts have %u themselves",
			facts->host.link.name, facts->host.link.mtu, inner->link.name, inner->link.mtu,
			inner->link.mtu);
		explain_next(link, EXPLAIN_ON_HOST, "ip link show dev %s", facts->host.link.name);
	} else if (small) {
		explain_ok(chain, mtu_id, mtu_name, "%u, %u with VXLAN's headers; %s has %u", facts->vxlan.link.mtu,
			   need, small->way.device, small->way.mtu);
	}
}
