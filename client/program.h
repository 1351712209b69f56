/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program.h - what a program prints, within a time and a size, in another network namespace if need be
 */
#pragma once

#include <stddef.h>

/* Of one program. */
#define PROGRAM_MS  10000
#define PROGRAM_MAX (16u << 20)

/*
 * Runs argv (found in PATH) in the network namespace `netns_fd' (-1: the present one), without stdin. Returns its stdout and
 * stderr, and a last line in brackets that says why there is no more: it could not be started, its exit status, its time or size
 * is over. The caller frees it.
 */
char *program_run(int netns_fd, const char *const argv[], size_t *ret_len);
