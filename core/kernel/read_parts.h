/* SPDX-License-Identifier: Apache-2.0 */
/* read_parts.h - what the files that read one namespace's state share; see read.h */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/rtnl.h"
#include "model/net.h"

struct read_ident;
struct read_raw;

/* A link's position in net->links, by index; positions stay valid when the array grows. */
struct reader_slot {
	int ifindex;
	size_t pos;
};

/* State of reading one namespace. */
struct reader {
	struct net *net;
	enum net_ns ns;
	const struct read_ident *ident;
	size_t first_link, first_addr, first_route;
	struct read_raw *raw; /* by position from first_link */
	size_t n_raw;
	struct reader_slot *slots; /* sorted by ifindex */
	bool knows_addr_proto;
};

/* The link of this namespace with the index; NULL: none was read. Owned by reader->net. */
struct net_link *reader_link(const struct reader *reader, int ifindex);

/* Adds evpnd's routes of the family to reader->net. Returns 0 or a negative errno. */
int read_routes(struct reader *reader, struct rtnl *rtnl, uint8_t family);
