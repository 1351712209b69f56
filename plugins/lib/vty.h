/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vty.h - asks one daemon of FRR one question through its vty socket, without blocking
 *
 * FRR's container is not trusted: the file of that name can be anything, and what answers there can be any program. The
 * socket is therefore opened below the container's root directory, must be a socket, and is connected to by its
 * descriptor. The answer has a limited length and must be complete within a limited time.
 *
 * Each question has a connection of its own: `enable' costs less than to find out whether the other end of an old
 * connection is still the daemon that has the socket now. A connection keeps nothing of the container alive: the socket
 * belongs to the network namespace of the caller, and the daemon's end and its path are released when the daemon ends.
 *
 * The caller has an epoll set that contains the connection while there is one (vty.epoll), or polls vty.fd for reading.
 * It calls vty_handle() when the connection is readable or vty_due_ms() is over. Needs only libc: evpn-reloader uses it
 * too.
 */
#pragma once

#include <stdint.h>

#include "evpn-plugin.h"
#include "lib/vty_answer.h"

/*
 * The time limit of a question, in milliseconds. FRR answers from its memory, but only between other work: the limit
 * must exceed the time for which bgpd is busy with 1,000 VNIs.
 */
#define VTY_LIMIT_MS 10000

/* Sizes of buffers, with a NUL. */
#define VTY_DAEMON_SIZE	 32
#define VTY_COMMAND_SIZE 512
#define VTY_NAMES_SIZE	 512

/* Where the sockets of FRR's daemons are. */
struct vty_place {
	int root; /* the root directory of FRR's container, in which links are resolved; -1: the caller's own */
	const char *dir;
	const char *pathspace; /* as of FRR's option -N; NULL: none */
};

enum vty_state {
	VTY_IDLE,
	VTY_KNOCKING, /* the daemon has too many connections that it has not accepted */
	VTY_ENABLING, /* has sent `enable' */
	VTY_ASKING, /* has sent the command */
	VTY_DONE
};

struct vty {
	int epoll; /* the caller's epoll set, or -1 */
	enum vty_state state;
	int fd; /* the connection; -1: none */
	int socket; /* KNOCKING: the socket (O_PATH); else -1 */
	int64_t again_ms, deadline_ms; /* by clock_ms(): the next attempt when KNOCKING, and the end */
	char daemon[VTY_DAEMON_SIZE], command[VTY_COMMAND_SIZE];
	struct vty_answer answer;
	unsigned int n_reads; /* of the answer */

	/* >0: answer.text is the answer; 0: under way, err.msg says what it waits for; <0: failed, see err. */
	int outcome;
	struct evpn_error err;
};

/* The value of an idle struct. */
#define VTY_CLOSED                                   \
	{                                            \
		.epoll = -1, .fd = -1, .socket = -1, \
	}

/*
 * Whether the question may be asked: a name of a daemon without slash, and one line that begins with `show '. Returns
 * 0, or -1 with code EINVAL.
 */
int vty_check(const char *daemon, const char *command, struct evpn_error *err);

/* Drops the former question, and begins this one, which vty_check() has accepted. It may end at once. */
void vty_begin(struct vty *vty, const struct vty_place *place, const char *daemon, const char *command,
	       unsigned int limit_ms);

/* Continues the question. Returns whether its outcome has changed. */
bool vty_handle(struct vty *vty);

/* When vty_handle() is to be called at the latest, by clock_ms(); INT64_MAX: there is no question. */
int64_t vty_due_ms(const struct vty *vty);

/* Ends the question with this failure; the connection is closed. */
void vty_fail(struct vty *vty, const struct evpn_error *err);

/* Drops the question and the answer. */
void vty_drop(struct vty *vty);

/*
 * Writes the names of the daemons whose sockets accept a connection, in a fixed order, separated by blanks. A socket
 * whose queue of connections is full counts: a process has it open. 0; or -1 if a fault of the host hides whether a daemon
 * runs: a list without it would say that it does not.
 */
int vty_list_daemons(const struct vty_place *place, char ret_names[VTY_NAMES_SIZE], struct evpn_error *err);
