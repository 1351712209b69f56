/* SPDX-License-Identifier: Apache-2.0 */
/* notify.c - see notify.h */
#include <errno.h>
#include <linux/filter.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/util.h"
#include "kernel/netns.h"
#include "kernel/notify.h"

/* The largest notification is the message of one link, which is shorter. */
#define RECEIVE_SIZE 32768
/* Enough for the notifications of a container's start. If it overflows, evpnd reads the kernel once more. */
#define QUEUE_SIZE (1 << 20)
/* Messages taken at a time, so that a storm of them does not block other events; and a whole queue of them. */
#define READ_SHARE  256
#define DRAIN_SHARE 4096

struct notify {
	struct nl_sock *sk;
	void (*each)(const struct nlmsghdr *hdr, void *arg);
	void *arg;
};

static const int groups_of[NET_NS_COUNT][11] = {
	[NET_NS_HOST] = { RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_NETCONF, RTNLGRP_TC,
			  RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE },
	[NET_NS_FRR] = { RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,
			 RTNLGRP_IPV4_NETCONF, RTNLGRP_IPV6_NETCONF, RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE, RTNLGRP_TC,
			 RTNLGRP_TUNNEL },
};

/*
 * Passes only routes with our protocol number. The filter loads in network byte order what netlink has in the host's.
 */
static int filter_routes(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWROUTE), 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELROUTE), 0, 2),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, NLMSG_HDRLEN + offsetof(struct rtmsg, rtm_protocol)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NET_PROTOCOL, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = { .len = ARRAY_LEN(code), .filter = code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	const struct notify *monitor = arg;

	if (monitor->each)
		monitor->each(nlmsg_hdr(msg), monitor->arg);
	return NL_OK;
}

/* The filter is set before the groups, so that no message arrives without it. */
static int subscribe(struct notify *monitor, enum net_ns ns, struct evpn_error *err)
{
	int fd = nl_socket_get_fd(monitor->sk), size = QUEUE_SIZE, r;

	if (filter_routes(fd) < 0)
		return evpn_fail(err, errno, "filter for kernel notifications: %s", strerror(errno));
	/* FORCE: beyond net.core.rmem_max, which CAP_NET_ADMIN allows. */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	for (size_t i = 0; i < ARRAY_LEN(groups_of[ns]) && groups_of[ns][i]; i++) {
		r = nl_socket_add_membership(monitor->sk, groups_of[ns][i]);
		/* Linux 5.18. A kernel without it has no device that could announce anything. */
		if (r < 0 && groups_of[ns][i] != RTNLGRP_TUNNEL)
			return evpn_fail(err, EIO, "listen to kernel notifications: %s", nl_geterror(r));
	}
	return 0;
}

static void closep(struct notify **monitor)
{
	notify_close(*monitor);
}

int notify_open(int netns_fd, enum net_ns ns, struct notify **ret_monitor, struct evpn_error *err)
{
	_cleanup_(closep) struct notify *monitor = xcalloc(1, sizeof(*monitor));
	_cleanup_netns_ int back = -1;
	int r;

	monitor->sk = nl_socket_alloc();
	if (!monitor->sk)
		return evpn_fail(err, ENOMEM, "netlink socket: out of memory");
	if (netns_enter(netns_fd, &back, err) < 0)
		return -1;
	r = nl_connect(monitor->sk, NETLINK_ROUTE);
	if (r < 0)
		return evpn_fail(err, EIO, "open a netlink socket: %s", nl_geterror(r));
	nl_socket_disable_seq_check(monitor->sk);
	nl_socket_set_msg_buf_size(monitor->sk, RECEIVE_SIZE);
	nl_socket_modify_cb(monitor->sk, NL_CB_VALID, NL_CB_CUSTOM, on_valid, monitor);
	if (nl_socket_set_nonblocking(monitor->sk) < 0)
		return evpn_fail(err, EIO, "netlink socket: cannot be made non-blocking");
	if (subscribe(monitor, ns, err) < 0)
		return -1;
	*ret_monitor = util_take_ptr(&monitor);
	return 0;
}

void notify_close(struct notify *monitor)
{
	if (!monitor)
		return;
	nl_socket_free(monitor->sk);
	free(monitor);
}

int notify_fd(const struct notify *monitor)
{
	return nl_socket_get_fd(monitor->sk);
}

bool notify_read(struct notify *monitor, void (*each)(const struct nlmsghdr *hdr, void *arg), void *arg)
{
	int r = 0;

	monitor->each = each;
	monitor->arg = arg;
	for (int i = each ? READ_SHARE : DRAIN_SHARE; i > 0 && r >= 0; i--)
		r = nl_recvmsgs_default(monitor->sk);
	/* ENOBUFS, or a message that libnl cannot parse: it is lost, the next one is complete again. */
	return r < 0 && r != -NLE_AGAIN;
}
