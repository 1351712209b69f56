/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netlink_queue.h - how full the receive queues of the listeners to a namespace's rtnetlink are: zebra's, above all
 *
 * The kernel drops a notification for which a listener's queue has no room, and zebra neither logs that nor reads again what
 * it has missed. sock_diag(7) shows the queues (NETLINK_DIAG_MEMINFO, Linux 4.10). A kernel without netlink_diag shows none.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "evpn-plugin.h"

struct netlink_queue {
	unsigned int percent; /* of the fullest queue */
	uint32_t size; /* bytes, of the smallest queue; 0: there is no listener */
	uint64_t dropped; /* messages that the kernel has dropped, of all listeners since they began to listen */
};

/*
 * A socket for the questions, closed by the caller. It keeps the namespace alive, as rtnl_open() says. -1: the kernel cannot
 * tell.
 */
int netlink_queue_open(int netns_fd);

/* The queues without that of the socket `own_fd` (-1: none). 0, or -errno. */
int netlink_queue_read(int fd, int own_fd, struct netlink_queue *ret_queue);
