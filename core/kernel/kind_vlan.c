/* SPDX-License-Identifier: Apache-2.0 */
/* kind_vlan.c - VLAN (802.1Q) of a device of the host; see link_kind.h */
#include <linux/if_link.h>

#include "kernel/link_kind.h"

const struct link_kind link_kind_vlan = { 0 };

const struct link_attr link_attr_vlan = { .level = LINK_LEVEL_DATA, .type = IFLA_VLAN_ID };
