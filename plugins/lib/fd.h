/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fd.h - file descriptors: closing them, passing on their ownership, and timers (timerfd)
 *
 * A descriptor variable holds -1 while it owns nothing. Header only, and nothing but libc: evpn-reloader uses it too.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* Closes the descriptor if there is one. Closing also removes it from the epoll sets that contain it. */
static inline void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* The variable closes its descriptor when it goes out of scope. */
#define _cleanup_close_ __attribute__((cleanup(fd_close)))

/* Passes the descriptor on: the variable no longer owns it. */
static inline int fd_take(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/* Lets the timer expire once, in `ms` milliseconds; 0 stops it. */
static inline void fd_set_timer(int timer, uint64_t ms)
{
	struct itimerspec spec = { .it_value = { .tv_sec = (time_t)(ms / 1000),
						 .tv_nsec = (long)(ms % 1000) * 1000000 } };

	timerfd_settime(timer, 0, &spec, NULL);
}

/*
 * Whether the timer has expired since the last call; the descriptor, which is non-blocking, is no longer readable then.
 */
static inline bool fd_timer_expired(int timer)
{
	uint64_t n;

	return read(timer, &n, sizeof(n)) == sizeof(n);
}
