/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nic_case.h - for the tests of NIC records: an observation whose links and addresses are the test's, and a temporary folder
 *
 * The linker replaces read_nic(), which reads from the kernel what a NIC looks like, and read_serials().
 */
#pragma once

#include "run/observe.h"

extern char dir[64];
extern struct config config; /* one underlay NIC: eth1, in FRR's namespace up1 */
extern struct observe_source from;
extern struct observation obs;
extern struct evpn_error err;
extern unsigned int n_read; /* calls of read_nic() */
extern bool unreadable; /* it fails */
extern const char *alias; /* that it reads */

void nic_case_setup(void);
void nic_case_teardown(void);

struct net_link *add_link(enum net_ns ns, const char *name, uint8_t mac);
void add_addr(const char *name);

/* A record on disk: MTU 1400, this hardware address; and whether there is one. */
void record(const char *name, uint8_t mac, bool physical);
bool has_record(const char *name);

/* A run reads it all anew. */
void read_again(void);
const struct nic_record *the_record(const char *name);
