/* SPDX-License-Identifier: Apache-2.0 */
/*
 * place.h - where FRR is: its container's process, or a directory on the host with its daemons' sockets; and what happens there
 *
 * Everything that can happen is in the caller's epoll set.
 */
#pragma once

#include <stdbool.h>

#include "frr-vtysh/container.h"
#include "lib/file_events.h"
#include "lib/pidfile.h"

struct place {
	struct pidfile file; /* path NULL: on the host */
	const char *vty_dir; /* of the daemons' sockets, as FRR sees it (with a pidfile) or the host */
	int epoll; /* the caller's */
	struct pathwatch watch; /* of the pidfile */
	int inotify; /* on vty_dir */
	int pidfd; /* of the process that the pidfile names, or -1 */
	pid_t pid; /* if it is FRR's; else 0 */
	uint64_t instance; /* names that process (process_instance); 0 on the host */
};

/* What a closed one looks like. */
#define PLACE_CLOSED                                                               \
	{                                                                          \
		.epoll = -1, .watch = PATHWATCH_CLOSED, .inotify = -1, .pidfd = -1 \
	}

/* What has happened, as bits. */
enum place_news {
	PLACE_NONE = 0,
	PLACE_APPEARED = 1, /* something that may have been waited for */
	PLACE_ENDED = 2, /* the container's process; it is forgotten */
	PLACE_DAEMON = 4, /* one of FRR's daemons has come up, anew or for the first time */
};

/* The fields up to epoll are set by the caller. */
int place_init(struct place *place, struct evpn_error *err);
void place_free(struct place *place);

/*
 * Looks for FRR. >0: its container's process is there (on the host nothing is looked for); 0: it is not, err says what is
 * waited for. From the first call on, place_take_news tells.
 */
int place_find(struct place *place, struct evpn_error *err);

/*
 * With a pidfile, after place_find: how a child gets there. The caller closes ret_target->root, and soon: it keeps the
 * container's mounts. 0: the process has ended.
 */
int place_open(const struct place *place, struct enter_target *ret_target, struct evpn_error *err);

/* Takes what has happened; bits of enum place_news. */
unsigned int place_take_news(struct place *place);
