/* SPDX-License-Identifier: Apache-2.0 */
/* look_vlan.c - a VLAN of a bridge's port; see look.h */
#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "base/util.h"
#include "kernel/look.h"
#include "kernel/vlan_map.h"

struct search {
	const struct look_vlan *key;
	struct look_vlan found;
};

/* The VNIs of a range follow each other, as its VLANs do. */
static void take_range(const struct vlan_map_range *range, void *arg)
{
	struct search *search = arg;
	const struct look_vlan *key = search->key;
	uint32_t place = key->vid ? (uint32_t)key->vid - range->first : key->vni - range->vni;

	if ((!key->vid && !range->vni) || place > (uint32_t)(range->last - range->first))
		return;
	search->found = (struct look_vlan){ .vid = (uint16_t)(range->first + place),
					    .vni = range->vni ? range->vni + place : 0 };
}

static void each_message(const struct nlmsghdr *hdr, void *arg)
{
	vlan_map_each(hdr, take_range, arg);
}

static void restart(void *arg)
{
	((struct search *)arg)->found = (struct look_vlan){ 0 };
}

int look_vlan(struct rtnl *rtnl, int ifindex, const struct look_vlan *key, struct look_vlan *ret_vlan,
	      struct evpn_error *err)
{
	struct br_vlan_msg bvm = { .family = AF_BRIDGE, .ifindex = (uint32_t)ifindex };
	struct nl_msg *msg = rtnl_message(RTM_GETVLAN, 0);
	struct search search = { .key = key };
	int r;

	nlmsg_append(msg, &bvm, sizeof(bvm), NLMSG_ALIGNTO);
	r = rtnl_dump(rtnl, msg, each_message, restart, &search);
	if (r == -ENODEV || r == -EINVAL || r == -EOPNOTSUPP)
		search.found = (struct look_vlan){ 0 };
	else if (r < 0)
		return evpn_fail(err, -r, "read %s: %s%s", "a port's VLANs", strerror(-r),
				 r == -EINTR ? "; it kept changing, try again" : "");
	*ret_vlan = search.found;
	return 0;
}
