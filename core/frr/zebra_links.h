/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zebra_links.h - which devices zebra knows, by its answer; pure
 */
#pragma once

#include <stddef.h>

/*
 * Of all VRFs, with the kernel's index: zebra also lists, without an index, a device that does not exist while frr.conf
 * names it.
 */
#define ZEBRA_LINKS_QUESTION "show interface vrf all json"

struct zebra_link {
	const char *name;
	int ifindex;
};

/*
 * 1: *ret_unlisted is the first of the links that the answer does not have with its index; 0: it has all; <0: this is no
 * answer.
 */
int zebra_links_find_unlisted(const char *answer, const struct zebra_link *links, size_t n_links, size_t *ret_unlisted);
