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
	uint32_t asn; /* L3VNI only; 0: no session */
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
};

struct config_l2vni {
	uint32_t vni;
	char vrf[IFNAMSIZ]; /* "": pure L2 */
	unsigned int mtu; /* as above */
	struct config_where where;
	struct ipaddr *gateways; /* only with a vrf */
	size_t n_gateways;
	struct config_host host;
};

struct config_neighbor {
	struct ipaddr address;
	uint32_t asn;
	char *allowas_in; /* "origin" or a number 1-10; NULL: off */
	bool bfd;
	struct config_where where;
};

struct config_frr {
	struct config_where where;
	char *config; /* where FRR reads it, as the host sees the path */
	char *source; /* installed as it is */
	char *check; /* vtysh for the syntax check; NULL: look in PATH; "": no check */
	uid_t uid; /* of the installed file; (uid_t)-1: those of its directory */
	gid_t gid;
	mode_t mode; /* default 0640 */
	uint32_t asn; /* 0: not given */
	struct ipaddr router_id; /* default: the VTEP if that is IPv4 */
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

/* Whether any interface shall be a port of Open vSwitch. */
bool config_wants_ovs(const struct config *config);

/* The plugin's group, or NULL where the file has none. */
const struct config_plugin_group *config_find_group(const struct config *config, const char *name);

/* Appends what the config depends on: the files, frr.source, the file of node.index_from. They stay the config's. */
void config_add_files(const struct config *config, const char ***paths, size_t *n_paths);

void config_free(struct config *config);
void config_freep(struct config **config);

/* Adds a line; `where` may be NULL or have no file (nothing is put in front then). */
void config_errors_add(struct config_errors *errors, const struct config_where *where, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void config_errors_clear(struct config_errors *errors);

/* The config is not taken for these errors, though it was read without: they get its list of files. */
void config_errors_take_files(struct config_errors *errors, const struct config *config);
