/* SPDX-License-Identifier: Apache-2.0 */
/* kind_bridge.c - bridge, and the attributes of its ports; see link_kind.h */
#include <linux/if_link.h>

#include "kernel/link_kind.h"

const struct link_kind link_kind_bridge = { 0 };

const struct link_attr link_attr_neigh_suppress = { .level = LINK_LEVEL_PORT, .type = IFLA_BRPORT_NEIGH_SUPPRESS };
const struct link_attr link_attr_port_learning = { .level = LINK_LEVEL_PORT, .type = IFLA_BRPORT_LEARNING };
