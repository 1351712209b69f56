/* SPDX-License-Identifier: Apache-2.0 */
/*
 * neighbor_watch.h - warns when the kernel's tables of neighbors reach their limits
 *
 * The kernel announces neither. Above gc_thresh1 hosts that are silent lose their entries after 60 s, and with them their Type-2 routes;
 * at gc_thresh3 new ones are not reached at all.
 */
#pragma once

#include "kernel/neighbor_table.h"

/* Zeroed before the first look. */
struct neighbor_watch {
	struct {
		bool known; /* `fulls` is that of the last look */
		bool warned; /* of gc_thresh1 */
		uint32_t fulls;
	} tables[2]; /* IPv4, IPv6 */
	char text[320]; /* the last warning, which is in the log */
};

/* Looks at both tables, and logs what is new; for each health check. It reads four sysctls and two files of procfs. */
void neighbor_watch_look(struct neighbor_watch *watch);

/* The part that judges one table: `now` was read. */
void neighbor_watch_judge(struct neighbor_watch *watch, bool ipv6, const struct neighbor_table *now);
