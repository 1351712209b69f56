/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bad_file.h - what stands in the place of a file that is to be read: a program that opens it as usual waits for ever, or
 * reads without end
 */
#pragma once

#include <stdbool.h>

enum bad_file {
	BAD_FIFO, /* without a writer */
	BAD_DEVICE, /* /dev/zero */
	BAD_DIRECTORY,
	BAD_SOCKET,
	BAD_LEASE, /* a regular file, opened by somebody who has a write lease on it (fcntl(2)) */
	BAD_HUGE, /* a regular file of 1 TiB, without content */
	BAD_KINDS
};

/* The words of an error about it. */
extern const char *const bad_file_words[BAD_KINDS];

/* Makes it at `path`, where nothing stands. False: only root can. One at a time. */
bool bad_file_make(enum bad_file kind, const char *path);

/* Removes it. */
void bad_file_remove(const char *path);
