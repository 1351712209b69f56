/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vty_path.h - opens a path in a container's file system, as a program in the container would find it
 *
 * The container may change its directories meanwhile, and make any links. No step can lead out of its root directory: each component is
 * opened by its name alone, without following it, a link is then resolved here, and `..' goes back to the directory that was opened
 * before. openat2(2) with RESOLVE_IN_ROOT does the same, but systemd's RestrictSUIDSGID= takes it away.
 *
 * Needs only libc: evpn-reloader uses it too.
 */
#pragma once

#include <stdbool.h>

/* Directories below the root that a path can have, and links on the way. */
#define VTY_PATH_DEPTH_MAX 64
#define VTY_PATH_LINKS_MAX 40

/*
 * Opens the path below the directory `root` as a place (O_PATH). A link at its end is followed, or opened as what it is. Links of procfs
 * are followed nowhere. Returns the descriptor, or -errno.
 */
int vty_path_open(int root, const char *path, bool follows_last);
