/* SPDX-License-Identifier: Apache-2.0 */
/* apply_delete.c - deletes many devices by one message; see apply_parts.h */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>

#include "kernel/apply_parts.h"

/*
 * The kernel waits for several RCU grace periods to delete a device; the devices of one message share these waits. But
 * it waits for one more for each bridge (br_multicast_dev_del), some 20 ms, and holds the rtnl lock meanwhile, which FRR needs
 * too. With this limit that takes less than half a second.
 */
#define BATCH_MAX 16

static bool may_run(const struct apply *apply, const struct op *op, const struct op *head)
{
	return op->type == OP_LINK_DELETE && op->stage == head->stage && op->link->ns == head->link->ns &&
	       !plan_group_in(apply->desired, apply->failed, op->group);
}

size_t apply_delete_run(const struct apply *apply, const struct plan *plan, size_t first)
{
	const struct op *head = &plan->ops[first];
	size_t n = 0;

	while (n < BATCH_MAX && first + n < plan->n_ops && may_run(apply, &head[n], head) && head[n].rank == head->rank)
		n++;
	return n;
}

struct search {
	const struct apply *apply;
	const struct plan *plan;
	const struct op *head;
	uint32_t group;
	bool taken;
};

static void each_link(const struct nlmsghdr *hdr, void *arg)
{
	struct search *search = arg;
	const struct ifinfomsg *ifi = nlmsg_data(hdr);
	struct nlattr *group = nlmsg_find_attr((struct nlmsghdr *)(uintptr_t)hdr, sizeof(*ifi), IFLA_GROUP);

	if (hdr->nlmsg_type != RTM_NEWLINK || !group || nla_get_u32(group) != search->group)
		return;
	for (size_t i = 0; i < search->plan->n_ops; i++) {
		const struct op *op = &search->plan->ops[i];

		if (may_run(search->apply, op, search->head) && op->link->ifindex == ifi->ifi_index)
			return;
	}
	search->taken = true;
}

/* Whether the group has no devices but those that this stage deletes. Read once a stage, just before the first use. */
static bool group_is_free(struct apply *apply, const struct plan *plan, const struct op *head)
{
	enum net_ns ns = head->link->ns;
	struct search search = {
		.apply = apply, .plan = plan, .head = head, .group = net_leaving_group(apply->instance)
	};
	struct nl_msg *msg;

	if (!apply->leaving_known[ns]) {
		msg = apply_link_message(RTM_GETLINK, 0, 0, 0, 0);
		nla_put_u32(msg, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
		apply->leaving_free[ns] = rtnl_dump(apply->rtnl[ns], msg, each_link, NULL, &search) == 0 &&
					  !search.taken;
		apply->leaving_known[ns] = true;
	}
	return apply->leaving_free[ns];
}

static int put_into_group(struct apply *apply, const struct net_link *link)
{
	struct nl_msg *msg = apply_link_message(RTM_SETLINK, 0, link->ifindex, 0, 0);
	char mark[NET_MARK_SIZE];
	int r;

	nla_put_u32(msg, IFLA_GROUP, net_leaving_group(apply->instance));
	nla_put_string(msg, IFLA_IFALIAS, net_mark(apply->instance, mark));
	r = rtnl_request(apply->rtnl[link->ns], msg);
	if (r == 0 && apply->after)
		apply->after(apply->arg);
	return r;
}

bool apply_delete_many(struct apply *apply, const struct plan *plan, size_t first, size_t n)
{
	const struct op *ops = &plan->ops[first];
	size_t n_there = 0;
	struct nl_msg *msg;

	if (n < 2 || !group_is_free(apply, plan, ops))
		return false;
	for (size_t i = 0; i < n; i++) {
		int r = ops[i].link->leaving ? 0 : put_into_group(apply, ops[i].link);

		/* -ENODEV: it is deleted already. */
		if (r < 0 && r != -ENODEV)
			return false;
		n_there += r == 0;
	}
	if (n_there == 0)
		return true;
	msg = apply_link_message(RTM_DELLINK, 0, 0, 0, 0);
	nla_put_u32(msg, IFLA_GROUP, net_leaving_group(apply->instance));
	if (rtnl_request(apply->rtnl[ops->link->ns], msg) < 0)
		return false;
	apply->n_done += n;
	if (apply->after)
		apply->after(apply->arg);
	return true;
}
