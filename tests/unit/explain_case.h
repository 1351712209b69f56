/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain_case.h - facts in which all is well, of each kind of subject, for tests that plant a fault into them
 */
#pragma once

#include "run/explain.h"

#define VTEP   "100.65.0.2"
#define FAR    "100.64.0.2"
#define NEAR_M "02:00:00:00:11:01"
#define FAR_M  "02:00:00:00:11:02"

extern struct config_l2vni l2;
extern struct explain_facts facts;

/* The subjects: VNI 110, a MAC and an address on either side, an address in VRF red, a MAC that nobody has. */
void vni(void);
void near_mac(void);
void far_mac(void);
void near_ip(void);
void far_ip(void);
void far_prefix(void);
void not_there(void);

/* After one of these: the same with one VXLAN device for all VNIs, the VNI in VRF red, and the host connected by the trunk. */
void in_single_mode(void);

/* Parts of facts. The last byte of the MAC is `last`; `ip` may be NULL. */
struct look_link link_of(const char *name, const char *master, enum net_kind kind);
struct look_entry entry_of(const char *device, const uint8_t last, const char *ip);
struct evpn_show_path path_of(int type, bool own, const char *hop);
void add_path(struct evpn_show_paths *paths, struct evpn_show_path path);
