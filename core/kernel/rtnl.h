/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rtnl.h - one rtnetlink socket in one namespace: requests with acknowledgement, and dumps
 *
 * It adds to libnl 3.7: the text of the kernel's extended acknowledgement, strict checking (the kernel filters dumps),
 * and the repetition of interrupted dumps.
 */
#pragma once

#include <linux/netlink.h>
#include <netlink/msg.h>

#include "evpn-plugin.h"

struct rtnl;

/*
 * Opens a socket inside the namespace; -1: the current one. The socket keeps the namespace alive, and with it the NIC
 * of a container that has ended: close it when the step is done. Returns 0 or <0.
 */
int rtnl_open(int netns_fd, struct rtnl **ret_rtnl, struct evpn_error *err);
void rtnl_close(struct rtnl *rtnl);
void rtnl_closep(struct rtnl **rtnl);
#define _cleanup_rtnl_ __attribute__((cleanup(rtnl_closep)))

/* A new request, which the functions below free. flags: NLM_F_... beside REQUEST, ACK and DUMP. */
struct nl_msg *rtnl_message(int type, int flags);

/*
 * Sends the request and waits for the acknowledgement. Returns 0 or -errno; then rtnl_extack has the kernel's text, or
 * "".
 */
int rtnl_request(struct rtnl *rtnl, struct nl_msg *msg);
const char *rtnl_extack(const struct rtnl *rtnl);

typedef void rtnl_each(const struct nlmsghdr *hdr, void *arg);

/* Requests one object; `each` gets the answer. Returns 0 or -errno. */
int rtnl_get(struct rtnl *rtnl, struct nl_msg *msg, rtnl_each *each, void *arg);

/* Calls `each` for every message of the dump. Calls `restart` before it repeats the dump. Returns 0 or -errno. */
int rtnl_dump(struct rtnl *rtnl, struct nl_msg *msg, rtnl_each *each, void (*restart)(void *arg), void *arg);

/* The index of a link in the socket's namespace; 0: not found. */
int rtnl_ifindex(const struct rtnl *rtnl, const char *name);

/*
 * *ret_nsid is the number by which messages in the socket's namespace name that of `other` (IFLA_LINK_NETNSID); -1: there is none,
 * so none names it. Returns 0, or less than 0.
 */
int rtnl_nsid(struct rtnl *rtnl, const struct rtnl *other, int *ret_nsid, struct evpn_error *err);

/*
 * *ret_netns is the socket's namespace as a number that is unique while the host runs (SO_NETNS_COOKIE, Linux 5.14); 0:
 * the kernel does not support that. Returns 0, or less than 0.
 */
int rtnl_netns(const struct rtnl *rtnl, uint64_t *ret_netns, struct evpn_error *err);
