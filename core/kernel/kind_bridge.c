/* SPDX-License-Identifier: Apache-2.0 */
/* kind_bridge.c - bridge, and the attributes of its ports; see link_kind.h */
#include <errno.h>
#include <linux/if_link.h>

#include "base/util.h"
#include "kernel/bridge.h"
#include "kernel/link_kind.h"

/* linux 6.7; in the enum of linux/if_link.h */
#define BR_FDB_N_LEARNED   48
#define BR_FDB_MAX_LEARNED 49

const struct link_attr link_attr_max_macs = { .level = LINK_LEVEL_DATA, .type = BR_FDB_MAX_LEARNED };

static void take_macs(const struct nlmsghdr *hdr, void *arg)
{
	struct bridge_macs *macs = arg;
	struct nlattr *tb[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1], *data[BR_FDB_MAX_LEARNED + 1];

	if (hdr->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse((struct nlmsghdr *)(uintptr_t)hdr, sizeof(struct ifinfomsg), tb, IFLA_MAX, NULL) < 0 ||
	    !tb[IFLA_LINKINFO] || nla_parse_nested(info, IFLA_INFO_MAX, tb[IFLA_LINKINFO], NULL) < 0 ||
	    !info[IFLA_INFO_DATA] || nla_parse_nested(data, BR_FDB_MAX_LEARNED, info[IFLA_INFO_DATA], NULL) < 0 ||
	    !data[BR_FDB_N_LEARNED] || !data[BR_FDB_MAX_LEARNED])
		return;
	macs->counted = true;
	macs->learned = nla_get_u32(data[BR_FDB_N_LEARNED]);
	macs->limit = nla_get_u32(data[BR_FDB_MAX_LEARNED]);
}

int bridge_macs(struct rtnl *rtnl, int ifindex, struct bridge_macs *ret_macs)
{
	struct nl_msg *msg = apply_link_message(RTM_GETLINK, 0, ifindex, 0, 0);
	struct bridge_macs macs = { 0 };
	int r;

	nla_put_u32(msg, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	r = rtnl_get(rtnl, msg, take_macs, &macs);
	if (r == 0)
		*ret_macs = macs;
	return r;
}

static struct outcome check(struct rtnl *rtnl, int ifindex, const struct net_link *want, net_attr_set attrs)
{
	struct bridge_macs macs;
	int r = attrs & NET_LINK_MAX_MACS ? bridge_macs(rtnl, ifindex, &macs) : 0;
	const char *why;

	if (!(attrs & NET_LINK_MAX_MACS) || r < 0 || (macs.counted && macs.limit == want->max_macs))
		return OUTCOME(r);
	why = "this kernel cannot limit the MAC addresses of a bridge, which Linux 6.7 can: remove `max_macs'";
	return (struct outcome){ .error = -EOPNOTSUPP, .why = why };
}

static int set_mtu(struct rtnl *rtnl, int ifindex, uint32_t mtu)
{
	struct nl_msg *msg = apply_link_message(RTM_SETLINK, 0, ifindex, 0, 0);

	nla_put_u32(msg, IFLA_MTU, mtu);
	return rtnl_request(rtnl, msg);
}

/*
 * A bridge takes the smallest MTU of its ports until its MTU has been changed once (br_change_mtu(), BROPT_MTU_SET_BY_USER); that of the
 * creating message does not count. The ports of a bridge that filters VLANs have the MTUs of several VNIs.
 */
static struct outcome born(struct rtnl *rtnl, int ifindex, const struct net_link *link)
{
	int r;

	if (!link->filters || !(link->want & NET_LINK_MTU))
		return OUTCOME(0);
	r = set_mtu(rtnl, ifindex, link->mtu - 1);
	return OUTCOME(r < 0 ? r : set_mtu(rtnl, ifindex, link->mtu));
}

const struct link_kind link_kind_bridge = { .born = born, .check = check };

const struct link_attr link_attr_neigh_suppress = { .level = LINK_LEVEL_PORT, .type = IFLA_BRPORT_NEIGH_SUPPRESS };
const struct link_attr link_attr_isolated = { .level = LINK_LEVEL_PORT, .type = IFLA_BRPORT_ISOLATED };
const struct link_attr link_attr_hairpin = { .level = LINK_LEVEL_PORT, .type = IFLA_BRPORT_MODE };
const struct link_attr link_attr_bpdu_guard = { .level = LINK_LEVEL_PORT, .type = IFLA_BRPORT_GUARD };
/* Off on bridges of ours: EVPN has no loops that it had to break, and a port is silent for 30 s while it looks for them. */
const struct link_attr link_attr_stp = { .level = LINK_LEVEL_DATA, .type = IFLA_BR_STP_STATE };
const struct link_attr link_attr_vlan_tunnel = { .level = LINK_LEVEL_PORT, .type = IFLA_BRPORT_VLAN_TUNNEL };
const struct link_attr link_attr_filters = { .level = LINK_LEVEL_DATA, .type = IFLA_BR_VLAN_FILTERING };

/* The kernel has the VLAN of a new port; 0: none. */
static int put_no_pvid(struct link_out *out)
{
	nla_put_u16(out->msg, IFLA_BR_VLAN_DEFAULT_PVID, !out->link->no_pvid);
	return 0;
}

static void get_no_pvid(const struct link_in *in, struct net_link *link)
{
	const struct nlattr *nla = in->tb[LINK_LEVEL_DATA] ? in->tb[LINK_LEVEL_DATA][IFLA_BR_VLAN_DEFAULT_PVID] : NULL;

	link->default_pvid = nla ? nla_get_u16(nla) : 0;
	link->no_pvid = nla && !link->default_pvid;
}

const struct link_attr link_attr_no_pvid = { .level = LINK_LEVEL_DATA, .put = put_no_pvid, .get = get_no_pvid };
const struct link_attr link_attr_port_learning = { .level = LINK_LEVEL_PORT, .type = IFLA_BRPORT_LEARNING };
