/* SPDX-License-Identifier: Apache-2.0 */
/* keep.c - see keep.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/util.h"
#include "run/daemon.h"
#include "run/keep.h"

/* The share of the queue at a tick: with ticks of 100 ms, a neighbor waits 5 s on average. */
#define SHARE_DIVISOR 50

static int compare_bridges(const void *a, const void *b)
{
	const struct keep_bridge *x = a, *y = b;

	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

static void find_families(const struct net *known, const struct net_link *link, struct keep_bridge *bridge)
{
	size_t n;
	const struct net_addr *addrs = net_addrs_of(known, link->ns, link->name, &n);

	for (size_t i = 0; i < n; i++) {
		bridge->ipv4 |= addrs[i].ip.family == AF_INET;
		bridge->ipv6 |= addrs[i].ip.family == AF_INET6;
	}
}

void keep_learn(struct keep *keep, const struct config *config, const struct net *known)
{
	char name[IFNAMSIZ];

	keep->n_bridges = 0;
	for (size_t i = 0; i < config->n_l2vnis; i++) {
		struct keep_bridge bridge = { 0 };
		const struct net_link *link;

		if (!config->l2vnis[i].keep_neighbors)
			continue;
		net_name_bridge(config->l2vnis[i].vni, name);
		link = net_find_link(known, NET_NS_FRR, name);
		if (!link || !link->ifindex || !net_is_made(link))
			continue;
		bridge.ifindex = link->ifindex;
		find_families(known, link, &bridge);
		if (bridge.ipv4 || bridge.ipv6)
			*(struct keep_bridge *)util_append(&keep->bridges, &keep->n_bridges, sizeof(bridge)) = bridge;
	}
	if (keep->n_bridges)
		qsort(keep->bridges, keep->n_bridges, sizeof(*keep->bridges), compare_bridges);
}

static bool is_kept(const struct keep *keep, const struct neighbor *neighbor)
{
	const struct keep_bridge key = { .ifindex = neighbor->ifindex };
	const struct keep_bridge *bridge =
		keep->n_bridges ? bsearch(&key, keep->bridges, keep->n_bridges, sizeof(key), compare_bridges) : NULL;

	return bridge && (neighbor->ip.family == AF_INET ? bridge->ipv4 : bridge->ipv6);
}

void keep_add(struct keep *keep, const struct neighbor *neighbor)
{
	if (!is_kept(keep, neighbor))
		return;
	if (keep->n_queued == KEEP_QUEUE_MAX) {
		keep->n_dropped++;
		keep->incomplete = true;
		return;
	}
	if (!keep->queue)
		keep->queue = xcalloc(KEEP_QUEUE_MAX, sizeof(*keep->queue));
	keep->queue[(keep->first + keep->n_queued++) % KEEP_QUEUE_MAX] = *neighbor;
}

size_t keep_share(size_t n_queued)
{
	size_t share = (n_queued + SHARE_DIVISOR - 1) / SHARE_DIVISOR;

	return share < KEEP_SHARE_MAX ? share : KEEP_SHARE_MAX;
}

static void empty(struct keep *keep)
{
	keep->first = keep->n_queued = 0;
	keep->incomplete = false;
}

void keep_clear(struct keep *keep)
{
	free(keep->bridges);
	free(keep->queue);
	*keep = (struct keep){ 0 };
}

static void add(const struct neighbor *neighbor, void *arg)
{
	keep_add(arg, neighbor);
}

static void read_all(struct keep *keep, struct neighbors *neighbors)
{
	int r;

	keep->incomplete = false;
	r = neighbors_read_all(neighbors, add, keep);
	/* Neighbors that keep changing interrupt it: the next tick tries again. */
	keep->incomplete |= r == -EINTR;
	keep->n_refused += r < 0 && r != -EINTR;
}

void keep_settle(struct daemon *daemon)
{
	const struct run *run = &daemon->run;
	struct keep *keep = &daemon->keep;

	if (!run->neighbors || !daemon->drift.settled)
		return;
	keep_learn(keep, run->setup->config, &daemon->drift.known.net);
	if (keep->of_run == run->started_us && keep->of_changes == run->n_changes)
		return;
	keep->of_run = run->started_us;
	keep->of_changes = run->n_changes;
	/* Devices may have been made anew, so an index may be another one's. */
	empty(keep);
	keep->incomplete = keep->n_bridges > 0;
}

void keep_read(struct daemon *daemon)
{
	struct keep *keep = &daemon->keep;

	if (daemon->run.neighbors && neighbors_read(daemon->run.neighbors, add, keep))
		keep->incomplete = true;
}

static void ask(struct keep *keep, struct neighbors *neighbors, const struct neighbor *neighbor)
{
	int r = neighbors_ask(neighbors, neighbor);
	char text[IPADDR_TEXT_SIZE];

	keep->n_asked += r > 0;
	keep->n_refused += r < 0;
	if (r >= 0 || keep->told)
		return;
	keep->told = true;
	log_warning("neighbor %s: the kernel does not ask for it: %s; the routes of hosts that do not talk are "
		    "withdrawn; set "
		    "keep_neighbors = false if this kernel cannot do that",
		    ipaddr_format(&neighbor->ip, false, text), strerror(-r));
}

static uint32_t tick_ms(void)
{
	uint64_t now = clock_us();

	return KEEP_TICK_MS + (uint32_t)(hash_bytes64(HASH_START64, &now, sizeof(now)) % KEEP_JITTER_MS);
}

uint32_t keep_next(struct daemon *daemon)
{
	struct neighbors *neighbors = daemon->run.neighbors;
	struct keep *keep = &daemon->keep;

	if (!neighbors) {
		empty(keep);
		return KEEP_IDLE;
	}
	if (keep->incomplete && keep->n_queued == 0)
		read_all(keep, neighbors);
	for (size_t i = keep_share(keep->n_queued); i > 0; i--) {
		ask(keep, neighbors, &keep->queue[keep->first]);
		keep->first = (keep->first + 1) % KEEP_QUEUE_MAX;
		keep->n_queued--;
	}
	if (keep->n_queued == 0)
		keep->first = 0;
	return keep->n_queued || keep->incomplete ? tick_ms() : KEEP_IDLE;
}
