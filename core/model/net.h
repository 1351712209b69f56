/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net.h - the network state of the two namespaces as plain data: links, addresses, routes, sysctls
 *
 * The desired state (plan/desired.c makes it from the configuration) and the actual state (kernel/read.c reads it from
 * the kernel) are the same struct, so that plan/plan.c can compare them. Members that only one of the two has say so.
 * All arrays are sorted (net_sort). Objects refer to each other by name. A struct net owns all that it points to.
 */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/devconf.h"
#include "model/ipaddr.h"
#include "model/link_kind.h"
#include "model/net_constants.h"
#include "model/net_dependent.h"
#include "model/net_limit.h"
#include "model/net_device.h"
#include "model/net_ns.h"
#include "model/net_vlan.h"

/* The bit "don't fragment" of outer packets, as enum ifla_vxlan_df has it. */
enum net_df { NET_DF_UNSET, NET_DF_SET, NET_DF_INHERIT };

/* The owner of a link. Desired: NET_OWNER_OURS or NET_OWNER_NIC. */
enum net_owner {
	NET_OWNER_FOREIGN,
	NET_OWNER_SIBLING, /* it has the mark of another instance of evpnd; evpnd treats it like a foreign one */
	NET_OWNER_FORGED, /* it has the mark alone, but is no NIC that evpnd moved (run/nic.c); like a foreign one */
	NET_OWNER_BORN, /* created by us, but the process ended before it set the mark; the link group says so */
	NET_OWNER_OURS, /* created by this instance: it has the mark and one of the link groups */
	NET_OWNER_NIC, /* it has the mark alone: an underlay NIC that was moved. evpnd never deletes it. */
};

/*
 * A link. Its attributes are the rows of link_attr.h, its kinds those of link_kind.h. A wanted link names in `want` the
 * attributes that count; those of its kind count always.
 */
struct net_link {
	enum net_ns ns;
	char name[IFNAMSIZ];
	enum net_kind kind;
	unsigned int group; /* desired: index into net.groups */
	net_attr_set want; /* desired: NET_LINK_... that count */

	int ifindex; /* actual only */
	int lower; /* actual: the index of the device that it is made on, in the same namespace; 0: none */
	enum net_owner owner;
	struct net_device device; /* actual, and of NICs the desired one */
	char nic[IFNAMSIZ]; /* the NIC that this device is, by the name of its record; "": none. Desired: of each NIC */
	bool unmarked; /* actual: such a NIC that lacks the mark, or has a device's that evpnd created */
	bool inward; /* actual, on the host: its other end, or the device that it is made on, is in FRR's namespace */
	const char *impostor; /* actual: why this device of a NIC's name is not the NIC, a constant; NULL: it may be */
	const char *bound; /* actual: a kind that cannot change its namespace, as "bond", a constant; NULL: it can */
	bool leaving; /* actual: in the link group whose links one message deletes (net_leaving_group) */
	bool adopted; /* desired: an underlay NIC, which is moved, never created or deleted */
	bool given_back; /* desired: a NIC that is given back to the host */
	bool raised; /* desired: set up by the raise step, after FRR has its configuration */
	char other_name[IFNAMSIZ]; /* desired, NICs: its name in the other namespace */
	bool recorded; /* desired, NICs: there is a record of it */
	bool moved; /* desired, NICs: evpnd has moved it before */
	unsigned int may_lose; /* desired, NICs: 1 << enum net_dependent_kind; evpn.conf says so */
	const struct net_dependent *dependents; /* desired, NICs: the record's */
	size_t n_dependents;
	bool regroups; /* desired, NICs: the mark comes with the link group `link_group` */
	uint32_t link_group;
	/* desired, `given_back`: the user's; actual, on the host: the other names; NULL elsewhere, so that links are cheap to copy */
	char *alias, *altnames; /* altnames: as in nic_record.h */
	uint8_t hw_mac[6]; /* the permanent MAC if the device has one, else its MAC; desired: of a NIC with a record */
	char master[IFNAMSIZ]; /* "": none */
	bool ovs; /* actual: the master is Open vSwitch's datapath; Open vSwitch's database has the port */
	uint32_t mtu; /* bytes */
	uint8_t mac[6];
	bool addrgen_none;
	bool ipv6;
	bool up;

	uint32_t table; /* VRF */

	uint32_t vni; /* VXLAN */
	bool external; /* VXLAN: it serves the VNIs of its filter, and net_vlan says which (single mode) */
	struct ipaddr local;
	uint16_t port;
	bool learning;
	bool zero_csum6_rx; /* UDP checksum 0 is accepted by IPv6, too: RFC 6935 */
	/* Of the outer packets. */
	bool ttl_inherit; /* the inner packet's TTL */
	uint8_t ttl; /* 0: the kernel's default, with ttl_inherit the inner packet's */
	uint8_t tos; /* or NET_TOS_INHERIT, NET_TOS_PER_FLOW */
	uint8_t df; /* enum net_df; IPv4 only */

	bool neigh_suppress, port_learning, vlan_tunnel; /* VXLAN as a bridge port */
	bool isolated, hairpin, bpdu_guard; /* the host's end as one */
	/* A port's only VLAN, its PVID and untagged; 0: it has none; NET_PVID_OTHER: it has another set, as a trunk. Read if it is wanted. */
	uint16_t pvid;
	struct net_limits limits; /* a port in FRR's namespace: of what comes from the host */
	/* The same: the VXLAN device to which it relays gratuitous ARP and unsolicited neighbor advertisements; "": to none. */
	char relay[IFNAMSIZ];
	uint32_t max_macs; /* a bridge: how many MAC addresses it learns; 0: no limit */
	uint32_t stp; /* a bridge: 0: off */
	uint8_t seals; /* a bridge: NET_SEAL_...: kernel/seal.h */
	bool filters; /* a bridge: it filters VLANs */
	bool no_pvid; /* a bridge that has VLANs: a new port is in none */
	uint16_t default_pvid; /* actual, a bridge: the VLAN of a new port; 0: none */
	int8_t devconf[NET_DEVCONF_COUNT]; /* actual: values of sysctls, by the rows of devconf.h */

	bool trunk; /* desired: a port with the VLANs that net.vlans has of it, and no other one */

	enum net_ns peer_ns; /* veth */
	char peer[IFNAMSIZ];
	bool makes_peer; /* desired: the message that creates this end creates the other one too */
	uint32_t peer_mtu; /* desired, with makes_peer: bytes; 0: leave it alone */
	uint64_t mac_seed; /* desired, the end on the host: see desired_end_mac() */
	/* desired: master, MAC and namespace of the end on the host are its user's, unless evpnd itself has set them */
	bool is_users;
	bool in_vrf; /* desired: the master is a VRF of the host's */
	char joins
		[IFNAMSIZ]; /* desired: the bridge of the host's own that the end joins, Open vSwitch's too; "": none */
	bool elsewhere; /* actual: the other end is in a namespace that is neither the host's nor FRR's */

	char parent[IFNAMSIZ]; /* VLAN and macvlan: the lower device */
	enum net_ns parent_ns; /* where it is: NET_NS_FRR: the link is the SVI of a VLAN of the single bridge */
	uint16_t vlan;
};

/* Whether evpnd may change the link. */
static inline bool net_is_ours(const struct net_link *link)
{
	return link->owner >= NET_OWNER_BORN;
}

/* Desired: whether it is to relay, and the kernel can. */
static inline bool net_relays(const struct net_link *link)
{
	return (link->want & NET_LINK_RELAY) && link->relay[0];
}

/* Whether evpnd created the link, so that it may delete it. */
static inline bool net_is_made(const struct net_link *link)
{
	return link->owner == NET_OWNER_BORN || link->owner == NET_OWNER_OURS;
}

struct net_addr {
	enum net_ns ns;
	char link[IFNAMSIZ];
	struct ipaddr ip;
	unsigned int group;
	bool ours; /* actual: it has our protocol number, or (before Linux 5.18) is on a link of ours */

	/* As the kernel has them, to restore a NIC's addresses. Zero in addresses that evpnd adds for itself. */
	uint32_t
		order; /* in which to add them: the first of a subnet is the primary one, whose address the kernel uses */
	uint32_t flags; /* IFA_F_... that a user sets */
	uint32_t metric; /* of the route that the kernel adds with it (IFA_RT_PRIORITY); 0: the kernel's default */
	bool limited; /* it has a lifetime: `valid` and `preferred` are the seconds left; false: it has none */
	uint32_t valid, preferred; /* UINT32_MAX: forever */
	uint8_t scope, proto;
	struct ipaddr peer, broadcast;
	char label[IFNAMSIZ];
};

enum net_route_type { NET_ROUTE_UNICAST, NET_ROUTE_UNREACHABLE };

/* One of several next hops of a route. */
struct net_hop {
	char link[IFNAMSIZ]; /* "": the kernel finds it by `via` */
	struct ipaddr via; /* unset: none */
	uint8_t weight; /* as in rtnh_hops: the weight less 1 */
	uint8_t flags; /* RTNH_F_ONLINK */
};

#define NET_HOPS_MAX 64
/* Room for RTA_METRICS, the longest attribute by far: RTAX_MAX attributes of 8 bytes, and the name of a congestion control. */
#define NET_ROUTE_ATTRS_MAX 512

/* What only a route of the host's may have, which evpnd restores. */
struct net_route_more {
	uint8_t type; /* rtm_type; 0: unicast */
	uint8_t tos;
	uint32_t nexthop; /* the number of a nexthop object; 0: none */
	uint32_t expires; /* seconds left; 0: it does not expire */
	unsigned int n_hops;
	struct net_hop hops[NET_HOPS_MAX];
	unsigned int n_attrs; /* bytes */
	uint8_t attrs[NET_ROUTE_ATTRS_MAX]; /* attributes that evpnd does not interpret, as in the kernel's message */
};

/*
 * Routes with our protocol number; on the host those by devices of ours alone. And, desired, routes of a NIC that is given back to
 * the host, which have other programs' protocol numbers.
 */
struct net_route {
	enum net_ns ns;
	uint32_t table;
	enum net_route_type type;
	struct ipaddr dst, via; /* via unset for unreachable */
	uint32_t metric;
	char vrf[IFNAMSIZ]; /* desired: for messages */
	unsigned int group;

	/* Of the host's routes. */
	char link[IFNAMSIZ]; /* the device; "": the kernel finds it by `via`, or `more` says it */
	uint32_t
		order; /* in which to add them: of those that differ in the next hop alone, the kernel uses the first */
	uint8_t protocol, scope, flags; /* rtnetlink's; flags: RTNH_F_ONLINK */
	struct ipaddr prefsrc;
	struct net_route_more *more; /* NULL: nothing; owned */
};

/*
 * A rule "from all lookup local" of FRR's namespace, as in ip-rule(8). Its main mark is our protocol number. Rules with a
 * condition, or for another table, are no matter of evpnd's.
 */
struct net_rule {
	uint8_t family;
	uint32_t pref; /* rules are tried in this order */
	bool ours;
};

/*
 * Another thing of the host that lives with a NIC: evpnd restores it by the kernel's own message, without its device's index and
 * without what programs do not set. Its kinds are in kernel/nic_object.c.
 */
enum net_object_kind {
	NET_OBJECT_NEIGHBOR, /* a static or proxy entry, or a static MAC of the NIC's own filter */
	NET_OBJECT_TOKEN, /* the interface identifier of addresses by router advertisement */
	NET_OBJECT_NEXTHOP,
	NET_OBJECT_NEXTHOP_GROUP, /* one that has such a nexthop */
};
#define NET_OBJECT_KIND_COUNT 4
#define NET_OBJECT_MAX	      512

struct net_object {
	enum net_ns ns;
	enum net_object_kind kind;
	char link[IFNAMSIZ];
	unsigned int group;
	char text[128]; /* in the words of ip(8), "neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 dev eth1" */
	unsigned int size; /* bytes of the message */
	uint8_t message[NET_OBJECT_MAX];
};

struct net_sysctl {
	enum net_ns ns;
	char key[96]; /* below /proc/sys, with slashes: a link's name may contain dots */
	char value[16];
	bool optional; /* if the kernel does not have it, that is no error */
	bool is_default; /* desired: the value that a new device has anyway */
	bool at_least; /* desired: a number; a higher one stays */
	/* desired, of one that evpnd restores: the value that it has written. Another one is another program's and stays; "": any goes */
	char written[16];
	/* desired: `value' is that of conf/default, which a new device gets; it counts until the link has an IPv4 address */
	bool inherits;
	char link[IFNAMSIZ]; /* the link that it belongs to; "": the namespace */
	unsigned int group;
};

/* net_link.pvid: no single VLAN. */
#define NET_PVID_OTHER UINT16_MAX

/* A link of the host as a port of a bridge of Open vSwitch. */
struct net_ovs_port {
	char name[IFNAMSIZ];
	uint16_t tag; /* its VLAN, untagged; 0: unset; desired: leave it alone */
	char bridge[IFNAMSIZ];
	unsigned int group;
	enum net_owner owner; /* actual: from external_ids in the database; never NET_OWNER_BORN */
};

/* evpnd never creates one; it only checks that it exists. */
struct net_ovs_bridge {
	char name[IFNAMSIZ];
};

/*
 * Objects that fail together. Group 0 is the base (VTEP, sysctls); each of the others is one underlay NIC or one VNI.
 * An error in a group stops that group and its children; an error in the base stops everything.
 */
enum net_group_kind {
	NET_GROUP_BASE,
	NET_GROUP_NIC, /* an underlay NIC; if all of them fail, the base fails */
	NET_GROUP_VNI,
	NET_GROUP_GIVE_BACK, /* a NIC that is given back to the host */
};

struct net_group {
	enum net_group_kind kind;
	char label[48]; /* "vni 100", for messages */
	unsigned int parent; /* the index of the group that this one depends on; 0: the base alone */
	bool first; /* NET_GROUP_GIVE_BACK: done before anything is built, because the NIC becomes a parent */
};

struct net {
	struct net_link *links;
	struct net_addr *addrs;
	struct net_route *routes;
	struct net_rule *rules;
	struct net_object *objects;
	struct net_sysctl *sysctls;
	struct net_vlan *vlans;
	struct net_ovs_port *ovs_ports;
	struct net_ovs_bridge *ovs_bridges; /* actual only */
	struct net_group *groups;
	size_t n_links, n_addrs, n_routes, n_rules, n_objects, n_sysctls, n_vlans, n_ovs_ports, n_ovs_bridges, n_groups;
	char *ovs_fault; /* actual: why Open vSwitch could not be read, though it is needed; NULL: no error */
	bool is_nothing; /* desired: by --down, which takes down without a word to FRR */
	bool no_relay; /* actual: the kernel lacks what net_link.relay needs. Read if it is wanted. */
	bool no_ipv6[NET_NS_COUNT]; /* actual: the kernel runs without IPv6, so no IPv6 attribute can be set */
};

/* The mark: "evpnd:INSTANCE" in ifalias. buf has room for any valid instance name. */
#define NET_MARK_SIZE 64
const char *net_mark(const char *instance, char buf[NET_MARK_SIZE]);

/* Whether a link's alias is the mark of any instance. */
bool net_is_mark(const char *alias);

/*
 * The link group (IFLA_GROUP) of a new device. The kernel takes the alias only from a second message; without the
 * group, a process killed between the two messages would leave a device without an owner.
 */
uint32_t net_birth_group(const char *instance);

/*
 * The link group into which evpnd puts devices to delete them in one message; they have the mark. A device that is
 * found in it was about to be deleted when the process was killed.
 */
uint32_t net_leaving_group(const char *instance);

/* Frees what the net owns, and zeroes it. */
void net_clear(struct net *net);

/* Copies a link into a slot that owns nothing; the copy owns texts of its own. */
void net_copy_link(struct net_link *dst, const struct net_link *src);

/* The same for a route. net_route_more() makes `more` where the route has none. */
void net_copy_route(struct net_route *dst, const struct net_route *src);
struct net_route_more *net_route_more(struct net_route *route);
void net_free_routes(struct net_route *routes, size_t n);
bool net_is_of_lease(const struct net_route *route); /* whether one of ours is the default route of a DHCP lease */

/* Sorts all arrays. The look-ups below and plan_make need that. */
void net_sort(struct net *net);

int net_link_compare(const struct net_link *a, const struct net_link *b);
int net_addr_compare(const struct net_addr *a, const struct net_addr *b);
int net_route_compare(const struct net_route *a, const struct net_route *b);
/* By name, which is unique in Open vSwitch. */
int net_ovs_port_compare(const struct net_ovs_port *a, const struct net_ovs_port *b);

/*
 * The names of a VNI's devices in FRR's namespace: "br110", "vni110". In single mode the first is the SVI of the VNI's VLAN, and
 * all share NET_SINGLE_BRIDGE and NET_SINGLE_VXLAN.
 */
void net_name_bridge(uint32_t vni, char ret_name[IFNAMSIZ]);
void net_name_vxlan(uint32_t vni, char ret_name[IFNAMSIZ]);

/* In a sorted net. NULL or false: not found. */
const struct net_link *net_find_link(const struct net *net, enum net_ns ns, const char *name);
/* The same by the link's name, or by one of the other names that a link of the host has. */
const struct net_link *net_find_called(const struct net *net, const char *name);
bool net_is_called(const struct net_link *link, const char *name);
/* Whether `names` (nic_record.h) has the first `len` bytes of `name`. */
bool net_has_altname(const char *names, const char *name, size_t len);
bool net_has_addr(const struct net *net, const struct net_addr *addr);
/* The addresses of a link, in order; NULL: it has none. */
const struct net_addr *net_addrs_of(const struct net *net, enum net_ns ns, const char *link, size_t *ret_n);
const struct net_sysctl *net_find_sysctl(const struct net *net, enum net_ns ns, const char *key);
/* The entry of the VNI on the single VXLAN device. */
const struct net_vlan *net_find_vni(const struct net *net, uint32_t vni);
bool net_has_object(const struct net *net, const struct net_object *object);
const struct net_ovs_bridge *net_find_ovs_bridge(const struct net *net, const char *name);

/*
 * Finds an underlay NIC. With a record: the device that it is (net_link.nic), in either namespace and under any name. NULL: not
 * found. Without one, or `anew` (a device that was made anew under the NIC's name on the host takes its place): by name, in
 * FRR's namespace as `inner` if it has our mark, or on the host as `outer` if it is no impostor.
 */
struct net_nic_key {
	const char *nic; /* the name of its record */
	const char *outer, *inner;
	bool recorded, anew;
};
const struct net_link *net_find_nic(const struct net *net, const struct net_nic_key *key);

/* The key of a link's sysctl promote_secondaries (IPv4), below /proc/sys. Returns buf. */
#define NET_SYSCTL_KEY_SIZE sizeof(((struct net_sysctl *)0)->key)
const char *net_promote_key(const char *link, char buf[NET_SYSCTL_KEY_SIZE]);

/* The key of conf/default for a link's sysctl: the value that a new device gets. Returns buf. */
const char *net_default_key(const struct net_sysctl *sysctl, char buf[NET_SYSCTL_KEY_SIZE]);

/* Whether the link has an IPv4 address; with `of_user` one that is not evpnd's. The net is actual and sorted. */
bool net_has_ipv4(const struct net *net, enum net_ns ns, const char *link, bool of_user);

/* Copies a name, cut to IFNAMSIZ - 1 bytes. */
void net_set_name(char dst[IFNAMSIZ], const char *src);
