/* SPDX-License-Identifier: Apache-2.0 */
/* link_kind.c - see link_kind.h */
#include "model/link_kind.h"
#include "base/util.h"

const struct net_kind_row net_kinds[NET_KIND_COUNT] = {
#define X(id, name, order, attrs, words) [NET_KIND_##id] = { #name, NET_ORDER_##order, attrs, words },
	NET_KINDS(X)
#undef X
};

/* An attribute that no kind has would never be written. */
#define X(id, name, order, attrs, ...) | (attrs)
_Static_assert((0ull NET_KINDS(X)) == (NET_LINK_KIND | NET_LINK_DATA), "the kinds have the attributes of these places");
#undef X

const char *net_kind_name(enum net_kind kind)
{
	return net_kinds[kind].name;
}

enum net_kind net_kind_by_name(const char *name)
{
	for (unsigned int kind = NET_KIND_OTHER + 1; kind < NET_KIND_COUNT; kind++)
		if (streq(name, net_kinds[kind].name))
			return (enum net_kind)kind;
	return NET_KIND_OTHER;
}
