/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify.h - tells the service manager how evpnd is (sd_notify(3)), without waiting for it
 *
 * sd_notify(3) waits when the service manager does not read its socket. Here such a text waits instead, at most
 * NOTIFY_WAITING_MAX of them, and evpnd goes on.
 */
#pragma once

#include <stdbool.h>

#define NOTIFY_WAITING_MAX 16

/* As sd_notifyf(3), without its first parameter. Of more texts than can wait, the oldest is lost. */
void notify_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Calls `begins` when a text begins to wait: notify_retry() is due after a while. NULL: no more. */
void notify_watch(void (*begins)(void *arg), void *arg);

/* Says what waits, as far as the service manager takes it. Returns whether something still waits. */
bool notify_retry(void);
