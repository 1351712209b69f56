/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evpnd-walk.c - evpnd --once and evpnd --dry-run for one configuration after the other, in one process
 *
 *	evpnd-walk STATE_DIR CONFIG...
 *
 * Ends with 1 at the first one that cannot be brought about, or after which something is left to do; the last line on
 * stdout then names it. Where a fork takes long, this is many times faster than a shell.
 */
#include <stdio.h>

#include "run/evpnd.h"

static int walk_one(struct evpnd_options *options)
{
	int once, left;

	options->mode = EVPND_ONCE;
	once = evpnd_run(options);
	options->mode = EVPND_DRY_RUN;
	left = once == EVPND_OK ? evpnd_run(options) : EVPND_OK;
	if (once == EVPND_OK && left == EVPND_OK)
		return 0;
	printf("%s: --once ended with %d, --dry-run with %d\n", options->config_path, once, left);
	return 1;
}

int main(int argc, char **argv)
{
	struct evpnd_options options = { .instance = "default", .timeout = 60 };

	if (argc < 3) {
		fputs("usage: evpnd-walk STATE_DIR CONFIG...\n", stderr);
		return EVPND_USAGE;
	}
	options.state_dir = argv[1];
	for (int i = 2; i < argc; i++) {
		options.config_path = argv[i];
		if (walk_one(&options) != 0)
			return 1;
	}
	return 0;
}
