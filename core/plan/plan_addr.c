/* SPDX-License-Identifier: Apache-2.0 */
/* plan_addr.c - what to do about addresses; see plan_parts.h */
#include <sys/socket.h>

#include "base/util.h"
#include "plan/plan_parts.h"

/*
 * zebra up to 8.5 reads links in one thread and addresses in another, and drops an address that follows its new link
 * directly (FRR issue 13288). When it has answered the reload, it has seen the links.
 */
static enum plan_stage addr_stage(const struct net_addr *addr)
{
	return addr->ns == NET_NS_FRR && !streq(addr->link, "lo") ? PLAN_RAISE : PLAN_BUILD;
}

/*
 * An IPv4 VTEP is added before the devices. Each device that is set up announces its multicast groups, and in a
 * namespace without any IPv4 address the kernel searches all devices for one. (For an IPv6 VTEP, IPv6 may have to be
 * enabled first.)
 */
static unsigned int addr_rank(const struct net_addr *addr)
{
	bool early = addr->ns == NET_NS_FRR && streq(addr->link, "lo") && addr->ip.family == AF_INET;

	return early ? RANK_SYSCTL : RANK_ADDR;
}

/* Behind the last deletion on a link: sets its promote_secondaries back. */
static void demote(struct planner *p)
{
	struct op *op;

	if (!p->demote.addr)
		return;
	op = plan_add_op(p, p->demote.stage, OP_ADDR_PROMOTE, p->demote.rank, p->demote.group);
	op->addr = p->demote.addr;
	op->attrs = 1;
	p->demote.addr = NULL;
}

/*
 * By default the kernel deletes with an IPv4 address the others of its subnet that were added later (__inet_del_ifa),
 * and these may be just the ones that are wanted now. With promote_secondaries=1 it keeps them. In FRR's namespace
 * that is set for all devices (desired_underlay.c). On the host evpnd deletes addresses only from devices of its own, and
 * afterwards it sets the value back.
 */
static void promote_secondaries(struct planner *p, enum plan_stage stage, unsigned int rank, unsigned int group,
				const struct net_addr *addr)
{
	const struct net_sysctl *now;
	char key[sizeof(now->key)];

	/* Addresses are sorted by link, so one look back is enough. */
	if (addr->ns != NET_NS_HOST || addr->ip.family != AF_INET ||
	    (p->promoted && p->promoted->ns == addr->ns && streq(p->promoted->link, addr->link)))
		return;
	p->promoted = addr;
	demote(p);
	now = net_find_sysctl(p->actual, addr->ns, net_promote_key(addr->link, key));
	if (now && streq(now->value, "1"))
		return;
	plan_add_op(p, stage, OP_ADDR_PROMOTE, rank, group)->addr = addr;
	p->demote = (struct op){ .stage = stage, .rank = rank, .group = group, .addr = addr };
}

static void delete_addr(struct planner *p, enum plan_stage stage, unsigned int rank, unsigned int group,
			const struct net_addr *addr)
{
	/* Both have the same rank, so this one, added first, is applied first. */
	promote_secondaries(p, stage, rank, group, addr);
	plan_add_op(p, stage, OP_ADDR_DELETE, rank, group)->addr = addr;
}

static bool same_ip(const struct ipaddr *a, const struct ipaddr *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, ipaddr_size(a)) == 0;
}

/* Whether the NIC leaves its name in FRR's namespace before addresses are set: it is renamed, or given back early. */
static bool leaves_early(const struct planner *p, const struct net_link *nic)
{
	const struct net_link *want = plan_find_wanted(p, nic);

	return want && (want->given_back ? plan_stage_of(p, want->group, PLAN_GIVE_BACK) == PLAN_BUILD
					 : !streq(want->name, nic->name));
}

static bool is_wanted(const struct planner *p, const struct net_addr *have)
{
	for (size_t i = 0; i < p->desired->n_addrs; i++)
		if (net_addr_compare(&p->desired->addrs[i], have) == 0)
			return true;
	return false;
}

/*
 * The address of an underlay NIC that another device of ours has now, and loses. zebra 8.4 that sees it on both, and then the end of
 * the one, keeps the connected route of the device that is gone, and has none over the other: no route of the underlay can be used
 * any more. So it leaves the one device before it comes to the other.
 */
static const struct net_addr *find_leaving(const struct planner *p, const struct net_addr *want)
{
	if (want->ns != NET_NS_FRR || p->desired->groups[want->group].kind != NET_GROUP_NIC)
		return NULL;
	for (size_t i = 0; i < p->actual->n_addrs; i++) {
		const struct net_addr *have = &p->actual->addrs[i];
		/* One that is created anew has lost it by then. */
		const struct net_link *link = have->ns == want->ns ? plan_standing(p, have->ns, have->link) : NULL;

		if (link && have->ours && !streq(have->link, want->link) && same_ip(&have->ip, &want->ip) &&
		    (net_is_made(link) || (link->owner == NET_OWNER_NIC && !leaves_early(p, link))) &&
		    !is_wanted(p, have))
			return have;
	}
	return NULL;
}

/* Whether find_leaving() finds it for an address that is wanted. */
static bool is_leaving(const struct planner *p, const struct net_addr *have)
{
	for (size_t i = 0; i < p->desired->n_addrs; i++)
		if (same_ip(&p->desired->addrs[i].ip, &have->ip) && find_leaving(p, &p->desired->addrs[i]) == have)
			return true;
	return false;
}

/*
 * An address that is not wanted is deleted if it is ours and its device stays. Another instance has the same protocol
 * number, so the device has to be ours too; on the host evpnd adds addresses only to devices that it created.
 */
static void plan_old_addr(struct planner *p, const struct net_addr *have)
{
	const struct net_link *link = net_find_link(p->actual, have->ns, have->link);
	const struct net_link *want = net_find_link(p->desired, have->ns, have->link);
	bool is_lo = have->ns == NET_NS_FRR && streq(have->link, "lo");
	bool is_nic = have->ns == NET_NS_FRR && link->owner == NET_OWNER_NIC;

	if (!have->ours || !(is_lo || is_nic || net_is_made(link)))
		return;
	if (is_nic)
		want = plan_find_wanted(p, link);
	/* A link that is given back or deleted loses its addresses by that. */
	if (!is_lo && (!want || want->given_back))
		return;
	if (is_leaving(p, have))
		return;
	/* A NIC that is renamed in FRR's namespace gets its addresses anew under the new name. */
	if (is_nic && !streq(want->name, have->link))
		delete_addr(p, PLAN_BUILD, RANK_REMAKE, want->group, have);
	else
		delete_addr(p, PLAN_PRUNE, RANK_ADDR, want ? want->group : 0, have);
}

static bool is_vrf(const struct net *net, enum net_ns ns, const char *name)
{
	const struct net_link *link = name[0] ? net_find_link(net, ns, name) : NULL;

	return link && link->kind == NET_KIND_VRF;
}

/* The kernel sets a device down and up when it enters or leaves a VRF, which deletes its IPv6 addresses. */
static bool loses_ipv6(const struct planner *p, const struct net_link *have)
{
	const struct net_link *want = net_find_link(p->desired, have->ns, have->name);

	if (!want || !(want->want & NET_LINK_MASTER) || want->is_users ||
	    !(is_vrf(p->desired, want->ns, want->master) || is_vrf(p->actual, want->ns, want->master) ||
	      is_vrf(p->actual, have->ns, have->master)))
		return false;
	return !streq(want->master, have->master) || !plan_standing(p, want->ns, want->master);
}

/* Whether the address still exists after the links have been changed. */
static bool stays(const struct planner *p, const struct net_addr *have)
{
	const struct net_link *link = plan_standing(p, have->ns, have->link);

	return link && !(have->ip.family == AF_INET6 && loses_ipv6(p, link));
}

static void add_addr(struct planner *p, const struct net_addr *addr)
{
	enum plan_stage stage = plan_stage_of(p, addr->group, addr_stage(addr));
	const struct net_addr *leaving = find_leaving(p, addr);
	struct op *op;

	if (leaving)
		plan_add_op(p, stage, OP_ADDR_DELETE, RANK_ADDR_LEAVES, addr->group)->addr = leaving;
	op = plan_add_op(p, stage, OP_ADDR_ADD, addr_rank(addr), addr->group);
	op->addr = addr;
	op->order = addr->order;
}

static bool is_lent(const struct planner *p, const struct net_addr *want)
{
	const struct net_link *link = net_find_link(p->desired, want->ns, want->link);

	return link && plan_is_lent(p, link);
}

/* Walks the two sorted arrays together. */
void plan_addrs(struct planner *p)
{
	const struct net *d = p->desired, *a = p->actual;
	size_t i = 0, k = 0;

	while (i < d->n_addrs || k < a->n_addrs) {
		int c = i == d->n_addrs ? 1 : k == a->n_addrs ? -1 : net_addr_compare(&d->addrs[i], &a->addrs[k]);
		const struct net_addr *have = c >= 0 ? &a->addrs[k] : NULL;
		bool stands = have && stays(p, have);

		if (c <= 0 && !(c == 0 && stands) && !is_lent(p, &d->addrs[i]))
			add_addr(p, &d->addrs[i]);
		else if (c > 0 && (stands || net_find_link(a, have->ns, have->link)->owner == NET_OWNER_NIC))
			plan_old_addr(p, have);
		i += c <= 0;
		k += c >= 0;
	}
	demote(p);
}
