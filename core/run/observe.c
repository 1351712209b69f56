/* SPDX-License-Identifier: Apache-2.0 */
/* observe.c - see observe.h */
#include "base/util.h"
#include "kernel/ovs.h"
#include "kernel/read.h"
#include "kernel/port_filter.h"
#include "kernel/vlan.h"
#include "kernel/vlan_map.h"
#include "plan/desired.h"
#include "run/former.h"
#include "run/nic.h"
#include "run/observe.h"

void observation_clear(struct observation *obs)
{
	plan_clear(&obs->plan);
	net_clear(&obs->actual);
	net_clear(&obs->desired);
	net_clear(&obs->former);
	nic_records_clear(&obs->nics);
	nic_records_clear(&obs->lost);
	*obs = (struct observation){ 0 };
}

void observation_shed(struct observation *obs)
{
	struct net_group *groups = util_take_ptr(&obs->desired.groups);
	size_t n_groups = obs->desired.n_groups;

	observation_clear(obs);
	obs->desired.groups = groups;
	obs->desired.n_groups = n_groups;
}

static int read_kernel(const struct observe_source *from, struct rtnl *const rtnl[NET_NS_COUNT],
		       struct observation *obs, struct evpn_error *err)
{
	if (read_net(rtnl, from->instance, &obs->actual, err) < 0)
		return -1;
	if (config_wants_vlans(from->config) && read_vlans(rtnl[NET_NS_HOST], &obs->actual, err) < 0)
		return -1;
	if (rtnl[NET_NS_FRR] && read_vlan_map(rtnl[NET_NS_FRR], &obs->actual, err) < 0)
		return -1;
	if (rtnl[NET_NS_FRR] &&
	    read_port_filters(rtnl[NET_NS_FRR], config_wants_relay(from->config), &obs->actual, err) < 0)
		return -1;
	if (rtnl[NET_NS_FRR] && rtnl_netns(rtnl[NET_NS_FRR], &obs->netns_id, err) < 0)
		return -1;
	if (former_read(from, rtnl[NET_NS_FRR] != NULL, obs, err) < 0)
		return -1;
	return nic_read(from, rtnl[NET_NS_HOST], obs, err);
}

int observe_read(const struct observe_source *from, struct rtnl *const rtnl[NET_NS_COUNT], struct observation *obs,
		 struct evpn_error *err)
{
	if (!obs->kernel_read && read_kernel(from, rtnl, obs, err) < 0)
		return -1;
	obs->kernel_read = true;
	if (ovs_read_needed(from->ovs, config_wants_ovs(from->config), &obs->actual) == 0)
		return evpn_wait(err, "Open vSwitch's database has not answered yet");
	net_sort(&obs->actual);
	return 1;
}

static void make_desired(const struct observe_source *from, struct observation *obs)
{
	_cleanup_free_ unsigned int *mtus = NULL;

	if (from->down) {
		desired_make_nothing(&obs->nics, &obs->former, &obs->desired);
		return;
	}
	mtus = nic_mtus(from->config, obs);
	desired_make(from->config, &obs->nics, mtus, &obs->desired);
	desired_adapt(&obs->desired, &obs->actual);
}

/* The values that are the host's own choice. */
static void inherit_sysctls(struct observation *obs)
{
	char key[NET_SYSCTL_KEY_SIZE];

	for (size_t i = 0; i < obs->desired.n_sysctls; i++) {
		struct net_sysctl *want = &obs->desired.sysctls[i];
		const struct net_sysctl *from =
			want->inherits ? net_find_sysctl(&obs->actual, want->ns, net_default_key(want, key)) : NULL;

		if (from)
			memcpy(want->value, from->value, sizeof(want->value));
	}
}

int observe_plan(const struct observe_source *from, struct observation *obs, struct evpn_error *err)
{
	make_desired(from, obs);
	if (read_sysctls(from->netns_fd, &obs->desired, &obs->actual, err) < 0)
		return -1;
	inherit_sysctls(obs);
	plan_make(&obs->desired, &obs->actual, &obs->plan);
	return 0;
}

int observe(const struct observe_source *from, struct observation *obs, struct evpn_error *err)
{
	struct rtnl *rtnl[NET_NS_COUNT] = { NULL };
	int r = 1;

	for (int ns = 0; !obs->kernel_read && r > 0 && ns < NET_NS_COUNT; ns++)
		if (from->netns_fd[ns] >= 0 && rtnl_open(from->netns_fd[ns], &rtnl[ns], err) < 0)
			r = -1;
	if (r > 0)
		r = observe_read(from, rtnl, obs, err);
	for (int ns = 0; ns < NET_NS_COUNT; ns++)
		rtnl_close(rtnl[ns]);
	if (r <= 0)
		return r;
	return observe_plan(from, obs, err) < 0 ? -1 : 1;
}
