/* SPDX-License-Identifier: Apache-2.0 */
/* reap.c - see reap.h */
#include <stddef.h>
#include <sys/wait.h>

#include "lib/reap.h"

/* Further ones stay in the table of processes until evpnd ends: that many hang only if the whole host does. */
#define LEFT_MAX 64

static pid_t left[LEFT_MAX];
static size_t n_left;

void reap_left(void)
{
	size_t n = 0;

	for (size_t i = 0; i < n_left; i++)
		if (waitpid(left[i], NULL, WNOHANG) == 0)
			left[n++] = left[i];
	n_left = n;
}

void reap_later(pid_t pid)
{
	if (n_left < LEFT_MAX)
		left[n_left++] = pid;
	reap_left();
}
