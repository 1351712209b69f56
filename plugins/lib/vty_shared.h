/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vty_shared.h - lists and route-maps that a daemon of FRR lacks; it only handles memory
 *
 * vtysh sends a route-map, a prefix-list or an access-list to several daemons, and shows it if one of them has it. A daemon that was
 * restarted alone has lost it, and vtysh does not tell. So frr-vtysh leaves it out of the configuration that it compares, and
 * applies it again with the rest; evpn-reloader, whose frr-reload.py compares, applies it first. That changes nothing in the daemons
 * that have it. Needs only libc: evpn-reloader uses it too.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Most parts of a configuration: one for each daemon that has a vty socket. */
#define VTY_SHARED_PARTS_MAX 32

/* The part of a configuration that one daemon shows. */
struct vty_shared_part {
	size_t at; /* its first byte; it ends where the next part begins */
	bool keeps; /* the daemon keeps all lists and route-maps */
};

/* Whether this daemon of those that run (separated by blanks) keeps them, and shows them. */
bool vty_shared_is_keeper(const char *daemon, const char *daemons);

/*
 * Removes from `config`, whose parts lie in this order, each list and route-map that a part of a keeper lacks. Returns 0 or -ENOMEM.
 */
int vty_shared_remove_lost(char *config, const struct vty_shared_part *parts, size_t n_parts);

/*
 * The lists and route-maps of `config` that one of these configurations of keepers lacks, in the order of `config`: *ret_lost is
 * freed by the caller, "" if there are none. Returns 0 or -ENOMEM.
 */
int vty_shared_find_lost(const char *config, const char *const keepers[], size_t n_keepers, char **ret_lost);
