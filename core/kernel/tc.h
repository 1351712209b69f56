/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tc.h - traffic control (tc(8)) of a port: its qdisc, and filters on the ingress side, which sees a frame before the bridge does
 *
 * The qdisc is `ingress'. `clsact' has the same handle and an egress side, too: it is for a device that filters there (seal.h), since the
 * kernel searches all blocks of traffic control for each one that is bound (flow_indr_dev_setup_offload()), and a clsact binds two.
 * Before, evpnd had clsact everywhere; one that stands is as good.
 *
 * A filter is a classic BPF program that looks at the frame, from the destination's MAC address on, with one action. The kernel calls
 * the filters in the order of their priorities. An action that ends in TC_ACT_UNSPEC lets it go on to the next one.
 */
#pragma once

#include <linux/filter.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>

#include "kernel/rtnl.h"

#define TC_QDISC   "ingress"
#define TC_CLSACT  "clsact"
#define TC_INGRESS TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)

/* 0xffffffff: the frame matches. */
#define TC_YES BPF_STMT(BPF_RET | BPF_K, UINT32_MAX)
#define TC_NO  BPF_STMT(BPF_RET | BPF_K, 0)

/* What tells a filter from others: its place, the frames that it looks at, and the kind of its action. */
struct tc_filter {
	uint16_t priority; /* from 1 */
	const struct sock_filter *program;
	size_t size; /* of the program, in bytes */
	const char *action;
};

/* A message about a qdisc or a filter. false: it is not a whole one, or has no kind. */
bool tc_parse(const struct nlmsghdr *hdr, const struct tcmsg **ret_tcm, struct nlattr *tb[TCA_MAX + 1]);

/* Whether the kind of this message is that of one of the two qdiscs. */
bool tc_is_qdisc(struct nlattr *const *tb);

/* Whether the message says that this filter is there; then `act` (TCA_ACT_...) is its action. */
bool tc_has_filter(const struct nlmsghdr *hdr, const struct tc_filter *filter, struct nlattr *act[TCA_ACT_MAX + 1]);

/* Calls `each` with a message for every filter on the ingress side. Returns 0 or -errno. */
int tc_dump_filters(struct rtnl *rtnl, int ifindex, rtnl_each *each, void (*restart)(void *arg), void *arg);

/* `put` adds what is in TCA_ACT_OPTIONS. Returns 0 or -errno; -ENOENT: the kernel lacks a part of it. */
int tc_add_filter(struct rtnl *rtnl, int ifindex, const struct tc_filter *filter,
		  void (*put)(struct nl_msg *msg, const void *arg), const void *arg);

/* Return 0 or -errno. It is no error to delete a qdisc that is not there; its filters go with it. */
int tc_add_qdisc(struct rtnl *rtnl, int ifindex);
int tc_delete_qdisc(struct rtnl *rtnl, int ifindex);
