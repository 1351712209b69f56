/* SPDX-License-Identifier: Apache-2.0 */
/* net_ns.h - the network namespaces that evpnd works in; see net.h */
#pragma once

/* The two network namespaces. Each object says in which one it is. */
enum net_ns { NET_NS_HOST, NET_NS_FRR };
#define NET_NS_COUNT 2

/* "host" or "frr", as in plans and messages. */
const char *net_ns_name(enum net_ns ns);
