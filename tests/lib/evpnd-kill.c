/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evpnd-kill.c - evpnd --once, or --down, that dies by SIGKILL right after its Nth change of the kernel
 *
 *	evpnd-kill N CONFIG STATE_DIR [--down]
 *
 * Exits as evpnd would where there are fewer changes than N.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/evpnd.h"

static unsigned long left;

static void count_down(void *run)
{
	if (--left == 0)
		kill(getpid(), SIGKILL);
}

int main(int argc, char **argv)
{
	struct evpnd_options options = { .mode = EVPND_ONCE, .instance = "default", .after_op = count_down };

	if (argc == 5 && strcmp(argv[4], "--down") == 0) {
		options.mode = EVPND_DOWN;
	} else if (argc != 4) {
		fputs("usage: evpnd-kill N CONFIG STATE_DIR [--down]\n", stderr);
		return EVPND_USAGE;
	}
	left = strtoul(argv[1], NULL, 10);
	options.config_path = argv[2];
	options.state_dir = argv[3];
	return evpnd_run(&options);
}
