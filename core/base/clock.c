/* SPDX-License-Identifier: Apache-2.0 */
/* clock.c - see clock.h */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

uint64_t clock_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

uint64_t clock_ms(void)
{
	return clock_us() / 1000;
}

/* The file stays open: it is read around every call of a plugin. */
uint64_t clock_starved_us(void)
{
	static int fd = -2;
	char text[64];
	uint64_t ns;
	ssize_t n;

	if (fd == -2)
		fd = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : pread(fd, text, sizeof(text) - 1, 0);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	return sscanf(text, "%*u %" SCNu64, &ns) == 1 ? ns / 1000 : 0;
}

unsigned int clock_backoff_ms(unsigned int failures)
{
	unsigned int seconds = failures > 6 ? 60 : failures ? 1u << (failures - 1) : 0;

	return (seconds < 60 ? seconds : 60) * 1000;
}

const char *clock_format_duration(uint64_t seconds, char ret_text[CLOCK_DURATION_SIZE])
{
	if (seconds < 120)
		snprintf(ret_text, CLOCK_DURATION_SIZE, "%" PRIu64 " s", seconds);
	else if (seconds < 7200)
		snprintf(ret_text, CLOCK_DURATION_SIZE, "%" PRIu64 " min", seconds / 60);
	else if (seconds < 172800)
		snprintf(ret_text, CLOCK_DURATION_SIZE, "%" PRIu64 " h %" PRIu64 " min", seconds / 3600,
			 seconds / 60 % 60);
	else
		snprintf(ret_text, CLOCK_DURATION_SIZE, "%" PRIu64 " d %" PRIu64 " h", seconds / 86400,
			 seconds / 3600 % 24);
	return ret_text;
}
