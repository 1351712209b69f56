/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evpn_show.h - what FRR shows of one MAC, one neighbor, one VNI and its EVPN routes, as plain data; pure
 *
 * Each function reads one answer of zebra or bgpd. The answers come from a container that is not trusted: whatever they are, nothing
 * breaks, texts are cut and escaped, and lists end at a limit. An answer that is no JSON, or that lacks what is looked for, is as
 * good as none.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/ipaddr.h"

enum evpn_show_place { EVPN_NOWHERE, EVPN_LOCAL, EVPN_REMOTE, EVPN_AUTO };

/* A MAC or a neighbor of zebra's. */
struct evpn_show_entry {
	enum evpn_show_place place; /* EVPN_NOWHERE: zebra does not have it */
	char mac[18]; /* of a neighbor */
	char device[16]; /* of a local MAC */
	char vtep[IPADDR_TEXT_SIZE]; /* of a remote one */
	bool inactive; /* a neighbor whose MAC zebra does not have, or no longer */
	bool duplicate; /* frozen by duplicate address detection */
	bool gateway; /* of an anycast gateway, or of the SVI itself */
	long long local_seq, remote_seq, moves; /* the sequence numbers of mobility; moves counted by the detection */
};

/* Route targets of a VNI, or of a route; each as "64512:110". */
#define EVPN_SHOW_RTS 16
#define EVPN_SHOW_RT  32
struct evpn_show_rts {
	char items[EVPN_SHOW_RTS][EVPN_SHOW_RT];
	size_t n_items;
};

/* bgpd's VNI. */
struct evpn_show_vni {
	bool found;
	char rd[40]; /* what can be put into a command; "": bgpd shows none */
	struct evpn_show_rts imports, exports;
};

/* One path of an EVPN route. */
struct evpn_show_path {
	char rd[40]; /* "": the answer is of a VNI's table */
	char prefix[120]; /* "[2]:[0]:[48]:[02:00:00:00:00:05]" */
	int type; /* 2: MAC/IP, 3: multicast, 5: prefix */
	char mac[18], ip[IPADDR_TEXT_SIZE]; /* of type 2; ip "": none. Of type 5: the prefix, with its length. */
	uint32_t vni; /* 0: the answer does not say */
	char next_hop[IPADDR_TEXT_SIZE];
	char peer[64]; /* from whom; "": this node's own */
	bool own; /* made by this node */
	bool valid, best;
	bool unreachable; /* bgpd has no way to the next hop */
	long long seq; /* of mobility; -1: none */
	struct evpn_show_rts rts;
};

#define EVPN_SHOW_PATHS 64

struct evpn_show_paths {
	struct evpn_show_path items[EVPN_SHOW_PATHS];
	size_t n_items;
	size_t n_more; /* that are not kept */
	size_t n_sent; /* neighbors that get the route, where the answer has that */
};

/* zebra: `show evpn mac vni N mac M json', `show evpn arp-cache vni N ip A json'. */
void evpn_show_mac(const char *answer, const char *mac, struct evpn_show_entry *ret_entry);
void evpn_show_neighbor(const char *answer, struct evpn_show_entry *ret_entry);

/* zebra: the remote VTEPs in `show evpn vni N json'; at most `max`, further ones are counted only. Returns their number. */
size_t evpn_show_vteps(const char *answer, struct ipaddr *ret_vteps, size_t max);

/* zebra: those of an L3VNI, in `show evpn next-hops vni N json'. */
size_t evpn_show_next_hops(const char *answer, struct ipaddr *ret_vteps, size_t max);

/* zebra: the router MAC in `show evpn next-hops vni N ip A json'. "": none. */
void evpn_show_next_hop_mac(const char *answer, char ret_mac[18]);

/* bgpd: `show bgp l2vpn evpn vni N json'. */
void evpn_show_vni(const char *answer, struct evpn_show_vni *ret_vni);

/*
 * bgpd: the paths in any of `show bgp l2vpn evpn route ... json', and of `show bgp vrf V ... A json', which are added to those that
 * *paths has. `wanted`: only paths of which it says so; NULL: all.
 */
void evpn_show_paths(const char *answer, bool (*wanted)(const struct evpn_show_path *path, const void *arg),
		     const void *arg, struct evpn_show_paths *paths);

/*
 * The MACs that routes of type 2 bind to this address in an answer of bgpd. The text is only searched, not parsed: a VNI with 10,000
 * hosts has some MB. At most `max`; returns how many were found.
 */
size_t evpn_show_macs_of(const char *answer, const struct ipaddr *ip, char (*ret_macs)[18], size_t max);

/* Whether a route with these targets gets into a VNI with those imports. `any_as`: bgpd has derived the imports from the VNI. */
bool evpn_show_has_common_rt(const struct evpn_show_rts *route, const struct evpn_show_rts *imports, bool any_as);

/* "64512:110, 64512:120"; "none". Returns buf. */
#define EVPN_SHOW_RTS_TEXT 256
const char *evpn_show_rts_text(const struct evpn_show_rts *rts, char buf[EVPN_SHOW_RTS_TEXT]);
