/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrdiff.h - what turns one FRR configuration into another; pure
 *
 * Both are texts as `show running-config no-header` or an frr.conf: contexts ("router bgp 64512 vrf red"), the lines in
 * them, sub-contexts ("address-family l2vpn evpn" ... "exit-address-family"). The outcome is text for `vtysh -f`.
 */
#pragma once

#include <stddef.h>

#include "evpn-plugin.h"

struct frrdiff {
	/*
	 * One for each vtysh run, in order; each is complete (it enters and leaves the contexts itself). None: the two say
	 * the same. Lines that take away come before lines that add, one batch where FRR's order allows.
	 */
	char **batches;
	size_t n_batches;
	size_t n_deleted, n_added; /* lines, without those that only enter or leave a context */
};

/*
 * What brings an FRR whose running configuration is `running` to `wanted`. Returns 0, or <0 where one of them cannot be
 * understood (a context that is never entered, say), err says which line. The caller clears *ret_diff.
 */
int frrdiff_make(const char *running, const char *wanted, struct frrdiff *ret_diff, struct evpn_error *err);
void frrdiff_clear(struct frrdiff *diff);
