/* SPDX-License-Identifier: Apache-2.0 */
/* config_bgp.h - a BGP session of evpn.conf, with a neighbor or with the host; see config.h */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "config/config_nic.h"
#include "model/ipaddr.h"

/* Address families of BGP, as bits. */
enum config_family {
	CONFIG_IPV4 = 1,
	CONFIG_IPV6 = 2,
	CONFIG_EVPN = 4,
};

struct config_families {
	bool set; /* the key is in the file; false: `bits` is the default */
	unsigned int bits;
};

enum config_remote { CONFIG_REMOTE_ASN, CONFIG_REMOTE_INTERNAL, CONFIG_REMOTE_EXTERNAL };
/* GLOBAL: unset, frr.graceful_restart applies. */
enum config_restart { CONFIG_RESTART_GLOBAL, CONFIG_RESTART_ON, CONFIG_RESTART_OFF, CONFIG_RESTART_HELPER };

struct config_timers {
	bool set; /* `keepalive' or `hold' is in the file, and both are set; false: FRR's values */
	uint32_t keepalive, hold; /* seconds */
	uint32_t connect; /* seconds; 0: unset, FRR's value */
};

/* How many prefixes FRR accepts in each address family of IP. */
struct config_limit {
	uint32_t prefixes; /* 0: unset, no limit */
	bool warning_only; /* the session stays */
	uint32_t restart; /* minutes after which a session that was closed is tried again; 0: never */
};

/* The keys that a BGP session has with a neighbor and with the host. */
struct config_session {
	char *description; /* NULL: none */
	bool passive;
	struct config_limit limit;
	uint32_t asn; /* with CONFIG_REMOTE_ASN; 0: of a host, no session */
	enum config_remote remote;
	struct config_timers timers;
	char *password_file, *password; /* the password is its content, in clear text; NULL: none */
	bool bfd;
	char *bfd_profile; /* an entry of frr.bfd_profiles; NULL: FRR's values */
	enum config_restart restart;
};

/* Prefixes that FRR accepts from the host: `prefix`, or those inside it with a length from ge to le. */
struct config_accept {
	struct ipaddr prefix;
	uint32_t ge, le; /* 0: unset */
	struct config_where where;
};
