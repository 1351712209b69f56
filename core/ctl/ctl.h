/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl.h - the control socket: what evpnctl(8) speaks with
 *
 * A stream socket, STATE-DIR/control.sock. A client sends one request, a JSON object in one line, and gets JSON objects in a line
 * each; the last one is the result, then evpnd closes the connection. doc/control.md has the messages. The user of a connection is
 * known by SO_PEERCRED (unix(7)): root may do everything, the group `control.group' of evpn.conf may look, and nobody else may
 * connect.
 *
 * Nothing that a client does or leaves undone holds up the daemon: connections, requests, answers and times are bounded
 * (ctl_parts.h). While nobody asks, only the history and a comparison after each run or health check cost anything.
 */
#pragma once

struct control;

struct ctl;

/* For one evpnd. ctl_control() is what evpnd_run() wants; it lives as long as the struct. ctl_free() takes NULL. */
struct ctl *ctl_new(void);
const struct control *ctl_control(const struct ctl *ctl);
void ctl_free(struct ctl *ctl);
