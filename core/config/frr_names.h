/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frr_names.h - the names in frr.conf that are evpnd's
 *
 * The generated frr.conf defines route-maps and lists (frr/frrconf_policy.c) with the one prefix, peer groups with the
 * other. config_extra.c refuses lines in frr.extra that define such a name again.
 */
#pragma once

#define FRR_NAME_PREFIX	 "evpnd-"
#define FRR_RANGE_PREFIX "range-"
