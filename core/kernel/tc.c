/* SPDX-License-Identifier: Apache-2.0 */
/* tc.c - see tc.h */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>

#include "base/util.h"
#include "kernel/tc.h"

#define CLASSIFIER "bpf"

static uint32_t info_of(const struct tc_filter *filter)
{
	return TC_H_MAKE((uint32_t)filter->priority << 16, htons(ETH_P_ALL));
}

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

bool tc_parse(const struct nlmsghdr *hdr, const struct tcmsg **ret_tcm, struct nlattr *tb[TCA_MAX + 1])
{
	*ret_tcm = nlmsg_data(hdr);
	return nlmsg_datalen(hdr) >= (int)sizeof(struct tcmsg) &&
	       nlmsg_parse((struct nlmsghdr *)(uintptr_t)hdr, sizeof(struct tcmsg), tb, TCA_MAX, NULL) == 0 &&
	       tb[TCA_KIND];
}

bool tc_is_qdisc(struct nlattr *const *tb)
{
	const char *kind = nla_get_string(tb[TCA_KIND]);

	return streq(kind, TC_QDISC) || streq(kind, TC_CLSACT);
}

bool tc_has_filter(const struct nlmsghdr *hdr, const struct tc_filter *filter, struct nlattr *act[TCA_ACT_MAX + 1])
{
	struct nlattr *tb[TCA_MAX + 1], *bpf[TCA_BPF_MAX + 1], *list[2];
	const struct tcmsg *tcm;

	return hdr->nlmsg_type == RTM_NEWTFILTER && tc_parse(hdr, &tcm, tb) && tcm->tcm_parent == TC_INGRESS &&
	       tcm->tcm_info == info_of(filter) && streq(nla_get_string(tb[TCA_KIND]), CLASSIFIER) && tb[TCA_OPTIONS] &&
	       nla_parse_nested(bpf, TCA_BPF_MAX, tb[TCA_OPTIONS], NULL) == 0 && bpf[TCA_BPF_OPS] && bpf[TCA_BPF_ACT] &&
	       nla_len(bpf[TCA_BPF_OPS]) == (int)filter->size &&
	       memcmp(nla_data(bpf[TCA_BPF_OPS]), filter->program, filter->size) == 0 &&
	       nla_parse_nested(list, 1, bpf[TCA_BPF_ACT], NULL) == 0 && list[1] &&
	       nla_parse_nested(act, TCA_ACT_MAX, list[1], NULL) == 0 && act[TCA_ACT_KIND] &&
	       streq(nla_get_string(act[TCA_ACT_KIND]), filter->action);
}

int tc_dump_filters(struct rtnl *rtnl, int ifindex, rtnl_each *each, void (*restart)(void *arg), void *arg)
{
	return rtnl_dump(rtnl, message(RTM_GETTFILTER, 0, ifindex, TC_INGRESS, 0), each, restart, arg);
}

int tc_add_filter(struct rtnl *rtnl, int ifindex, const struct tc_filter *filter,
		  void (*put)(struct nl_msg *msg, const void *arg), const void *arg)
{
	struct nl_msg *msg = message(RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, ifindex, TC_INGRESS, info_of(filter));
	struct nlattr *options, *list, *act, *own;

	nla_put_string(msg, TCA_KIND, CLASSIFIER);
	options = nla_nest_start(msg, TCA_OPTIONS);
	nla_put_u16(msg, TCA_BPF_OPS_LEN, (uint16_t)(filter->size / sizeof(struct sock_filter)));
	nla_put(msg, TCA_BPF_OPS, (int)filter->size, filter->program);
	list = nla_nest_start(msg, TCA_BPF_ACT);
	act = nla_nest_start(msg, 1);
	nla_put_string(msg, TCA_ACT_KIND, filter->action);
	own = nla_nest_start(msg, TCA_ACT_OPTIONS);
	put(msg, arg);
	nla_nest_end(msg, own);
	nla_nest_end(msg, act);
	nla_nest_end(msg, list);
	nla_nest_end(msg, options);
	return rtnl_request(rtnl, msg);
}

int tc_delete_qdisc(struct rtnl *rtnl, int ifindex)
{
	int r = rtnl_request(rtnl, qdisc_message(RTM_DELQDISC, 0, ifindex));

	/* There is none. */
	return r == -ENOENT || r == -EINVAL ? 0 : r;
}

int tc_add_qdisc(struct rtnl *rtnl, int ifindex)
{
	struct nl_msg *msg = qdisc_message(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, ifindex);

	nla_put_string(msg, TCA_KIND, TC_QDISC);
	return rtnl_request(rtnl, msg);
}
