/* SPDX-License-Identifier: Apache-2.0 */
/* reload_undo.c - restores FRR's former configuration after a reload has failed; see reload.h */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frr-vtysh/reload.h"

/* Lines of which FRR or a daemon crashes this often are not applied again. */
#define MAX_LOSSES 3
/* More than one: FRR accepts some lines only after others. */
#define MAX_UNDOS 3

void reload_forget_former(struct reload *reload)
{
	free(reload->former);
	reload->former = NULL;
	reload->changed = false;
}

void reload_wait(struct reload *reload, const char *format, ...)
{
	struct evpn_error *err = &reload->job.err;
	char msg[EVPN_ERROR_MSG_SIZE / 2];
	va_list args;

	va_start(args, format);
	vsnprintf(msg, sizeof(msg), format, args);
	va_end(args);
	if (reload->undo == UNDO_RUNNING)
		evpn_wait(err, "%.1000s\nbefore its former configuration can be restored: %.900s", reload->failure.msg,
			  msg);
	else
		evpn_wait(err, "%s", msg);
	job_pause(&reload->job);
}

bool reload_count_loss(struct reload *reload, const char *name, size_t len)
{
	bool is_changing = reload->stage != RELOAD_READ && reload->stage != RELOAD_CHECK;
	struct job *job = &reload->job;

	if (!is_changing || job->state != JOB_RUNNING || ++reload->n_losses < MAX_LOSSES)
		return false;
	evpn_fail(&job->err, EVPN_ERROR_REFUSED, "FRR%s%.*s has ended %u times while its configuration was changed",
		  name ? "'s " : "", (int)len, name ? name : "", reload->n_losses);
	job_end(job, -1);
	return true;
}

/* Ends the reload with its failure, and the result of the restoration. */
static void end_undo(struct reload *reload, const char *result)
{
	struct job *job = &reload->job;

	reload->undo = UNDO_ENDED;
	evpn_fail(&job->err, reload->failure.code, "%.1200s\n%s", reload->failure.msg, result);
	job_end(job, -1);
}

static void fail_undo(struct reload *reload, const char *reason, const char *details)
{
	char result[800];

	snprintf(result, sizeof(result), "FRR's former configuration could not be restored%s%.600s", reason, details);
	end_undo(reload, result);
}

int reload_keep_former(struct reload *reload, const char *config)
{
	if (reload->former && reload->former_of == reload->instance)
		return 0;
	/* What another FRR ran is of no use for the present one. */
	reload_forget_former(reload);
	if (reload->undo == UNDO_RUNNING) {
		end_undo(reload, "FRR has been restarted since then");
		return -1;
	}
	reload->former = strdup(config);
	reload->former_of = reload->instance;
	if (!reload->former)
		reload_fail_memory(reload);
	return reload->former ? 0 : -1;
}

void reload_judge_undo(struct reload *reload, const struct output *output)
{
	int r = reload_make_diff(reload, output, reload->former);
	char rest[600] = "";

	if (r > 0 && reload->n_undos < MAX_UNDOS) {
		reload->n_undos++;
		reload_start_batches(reload);
	} else if (r > 0) {
		reload_quote_diff(reload, rest, sizeof(rest));
		fail_undo(reload, " completely; remaining difference:\n", rest);
	} else if (r < 0) {
		fail_undo(reload, ": ", reload->why.msg);
	} else if (reload->disturbed) {
		reload_try(reload);
	} else {
		reload_forget_former(reload);
		end_undo(reload, "FRR's former configuration is in force again");
	}
}

void reload_settle(struct reload *reload)
{
	struct job *job = &reload->job;

	if (job->state != JOB_DONE || job->outcome >= 0 || !reload->changed)
		return;
	if (reload->undo == UNDO_NONE) {
		reload->failure = job->err;
		reload->undo = UNDO_RUNNING;
		reload->n_losses = reload->n_undos = 0;
		job->outcome = 0;
		evpn_wait(&job->err, "restoring FRR's former configuration");
		reload_start_reading(reload);
	}
	/* The restoration itself has failed, perhaps at once. */
	if (job->state == JOB_DONE && reload->undo == UNDO_RUNNING)
		fail_undo(reload, ": ", job->err.msg);
}
