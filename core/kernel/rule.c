/* SPDX-License-Identifier: Apache-2.0 */
/* rule.c - see rule.h */
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <sys/socket.h>

#include "base/util.h"
#include "kernel/apply_parts.h"
#include "kernel/rule.h"

/* The largest type of an attribute that is read. */
#define ATTR_MAX FRA_DPORT_RANGE

/* The kernel sends a condition only if it is set, but for the two limits, of which UINT32_MAX stands for none. */
static bool has_condition(struct nlattr *const *tb)
{
	static const int conditions[] = { FRA_IIFNAME,	FRA_OIFNAME,	 FRA_FWMARK,	 FRA_FWMASK,
					  FRA_FLOW,	FRA_TUN_ID,	 FRA_L3MDEV,	 FRA_UID_RANGE,
					  FRA_IP_PROTO, FRA_SPORT_RANGE, FRA_DPORT_RANGE };

	for (size_t i = 0; i < ARRAY_LEN(conditions); i++)
		if (tb[conditions[i]])
			return true;
	for (int type = FRA_SUPPRESS_IFGROUP; type <= FRA_SUPPRESS_PREFIXLEN; type++)
		if (tb[type] && nla_get_u32(tb[type]) != UINT32_MAX)
			return true;
	return false;
}

bool rule_parse(const struct nlmsghdr *hdr, struct net_rule *ret_rule)
{
	const struct fib_rule_hdr *frh = nlmsg_data(hdr);
	struct nlattr *tb[ATTR_MAX + 1];
	uint32_t table;

	if ((hdr->nlmsg_type != RTM_NEWRULE && hdr->nlmsg_type != RTM_DELRULE) ||
	    nlmsg_parse((struct nlmsghdr *)(uintptr_t)hdr, sizeof(*frh), tb, ATTR_MAX, NULL) < 0)
		return false;
	table = tb[FRA_TABLE] ? nla_get_u32(tb[FRA_TABLE]) : frh->table;
	if (table != RT_TABLE_LOCAL || frh->action != FR_ACT_TO_TBL || frh->src_len || frh->dst_len || frh->tos ||
	    (frh->flags & FIB_RULE_INVERT) || has_condition(tb))
		return false;
	*ret_rule = (struct net_rule){ .family = frh->family,
				       .pref = tb[FRA_PRIORITY] ? nla_get_u32(tb[FRA_PRIORITY]) : 0,
				       .ours = tb[FRA_PROTOCOL] && nla_get_u8(tb[FRA_PROTOCOL]) == NET_PROTOCOL };
	return true;
}

static void each_rule(const struct nlmsghdr *hdr, void *arg)
{
	struct net *net = arg;
	struct net_rule rule;

	if (rule_parse(hdr, &rule))
		*(struct net_rule *)util_append(&net->rules, &net->n_rules, sizeof(rule)) = rule;
}

static void restart_rules(void *arg)
{
	((struct net *)arg)->n_rules = 0;
}

int read_rules(struct rtnl *rtnl, struct net *net)
{
	struct fib_rule_hdr frh = { .family = AF_UNSPEC };
	struct nl_msg *msg = rtnl_message(RTM_GETRULE, 0);
	int r;

	nlmsg_append(msg, &frh, sizeof(frh), NLMSG_ALIGNTO);
	r = rtnl_dump(rtnl, msg, each_rule, restart_rules, net);
	return r == -EOPNOTSUPP || r == -EAFNOSUPPORT ? 0 : r;
}

static struct outcome request(struct apply *apply, const struct net_rule *rule, int type, int flags)
{
	struct fib_rule_hdr frh = { .family = rule->family, .table = RT_TABLE_LOCAL, .action = FR_ACT_TO_TBL };
	struct nl_msg *msg = rtnl_message(type, flags);

	nlmsg_append(msg, &frh, sizeof(frh), NLMSG_ALIGNTO);
	nla_put_u32(msg, FRA_TABLE, RT_TABLE_LOCAL);
	nla_put_u32(msg, FRA_PRIORITY, rule->pref);
	if (rule->ours || type == RTM_NEWRULE)
		nla_put_u8(msg, FRA_PROTOCOL, rule->ours ? NET_PROTOCOL : RTPROT_KERNEL);
	return OUTCOME(rtnl_request(apply->rtnl[NET_NS_FRR], msg));
}

struct outcome apply_rule_add(struct apply *apply, const struct op *op)
{
	struct outcome o = request(apply, op->rule, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL);

	return o.error == -EEXIST ? OUTCOME(0) : o;
}

struct outcome apply_rule_delete(struct apply *apply, const struct op *op)
{
	struct outcome o = request(apply, op->rule, RTM_DELRULE, 0);

	/* Another program has deleted it. */
	return o.error == -ENOENT ? OUTCOME(0) : o;
}
