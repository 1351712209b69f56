/* SPDX-License-Identifier: Apache-2.0 */
/* net_limit.h - how much of the frames that a bridge floods a port takes in: storm control */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct net_rate {
	uint64_t n; /* a second; 0: no limit */
	bool packets; /* false: bits, a multiple of 8 */
};

enum net_limit_kind {
	NET_LIMIT_BROADCAST,
	NET_LIMIT_MULTICAST, /* all group addresses but the broadcast address */
};
#define NET_LIMIT_COUNT 2

struct net_limits {
	struct net_rate rates[NET_LIMIT_COUNT];
};

static inline bool net_rate_same(const struct net_rate *a, const struct net_rate *b)
{
	return a->n == b->n && (!a->n || a->packets == b->packets);
}

static inline bool net_limits_same(const struct net_limits *a, const struct net_limits *b)
{
	return net_rate_same(&a->rates[NET_LIMIT_BROADCAST], &b->rates[NET_LIMIT_BROADCAST]) &&
	       net_rate_same(&a->rates[NET_LIMIT_MULTICAST], &b->rates[NET_LIMIT_MULTICAST]);
}

static inline bool net_limits_any(const struct net_limits *limits)
{
	return limits->rates[NET_LIMIT_BROADCAST].n || limits->rates[NET_LIMIT_MULTICAST].n;
}
