/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sysctl.h - reads sysctls of the network namespace that the process is in, and opens them for writing
 */
#pragma once

#include "evpn-plugin.h"

/*
 * Reads the sysctl `key` (below /proc/sys, with slashes). 1: *ret_value is its first line, freed by the caller. 0: this kernel does
 * not have it, or its device is gone. <0: it cannot be read, which says nothing about its value; `where` is for the message.
 */
int sysctl_read(const char *where, const char *key, char **ret_value, struct evpn_error *err);

/*
 * Opens the sysctl `key` for writing: a descriptor, or -errno. A container runtime mounts /proc/sys read-only where the container is
 * not a privileged one; evpnd then opens the file in a procfs that it mounts for itself alone, at no path. -EROFS: it may not.
 */
int sysctl_open(const char *key);
