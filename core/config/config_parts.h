/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_parse.h - between the files that read evpn.conf; nobody else needs it
 *
 * config_scan.c looks at the text before libconfig does, config_value.c reads single values by tables of keys,
 * config_read.c has these tables, config_check.c compares values with each other, config.c puts it together.
 *
 * A value that is wrong is reported and left unset (zero), and its neighbours keep their places in a list, so that the
 * checks that follow can go on and find the setting that belongs to a member. A config with a problem is never handed
 * out.
 */
#pragma once

#include <libconfig.h>

#include "config.h"

struct config_problem {
	struct config_where where;
	size_t order; /* of finding, for those of one line */
	char *text;
};

/* A thing that one place of the file may name, or that is named in many but made in none (`shared`). */
struct config_use {
	char *key; /* "VNI 100", "device `br100' in FRR's namespace" */
	char *as; /* "the bridge of VNI 100"; NULL: nothing to say */
	struct config_where where;
	size_t order;
	uint32_t made_for; /* a name that evpnd makes of this VNI; 0: one that is in the file */
	bool shared;
};

/* An address of a device in a VRF. */
struct config_subnet {
	const char *vrf; /* the config's */
	char device[IFNAMSIZ];
	struct ipaddr ip, network;
	struct config_where where;
	size_t order;
};

struct config_reader {
	struct config *config;
	const char *path; /* as the caller named it */
	char *dir; /* its directory, where included files are; "" for the current one */
	char **texts; /* beside config->files */
	size_t n_texts;
	struct config_problem *problems;
	size_t n_problems;
	struct config_where *long_numbers; /* lines with a number that libconfig would have cut; reported */
	size_t n_long_numbers;
	unsigned int hints; /* how many more near misses are looked for: each is a walk over all names */
	const char *seen_name, *seen_file; /* the last file name of libconfig's that was looked up, and ours */
	const config_setting_t *root;
	struct ipaddr vtep_pool;
	bool index_is_bad; /* node.index is there, but wrong and reported */
	struct config_use *uses;
	size_t n_uses;
	struct config_subnet *subnets;
	size_t n_subnets;
};

struct config_section;

#define MEMBER(type, m)	    .offset = offsetof(type, m)
#define MEMBERS(type, m, n) .offset = offsetof(type, m), .count = offsetof(type, n)
#define RANGE(low, high)    .min = (low), .max = (high)

/* One key of a group: how it is read and into which member of the group's struct. */
struct config_key {
	const char *name;
	void (*read)(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base);
	size_t offset;
	size_t count; /* of lists: the offset of the number of elements */
	bool required;
	uint32_t min, max; /* of numbers */
	const char *const *words; /* of words: those allowed; NULL: device names */
	const struct config_section *section; /* of groups and lists of groups */
	const char *elsewhere; /* `read` NULL: not a key of this group, and where it belongs */
};

struct config_section {
	const char *path; /* "l3vnis.host" */
	const struct config_key *keys; /* ended by one without name */
	size_t size, where; /* of the struct; the offset of its struct config_where, or CONFIG_NO_WHERE */
	/* What is done with a key that is not in the table; NULL: it is an error. */
	void (*other)(struct config_reader *r, const config_setting_t *s);
};

#define CONFIG_NO_WHERE ((size_t)-1)

extern const struct config_section config_root_section;
/* config_frr.c's. */
extern const struct config_section config_frr_section;
extern const struct config_section config_l3_timers_section, config_accept_section;
extern const struct config_section config_l3_targets_section, config_l2_targets_section;

/* Calls `each` for every key that the reader takes; `group` is "" at the top. The man page is compared with this. */
void config_keys(const struct config_section *section, void (*each)(const char *group, const char *key, void *arg),
		 void *arg);

/* A problem at `where`. */
void config_problem(struct config_reader *r, const struct config_where *where, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A problem with the value of `s`: "PATH: want WANT, not VALUE". */
void config_problem_value(struct config_reader *r, const config_setting_t *s, const char *want);

struct config_where config_place(struct config_reader *r, const config_setting_t *s);

/* All that was read, as libconfig writes it: what was included is in its place. To be freed; NULL: no memory. */
char *config_text(config_t *lib);

/* Reads a regular file only: a directory would end libconfig, and a pipe would hold us up. 0 or -errno. */
int config_read_regular(const char *path, size_t max, char **ret_text, size_t *ret_len);

/* Reads the file and what it includes into config->files. False: libconfig must not see them; reported. */
bool config_scan(struct config_reader *r);

/* Reads the members of group `s` by the table. */
void config_read_section(struct config_reader *r, const config_setting_t *s, const struct config_section *section,
			 void *base);

void value_read_number(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void value_read_bool(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
/* Not empty. */
void value_read_string(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
/* A string of any length. */
void value_read_text(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void value_read_path(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
/* An absolute path, or "". */
void value_read_path_or_none(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void value_read_device(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
/* Lists of strings. */
void value_read_words(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void value_read_addresses(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
/* A plain address that can be reached through a router. */
void value_read_address(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
/* A subnet: no host bits. */
void value_read_subnet(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void value_read_group(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void value_read_groups(struct config_reader *, const config_setting_t *, const struct config_key *, void *);

/* An int of either size. False: it is something else, or it was cut, which is reported already (*ret_reported). */
bool config_get_number(struct config_reader *r, const config_setting_t *s, long long *ret_number, bool *ret_reported);

/* What a scalar looks like as text, or "a list ( )". The caller frees it. */
char *config_value_text(const config_setting_t *s);

/* By file, in the order in which they were read, and line. */
int config_where_compare(const struct config *config, const struct config_where *a, const struct config_where *b);

/* Notes that setting `s` names a thing; key and as (may be NULL) are handed over. Valid until the next call. */
struct config_use *config_use(struct config_reader *r, const config_setting_t *s, char *key, char *as);
void config_use_subnet(struct config_reader *r, const config_setting_t *s, const char *vrf, const char *device,
		       const struct ipaddr *ip);
/* Reports what is named twice, and subnets of one VRF that overlap. */
void config_check_uses(struct config_reader *r);

/* Decimal digits, with blanks behind them at most. */
bool config_parse_index(const char *text, uint32_t *ret_index);

/* Values of sessions and VNIs as BGP has them: the offset is that of the session, families, or evpn's rd or list. */
void config_read_password(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void config_read_bfd(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void config_read_restart(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void config_read_timers(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void config_read_families(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
void config_read_rd(struct config_reader *, const config_setting_t *, const struct config_key *, void *);
/* The words of config_read_families in the order of the bits: without EVPN, with it. */
extern const char *const config_ip_families[], *const config_bgp_families[];

/* The defaults of what BGP announces; needs config->by_vrf. */
void config_frr_finish(struct config *config);
void config_session_clear(struct config_session *session);
void config_evpn_clear(struct config_evpn *evpn);
void config_frr_clear(struct config_frr *frr);

/* Checks group frr and the sessions; part of config_check. */
void config_check_frr(struct config_reader *r);

/* Compares values with each other; fills in what follows from others: the pool's VTEP. */
void config_check(struct config_reader *r);
