/* SPDX-License-Identifier: Apache-2.0 */
/*
 * place.h - the network namespace that the script names: opens it, and notices its end without the script
 *
 * The script prints one line: WHERE [INSTANCE]. WHERE is the pid of a process or the absolute path of a namespace. A process is
 * watched by a pidfd; a path in the file system by the list of mounts. No descriptor of the namespace is kept.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "evpn-plugin.h"

struct place {
	int epoll; /* the caller's */
	int pidfd; /* of the process, in the epoll set; -1: WHERE is a path, or nothing is found */
	int mounts; /* /proc/self/mountinfo, in the epoll set; -1: WHERE is a pid, or nothing is found */
	char *path;
	uint64_t identity; /* of the namespace at the path */
};

/* The value of an empty struct. */
#define PLACE_EMPTY                                     \
	{                                               \
		.epoll = -1, .pidfd = -1, .mounts = -1, \
	}

/*
 * Opens what `text`, the output of the script, names. Returns >0 with both outputs, of which the caller closes the descriptor; 0
 * if it does not exist any more or not yet; or -1 if the text is wrong.
 */
int place_open(struct place *place, const char *text, int *ret_fd, uint64_t *ret_instance, struct evpn_error *err);

/* Whether the namespace that was opened has ended, or another one is at its path. */
bool place_has_changed(const struct place *place);

/* Forgets what was opened. */
void place_release(struct place *place);
