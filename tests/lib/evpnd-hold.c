/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evpnd-hold.c - evpnd as a daemon, held before a step of the pipeline for as long as a test wants
 *
 *	evpnd-hold FOLDER CONFIG STATE_DIR
 *
 * FOLDER/step holds the step's name, as pipeline.c has it. When that is the next, the file is removed, a line is written
 * into the fifo FOLDER/held, and the process stands still until a line comes from the fifo FOLDER/go. What happens
 * meanwhile it finds later, as it does what happens while a step runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/evpnd.h"
#include "base/util.h"

static const char *folder;

static int open_in_folder(const char *name, int flags)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", folder, name);

	return open(path, flags | O_CLOEXEC);
}

static bool is_wanted(const char *step)
{
	char wanted[64] = "";
	_cleanup_close_ int fd = open_in_folder("step", O_RDONLY);

	if (fd < 0 || read(fd, wanted, sizeof(wanted) - 1) < 0)
		return false;
	wanted[strcspn(wanted, "\n")] = '\0';
	return streq(wanted, step);
}

static void hold(const char *step)
{
	_cleanup_close_ int held = -1, go = -1;
	_cleanup_free_ char *path = xasprintf("%s/step", folder);
	char line;

	if (!is_wanted(step))
		return;
	unlink(path);
	held = open_in_folder("held", O_WRONLY);
	go = open_in_folder("go", O_RDONLY);
	if (held < 0 || go < 0 || dprintf(held, "%s\n", step) < 0 || read(go, &line, 1) != 1) {
		fprintf(stderr, "evpnd-hold: %s: %s\n", folder, strerror(errno));
		exit(EVPND_FAILED);
	}
}

int main(int argc, char **argv)
{
	struct evpnd_options options = { .mode = EVPND_DAEMON, .instance = "default", .before_step = hold };

	if (argc != 4) {
		fputs("usage: evpnd-hold FOLDER CONFIG STATE_DIR\n", stderr);
		return EVPND_USAGE;
	}
	folder = argv[1];
	options.config_path = argv[2];
	options.state_dir = argv[3];
	return evpnd_run(&options);
}
