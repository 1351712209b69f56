/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keep.h - keeps the routes of hosts that do not talk: has the kernel ask for them before it forgets them
 *
 * FRR announces a host (Type-2) for as long as the kernel has it as a neighbor of an L2VNI's bridge, and its MAC in the FDB. A host
 * that does not talk is forgotten by both: the FDB ages after 300 s, a neighbor that is stale goes when there are more than
 * gc_thresh1. So evpnd listens for neighbors that turn stale (kernel/neighbors.h), and has the kernel ask each of them: the answer
 * refreshes neighbor and FDB; a host that is no more there does not answer, and the kernel deletes the neighbor.
 *
 * The kernel needs an address on the bridge to ask from, so only bridges with one of the neighbor's family are kept: those with
 * gateways. On the others the kernel would ask from an address of the underlay, and nothing is lost there: without a route, the
 * other nodes flood ARP requests and packets for the host, as to any unknown one.
 *
 * This is the one write to the kernel that is no operation of a plan: it changes no configuration, so that there is nothing to be
 * compared, repaired or taken back. It touches neighbors of bridges that evpnd created, and no others.
 *
 * The neighbors stand in a queue. A fiftieth of it is asked at each tick, so that neighbors that turn stale together, as after a
 * start of evpnd, are spread over some seconds, and stay spread; at most KEEP_SHARE_MAX, which is 1,000 a second on average.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "kernel/neighbors.h"
#include "model/net.h"

struct daemon;

/* Neighbors that wait to be asked. What does not fit is counted, and read from the kernel again when the queue is empty. */
#define KEEP_QUEUE_MAX 16384
#define KEEP_SHARE_MAX 100
/* A tick is 50 to 149 ms, by chance. */
#define KEEP_TICK_MS   50
#define KEEP_JITTER_MS 100

struct keep_bridge {
	int ifindex;
	bool ipv4, ipv6; /* it has an address of the family */
};

/* Starts zeroed. */
struct keep {
	struct keep_bridge *bridges; /* sorted by index */
	size_t n_bridges;
	struct neighbor *queue; /* a ring of KEEP_QUEUE_MAX; NULL: not needed yet */
	size_t first, n_queued;
	bool incomplete; /* there may be stale neighbors that are not in the queue */
	bool told; /* the warning that the kernel refuses to ask has been logged */
	uint64_t of_run; /* the run whose sockets and devices they are, by its start */
	size_t of_changes; /* and by its changes */
	uint64_t n_asked, n_dropped, n_refused; /* since the start */
};

/* What keep_next returns beside a pause in ms. */
#define KEEP_IDLE UINT32_MAX

/* The bridges whose neighbors are kept. `known` is sorted and has links as they are, with their addresses. */
void keep_learn(struct keep *keep, const struct config *config, const struct net *known);
/* Puts the neighbor into the queue if its bridge is one of them. */
void keep_add(struct keep *keep, const struct neighbor *neighbor);
/* How many are to be asked at this tick. */
size_t keep_share(size_t n_queued);
void keep_clear(struct keep *keep);

/*
 * It is known how the kernel stands after a run or a look (drift.h): after a run, all stale neighbors are read, since nobody
 * listened while it began.
 */
void keep_settle(struct daemon *daemon);
/* Takes the queued notifications. */
void keep_read(struct daemon *daemon);
/* Asks a share of the queue. Returns the ms after which to call again, or KEEP_IDLE. */
uint32_t keep_next(struct daemon *daemon);
