/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_parts.h - shared by the files that read evpn.conf
 *
 * In the order in which config_load() (config.c) uses them:
 *   config_scan.c        reads the files before libconfig does: included files, numbers that it would truncate, comments
 *                        and strings that never end
 *   config_schema.c      the tables of keys: type, range and member of struct config; a new key is one line
 *   config_schema_vni.c  the same for VNIs, and for what all of them share
 *   config_schema_host.c the same for the groups `host' of VNIs
 *   config_schema_frr.c  the same for group frr and for the BGP keys of VNIs
 *   config_limit.c       the same for the limits of an L2VNI's host
 *   config_plugins.c     reads the groups of plugins
 *   config_index.c       reads group node first of all, config_map.c the file of "map:/PATH"
 *   config_pool.c        reads values that differ by node: { pool = ...; }
 *   config_section.c     reads groups and lists by these tables
 *   config_value.c       reads numbers, strings, device names; config_address.c addresses, config_password.c passwords
 *   config_value_frr.c   reads values of BGP sessions and of the BGP keys of VNIs
 *   config_defaults.c    fills in defaults, and what follows from other values
 *   config_range.c       ranges of VNIs, VLANs of the single bridge
 *   config_trunk.c       group host: the keys of the trunk, and its checks
 *   config_rd.c          derives route distinguishers
 *   config_check.c       compares values with each other; config_check_frr.c those of BGP
 *   config_extra.c       checks the lines of frr.extra
 *   config_check_exit.c  checks l3vnis.exit, and prefixes with `ge' and `le'
 *   config_check_host.c  checks the host's routes by the ends of VNIs
 *   config_check_vxlan.c compares what VNIs share with the VNIs and the VTEP
 *   config_check_net.c   compares addresses, next hops and MTUs with those around them
 *   config_unique.c      finds names, numbers and subnets that are used twice
 *   config_files.c       lists the files, and writes the configuration as one text
 *   config_free.c        frees a struct config
 *
 * A wrong value is reported and left zero, and keeps its place in a list, so that all further checks can run. A config
 * with a problem is never returned.
 */
#pragma once

#include <libconfig.h>
#include <stdarg.h>

#include "config/config.h"

struct config_problem {
	struct config_where where;
	size_t order; /* in which it was found, to sort those of one line */
	char *text;
};

/* A name or number that may be used once in the file. If all its uses are `shared`, it may be used more often. */
struct config_use {
	char *key; /* what is used: "VNI 100", "device `br100' in FRR's namespace" */
	char *as; /* its role: "the bridge of VNI 100"; NULL: none */
	struct config_where where;
	size_t order;
	uint32_t made_for; /* evpnd derives it from this VNI; 0: it is in the file */
	bool shared;
};

/* An address of a device in a VRF. */
struct config_subnet {
	const char *vrf; /* borrowed from the config */
	char device[IFNAMSIZ];
	struct ipaddr ip, network;
	struct config_where where;
	size_t order;
};

struct config_reader {
	struct config *config;
	const char *path; /* that config_load() was called with */
	const char *given, *name; /* the text for `path`, and the name of the file in messages; NULL: it is read */
	char *dir; /* its directory with a slash, where included files are; "": the current directory */
	struct config_join *join; /* the texts as one, as libconfig parses them */
	struct config_problem *problems;
	size_t n_problems;
	struct config_problem *warnings;
	size_t n_warnings;
	struct config_where *long_numbers; /* lines with a number that libconfig truncates; reported */
	size_t n_long_numbers;
	bool transient; /* a file could not be read for a fault that may pass */
	unsigned int hints; /* how many more similar names are searched for: each search walks all names */
	const config_setting_t *root;
	struct ipaddr vtep_pool;
	bool vtep_is_nic; /* vtep = "nic" */
	bool index_is_bad; /* node.index is wrong, which is reported */
	struct config_use *uses;
	size_t n_uses;
	struct config_subnet *subnets;
	size_t n_subnets;
};

struct config_section;
struct config_key;

/*
 * Reads the value `s` of a key: into the member of the group's struct `base` that the key names, or an element of a
 * list.
 */
typedef void config_read_fn(struct config_reader *r, const config_setting_t *s, const struct config_key *key,
			    void *base);

#define MEMBER(type, m)	    .offset = offsetof(type, m)
#define MEMBERS(type, m, n) .offset = offsetof(type, m), .count = offsetof(type, n)
#define RANGE(low, high)    .min = (low), .max = (high)

/* One key of a group: how it is read, and into which member of the group's struct. */
struct config_key {
	const char *name;
	config_read_fn *read;
	size_t offset;
	size_t count; /* of lists: the offset of the number of elements */
	bool required;
	uint32_t min, max; /* numbers: the range */
	const char *const *words; /* lists of words: the allowed ones; NULL: device names */
	const struct config_section *section; /* groups, and lists of them: their keys */
	const char *elsewhere; /* `read` NULL: not a key of this group; says of which group, and why */
};

struct config_section {
	const char *path; /* "l3vnis.host" */
	const struct config_key *keys; /* the last has no name */
	size_t size; /* of the struct */
	size_t where; /* the offset of its struct config_where, or CONFIG_NO_WHERE */
	/* Reads a key that is not in the table; NULL: it is reported as an error. */
	void (*other)(struct config_reader *r, const config_setting_t *s);
};

#define CONFIG_NO_WHERE ((size_t)-1)

extern const struct config_section config_root_section;
/* In config_schema_vni.c. */
extern const struct config_section config_l3vni_section, config_l2vni_section, config_vxlan_section;
/* In config_schema_host.c. */
extern const struct config_section config_l3_host_section, config_l2_host_section;
/* In config_trunk.c. */
extern const struct config_section config_host_section;
/* In config_limit.c. */
extern const struct config_section config_limit_section;
/* In config_schema_frr.c. */
extern const struct config_section config_frr_section;
/* In config_schema_underlay.c. */
extern const struct config_section config_underlay_section;
extern const struct config_section config_l3_timers_section, config_l3_limit_section, config_accept_section;
extern const struct config_section config_exit_section;
extern const struct config_section config_l3_targets_section, config_l2_targets_section;

/* Calls `each` for every key of the schema; `group` is "" at the top. A test compares them with evpn.conf(5). */
void config_keys(const struct config_section *section, void (*each)(const char *group, const char *key, void *arg),
		 void *arg);

/* Reports a problem at `where`; NULL: of the whole file. */
void config_problem(struct config_reader *r, const struct config_where *where, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Something legal that is most often a mistake: the file is applied all the same. */
void config_warning(struct config_reader *r, const struct config_where *where, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The value of `s` is not what its key takes: "KEY: expected TEXT, found VALUE". */
void config_problem_value(struct config_reader *r, const config_setting_t *s, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The value of `s` cannot be used for what it is, or for what the file that it names holds: "KEY: VALUE TEXT". */
void config_problem_unusable(struct config_reader *r, const config_setting_t *s, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* `text` between quotation marks, in one line and of bounded length, for a message. The caller frees it. */
char *config_quote(const char *text);

/* Whether a device can have the name only beside its own one (IFLA_ALT_IFNAME): it is longer than the kernel's names. */
bool config_is_altname(const char *name);

/* "l3vnis.host.asn"; elements of lists have no name. The caller frees it. */
char *config_path(const config_setting_t *s);

struct config_where config_place(struct config_reader *r, const config_setting_t *s);
/*
 * The place of line `number`, from 0, of a string's value: one string of the file may hold several lines, and several
 * strings in several lines of the file may be one. If it cannot be found, that of the setting.
 */
struct config_where config_string_place(struct config_reader *r, const config_setting_t *s, unsigned int number);

/* The parsed configuration as text, included files inserted. The caller frees it; NULL: out of memory. */
char *config_text(config_t *lib);

/* What the -errno of file_read means, for a message; one that may pass makes the errors of the file transient ones. */
const char *config_file_fault(struct config_reader *r, int e);

/* Reads the file and those it includes into config->files and r->join. False: reported; libconfig must not parse them. */
bool config_scan(struct config_reader *r);

/* Reads the members of group `s` into the struct `base` by the table of keys. */
void config_read_section(struct config_reader *r, const config_setting_t *s, const struct config_section *section,
			 void *base);

/*
 * Reads list or array `s` into a new array of the key's, of elements of `size` bytes: `read` is called for each, with
 * its place in the array as `base`. Anything else is reported with the example, and the array is empty.
 */
void config_read_list(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base,
		      size_t size, const char *example, config_read_fn *read);

/* Reads a top-level group that is not in the tables: the options of a plugin, or a typing error, which is reported. */
void config_read_plugin_group(struct config_reader *r, const config_setting_t *s);

void value_read_id(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void value_read_listen(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void value_read_number(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
/* The same into a uint16_t. */
void value_read_u16(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void value_read_bool(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
/* A non-empty string. */
void value_read_string(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
/* Any string. */
void value_read_text(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void value_read_path(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
/* An absolute path, or "". */
void value_read_path_or_none(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void value_read_device(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
/* One of key->words. */
void value_read_word(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
/* A list of strings: of key->words, or device names. */
void value_read_words(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
/* A list of addresses with prefix length. */
void value_read_addresses(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
/* A unicast address without prefix length that is not link-local. */
void value_read_address(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
/* The same, or a link-local IPv6 address. */
void value_read_next_hop(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
/* A unicast MAC, into uint8_t[6]. */
void value_read_mac(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
/* A subnet without host bits. */
void value_read_subnet(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void value_read_group(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void value_read_groups(struct config_reader *, const config_setting_t *, const struct config_key *, void *);

/* A whole number. False: it is none, or libconfig has truncated it, which is reported already (*ret_reported). */
bool config_get_number(struct config_reader *r, const config_setting_t *s, long long *ret_number, bool *ret_reported);

/* The text of a scalar; of others their kind, "a list ( )". The caller frees it. */
char *config_value_text(const config_setting_t *s);

/* Compares by file, in the order in which they were read, and line. */
int config_where_compare(const struct config *config, const struct config_where *a, const struct config_where *b);

/* Records that setting `s` uses a name or number. Takes over key and as (may be NULL). Valid until the next call. */
struct config_use *config_use(struct config_reader *r, const config_setting_t *s, char *key, char *as);
/* Records an address of a device in a VRF; borrows vrf. One that is unset is wrong, which is reported. */
void config_use_subnet(struct config_reader *r, const config_setting_t *s, const char *vrf, const char *device,
		       const struct ipaddr *ip);
/* Reports what is used twice, and overlapping subnets of one VRF. Sorts the recorded addresses by VRF and subnet. */
void config_check_uses(struct config_reader *r);
/* After config_check_uses: the recorded addresses of a VRF, *ret_n of them. */
const struct config_subnet *config_find_subnets(const struct config_reader *r, const char *vrf, size_t *ret_n);

/* Bytes of the file of "map:/PATH". */
#define CONFIG_MAX_MAP (1 << 20)

extern const struct config_section config_node_section;

/* Reads group node, before the others. */
void config_read_node(struct config_reader *r);
void value_read_nothing(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
/* Takes the number of this node from the lines of node.index_file, which it changes. */
void config_index_from_map(struct config_reader *r, const config_setting_t *s, char *content);

/* Address number node.index + offset of a subnet, for the key s; not its network or broadcast address. False: reported. */
bool config_pool_address(struct config_reader *r, const config_setting_t *s, const struct ipaddr *pool, uint32_t offset,
			 struct ipaddr *ret_ip);
/* A group in place of an address. *ret_pool may be NULL. False: reported. */
bool config_read_pool(struct config_reader *r, const config_setting_t *s, bool with_prefix, struct ipaddr *ret_ip,
		      struct ipaddr *ret_pool);
/* A group in place of a subnet. False: reported. */
bool config_read_pool_subnet(struct config_reader *r, const config_setting_t *s, struct ipaddr *ret_subnet);
/* An AS number, or a group in place of one; into a uint32_t. */
void value_read_as(struct config_reader *, const config_setting_t *, const struct config_key *, void *);

/* A VNI or VLAN of an L2VNI, or a range of them; vxlan.mode. */
void config_read_vnis(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void config_read_vlans(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void config_read_mode(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
/* Makes an entry of each VNI of a range; of a config without problems. */
void config_expand_ranges(struct config *config);

void config_read_exit(struct config_reader *, const config_setting_t *, const struct config_key *, void *);

/* Parses decimal digits, followed by white space at most. */
bool config_parse_index(const char *text, uint32_t *ret_index);

/*
 * Values of BGP sessions and VNIs: key->offset is that of struct config_session, config_families, or the member of
 * evpn.
 */
void config_read_description(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void config_read_password(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void config_read_bfd(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void config_read_restart(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void config_read_timers(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void config_read_families(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void config_read_rd(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
/* The words of config_read_families in the order of enum config_family: without EVPN, with EVPN. */
extern const char *const config_ip_families[], *const config_bgp_families[];

/* The defaults of VNIs, before the values are compared with each other. */
void config_fill_defaults(struct config_reader *r);
/* Sets the route distinguishers that are unset; of a config without problems, with its VNIs sorted. */
void config_derive_rds(struct config *config);
/* Sorts the VNIs and works out what follows from other values; of a config without problems. */
void config_finish(struct config *config);

/* The part of config_check() for group frr and BGP sessions. */
void config_check_frr(struct config_reader *r);
/* The parts of config_check() that compare addresses and MTUs of one entry with those of others. */
void config_check_addresses(struct config_reader *r);
void config_check_routes(struct config_reader *r);
void config_check_mtus(struct config_reader *r);
/* The parts of config_check() for l3vnis.exit, and for the routes of the groups `host'. */
void config_check_exits(struct config_reader *r);
void config_check_host_routes(struct config_reader *r);
/* The part of config_check() for group vxlan and the keys of VNIs with a default there. */
void config_check_vxlan(struct config_reader *r);
/* The part of config_check() for the lines of frr.extra. */
void config_check_extra(struct config_reader *r);

/* Compares values with each other, and sets the VTEP of a vtep_pool. */
void config_check(struct config_reader *r);
