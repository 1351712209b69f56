/* SPDX-License-Identifier: Apache-2.0 */
/* reloader_restore.c - see reloader.h */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "frr-signal/reloader.h"

#define RESULT_MAX     2000
#define DIFFERENCE_MAX 600

/* Adds a line to the result, and completes the job. */
static void end(struct job *job, const char *line)
{
	struct text *body = &job->result.body;

	if (body->len && body->data[body->len - 1] != '\n')
		text_append(body, "\n", 1, RESULT_MAX);
	text_append(body, line, strlen(line), RESULT_MAX);
	job_complete(job);
}

void restore_fail(struct job *job, const char *format, ...)
{
	static const char prefix[] = "FRR's former configuration could not be restored";
	char line[1024];
	va_list ap;

	strcpy(line, prefix);
	va_start(ap, format);
	vsnprintf(line + sizeof(prefix) - 1, sizeof(line) - sizeof(prefix), format, ap);
	va_end(ap);
	strcat(line, "\n");
	end(job, line);
}

void restore_begin(struct job *job, const struct options *o)
{
	int r = interfaces_write_former(job, o);

	job->phase = JOB_RESTORE;
	job->n_restores++;
	job->deadline = clock_ms() + o->timeout_s * INT64_C(1000);
	if (r < 0)
		restore_fail(job, ": cannot write it to a file in %s: %s", o->rundir, strerror(-r));
	else
		job_run_frr_reload(job, o, job->dir, "--reload");
}

static void verify(struct job *job, const struct options *o, int wait_status)
{
	struct text *now = &job->tool.output[0], difference = { 0 };

	if (!WIFEXITED(wait_status) || WEXITSTATUS(wait_status) != 0 || now->cut) {
		restore_fail(job, ": vtysh could not show FRR's configuration");
	} else if (config_is_same(&job->former, now, &difference, DIFFERENCE_MAX)) {
		job->result.restored = true;
		end(job, "FRR's former configuration is in force again\n");
	} else if (job->n_restores < JOB_RESTORES_MAX) {
		restore_begin(job, o);
	} else {
		restore_fail(job, " completely; remaining difference:\n%s", difference.data ? difference.data : "");
	}
	text_free(&difference);
}

void restore_tool_ended(struct job *job, const struct options *o, int wait_status)
{
	/* Whatever frr-reload.py says: FRR's configuration is what counts. */
	if (job->phase == JOB_RESTORE) {
		job_remove_dir(job);
		job->phase = JOB_VERIFY;
		job_run_show(job, o, "show running-config");
	} else {
		verify(job, o, wait_status);
	}
}
