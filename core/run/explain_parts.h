/* SPDX-License-Identifier: Apache-2.0 */
/* explain_parts.h - between the explain_*.c that make the chain; no other file needs it */
#pragma once

#include "base/util.h"
#include "run/explain.h"

/* Each adds one link. The sentence says what was seen; the link is valid until the next one is added. */
void explain_ok(struct explain_chain *chain, const char *id, const char *name, const char *seen, ...)
	__attribute__((format(printf, 4, 5)));
struct explain_link *explain_bad(struct explain_chain *chain, const char *id, const char *name, const char *reason,
				 const char *seen, ...) __attribute__((format(printf, 5, 6)));
struct explain_link *explain_unsure(struct explain_chain *chain, const char *id, const char *name, const char *reason,
				    const char *seen, ...) __attribute__((format(printf, 5, 6)));
/* What to check next. */
void explain_next(struct explain_link *link, enum explain_where where, const char *command, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds the link if bgpd's tables could not be searched: then that nothing was found says nothing. */
bool explain_unsearched(const struct explain_facts *facts, const char *id, const char *name,
			struct explain_chain *chain);

/* "02:00:00:00:00:05" */
const char *explain_mac_text(const uint8_t mac[6], char buf[18]);

/* How many bytes the headers of VXLAN add. */
unsigned int explain_overhead(const struct explain_facts *facts);
/* "br110", "vni110". */
const char *explain_bridge(const struct explain_facts *facts, char buf[IFNAMSIZ]);
/* The bridge that has the VNI's ports and their FDB. In single mode all VNIs share it, and explain_bridge() is the VNI's SVI. */
const char *explain_switch(const struct explain_facts *facts, char buf[IFNAMSIZ]);
const char *explain_vxlan(const struct explain_facts *facts, char buf[IFNAMSIZ]);
/* The pair between the VNI and the host. NULL: there is none. */
const struct config_host *explain_pair(const struct explain_facts *facts);
/* Whether a device has addresses and neighbors in the VNI: in single mode not without a VRF. */
bool explain_has_svi(const struct explain_facts *facts);
/* " vlan 110", for commands about the single bridge; "" if the VNI has a bridge of its own. */
#define EXPLAIN_VLAN_SIZE 16
const char *explain_vlan(const struct explain_facts *facts, char buf[EXPLAIN_VLAN_SIZE]);
/* For tcpdump on the host's end: in which frames the VNI comes there. "vlan 110 and " on the trunk, else "". */
const char *explain_tag(const struct explain_facts *facts, char buf[EXPLAIN_VLAN_SIZE]);

/* explain_device.c: from evpn.conf to the VXLAN. */
void explain_configuration(const struct explain_facts *facts, struct explain_chain *chain);
void explain_host(const struct explain_facts *facts, struct explain_chain *chain);
void explain_devices(const struct explain_facts *facts, struct explain_chain *chain);
/* The last link: small packets pass. */
void explain_mtu(const struct explain_facts *facts, struct explain_chain *chain);

/* explain_frr.c: the daemons, the VNI in zebra and bgpd, the sessions; how this node's routes go out. */
void explain_daemons(const struct explain_facts *facts, struct explain_chain *chain);
void explain_zebra_vni(const struct explain_facts *facts, struct explain_chain *chain);
void explain_bgp_vni(const struct explain_facts *facts, struct explain_chain *chain);
void explain_session(const struct explain_facts *facts, struct explain_chain *chain);
/* explain_chain.c: what every subject in a VNI needs: the node up to FRR's daemons; then the VNI in zebra and bgpd, and the sessions. */
void explain_node(const struct explain_facts *facts, struct explain_chain *chain);
void explain_evpn(const struct explain_facts *facts, struct explain_chain *chain);
/* Of an L3VNI: the sessions with the host. */
void explain_host_session(const struct explain_facts *facts, struct explain_chain *chain);
void explain_own_route(const struct explain_facts *facts, struct explain_chain *chain);
/* How the subject's routes of other nodes come in: received, next hop, import. False: there is none. */
void explain_remote_route(const struct explain_facts *facts, struct explain_chain *chain);

/* explain_vtep.c: the remote VTEPs. */
void explain_vni_vteps(const struct explain_facts *facts, struct explain_chain *chain);
void explain_vtep_way(const struct explain_facts *facts, const struct explain_vtep *vtep, struct explain_chain *chain);

/* explain_mac.c, explain_ip.c */
void explain_mac(const struct explain_facts *facts, struct explain_chain *chain);
void explain_ip(const struct explain_facts *facts, struct explain_chain *chain);
void explain_vrf(const struct explain_facts *facts, struct explain_chain *chain);
/* Where the subject's MAC is, by what the kernel, zebra and bgpd show. */
enum evpn_show_place explain_place(const struct explain_facts *facts);
/* Whether the MAC is that of the bridge itself. */
bool explain_is_own_mac(const struct explain_facts *facts);
void explain_local_mac(const struct explain_facts *facts, struct explain_chain *chain);
void explain_remote_mac(const struct explain_facts *facts, struct explain_chain *chain);
