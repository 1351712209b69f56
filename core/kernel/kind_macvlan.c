/* SPDX-License-Identifier: Apache-2.0 */
/* kind_macvlan.c - macvlan of a device of the host; see link_kind.h */
#include <linux/if_link.h>

#include "kernel/link_kind.h"

static void put_mode(struct nl_msg *msg)
{
	nla_put_u32(msg, IFLA_MACVLAN_MODE, MACVLAN_MODE_BRIDGE);
}

const struct link_kind link_kind_macvlan = { .put_data = put_mode };
