/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.h - reads evpn.conf into a struct config
 *
 * config_load() parses the file (libconfig syntax), checks everything that can be checked without the kernel, and
 * reports all errors at once, each with file, line and value. The result is a complete config or none.
 *
 * The structs mirror the groups of evpn.conf(5), which describes the keys; the tables of keys are in config_schema.c
 * and config_schema_frr.c. Defaults are filled in, so an unset key is visible only where a member says so ("NULL: ...",
 * "0: ..."). A `where` is the place of the group in the file, for messages.
 *
 * Ownership: struct config owns everything in it. Pointers that functions here return belong to it.
 */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "config/config_bgp.h"
#include "config/config_nic.h"
#include "config/config_vxlan.h"
#include "model/ipaddr.h"
#include "model/net_limit.h"

/* One option of a plugin, named by its path: { labels = { app = "frr"; }; } is "labels.app" = "frr". */
struct config_option {
	char *key, *value;
	struct config_where where;
};

/* A top-level group with the options of a plugin. run/plugin_host.c checks that the plugin has such options. */
struct config_plugin_group {
	char *name;
	struct config_where where;
	struct config_option *options;
	size_t n_options;
};

struct config_plugin {
	char *name; /* of an installed plugin; with a slash: a path */
	struct config_where where;
};

/* Route distinguisher and route targets of a VNI, in place of those that FRR derives from router ID, AS and VNI. */
struct config_evpn {
	char *rd; /* default: router ID and a number from the VNI, see config_rd.c; NULL: bgpd chooses */
	char **import_rts, **export_rts; /* sorted; empty: unset */
	size_t n_import_rts, n_export_rts;
};

/*
 * The default metric of default routes on the host: above those of DHCP clients and of NetworkManager, which adds 20000 to
 * that of a connection without access to the Internet.
 */
#define CONFIG_DEFAULT_ROUTE_METRIC 30000

/* A static route. */
struct config_route {
	struct ipaddr prefix, via;
	uint32_t metric; /* of the host's routes */
	struct config_where where;
};

/* What is left alone if it is not in the file. */
struct config_switch {
	bool set, on;
};

/* The veth pair between the host and a VNI. Its members that are for one kind of VNI only are unset for the other. */
struct config_host {
	bool set; /* the group is in the file; false: the host is not connected */
	struct config_where where;
	char interface[IFNAMSIZ]; /* the end on the host */
	char peer[IFNAMSIZ]; /* the end in FRR's namespace; default: "pe<vni>" */
	struct ipaddr *addresses;
	size_t n_addresses;
	struct ipaddr *peer_addresses; /* L3VNI only */
	size_t n_peer_addresses;
	struct config_session session; /* L3VNI only; asn 0: none */
	bool filters; /* L3VNI only: `accept' is in the file, which may be empty; false: everything is accepted */
	struct config_accept *accept;
	size_t n_accept;
	char vrf[IFNAMSIZ]; /* the VRF of the host that `interface`, or the bridge that evpnd creates, is in; "": none */
	struct ipaddr *gateways; /* of the host's default routes by this end, one of a family at most; key `gateway' */
	size_t n_gateways;
	uint32_t metric; /* of these routes */
	struct config_route *routes; /* others of the host by this end */
	size_t n_routes;
	uint16_t vlan; /* L2VNI only: of `bridge` or `ovs_bridge`, untagged; 0: unset */
	char ovs_bridge[IFNAMSIZ]; /* L2VNI only: the bridge of Open vSwitch that `interface` is a port of; "": none */
	char bridge[IFNAMSIZ]; /* L2VNI only: the bridge on the host that `interface` is a port of; "": none */
	struct net_limits limits; /* L2VNI only: of what comes from the host */
	bool managed; /* evpnd creates `bridge`, and `addresses` are those of the bridge */
	struct config_switch isolated, hairpin, bpdu_guard; /* L2VNI only: of the port of `bridge` */
};

/* The way from a VRF to the outside by the default VRF of FRR's namespace, and back. */
struct config_exit {
	bool set; /* the group is in the file; false: there is none */
	struct config_where where;
	struct config_accept *prefixes; /* routes that the VRF imports from the default VRF */
	size_t n_prefixes;
	struct config_accept *announce; /* routes that the default VRF imports from the VRF */
	size_t n_announce;
	struct ipaddr *deny; /* destinations that stay unreachable, beside those of the underlay that evpnd knows */
	size_t n_deny;
	uint32_t *exclude_as; /* removed from the AS paths, beside the AS of the neighbors */
	size_t n_exclude_as;
	uint32_t prepend; /* how often this node's AS is put in front of the AS paths */
};

struct config_l3vni {
	uint32_t vni;
	uint16_t vlan; /* of the single bridge; 0: unset */
	char vrf[IFNAMSIZ];
	uint32_t table; /* default: the VNI */
	unsigned int mtu; /* of its devices, bytes; 0: unset, derived from the underlay */
	struct config_where where;
	struct config_host host;
	char **redistribute; /* "connected", "static", "kernel" */
	size_t n_redistribute;
	struct config_route *routes;
	size_t n_routes;
	char **import_vrfs;
	size_t n_import_vrfs;
	struct config_exit exit;
	struct config_families default_originate; /* of the default routes that are announced as Type-5 routes */
	bool advertise_imported; /* routes from import_vrfs are announced as Type-5 routes of this VRF too */
	struct config_evpn evpn;
	unsigned int families; /* of the addresses, gateways and routes in the VRF and of `advertise'; else both */
	/* Announced as Type-5 routes; default: `families`, with advertise_imported also those of the imported VRFs. */
	struct config_families advertise;
};

struct config_l2vni {
	uint32_t vni;
	uint16_t vlan; /* of the single bridge; 0: unset */
	uint32_t vni_last, vlan_last; /* while the file is read, of an entry that is a range; else 0 */
	char vrf[IFNAMSIZ]; /* "": bridged only */
	unsigned int mtu; /* as of an L3VNI */
	struct config_where where;
	struct ipaddr *gateways; /* only with a vrf */
	size_t n_gateways;
	struct config_host host;
	struct config_evpn evpn;
	bool advertise_svi_ip;
	bool keep_neighbors; /* true by default: the kernel asks for hosts that do not talk (run/keep.h) */
	uint32_t max_macs; /* that the bridge learns; 0: unset, no limit */
	bool ra; /* FRR sends router advertisements for the IPv6 gateways */
	bool arp_suppression; /* default: that of group vxlan */
	uint8_t gateway_mac[6]; /* default: that of group vxlan; 00:00:00:00:00:00: made from the VNI */
};

/* A BGP neighbor in the underlay. Exactly one of address, interface and listen is set. */
struct config_neighbor {
	struct ipaddr address;
	char interface[IFNAMSIZ]; /* unnumbered */
	struct ipaddr listen; /* the subnet from which FRR accepts sessions */
	struct config_session session;
	struct ipaddr source; /* key `update_source', if it is an address */
	char source_interface[IFNAMSIZ]; /* if it is a device; "": none */
	uint32_t ebgp_multihop; /* hops; 0: directly connected */
	char *allowas_in; /* "origin" or a number 1-10; NULL: off */
	bool route_reflector_client;
	bool transit; /* routes pass between this neighbor and all others; false: see frr/frrconf_policy.c */
	struct config_families families; /* default: EVPN and the family of the VTEP */
	struct config_where where;
};

struct config_bfd_profile {
	char *name;
	uint32_t receive_interval, transmit_interval; /* milliseconds; 0: unset, FRR's value */
	uint32_t detect_multiplier; /* 0: unset, FRR's value */
	struct config_where where;
};

/* A user or a group: a number, or a name that is looked up when it is needed. */
struct config_id {
	char *name; /* NULL: `number' */
	uint32_t number; /* UINT32_MAX: not given */
	struct config_where where;
};

struct config_frr {
	struct config_where where;
	char *config; /* the path of the installed frr.conf, on the host */
	char *source; /* the file that is installed unchanged; NULL: frr.conf is generated (frr/frrconf.h) */
	char *check; /* the vtysh for the syntax check; NULL: that in PATH; "": no check */
	struct config_id owner, group; /* of the installed file; if unset: those of its directory */
	mode_t mode; /* default: 0640 */
	uint32_t asn; /* 0: unset, with `source` only */
	struct ipaddr router_id; /* default: an IPv4 VTEP; may be unset with `source` */
	char *hostname; /* NULL: none */
	char *defaults; /* FRR's profile; NULL: the one that it was started with */
	struct {
		char *to_syslog, *to_stdout; /* levels; NULL: unset */
	} log;
	bool log_neighbor_changes;
	struct ipaddr cluster_id; /* of the route reflector; unset: the router ID */
	uint32_t listen_limit; /* sessions of all neighbors with `listen'; 0: unset, FRR's value */
	bool graceful_restart;
	struct config_bfd_profile *bfd_profiles;
	size_t n_bfd_profiles;
	struct config_neighbor *neighbors;
	size_t n_neighbors;
	char *extra; /* lines for the end of the generated frr.conf; never NULL */
	bool reports_drift; /* drift = "report": a change of FRR's configuration by another program is not taken back */
};

#define CONFIG_GC_THRESHOLDS 3

struct config {
	char **files; /* the file and those that it includes; config_where.file points to one of them */
	size_t n_files;
	char **texts; /* of the files, byte by byte as they were read */
	struct config_plugin netns, frr_plugin;
	struct config_plugin_group *groups;
	size_t n_groups;
	struct {
		struct config_where where;
		struct config_nic *nics;
		size_t n_nics;
		/*
		 * Key `vtep', address number node.index of `vtep_pool', or that of vtep_nic. Unset: the DHCP server of
		 * vtep_nic has not given one yet; see config_awaits_lease().
		 */
		struct ipaddr vtep;
		const struct config_nic *vtep_nic; /* vtep = "nic": the NIC that has the VTEP; NULL: it is on lo */
		struct ipaddr vtep_pool; /* the subnet of all nodes' VTEPs; unset: the file does not say */
	} underlay;
	struct {
		bool has_index;
		uint32_t index;
		char *index_file; /* the file of `index_from'; NULL: none */
		char index_interface[IFNAMSIZ]; /* the interface of `index_from'; "": none */
	} node;
	struct config_l3vni *l3vnis; /* sorted by VNI */
	const struct config_l3vni **by_vrf; /* the same, sorted by VRF */
	size_t n_l3vnis;
	struct config_l2vni *l2vnis; /* sorted by VNI */
	size_t n_l2vnis;
	struct config_vxlan vxlan;
	struct config_host trunk; /* key host.trunk: the pair of all L2VNIs without a group `host', single mode only */
	struct config_frr frr;
	struct {
		uint32_t interval; /* seconds between two health checks; 0: only after a run */
		uint32_t grace; /* seconds after a run in which what does not work yet is not counted as failed */
	} health;
	struct {
		struct config_id group; /* whose members may look through the control socket; unset: root alone */
	} control;
	struct {
		char *listen; /* "127.0.0.1:9470"; NULL: metrics are not served */
		struct sockaddr_storage address; /* the same */
	} metrics;
	bool gives_back; /* on_stop = "give-back" */
	struct config_where neighbor_table;
	uint32_t gc_thresh[CONFIG_GC_THRESHOLDS]; /* group neighbor_table: gc_thresh1 to 3; 0: unset */
	char *ovs_socket; /* of Open vSwitch's database; NULL: unset */
	char *text; /* the whole configuration in one file, included files inserted; for last_good.h */
	char **warnings; /* "FILE:LINE: MESSAGE": legal, but most often a mistake; in the order of file and line */
	size_t n_warnings;
};

/* The errors of one configuration, in the order of file and line. Owns all that it points to. */
struct config_errors {
	char **lines; /* "FILE:LINE: MESSAGE", as in DIAGNOSTICS of evpn.conf(5) */
	size_t n_lines;
	char **files; /* that the configuration consists of, as config_add_files(): a change of one may fix the errors */
	size_t n_files;
	bool transient; /* one at least is the host's shortage of something, which passes: see util_is_transient() */
};

/* The default of evpnd --config. */
#define CONFIG_DEFAULT_PATH "/etc/evpnd/evpn.conf"

/*
 * Reads and checks `path`. Returns the config, or NULL with at least one line in *errors. The caller frees both;
 * *errors is zeroed before the first call.
 */
struct config *config_load(const char *path, struct config_errors *errors);

/*
 * The same for a text that is to be in the file `path`, which need not be there: included files are searched from its directory.
 * `name` stands for the file in messages.
 */
struct config *config_load_text(const char *path, const char *text, const char *name, struct config_errors *errors);

/* Whether the files of the configuration have the same texts as when they were read. */
bool config_is_current(const struct config *config);

/* The L3VNI whose VRF is `name`, or NULL. */
const struct config_l3vni *config_find_vrf(const struct config *config, const char *name);

/*
 * The host's address of the BGP session of this family (AF_UNSPEC: of either): the first that shares a subnet with an
 * address of the VRF's end. NULL: there is none, or no session.
 */
const struct ipaddr *config_host_address(const struct config_host *host, uint8_t family);

/* config_trunk.c: whether the trunk carries the VNI, in its VLAN. */
bool config_is_on_trunk(const struct config *config, const struct config_l2vni *l2);

/* The pair that connects the VNI to the host: its own, or the trunk. If it is not `set', the host is not connected. */
const struct config_host *config_host_of(const struct config *config, const struct config_l2vni *l2);

/* Whether the trunk or an L2VNI has a VLAN of a bridge on the host. */
bool config_wants_vlans(const struct config *config);

/* Whether a VNI with an end on the host suppresses ARP, so that gratuitous ARP has to be relayed. */
bool config_wants_relay(const struct config *config);

/* The NIC whose first lease decides which address the VTEP has, while there is none; NULL: the VTEP is known. */
const struct config_nic *config_awaits_lease(const struct config *config);

/* Whether a NIC has `dhcp`. */
bool config_wants_dhcp(const struct config *config);

/* Whether an L2VNI has an ovs_bridge. */
bool config_wants_ovs(const struct config *config);

/* Whether `name` is a key of the top level that evpnd itself reads: no plugin can have its options there. */
bool config_is_own_key(const char *name);

/* The group with the options of plugin `name`, or NULL. */
const struct config_plugin_group *config_find_group(const struct config *config, const char *name);

/*
 * Appends the paths of all files that the config was read from or refers to: evpn.conf and included files, frr.source,
 * the files of node.index_from and of passwords. The caller frees the array, not the paths.
 */
void config_add_files(const struct config *config, const char ***paths, size_t *n_paths);

/* NULL is allowed. */
void config_free(struct config *config);
void config_freep(struct config **config);

/* Appends a line. Without a `where`, or without a file in it, the line has no "FILE:LINE: " in front. */
void config_errors_add(struct config_errors *errors, const struct config_where *where, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void config_errors_clear(struct config_errors *errors);

/* Copies the files of a config that is refused for these errors, though reading it found none (errors of plugins). */
void config_errors_take_files(struct config_errors *errors, const struct config *config);
