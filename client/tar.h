/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tar.h - writes a tar archive (POSIX ustar) of texts
 */
#pragma once

#include <stddef.h>
#include <time.h>

struct tar {
	int fd;
	time_t now; /* the time of all members */
	size_t n_files, n_bytes; /* so far, of the texts */
	int fault; /* the first -errno of a write; 0: none */
};

/* Creates the archive, mode 0600, which must not exist. 0, or -errno. */
int tar_create(struct tar *tar, const char *path);

/* Adds a member; a name of at most 99 bytes. After a fault it does nothing. */
void tar_add(struct tar *tar, const char *name, const char *data, size_t len);

/* Ends the archive and closes it. 0, or the first -errno. */
int tar_close(struct tar *tar);
