/* SPDX-License-Identifier: Apache-2.0 */
/* rtnl.c - see rtnl.h */
#include <errno.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/util.h"
#include "kernel/netns.h"
#include "kernel/rtnl.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71 /* linux 5.14 */
#endif

/* The kernel sends a dump in pieces of at most 32 KiB. */
#define RECEIVE_SIZE 65536
/* Seconds that an answer may take. */
#define RECEIVE_LIMIT_S 10
/* How often a dump that a change interrupted is repeated. */
#define DUMP_TRIES 8

struct rtnl {
	struct nl_sock *sk;
	char extack[256];
	int error;
	bool done;
	rtnl_each *each;
	void *arg;
};

static void read_extack(struct rtnl *rtnl, const struct nlmsghdr *hdr)
{
	const struct nlmsgerr *e = nlmsg_data(hdr);
	size_t skip = sizeof(*e);

	if (!(hdr->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(hdr->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(e->msg.nlmsg_len) - NLMSG_HDRLEN;
	if (skip >= (size_t)nlmsg_datalen(hdr))
		return;
	struct nlattr *text = nla_find((struct nlattr *)((char *)nlmsg_data(hdr) + skip),
				       nlmsg_datalen(hdr) - (int)skip, NLMSGERR_ATTR_MSG);

	if (text)
		snprintf(rtnl->extack, sizeof(rtnl->extack), "%.*s", nla_len(text), (const char *)nla_data(text));
}

static int on_message(struct nl_msg *msg, void *arg)
{
	struct rtnl *rtnl = arg;
	const struct nlmsghdr *hdr = nlmsg_hdr(msg);

	if (hdr->nlmsg_type == NLMSG_ERROR && nlmsg_datalen(hdr) >= (int)sizeof(struct nlmsgerr)) {
		rtnl->error = ((const struct nlmsgerr *)nlmsg_data(hdr))->error;
		rtnl->done = true;
		read_extack(rtnl, hdr);
	}
	return NL_OK;
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct rtnl *rtnl = arg;

	if (rtnl->each)
		rtnl->each(nlmsg_hdr(msg), rtnl->arg);
	return NL_OK;
}

static int on_finish(struct nl_msg *msg, void *arg)
{
	((struct rtnl *)arg)->done = true;
	return NL_STOP;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	return NL_STOP;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *e, void *arg)
{
	return NL_STOP;
}

int rtnl_open(int netns_fd, struct rtnl **ret_rtnl, struct evpn_error *err)
{
	_cleanup_rtnl_ struct rtnl *rtnl = xcalloc(1, sizeof(*rtnl));
	_cleanup_netns_ int back = -1;
	const struct timeval limit = { .tv_sec = RECEIVE_LIMIT_S };
	int on = 1, fd, r;

	rtnl->sk = nl_socket_alloc();
	if (!rtnl->sk)
		return evpn_fail(err, ENOMEM, "netlink socket: out of memory");
	if (netns_fd >= 0 && netns_enter(netns_fd, &back, err) < 0)
		return -1;
	r = nl_connect(rtnl->sk, NETLINK_ROUTE);
	if (r < 0)
		return evpn_fail(err, EIO, "open a netlink socket: %s", nl_geterror(r));
	fd = nl_socket_get_fd(rtnl->sk);
	/* Older kernels lack some of these; each only improves messages or filters. */
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	/* The kernel answers before send(2) returns: this is for an answer that it could not queue. */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	nl_socket_set_buffer_size(rtnl->sk, 1 << 20, 1 << 18);
	nl_socket_set_msg_buf_size(rtnl->sk, RECEIVE_SIZE);
	nl_socket_modify_cb(rtnl->sk, NL_CB_MSG_IN, NL_CB_CUSTOM, on_message, rtnl);
	nl_socket_modify_cb(rtnl->sk, NL_CB_VALID, NL_CB_CUSTOM, on_valid, rtnl);
	nl_socket_modify_cb(rtnl->sk, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, rtnl);
	nl_socket_modify_cb(rtnl->sk, NL_CB_ACK, NL_CB_CUSTOM, on_ack, rtnl);
	nl_socket_modify_err_cb(rtnl->sk, NL_CB_CUSTOM, on_error, rtnl);
	*ret_rtnl = util_take_ptr(&rtnl);
	return 0;
}

void rtnl_close(struct rtnl *rtnl)
{
	if (!rtnl)
		return;
	nl_socket_free(rtnl->sk);
	free(rtnl);
}

void rtnl_closep(struct rtnl **rtnl)
{
	rtnl_close(*rtnl);
}

struct nl_msg *rtnl_message(int type, int flags)
{
	/* A link with its nested attributes is much shorter than a page, which is what libnl allocates. */
	struct nl_msg *msg = nlmsg_alloc_simple(type, flags | NLM_F_REQUEST);

	if (!msg) {
		fputs("evpnd: out of memory\n", stderr);
		_exit(EXIT_FAILURE);
	}
	return msg;
}

/*
 * Sends the message and frees it, then receives until the acknowledgement or the end of the dump. -EINTR: interrupted
 * dump.
 */
static int exchange(struct rtnl *rtnl, struct nl_msg *msg)
{
	int r;

	rtnl->extack[0] = '\0';
	rtnl->error = 0;
	rtnl->done = false;
	r = nl_send_auto(rtnl->sk, msg);
	nlmsg_free(msg);
	if (r < 0)
		return r == -NLE_PERM ? -EPERM : -EIO;
	while (!rtnl->done) {
		r = nl_recvmsgs_default(rtnl->sk);
		if (rtnl->done && rtnl->error)
			break;
		if (r == -NLE_DUMP_INTR)
			return -EINTR;
		if (r < 0)
			return r == -NLE_AGAIN ? -ETIMEDOUT : -EIO;
	}
	return rtnl->error;
}

int rtnl_get(struct rtnl *rtnl, struct nl_msg *msg, rtnl_each *each, void *arg)
{
	nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_ACK;
	rtnl->each = each;
	rtnl->arg = arg;
	return exchange(rtnl, msg);
}

int rtnl_request(struct rtnl *rtnl, struct nl_msg *msg)
{
	return rtnl_get(rtnl, msg, NULL, NULL);
}

const char *rtnl_extack(const struct rtnl *rtnl)
{
	return rtnl->extack;
}

int rtnl_dump(struct rtnl *rtnl, struct nl_msg *msg, rtnl_each *each, void (*restart)(void *arg), void *arg)
{
	int r = -EINTR;

	nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_DUMP;
	nl_socket_disable_auto_ack(rtnl->sk);
	rtnl->each = each;
	rtnl->arg = arg;
	for (int i = 0; i < DUMP_TRIES && r == -EINTR; i++) {
		struct nl_msg *again = nlmsg_convert(nlmsg_hdr(msg));

		if (!again) {
			r = -ENOMEM;
			break;
		}
		if (i > 0 && restart)
			restart(arg);
		nlmsg_hdr(again)->nlmsg_seq = NL_AUTO_SEQ;
		r = exchange(rtnl, again);
	}
	nl_socket_enable_auto_ack(rtnl->sk);
	nlmsg_free(msg);
	return r;
}

int rtnl_ifindex(const struct rtnl *rtnl, const char *name)
{
	struct ifreq ifr = { 0 };

	/* The ioctl works on any socket, and looks in that socket's namespace. */
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	return ioctl(nl_socket_get_fd(rtnl->sk), SIOCGIFINDEX, &ifr) == 0 ? ifr.ifr_ifindex : 0;
}

int rtnl_netns(const struct rtnl *rtnl, uint64_t *ret_netns, struct evpn_error *err)
{
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);

	if (getsockopt(nl_socket_get_fd(rtnl->sk), SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size) < 0 &&
	    errno != ENOPROTOOPT)
		return evpn_fail(err, errno, "read the cookie of FRR's network namespace: %s", strerror(errno));
	*ret_netns = cookie;
	return 0;
}

static void take_nsid(const struct nlmsghdr *hdr, void *arg)
{
	const struct nlattr *nsid = nlmsg_find_attr((struct nlmsghdr *)(uintptr_t)hdr, sizeof(struct rtgenmsg),
						    NETNSA_NSID);

	if (hdr->nlmsg_type == RTM_NEWNSID && nsid)
		*(int *)arg = nla_get_s32(nsid);
}

int rtnl_nsid(struct rtnl *rtnl, const struct rtnl *other, int *ret_nsid, struct evpn_error *err)
{
	const struct rtgenmsg gen = { .rtgen_family = AF_UNSPEC };
	_cleanup_close_ int fd = ioctl(nl_socket_get_fd(other->sk), SIOCGSKNS);
	struct nl_msg *msg;
	int r;

	*ret_nsid = -1;
	if (fd < 0)
		return evpn_fail(err, errno, "open the network namespace of a socket: %s", strerror(errno));
	msg = rtnl_message(RTM_GETNSID, 0);
	nlmsg_append(msg, (void *)(uintptr_t)&gen, sizeof(gen), NLMSG_ALIGNTO);
	nla_put_u32(msg, NETNSA_FD, (uint32_t)fd);
	r = rtnl_get(rtnl, msg, take_nsid, ret_nsid);
	return r < 0 ? evpn_fail(err, -r, "read the number of a network namespace: %s", strerror(-r)) : 0;
}
