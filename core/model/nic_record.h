/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nic_record.h - the state that an underlay NIC had on the host before evpnd moved it: plain data
 *
 * The kernel drops a NIC's addresses, routes and sysctls when the NIC changes its namespace. So evpnd records them
 * first, and restores them when it gives the NIC back. A record owns its arrays.
 */
#pragma once

#include "model/net.h"

struct nic_record {
	char name[IFNAMSIZ]; /* as evpn.conf names it: the kernel's name on the host, or one of its other names */
	char host_name[IFNAMSIZ]; /* the kernel's name on the host; "": `name` */
	bool up;
	bool fresh; /* read from the host just now, not saved yet */
	bool moved; /* evpnd has moved it, or was about to; until then its name on the host is the administrator's */
	bool physical; /* the kernel moves it to the host when its namespace is deleted, instead of deleting it */
	unsigned int mtu; /* bytes; 0: unknown */
	uint8_t mac[6]; /* the permanent address where the NIC has one; zero: unknown */
	bool identified; /* the members below are known; false: the record is of an evpnd that did not write them */
	struct net_device device;
	uint8_t address[6]; /* the MAC */
	uint32_t group; /* link group */
	uint64_t netns; /* the namespace that it was moved into (rtnl_netns); 0: none yet, or unknown */
	char *altnames; /* its other names, each with a space behind it; NULL: none */
	char alias[256];
	struct net_addr *addrs;
	size_t n_addrs;
	struct net_route *routes;
	size_t n_routes;
	struct net_object *objects; /* in the order in which to restore them */
	size_t n_objects;
	struct net_sysctl *sysctls; /* that differ from the host's default, which a NIC that comes back has */
	size_t n_sysctls;
	struct net_dependent *dependents; /* fresh: what the move would take from the host; never saved */
	size_t n_dependents;
};

/* Sorted by name if they were read from files. */
struct nic_records {
	struct nic_record *items;
	size_t n_items;
};

/*
 * Whether the link is the NIC, by what no program can forge. NIC_SURE: it is the very device, or hardware that was probed anew.
 * NIC_LIKELY: the record or the kernel does not tell devices of that kind apart, and what there is agrees. NIC_OTHER: no.
 */
enum nic_match { NIC_OTHER, NIC_LIKELY, NIC_SURE };
enum nic_match nic_record_match(const struct nic_record *nic, const struct net_link *link);

/* The kernel's name on the host. */
const char *nic_record_host_name(const struct nic_record *nic);

/* Adds a dependent, with this text. */
void nic_add_dependent(struct nic_record *nic, enum net_dependent_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* NULL: not found. */
struct nic_record *nic_record_find(const struct nic_records *nics, const char *name);

/* Free what the record owns, and zero it. */
void nic_record_clear(struct nic_record *nic);
void nic_records_clear(struct nic_records *nics);
