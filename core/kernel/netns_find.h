/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netns_find.h - finds a network namespace by its number (rtnl_netns), without the plugin: by a process in it, or by its name in
 * /run/netns
 */
#pragma once

#include <stdint.h>

/* 1: *ret_fd is a descriptor of the namespace, which the caller closes. 0: there is none, or evpnd may not see it. */
int netns_find(uint64_t netns, int *ret_fd);
