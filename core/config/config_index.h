/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_index.h - the number of this node, where it is the address of an interface: node.index_from = "interface:NAME"
 *
 * evpnd may move that very interface, which then is not on the host, or without addresses. So evpnd keeps the number in the file
 * node-index of the state directory, which goes with `evpnd --down' and with the next boot.
 */
#pragma once

#include "config/config.h"
#include "evpn-plugin.h"

/* The state directory; kept by the caller. NULL, the default: there is none, so no number is kept. */
void config_index_set_dir(const char *dir);

/* Keeps the number if an interface has given it. 0 or <0 with err. */
int config_index_keep(const struct config *config, struct evpn_error *err);
