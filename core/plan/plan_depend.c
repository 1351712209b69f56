/* SPDX-License-Identifier: Apache-2.0 */
/* plan_depend.c - refuses to move a NIC on which something of the host depends, or says what is lost; see plan_parts.h */
#include "base/util.h"
#include "plan/plan_parts.h"

struct verdict {
	bool refuses; /* unless evpn.conf accepts it, or evpnd has moved the NIC before */
	const char *
		lost; /* what the move does to it, as a warning; NULL: nothing that is worth one where evpn.conf accepts it */
	const char *advice; /* behind a refusal */
};

static const struct verdict verdicts[] = {
	[NET_DEPENDENT_STACKED] = { true,
				    "it loses its routes and its IPv6 addresses when the NIC moves, or the kernel "
				    "deletes it",
				    "leave the NIC on the host and set it as `parent' of an entry with `vlan' or "
				    "`macvlan', or "
				    "delete that device, or accept it: may_lose = [ \"stacked\" ]" },
	[NET_DEPENDENT_TC] = { true, "the kernel deletes it when the NIC moves, and evpnd does not restore it",
			       "remove it: tc qdisc del, or accept it: may_lose = [ \"tc\" ]" },
	[NET_DEPENDENT_XDP] = { false,
				"it stays attached, and sees the packets of the underlay; detach it if it is not for "
				"them",
				NULL },
	[NET_DEPENDENT_ROUTE] = { true, "the kernel deletes it when the NIC moves",
				  "delete it, or accept it: may_lose = [ \"routes\" ]" },
	[NET_DEPENDENT_LEASE] = { true, "it expires there, while FRR uses it",
				  "set `addresses' to those that the NIC is to have there, or configure the host "
				  "statically" },
	[NET_DEPENDENT_SESSION] = { true, "that session ends",
				    "log in another way, or accept it: takes_default_route = true" },
	[NET_DEPENDENT_DEFAULT] = { false,
				    "the host loses it until the NIC is given back; takes_default_route = true says "
				    "that this "
				    "is meant",
				    NULL },
	[NET_DEPENDENT_MULTICAST] = { false, "the kernel drops that when the NIC moves", NULL },
};

bool plan_is_moved(const struct net_link *want, const struct net_link *nic)
{
	return want->adopted && nic && nic->ns == NET_NS_HOST;
}

bool plan_refuses(const struct net_link *want, const struct net_dependent *dependent)
{
	return verdicts[dependent->kind].refuses && !want->moved && !(want->may_lose & 1u << dependent->kind);
}

const char *plan_lost(const struct net_dependent *dependent)
{
	return verdicts[dependent->kind].lost;
}

void plan_check_dependents(struct planner *p, const struct net_link *want, const struct net_link *nic)
{
	for (size_t i = 0; plan_is_moved(want, nic) && i < want->n_dependents; i++)
		if (plan_refuses(want, &want->dependents[i]))
			plan_add_problem(p, PLAN_BUSY, want->group, "underlay NIC %s: %s; %s", want->nic,
					 want->dependents[i].text, verdicts[want->dependents[i].kind].advice);
}
