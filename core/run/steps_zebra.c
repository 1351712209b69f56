/* SPDX-License-Identifier: Apache-2.0 */
/*
 * steps_zebra.c - zebra lists the devices that get an address next, and is told again what it has missed; see steps.h
 *
 * zebra up to 8.5 drops an address that comes right behind its new link (FRR issue 13288, plan_addr.c), so evpnd asks it for
 * its links first. That a reload lies between is not enough: the reload may have been demanded before a device was made,
 * and often none is needed. Where no link was made since FRR last listed its links, it is not asked.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "frr/health.h"
#include "frr/zebra_links.h"
#include "kernel/netlink_queue.h"
#include "run/steps.h"

/* As in the verify step, FRR has no event for it. */
#define ZEBRA_PAUSE_MS 50
#define ZEBRA_LIMIT_MS 10000
#define ZEBRA_TELL_MS  500

#define TELL_AT_ONCE 256 /* VNIs */

/* Whether the operation puts an address on a device in FRR's namespace. */
static bool needs_link(const struct run *run, const struct op *op)
{
	return op->stage == PLAN_RAISE && op->type == OP_ADDR_ADD && op->addr->ns == NET_NS_FRR &&
	       !plan_group_in(&run->seen.desired, run->failed, op->group);
}

static bool needs_links(const struct run *run)
{
	for (size_t i = 0; i < run->seen.plan.n_ops; i++)
		if (needs_link(run, &run->seen.plan.ops[i]))
			return true;
	return false;
}

/* A device that zebra's answer does not have as it is now; NULL: it has them all, or this is no answer. */
static const char *find_unlisted(const struct run *run, const char *answer)
{
	const struct plan *plan = &run->seen.plan;
	_cleanup_free_ struct zebra_link *links = NULL;
	size_t n_links = 0, unlisted = 0;

	for (size_t i = 0; i < plan->n_ops; i++) {
		const struct op *op = &plan->ops[i];
		int ifindex = needs_link(run, op) ? rtnl_ifindex(run->rtnl[NET_NS_FRR], op->addr->link) : 0;

		/* A device that was deleted meanwhile is reported when the operation fails. */
		if (ifindex)
			*(struct zebra_link *)util_append(
				&links, &n_links, sizeof(*links)) = (struct zebra_link){ op->addr->link, ifindex };
	}
	return zebra_links_find_unlisted(answer, links, n_links, &unlisted) > 0 ? links[unlisted].name : NULL;
}

static void add_link(const struct run *run, const char *name, struct plan *plan)
{
	const struct net_link *link = net_find_link(&run->seen.desired, NET_NS_FRR, name);

	/* lo has no mark. */
	if (link && (link->want & NET_LINK_MARK))
		*(struct op *)util_append(&plan->ops, &plan->n_ops,
					  sizeof(struct op)) = (struct op){ .stage = PLAN_RAISE,
									    .type = OP_LINK_SET,
									    .group = link->group,
									    .attrs = NET_LINK_MARK,
									    .link = link };
}

/* zebra may have missed the link: it is announced again. 1 or <0. */
static int tell_link(struct run *run, const char *name)
{
	struct plan plan = { 0 };
	int r;

	add_link(run, name, &plan);
	r = plan.n_ops ? steps_apply_extra(run, &plan) : 1;
	free(plan.ops);
	return r;
}

int step_await_zebra(struct run *run)
{
	struct inquiry *inquiry = &run->inquiry;
	const char *unlisted;

	if (!run->frr->zebra_behind || !needs_links(run))
		return 1;
	if (!inquiry->n_questions) {
		inquiry->by_vtysh = true;
		inquiry_add(inquiry, "zebra", ZEBRA_LINKS_QUESTION);
	}
	if (run_ask(run) == 0)
		return 0;
	if (run_open_sockets(run) < 0)
		return -1;
	/* A zebra that does not answer has nothing to say about its links. */
	unlisted = inquiry->questions[0].answer ? find_unlisted(run, inquiry->questions[0].answer) : NULL;
	inquiry_clear(inquiry);
	if (unlisted && !run->zebra_since)
		run->zebra_since = clock_ms();
	if (unlisted && clock_ms() - run->zebra_since >= ZEBRA_TELL_MS && tell_link(run, unlisted) < 0)
		return -1;
	if (unlisted && clock_ms() - run->zebra_since < ZEBRA_LIMIT_MS) {
		run->wait_ms = run_next_pause(&run->zebra_pause_ms, ZEBRA_PAUSE_MS);
		return evpn_wait(&run->err, "zebra does not list %s yet, which gets an address next", unlisted);
	}
	/* An address that zebra may miss is better than none; the verify step tells whether FRR works. */
	if (unlisted)
		log_warning("%s: FRR's zebra does not list it after %d s; evpnd adds its address all the same",
			    unlisted, ZEBRA_LIMIT_MS / 1000);
	run->frr->zebra_behind = false;
	return 1;
}

/* The devices of a VNI whose announcement makes zebra read it as a whole. */
static void add_vni(const struct run *run, uint32_t vni, struct plan *plan)
{
	char bridge[IFNAMSIZ], vxlan[IFNAMSIZ];

	net_name_bridge(vni, bridge);
	config_name_vxlan(run->setup->config, vni, vxlan);
	add_link(run, bridge, plan);
	/* All VNIs may share it. */
	if (!plan->n_ops || !run->setup->config->vxlan.single)
		add_link(run, vxlan, plan);
}

/* The NICs, and the addresses of the base: without them no session is established, whatever zebra knows of VNIs. */
static void add_underlay(const struct run *run, struct plan *plan)
{
	const struct net *desired = &run->seen.desired;

	for (size_t i = 0; i < desired->n_links; i++)
		if (desired->links[i].ns == NET_NS_FRR && desired->links[i].adopted)
			add_link(run, desired->links[i].name, plan);
	for (size_t i = 0; i < desired->n_addrs; i++) {
		const struct net_addr *addr = &desired->addrs[i];

		if (addr->ns == NET_NS_FRR && desired->groups[addr->group].kind != NET_GROUP_VNI)
			*(struct op *)util_append(&plan->ops, &plan->n_ops,
						  sizeof(struct op)) = (struct op){ .stage = PLAN_RAISE,
										    .type = OP_ADDR_ADD,
										    .group = addr->group,
										    .attrs = OP_ADDR_AGAIN,
										    .addr = addr };
	}
}

/* How many messages the queues in FRR's namespace have dropped; 0: none, or the kernel does not say. */
static unsigned long long count_dropped(const struct run *run)
{
	_cleanup_close_ int fd = netlink_queue_open(run->netns_fd[NET_NS_FRR]);
	struct netlink_queue queue = { 0 };

	if (fd < 0 || netlink_queue_read(fd, steps_own_listener(run), &queue) < 0)
		return 0;
	return queue.dropped;
}

int steps_tell_zebra(struct run *run, const struct health_report *report)
{
	struct plan plan = { 0 };
	size_t n_lacking = 0;
	int r = 1;

	for (size_t i = 0; i < report->n_items; i++) {
		const struct health_item *item = &report->items[i];

		if (item->reason != HEALTH_VNI_UNKNOWN && item->reason != HEALTH_VNI_NOT_ANNOUNCED)
			continue;
		/* No more at a time than the queue of a zebra without -s has room for. */
		if (n_lacking++ < TELL_AT_ONCE)
			add_vni(run, item->vni, &plan);
	}
	if (n_lacking)
		add_underlay(run, &plan);
	if (n_lacking && !run->verify.told)
		log_warning("FRR lacks %zu VNIs whose devices are up; the kernel has dropped %llu notifications for "
			    "zebra: evpnd "
			    "announces these devices again; start zebra with -s 90000000",
			    n_lacking, count_dropped(run));
	if (n_lacking)
		run->verify.told = clock_ms();
	if (plan.n_ops)
		r = steps_apply_extra(run, &plan);
	free(plan.ops);
	return r;
}
