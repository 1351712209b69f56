/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock.h - time since boot, time without a processor, and how long to pause after failures
 */
#pragma once

#include <stdint.h>

/* CLOCK_MONOTONIC in microseconds, milliseconds. */
uint64_t clock_us(void);
uint64_t clock_ms(void);

/* How many microseconds the calling thread, always the same one, has waited for a processor while others had them: run_delay of
 * /proc/thread-self/schedstat (the kernel's Documentation/scheduler/sched-stats.rst). 0 where the kernel does not say. */
uint64_t clock_starved_us(void);

/* "40 s", "3 min", "2 h 5 min", "3 d 4 h" into ret_text, which it returns. */
#define CLOCK_DURATION_SIZE 48
const char *clock_format_duration(uint64_t seconds, char ret_text[CLOCK_DURATION_SIZE]);

/* The pause in milliseconds after `failures` failures in a row: 1 s, doubling, at most 60 s; 0 after none. */
unsigned int clock_backoff_ms(unsigned int failures);
