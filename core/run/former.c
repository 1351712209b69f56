/* SPDX-License-Identifier: Apache-2.0 */
/* former.c - see former.h */
#include "base/util.h"
#include "run/former.h"
#include "run/state_file.h"

int former_read(const struct observe_source *from, bool has_netns, struct observation *obs, struct evpn_error *err)
{
	if (has_netns && state_file_load_netns(from->state_dir, obs->netns_id, &obs->former, err) < 0)
		return -1;
	if (state_file_load_host(from->state_dir, &obs->former, err) < 0)
		return -1;
	net_sort(&obs->former);
	return 0;
}

static void add_lo(struct observation *obs)
{
	struct net_link *lo = util_append(&obs->former.links, &obs->former.n_links, sizeof(*lo));
	const struct net_link *now = net_find_link(&obs->actual, NET_NS_FRR, "lo");

	lo->ns = NET_NS_FRR;
	lo->up = now && now->up;
	net_set_name(lo->name, "lo");
}

static void add_sysctls(struct observation *obs)
{
	for (size_t i = 0; i < obs->desired.n_sysctls; i++) {
		const struct net_sysctl *want = &obs->desired.sysctls[i], *now;

		if (want->ns != NET_NS_FRR || want->link[0] || net_find_sysctl(&obs->former, want->ns, want->key))
			continue;
		now = net_find_sysctl(&obs->actual, want->ns, want->key);
		if (now)
			*(struct net_sysctl *)util_append(&obs->former.sysctls, &obs->former.n_sysctls,
							  sizeof(*now)) = *now;
	}
}

/* The sysctls of the machine that the plan raises. False: there is nothing new. */
static bool add_raised(struct observation *obs)
{
	bool is_new = false;

	for (size_t i = 0; i < obs->plan.n_ops; i++) {
		const struct net_sysctl *want = obs->plan.ops[i].sysctl, *now;
		struct net_sysctl *former;

		if (!want || !want->at_least)
			continue;
		now = net_find_sysctl(&obs->actual, want->ns, want->key);
		former = (struct net_sysctl *)(uintptr_t)net_find_sysctl(&obs->former, want->ns, want->key);
		if (!now)
			continue;
		if (!former) {
			former = util_append(&obs->former.sysctls, &obs->former.n_sysctls, sizeof(*former));
			*former = *now;
		}
		memcpy(former->written, want->value, sizeof(former->written));
		net_sort(&obs->former);
		is_new = true;
	}
	return is_new;
}

int former_save(const char *state_dir, struct observation *obs, struct evpn_error *err)
{
	bool is_new = obs->former.n_links == 0;
	size_t n_before;

	if (add_raised(obs) && state_file_save_host(state_dir, &obs->former, err) < 0)
		return -1;
	n_before = obs->former.n_sysctls;
	if (is_new)
		add_lo(obs);
	add_sysctls(obs);
	if (!is_new && obs->former.n_sysctls == n_before)
		return 0;
	net_sort(&obs->former);
	return state_file_save_netns(state_dir, obs->netns_id, &obs->former, err);
}
