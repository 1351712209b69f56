/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shared.h - lists and route-maps that a daemon of FRR lacks; it only handles memory
 *
 * vtysh sends a route-map, a prefix-list or an access-list to several daemons, and shows it if one of them has it. A daemon that was
 * restarted alone has lost it, and vtysh does not tell. So evpnd leaves it out of the configuration that it compares: then it
 * is applied again, which changes nothing in the daemons that have it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Most parts of a configuration: one for each daemon that has a vty socket. */
#define SHARED_PARTS_MAX 32

/* The part of a configuration that one daemon shows. */
struct shared_part {
	size_t at; /* its first byte; it ends where the next part begins */
	bool keeps; /* the daemon keeps all lists and route-maps */
};

/* Whether this daemon of those that run (separated by blanks) keeps them, and shows them. */
bool shared_is_keeper(const char *daemon, const char *daemons);

/*
 * Removes from `config`, whose parts lie in this order, each list and route-map that a part of a keeper lacks. Returns 0 or -ENOMEM.
 */
int shared_remove_lost(char *config, const struct shared_part *parts, size_t n_parts);
