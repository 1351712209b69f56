/* SPDX-License-Identifier: Apache-2.0 */
/*
 * look.h - reads single objects of one namespace: a link, the entries of a MAC or an address, the way to an address
 *
 * read.h reads all links of both namespaces for a run; this is for a question about one MAC or one address. What the kernel can
 * find by itself costs one request, however many entries there are. Only a search over all bridges reads all entries, and keeps
 * those that match. Nothing is changed, and nothing is kept between calls.
 */
#pragma once

#include <linux/neighbour.h>

#include "evpn-plugin.h"
#include "kernel/rtnl.h"
#include "model/net.h"

/* A link, with what struct net_link, which is for comparing, lacks. */
struct look_link {
	bool found; /* false: there is no such link, and nothing else is set */
	struct net_link link; /* its names of other links are empty; `master` is the one exception */
	bool carrier;
	bool forwards; /* as a port of a bridge; true if it is no port */
	int master; /* its index; 0: none */
};

/* An entry of an FDB, or a neighbor. */
struct look_entry {
	int ifindex, master; /* the device it is on; of an FDB entry: the bridge, 0: the device's own entry */
	char device[IFNAMSIZ], bridge[IFNAMSIZ]; /* their names; "": none, or gone meanwhile */
	uint16_t state; /* NUD_... */
	uint8_t flags; /* NTF_... */
	bool has_mac;
	uint8_t mac[6];
	struct ipaddr ip; /* of a neighbor: its address; of a VXLAN's FDB entry: the VTEP; else unset */
	uint32_t age_s; /* of a neighbor: seconds since its state has changed */
	uint16_t vlan; /* of an FDB entry: its VLAN of a bridge that filters them; 0: none */
	uint32_t vni; /* of the FDB entry of a VXLAN that serves several VNIs: which one; 0: none */
};

/* A search keeps so many entries at most. */
#define LOOK_ENTRIES_MAX 64

struct look_entries {
	struct look_entry items[LOOK_ENTRIES_MAX];
	size_t n_items;
	size_t n_more; /* entries that match and are not kept */
};

/* How the kernel would send a packet. */
struct look_way {
	bool found; /* false: no route, or one that refuses */
	char device[IFNAMSIZ];
	uint32_t mtu; /* of the device, or of the route if that is smaller; bytes */
	struct ipaddr via; /* unset: the destination is directly connected */
	bool local; /* the address is one of this namespace */
};

/* Each returns 0, also if there is no such object, or <0: the kernel refuses the request, err says which. */

int look_link(struct rtnl *rtnl, const char *name, struct look_link *ret_link, struct evpn_error *err);

/* A MAC in the FDB of a bridge, or a VXLAN's own. */
struct look_fdb_key {
	int ifindex; /* look_fdb_all(): 0: of all devices */
	uint8_t mac[6];
	uint16_t vlan; /* of a bridge that filters VLANs; 0: none */
	uint32_t
		vni; /* of a VXLAN that serves several VNIs; 0: of a VXLAN with one, of a bridge; look_fdb_all(): any */
};

/* The entry in the FDB of a bridge; of a VXLAN's own FDB with `bridge` false. `*ret_found`: whether there is one. */
int look_fdb(struct rtnl *rtnl, const struct look_fdb_key *key, bool bridge, struct look_entry *ret_entry,
	     bool *ret_found, struct evpn_error *err);

/* The entries of a MAC. A VXLAN has one entry of 00:00:00:00:00:00 for each remote VTEP, and each VNI if it serves several. */
int look_fdb_all(struct rtnl *rtnl, const struct look_fdb_key *key, struct look_entries *ret_entries,
		 struct evpn_error *err);

/* A VLAN of a bridge's port. */
struct look_vlan {
	uint16_t vid;
	uint32_t vni; /* in which a port with vlan_tunnel sends it; 0: in none */
};

/* The VLAN `vid` of the port; if that is 0, the one that it sends in `vni`. All of `*ret_vlan` is 0: there is none. */
int look_vlan(struct rtnl *rtnl, int ifindex, const struct look_vlan *key, struct look_vlan *ret_vlan,
	      struct evpn_error *err);

/* The neighbor on one device. */
int look_neighbor(struct rtnl *rtnl, int ifindex, const struct ipaddr *ip, struct look_entry *ret_entry,
		  bool *ret_found, struct evpn_error *err);

/* The neighbors with this address on all devices. */
int look_neighbors(struct rtnl *rtnl, const struct ipaddr *ip, struct look_entries *ret_entries,
		   struct evpn_error *err);

/* The way to an address, in the VRF whose device has this index; 0: in none. */
int look_way(struct rtnl *rtnl, const struct ipaddr *ip, int vrf, struct look_way *ret_way, struct evpn_error *err);
