/* SPDX-License-Identifier: Apache-2.0 */
/* limit.c - see limit.h */
#include <errno.h>
#include <linux/gen_stats.h>

#include "base/util.h"
#include "kernel/limit.h"

/* linux 5.12 */
#ifndef TCA_POLICE_PKTRATE64
#define TCA_POLICE_PKTRATE64  10
#define TCA_POLICE_PKTBURST64 11
#endif
#define POLICE_MAX 11

#define ACTION "police"

/* The kernel's unit of a burst: 64 ns (PSCHED_SHIFT). */
#define TICKS_PER_SECOND 15625000ull
#define PER_SECOND	 10 /* what may come at once is that of a tenth of a second */
#define BURST_PACKETS	 10 /* and no less than this, or a frame that is not yet cut into segments */
#define BURST_BYTES	 69632
#define RATE_TABLE_SIZE	 1024

#define WORD  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0)
#define HALF  BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 4)
#define OCTET BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0)

static const struct sock_filter is_broadcast[] = { WORD,  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, UINT32_MAX, 0, 2),
						   HALF,  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, UINT16_MAX, 1, 0),
						   TC_NO, TC_YES };
static const struct sock_filter is_multicast[] = { OCTET, BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1, 0, 4),
						   WORD,  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, UINT32_MAX, 0, 3),
						   HALF,  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, UINT16_MAX, 0, 1),
						   TC_NO, TC_YES };

static const struct tc_filter filters[NET_LIMIT_COUNT] = {
	[NET_LIMIT_BROADCAST] = { LIMIT_PRIORITY, is_broadcast, sizeof(is_broadcast), ACTION },
	[NET_LIMIT_MULTICAST] = { LIMIT_PRIORITY + 1, is_multicast, sizeof(is_multicast), ACTION },
};

static struct net_rate rate_of(struct nlattr *options)
{
	struct nlattr *tb[POLICE_MAX + 1];
	struct net_rate rate = { 0 };
	const struct tc_police *police;

	if (!options || nla_parse_nested(tb, POLICE_MAX, options, NULL) < 0 || !tb[TCA_POLICE_TBF] ||
	    nla_len(tb[TCA_POLICE_TBF]) < (int)sizeof(*police))
		return rate;
	police = nla_data(tb[TCA_POLICE_TBF]);
	/* The result is that of a frame which passes. */
	if (police->action != TC_POLICE_SHOT || !tb[TCA_POLICE_RESULT] ||
	    nla_get_u32(tb[TCA_POLICE_RESULT]) != (uint32_t)TC_ACT_UNSPEC)
		return rate;
	rate.packets = tb[TCA_POLICE_PKTRATE64] != NULL;
	rate.n = rate.packets ? nla_get_u64(tb[TCA_POLICE_PKTRATE64]) : police->rate.rate * 8ull;
	return rate;
}

static uint64_t drops_of(struct nlattr *stats)
{
	struct nlattr *tb[TCA_STATS_MAX + 1];

	if (!stats || nla_parse_nested(tb, TCA_STATS_MAX, stats, NULL) < 0 || !tb[TCA_STATS_QUEUE] ||
	    nla_len(tb[TCA_STATS_QUEUE]) < (int)sizeof(struct gnet_stats_queue))
		return 0;
	return ((const struct gnet_stats_queue *)nla_data(tb[TCA_STATS_QUEUE]))->drops;
}

bool limit_take(const struct nlmsghdr *hdr, struct net_limits *limits, uint64_t *dropped)
{
	struct nlattr *act[TCA_ACT_MAX + 1];

	for (int kind = 0; kind < NET_LIMIT_COUNT; kind++) {
		if (!tc_has_filter(hdr, &filters[kind], act))
			continue;
		limits->rates[kind] = rate_of(act[TCA_ACT_OPTIONS]);
		*dropped += drops_of(act[TCA_ACT_STATS]);
		return true;
	}
	return false;
}

struct count {
	struct net_limits limits;
	uint64_t drops;
};

static void each_filter(const struct nlmsghdr *hdr, void *arg)
{
	struct count *count = arg;

	limit_take(hdr, &count->limits, &count->drops);
}

static void restart_count(void *arg)
{
	*(struct count *)arg = (struct count){ 0 };
}

int limit_count(struct rtnl *rtnl, int ifindex, uint64_t *ret_dropped)
{
	struct count count = { 0 };
	int r = tc_dump_filters(rtnl, ifindex, each_filter, restart_count, &count);

	if (r == 0)
		*ret_dropped = count.drops;
	return r;
}

/* What takes `n` a second for `least`, or a tenth of a second if that is longer. */
static uint64_t burst_ticks(uint64_t least, uint64_t n)
{
	uint64_t ticks = least * TICKS_PER_SECOND / n;

	return ticks > TICKS_PER_SECOND / PER_SECOND ? ticks : TICKS_PER_SECOND / PER_SECOND;
}

static void put_police(struct nl_msg *msg, const void *arg)
{
	const struct net_rate *rate = arg;
	/* The kernel wants a table with a rate in bits, and does not use it. */
	static const uint8_t table[RATE_TABLE_SIZE];
	struct tc_police police = { .action = TC_POLICE_SHOT, .mtu = UINT32_MAX };

	if (!rate->packets) {
		police.rate.rate = (uint32_t)(rate->n / 8);
		police.rate.cell_log = 1;
		police.rate.linklayer = TC_LINKLAYER_ETHERNET;
		police.burst = (uint32_t)burst_ticks(BURST_BYTES, rate->n / 8);
	}
	nla_put(msg, TCA_POLICE_TBF, sizeof(police), &police);
	/* What passes goes on to the next filter. */
	nla_put_u32(msg, TCA_POLICE_RESULT, (uint32_t)TC_ACT_UNSPEC);
	if (rate->packets) {
		nla_put_u64(msg, TCA_POLICE_PKTRATE64, rate->n);
		nla_put_u64(msg, TCA_POLICE_PKTBURST64, burst_ticks(BURST_PACKETS, rate->n));
	} else {
		nla_put(msg, TCA_POLICE_RATE, sizeof(table), table);
	}
}

int limit_add(struct rtnl *rtnl, int ifindex, const struct net_limits *limits)
{
	int r = 0;

	for (int kind = 0; kind < NET_LIMIT_COUNT && r == 0; kind++)
		if (limits->rates[kind].n)
			r = tc_add_filter(rtnl, ifindex, &filters[kind], put_police, &limits->rates[kind]);
	return r;
}
