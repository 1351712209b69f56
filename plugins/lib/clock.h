/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock.h - monotonic time, and the pauses between retries
 *
 * Header only, and nothing but libc: evpn-reloader, which is built inside FRR's image, uses it too.
 */
#pragma once

#include <stdint.h>
#include <time.h>

/* CLOCK_MONOTONIC in milliseconds; signed, so that a time that is left can be negative. */
static inline int64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#define CLOCK_PAUSE_FIRST_MS 100
#define CLOCK_PAUSE_LAST_MS  2000

/* The pause that follows one of pause_ms (0: there was none yet): it doubles up to last_ms. */
static inline unsigned int clock_next_pause_ms(unsigned int pause_ms, unsigned int last_ms)
{
	unsigned int next_ms = pause_ms ? pause_ms * 2 : CLOCK_PAUSE_FIRST_MS;

	return next_ms < last_ms ? next_ms : last_ms;
}
