/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrconf.h - the frr.conf that goes with an evpn.conf; pure
 *
 * In the form and order of FRR's own `show running-config' (8.4 and 10.3), so that whoever compares the two finds what
 * differs in meaning, and nothing else: no value that is FRR's default, VRFs before `router bgp' (frr-reload.py of 8.4
 * takes `vrf red' for `vrf-policy red' behind it), neighbors, VRFs and lists as FRR sorts them. Only route-maps stand where
 * bgpd needs them, not where it shows them (frrconf_parts.h). Tests load it into FRR.
 */
#pragma once

#include "config.h"

/* The text, with passwords in the clear. The caller frees it. */
char *frrconf_make(const struct config *config);

/*
 * The text of a frr.conf with what follows `password' taken out, for those who look on. A line that `other` (NULL: none)
 * has not just so is marked as another one. The caller frees it.
 */
char *frrconf_mask(const char *text, const char *other);
