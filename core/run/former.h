/* SPDX-License-Identifier: Apache-2.0 */
/*
 * former.h - what FRR's namespace itself was like before evpnd changed it: lo and the namespace's sysctls
 *
 * `evpnd --down` restores it. The record lives in the state directory (netns.json) and belongs to one namespace.
 */
#pragma once

#include "run/observe.h"

/* The record into obs->former; nothing there: evpnd has not changed this namespace yet. 0, or <0: it is unreadable. */
int former_read(const struct observe_source *from, struct observation *obs, struct evpn_error *err);

/*
 * Before anything is changed: adds what the plan is going to change of the namespace itself to the record and saves it.
 * What was recorded before stays as it is. 0 or <0.
 */
int former_save(const char *state_dir, struct observation *obs, struct evpn_error *err);
