/* SPDX-License-Identifier: Apache-2.0 */
/* reloader_run.c - see reloader.h */
#include <stdio.h>
#include <string.h>

#include "frr-signal/reloader.h"

/* How much output of frr-reload.py is kept. With --test it is the whole difference, of which the rest may be cut off. */
#define RELOAD_OUTPUT_MAX (256u << 10)

static void run(struct job *job, const struct options *o, const char *const argv[], size_t max)
{
	int r = tool_start(&job->tool, argv, max);

	if (r != 0)
		job_cannot_run(job, o, argv[0], r);
}

/* Appends the options by which FRR's own programs find its daemons, and returns how many arguments there are then. */
static size_t add_vty_options(const char *argv[], size_t n, const struct options *o)
{
	if (o->vty_socket) {
		argv[n++] = "--vty_socket";
		argv[n++] = o->vty_socket;
	}
	if (o->pathspace) {
		argv[n++] = "--pathspace";
		argv[n++] = o->pathspace;
	}
	return n;
}

void job_run_frr_reload(struct job *job, const struct options *o, const char *confdir, const char *action)
{
	char file[PATH_MAX + 16];
	/* With --stdout frr-reload.py logs to stderr instead of a file. */
	const char *argv[24] = { o->frr_reload, "--stdout",  "--log-level", "warning",	"--bindir",
				 o->bindir,	"--confdir", confdir,	    "--rundir", o->rundir };
	size_t n = add_vty_options(argv, 10, o);

	snprintf(file, sizeof(file), "%s/frr.conf", confdir);
	argv[n++] = action;
	argv[n++] = file;
	run(job, o, argv, RELOAD_OUTPUT_MAX);
}

void job_run_vtysh(struct job *job, const struct options *o, const char *const vtysh_options[])
{
	char vtysh[4096];
	const char *argv[16] = { vtysh, "--config_dir", o->confdir };
	size_t n = add_vty_options(argv, 3, o);

	snprintf(vtysh, sizeof(vtysh), "%s/vtysh", o->bindir);
	for (; *vtysh_options && n < sizeof(argv) / sizeof(argv[0]) - 1; vtysh_options++)
		argv[n++] = *vtysh_options;
	run(job, o, argv, PROTOCOL_BODY_MAX);
}

void job_run_show(struct job *job, const struct options *o, const char *command)
{
	job_run_vtysh(job, o, (const char *const[]){ "-c", command, NULL });
}
