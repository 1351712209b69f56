/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pathwatch.h - tells when a file may have come, gone or changed, also while its directory is not there yet
 *
 * The file's directory is watched, not the file, since most that write one put a new inode in its place. While the
 * directory does not exist, its nearest parent that does is watched. Each has an inotify instance of its own: two that
 * watch the same directory by one instance would have one watch, and one could end it for both.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>

#include "evpn-plugin.h"

struct pathwatch {
	const char *path; /* absolute; the caller's text */
	int fd; /* the inotify descriptor, readable when there is something to take; -1: closed */
	int watch; /* inotify's number of the directory that is watched; -1: none yet */
	bool on_parent; /* path's directory is not there, one above it is watched */
	char name[NAME_MAX + 1]; /* what is waited for in that directory */
};

/* What a closed one looks like. */
#define PATHWATCH_CLOSED              \
	{                             \
		.fd = -1, .watch = -1 \
	}

/* Makes the inotify descriptor and puts it into the epoll set, with itself as data.fd. Watches nothing yet. */
int pathwatch_open(struct pathwatch *w, const char *path, int epoll, struct evpn_error *err);

void pathwatch_close(struct pathwatch *w);

/* Watches what is there now; call it before looking at the file, and when pathwatch_take says true. */
int pathwatch_arm(struct pathwatch *w, struct evpn_error *err);

/* Takes what inotify has; whether any of it can concern the file. */
bool pathwatch_take(struct pathwatch *w);
