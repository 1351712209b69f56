/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rtnl.h - one rtnetlink socket in one namespace: a request and its acknowledgement, or a dump
 *
 * Over libnl-3. What libnl 3.7 does not do and every caller needs stands here: the kernel's extended acknowledgement
 * text, strict checking (so that dumps are filtered by the kernel), and dumps repeated when they were interrupted.
 */
#pragma once

#include <linux/netlink.h>
#include <netlink/msg.h>

#include "evpn-plugin.h"

struct rtnl;

/*
 * Opens a socket inside the namespace (-1: the current one). The socket keeps a namespace alive, and with it a dead
 * container's NIC: close it when the step is done.
 */
int rtnl_open(int netns_fd, struct rtnl **ret_rtnl, struct evpn_error *err);
void rtnl_close(struct rtnl *rtnl);
void rtnl_closep(struct rtnl **rtnl);
#define _cleanup_rtnl_ __attribute__((cleanup(rtnl_closep)))

/* A new request; rtnl_request and rtnl_dump free it. flags: NLM_F_... beside REQUEST (and ACK or DUMP). */
struct nl_msg *rtnl_message(int type, int flags);

/*
 * Sends and waits for the acknowledgement. 0, or -errno; then rtnl_extack has the kernel's own words, "" if it had
 * none.
 */
int rtnl_request(struct rtnl *rtnl, struct nl_msg *msg);
const char *rtnl_extack(const struct rtnl *rtnl);

typedef void rtnl_each(const struct nlmsghdr *hdr, void *arg);

/* Asks for one object; `each` gets the answer. 0 or -errno. */
int rtnl_get(struct rtnl *rtnl, struct nl_msg *msg, rtnl_each *each, void *arg);

/* Calls `each` for every message of the dump. 0 or -errno. `restart` is called before a repeated dump. */
int rtnl_dump(struct rtnl *rtnl, struct nl_msg *msg, rtnl_each *each, void (*restart)(void *arg), void *arg);

/* The index of a link in the socket's namespace; 0: there is none. */
int rtnl_ifindex(const struct rtnl *rtnl, const char *name);

/*
 * The socket's namespace, by a number that no other ever has while the host runs (SO_NETNS_COOKIE, linux 5.14); 0: the
 * kernel does not tell.
 */
uint64_t rtnl_netns(const struct rtnl *rtnl);
