/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrdiff.h - computes the commands that change one FRR configuration into another; it only handles memory
 *
 * Both configurations are texts like `show running-config no-header` or a frr.conf: contexts ("router bgp 64512 vrf
 * red") with lines and sub-contexts ("address-family l2vpn evpn" ... "exit-address-family"). The result is text for
 * vtysh.
 *
 * Both texts are first converted to the form in which FRR prints them, so that only real differences remain. A line
 * that FRR replaces when the new one is set is not deleted before. So the session of a neighbour in both configurations
 * stays up, unless FRR itself resets it because of a change. A neighbour whose peer-group changes, and an instance
 * whose AS number changes, are deleted and added again, because FRR cannot change them. The cost is that of sorting the
 * lines. frr-reload-differences.md lists the cases in which frr-reload.py gives another result.
 *
 * vtysh combines consecutive lines of static routes, lists and route-maps to one transaction. If FRR rejects one of
 * them, it accepts none, though vtysh exits with status 0. So the caller reads the configuration back after applying
 * the text.
 */
#pragma once

#include <stddef.h>

#include "evpn-plugin.h"

/* Longer texts are not compared: the memory for a difference is up to 60 times as large. */
#define FRRDIFF_MAX_MIB 16u

struct frrdiff {
	/*
	 * One text for each run of vtysh, in this order; each one enters and leaves its contexts itself. No batch:
	 * there is no difference. At present one batch is enough for all differences, see the order in frrdiff.c.
	 */
	char **batches;
	size_t n_batches;
	/*
	 * Numbers of lines, including contexts that are added or deleted, but not contexts that are only entered. A
	 * neighbour that is deleted counts as one line.
	 */
	size_t n_deleted, n_added;
	size_t n_missing; /* daemons that do not run, and that `wanted` needs */
	char *missing, *missing_for; /* their names, and a line of each */
	size_t n_unwanted; /* lines of the running configuration that must go: deleted, or replaced by "no LINE" */
};

/*
 * Computes the commands that change FRR's configuration `running` to `wanted`; the caller clears *ret_diff. Returns 0,
 * or -1 if a line is outside of the context that it needs, or, with EVPN_ERROR_REFUSED, if FRR cannot keep all lines of
 * `wanted`, or, with EFBIG, if a text is too long; err says which line. The hostname is ignored. Passwords,
 * forwarding, agentx, `line vty`, and interfaces and VRFs themselves are never deleted.
 *
 * daemons: FRR's daemons that run, separated by blanks: lines that only other daemons keep are no difference. NULL: all.
 */
int frrdiff_make(const char *running, const char *wanted, const char *daemons, struct frrdiff *ret_diff,
		 struct evpn_error *err);
void frrdiff_clear(struct frrdiff *diff);
