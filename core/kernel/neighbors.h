/* SPDX-License-Identifier: Apache-2.0 */
/*
 * neighbors.h - neighbors of one namespace that the kernel no longer knows to be there (NUD_STALE), and having it ask for them
 *
 * A listener has two sockets in the namespace: one for notifications, one for requests. A filter in the kernel (classic BPF)
 * passes only notifications of neighbors that turn stale and that no program has put there (NTF_EXT_LEARNED: FRR's remote ones),
 * so that neither a busy network nor the FDBs of the bridges wake the process.
 *
 * neighbors_ask() writes to the kernel, and is no operation of a plan: it changes no configuration, and the kernel does the same
 * whenever it has a packet for the host. core/run/keep.h says when that is done.
 */
#pragma once

#include <stdbool.h>

#include "evpn-plugin.h"
#include "model/ipaddr.h"

struct neighbors;

struct neighbor {
	int ifindex;
	struct ipaddr ip;
};

typedef void neighbors_each(const struct neighbor *neighbor, void *arg);

/*
 * Subscribes in the namespace: neighbors that turn stale after this call are queued. The sockets keep the namespace alive, as
 * those of notify_open() do. Returns 0 or <0.
 */
int neighbors_open(int netns_fd, struct neighbors **ret_neighbors, struct evpn_error *err);
/* Takes NULL. */
void neighbors_close(struct neighbors *neighbors);

/* A descriptor that is readable when a notification is queued. */
int neighbors_fd(const struct neighbors *neighbors);

/*
 * Takes a bounded number of queued notifications; if there are more, the descriptor stays readable. True: some were lost
 * because the queue was full; neighbors_read_all() has what they were about.
 */
bool neighbors_read(struct neighbors *neighbors, neighbors_each *each, void *arg);

/* Calls `each` for all neighbors that are stale now. One may come twice. Returns 0 or -errno. */
int neighbors_read_all(struct neighbors *neighbors, neighbors_each *each, void *arg);

/*
 * Has the kernel ask the host for its address, by unicast ARP or neighbor solicitation (NUD_PROBE): the entry is reachable again
 * when the host answers; after ucast_solicit (3) questions, a second apart, without an answer the entry fails, and FRR
 * withdraws the route. Does nothing if the entry is no longer stale, or a program has taken it over.
 *
 * 1: the kernel asks; 0: nothing was to be done; -errno: the kernel refuses it.
 */
int neighbors_ask(struct neighbors *neighbors, const struct neighbor *neighbor);
