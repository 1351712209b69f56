/* SPDX-License-Identifier: Apache-2.0 */
/* reloader_shared.c - see reloader.h */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frr-signal/reloader.h"
#include "lib/vty_shared.h"

void shared_free(struct shared *shared)
{
	text_free(&shared->all);
	for (size_t i = 0; i < shared->n_keepers; i++)
		text_free(&shared->keepers[i]);
	*shared = (struct shared){ 0 };
}

/* The next daemon that keeps all lists and route-maps, from shared->next on; NULL: there is none. */
static const char *next_keeper(const struct job *job, size_t *at)
{
	for (; *at < job->daemons->n; ++*at)
		if (vty_shared_is_keeper(job->daemons->items[*at].name, job->shared.names))
			return job->daemons->items[*at].name;
	return NULL;
}

bool shared_begin(struct job *job, const struct options *o)
{
	const struct vty_place place = { .root = -1, .dir = job->daemons->dir, .pathspace = job->daemons->pathspace };
	struct evpn_error err = { 0 };

	job->phase = JOB_LOOK;
	if (job->deadline > clock_ms() + VTY_LIMIT_MS)
		job->deadline = clock_ms() + VTY_LIMIT_MS;
	if (vty_list_daemons(&place, job->shared.names, &err) < 0)
		job_end(job, STATUS_FAILED, "%s", err.msg);
	else if (!next_keeper(job, &job->shared.next))
		return false;
	else
		job_run_show(job, o, "show running-config");
	return true;
}

static void read_keeper(struct job *job, const struct options *o, const char *name)
{
	job->phase = JOB_KEEPER;
	job->shared.next++;
	job_run_vtysh(job, o, (const char *const[]){ "-d", name, "-c", "show running-config", NULL });
}

/* Finds what one of the keepers lacks. To be freed; NULL: the job has ended. */
static char *find_lost(struct job *job)
{
	const char *keepers[DAEMONS_MAX];
	char *lost = NULL;

	for (size_t i = 0; i < job->shared.n_keepers; i++)
		keepers[i] = job_skip_head(&job->shared.keepers[i]);
	if (vty_shared_find_lost(job_skip_head(&job->shared.all), keepers, job->shared.n_keepers, &lost) < 0)
		job_end(job, STATUS_FAILED, "cannot compare what FRR's daemons run: %s", strerror(ENOMEM));
	shared_free(&job->shared);
	return lost;
}

/* Runs vtysh with what was lost. True: nothing was. */
static bool give_back(struct job *job, const struct options *o)
{
	char *lost = find_lost(job), file[PATH_MAX + 16];
	bool is_done = lost && !*lost;
	int r = lost && *lost ? job_write_dir(job, o, lost) : 0;

	free(lost);
	if (job->done || is_done)
		return is_done;
	if (r < 0) {
		job_end(job, STATUS_FAILED, "cannot write to a file in %s: %s", o->rundir, strerror(-r));
		return false;
	}
	reloader_log("%s: the daemon has lost route-maps or lists that others still have; they are applied again",
		     job->daemons->why);
	job->phase = JOB_SHARE;
	snprintf(file, sizeof(file), "%s/frr.conf", job->dir);
	job_run_vtysh(job, o, (const char *const[]){ "-f", file, NULL });
	return false;
}

bool shared_tool_ended(struct job *job, const struct options *o)
{
	struct text *out = &job->tool.output[0];
	const char *name;

	if (job->phase == JOB_SHARE) {
		job_remove_dir(job);
		return true;
	}
	if (out->cut || !out->data) {
		job_end(job, STATUS_FAILED, "FRR's running configuration is empty or longer than %u MiB",
			PROTOCOL_BODY_MAX >> 20);
		return false;
	}
	if (job->phase == JOB_LOOK)
		job->shared.all = *out;
	else
		job->shared.keepers[job->shared.n_keepers++] = *out;
	*out = (struct text){ 0 };
	name = next_keeper(job, &job->shared.next);
	if (!name)
		return give_back(job, o);
	read_keeper(job, o, name);
	return false;
}
