/* SPDX-License-Identifier: Apache-2.0 */
/* kind_vrf.c - VRF: a routing table of its own; see link_kind.h */
#include <linux/if_link.h>

#include "kernel/link_kind.h"

const struct link_kind link_kind_vrf = { 0 };

const struct link_attr link_attr_table = { .level = LINK_LEVEL_DATA, .type = IFLA_VRF_TABLE };
