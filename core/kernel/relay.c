/* SPDX-License-Identifier: Apache-2.0 */
/* relay.c - see relay.h */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/tc_act/tc_mirred.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>

#include "base/util.h"
#include "kernel/relay.h"

#define ACTION "mirred"

/* A test of the frame at this offset from the destination's MAC address: if it fails, `no` instructions are skipped. */
#define WORD(offset)	 BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)
#define HALF(offset)	 BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offset)
#define OCTET(offset)	 BPF_STMT(BPF_LD | BPF_B | BPF_ABS, offset)
#define IS(value, no)	 BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, no)
#define HAS(bits, no)	 BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, no)
#define HAS_NOT(bits, n) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, n, 0)

/* ARP of Ethernet and IPv4 (RFC 826), to a group address, whose sender and target have one address (RFC 5227, 3). */
static const struct sock_filter is_gratuitous[] = {
	OCTET(0),
	HAS(1, 12),
	HALF(12),
	IS(ETH_P_ARP, 10),
	WORD(14),
	IS(0x00010800, 8),
	HALF(18),
	IS(0x0604, 6),
	WORD(28),
	BPF_STMT(BPF_MISC | BPF_TAX, 0),
	WORD(38),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 0, 2),
	HAS(UINT32_MAX, 1), /* 0.0.0.0 is nobody's */
	TC_YES,
	TC_NO,
};

/* A neighbor advertisement to all nodes, without the flag that it is an answer (RFC 4861, 4.4 and 7.2.6). */
static const struct sock_filter is_unsolicited[] = {
	HALF(12),  IS(ETH_P_IPV6, 17),
	OCTET(20), IS(IPPROTO_ICMPV6, 15),
	OCTET(21), IS(255, 13),
	WORD(38),  IS(0xff020000, 11),
	WORD(42),  HAS_NOT(UINT32_MAX, 9),
	WORD(46),  HAS_NOT(UINT32_MAX, 7),
	WORD(50),  IS(1, 5),
	HALF(54),  IS(ND_NEIGHBOR_ADVERT << 8, 3),
	OCTET(58), HAS_NOT(0x40, 1),
	TC_YES,	   TC_NO,
};

static const struct tc_filter filters[RELAY_COUNT] = {
	{ RELAY_PRIORITY, is_gratuitous, sizeof(is_gratuitous), ACTION },
	{ RELAY_PRIORITY + 1, is_unsolicited, sizeof(is_unsolicited), ACTION },
};

static int target_of(struct nlattr *options)
{
	struct nlattr *tb[TCA_MIRRED_MAX + 1];
	const struct tc_mirred *mirred;

	if (!options || nla_parse_nested(tb, TCA_MIRRED_MAX, options, NULL) < 0 || !tb[TCA_MIRRED_PARMS] ||
	    nla_len(tb[TCA_MIRRED_PARMS]) < (int)sizeof(*mirred))
		return 0;
	mirred = nla_data(tb[TCA_MIRRED_PARMS]);
	return mirred->eaction == TCA_EGRESS_MIRROR ? (int)mirred->ifindex : 0;
}

bool relay_take(const struct nlmsghdr *hdr, struct relay *relay)
{
	struct nlattr *act[TCA_ACT_MAX + 1];

	for (int i = 0; i < RELAY_COUNT; i++) {
		if (!tc_has_filter(hdr, &filters[i], act))
			continue;
		relay->target[i] = target_of(act[TCA_ACT_OPTIONS]);
		return true;
	}
	return false;
}

int relay_target(const struct relay *relay)
{
	for (int i = 1; i < RELAY_COUNT; i++)
		if (relay->target[i] != relay->target[0])
			return 0;
	return relay->target[0];
}

static void put_mirror(struct nl_msg *msg, const void *arg)
{
	const struct tc_mirred mirred = { .action = TC_ACT_UNSPEC,
					  .eaction = TCA_EGRESS_MIRROR,
					  .ifindex = (uint32_t) * (const int *)arg };

	nla_put(msg, TCA_MIRRED_PARMS, sizeof(mirred), &mirred);
}

int relay_add(struct rtnl *rtnl, int ifindex, int target)
{
	int r = 0;

	for (int i = 0; i < RELAY_COUNT && r == 0; i++)
		r = tc_add_filter(rtnl, ifindex, &filters[i], put_mirror, &target);
	return r;
}

bool relay_is_lacking(struct rtnl *rtnl)
{
	const struct tcamsg tca = { 0 };
	struct nl_msg *msg = rtnl_message(RTM_NEWACTION, NLM_F_CREATE | NLM_F_EXCL);
	struct nlattr *list, *act;
	int r;

	nlmsg_append(msg, (void *)(uintptr_t)&tca, sizeof(tca), NLMSG_ALIGNTO);
	list = nla_nest_start(msg, TCA_ACT_TAB);
	act = nla_nest_start(msg, 1);
	nla_put_string(msg, TCA_ACT_KIND, ACTION);
	nla_nest_end(msg, act);
	nla_nest_end(msg, list);
	r = rtnl_request(rtnl, msg);
	/* The action refuses that nothing says what it is to do (EINVAL). */
	return r == -ENOENT || r == -EOPNOTSUPP;
}
