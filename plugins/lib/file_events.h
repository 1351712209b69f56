/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_events.h - reports when a file may have been created, deleted or changed, by inotify
 *
 * The directory is watched, not the file: most programs replace a file by a new inode. While the directory does not
 * exist, its nearest existing parent is watched. Each struct has an inotify instance of its own: within one instance
 * two users of the same directory would share a watch, and one of them would remove it for both.
 *
 * The caller owns the struct and the path. Functions that return int: 0, or -1 with err filled in.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <sys/inotify.h>

#include "evpn-plugin.h"

struct file_events {
	const char *path; /* absolute; the caller's text */
	int fd; /* the inotify descriptor, readable when there are events; -1: closed */
	int watch; /* the watch descriptor of the directory; -1: none yet */
	bool on_parent; /* the directory of path does not exist, a directory above it is watched */
	char name[NAME_MAX + 1]; /* the name that matters in the watched directory */
};

/* The value of a closed struct. */
#define FILE_EVENTS_CLOSED            \
	{                             \
		.fd = -1, .watch = -1 \
	}

/* Creates the inotify descriptor and adds it to the epoll set, with data.fd set to it. It watches nothing yet. */
int file_events_open(struct file_events *w, const char *path, int epoll, struct evpn_error *err);

void file_events_close(struct file_events *w);

/*
 * Watches the nearest existing directory. Call it before reading the file, and again after file_events_take() was true.
 */
int file_events_arm(struct file_events *w, struct evpn_error *err);

/* Reads the pending events. Returns whether one of them can concern the file. */
bool file_events_take(struct file_events *w);

/* Reads the events of any inotify descriptor that is non-blocking, and calls `handle` for each one. */
void file_events_read(int fd, void (*handle)(const struct inotify_event *event, void *arg), void *arg);
