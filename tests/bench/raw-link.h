/* SPDX-License-Identifier: Apache-2.0 */
/*
 * raw-link.h - plain netlink requests for bench-floor and bench-remove, and the names of the devices that they work on
 *
 * An error ends the program with what the kernel says.
 */
#pragma once

#include <linux/if_link.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stdbool.h>
#include <stdint.h>

enum raw_ns { HOST, FRR };

/* Namespaces and their sockets; raw_open fills them in from two paths. */
extern struct raw_space {
	int fd, socket;
} raw_spaces[2];
void raw_open(const char *host, const char *frr);

/* The calling thread goes into the namespace. */
void raw_enter(enum raw_ns ns);

/* A message about a link, to be given to raw_request. `flags` are added to NLM_F_REQUEST. */
struct nl_msg *raw_link_message(int type, int flags, struct ifinfomsg ifi);

/* Sends the message and frees it; reads up to its acknowledgement, or the end of its dump. */
void raw_request(enum raw_ns ns, struct nl_msg *msg);

/* Milliseconds of a clock that only goes on, and those of the longest request so far. */
double raw_now_ms(void);
extern double raw_longest_ms;

/* Prints `what' and errno, and ends the program. */
void raw_die(const char *what) __attribute__((noreturn));

/* An L2VNI and its devices, by their names. The indices are those of whoever has made them. */
struct raw_vni {
	uint32_t number;
	bool whole;
	char br[IFNAMSIZ], vx[IFNAMSIZ], pe[IFNAMSIZ], lan[IFNAMSIZ];
	int br_index, vx_index, pe_index, lan_index;
};
struct raw_vni raw_vni_of(uint32_t number, bool whole);
