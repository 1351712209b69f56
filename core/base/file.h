/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.h - opens and reads regular files without waiting for anyone
 *
 * evpnd has one thread. Opening a FIFO waits for a writer, opening a file with a lease waits for its holder, and opening
 * a device can do anything (a watchdog starts to run). So a file is first looked at through a descriptor that opens
 * nothing (O_PATH), and is opened only if it is a regular one, without waiting. All files that evpnd reads are opened
 * here; the plugins have the same in plugins/lib/folder.h.
 */
#pragma once

#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>

/* Kinds of files that are refused, as error numbers beside those of errno(3). A directory: EISDIR. A link: ELOOP. */
#define FILE_FIFO   10101
#define FILE_SOCKET 10102
#define FILE_DEVICE 10103
/* procfs is missing at /proc. */
#define FILE_NO_PROC 10104

/* Whether the last component of a path may be a symbolic link. The components before it are followed in any case. */
enum file_link { FILE_FOLLOW, FILE_NO_LINK };

/*
 * Opens the regular file `name` below the directory `dir` (or AT_FDCWD) for reading. Returns the descriptor or -errno:
 * above, and -EAGAIN for a file on which another program holds a lease. *ret_st may be NULL.
 */
int file_open(int dir, const char *name, enum file_link link, struct stat *ret_st);

/*
 * Reads the whole file into *ret_text (NUL-terminated, freed by the caller), and its length in bytes into *ret_len. Both
 * ret_len and ret_st may be NULL. 0, or -errno as file_open; -EFBIG: it has more than `max` bytes.
 */
int file_read_at(int dir, const char *name, enum file_link link, size_t max, char **ret_text, size_t *ret_len,
		 struct stat *ret_st);

/* The same for a path whose links are the operator's choice. */
int file_read(const char *path, size_t max, char **ret_text, size_t *ret_len);

/* What such an -errno means, for a message: "not a regular file but a FIFO". */
const char *file_fault(int e);
