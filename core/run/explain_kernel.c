/* SPDX-License-Identifier: Apache-2.0 */
/* explain_kernel.c - the facts that the kernel has; see explain_ask.h */
#include <stdio.h>

#include "base/util.h"
#include "run/explain_ask_parts.h"
#include "run/explain_parts.h"

/* What one look needs: it is opened for each look, since a socket keeps FRR's namespace alive. */
struct look {
	struct rtnl *rtnl[NET_NS_COUNT];
	struct evpn_error err;
};

static void close_look(struct look *look)
{
	for (int ns = 0; ns < NET_NS_COUNT; ns++)
		rtnl_close(look->rtnl[ns]);
}

/* The first reason counts. */
static void note(struct explain_facts *facts, const char *why)
{
	if (!facts->unread)
		facts->unread = xstrdup(why);
}

/* True: FRR's namespace can be read. */
static bool open_look(const struct daemon *daemon, struct explain_facts *facts, struct look *look)
{
	const int *fd = daemon->run.netns_fd;

	*look = (struct look){ 0 };
	for (int ns = 0; ns < NET_NS_COUNT; ns++)
		if (fd[ns] >= 0 && rtnl_open(fd[ns], &look->rtnl[ns], &look->err) < 0)
			note(facts, look->err.msg);
	if (fd[NET_NS_FRR] < 0)
		note(facts, "FRR's network namespace is not open: evpnd has not found it, or FRR has ended");
	return look->rtnl[NET_NS_FRR] != NULL;
}

/* A request that the kernel has refused: what depends on it is not known. */
static void note_refusal(struct explain_facts *facts, int r, const struct look *look)
{
	if (r < 0)
		note(facts, look->err.msg);
}

/* The VNI of a device of evpnd's: "br110", "vni110". 0: it is none. */
static uint32_t vni_of(const char *device)
{
	const char *digits = device + strcspn(device, "0123456789");
	char name[IFNAMSIZ];
	uint32_t vni = (uint32_t)strtoul(digits, NULL, 10);

	net_name_bridge(vni, name);
	if (vni && streq(device, name))
		return vni;
	net_name_vxlan(vni, name);
	return vni && streq(device, name) ? vni : 0;
}

/* The first VNI is the subject's, the others are named beside it. */
static void take_place(struct explain_facts *facts, uint32_t vni)
{
	if (!vni || vni == facts->subject.vni)
		return;
	for (size_t i = 0; i < facts->n_others; i++)
		if (facts->others[i] == vni)
			return;
	if (!facts->subject.vni)
		explain_set_vni(facts, vni);
	else if (facts->n_others < ARRAY_LEN(facts->others))
		facts->others[facts->n_others++] = vni;
}

/* In single mode the entry's VLAN says it, or the VNI of the VXLAN's own entry. The devices are those of all VNIs. */
static int find_shared(struct look *look, const struct look_entry *entry, uint32_t *ret_vni)
{
	const struct look_vlan key = { .vid = entry->vlan };
	struct look_vlan found = { 0 };
	int r = 0;

	if (!entry->vni && entry->vlan && streq(entry->bridge, NET_SINGLE_BRIDGE))
		r = look_vlan(look->rtnl[NET_NS_FRR], rtnl_ifindex(look->rtnl[NET_NS_FRR], NET_SINGLE_VXLAN), &key,
			      &found, &look->err);
	*ret_vni = entry->vni ? entry->vni : found.vni;
	return r;
}

static int find_entries(struct look *look, const struct look_entries *entries, struct explain_facts *facts)
{
	int r = 0;

	for (size_t i = 0; i < entries->n_items && r == 0; i++) {
		uint32_t vni = vni_of(entries->items[i].bridge);

		if (facts->config->vxlan.single)
			r = find_shared(look, &entries->items[i], &vni);
		take_place(facts, vni ? vni : vni_of(entries->items[i].device));
	}
	return r;
}

/* The VRF that has a route to the address. */
static void find_vrf(struct look *look, struct explain_facts *facts)
{
	const struct config *config = facts->config;

	for (size_t i = 0; i < config->n_l3vnis; i++) {
		struct look_link vrf = { 0 };
		struct look_way way = { 0 };

		if (look_link(look->rtnl[NET_NS_FRR], config->l3vnis[i].vrf, &vrf, &look->err) == 0 && vrf.found &&
		    look_way(look->rtnl[NET_NS_FRR], &facts->subject.ip, vrf.link.ifindex, &way, &look->err) == 0 &&
		    way.found)
			take_place(facts, config->l3vnis[i].vni);
	}
}

static void parse_mac(const char *text, uint8_t mac[6])
{
	for (int i = 0; i < 6; i++)
		mac[i] = (uint8_t)strtoul(text + 3 * i, NULL, 16);
}

void explain_kernel_find(const struct daemon *daemon, struct explain_facts *facts)
{
	struct look_entries *entries;
	struct look look;
	struct look_fdb_key key = { 0 };
	int r = 0;

	if (facts->subject.vni || facts->subject.vrf[0] || facts->subject.kind == EXPLAIN_VNI || !facts->config)
		return;
	if (open_look(daemon, facts, &look)) {
		entries = xcalloc(1, sizeof(*entries));
		if (facts->subject.kind == EXPLAIN_MAC) {
			parse_mac(facts->subject.mac, key.mac);
			r = look_fdb_all(look.rtnl[NET_NS_FRR], &key, entries, &look.err);
		} else {
			r = look_neighbors(look.rtnl[NET_NS_FRR], &facts->subject.ip, entries, &look.err);
		}
		if (r == 0)
			r = find_entries(&look, entries, facts);
		if (facts->subject.kind == EXPLAIN_IP && !facts->subject.vni)
			find_vrf(&look, facts);
		free(entries);
	}
	note_refusal(facts, r, &look);
	close_look(&look);
}

/* Whether a port that was found is in a VLAN. */
static int has_vlan(struct look *look, enum net_ns ns, const struct look_link *port, uint16_t vid, bool *ret)
{
	const struct look_vlan key = { .vid = vid };
	struct look_vlan found = { 0 };
	int r = port->found && vid ? look_vlan(look->rtnl[ns], port->link.ifindex, &key, &found, &look->err) : 0;

	*ret = found.vid != 0;
	return r;
}

/* Single mode: which VLAN is sent in the VNI, and whether the pair's ports are in it. */
static int read_vlans_of(struct look *look, struct explain_facts *facts)
{
	const struct config_host *host = explain_pair(facts);
	const struct look_vlan key = { .vni = facts->subject.vni };
	struct look_vlan vlan = { 0 };
	int r = 0;

	if (!facts->config->vxlan.single || !facts->vxlan.found)
		return 0;
	r = look_vlan(look->rtnl[NET_NS_FRR], facts->vxlan.link.ifindex, &key, &vlan, &look->err);
	facts->vlan = vlan.vid;
	if (r == 0 && facts->l2 && host)
		r = has_vlan(look, NET_NS_FRR, &facts->peer, vlan.vid, &facts->peer_has_vlan);
	if (r == 0 && facts->l2 && look->rtnl[NET_NS_HOST])
		r = has_vlan(look, NET_NS_HOST, &facts->host, facts->l2->vlan, &facts->host_has_vlan);
	return r;
}

static int read_devices(struct look *look, struct explain_facts *facts)
{
	const struct config_host *host = explain_pair(facts);
	struct rtnl *inner = look->rtnl[NET_NS_FRR], *outer = look->rtnl[NET_NS_HOST];
	char bridge[IFNAMSIZ], vxlan[IFNAMSIZ];
	int r = 0;

	net_name_bridge(facts->subject.vni, bridge);
	if (!explain_has_svi(facts))
		config_name_bridge(facts->config, facts->subject.vni, bridge);
	config_name_vxlan(facts->config, facts->subject.vni, vxlan);
	if (host && outer)
		r = look_link(outer, host->interface, &facts->host, &look->err);
	if (r == 0 && host && host->bridge[0] && outer)
		r = look_link(outer, host->bridge, &facts->host_bridge, &look->err);
	if (!inner || r < 0)
		return r;
	if (host)
		r = look_link(inner, host->peer, &facts->peer, &look->err);
	if (r == 0)
		r = look_link(inner, bridge, &facts->bridge, &look->err);
	if (r == 0)
		r = look_link(inner, vxlan, &facts->vxlan, &look->err);
	if (r == 0 && facts->l3)
		r = look_link(inner, facts->l3->vrf, &facts->vrf, &look->err);
	return r < 0 ? r : read_vlans_of(look, facts);
}

/* What an address needs before FRR is asked: its neighbor, or its way in the VRF. */
static int read_address(struct look *look, struct explain_facts *facts)
{
	struct rtnl *inner = look->rtnl[NET_NS_FRR];
	int r = 0;

	if (facts->subject.kind != EXPLAIN_IP)
		return 0;
	if (facts->l3 && facts->vrf.found)
		r = look_way(inner, &facts->subject.ip, facts->vrf.link.ifindex, &facts->way, &look->err);
	else if (facts->l2 && facts->bridge.found)
		r = look_neighbor(inner, facts->bridge.link.ifindex, &facts->subject.ip, &facts->neighbor,
				  &facts->has_neighbor, &look->err);
	if (r == 0 && facts->has_neighbor && facts->neighbor.has_mac)
		explain_mac_text(facts->neighbor.mac, facts->subject.mac);
	return r;
}

void explain_kernel_devices(const struct daemon *daemon, struct explain_facts *facts)
{
	struct look look;
	bool is_open;
	int r;

	if (!facts->l2 && !facts->l3)
		return;
	is_open = open_look(daemon, facts, &look);
	r = read_devices(&look, facts);
	if (r == 0 && is_open)
		r = read_address(&look, facts);
	note_refusal(facts, r, &look);
	close_look(&look);
}

/* The VXLAN's own FDB, of this VNI alone. */
static struct look_fdb_key vxlan_key(const struct explain_facts *facts)
{
	return (struct look_fdb_key){ .ifindex = facts->vxlan.link.ifindex,
				      .vni = facts->vxlan.link.external ? facts->subject.vni : 0 };
}

static int read_mac(struct look *look, struct explain_facts *facts)
{
	struct rtnl *inner = look->rtnl[NET_NS_FRR];
	struct look_fdb_key in_bridge = { .vlan = facts->vlan }, in_vxlan = vxlan_key(facts);
	char bridge[IFNAMSIZ];
	int r = 0;

	if (!facts->subject.mac[0] || !facts->l2)
		return 0;
	parse_mac(facts->subject.mac, in_bridge.mac);
	parse_mac(facts->subject.mac, in_vxlan.mac);
	config_name_bridge(facts->config, facts->subject.vni, bridge);
	in_bridge.ifindex = rtnl_ifindex(inner, bridge);
	if (in_bridge.ifindex)
		r = look_fdb(inner, &in_bridge, true, &facts->fdb, &facts->has_fdb, &look->err);
	if (r == 0 && facts->vxlan.found)
		r = look_fdb(inner, &in_vxlan, false, &facts->vxlan_fdb, &facts->has_vxlan_fdb, &look->err);
	return r;
}

/* Of an L3VNI's next hop: the VTEP's neighbor entry, and the FDB entry of its router MAC. */
static int read_hop(struct look *look, struct explain_facts *facts)
{
	struct rtnl *inner = look->rtnl[NET_NS_FRR];
	struct look_fdb_key key = vxlan_key(facts);
	int r;

	if (!facts->l3 || !ipaddr_is_set(&facts->way.via) || !facts->bridge.found || !facts->vxlan.found)
		return 0;
	r = look_neighbor(inner, facts->bridge.link.ifindex, &facts->way.via, &facts->hop_neighbor,
			  &facts->has_hop_neighbor, &look->err);
	if (r == 0 && facts->has_hop_neighbor && facts->hop_neighbor.has_mac) {
		memcpy(key.mac, facts->hop_neighbor.mac, sizeof(key.mac));
		r = look_fdb(inner, &key, false, &facts->hop_fdb, &facts->has_hop_fdb, &look->err);
	}
	return r;
}

static int read_vteps(struct look *look, struct explain_facts *facts)
{
	const struct look_fdb_key flood = vxlan_key(facts);
	_cleanup_free_ struct look_entries *entries = xcalloc(1, sizeof(*entries));
	struct rtnl *inner = look->rtnl[NET_NS_FRR];
	int r = 0;

	if (facts->subject.kind == EXPLAIN_VNI && facts->vxlan.found)
		r = look_fdb_all(inner, &flood, entries, &look->err);
	for (size_t i = 0; i < facts->n_vteps && r == 0; i++) {
		struct explain_vtep *vtep = &facts->vteps[i];

		/* Where there are more than it reads, what is missing is not known. */
		vtep->floods = entries->n_more > 0;
		for (size_t j = 0; j < entries->n_items; j++)
			vtep->floods |= ipaddr_same(&entries->items[j].ip, &vtep->ip);
		r = look_way(inner, &vtep->ip, 0, &vtep->way, &look->err);
	}
	return r;
}

void explain_kernel_entries(const struct daemon *daemon, struct explain_facts *facts)
{
	struct look look;
	int r;

	if ((!facts->l2 && !facts->l3) || facts->unread)
		return;
	if (open_look(daemon, facts, &look)) {
		r = read_mac(&look, facts);
		if (r == 0)
			r = read_hop(&look, facts);
		if (r == 0)
			r = read_vteps(&look, facts);
		note_refusal(facts, r, &look);
	}
	close_look(&look);
}
