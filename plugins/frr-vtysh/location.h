/* SPDX-License-Identifier: Apache-2.0 */
/*
 * location.h - finds FRR, and reports events there: its container by a pidfile, or its daemons' sockets in a directory
 * of the host
 *
 * All descriptors are in the caller's epoll set. Results: >0 found; 0 not ready, err says what is missing; <0 failed,
 * err says why.
 */
#pragma once

#include <stdbool.h>

#include "frr-vtysh/container.h"
#include "lib/file_events.h"
#include "lib/pidfile.h"

struct location {
	struct pidfile file; /* with path NULL FRR is on the host */
	const char *vty_dir; /* of the daemons' sockets: a path in the container, or on the host without a pidfile */
	int epoll; /* the caller's */
	struct filter filter; /* for the programs of FRR's container */
	struct file_events watch; /* on the pidfile */
	int inotify; /* on vty_dir */
	int pidfd; /* of the process that the pidfile names, or -1 */
	pid_t pid; /* the same, if the process is FRR's; else 0 */
	uint64_t instance; /* identifies that process, see process_instance(); 0 on the host */
};

/* The value of a closed struct. */
#define LOCATION_CLOSED                                                              \
	{                                                                            \
		.epoll = -1, .watch = FILE_EVENTS_CLOSED, .inotify = -1, .pidfd = -1 \
	}

/* Events, as bits. */
enum location_events {
	LOCATION_NONE = 0,
	LOCATION_APPEARED = 1, /* a retry may succeed now */
	LOCATION_ENDED = 2, /* FRR's container has ended */
	LOCATION_DAEMON = 4, /* a daemon of FRR has started */
};

/* The caller has set file, vty_dir and epoll. Returns 0 or -1. */
int location_init(struct location *location, struct evpn_error *err);
void location_free(struct location *location);

/*
 * Finds the process of FRR's container; on the host the result is always >0. After the first call
 * location_take_events() reports events.
 */
int location_find(struct location *location, struct evpn_error *err);

/*
 * With a pidfile, after location_find(): opens what a child needs to enter the container. The caller closes
 * ret_container->root soon: it keeps the mounts of the container. 0: the container has just ended.
 */
int location_open(const struct location *location, struct container *ret_container, struct evpn_error *err);

/* Reads the pending events. Returns bits of enum location_events. */
unsigned int location_take_events(struct location *location);
