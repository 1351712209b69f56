/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reap.h - children that a plugin has killed and does not wait for, because it is being closed
 *
 * The kernel may take its time with a killed process. When it has ended, it stays in the table of processes until its parent
 * asks for it. The list belongs to the plugin's file, and outlives the instance that was closed.
 */
#pragma once

#include <sys/types.h>

/* The child has got SIGKILL. It is asked for at once, and by reap_left(). */
void reap_later(pid_t pid);

/* Asks for those that have ended since, without waiting. For each start of a child. */
void reap_left(void);
