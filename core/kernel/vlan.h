/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vlan.h - the VLANs of a port of a bridge on the host (bridge-vlan(8)): read; apply_parts.h has how they are set
 */
#pragma once

#include <netlink/attr.h>

#include "kernel/rtnl.h"
#include "model/net.h"

/* net_link.pvid from IFLA_AF_SPEC of a message of AF_BRIDGE. */
uint16_t vlan_parse(struct nlattr *spec);

/* Reads net_link.pvid of the host's ports of bridges. The net is sorted. Returns 0, or <0 when the kernel refuses it. */
int read_vlans(struct rtnl *host, struct net *net, struct evpn_error *err);
