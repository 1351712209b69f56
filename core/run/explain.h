/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain.h - where the way of a VNI, a MAC or an address through this node breaks
 *
 * The way is a chain of links: host device, bridge port, FDB or neighbor in FRR's namespace, zebra, bgpd's route, session, next hop,
 * remote VTEP. explain_facts has what the kernel and FRR show of one subject; explain_walk() turns it into a chain, link by link, and
 * is pure. explain_ask.h collects the facts. The links that health checks also judge (VNIs, sessions, next hops) are judged by the
 * same functions and have the same reasons (frr/health.h).
 *
 * The order is that of cause and effect, so that the first broken link is the one to look at: of a local MAC from the host to the
 * fabric, of a remote one from the session to the FDB.
 */
#pragma once

#include "config/config.h"
#include "frr/evpn_show.h"
#include "frr/health.h"
#include "kernel/look.h"

enum explain_kind { EXPLAIN_VNI, EXPLAIN_MAC, EXPLAIN_IP };

struct explain_subject {
	enum explain_kind kind;
	uint32_t vni; /* 0: not given */
	char vrf[IFNAMSIZ]; /* of an address; "": not given */
	char mac[18]; /* "02:00:00:00:00:05" */
	struct ipaddr ip;
};

/* A remote VTEP. */
struct explain_vtep {
	struct ipaddr ip;
	char text[IPADDR_TEXT_SIZE];
	bool in_zebra; /* zebra has it for the VNI */
	bool announced; /* bgpd has a route of type 3 of it in the VNI */
	bool floods; /* the VXLAN's FDB has an entry for it, to which unknown MACs and broadcast go */
	struct look_way way;
};
#define EXPLAIN_VTEPS 16

/* The state of the run, as far as it decides what can be there. */
enum explain_applied {
	EXPLAIN_APPLIED,
	EXPLAIN_NOT_CONFIGURED, /* evpn.conf does not have the VNI or the VRF */
	EXPLAIN_NOT_APPLIED, /* the run could not make the VNI; or evpnd waits; or is taken down */
	EXPLAIN_RUN_FAILED, /* the last run failed, but not in this VNI */
};

/* Owns its texts and reports. */
struct explain_facts {
	struct explain_subject subject; /* vni: where the subject was found, if it was not given */
	const struct config *config; /* NULL: none yet */
	const struct config_l2vni *l2; /* the subject's VNI: one of the two, or none */
	const struct config_l3vni *l3;
	enum explain_applied applied;
	char *applied_why; /* NULL with EXPLAIN_APPLIED */
	uint32_t foreign_vni; /* a route has the subject in this VNI, which evpn.conf does not have; 0: none */
	uint32_t others[8]; /* further VNIs in which the subject is */
	size_t n_others;

	/* The kernel. */
	char *unread; /* why FRR's namespace could not be read; NULL: it was */
	struct look_link host, host_bridge, peer, bridge, vxlan, vrf;
	uint16_t vlan; /* single mode: that of the single bridge which is sent in the VNI; 0: none */
	bool host_has_vlan,
		peer_has_vlan; /* whether the ports on the host's bridge and on the single one are in the VNI's VLAN */
	bool has_fdb, has_vxlan_fdb, has_neighbor;
	struct look_entry fdb, vxlan_fdb, neighbor; /* in the FDB of the bridge; in the VXLAN's own; on the bridge */
	struct look_way way; /* of an address in a VRF */
	bool has_hop_neighbor,
		has_hop_fdb; /* of an L3VNI's next hop: on the bridge its router MAC, of that the VXLAN's entry */
	struct look_entry hop_neighbor, hop_fdb;

	/* FRR. */
	char *unasked; /* why it could not be asked; NULL: it was */
	bool has_zebra, has_bgpd; /* whether the daemon answered */
	struct health_report daemons, zebra_vni, bgp_vni, sessions, next_hops;
	struct evpn_show_vni bgp;
	struct evpn_show_entry mac, entry; /* zebra's MAC; zebra's neighbor */
	struct evpn_show_paths received; /* the subject's routes in the global table: of all nodes, all route targets */
	struct evpn_show_paths imported; /* those in the VNI's table, or an address's in the VRF's */
	struct evpn_show_paths own; /* this node's, with the number of neighbors that get them */
	struct evpn_show_paths multicast; /* routes of type 3 in the VNI's table */
	struct evpn_show_paths strangers; /* routes of type 3 for the VNI that are not in its table */
	char macs_of_ip[4][18]; /* MACs that routes in the VNI's table bind to the address */
	size_t n_macs_of_ip;
	char *unsearched; /* why a table could not be searched for the subject; NULL: those that were asked for were */
	bool others_have_ip; /* a route of the global table has the address, and the VNI's table does not */
	char hop_mac[18]; /* the router MAC that zebra has for an L3VNI's next hop */
	struct explain_vtep
		vteps[EXPLAIN_VTEPS]; /* the remote VTEPs of the VNI, or the one behind which the subject is */
	size_t n_vteps, n_all_vteps;
};

void explain_facts_clear(struct explain_facts *facts);

enum explain_verdict { EXPLAIN_OK, EXPLAIN_BROKEN, EXPLAIN_UNKNOWN };

/* Where a command is to be typed. */
enum explain_where { EXPLAIN_ON_HOST, EXPLAIN_IN_NETNS, EXPLAIN_IN_FRR, EXPLAIN_ELSEWHERE };

struct explain_link {
	const char *id, *name; /* for programs, for people */
	char label[64]; /* what is behind the name: "100.64.0.2"; "": nothing */
	enum explain_verdict verdict;
	const char *reason; /* for programs; "" with EXPLAIN_OK */
	char *seen; /* a sentence */
	char *next; /* what to check next: a command, elsewhere a sentence; NULL with EXPLAIN_OK */
	enum explain_where where;
};

struct explain_chain {
	struct explain_link *links;
	size_t n_links;
	enum evpn_show_place place; /* of a MAC or an address */
};

/* The chain of these facts. The caller clears it. */
void explain_walk(const struct explain_facts *facts, struct explain_chain *chain);
void explain_chain_clear(struct explain_chain *chain);

/* The first broken link; without one the first unknown one; NULL: all are fine. */
const struct explain_link *explain_first(const struct explain_chain *chain);

const char *explain_verdict_name(enum explain_verdict verdict);
const char *explain_where_name(enum explain_where where);
