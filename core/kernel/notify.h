/* SPDX-License-Identifier: Apache-2.0 */
/*
 * monitor.h - the kernel's notifications of one namespace: links and addresses; in FRR's also routes and netconf
 *
 * Only listens. Routes are filtered inside the kernel (classic BPF): those of our own protocol pass, so a full BGP table
 * wakes nobody. Neighbours are never subscribed to.
 */
#pragma once

#include <linux/netlink.h>
#include <stdbool.h>

#include "evpn-plugin.h"
#include "net.h"

struct monitor;

/*
 * Listens in the namespace from now on: what changes after this is queued. The socket keeps a namespace alive, and with
 * it a dead container's NIC: close it as soon as FRR's process is gone.
 */
int monitor_open(int netns_fd, enum net_ns ns, struct monitor **ret_monitor, struct evpn_error *err);
/* Takes NULL. */
void monitor_close(struct monitor *monitor);

/* Readable when something is queued. */
int monitor_fd(const struct monitor *monitor);

/*
 * Takes what is queued, a bounded share of it: the rest leaves the descriptor readable. `each` gets every message; NULL:
 * they are thrown away, all of them. True: messages were lost (the queue was full), so anything may have changed.
 */
bool monitor_read(struct monitor *monitor, void (*each)(const struct nlmsghdr *hdr, void *arg), void *arg);
