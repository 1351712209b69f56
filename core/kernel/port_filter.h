/* SPDX-License-Identifier: Apache-2.0 */
/*
 * port_filter.h - what traffic control does at the inner end of a host's veth pair: it limits (limit.h) and relays (relay.h); read, and
 * recognised in notifications; apply_parts.h has how it is set
 *
 * Both share the end's qdisc (tc.h), which is evpnd's as a whole: it is made anew with all filters, and is there only if there
 * are some.
 */
#pragma once

#include "kernel/rtnl.h"
#include "model/net.h"

/*
 * Reads net_link.limits and net_link.relay of evpnd's veths in FRR's namespace, and with `relays`, if one is to relay, net.no_relay. The
 * net is sorted. Returns 0, or <0 when the kernel refuses it.
 */
int read_port_filters(struct rtnl *frr, bool relays, struct net *net, struct evpn_error *err);

/* What is known of a device: its limits, and the index of the device to which it relays, 0: none. */
struct port_filters {
	struct net_limits limits;
	int target;
};

/*
 * Whether the notification says something new about the filters of a device. `find` sets what is known of it; false: the device is
 * no matter.
 */
bool port_filter_concerns(const struct nlmsghdr *hdr, bool (*find)(int ifindex, void *arg, struct port_filters *ret),
			  void *arg);
