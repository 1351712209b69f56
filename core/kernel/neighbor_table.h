/* SPDX-License-Identifier: Apache-2.0 */
/*
 * neighbor_table.h - how full the kernel's two tables of neighbors are: ARP's and that of IPv6
 *
 * Each is one table for all network namespaces of the machine (net/core/neighbour.c). Its limits and counts can be read in the first
 * namespace alone.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct neighbor_table {
	uint32_t entries; /* of all namespaces, those that FRR has added too */
	uint32_t thresh1; /* gc_thresh1: from this number on the kernel removes entries that it has not used for 60 s */
	uint32_t thresh3; /* gc_thresh3: the kernel takes no more */
	uint32_t fulls; /* how often it took none */
};

/* False: this is not the first namespace, or the kernel has no such table. `ipv6`: which one. */
bool neighbor_table_read(bool ipv6, struct neighbor_table *ret);

/* Parses /proc/net/stat/arp_cache: a line of names, then a line of hexadecimal numbers for each CPU. False: it is not that. */
bool neighbor_table_parse(const char *text, struct neighbor_table *ret);
