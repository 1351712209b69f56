/* SPDX-License-Identifier: Apache-2.0 */
/* apply_case.c - see apply_case.h */
#include <check.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>

#include "apply_case.h"
#include "base/util.h"
#include "kernel/netns.h"

struct apply_case ac;

int __wrap_rtnl_request(struct rtnl *rtnl, struct nl_msg *msg);
int __wrap_rtnl_dump(struct rtnl *rtnl, struct nl_msg *msg, rtnl_each *each, void (*restart)(void *arg), void *arg);
int __wrap_rtnl_ifindex(const struct rtnl *rtnl, const char *name);
const char *__wrap_rtnl_extack(const struct rtnl *rtnl);
int __wrap_netns_enter(int netns_fd, int *ret_back, struct evpn_error *err);
void __wrap_netns_leave(int *back);

static struct rtnl *rtnl[NET_NS_COUNT];
static struct net_group groups[N_GROUPS];
static struct net desired;

/* The VNIs of a message for the VXLAN's filter of them. */
static void parse_vnis(struct nlmsghdr *hdr, uint32_t *first, uint32_t *last)
{
	struct nlattr *entry = nlmsg_find_attr(hdr, sizeof(struct tunnel_msg), VXLAN_VNIFILTER_ENTRY), *end;

	*first = nla_get_u32(nla_find(nla_data(entry), nla_len(entry), VXLAN_VNIFILTER_ENTRY_START));
	end = nla_find(nla_data(entry), nla_len(entry), VXLAN_VNIFILTER_ENTRY_END);
	*last = end ? nla_get_u32(end) : *first;
}

static bool refuses(const struct nl_msg *msg)
{
	struct nlmsghdr *hdr = nlmsg_hdr((struct nl_msg *)(uintptr_t)msg);
	uint32_t first, last;

	if (hdr->nlmsg_type != RTM_NEWTUNNEL)
		return false;
	parse_vnis(hdr, &first, &last);
	for (size_t i = 0; i < ARRAY_LEN(ac.refused_vnis); i++)
		if (ac.refused_vnis[i] >= first && ac.refused_vnis[i] <= last)
			return true;
	return false;
}

static void describe(const struct nl_msg *msg, char buf[64])
{
	struct nlmsghdr *hdr = nlmsg_hdr((struct nl_msg *)(uintptr_t)msg);
	const struct ifinfomsg *ifi = nlmsg_data(hdr);
	const struct ifaddrmsg *ifa = nlmsg_data(hdr);
	struct nlattr *attr;
	uint32_t first, last;

	switch (hdr->nlmsg_type) {
	case RTM_NEWTUNNEL:
	case RTM_DELTUNNEL:
		parse_vnis(hdr, &first, &last);
		snprintf(buf, 64, "%svnis %u", hdr->nlmsg_type == RTM_NEWTUNNEL ? "" : "no ", first);
		if (last > first)
			snprintf(buf + strlen(buf), 64 - strlen(buf), "-%u", last);
		break;
	case RTM_NEWLINK:
		attr = nlmsg_find_attr(hdr, sizeof(*ifi), IFLA_IFNAME);
		snprintf(buf, 64, "new %s", attr ? nla_get_string(attr) : "?");
		break;
	case RTM_SETLINK:
		attr = nlmsg_find_attr(hdr, sizeof(*ifi), IFLA_GROUP);
		snprintf(buf, 64, "%s %d", attr ? "group" : "set", ifi->ifi_index);
		break;
	case RTM_DELLINK:
		snprintf(buf, 64, ifi->ifi_index ? "delete %d" : "delete group", ifi->ifi_index);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		snprintf(buf, 64, "%saddress %u", hdr->nlmsg_type == RTM_NEWADDR ? "" : "no ", ifa->ifa_index);
		break;
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		strcpy(buf, hdr->nlmsg_type == RTM_NEWROUTE ? "route" : "no route");
		break;
	default:
		ck_abort_msg("unexpected message %u", hdr->nlmsg_type);
	}
}

int __wrap_rtnl_request(struct rtnl *to, struct nl_msg *msg)
{
	bool refused = refuses(msg);
	char buf[64];

	describe(msg, buf);
	nlmsg_free(msg);
	ck_assert(to == rtnl[NET_NS_FRR]);
	strcat(strcat(ac.trace, buf), "\n");
	for (size_t i = 0; i < ARRAY_LEN(ac.faults) && ac.faults[i].message; i++)
		if (streq(ac.faults[i].message, buf))
			return ac.faults[i].error;
	return refused ? -EEXIST : 0;
}

/* The links of FRR's namespace: a foreign one with index 90. */
int __wrap_rtnl_dump(struct rtnl *from, struct nl_msg *msg, rtnl_each *each, void (*restart)(void *arg), void *arg)
{
	struct nl_msg *answer = nlmsg_alloc_simple(RTM_NEWLINK, 0);
	struct ifinfomsg ifi = { .ifi_index = 90 };

	ac.n_dumps++;
	nlmsg_free(msg);
	nlmsg_append(answer, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	nla_put_u32(answer, IFLA_GROUP, ac.stranger_group);
	each(nlmsg_hdr(answer), arg);
	nlmsg_free(answer);
	return 0;
}

int __wrap_rtnl_ifindex(const struct rtnl *from, const char *name)
{
	return ac.gone && streq(ac.gone, name) ? 0 : 50;
}

const char *__wrap_rtnl_extack(const struct rtnl *from)
{
	return "the kernel's words";
}

int __wrap_netns_enter(int netns_fd, int *ret_back, struct evpn_error *ret_err)
{
	ac.n_entered++;
	if (ac.enter_error)
		return evpn_fail(ret_err, ac.enter_error, "no");
	*ret_back = 1000;
	return 0;
}

void __wrap_netns_leave(int *back)
{
	ac.n_left += *back >= 0;
	*back = -1;
}

static void report(void *arg, unsigned int group, const struct evpn_error *why)
{
	ck_assert_ptr_eq(arg, &ac.apply);
	ac.n_reports++;
	ac.reported = *why;
	ac.reported_group = group;
}

static void after(void *arg)
{
	ck_assert_ptr_eq(arg, &ac.apply);
	ac.n_after++;
}

static struct apply begun; /* as each stage begins */

void apply_case_begin(void)
{
	static const int netns_fds[NET_NS_COUNT] = { 100, 101 };

	ac = (struct apply_case){ 0 };
	for (int i = 0; i < NET_NS_COUNT; i++)
		rtnl[i] = (struct rtnl *)(void *)&ac.trace[i];
	for (int i = 0; i < N_GROUPS; i++)
		snprintf(groups[i].label, sizeof(groups[i].label), "group %d", i);
	groups[VNI110].parent = VNI100;
	desired = (struct net){ .groups = groups, .n_groups = N_GROUPS };
	begun = (struct apply){ .rtnl = rtnl,
				.netns_fd = netns_fds,
				.instance = "default",
				.desired = &desired,
				.failed = ac.failed,
				.report = report,
				.after = after,
				.arg = &ac.apply };
	ac.apply = begun;
}

void apply_case_end(void)
{
	plan_clear(&ac.plan);
}

struct op *apply_case_add(enum plan_stage stage, enum op_type type, unsigned int group)
{
	struct op *op = util_append(&ac.plan.ops, &ac.plan.n_ops, sizeof(*op));

	*op = (struct op){ .stage = stage, .type = type, .group = group };
	return op;
}

void apply_case_stage(enum plan_stage stage, int result, const char *messages)
{
	ac.trace[0] = '\0';
	ac.apply = begun;
	ck_assert_int_eq(apply_stage(&ac.apply, &ac.plan, stage, &ac.err), result);
	ac.n_done += ac.apply.n_done;
	if (messages)
		ck_assert_str_eq(ac.trace, messages);
}
