/* SPDX-License-Identifier: Apache-2.0 */
/*
 * former.h - what FRR's namespace itself was like before evpnd changed it: lo and the namespace's sysctls; and the machine's
 * sysctls that evpnd has raised
 *
 * `evpnd --down` restores it. The records live in the state directory: netns.json belongs to one namespace, host.json to the machine.
 */
#pragma once

#include "run/observe.h"

/*
 * The records into obs->former; nothing there: evpnd has not changed this namespace, or the host, yet. 0, or <0: one is unreadable.
 * Without `has_netns` there is no namespace of FRR's.
 */
int former_read(const struct observe_source *from, bool has_netns, struct observation *obs, struct evpn_error *err);

/*
 * Before anything is changed: adds what the plan is going to change of the namespace itself to the record and saves it.
 * What was recorded before stays as it is. 0 or <0.
 */
int former_save(const char *state_dir, struct observation *obs, struct evpn_error *err);
