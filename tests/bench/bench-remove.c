/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-remove.c - ways to delete the devices of many L2VNIs, as bench-floor makes them
 *
 *	bench-remove HOST_NETNS FRR_NETNS FIRST LAST WAY SIZE
 *
 * WAY: "each", one message for a device; "kinds", one for SIZE devices of a kind (bridges, then VXLANs, then veths); "vni", one for
 * all devices of SIZE VNIs; "ports", one for SIZE veths, then SIZE VXLANs, then SIZE bridges. Prints the milliseconds of
 * the longest request, in which FRR would have waited for the kernel's lock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "raw-link.h"

#define LEAVING 0xbe2d

static void delete_named(enum raw_ns ns, const char *name)
{
	struct nl_msg *msg = raw_link_message(RTM_DELLINK, NLM_F_ACK, (struct ifinfomsg){ 0 });

	nla_put_string(msg, IFLA_IFNAME, name);
	raw_request(ns, msg);
}

static void mark(const char *name)
{
	struct nl_msg *msg = raw_link_message(RTM_SETLINK, NLM_F_ACK, (struct ifinfomsg){ 0 });

	nla_put_string(msg, IFLA_IFNAME, name);
	nla_put_u32(msg, IFLA_GROUP, LEAVING);
	raw_request(FRR, msg);
}

static void delete_marked(void)
{
	struct nl_msg *msg = raw_link_message(RTM_DELLINK, NLM_F_ACK, (struct ifinfomsg){ 0 });

	nla_put_u32(msg, IFLA_GROUP, LEAVING);
	raw_request(FRR, msg);
}

enum { BR = 1, VX = 2, PE = 4 };

/* Devices of these kinds, those of `size` VNIs in a message. */
static void remove_kinds(uint32_t first, uint32_t last, int kinds, uint32_t size)
{
	for (uint32_t number = first; number <= last; number++) {
		struct raw_vni v = raw_vni_of(number, false);

		if (kinds & BR)
			mark(v.br);
		if (kinds & VX)
			mark(v.vx);
		if (kinds & PE)
			mark(v.pe);
		if (number == last || (number - first + 1) % size == 0)
			delete_marked();
	}
}

static void remove_all(uint32_t first, uint32_t last, const char *way, uint32_t size)
{
	static const struct {
		const char *name;
		int kinds[3];
	} ways[] = { { "kinds", { BR, VX, PE } }, { "vni", { BR | VX | PE } }, { "ports", { PE, VX, BR } } };

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		for (int k = 0; strcmp(way, ways[i].name) == 0 && k < 3; k++)
			if (ways[i].kinds[k])
				remove_kinds(first, last, ways[i].kinds[k], size);
	for (uint32_t number = first; strcmp(way, "each") == 0 && number <= last; number++) {
		struct raw_vni v = raw_vni_of(number, false);

		delete_named(HOST, v.lan);
		delete_named(FRR, v.vx);
		delete_named(FRR, v.br);
	}
	printf("%.1f\n", raw_longest_ms);
}

int main(int argc, char **argv)
{
	if (argc != 7) {
		fputs("usage: bench-remove HOST_NETNS FRR_NETNS FIRST LAST WAY SIZE\n", stderr);
		return EXIT_FAILURE;
	}
	raw_open(argv[1], argv[2]);
	remove_all((uint32_t)atoi(argv[3]), (uint32_t)atoi(argv[4]), argv[5], (uint32_t)atoi(argv[6]));
	return EXIT_SUCCESS;
}
