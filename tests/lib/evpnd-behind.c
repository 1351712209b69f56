/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evpnd-behind.c - evpnd that cannot keep up with the kernel, as on a host that is much busier than a test can make it
 *
 * Linked with evpnd's own main.c. The queue of notifications of each namespace holds 8 KiB, so that a storm overflows it; and
 * between two pieces of a dump there are 2 ms, so that a storm interrupts the dump.
 */
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define QUEUE_SIZE 8192
#define BETWEEN_NS (2 * 1000 * 1000)

/* In place of the C library's, for libnl too. */
#define EXPORTED __attribute__((visibility("default")))

/* core/kernel/notify.c alone sets SO_RCVBUFFORCE. */
EXPORTED int setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
	static const int queue_size = QUEUE_SIZE;

	if (level == SOL_SOCKET && name == SO_RCVBUFFORCE) {
		value = &queue_size;
		size = sizeof(queue_size);
	}
	return (int)syscall(SYS_setsockopt, fd, level, name, value, size);
}

/* Notifications are no pieces. */
static int is_piece(const struct msghdr *msg, ssize_t len)
{
	const struct sockaddr_nl *from = msg->msg_name;
	const struct nlmsghdr *hdr;

	if (len < (ssize_t)sizeof(*hdr) || msg->msg_namelen != sizeof(*from) || from->nl_family != AF_NETLINK)
		return 0;
	hdr = msg->msg_iov->iov_base;
	return (hdr->nlmsg_flags & NLM_F_MULTI) && hdr->nlmsg_type != NLMSG_DONE;
}

EXPORTED ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	const struct timespec pause = { .tv_nsec = BETWEEN_NS };
	ssize_t len = syscall(SYS_recvmsg, fd, msg, flags);

	if (is_piece(msg, len))
		nanosleep(&pause, NULL);
	return len;
}
