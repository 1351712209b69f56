/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health.h - what works in FRR and what does not, from FRR's own answers; pure
 *
 * A successful reload does not mean that EVPN works: zebra may have missed a device, bgpd may not announce a VNI, a session
 * may be down. Each function reads one or two answers and adds an item for each object to a report: what it is, whether it
 * works, a reason for programs and a sentence for people.
 *
 * The answers come from a container that is not trusted: whatever they are, nothing breaks, and texts that get into a
 * sentence are cut and escaped.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "evpn-plugin.h"

enum health_kind {
	HEALTH_DAEMON, /* a daemon of FRR */
	HEALTH_CONFIG, /* FRR's running configuration */
	HEALTH_VNI,
	HEALTH_SESSION, /* a BGP session, of the fabric or of a VRF */
	HEALTH_VTEPS, /* the remote VTEPs */
	HEALTH_NEXT_HOP, /* of routes that FRR has learned: a remote VTEP */
};

/* The names, for programs, are those of health_reason_name(): stable, documented in evpnd(8). */
enum health_reason {
	HEALTH_FINE,
	HEALTH_DAEMON_MISSING, /* a daemon that FRR's configuration needs does not run */
	HEALTH_NO_ANSWER, /* a daemon runs, but does not answer, or not what FRR answers */
	HEALTH_CONFIG_DRIFT, /* another program has changed FRR's running configuration */
	HEALTH_VNI_UNKNOWN, /* zebra does not have the VNI */
	HEALTH_VNI_NOT_ANNOUNCED, /* bgpd does not have the VNI */
	HEALTH_VNI_TYPE_MISMATCH, /* L2 in place of L3, or the reverse */
	HEALTH_VNI_DOWN, /* an L3VNI that zebra has not brought up */
	HEALTH_VRF_MISMATCH, /* an L3VNI in another VRF */
	HEALTH_VTEP_MISMATCH, /* another local VTEP address than the configured one */
	HEALTH_ROUTER_MAC_MISMATCH,
	HEALTH_NEXT_HOP_MISMATCH, /* a route of this node with another next hop than the VTEP */
	HEALTH_NEXT_HOP_UNRESOLVED, /* no route to a remote VTEP, or only one that drops */
	HEALTH_REMOTE_VTEPS_GONE, /* there were some, and now there is none */
	HEALTH_SESSION_DOWN,
	HEALTH_SESSION_FLAPS, /* the session is established, but was lost again and again */
	HEALTH_FAMILY_MISSING, /* the session is established without EVPN */
	HEALTH_BFD_DOWN, /* the session is established, but BFD is not up */
	HEALTH_NOTHING_ANNOUNCED, /* sessions are established, and none of them gets this node's routes */
	HEALTH_ROUTES_PENDING, /* the session is established a moment ago, and the neighbor's EVPN routes have not come */
};
#define HEALTH_REASON_COUNT 20

/* "SessionDown"; "" for HEALTH_FINE. */
const char *health_reason_name(enum health_reason reason);

#define HEALTH_NAME_SIZE 96

struct health_item {
	enum health_kind kind;
	char name[HEALTH_NAME_SIZE]; /* "VNI 110", "192.168.11.2", "fe80::1 in VRF red", "bgpd" */
	enum health_reason reason;
	char *text; /* one sentence; NULL with HEALTH_FINE */
	uint32_t vni; /* HEALTH_VNI */
	bool fabric; /* HEALTH_SESSION: of the underlay, not of a VRF */
	char state[24]; /* HEALTH_SESSION: BGP's state as FRR has it */
	uint64_t uptime_s; /* HEALTH_SESSION: since it was established, or since it is down */
	uint32_t prefixes; /* HEALTH_SESSION: received and accepted, of all address families */
	uint32_t macs, neighbors, vteps; /* HEALTH_VNI: what zebra has; an L3VNI has remote VTEPs alone */
	uint32_t learned; /* HEALTH_VNI, with max_macs: MAC addresses that the kernel's bridge has learned */
	bool full; /* the same: it learns no more */
	uint64_t limit_drops; /* HEALTH_VNI, with a limit: frames of the host that were dropped since it was set */
	uint64_t silent_s; /* HEALTH_SESSION, established: since the neighbor's last message, whole seconds */
	int64_t dropped; /* HEALTH_SESSION: how often it was established and lost, since bgpd counts */
};

/* The most sessions, next hops and remote VTEPs that FRR's answers add. A leaf switch has about a hundred. */
#define HEALTH_LISTED_MAX 4096

/* What bgpd sends of one address family to the neighbors in the fabric. */
struct health_sent {
	size_t n_sessions; /* that are established and have the family */
	uint64_t n_prefixes;
};

struct health_report {
	struct health_item *items;
	size_t n_items;
	struct health_sent sent_evpn, sent_ipv4, sent_ipv6; /* by health_judge_sessions() */
	char **remote_vteps; /* addresses, as far as zebra's answer about the VNIs names them */
	size_t n_remote_vteps;
};

/* Frees what it owns and zeroes it. */
void health_report_clear(struct health_report *report);

/* Adds an item. With HEALTH_FINE the format is NULL. Returns it; it is valid until the next one is added. */
struct health_item *health_add(struct health_report *report, enum health_kind kind, const char *name,
			       enum health_reason reason, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* Gives an item another reason and sentence. */
void health_set(struct health_item *item, enum health_reason reason, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The first item that does not work, or NULL; *ret_n is how many there are. */
const struct health_item *health_first_failed(const struct health_report *report, size_t *ret_n);

/* The answers of zebra and bgpd that health_judge_vnis() takes. */
#define HEALTH_ZEBRA_VNIS "show evpn vni detail json"
#define HEALTH_BGP_VNIS	  "show bgp l2vpn evpn vni json"

/* zebra's answer about the remote VTEPs of L3VNIs, which the one above does not name. */
#define HEALTH_L3_VTEPS "show evpn next-hops vni all json"

/* What a VNI has to be like, beside the configuration. */
struct health_expected {
	const struct config *config;
	const char *router_mac; /* of the L3VNIs, "02:e5:64:41:00:02" */
	/* Whether to leave a VNI out: what made it fail is reported already. */
	bool (*skip)(void *arg, uint32_t vni);
	void *arg;
	const char *l3_vteps; /* the answer to HEALTH_L3_VTEPS; NULL: not asked */
};

/* An item for each VNI of the configuration, and the remote VTEPs. An answer may be NULL: not asked. */
void health_judge_vnis(const struct health_expected *expected, const char *zebra, const char *bgp,
		       struct health_report *report);

/*
 * An item for each BGP session that FRR has configured. Those that somebody has shut down there are left out, unless that leaves no
 * session of the fabric.
 */
#define HEALTH_SESSIONS "show bgp vrf all neighbors json"
void health_judge_sessions(const char *answer, struct health_report *report);

/*
 * By what health_judge_sessions() has counted: an item if no established session of the fabric gets an EVPN route of this node,
 * which has one for each L2VNI; and one if none gets the way to its VTEP, where the generated frr.conf announces it.
 */
void health_judge_announced(const struct config *config, struct health_report *report);

/*
 * An item for each next hop of bgpd's that FRR tracks and cannot resolve, or only by a blackhole route. Those of directly connected neighbors are left out: their
 * sessions tell.
 */
#define HEALTH_NEXT_HOPS   "show ip nht"
#define HEALTH_NEXT_HOPS_6 "show ipv6 nht"
void health_judge_next_hops(const char *answer, struct health_report *report);

/*
 * The commands that show the routes of this node for `n` VNIs, of an L2VNI the one of type 3 alone, by the route distinguishers in
 * the answer to HEALTH_BGP_VNIS. The caller frees each; NULL: bgpd has no such VNI.
 */
void health_own_routes_commands(const char *bgp_vnis, const uint32_t *vnis, size_t n, char **ret_commands);

/* Changes the item of the VNI, which health_judge_vnis() has added, if a route of this node has another next hop. */
void health_judge_own_routes(const struct config *config, uint32_t vni, const char *answer,
			     struct health_report *report);
