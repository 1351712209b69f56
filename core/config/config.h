/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.h - evpn.conf as a struct
 *
 * config_load reads the file (libconfig syntax, @include allowed), checks everything that can be known without the
 * kernel, and reports every fault in one pass, each with file, line and the offending value. A config is taken whole or
 * not at all. The meaning of the keys stands in evpn.conf(5); defaults are filled in here, so that nobody after this
 * file asks "was it set?" except where a member says so.
 *
 * Ownership: struct config owns everything in it; config_free takes NULL.
 */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "ipaddr.h"

/* Where in the files a thing was said. */
struct config_where {
	const char *file; /* belongs to the config */
	unsigned int line;
};

/* One option of a plugin's own group, flattened: { labels = { app = "frr"; }; } is "labels.app" = "frr". */
struct config_option {
	char *key, *value;
	struct config_where where;
};

/* A top-level group that is not ours: some plugin's. plugin.c checks that the plugin exists and knows the keys. */
struct config_plugin_group {
	char *name;
	struct config_where where;
	struct config_option *options;
	size_t n_options;
};

struct config_plugin {
	char *name; /* a bare name, or a path with a slash */
	struct config_where where;
};

struct config_nic {
	char name[IFNAMSIZ]; /* on the host; of a VLAN or macvlan, in FRR's namespace */
	char inner[IFNAMSIZ]; /* in FRR's namespace: `rename', or the same */
	struct config_where where;
	char parent[IFNAMSIZ]; /* "": the NIC itself; else evpnd makes a VLAN or macvlan of this one, which stays */
	uint16_t vlan; /* 802.1Q; 0: none */
	bool macvlan;
	unsigned int mtu; /* bytes; 0: as it is */
	bool keep_addresses; /* `addresses` absent: those that the host had */
	struct ipaddr *addresses;
	size_t n_addresses;
};

/* Address families of BGP, as bits. */
enum config_family {
	CONFIG_IPV4 = 1,
	CONFIG_IPV6 = 2,
	CONFIG_EVPN = 4,
};

struct config_families {
	bool set; /* the file has them; else they are the defaults */
	unsigned int bits;
};

enum config_remote { CONFIG_REMOTE_ASN, CONFIG_REMOTE_INTERNAL, CONFIG_REMOTE_EXTERNAL };
enum config_restart { CONFIG_RESTART_GLOBAL, CONFIG_RESTART_ON, CONFIG_RESTART_OFF, CONFIG_RESTART_HELPER };

struct config_timers {
	bool set; /* `keepalive' or `hold' is there; else both are FRR's */
	uint32_t keepalive, hold; /* seconds */
	uint32_t connect; /* seconds; 0: FRR's */
};

/* A BGP session, whoever is at the other end. */
struct config_session {
	uint32_t asn; /* 0: no session, or as `remote` says */
	enum config_remote remote;
	struct config_timers timers;
	char *password_file, *password; /* NULL: none */
	bool bfd;
	char *bfd_profile; /* NULL: with FRR's own values */
	enum config_restart restart;
};

/* What a host may announce: `prefix`, or the longer ones in it with a length from ge to le. */
struct config_accept {
	struct ipaddr prefix;
	uint32_t ge, le; /* 0: not given */
	struct config_where where;
};

/* Of a VNI, instead of what FRR makes of router id, AS and VNI. */
struct config_evpn {
	char *rd; /* NULL: FRR's */
	char **import_rts, **export_rts; /* none: FRR's */
	size_t n_import_rts, n_export_rts;
};

/* The host's way into a VNI. */
struct config_host {
	bool set;
	struct config_where where;
	char interface[IFNAMSIZ]; /* the end that stays on the host */
	char peer[IFNAMSIZ]; /* the end in FRR's namespace; default: "pe<vni>" */
	struct ipaddr *addresses;
	size_t n_addresses;
	struct ipaddr *peer_addresses; /* L3VNI only */
	size_t n_peer_addresses;
	struct config_session session; /* L3VNI only; asn 0: none */
	bool filters; /* L3VNI only: of what the host announces, only `accept` is taken */
	struct config_accept *accept;
	size_t n_accept;
	char ovs_bridge[IFNAMSIZ]; /* L2VNI only: the same with a bridge of Open vSwitch */
	char bridge[IFNAMSIZ]; /* L2VNI only: a bridge of the host that `interface` becomes a port of; "" none */
	bool managed; /* evpnd makes that bridge, and `addresses` are the bridge's */
};

/* A static route in an L3VNI's VRF. */
struct config_route {
	struct ipaddr prefix, via;
	struct config_where where;
};

struct config_l3vni {
	uint32_t vni;
	char vrf[IFNAMSIZ];
	uint32_t table; /* default: the VNI */
	unsigned int mtu; /* of its devices, bytes; 0: what the underlay leaves */
	struct config_where where;
	struct config_host host;
	char **redistribute; /* "connected", "static", "kernel" */
	size_t n_redistribute;
	struct config_route *routes;
	size_t n_routes;
	char **import_vrfs;
	size_t n_import_vrfs;
	bool advertise_imported; /* what comes by import_vrfs becomes Type-5 routes of this VRF as well */
	struct config_evpn evpn;
	unsigned int families; /* that the VRF has addresses, gateways or routes of; all where it has none */
	struct config_families
		advertise; /* as Type-5 routes; default: those of the VRF and, advertise_imported, of what it imports */
};

struct config_l2vni {
	uint32_t vni;
	char vrf[IFNAMSIZ]; /* "": pure L2 */
	unsigned int mtu; /* as above */
	struct config_where where;
	struct ipaddr *gateways; /* only with a vrf */
	size_t n_gateways;
	struct config_host host;
	struct config_evpn evpn;
	bool advertise_svi_ip;
};

/* One of address, interface, listen is set. */
struct config_neighbor {
	struct ipaddr address;
	char interface[IFNAMSIZ]; /* unnumbered */
	struct ipaddr listen; /* whoever calls from this subnet */
	struct config_session session;
	uint32_t ebgp_multihop; /* TTL; 0: directly connected */
	char *allowas_in; /* "origin" or a number 1-10; NULL: off */
	bool route_reflector_client;
	struct config_families families; /* default: EVPN and the VTEP's */
	struct config_where where;
};

struct config_bfd_profile {
	char *name;
	uint32_t receive_interval, transmit_interval; /* ms; 0: FRR's */
	uint32_t detect_multiplier; /* 0: FRR's */
	struct config_where where;
};

struct config_frr {
	struct config_where where;
	char *config; /* where FRR reads it, as the host sees the path */
	char *source; /* installed as it is; NULL: generated from what follows and the VNIs (frrconf.h) */
	char *check; /* vtysh for the syntax check; NULL: look in PATH; "": no check */
	uid_t uid; /* of the installed file; (uid_t)-1: those of its directory */
	gid_t gid;
	mode_t mode; /* default 0640 */
	uint32_t asn; /* 0: not given, only with `source` */
	struct ipaddr router_id; /* default: the VTEP if that is IPv4 */
	char *hostname; /* NULL: none */
	bool graceful_restart;
	struct config_bfd_profile *bfd_profiles;
	size_t n_bfd_profiles;
	struct config_neighbor *neighbors;
	size_t n_neighbors;
	char *extra; /* never NULL */
};

struct config {
	char **files; /* the file and what it includes; config_where.file points in here */
	size_t n_files;
	struct config_plugin netns, frr_plugin;
	struct config_plugin_group *groups;
	size_t n_groups;
	struct {
		struct config_where where;
		struct config_nic *nics;
		size_t n_nics;
		struct ipaddr vtep; /* always set: given, or the vtep_pool's address number node.index */
	} underlay;
	struct {
		bool has_index;
		uint32_t index;
		char *index_file; /* that it was read from; NULL: from none */
	} node;
	struct config_l3vni *l3vnis; /* sorted by VNI */
	const struct config_l3vni **by_vrf; /* the same, sorted by VRF, for config_find_vrf */
	size_t n_l3vnis;
	struct config_l2vni *l2vnis; /* sorted by VNI */
	size_t n_l2vnis;
	struct config_frr frr;
	char *ovs_socket; /* of Open vSwitch's database; NULL: where it usually is */
	char *text; /* all of it, with what was included, for who keeps it */
};

/* The faults of one config, in the order of file and line. */
struct config_errors {
	char **lines; /* "FILE:LINE: what is wrong, with the value" */
	size_t n_lines;
	char **files; /* that were read, or should have been; config_add_files has those of a config without faults */
	size_t n_files;
};

/* The path evpnd reads unless told otherwise. */
#define CONFIG_DEFAULT_PATH "/etc/evpnd/evpn.conf"

/*
 * Reads and checks `path`. Returns the config, or NULL with at least one line in *errors. The caller owns both; errors
 * must be zeroed before the first call.
 */
struct config *config_load(const char *path, struct config_errors *errors);

/* The L3VNI that owns VRF `name`, or NULL. */
const struct config_l3vni *config_find_vrf(const struct config *config, const char *name);

/*
 * The host's address for the session of this family (AF_UNSPEC: of either): one that an address in the VRF shares a subnet
 * with; NULL: none, or there is no session. The config's.
 */
const struct ipaddr *config_host_address(const struct config_host *host, uint8_t family);

/* Whether any interface shall be a port of Open vSwitch. */
bool config_wants_ovs(const struct config *config);

/* The plugin's group, or NULL where the file has none. */
const struct config_plugin_group *config_find_group(const struct config *config, const char *name);

/*
 * Appends what the config depends on: the files, frr.source, the file of node.index_from, those of passwords. They stay
 * the config's.
 */
void config_add_files(const struct config *config, const char ***paths, size_t *n_paths);

void config_free(struct config *config);
void config_freep(struct config **config);

/* Adds a line; `where` may be NULL or have no file (nothing is put in front then). */
void config_errors_add(struct config_errors *errors, const struct config_where *where, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void config_errors_clear(struct config_errors *errors);

/* The config is not taken for these errors, though it was read without: they get its list of files. */
void config_errors_take_files(struct config_errors *errors, const struct config *config);
