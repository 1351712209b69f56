/* SPDX-License-Identifier: Apache-2.0 */
/* neighbors.c - see neighbors.h */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/util.h"
#include "kernel/neighbors.h"
#include "kernel/netns.h"
#include "kernel/read_link.h"
#include "kernel/rtnl.h"

/* Some thousand notifications. If it overflows, all neighbors are read once. */
#define QUEUE_SIZE   (1 << 20)
#define RECEIVE_SIZE 32768
/* Messages taken at a time, so that many of them do not block other events. */
#define READ_SHARE 256

#define MESSAGE(type, member) (NLMSG_HDRLEN + offsetof(type, member))

struct neighbors {
	struct nl_sock *sk;
	struct rtnl *rtnl;
	neighbors_each *each;
	void *arg;
};

/*
 * RTNLGRP_NEIGH announces the FDBs of bridges (AF_BRIDGE), too, and each change of each neighbor. The filter loads in network
 * byte order what netlink has in the host's.
 */
static int filter_stale(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWNEIGH), 0, 8),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, MESSAGE(struct ndmsg, ndm_state)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(NUD_STALE), 0, 6),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, MESSAGE(struct ndmsg, ndm_flags)),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, NTF_EXT_LEARNED, 4, 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, MESSAGE(struct ndmsg, ndm_family)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = { .len = ARRAY_LEN(code), .filter = code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

/* A dump and an answer pass no filter, so all is looked at here again. */
static bool parse_stale(const struct nlmsghdr *hdr, struct neighbor *ret_neighbor)
{
	const struct ndmsg *ndm = nlmsg_data(hdr);
	const struct nlattr *dst;

	if (hdr->nlmsg_type != RTM_NEWNEIGH || nlmsg_datalen(hdr) < (int)sizeof(*ndm) || ndm->ndm_state != NUD_STALE ||
	    (ndm->ndm_flags & NTF_EXT_LEARNED) || (ndm->ndm_family != AF_INET && ndm->ndm_family != AF_INET6))
		return false;
	dst = nlmsg_find_attr((struct nlmsghdr *)(uintptr_t)hdr, sizeof(*ndm), NDA_DST);
	if (!dst)
		return false;
	*ret_neighbor = (struct neighbor){ .ifindex = ndm->ndm_ifindex };
	read_ip_attr(dst, ndm->ndm_family, ndm->ndm_family == AF_INET ? 32 : 128, &ret_neighbor->ip);
	return ipaddr_is_set(&ret_neighbor->ip);
}

static void each_message(const struct nlmsghdr *hdr, void *arg)
{
	const struct neighbors *neighbors = arg;
	struct neighbor neighbor;

	if (parse_stale(hdr, &neighbor))
		neighbors->each(&neighbor, neighbors->arg);
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	each_message(nlmsg_hdr(msg), arg);
	return NL_OK;
}

/* The filter is set before the group, so that no message arrives without it. */
static int subscribe(const struct neighbors *neighbors, struct evpn_error *err)
{
	int fd = nl_socket_get_fd(neighbors->sk), size = QUEUE_SIZE, r;

	if (filter_stale(fd) < 0)
		return evpn_fail(err, errno, "filter for the kernel's neighbors: %s", strerror(errno));
	/* FORCE: beyond net.core.rmem_max, which CAP_NET_ADMIN allows. */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	r = nl_socket_add_membership(neighbors->sk, RTNLGRP_NEIGH);
	return r < 0 ? evpn_fail(err, EIO, "listen to the kernel's neighbors: %s", nl_geterror(r)) : 0;
}

static int connect_in(struct neighbors *neighbors, int netns_fd, struct evpn_error *err)
{
	_cleanup_netns_ int back = -1;
	int r;

	if (netns_enter(netns_fd, &back, err) < 0)
		return -1;
	r = nl_connect(neighbors->sk, NETLINK_ROUTE);
	return r < 0 ? evpn_fail(err, EIO, "open a netlink socket: %s", nl_geterror(r)) : 0;
}

static void closep(struct neighbors **neighbors)
{
	neighbors_close(*neighbors);
}

int neighbors_open(int netns_fd, struct neighbors **ret_neighbors, struct evpn_error *err)
{
	_cleanup_(closep) struct neighbors *neighbors = xcalloc(1, sizeof(*neighbors));

	neighbors->sk = nl_socket_alloc();
	if (!neighbors->sk)
		return evpn_fail(err, ENOMEM, "netlink socket: out of memory");
	if (connect_in(neighbors, netns_fd, err) < 0)
		return -1;
	nl_socket_disable_seq_check(neighbors->sk);
	nl_socket_set_msg_buf_size(neighbors->sk, RECEIVE_SIZE);
	nl_socket_modify_cb(neighbors->sk, NL_CB_VALID, NL_CB_CUSTOM, on_valid, neighbors);
	if (nl_socket_set_nonblocking(neighbors->sk) < 0)
		return evpn_fail(err, EIO, "netlink socket: cannot be made non-blocking");
	if (subscribe(neighbors, err) < 0 || rtnl_open(netns_fd, &neighbors->rtnl, err) < 0)
		return -1;
	*ret_neighbors = util_take_ptr(&neighbors);
	return 0;
}

void neighbors_close(struct neighbors *neighbors)
{
	if (!neighbors)
		return;
	rtnl_close(neighbors->rtnl);
	nl_socket_free(neighbors->sk);
	free(neighbors);
}

int neighbors_fd(const struct neighbors *neighbors)
{
	return nl_socket_get_fd(neighbors->sk);
}

bool neighbors_read(struct neighbors *neighbors, neighbors_each *each, void *arg)
{
	int r = 0;

	neighbors->each = each;
	neighbors->arg = arg;
	for (int i = READ_SHARE; i > 0 && r >= 0; i--)
		r = nl_recvmsgs_default(neighbors->sk);
	/* ENOBUFS, or a message that libnl cannot parse: it is lost, the next one is complete again. */
	return r < 0 && r != -NLE_AGAIN;
}

int neighbors_read_all(struct neighbors *neighbors, neighbors_each *each, void *arg)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	int r = 0;

	neighbors->each = each;
	neighbors->arg = arg;
	for (size_t i = 0; i < ARRAY_LEN(families) && r == 0; i++) {
		const struct ndmsg ndm = { .ndm_family = families[i] };
		struct nl_msg *msg = rtnl_message(RTM_GETNEIGH, 0);

		nlmsg_append(msg, (void *)(uintptr_t)&ndm, sizeof(ndm), NLMSG_ALIGNTO);
		r = rtnl_dump(neighbors->rtnl, msg, each_message, NULL, neighbors);
	}
	return r;
}

static struct nl_msg *message_about(int type, int flags, const struct neighbor *neighbor, uint16_t state)
{
	const struct ndmsg ndm = { .ndm_family = neighbor->ip.family,
				   .ndm_ifindex = neighbor->ifindex,
				   .ndm_state = state };
	struct nl_msg *msg = rtnl_message(type, flags);

	nlmsg_append(msg, (void *)(uintptr_t)&ndm, sizeof(ndm), NLMSG_ALIGNTO);
	nla_put(msg, NDA_DST, (int)ipaddr_size(&neighbor->ip), neighbor->ip.bytes);
	return msg;
}

static void take_stale(const struct nlmsghdr *hdr, void *arg)
{
	struct neighbor neighbor;
	bool *is_stale = arg;

	*is_stale = parse_stale(hdr, &neighbor);
}

/* The host, or the device, has gone. */
static bool is_absent(int code)
{
	return code == -ENOENT || code == -ENODEV || code == -ENXIO || code == -EAFNOSUPPORT;
}

int neighbors_ask(struct neighbors *neighbors, const struct neighbor *neighbor)
{
	bool is_stale = false;
	int r = rtnl_get(neighbors->rtnl, message_about(RTM_GETNEIGH, 0, neighbor, 0), take_stale, &is_stale);

	/*
	 * The kernel takes NTF_EXT_LEARNED away in the same message, so a host that has moved to another node must not be asked for.
	 * It has been some microseconds since the kernel said that it has not.
	 */
	if (r == 0 && is_stale)
		r = rtnl_request(neighbors->rtnl, message_about(RTM_NEWNEIGH, NLM_F_REPLACE, neighbor, NUD_PROBE));
	else
		is_stale = false;
	return is_absent(r) ? 0 : r < 0 ? r : is_stale;
}
