/* SPDX-License-Identifier: Apache-2.0 */
/* limit.c - see limit.h */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/gen_stats.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>

#include "base/util.h"
#include "kernel/limit.h"
#include "kernel/link_attr.h"

/* linux 5.12 */
#ifndef TCA_POLICE_PKTRATE64
#define TCA_POLICE_PKTRATE64  10
#define TCA_POLICE_PKTBURST64 11
#endif
#define POLICE_MAX 11

#define QDISC	   "clsact"
#define CLASSIFIER "bpf"
#define ACTION	   "police"
#define INGRESS	   TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)
/* The kinds of frames have filters of these priorities, from 1. */
#define FILTER_INFO(kind) TC_H_MAKE((uint32_t)((kind) + 1) << 16, htons(ETH_P_ALL))

/* The kernel's unit of a burst: 64 ns (PSCHED_SHIFT). */
#define TICKS_PER_SECOND 15625000ull
#define PER_SECOND	 10 /* what may come at once is that of a tenth of a second */
#define BURST_PACKETS	 10 /* and no less than this, or a frame that is not yet cut into segments */
#define BURST_BYTES	 69632
#define RATE_TABLE_SIZE	 1024

/* 0xffffffff: the frame matches. On the ingress side of a clsact the data begins with the destination's MAC address. */
#define YES   BPF_STMT(BPF_RET | BPF_K, UINT32_MAX)
#define NO    BPF_STMT(BPF_RET | BPF_K, 0)
#define WORD  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0)
#define HALF  BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 4)
#define OCTET BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0)

static const struct sock_filter is_broadcast[] = { WORD, BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, UINT32_MAX, 0, 2),
						   HALF, BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, UINT16_MAX, 1, 0),
						   NO,	 YES };
static const struct sock_filter is_multicast[] = { OCTET, BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1, 0, 4),
						   WORD,  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, UINT32_MAX, 0, 3),
						   HALF,  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, UINT16_MAX, 0, 1),
						   NO,	  YES };

static const struct {
	const struct sock_filter *program;
	size_t size;
} programs[NET_LIMIT_COUNT] = { [NET_LIMIT_BROADCAST] = { is_broadcast, sizeof(is_broadcast) },
				[NET_LIMIT_MULTICAST] = { is_multicast, sizeof(is_multicast) } };

static struct nl_msg *message(int type, int flags, int ifindex, uint32_t parent, uint32_t info)
{
	const struct tcmsg tcm = {
		.tcm_ifindex = ifindex, .tcm_parent = parent, .tcm_info = info, .tcm_handle = info ? 1 : 0
	};
	struct nl_msg *msg = rtnl_message(type, flags);

	nlmsg_append(msg, (void *)(uintptr_t)&tcm, sizeof(tcm), NLMSG_ALIGNTO);
	return msg;
}

static struct nl_msg *qdisc_message(int type, int flags, int ifindex)
{
	struct nl_msg *msg = message(type, flags, ifindex, TC_H_CLSACT, 0);
	struct tcmsg *tcm = nlmsg_data(nlmsg_hdr(msg));

	tcm->tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
	return msg;
}

static bool parse(const struct nlmsghdr *hdr, const struct tcmsg **ret_tcm, struct nlattr *tb[TCA_MAX + 1])
{
	*ret_tcm = nlmsg_data(hdr);
	return nlmsg_datalen(hdr) >= (int)sizeof(struct tcmsg) &&
	       nlmsg_parse((struct nlmsghdr *)(uintptr_t)hdr, sizeof(struct tcmsg), tb, TCA_MAX, NULL) == 0 &&
	       tb[TCA_KIND];
}

/* The kind whose filter this is; NET_LIMIT_COUNT: of none. */
static int kind_of(const struct tcmsg *tcm)
{
	int kind = 0;

	while (kind < NET_LIMIT_COUNT && tcm->tcm_info != FILTER_INFO(kind))
		kind++;
	return tcm->tcm_parent == INGRESS ? kind : NET_LIMIT_COUNT;
}

/* The first action of a filter, parsed, if the filter is one of evpnd's. */
static bool parse_action(struct nlattr *options, int kind, struct nlattr *act[TCA_ACT_MAX + 1])
{
	struct nlattr *bpf[TCA_BPF_MAX + 1], *list[2];

	return options && nla_parse_nested(bpf, TCA_BPF_MAX, options, NULL) == 0 && bpf[TCA_BPF_OPS] &&
	       bpf[TCA_BPF_ACT] && nla_len(bpf[TCA_BPF_OPS]) == (int)programs[kind].size &&
	       memcmp(nla_data(bpf[TCA_BPF_OPS]), programs[kind].program, programs[kind].size) == 0 &&
	       nla_parse_nested(list, 1, bpf[TCA_BPF_ACT], NULL) == 0 && list[1] &&
	       nla_parse_nested(act, TCA_ACT_MAX, list[1], NULL) == 0 && act[TCA_ACT_KIND] &&
	       streq(nla_get_string(act[TCA_ACT_KIND]), ACTION);
}

static struct net_rate rate_of(struct nlattr *options)
{
	struct nlattr *tb[POLICE_MAX + 1];
	struct net_rate rate = { 0 };
	const struct tc_police *police;

	if (!options || nla_parse_nested(tb, POLICE_MAX, options, NULL) < 0 || !tb[TCA_POLICE_TBF] ||
	    nla_len(tb[TCA_POLICE_TBF]) < (int)sizeof(*police))
		return rate;
	police = nla_data(tb[TCA_POLICE_TBF]);
	if (police->action != TC_POLICE_SHOT)
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

struct state {
	struct net_limits limits;
	uint64_t drops;
};

static void each_filter(const struct nlmsghdr *hdr, void *arg)
{
	struct nlattr *tb[TCA_MAX + 1], *act[TCA_ACT_MAX + 1];
	struct state *state = arg;
	const struct tcmsg *tcm;
	int kind;

	if (hdr->nlmsg_type != RTM_NEWTFILTER || !parse(hdr, &tcm, tb) ||
	    !streq(nla_get_string(tb[TCA_KIND]), CLASSIFIER))
		return;
	kind = kind_of(tcm);
	if (kind == NET_LIMIT_COUNT || !parse_action(tb[TCA_OPTIONS], kind, act))
		return;
	state->limits.rates[kind] = rate_of(act[TCA_ACT_OPTIONS]);
	state->drops += drops_of(act[TCA_ACT_STATS]);
}

static void restart_filters(void *arg)
{
	*(struct state *)arg = (struct state){ 0 };
}

static int read_state(struct rtnl *rtnl, int ifindex, struct state *ret_state)
{
	*ret_state = (struct state){ 0 };
	return rtnl_dump(rtnl, message(RTM_GETTFILTER, 0, ifindex, INGRESS, 0), each_filter, restart_filters,
			 ret_state);
}

int limit_count(struct rtnl *rtnl, int ifindex, uint64_t *ret_dropped)
{
	struct state state;
	int r = read_state(rtnl, ifindex, &state);

	if (r == 0)
		*ret_dropped = state.drops;
	return r;
}

struct qdiscs {
	int *devices;
	size_t n_devices;
};

/* Those that are in no block: the filters of a block are not the device's own. */
static void each_qdisc(const struct nlmsghdr *hdr, void *arg)
{
	struct nlattr *tb[TCA_MAX + 1];
	struct qdiscs *qdiscs = arg;
	const struct tcmsg *tcm;

	if (hdr->nlmsg_type == RTM_NEWQDISC && parse(hdr, &tcm, tb) && streq(nla_get_string(tb[TCA_KIND]), QDISC) &&
	    !tb[TCA_INGRESS_BLOCK])
		*(int *)util_append(&qdiscs->devices, &qdiscs->n_devices, sizeof(int)) = tcm->tcm_ifindex;
}

static void restart_qdiscs(void *arg)
{
	((struct qdiscs *)arg)->n_devices = 0;
}

static int by_number(const void *a, const void *b)
{
	const int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

static bool has_qdisc(const struct qdiscs *qdiscs, int ifindex)
{
	return qdiscs->n_devices && bsearch(&ifindex, qdiscs->devices, qdiscs->n_devices, sizeof(int), by_number);
}

int read_limits(struct rtnl *frr, struct net *net, struct evpn_error *err)
{
	const struct tcmsg all = { 0 };
	struct nl_msg *msg = rtnl_message(RTM_GETQDISC, 0);
	struct qdiscs qdiscs = { 0 };
	int r;

	nlmsg_append(msg, (void *)(uintptr_t)&all, sizeof(all), NLMSG_ALIGNTO);
	r = rtnl_dump(frr, msg, each_qdisc, restart_qdiscs, &qdiscs);
	if (r == 0 && qdiscs.n_devices)
		qsort(qdiscs.devices, qdiscs.n_devices, sizeof(int), by_number);
	for (size_t i = 0; i < net->n_links && r == 0; i++) {
		struct net_link *link = &net->links[i];
		struct state state = { 0 };

		if (link->ns != NET_NS_FRR || link->kind != NET_KIND_VETH || !net_is_made(link) ||
		    !has_qdisc(&qdiscs, link->ifindex))
			continue;
		r = read_state(frr, link->ifindex, &state);
		link->limits = state.limits;
		/* It has gone since. */
		if (r == -ENODEV || r == -EINVAL)
			r = 0;
	}
	free(qdiscs.devices);
	/* A kernel without traffic control has nothing to be read. */
	return r < 0 && r != -EOPNOTSUPP ? evpn_fail(err, -r, "frr: dump of traffic control: %s", strerror(-r)) : 0;
}

bool limit_concerns(const struct nlmsghdr *hdr, const struct net_limits *(*find)(int ifindex, void *arg), void *arg)
{
	const struct net_limits *known;
	struct nlattr *tb[TCA_MAX + 1];
	struct state says = { 0 };
	const struct tcmsg *tcm;
	int kind;

	if (!parse(hdr, &tcm, tb))
		return false;
	kind = kind_of(tcm);
	known = find(tcm->tcm_ifindex, arg);
	if (!known)
		return false;
	switch (hdr->nlmsg_type) {
	case RTM_NEWTFILTER:
		each_filter(hdr, &says);
		return kind < NET_LIMIT_COUNT && !net_rate_same(&says.limits.rates[kind], &known->rates[kind]);
	case RTM_DELTFILTER:
		return tcm->tcm_parent == INGRESS && net_limits_any(known);
	case RTM_DELQDISC:
		return streq(nla_get_string(tb[TCA_KIND]), QDISC) && net_limits_any(known);
	default:
		return false;
	}
}

/* What takes `n` a second for `least`, or a tenth of a second if that is longer. */
static uint64_t burst_ticks(uint64_t least, uint64_t n)
{
	uint64_t ticks = least * TICKS_PER_SECOND / n;

	return ticks > TICKS_PER_SECOND / PER_SECOND ? ticks : TICKS_PER_SECOND / PER_SECOND;
}

static void put_police(struct nl_msg *msg, const struct net_rate *rate)
{
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
	if (rate->packets) {
		nla_put_u64(msg, TCA_POLICE_PKTRATE64, rate->n);
		nla_put_u64(msg, TCA_POLICE_PKTBURST64, burst_ticks(BURST_PACKETS, rate->n));
	} else {
		nla_put(msg, TCA_POLICE_RATE, sizeof(table), table);
	}
}

static int add_filter(struct rtnl *rtnl, int ifindex, int kind, const struct net_rate *rate)
{
	struct nl_msg *msg = message(RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, ifindex, INGRESS, FILTER_INFO(kind));
	struct nlattr *options, *list, *act, *police;

	nla_put_string(msg, TCA_KIND, CLASSIFIER);
	options = nla_nest_start(msg, TCA_OPTIONS);
	nla_put_u16(msg, TCA_BPF_OPS_LEN, (uint16_t)(programs[kind].size / sizeof(struct sock_filter)));
	nla_put(msg, TCA_BPF_OPS, (int)programs[kind].size, programs[kind].program);
	list = nla_nest_start(msg, TCA_BPF_ACT);
	act = nla_nest_start(msg, 1);
	nla_put_string(msg, TCA_ACT_KIND, ACTION);
	police = nla_nest_start(msg, TCA_ACT_OPTIONS);
	put_police(msg, rate);
	nla_nest_end(msg, police);
	nla_nest_end(msg, act);
	nla_nest_end(msg, list);
	nla_nest_end(msg, options);
	return rtnl_request(rtnl, msg);
}

static int delete_qdisc(struct rtnl *rtnl, int ifindex)
{
	int r = rtnl_request(rtnl, qdisc_message(RTM_DELQDISC, 0, ifindex));

	/* There is none. */
	return r == -ENOENT || r == -EINVAL ? 0 : r;
}

static int add_qdisc(struct rtnl *rtnl, int ifindex)
{
	struct nl_msg *msg = qdisc_message(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, ifindex);

	nla_put_string(msg, TCA_KIND, QDISC);
	return rtnl_request(rtnl, msg);
}

/* A kernel that does not know limits in packets takes the message, and limits nothing. */
static struct outcome check(struct rtnl *rtnl, int ifindex, const struct net_limits *want)
{
	struct state state;
	int r = read_state(rtnl, ifindex, &state);
	const char *why;

	if (r < 0 || net_limits_same(&state.limits, want))
		return OUTCOME(r);
	why = "this kernel has no limits in packets a second, which Linux 5.12 has: set `limit' in bits";
	return (struct outcome){ .error = -EOPNOTSUPP, .why = why };
}

struct outcome apply_link_limit(struct apply *apply, const struct op *op)
{
	const struct net_limits *limits = &op->link->limits;
	struct rtnl *rtnl = apply->rtnl[op->link->ns];
	int ifindex = rtnl_ifindex(rtnl, op->link->name), r;
	const char *why = NULL;

	if (!ifindex)
		return apply_no_device();
	r = delete_qdisc(rtnl, ifindex);
	if (r < 0 || !net_limits_any(limits))
		return OUTCOME(r);
	r = add_qdisc(rtnl, ifindex);
	for (int kind = 0; kind < NET_LIMIT_COUNT && r == 0; kind++)
		if (limits->rates[kind].n)
			r = add_filter(rtnl, ifindex, kind, &limits->rates[kind]);
	if (r == 0)
		return check(rtnl, ifindex, limits);
	if (r == -ENOENT)
		why = "this kernel lacks what limits a port: its modules sch_ingress, cls_bpf and act_police; load "
		      "them, or "
		      "remove `limit'";
	delete_qdisc(rtnl, ifindex);
	return (struct outcome){ .error = r, .why = why };
}

/* No message about the link itself has them. */
static int put_nothing(struct link_out *out)
{
	return 0;
}

static void get_nothing(const struct link_in *in, struct net_link *link)
{
}

const struct link_attr link_attr_limits = { .put = put_nothing, .get = get_nothing };
