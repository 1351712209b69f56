/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_state.h - whether links are up, without waiting
 *
 * A netlink dump of links waits for the kernel's lock for changes (rtnl), which a namespace that is being deleted holds for
 * seconds. These questions (ioctl SIOCGIFFLAGS, SIOCGIFMTU) do not.
 */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct link_state {
	char name[IFNAMSIZ];
	bool exists;
	bool up; /* by its administrator */
	bool running; /* and it has a carrier */
	uint32_t mtu; /* bytes */
};

/* Fills in the states of the links with these names in a namespace. False: it cannot be entered, or there is no socket. */
bool link_state_read(int netns_fd, struct link_state *states, size_t n);

/* "up", "no-carrier", "down", "missing". */
const char *link_state_word(const struct link_state *state);
