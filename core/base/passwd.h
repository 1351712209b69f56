/* SPDX-License-Identifier: Apache-2.0 */
/*
 * passwd.h - numbers of users and groups, from the host's own files alone
 *
 * getpwnam(3) asks whatever /etc/nsswitch.conf names, which can be a server on the network that does not answer, and evpnd
 * has one thread. Here a name is looked for in /etc/passwd or /etc/group and nowhere else.
 */
#pragma once

#include <sys/types.h>

/* 1: *ret is the number. 0: there is no such name. -errno: the file cannot be read. */
int passwd_find_user(const char *name, uid_t *ret);
int passwd_find_group(const char *name, gid_t *ret);
