/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify.h - the kernel's notifications of one namespace: links and addresses; in FRR's also routes and netconf
 *
 * A filter in the kernel (classic BPF) passes only routes with our protocol number, so that a full BGP table does not
 * wake the process. Neighbours are not subscribed to.
 */
#pragma once

#include <linux/netlink.h>
#include <stdbool.h>

#include "evpn-plugin.h"
#include "model/net.h"

struct notify;

/*
 * Subscribes in the namespace: changes after this call are queued. The socket keeps the namespace alive, and with it
 * the NIC of a container that has ended: close it as soon as FRR's process has ended. Returns 0 or <0.
 */
int notify_open(int netns_fd, enum net_ns ns, struct notify **ret_monitor, struct evpn_error *err);
/* Takes NULL. */
void notify_close(struct notify *monitor);

/* A descriptor that is readable when a message is queued. */
int notify_fd(const struct notify *monitor);

/*
 * Takes a bounded number of queued messages; if there are more, the descriptor stays readable. Calls `each` for every
 * message; NULL: discards all that are queued. True: messages were lost because the queue was full, so anything may
 * have changed.
 */
bool notify_read(struct notify *monitor, void (*each)(const struct nlmsghdr *hdr, void *arg), void *arg);
