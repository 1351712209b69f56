/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stop.h - why evpnd is to end: on_stop = "give-back" is for a stop that lasts
 *
 * A restart sends the same signal as a stop, and a shutdown of the machine stops all units. evpnd asks systemd, whose unit it is,
 * for the job that is running.
 */
#pragma once

#include "evpn-plugin.h"

enum stop_reason {
	STOP_FOR_GOOD, /* or nobody knows: no service manager can be asked */
	STOP_FOR_RESTART,
	STOP_FOR_SHUTDOWN, /* or reboot */
};

/* Waits for the service manager, some seconds at most. Where it does not answer, err says why, and it is STOP_FOR_GOOD. */
enum stop_reason stop_ask_reason(struct evpn_error *err);
