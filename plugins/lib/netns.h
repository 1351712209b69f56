/* SPDX-License-Identifier: Apache-2.0 */
/* netns.h - whether a file is a network namespace that evpnd can use */
#pragma once

#include "evpn-plugin.h"

/*
 * Fails if the descriptor is not a network namespace (code ENOTTY: not a namespace at all), or is the host's own one.
 * In messages `what` names the descriptor, and own_hint says what to do about the host's own namespace. Returns 0, or -1 with err
 * filled in.
 */
int netns_check(int fd, const char *what, const char *own_hint, struct evpn_error *err);
