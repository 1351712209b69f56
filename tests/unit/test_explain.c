/* SPDX-License-Identifier: Apache-2.0 */
/* test_explain.c - facts -> chain: each fault, planted into facts in which all is well, is named by its link and its reason */
#include "base/util.h"
#include "explain_case.h"
#include "unit.h"

static struct explain_chain chain;

static void none(void)
{
}

/* The faults. */
#define FAULT(name, ...)       \
	static void name(void) \
	{                      \
		__VA_ARGS__;   \
	}
FAULT(host_gone, facts.host.found = false)
FAULT(host_down, facts.host.link.up = false)
FAULT(no_carrier, facts.host.carrier = false)
FAULT(single, in_single_mode())
FAULT(single_no_vlan, in_single_mode(), facts.vlan = 0, facts.peer_has_vlan = false)
FAULT(single_peer, in_single_mode(), facts.peer_has_vlan = false)
FAULT(single_trunk, in_single_mode(), facts.host_has_vlan = false)
FAULT(single_bridge, in_single_mode(), net_set_name(facts.host.link.master, "br-lan"))
FAULT(single_no_svi, in_single_mode(), l2.vrf[0] = '\0', facts.has_neighbor = false)
/* Its own MTU is the SVI's. What is bridged has that of the shared devices. */
FAULT(single_small, in_single_mode(), facts.bridge.link.mtu = 1400)
FAULT(wrong_bridge, strcpy(l2.host.bridge, "br-lan"), facts.host_bridge = link_of("br-lan", "", NET_KIND_BRIDGE))
FAULT(port_lost, facts.peer.link.master[0] = '\0')
FAULT(port_blocked, facts.peer.forwards = false)
FAULT(bridge_down, facts.bridge.link.up = false)
FAULT(vxlan_down, facts.vxlan.link.up = false)
FAULT(vxlan_vtep, ck_assert(ipaddr_parse("100.65.0.9", false, &facts.vxlan.link.local)))
FAULT(small_mtu, facts.vteps[0].way.mtu = 1499)
FAULT(host_mtu, facts.host.link.mtu = 1500)
FAULT(no_fdb, facts.has_fdb = false)
FAULT(no_vxlan_fdb, facts.has_vxlan_fdb = false)
FAULT(fdb_vtep, facts.vxlan_fdb = entry_of("vni110", 2, "100.64.0.9"))
FAULT(neighbor_stale, facts.neighbor.state = NUD_STALE, facts.has_fdb = false)
FAULT(neighbor_failed, facts.neighbor.state = NUD_FAILED, facts.neighbor.has_mac = false)
FAULT(neighbor_gone, facts.has_neighbor = false)
FAULT(stale_but_speaks, facts.neighbor.state = NUD_STALE)
FAULT(arp_wrong, facts.neighbor.mac[5] = 0x99)
FAULT(two_macs, strcpy(facts.macs_of_ip[1], "02:00:00:00:11:77"), facts.n_macs_of_ip = 2)
FAULT(zebra_lacks, health_set(&facts.zebra_vni.items[0], HEALTH_VNI_UNKNOWN, "VNI 110: zebra does not know it"))
FAULT(bgp_lacks, health_set(&facts.bgp_vni.items[0], HEALTH_VNI_NOT_ANNOUNCED, "VNI 110: bgpd does not announce it"))
FAULT(no_bgpd, facts.has_bgpd = false,
      health_add(&facts.daemons, HEALTH_DAEMON, "bgpd", HEALTH_DAEMON_MISSING, "bgpd does not run"))
FAULT(no_plugin, facts.has_bgpd = facts.has_zebra = false, facts.unasked = xstrdup("the plugin cannot ask"))
FAULT(no_netns, facts.unread = xstrdup("FRR's network namespace is not open"))
FAULT(session_down, strcpy(facts.sessions.items[0].state, "Active"),
      health_set(&facts.sessions.items[0], HEALTH_SESSION_DOWN, "it is Active"))
FAULT(no_session, facts.sessions.items[0].fabric = false)
FAULT(no_family, health_set(&facts.sessions.items[0], HEALTH_FAMILY_MISSING, "without EVPN"))
FAULT(zebra_mac_gone, facts.mac.place = EVPN_NOWHERE)
FAULT(zebra_duplicate, facts.mac.duplicate = true)
FAULT(zebra_far, facts.mac.place = EVPN_REMOTE)
FAULT(zebra_near, facts.mac.place = EVPN_LOCAL, facts.has_fdb = false)
FAULT(zebra_vtep, strcpy(facts.mac.vtep, "100.64.0.9"))
FAULT(zebra_ip_gone, facts.entry.place = EVPN_NOWHERE)
FAULT(zebra_ip_inactive, facts.entry.inactive = true)
FAULT(zebra_ip_duplicate, facts.entry.duplicate = true)
FAULT(zebra_ip_far, facts.entry.place = EVPN_REMOTE)
FAULT(own_gone, facts.own.n_items = 0)
FAULT(own_hop, strcpy(facts.own.items[0].next_hop, "192.168.11.3"))
FAULT(own_kept, facts.own.n_sent = 0)
FAULT(route_gone, facts.received.n_items = facts.imported.n_items = 0)
FAULT(other_rt, facts.mac.place = EVPN_NOWHERE, facts.imported.n_items = 0,
      strcpy(facts.received.items[0].rts.items[0], "64512:999"))
FAULT(same_rt, facts.mac.place = EVPN_NOWHERE, facts.imported.n_items = 0,
      strcpy(facts.received.items[0].rts.items[0], "64514:110"))
FAULT(hop_unresolved,
      health_add(&facts.next_hops, HEALTH_NEXT_HOP, FAR, HEALTH_NEXT_HOP_UNRESOLVED, "next hop " FAR " is unresolved"))
FAULT(hop_invalid, facts.received.items[0].valid = false)
FAULT(no_way, facts.vteps[0].way.found = false)
FAULT(own_vtep, facts.vteps[0].way.local = true)
FAULT(no_type3, facts.vteps[0].announced = false)
FAULT(no_flood, facts.vteps[0].floods = false)
FAULT(zebra_lacks_vtep, facts.vteps[0].in_zebra = false)
FAULT(no_vtep, facts.n_vteps = facts.n_all_vteps = 0, facts.multicast.n_items = 0)
FAULT(stranger, no_vtep(), add_path(&facts.strangers, path_of(3, false, FAR)),
      strcpy(facts.strangers.items[0].rts.items[0], "64512:9"))
FAULT(stranger_hop, stranger(), facts.strangers.items[0].valid = false)
FAULT(not_configured, facts.applied = EXPLAIN_NOT_CONFIGURED,
      facts.applied_why = xstrdup("VNI 110 is not in evpn.conf"))
FAULT(waits, facts.applied = EXPLAIN_NOT_APPLIED, facts.applied_why = xstrdup("evpnd waits"))
FAULT(run_failed, facts.applied = EXPLAIN_RUN_FAILED, facts.applied_why = xstrdup("FRR refuses it"))
FAULT(no_vni, facts.subject.vni = 0, facts.l2 = NULL)
FAULT(foreign_vni, no_vni(), facts.foreign_vni = 999)
FAULT(mac_unreachable, facts.has_fdb = facts.has_vxlan_fdb = false, facts.mac.place = EVPN_NOWHERE,
      facts.n_macs_of_ip = 0, facts.entry = (struct evpn_show_entry){ 0 }, route_gone())
FAULT(vrf_down, facts.vrf.link.up = false)
FAULT(vrf_no_route, facts.way = (struct look_way){ 0 })
FAULT(vrf_not_imported, vrf_no_route(), add_path(&facts.received, path_of(5, false, FAR)),
      strcpy(facts.received.items[0].rts.items[0], "64512:9"))
FAULT(vrf_not_installed, vrf_no_route(), add_path(&facts.imported, path_of(5, false, FAR)))
FAULT(hop_no_neighbor, facts.has_hop_neighbor = false)
FAULT(hop_other_mac, facts.hop_neighbor.mac[5] = 8)
FAULT(hop_no_fdb, facts.has_hop_fdb = false)
FAULT(hop_other_vtep, facts.hop_fdb = entry_of("vni100", 9, "100.64.0.9"))

FAULT(here, facts.way.via.family = 0, strcpy(facts.way.device, "frr1"), add_path(&facts.own, path_of(5, true, VTEP)),
      facts.own.n_sent = 1)
FAULT(here_alone, here(), facts.own.n_items = 0)
FAULT(here_host, here(),
      health_add(&facts.sessions, HEALTH_SESSION, "192.169.10.0 in VRF red", HEALTH_SESSION_DOWN, "it is Idle"))
FAULT(too_long, facts.unsearched = xstrdup("the answer is longer than 16 MiB"))
FAULT(too_long_vtep, no_vtep(), too_long())
FAULT(too_long_vrf, facts.way = (struct look_way){ 0 }, too_long())
FAULT(too_long_mac, no_vni(), too_long())
FAULT(own_mac, facts.fdb = entry_of("br110", 1, NULL), facts.mac.place = EVPN_NOWHERE, facts.own.n_items = 0)
FAULT(at_gateway, l2.gateways = &facts.subject.ip, l2.n_gateways = 1, facts.has_neighbor = false)

static const struct {
	void (*subject)(void);
	void (*fault)(void);
	const char *link, *reason; /* NULL: all is well */
} cases[] = {
	{ vni, none, NULL, NULL },
	{ near_mac, none, NULL, NULL },
	{ far_mac, none, NULL, NULL },
	{ near_ip, none, NULL, NULL },
	{ far_ip, none, NULL, NULL },
	{ far_prefix, none, NULL, NULL },
	{ near_ip, stale_but_speaks, NULL, NULL },
	{ vni, too_long, NULL, NULL },
	{ vni, too_long_vtep, "remote-vtep", "NotSearched" },
	{ far_prefix, too_long_vrf, "vrf-route", "NotSearched" },
	{ not_there, too_long_mac, "bridge-fdb", "NotSearched" },
	{ near_mac, own_mac, NULL, NULL },
	{ near_ip, at_gateway, NULL, NULL },
	{ vni, not_configured, "configuration", "NotConfigured" },
	{ vni, waits, "configuration", "NotApplied" },
	{ vni, run_failed, "configuration", "RunFailed" },
	{ near_mac, foreign_vni, "configuration", "NotConfigured" },
	{ vni, single, NULL, NULL },
	{ near_mac, single, NULL, NULL },
	{ far_mac, single, NULL, NULL },
	{ near_ip, single, NULL, NULL },
	{ far_ip, single, NULL, NULL },
	{ vni, single_small, NULL, NULL },
	{ far_ip, single_no_svi, NULL, NULL },
	{ vni, single_no_vlan, "vxlan", "VniMismatch" },
	{ vni, single_peer, "bridge-port", "NotInVlan" },
	{ near_mac, single_trunk, "host-bridge", "NotInVlan" },
	{ vni, single_bridge, "host-bridge", "NotInBridge" },
	{ vni, host_gone, "host-device", "DeviceMissing" },
	{ near_mac, host_down, "host-device", "DeviceDown" },
	{ near_ip, no_carrier, "host-device", "NoCarrier" },
	{ near_mac, wrong_bridge, "host-bridge", "NotInBridge" },
	{ near_mac, port_lost, "bridge-port", "NotInBridge" },
	{ vni, port_blocked, "bridge-port", "PortBlocked" },
	{ far_mac, bridge_down, "bridge", "DeviceDown" },
	{ far_mac, no_netns, "bridge", "NotRead" },
	{ vni, vxlan_down, "vxlan", "DeviceDown" },
	{ vni, vxlan_vtep, "vxlan", "VtepMismatch" },
	{ vni, small_mtu, "mtu", "MtuTooSmall" },
	{ far_mac, host_mtu, "mtu", "MtuMismatch" },
	{ near_mac, no_fdb, "bridge-fdb", "NoFdbEntry" },
	{ far_mac, no_fdb, "bridge-fdb", "NoFdbEntry" },
	{ far_mac, no_vxlan_fdb, "bridge-fdb", "NoFdbEntry" },
	{ far_mac, fdb_vtep, "bridge-fdb", "VtepMismatch" },
	{ not_there, none, "bridge-fdb", "NeverSeen" },
	{ not_there, no_vni, "bridge-fdb", "NeverSeen" },
	{ near_ip, neighbor_stale, "neighbor", "NeighborStale" },
	{ near_ip, neighbor_failed, "neighbor", "NeighborFailed" },
	{ near_ip, neighbor_gone, "neighbor", "NoNeighbor" },
	{ far_ip, neighbor_gone, "neighbor", "NoNeighbor" },
	{ far_ip, arp_wrong, "arp-suppression", "SuppressedArp" },
	{ far_ip, mac_unreachable, "arp-suppression", "SuppressedArp" },
	{ far_ip, two_macs, "address", "TwoMacs" },
	{ vni, zebra_lacks, "zebra-vni", "VniUnknown" },
	{ vni, bgp_lacks, "bgp-vni", "VniNotAnnounced" },
	{ near_mac, no_bgpd, "daemons", "DaemonMissing" },
	{ far_mac, no_plugin, "daemons", "NotAsked" },
	{ far_mac, session_down, "session", "SessionDown" },
	{ not_there, session_down, "session", "SessionDown" },
	{ vni, no_session, "session", "SessionDown" },
	{ vni, no_family, "session", "FamilyMissing" },
	{ near_mac, zebra_mac_gone, "zebra-mac", "MacUnknown" },
	{ far_mac, zebra_mac_gone, "zebra-mac", "MacUnknown" },
	{ near_mac, zebra_duplicate, "zebra-mac", "DuplicateMac" },
	{ near_mac, zebra_far, "zebra-mac", "PlaceMismatch" },
	{ far_mac, zebra_near, "bridge-fdb", "NoFdbEntry" },
	{ far_mac, zebra_vtep, "zebra-mac", "VtepMismatch" },
	{ near_ip, zebra_ip_gone, "zebra-neighbor", "NeighborUnknown" },
	{ near_ip, zebra_ip_inactive, "zebra-neighbor", "NeighborInactive" },
	{ far_ip, zebra_ip_duplicate, "zebra-neighbor", "DuplicateAddress" },
	{ near_ip, zebra_ip_far, "zebra-neighbor", "PlaceMismatch" },
	{ near_mac, own_gone, "own-route", "VniNotAnnounced" },
	{ vni, own_hop, "own-route", "NextHopMismatch" },
	{ near_ip, own_kept, "own-route", "NothingAnnounced" },
	{ far_mac, route_gone, "route", "NoRoute" },
	{ far_mac, other_rt, "import", "RouteTargetMismatch" },
	{ far_ip, other_rt, "import", "RouteTargetMismatch" },
	{ far_mac, same_rt, "import", "NotImported" },
	{ far_mac, hop_unresolved, "next-hop", "NextHopUnresolved" },
	{ far_mac, hop_invalid, "next-hop", "NextHopUnresolved" },
	{ vni, hop_unresolved, "remote-vtep", "NextHopUnresolved" },
	{ far_mac, no_way, "remote-vtep", "NextHopUnresolved" },
	{ vni, own_vtep, "remote-vtep", "VtepMismatch" },
	{ vni, no_type3, "remote-vtep", "NoMulticastRoute" },
	{ vni, zebra_lacks_vtep, "remote-vtep", "VtepUnknown" },
	{ vni, no_flood, "remote-vtep", "NoFloodEntry" },
	{ vni, no_vtep, "remote-vtep", "NoRemoteVtep" },
	{ vni, stranger, "import", "RouteTargetMismatch" },
	{ vni, stranger_hop, "next-hop", "NextHopUnresolved" },
	{ far_prefix, here, NULL, NULL },
	{ far_prefix, here_alone, "own-route", "VniNotAnnounced" },
	{ far_prefix, here_host, "host-session", "SessionDown" },
	{ far_prefix, vrf_down, "vrf", "DeviceDown" },
	{ far_prefix, vrf_no_route, "vrf-route", "NoRoute" },
	{ far_prefix, vrf_not_imported, "import", "RouteTargetMismatch" },
	{ far_prefix, vrf_not_installed, "vrf-route", "NotInKernel" },
	{ far_prefix, hop_no_neighbor, "router-mac", "NoNeighbor" },
	{ far_prefix, hop_other_mac, "router-mac", "RouterMacMismatch" },
	{ far_prefix, hop_no_fdb, "router-mac", "NoFdbEntry" },
	{ far_prefix, hop_other_vtep, "router-mac", "VtepMismatch" },
};

START_TEST(names_the_link)
{
	const struct explain_link *first;

	cases[_i].subject();
	cases[_i].fault();
	explain_walk(&facts, &chain);
	first = explain_first(&chain);
	ck_assert_msg((first != NULL) == (cases[_i].link != NULL), "case %d: %s %s: %s", _i, first ? first->id : "ok",
		      first ? first->reason : "", first ? first->seen : "");
	if (first) {
		ck_assert_msg(streq(first->id, cases[_i].link) && streq(first->reason, cases[_i].reason),
			      "case %d: %s %s in place of %s %s: %s", _i, first->id, first->reason, cases[_i].link,
			      cases[_i].reason, first->seen);
		ck_assert_msg(first->next && first->next[0], "case %d: nothing to check next", _i);
	}
	ck_assert_uint_gt(chain.n_links, 0);
	for (size_t i = 0; i < chain.n_links; i++) {
		ck_assert(chain.links[i].seen[0] != '\0');
		ck_assert((chain.links[i].verdict == EXPLAIN_OK) == (chain.links[i].reason[0] == '\0'));
	}
	explain_chain_clear(&chain);
	explain_facts_clear(&facts);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("explain");

	tcase_add_loop_test(tcase, names_the_link, 0, (int)ARRAY_LEN(cases));
	return unit_run("explain", tcase);
}
