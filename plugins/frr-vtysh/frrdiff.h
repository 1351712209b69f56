/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrdiff.h - what turns one FRR configuration into another; pure
 *
 * Both are texts as `show running-config no-header` or an frr.conf: contexts ("router bgp 64512 vrf red"), the lines in
 * them, sub-contexts ("address-family l2vpn evpn" ... "exit-address-family"). The outcome is text for vtysh to read.
 *
 * Both texts are first brought into the form in which FRR shows them, so that only what differs for FRR is a difference. What
 * FRR replaces when it is set is set, not deleted and set: a session of a neighbour that is on both sides stays, unless FRR
 * itself resets it for what changes. What cannot change where it stands (a neighbour's peer-group, an instance's AS number)
 * goes out and in. Cost: sorting the lines. Where this ends elsewhere than frr-reload.py: frr-reload-differences.md.
 *
 * vtysh(8) puts neighbouring lines of static routes, lists and maps into one transaction, and where FRR rejects one, none of
 * them is taken, though the exit status is 0: whoever applies the text reads back what came of it.
 */
#pragma once

#include <stddef.h>

#include "evpn-plugin.h"

struct frrdiff {
	/*
	 * One for each vtysh run, in order; each is complete (it enters and leaves the contexts itself). None: the two say
	 * the same. One is enough for all that is known of FRR: `no vni` first, then new lists and maps, what goes, what comes,
	 * old routes, old lists and maps.
	 */
	char **batches;
	size_t n_batches;
	/*
	 * Lines, with contexts that are made or deleted, without those that are only entered or left. A neighbour that goes
	 * is one line.
	 */
	size_t n_deleted, n_added;
};

/*
 * What brings an FRR whose running configuration is `running` to `wanted`. Returns 0, or <0 where one of them cannot be
 * understood (a line outside of the context that it needs); err says which line. The caller clears *ret_diff. Never compared:
 * the hostname, which is the machine's. Never deleted: password, forwarding, agentx, `line vty`, and interfaces and VRFs as such.
 */
int frrdiff_make(const char *running, const char *wanted, struct frrdiff *ret_diff, struct evpn_error *err);
void frrdiff_clear(struct frrdiff *diff);
