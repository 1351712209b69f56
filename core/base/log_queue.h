/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_queue.h - writes lines to stderr without waiting for its reader
 *
 * Stderr is the journal's socket, a pipe or a terminal, and its reader can stop: evpnd goes on. Lines that stderr does
 * not take wait in memory, at most LOG_QUEUE_MAX bytes; further ones are counted, and the number is logged when
 * stderr takes lines again. Stderr itself stays blocking: its file description belongs to others, too.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define LOG_QUEUE_MAX (1u << 20)

/* Writes the text, which ends with a newline, or puts it into the queue. */
void log_queue_add(const char *text, size_t len);

/* Whether lines wait. */
bool log_queue_is_waiting(void);

/* Calls `begins` when lines begin to wait: log_queue_flush(0) is due when stderr is writable. NULL: no more. */
void log_queue_watch(void (*begins)(void *arg), void *arg);

/* Writes what waits. If stderr does not take it, waits `ms` milliseconds at most. */
void log_queue_flush(unsigned int ms);
