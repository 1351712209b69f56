/* SPDX-License-Identifier: Apache-2.0 */
/* growth_case.c - see growth_case.h */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "growth_case.h"

#define MIB	 ((size_t)1 << 20)
#define ATTEMPTS 3
/* Eight times as much text may take so many times as long: sorting is not quite linear, and caches get too small. */
#define MAX_RATIO 20
/* A time below this is not compared with another one. */
#define SHORT_S 0.1
/* Ends a process whose time is quadratic. */
#define LIMIT_S	    60
#define BASE_MEMORY (24 * MIB)
/* The address sanitizer needs much time and memory of its own. */
#ifdef __SANITIZE_ADDRESS__
#define LARGE	      1
#define MEMORY_COUNTS false
#else
#define LARGE	      8
#define MEMORY_COUNTS true
#endif

struct cost {
	double seconds;
	size_t memory;
};

char *growth_make(const struct growth_text *text, size_t size)
{
	char *made = malloc(size + strlen(text->head) + strlen(text->unit) * 16 + strlen(text->tail) + 16), *to;

	ck_assert_ptr_nonnull(made);
	to = stpcpy(made, text->head);
	for (unsigned int i = 1; (size_t)(to - made) < size; i++)
		for (const char *at = text->unit; *at; at++)
			to += *at == '@' ? sprintf(to, "%u", i) : (*to = *at, 1);
	strcpy(to, text->tail);
	return made;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* In a process of its own: it writes the time to the pipe. */
static void read_text(const struct growth_text *text, size_t size, int to)
{
	const struct rlimit limit = { LIMIT_S, LIMIT_S };
	char *made = growth_make(text, size);
	double start, seconds;

	setrlimit(RLIMIT_CPU, &limit);
	start = now();
	text->read(made, strlen(made));
	seconds = now() - start;
	free(made);
	_exit(write(to, &seconds, sizeof(seconds)) != sizeof(seconds));
}

/* A process that reads a text. */
struct reading {
	pid_t pid;
	int from; /* the pipe to which it writes its time */
};

static struct reading start(const struct growth_text *text, size_t size)
{
	struct reading reading;
	int pipes[2];

	ck_assert_int_eq(pipe2(pipes, O_CLOEXEC), 0);
	fflush(stdout);
	reading = (struct reading){ .pid = fork(), .from = pipes[0] };
	ck_assert_int_ge(reading.pid, 0);
	if (reading.pid == 0)
		read_text(text, size, pipes[1]);
	close(pipes[1]);
	return reading;
}

static struct cost finish(const struct reading *reading, const struct growth_text *text, size_t size)
{
	struct cost cost = { 0 };
	struct rusage usage;
	int status;
	bool whole = read(reading->from, &cost.seconds, sizeof(cost.seconds)) == sizeof(cost.seconds);

	close(reading->from);
	ck_assert_int_eq(wait4(reading->pid, &status, 0, &usage), reading->pid);
	ck_assert_msg(whole && status == 0, "%s, %zu MiB: ended early, or after %d s, with status %d", text->what,
		      size / MIB, LIMIT_S, status);
	cost.memory = (size_t)usage.ru_maxrss << 10;
	return cost;
}

static void stop(const struct reading *reading)
{
	kill(reading->pid, SIGKILL);
	waitpid(reading->pid, NULL, 0);
	close(reading->from);
}

/* Whether `n` MiB cost no more than they may. */
static bool is_linear(const struct growth_text *text, const struct cost *one, const struct cost *cost, size_t n)
{
	double small = one->seconds > SHORT_S / 8 ? one->seconds : SHORT_S / 8;
	size_t memory = BASE_MEMORY + n * MIB * (text->max_memory ? text->max_memory : 20);

	return cost->seconds < small * (double)n * MAX_RATIO / 8 && (!MEMORY_COUNTS || cost->memory < memory);
}

/* Measures the sizes, all at the same time, up to the first one that costs too much; its number of MiB, or 0. */
static size_t measure(const struct growth_text *text, struct cost *ret_first, struct cost *ret_last)
{
	struct reading readings[LARGE];
	size_t failed = 0;

	for (size_t n = 1; n <= LARGE; n *= 2)
		readings[n - 1] = start(text, n * MIB);
	for (size_t n = 1; n <= LARGE; n *= 2) {
		if (failed) {
			stop(&readings[n - 1]);
			continue;
		}
		*ret_last = finish(&readings[n - 1], text, n * MIB);
		printf("%s, %zu MiB: %.3f s, %zu MiB of memory\n", text->what, n, ret_last->seconds,
		       ret_last->memory / MIB);
		if (n == 1)
			*ret_first = *ret_last;
		if (!is_linear(text, ret_first, ret_last, n))
			failed = n;
	}
	return failed;
}

void growth_check(const struct growth_text *text)
{
	struct cost first = { 0 }, last = { 0 };
	size_t failed = 1;

	for (int i = 0; i < ATTEMPTS && failed; i++)
		failed = measure(text, &first, &last);
	ck_assert_msg(!failed, "%s: %.3f s with 1 MiB, %.3f s and %zu MiB of memory with %zu MiB", text->what,
		      first.seconds, last.seconds, last.memory / MIB, failed);
}
