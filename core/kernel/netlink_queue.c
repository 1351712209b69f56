/* SPDX-License-Identifier: Apache-2.0 */
/* netlink_queue.c - see netlink_queue.h */
#include <errno.h>
#include <linux/netlink_diag.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/util.h"
#include "kernel/netlink_queue.h"
#include "kernel/netns.h"

/* The answer to one recv(2): some hundred sockets. */
#define ANSWER_SIZE 32768

int netlink_queue_open(int netns_fd)
{
	_cleanup_netns_ int back = -1;
	struct evpn_error err;

	if (netns_fd >= 0 && netns_enter(netns_fd, &back, &err) < 0)
		return -1;
	/* The kernel answers before send(2) returns. */
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
}

static bool listens(struct nlmsghdr *hdr)
{
	const struct nlattr *groups = nlmsg_find_attr(hdr, sizeof(struct netlink_diag_msg), NETLINK_DIAG_GROUPS);
	const uint8_t *bytes = groups ? nla_data(groups) : NULL;

	for (int i = 0; groups && i < nla_len(groups); i++)
		if (bytes[i])
			return true;
	return false;
}

static void take(struct nlmsghdr *hdr, ino_t own, struct netlink_queue *queue)
{
	const struct netlink_diag_msg *msg = nlmsg_data(hdr);
	const struct nlattr *attr = nlmsg_find_attr(hdr, sizeof(struct netlink_diag_msg), NETLINK_DIAG_MEMINFO);
	uint32_t mem[SK_MEMINFO_VARS] = { 0 };
	unsigned int percent;

	if (!attr || (own && msg->ndiag_ino == (uint32_t)own) || !listens(hdr))
		return;
	nla_memcpy(mem, attr, sizeof(mem));
	if (!mem[SK_MEMINFO_RCVBUF])
		return;
	percent = (unsigned int)((uint64_t)mem[SK_MEMINFO_RMEM_ALLOC] * 100 / mem[SK_MEMINFO_RCVBUF]);
	if (percent > queue->percent)
		queue->percent = percent;
	if (!queue->size || mem[SK_MEMINFO_RCVBUF] < queue->size)
		queue->size = mem[SK_MEMINFO_RCVBUF];
	queue->dropped += mem[SK_MEMINFO_DROPS];
}

/* Takes the messages of one recv(2). 1: the answer is complete; 0: there is more; -errno. */
static int take_answer(void *data, int len, ino_t own, struct netlink_queue *queue)
{
	for (struct nlmsghdr *hdr = data; nlmsg_ok(hdr, len); hdr = nlmsg_next(hdr, &len)) {
		if (hdr->nlmsg_type == NLMSG_DONE)
			return 1;
		if (hdr->nlmsg_type == NLMSG_ERROR)
			return ((struct nlmsgerr *)nlmsg_data(hdr))->error ?: 1;
		if (hdr->nlmsg_type == SOCK_DIAG_BY_FAMILY)
			take(hdr, own, queue);
	}
	return 0;
}

int netlink_queue_read(int fd, int own_fd, struct netlink_queue *ret_queue)
{
	struct {
		struct nlmsghdr hdr;
		struct netlink_diag_req req;
	} request = { .hdr = { .nlmsg_len = sizeof(request),
			       .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			       .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		      .req = { .sdiag_family = AF_NETLINK,
			       .sdiag_protocol = NETLINK_ROUTE,
			       .ndiag_show = NDIAG_SHOW_MEMINFO | NDIAG_SHOW_GROUPS } };
	union {
		struct nlmsghdr first;
		char bytes[ANSWER_SIZE];
	} answer;
	struct stat own = { 0 };
	int r = 0;

	*ret_queue = (struct netlink_queue){ 0 };
	if (own_fd >= 0)
		(void)fstat(own_fd, &own);
	if (send(fd, &request, sizeof(request), 0) < 0)
		return -errno;
	while (r == 0) {
		ssize_t len = recv(fd, &answer, sizeof(answer), 0);

		if (len < 0 && errno != EINTR)
			return -errno;
		if (len > 0)
			r = take_answer(&answer, (int)len, own.st_ino, ret_queue);
	}
	return r < 0 ? r : 0;
}
