/* SPDX-License-Identifier: Apache-2.0 */
/* config_vxlan.h - group vxlan of evpn.conf; see config.h */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

struct config;

/* What the VNIs share. */
struct config_vxlan {
	bool single; /* one bridge and one VXLAN device for all VNIs; false: each VNI has its own */
	uint16_t port; /* UDP; default: 4789 */
	uint8_t ttl; /* 0: the kernel's default, or with ttl_inherit that of the inner packet */
	bool ttl_inherit;
	uint8_t tos; /* 0: unset; NET_TOS_INHERIT: that of the inner packet; else without the two bits of ECN */
	uint8_t df; /* enum net_df */
	bool zero_checksum; /* accepted by an IPv6 VTEP; default: true */
	bool no_flooding; /* FRR neither asks for broadcasts nor replicates them to the other VTEPs */
	bool arp_suppression; /* default: true */
	uint8_t gateway_mac[6]; /* 00:00:00:00:00:00: one from the VNI for each */
	uint8_t router_mac[6]; /* 00:00:00:00:00:00: made from the VTEP */
};

/*
 * config_device.c: the VXLAN device of a VNI, and the bridge that it is a port of: "vni110" and "br110", or those that all VNIs share.
 * `config' NULL, before there is one: the former.
 */
void config_name_vxlan(const struct config *config, uint32_t vni, char ret_name[IFNAMSIZ]);
void config_name_bridge(const struct config *config, uint32_t vni, char ret_name[IFNAMSIZ]);
