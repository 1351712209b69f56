/* SPDX-License-Identifier: Apache-2.0 */
/* explain_case.c - see explain_case.h */
#include <check.h>

#include "base/util.h"
#include "explain_case.h"

struct config_l2vni l2;
struct explain_facts facts;

static struct config config;
static struct config_l3vni l3;

struct look_link link_of(const char *name, const char *master, enum net_kind kind)
{
	struct look_link link = { .found = true, .carrier = true, .forwards = true };

	net_set_name(link.link.name, name);
	net_set_name(link.link.master, master);
	link.link.kind = kind;
	link.link.up = true;
	link.link.mtu = 1450;
	return link;
}

struct look_entry entry_of(const char *device, const uint8_t last, const char *ip)
{
	struct look_entry entry = { .has_mac = true, .mac = { 2, 0, 0, 0, 0x11, last }, .state = NUD_REACHABLE };

	net_set_name(entry.device, device);
	if (ip)
		ck_assert(ipaddr_parse(ip, false, &entry.ip));
	return entry;
}

struct evpn_show_path path_of(int type, bool own, const char *hop)
{
	struct evpn_show_path path = { .type = type, .own = own, .valid = true, .best = true, .vni = 110, .seq = -1 };

	strcpy(path.rd, own ? "100.65.0.2:2" : "100.64.0.2:2");
	strcpy(path.next_hop, hop);
	strcpy(path.peer, own ? "" : "192.168.11.2");
	strcpy(path.rts.items[0], own ? "64514:110" : "64512:110");
	path.rts.n_items = 1;
	return path;
}

void add_path(struct evpn_show_paths *paths, struct evpn_show_path path)
{
	paths->items[paths->n_items++] = path;
}

static void add_vtep(void)
{
	struct explain_vtep *vtep = &facts.vteps[facts.n_vteps++];

	facts.n_all_vteps = facts.n_vteps;
	ck_assert(ipaddr_parse(FAR, false, &vtep->ip));
	strcpy(vtep->text, FAR);
	vtep->in_zebra = vtep->announced = vtep->floods = true;
	vtep->way = (struct look_way){ .found = true, .mtu = 1500, .device = "eth1" };
	ck_assert(ipaddr_parse("192.168.11.2", false, &vtep->way.via));
}

/* What all subjects share: a VNI that works, a session, the remote VTEP. */
static void common(enum explain_kind kind)
{
	struct health_item *session;

	config = (struct config){ 0 };
	ck_assert(ipaddr_parse(VTEP, false, &config.underlay.vtep));
	l2 = (struct config_l2vni){ .vni = 110, .host = { .set = true, .interface = "lan110", .peer = "pe110" } };
	facts.config = &config;
	facts.l2 = &l2;
	facts.subject.kind = kind;
	facts.subject.vni = 110;
	facts.host = link_of("lan110", "", NET_KIND_VETH);
	facts.peer = link_of("pe110", "br110", NET_KIND_VETH);
	facts.bridge = link_of("br110", "", NET_KIND_BRIDGE);
	facts.vxlan = link_of("vni110", "br110", NET_KIND_VXLAN);
	facts.vxlan.link.vni = 110;
	facts.vxlan.link.local = config.underlay.vtep;
	facts.vxlan.link.neigh_suppress = true;
	facts.has_zebra = facts.has_bgpd = true;
	health_add(&facts.zebra_vni, HEALTH_VNI, "VNI 110", HEALTH_FINE, NULL);
	health_add(&facts.bgp_vni, HEALTH_VNI, "VNI 110", HEALTH_FINE, NULL);
	session = health_add(&facts.sessions, HEALTH_SESSION, "192.168.11.2", HEALTH_FINE, NULL);
	session->fabric = true;
	strcpy(session->state, "Established");
	strcpy(facts.bgp.rd, "100.65.0.2:2");
	strcpy(facts.bgp.imports.items[0], "64514:110");
	facts.bgp.imports.n_items = 1;
	add_vtep();
}

static void rename_device(struct look_entry *entry)
{
	if (strcmp(entry->device, "vni110") == 0)
		net_set_name(entry->device, NET_SINGLE_VXLAN);
	else if (strcmp(entry->device, "pe110") == 0)
		net_set_name(entry->device, "pe-trunk");
}

void in_single_mode(void)
{
	config.vxlan.single = true;
	config.trunk =
		(struct config_host){ .set = true, .interface = "trunk0", .peer = "pe-trunk", .bridge = "br-hosts" };
	l2.vlan = 10;
	l2.host.set = false;
	strcpy(l2.vrf, "red");
	facts.vlan = 10;
	facts.host_has_vlan = facts.peer_has_vlan = true;
	facts.host = link_of("trunk0", "br-hosts", NET_KIND_VETH);
	facts.host_bridge = link_of("br-hosts", "", NET_KIND_BRIDGE);
	facts.peer = link_of("pe-trunk", NET_SINGLE_BRIDGE, NET_KIND_VETH);
	facts.bridge = link_of("br110", "red", NET_KIND_VLAN);
	net_set_name(facts.vxlan.link.name, NET_SINGLE_VXLAN);
	net_set_name(facts.vxlan.link.master, NET_SINGLE_BRIDGE);
	facts.vxlan.link.external = true;
	facts.vxlan.link.vni = 0;
	rename_device(&facts.fdb);
	rename_device(&facts.vxlan_fdb);
}

void vni(void)
{
	common(EXPLAIN_VNI);
	add_path(&facts.own, path_of(3, true, VTEP));
	facts.own.n_sent = 1;
	add_path(&facts.multicast, path_of(3, false, FAR));
}

void near_mac(void)
{
	common(EXPLAIN_MAC);
	strcpy(facts.subject.mac, NEAR_M);
	facts.has_fdb = true;
	facts.fdb = entry_of("pe110", 1, NULL);
	facts.mac = (struct evpn_show_entry){ .place = EVPN_LOCAL, .device = "pe110" };
	add_path(&facts.own, path_of(2, true, VTEP));
	add_path(&facts.received, path_of(2, true, VTEP));
	facts.own.n_sent = 1;
}

void far_mac(void)
{
	common(EXPLAIN_MAC);
	strcpy(facts.subject.mac, FAR_M);
	facts.has_fdb = facts.has_vxlan_fdb = true;
	facts.fdb = entry_of("vni110", 2, NULL);
	facts.vxlan_fdb = entry_of("vni110", 2, FAR);
	facts.mac = (struct evpn_show_entry){ .place = EVPN_REMOTE, .vtep = FAR };
	add_path(&facts.received, path_of(2, false, FAR));
	add_path(&facts.imported, path_of(2, false, FAR));
}

static void address(const char *ip, const char *mac)
{
	facts.subject.kind = EXPLAIN_IP;
	ck_assert(ipaddr_parse(ip, false, &facts.subject.ip));
	facts.has_neighbor = true;
	facts.entry = facts.mac;
	strcpy(facts.entry.mac, mac);
	strcpy(facts.macs_of_ip[0], mac);
	facts.n_macs_of_ip = 1;
}

void near_ip(void)
{
	near_mac();
	address("10.11.0.1", NEAR_M);
	facts.neighbor = entry_of("br110", 1, "10.11.0.1");
}

void far_ip(void)
{
	far_mac();
	address("10.11.0.2", FAR_M);
	facts.neighbor = entry_of("br110", 2, "10.11.0.2");
	facts.neighbor.state = NUD_NOARP;
	facts.neighbor.flags = NTF_EXT_LEARNED;
}

/* An address behind an L3VNI, at another node. */
void far_prefix(void)
{
	common(EXPLAIN_IP);
	l3 = (struct config_l3vni){ .vni = 100, .vrf = "red" };
	facts.l2 = NULL;
	facts.l3 = &l3;
	facts.subject.vni = 100;
	ck_assert(ipaddr_parse("10.244.0.6", false, &facts.subject.ip));
	facts.vrf = link_of("red", "", NET_KIND_VRF);
	facts.bridge = link_of("br100", "red", NET_KIND_BRIDGE);
	facts.vxlan = link_of("vni100", "br100", NET_KIND_VXLAN);
	facts.vxlan.link.vni = 100;
	facts.vxlan.link.local = config.underlay.vtep;
	facts.way = (struct look_way){ .found = true, .device = "br100", .mtu = 1450 };
	ck_assert(ipaddr_parse(FAR, false, &facts.way.via));
	facts.has_hop_neighbor = facts.has_hop_fdb = true;
	facts.hop_neighbor = entry_of("br100", 9, FAR);
	facts.hop_fdb = entry_of("vni100", 9, FAR);
	strcpy(facts.hop_mac, "02:00:00:00:11:09");
}

void not_there(void)
{
	common(EXPLAIN_MAC);
	strcpy(facts.subject.mac, "02:00:00:00:77:77");
}
