/* SPDX-License-Identifier: Apache-2.0 */
/* kind_veth.c - veth: a pair, created by one message; see link_kind.h */
#include <linux/if_link.h>
#include <linux/veth.h>

#include "kernel/link_kind.h"

/*
 * By default a veth is created with one queue for each processor, of which the kernel then takes away all but one
 * (veth_init_queues): that is 2 sysfs objects for each queue at both ends, for nothing. One from the beginning gives
 * the same device.
 */
static void put_one_queue(struct nl_msg *msg)
{
	nla_put_u32(msg, IFLA_NUM_TX_QUEUES, 1);
	nla_put_u32(msg, IFLA_NUM_RX_QUEUES, 1);
}

const struct link_kind link_kind_veth = { .put_top = put_one_queue };

/* The peer is born in its own namespace: creating it here and moving it takes six times as long. */
static int put_peer(struct link_out *out)
{
	const struct net_link *link = out->link;
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct nlattr *peer = nla_nest_start(out->msg, VETH_INFO_PEER);

	nlmsg_append(out->msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	nla_put_string(out->msg, IFLA_IFNAME, link->peer);
	nla_put_u32(out->msg, IFLA_GROUP, net_birth_group(out->apply->instance));
	put_one_queue(out->msg);
	if (link->peer_mtu)
		nla_put_u32(out->msg, IFLA_MTU, link->peer_mtu);
	nla_put_u32(out->msg, IFLA_NET_NS_FD, (uint32_t)out->apply->netns_fd[link->peer_ns]);
	nla_nest_end(out->msg, peer);
	return 0;
}

/* The message of one end names the other one by IFLA_LINK. */
const struct link_attr link_attr_peer = { .level = LINK_LEVEL_DATA, .put = put_peer, .get = link_attr_get_link };
