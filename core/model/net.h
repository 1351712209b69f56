/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net.h - the model: links, addresses, routes and sysctls of the two namespaces, as plain data
 *
 * The wanted state (desired.c fills it from the configuration) and the present one (actual.c fills it from the kernel)
 * are the same struct, so that plan.c can compare them and nothing else in evpnd needs to know what "state" is. All
 * arrays are sorted (net_sort), references between objects are by name, and a struct net owns all that it points to.
 */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipaddr.h"

/* The two namespaces. Everything below says in which one it is. */
enum net_ns { NET_NS_HOST, NET_NS_FRR };
#define NET_NS_COUNT 2

enum net_kind {
	NET_KIND_OTHER, /* a NIC, lo, whatever evpnd does not make */
	NET_KIND_VRF,
	NET_KIND_BRIDGE,
	NET_KIND_VXLAN,
	NET_KIND_VETH,
	NET_KIND_VLAN,
	NET_KIND_MACVLAN,
};

/* Whose an actual link is. In the desired state: NET_OWNER_OURS, or NET_OWNER_NIC. */
enum net_owner {
	NET_OWNER_FOREIGN,
	NET_OWNER_SIBLING, /* carries the mark of another instance of evpnd: as foreign as any */
	NET_OWNER_BORN, /* made by us, the process ended before it could be marked: the link group says so */
	NET_OWNER_OURS, /* made by this instance: has its mark and one of its link groups */
	NET_OWNER_NIC, /* has the mark alone: an underlay NIC that was moved, never made, never to be deleted */
};

/*
 * Attributes of a link. Not all are wanted of every link: `want` in the desired state names those that count; in the
 * actual state it is 0. The bits are also what plan.c says it will change.
 */
enum net_link_attr {
	NET_LINK_MARK = 1 << 0,
	NET_LINK_MASTER = 1 << 1,
	NET_LINK_MTU = 1 << 2,
	NET_LINK_MAC = 1 << 3,
	NET_LINK_ADDRGEN_NONE = 1 << 4, /* the link makes no link-local address by itself */
	NET_LINK_IPV6 = 1 << 5, /* ipv6 on or off (sysctl disable_ipv6) */
	NET_LINK_PORT = 1 << 6, /* bridge port attributes of a VXLAN */
	NET_LINK_UP = 1 << 7,
};

struct net_link {
	enum net_ns ns;
	char name[IFNAMSIZ];
	enum net_kind kind;
	unsigned int group; /* desired: index into net.groups */
	unsigned int want; /* desired: NET_LINK_... that count */

	int ifindex; /* actual only */
	enum net_owner owner;
	bool leaving; /* actual: ours, and in the group that is deleted in one message */
	bool adopted; /* desired: an underlay NIC, moved in, never made, never deleted */
	bool returned; /* desired: a NIC that goes back to the host */
	bool raised; /* desired: set up by the raise step, after FRR has its configuration */
	char other_name[IFNAMSIZ]; /* desired, NICs: its name in the other namespace */
	const char *alias; /* desired, `returned`: what the user called it; belongs to the NIC's record */
	uint8_t hw_mac[6]; /* the permanent address where the device has one; desired: a NIC's, zero if unknown */
	char master[IFNAMSIZ]; /* "": none */
	bool ovs; /* actual only: the master is Open vSwitch's datapath; its database says who put the link there */
	unsigned int mtu; /* bytes */
	uint8_t mac[6];
	bool addrgen_none;
	bool ipv6;
	bool up;

	uint32_t table; /* VRF */

	uint32_t vni; /* VXLAN */
	struct ipaddr local;
	uint16_t port;
	bool learning;

	bool neigh_suppress, port_learning; /* VXLAN as a bridge port */

	enum net_ns peer_ns; /* veth */
	char peer[IFNAMSIZ];
	bool makes_peer; /* desired: the creating message for this end also makes the other */

	char parent[IFNAMSIZ]; /* VLAN and macvlan: the device below, on the host */
	uint16_t vlan;
};

/* Whether evpnd may change the link. */
static inline bool net_is_ours(const struct net_link *link)
{
	return link->owner >= NET_OWNER_BORN;
}

/* Whether evpnd made the link, so that it may delete it. */
static inline bool net_is_made(const struct net_link *link)
{
	return link->owner == NET_OWNER_BORN || link->owner == NET_OWNER_OURS;
}

struct net_addr {
	enum net_ns ns;
	char link[IFNAMSIZ];
	struct ipaddr ip;
	unsigned int group;
	bool ours; /* actual: carries our protocol number, or sits on a link of ours */

	/* As the kernel has them; of addresses that evpnd adds for itself all are zero. */
	uint32_t flags; /* IFA_F_... that a user sets */
	uint8_t scope, proto;
	struct ipaddr peer, broadcast;
	char label[IFNAMSIZ];
};

/* Room for a route's RTA_METRICS: more than the kernel knows (RTAX_MAX attributes of 8 bytes, and a congestion control). */
#define NET_METRICS_MAX 192

enum net_route_type { NET_ROUTE_UNICAST, NET_ROUTE_UNREACHABLE };

/* In FRR's namespace: those of our own protocol. On the host: those of a NIC that goes back. */
struct net_route {
	enum net_ns ns;
	uint32_t table;
	enum net_route_type type;
	struct ipaddr dst, via; /* via unset for unreachable */
	uint32_t metric;
	char vrf[IFNAMSIZ]; /* desired: for messages */
	unsigned int group;

	/* Of the host's routes. */
	char link[IFNAMSIZ]; /* the NIC that they leave through; "": the kernel finds it by `via` */
	uint8_t protocol, scope, flags; /* rtnetlink's; flags: RTNH_F_ONLINK */
	struct ipaddr prefsrc;
	uint8_t metrics[NET_METRICS_MAX]; /* RTA_METRICS as it is */
	uint8_t n_metrics;
};

struct net_sysctl {
	enum net_ns ns;
	char key[96]; /* below /proc/sys, with slashes: a link's name may contain dots */
	char value[16];
	bool optional; /* a kernel without it is fine */
	bool is_default; /* desired: what a device just made has anyway */
	char link[IFNAMSIZ]; /* "": the namespace's own; else it exists once this link does */
	unsigned int group;
};

/* A link of the host as a port of a bridge of Open vSwitch. */
struct net_ovs_port {
	char name[IFNAMSIZ];
	char bridge[IFNAMSIZ];
	unsigned int group;
	enum net_owner owner; /* actual: by the mark in the database; never NET_OWNER_BORN */
};

/* Never ours: evpnd only looks whether it is there. */
struct net_ovs_bridge {
	char name[IFNAMSIZ];
};

/*
 * What fails together: group 0 is the base (VTEP, sysctls), the others are one underlay NIC or one VNI each. A fault in a
 * group stops that group and those that hang on it; one in the base stops everything.
 */
enum net_group_kind {
	NET_GROUP_BASE,
	NET_GROUP_NIC, /* an underlay NIC: when none of them can be had, nothing works */
	NET_GROUP_VNI,
	NET_GROUP_RETURN, /* a NIC that goes back to the host */
};

struct net_group {
	enum net_group_kind kind;
	char label[48]; /* "vni 100", for messages */
	unsigned int parent; /* 0: hangs on the base only */
	bool first; /* NET_GROUP_RETURN: before anything is built, since a VLAN or macvlan shall sit on it */
};

struct net {
	struct net_link *links;
	struct net_addr *addrs;
	struct net_route *routes;
	struct net_sysctl *sysctls;
	struct net_ovs_port *ovs_ports;
	struct net_ovs_bridge *ovs_bridges; /* actual only */
	struct net_group *groups;
	size_t n_links, n_addrs, n_routes, n_sysctls, n_ovs_ports, n_ovs_bridges, n_groups;
	char *ovs_fault; /* actual: why Open vSwitch could not be read, though it is wanted; NULL: nothing is wrong */
	bool no_ipv6[NET_NS_COUNT]; /* actual: the kernel runs without IPv6, so no IPv6 attribute can be set */
};

/* Constants of evpnd's own in the kernel. */

/* rtm_protocol and IFA_PROTO of what evpnd adds; free in iproute2's and FRR's lists. */
#define NET_PROTOCOL 101
/* The metric of a VRF's unreachable default: the kernel's advice (Documentation/networking/vrf.rst). */
#define NET_UNREACHABLE_METRIC 4278198272u
/* UDP port of VXLAN, RFC 7348. */
#define NET_VXLAN_PORT 4789
/* What VXLAN adds to a packet: outer Ethernet, IPv4 (IPv6), UDP and VXLAN headers. */
#define NET_VXLAN_OVERHEAD4 50
#define NET_VXLAN_OVERHEAD6 70

/* The mark: "evpnd:INSTANCE" in ifalias. buf has room for any valid instance name. */
#define NET_MARK_SIZE 64
const char *net_mark(const char *instance, char buf[NET_MARK_SIZE]);

/* Whether a link's alias is the mark of any instance. */
bool net_is_mark(const char *alias);

/*
 * The link group (IFLA_GROUP) a device is born with. The kernel takes the alias only from a second message, so a
 * process killed between the two would leave a device that nobody owns; the group is set at birth.
 */
uint32_t net_birth_group(const char *instance);

/*
 * The link group that devices are put into to be deleted in one message; they carry the mark. One that is found in it was
 * on its way out when the process was killed.
 */
uint32_t net_leaving_group(const char *instance);

void net_clear(struct net *net);

/* Sorts all arrays; look-ups and plan_make need it. */
void net_sort(struct net *net);

int net_link_compare(const struct net_link *a, const struct net_link *b);
int net_addr_compare(const struct net_addr *a, const struct net_addr *b);
int net_route_compare(const struct net_route *a, const struct net_route *b);
/* By name: Open vSwitch has each only once. */
int net_ovs_port_compare(const struct net_ovs_port *a, const struct net_ovs_port *b);

/* In a sorted net; NULL: there is none. */
const struct net_link *net_find_link(const struct net *net, enum net_ns ns, const char *name);
const struct net_sysctl *net_find_sysctl(const struct net *net, enum net_ns ns, const char *key);
const struct net_ovs_bridge *net_find_ovs_bridge(const struct net *net, const char *name);

/*
 * Where an underlay NIC is now: in FRR's namespace as `inner`, moved there by us; or on the host as `outer`; or, where
 * somebody renamed it (the kernel does, when a namespace dies and the name is taken), the device with our mark and the
 * hardware address `mac`. NULL: nowhere.
 */
const struct net_link *net_find_nic(const struct net *net, const char *outer, const char *inner, const uint8_t mac[6]);

/* "host", "frr": as plans and messages name the namespaces. */
const char *net_ns_name(enum net_ns ns);
const char *net_kind_name(enum net_kind kind);

/* Copies a name that is known to fit. */
void net_set_name(char dst[IFNAMSIZ], const char *src);
