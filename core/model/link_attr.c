/* SPDX-License-Identifier: Apache-2.0 */
/* link_attr.c - see link_attr.h */
#include <stddef.h>

#include "model/net.h"
#include "base/util.h"

const struct net_attr_row net_attrs[NET_ATTR_COUNT] = {
#define X(id, member, type, place, on, off) \
	[NET_ATTR_##id] = { NET_TYPE_##type, NET_PLACE_##place, offsetof(struct net_link, member), on, off },
	NET_LINK_ATTRS(X)
#undef X
};

/* Checks that each row names a member of its type. */
#define SIZE_BOOL   sizeof(bool)
#define SIZE_U8	    sizeof(uint8_t)
#define SIZE_WORD   sizeof(uint8_t)
#define SIZE_U16    sizeof(uint16_t)
#define SIZE_U32    sizeof(uint32_t)
#define SIZE_IP	    sizeof(struct ipaddr)
#define SIZE_MAC    6
#define SIZE_LIMITS sizeof(struct net_limits)
#define SIZE_NAME   IFNAMSIZ
#define SIZE_PARENT IFNAMSIZ
#define SIZE_PEER   IFNAMSIZ
#define SIZE_MARK   sizeof(enum net_owner)
#define X(id, member, type, ...) \
	_Static_assert(sizeof(((struct net_link *)0)->member) == SIZE_##type, #member " is no " #type);
NET_LINK_ATTRS(X)
#undef X

static bool mark_differs(const struct net_link *want, const struct net_link *have)
{
	/* A NIC that was given back has lost our mark with the move; its alias is its user's. */
	if (want->given_back)
		return have->owner == NET_OWNER_NIC;
	/* A device that was about to be deleted and is wanted again is still in that link group. */
	return have->owner != want->owner || have->leaving || have->unmarked;
}

static bool differs(enum net_attr attr, const struct net_link *want, const struct net_link *have)
{
	const void *a = net_attr_value(want, attr), *b = net_attr_value(have, attr);

	switch (net_attrs[attr].type) {
	case NET_TYPE_BOOL:
		return *(const bool *)a != *(const bool *)b;
	case NET_TYPE_U8:
	case NET_TYPE_WORD:
		return *(const uint8_t *)a != *(const uint8_t *)b;
	case NET_TYPE_U16:
		return *(const uint16_t *)a != *(const uint16_t *)b;
	case NET_TYPE_U32:
		return *(const uint32_t *)a != *(const uint32_t *)b;
	case NET_TYPE_IP:
		return ipaddr_compare(a, b) != 0;
	case NET_TYPE_MAC:
		return memcmp(a, b, 6) != 0;
	case NET_TYPE_LIMITS:
		return !net_limits_same(a, b);
	case NET_TYPE_PARENT:
		return want->parent_ns != have->parent_ns || !streq(a, b);
	case NET_TYPE_PEER:
		return want->peer_ns != have->peer_ns || !streq(a, b);
	case NET_TYPE_NAME:
		return !streq(a, b);
	case NET_TYPE_MARK:
		return mark_differs(want, have);
	}
	return true;
}

net_attr_set net_link_differences(const struct net_link *want, const struct net_link *have, net_attr_set set)
{
	net_attr_set differences = 0;

	for (net_attr_set left = set; left; left &= left - 1)
		if (differs(net_attr_first(left), want, have))
			differences |= (net_attr_set)1 << net_attr_first(left);
	return differences;
}

net_attr_set net_link_birth(const struct net_link *link)
{
	/* Without a wanted master there is nothing to write: a new link has none. */
	return link->want & NET_LINK_BIRTH & (link->master[0] ? ~(net_attr_set)0 : ~(net_attr_set)NET_LINK_MASTER);
}

net_attr_set net_link_birth_data(const struct net_link *link)
{
	static const struct net_link fresh;
	/* Whether the kernel has a limit of MAC addresses shows only when it is set on a bridge that is there. */
	const net_attr_set later = NET_LINK_MAX_MACS;

	return net_kinds[link->kind].attrs &
	       (NET_LINK_KIND | (net_link_differences(link, &fresh, NET_LINK_DATA) & ~later));
}
