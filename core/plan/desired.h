/* SPDX-License-Identifier: Apache-2.0 */
/*
 * desired.h - configuration -> the state that the kernel shall have; pure
 */
#pragma once

#include "config.h"
#include "net.h"
#include "nic_record.h"

/*
 * Fills *net (zeroed before; the caller clears it). `nics` are the underlay NICs' former states, for those whose
 * addresses the configuration leaves as they were; a NIC without a record gets only what the configuration says.
 * `mtus` are those that the NICs of config->underlay shall have, in bytes, in their order, 0 for what is unknown yet. The
 * smallest decides the VNIs'; if all are unknown, no MTU is wanted for these.
 */
void desired_make(const struct config *config, const struct record_nics *nics, const unsigned int *mtus,
		  struct net *net);

/*
 * The state in which nothing of evpnd's stands (`evpnd --down`): NICs on the host as their records say, FRR's namespace
 * as `former` (record_load_netns) says.
 */
void desired_make_nothing(const struct record_nics *nics, const struct net *former, struct net *net);

/*
 * The router MAC: locally administered, from the VTEP address, so that it is the same on all L3VNI bridges of a node
 * (zebra keeps one per remote VTEP) and survives restarts. It travels as the Router's MAC extended community, RFC 9135
 * section 8.1.
 */
void desired_router_mac(const struct ipaddr *vtep, uint8_t ret_mac[6]);

/* The anycast gateway's MAC: the same on every node (RFC 9135 section 4.1), one per L2VNI. */
void desired_gateway_mac(uint32_t vni, uint8_t ret_mac[6]);

/* A MAC for device `name` that is this node's own, and the same whenever the device is made. */
void desired_host_mac(const struct ipaddr *vtep, const char *name, uint8_t ret_mac[6]);
