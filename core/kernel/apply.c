/* SPDX-License-Identifier: Apache-2.0 */
/* apply.c - see apply.h */
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netlink/attr.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "kernel/apply_parts.h"
#include "kernel/netns.h"
#include "kernel/ovs.h"

#ifndef IFA_PROTO
#define IFA_PROTO 11 /* linux 5.18; older kernels ignore it */
#endif

void apply_put_ip(struct nl_msg *msg, int attr, const struct ipaddr *ip)
{
	nla_put(msg, attr, (int)ipaddr_size(ip), ip->bytes);
}

static struct outcome address(struct apply *apply, const struct op *op, int type, int flags)
{
	const struct net_addr *addr = op->addr;
	struct rtnl *rtnl = apply->rtnl[addr->ns];
	int ifindex = rtnl_ifindex(rtnl, addr->link);
	struct ifaddrmsg ifa = { .ifa_family = addr->ip.family,
				 .ifa_prefixlen = addr->ip.prefixlen,
				 .ifa_scope = addr->scope,
				 .ifa_index = (unsigned int)ifindex };
	const struct ifa_cacheinfo lifetime = { .ifa_valid = addr->valid, .ifa_prefered = addr->preferred };
	struct nl_msg *msg;

	if (!ifindex)
		return apply_no_device();
	msg = rtnl_message(type, flags);
	nlmsg_append(msg, &ifa, sizeof(ifa), NLMSG_ALIGNTO);
	apply_put_ip(msg, IFA_LOCAL, &addr->ip);
	apply_put_ip(msg, IFA_ADDRESS, ipaddr_is_set(&addr->peer) ? &addr->peer : &addr->ip);
	/*
	 * No duplicate address detection: no program can bind to an IPv6 address while it is tentative. An address that is restored
	 * has the flags that it had.
	 */
	nla_put_u32(msg, IFA_FLAGS, addr->flags | (addr->ours && addr->ip.family == AF_INET6 ? IFA_F_NODAD : 0));
	if (addr->metric)
		nla_put_u32(msg, IFA_RT_PRIORITY, addr->metric);
	if (addr->limited)
		nla_put(msg, IFA_CACHEINFO, sizeof(lifetime), &lifetime);
	if (ipaddr_is_set(&addr->broadcast))
		apply_put_ip(msg, IFA_BROADCAST, &addr->broadcast);
	if (addr->label[0])
		nla_put_string(msg, IFA_LABEL, addr->label);
	if (addr->ours || addr->proto)
		nla_put_u8(msg, IFA_PROTO, addr->ours ? NET_PROTOCOL : addr->proto);
	return OUTCOME(rtnl_request(rtnl, msg));
}

static struct outcome address_add(struct apply *apply, const struct op *op)
{
	struct outcome o = address(apply, op, RTM_NEWADDR,
				   NLM_F_CREATE | (op->attrs == OP_ADDR_AGAIN ? NLM_F_REPLACE : NLM_F_EXCL));

	/*
	 * With the sysctl keep_addr_on_down the kernel keeps IPv6 addresses that the plan expects to lose with their
	 * link.
	 */
	return o.error == -EEXIST ? OUTCOME(0) : o;
}

static struct outcome address_promote(struct apply *apply, const struct op *op)
{
	char key[NET_SYSCTL_KEY_SIZE];

	return apply_write_sysctl(apply, op->addr->ns, net_promote_key(op->addr->link, key), op->attrs ? "0" : "1");
}

static struct outcome address_delete(struct apply *apply, const struct op *op)
{
	struct outcome o = address(apply, op, RTM_DELADDR, 0);

	/* Another program has deleted it. */
	return o.error == -EADDRNOTAVAIL ? OUTCOME(0) : o;
}

static struct outcome ovs_outcome(const struct apply *apply, int r)
{
	if (r == 0)
		return (struct outcome){ .pending = true };
	return r < 0 ? (struct outcome){ -apply->ovs_err.code, apply->ovs_err.msg } : OUTCOME(0);
}

static struct outcome ovs_port_added(struct apply *apply, const struct op *op)
{
	return ovs_outcome(apply, ovs_port_add(apply->ovs, op->ovs_port, &apply->ovs_err));
}

static struct outcome ovs_port_changed(struct apply *apply, const struct op *op)
{
	return ovs_outcome(apply, ovs_port_set(apply->ovs, op->ovs_port, &apply->ovs_err));
}

static struct outcome ovs_port_deleted(struct apply *apply, const struct op *op)
{
	return ovs_outcome(apply, ovs_port_delete(apply->ovs, op->ovs_port, &apply->ovs_err));
}

/*
 * Waits once for all deleted ports, because ovs-vswitchd reconfigures everything each time. Ports that are pruned need
 * no wait. Returns 1 when it has done it, 0 when not yet.
 */
static int await_ovs(struct apply *apply, const struct op *op)
{
	if (!apply->ovs || op->type == OP_OVS_PORT_DELETE || op->stage != PLAN_BUILD)
		return 1;
	return ovs_await(apply->ovs);
}

static struct outcome (*const runners[OP_TYPE_COUNT])(struct apply *, const struct op *) = {
	[OP_SYSCTL_SET] = apply_sysctl,
	[OP_LINK_DELETE] = apply_link_delete,
	[OP_LINK_CREATE] = apply_link_create,
	[OP_LINK_MOVE] = apply_link_move,
	[OP_LINK_GIVE_BACK] = apply_link_move,
	[OP_LINK_IPV6] = apply_link_ipv6,
	[OP_LINK_DOWN] = apply_link_down,
	[OP_LINK_SEAL] = apply_link_seal,
	[OP_LINK_FILTER] = apply_link_filter,
	[OP_LINK_VLAN] = apply_link_vlan,
	[OP_LINK_SET] = apply_link_set,
	[OP_ADDR_ADD] = address_add,
	[OP_ADDR_PROMOTE] = address_promote,
	[OP_ADDR_DELETE] = address_delete,
	[OP_OBJECT_ADD] = apply_object,
	[OP_ROUTE_ADD] = apply_route_add,
	[OP_ROUTE_REPLACE] = apply_route_replace,
	[OP_ROUTE_DELETE] = apply_route_delete,
	[OP_RULE_ADD] = apply_rule_add,
	[OP_RULE_DELETE] = apply_rule_delete,
	/* In the database of Open vSwitch. */
	[OP_OVS_PORT_ADD] = ovs_port_added,
	[OP_OVS_PORT_SET] = ovs_port_changed,
	[OP_OVS_PORT_DELETE] = ovs_port_deleted,
};

static const char *op_extack(const struct apply *apply, const struct op *op)
{
	if (op->type == OP_SYSCTL_SET || op->type == OP_LINK_IPV6 || op->type == OP_ADDR_PROMOTE || op->ovs_port)
		return "";
	return rtnl_extack(apply->rtnl[plan_op_ns(op)]);
}

static void explain(const struct apply *apply, const struct op *op, const struct outcome *outcome,
		    struct evpn_error *err)
{
	const char *kernel = outcome->why ? outcome->why : op_extack(apply, op);
	char text[PLAN_OP_SIZE];

	evpn_fail(err, -outcome->error, "%s: %s: %s%s%s", apply->desired->groups[op->group].label,
		  plan_op_text(op, text), strerror(-outcome->error), kernel[0] ? ": " : "", kernel);
}

static void begin_op(struct apply *apply)
{
	/* An operation that waits for Open vSwitch was begun by an earlier call. */
	if (!apply->started_us && log_is_shown(EVPN_LOG_DEBUG))
		apply->started_us = clock_us();
}

/* Logs `n` operations that one message applied. */
static void log_applied(const struct apply *apply, const struct op *ops, size_t n)
{
	double ms = (double)(clock_us() - apply->started_us) / 1000;
	char text[PLAN_OP_SIZE];

	for (size_t i = 0; i < n; i++)
		if (n == 1)
			log_debug("%s (%.1f ms)", plan_op_text(&ops[i], text), ms);
		else
			log_debug("%s (%zu in one message, %.1f ms)", plan_op_text(&ops[i], text), n, ms);
}

static void end_ops(struct apply *apply, const struct op *ops, size_t n_applied)
{
	if (apply->started_us)
		log_applied(apply, ops, n_applied);
	apply->started_us = 0;
}

/*
 * Of a NIC that is given back each thing counts: one that the kernel refuses does not keep the host from the others. And which of them
 * depends on which, only the kernel knows: a gateway may be reached by another gateway's route. So evpnd tries those that fail again as
 * long as one succeeds. The group fails at the end of the stage if one is left, so that its record stays for another attempt.
 */
static bool stands_alone(const struct apply *apply, const struct op *op)
{
	return apply->desired->groups[op->group].kind == NET_GROUP_GIVE_BACK &&
	       (op->type == OP_ADDR_ADD || op->type == OP_OBJECT_ADD || op->type == OP_ROUTE_ADD ||
		op->type == OP_SYSCTL_SET);
}

void apply_report_failed(struct apply *apply, const struct op *op, const struct outcome *outcome,
			 struct evpn_error *err)
{
	apply->failed[op->group] = true;
	explain(apply, op, outcome, err);
	if (op->group)
		apply->report(apply->arg, op->group, err);
}

static void count_done(struct apply *apply)
{
	apply->n_done++;
	if (apply->after)
		apply->after(apply->arg);
}

static void note_restored(struct apply *apply, size_t at, bool done)
{
	if (!apply->restored)
		apply->restored = xcalloc(apply->plan->n_ops, sizeof(bool));
	apply->restored[at] = done;
	if (!done)
		*(size_t *)util_append(&apply->unfinished, &apply->n_unfinished, sizeof(size_t)) = at;
}

/* One pass. False: none of them succeeded. */
static bool try_again(struct apply *apply)
{
	size_t left = 0;
	bool progress = false;

	for (size_t i = 0; i < apply->n_unfinished; i++) {
		size_t at = apply->unfinished[i];
		const struct op *op = &apply->plan->ops[at];

		if (plan_group_in(apply->desired, apply->failed, op->group))
			continue;
		if (runners[op->type](apply, op).error) {
			apply->unfinished[left++] = at;
			continue;
		}
		apply->restored[at] = progress = true;
		count_done(apply);
	}
	apply->n_unfinished = left;
	return progress;
}

static void finish(struct apply *apply, struct evpn_error *err)
{
	while (apply->n_unfinished && try_again(apply))
		;
	for (size_t i = 0; i < apply->n_unfinished; i++) {
		const struct op *op = &apply->plan->ops[apply->unfinished[i]];
		struct outcome outcome = runners[op->type](apply, op);

		if (outcome.error)
			apply_report_failed(apply, op, &outcome, err);
		else
			count_done(apply);
	}
	free(apply->restored);
	free(apply->unfinished);
	apply->restored = NULL;
	apply->unfinished = NULL;
	apply->n_unfinished = 0;
}

/* Returns 1 when all are done, 0 when apply->next has to wait, <0 on an error of the base. */
static int run_ops(struct apply *apply, const struct plan *plan, enum plan_stage stage, struct evpn_error *err)
{
	for (; apply->next < plan->n_ops; apply->next++) {
		const struct op *op = &plan->ops[apply->next];
		struct outcome outcome;

		if (op->stage != stage || plan_group_in(apply->desired, apply->failed, op->group))
			continue;
		if (apply_must_pause(apply))
			return 0;
		begin_op(apply);
		/* Open vSwitch's socket must not belong to FRR's namespace, which it would keep alive. */
		if (op->ovs_port)
			netns_leave(&apply->sysctl_back);
		if (await_ovs(apply, op) == 0)
			return 0;
		if (op->type == OP_LINK_DELETE && apply->next >= apply->batch_end) {
			size_t n = apply_delete_run(apply, plan, apply->next);

			apply->batch_end = apply->next + n;
			if (apply_delete_many(apply, plan, apply->next, n)) {
				end_ops(apply, op, n);
				apply->next = apply->batch_end - 1;
				continue;
			}
		}
		if (op->vlan) {
			apply_vlans(apply, op, err);
			end_ops(apply, op, 1);
			count_done(apply);
			continue;
		}
		outcome = runners[op->type](apply, op);
		if (outcome.pending)
			return 0;
		end_ops(apply, op, outcome.error ? 0 : 1);
		if (stands_alone(apply, op)) {
			note_restored(apply, apply->next, !outcome.error);
		} else if (outcome.error) {
			apply_report_failed(apply, op, &outcome, err);
			if (op->group == 0)
				return -1;
		}
		if (!outcome.error)
			count_done(apply);
	}
	return 1;
}

int apply_stage(struct apply *apply, const struct plan *plan, enum plan_stage stage, struct evpn_error *err)
{
	int r;

	apply->sysctl_back = -1;
	apply->plan = plan;
	r = run_ops(apply, plan, stage, err);
	if (r != 0)
		finish(apply, err);
	netns_leave(&apply->sysctl_back);
	apply_pace_end(apply);
	if (r != 0) {
		apply->next = apply->batch_end = 0;
		apply->pace = (struct apply_pace){ 0 };
		memset(apply->leaving_known, 0, sizeof(apply->leaving_known));
	}
	if (r > 0 && stage == PLAN_PRUNE)
		ovs_note(apply->ovs);
	return r;
}
