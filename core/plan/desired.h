/* SPDX-License-Identifier: Apache-2.0 */
/*
 * desired.h - configuration -> the desired network state; pure
 */
#pragma once

#include "config/config.h"
#include "model/net.h"
#include "model/nic_record.h"

/*
 * Fills *net, which is zeroed; the caller clears it. `nics` has the records of the underlay NICs: a NIC whose addresses
 * the configuration does not set keeps those of its record. `mtus` has the MTU in bytes of each NIC of
 * config->underlay, in their order; 0: unknown. The smallest one decides the MTU of the VNIs; if all are unknown, it is
 * left alone.
 */
void desired_make(const struct config *config, const struct nic_records *nics, const unsigned int *mtus,
		  struct net *net);

/*
 * The state without any object of evpnd's (`evpnd --down`): the NICs are on the host as in their records, FRR's
 * namespace is as in `former`, its recorded state.
 */
void desired_make_nothing(const struct nic_records *nics, const struct net *former, struct net *net);

/*
 * The router MAC of a node. If unset, it is locally administered, and made from the VTEP address, so that it is the same on all L3VNI
 * bridges (zebra keeps one for each remote VTEP) and after a restart. Routes carry it as the Router's MAC extended
 * community, RFC 9135 section 8.1.
 */
void desired_router_mac(const struct config *config, uint8_t ret_mac[6]);

/* The anycast gateway's MAC: the same on every node (RFC 9135 section 4.1); if unset, one per L2VNI. */
void desired_gateway_mac(const struct config_l2vni *l2, uint8_t ret_mac[6]);

/* A MAC for the device `name`: other nodes have another one, and it is the same each time the device is created. */
void desired_host_mac(const struct ipaddr *vtep, const char *name, uint8_t ret_mac[6]);

/*
 * The MAC of the host's end of a pair. `seed` is the same each time the pair is created; `master` is the device that evpnd
 * puts the end into ("": none), so that the MAC tells whether evpnd or another program has put it there. It begins with
 * fe:ff, because a bridge without a MAC of its own takes the lowest one of its ports.
 */
void desired_end_mac(uint64_t seed, const char *master, uint8_t ret_mac[6]);

/*
 * What depends on what other programs have set. A bridge to which somebody has added an IPv4 address is not sealed.
 *
 * A bridge without an MTU of its own takes the smallest one of its ports. So the host's end of a pair gets that of the
 * other programs' bridge that it joins, if it is larger than the VNI's. Both nets are sorted.
 *
 * Parents, bridges and VRFs of the host that evpn.conf calls by an alternative name get their own names.
 */
void desired_adapt(struct net *desired, const struct net *actual);
