/* SPDX-License-Identifier: Apache-2.0 */
/* trial_text.c - a change in words: for the log, the status and those who wait; see trial_parts.h */
#include "base/escape.h"
#include "base/log.h"
#include "base/util.h"
#include "run/report.h"
#include "run/trial_parts.h"

static const char *first_line(const struct config_errors *lines, const char *otherwise)
{
	return lines->n_lines ? lines->lines[0] : otherwise;
}

char *trial_describe(const struct trial *trial, const struct change_facts *facts)
{
	const struct change *change = &trial->record.change;
	_cleanup_free_ char *status = NULL;

	if (change->phase == CHANGE_ASKING)
		return xstrdup("it works as before; waiting for `evpnctl confirm'");
	if (facts->run != CHANGE_RUN_APPLIED) {
		status = report_status(trial->host.daemon);
		return escape_line(status, ESCAPE_LINE_MAX);
	}
	if (change->terms.checks && change->phase == CHANGE_TRIAL)
		return xasprintf("waiting for the command of --check%s%s",
				 trial->check_output && trial->check_output[0] ? ", which has failed: " : "",
				 trial->check_output ? trial->check_output : "");
	if (facts->health == CHANGE_FACT_GOOD)
		return xstrdup("it works as before, and is watched for some seconds");
	return xasprintf("waiting for the fabric: %s",
			 first_line(&trial->worse, first_line(&trial->notes, "FRR is being asked")));
}

char *trial_describe_why(const struct trial *trial, const struct change_facts *facts)
{
	const struct change *change = &trial->record.change;
	_cleanup_free_ char *status = NULL;
	const char *more = "";

	if (change->why == CHANGE_NOT_HEALTHY)
		more = first_line(&trial->worse, first_line(&trial->notes, ""));
	else if (change->why == CHANGE_CHECK_FAILED)
		more = trial->check_output ? trial->check_output : "it has not ended";
	else if ((change->why == CHANGE_RUN_FAILED || change->why == CHANGE_NOT_APPLIED) &&
		 facts->run != CHANGE_RUN_APPLIED) {
		status = report_status(trial->host.daemon);
		more = status;
	}
	return xasprintf("%s%s%s", change_why_text(change->why), more[0] ? ": " : "", more);
}

void trial_log_end(const struct trial *trial, const char *text)
{
	const char *path = trial->host.daemon->options.config_path;

	switch (trial->record.change.outcome) {
	case CHANGE_OPEN:
	case CHANGE_REPLACED:
		return;
	case CHANGE_DONE:
	case CHANGE_ROLLED_BACK:
		log_notice("%s: %s", path, text);
		return;
	case CHANGE_DEGRADED:
	case CHANGE_EDITED:
		log_warning("%s: %s", path, text);
		return;
	case CHANGE_FAILED:
	case CHANGE_ROLLED_BACK_WORSE:
	case CHANGE_NOT_ROLLED_BACK:
		report_fault("%s: %s", path, text);
		return;
	}
}

char *trial_describe_end(const struct trial *trial)
{
	const struct change *change = &trial->record.change;
	const char *why = change_why_text(change->why);
	_cleanup_free_ char *status = NULL;

	switch (change->outcome) {
	case CHANGE_DONE:
		return xasprintf("the change is kept%s%s", trial->notes.n_lines ? "; " : "",
				 first_line(&trial->notes, ""));
	case CHANGE_DEGRADED:
		return xasprintf("the change is kept, and something is worse than before: %s",
				 first_line(&trial->worse, "FRR was not healthy in time"));
	case CHANGE_ROLLED_BACK:
		return xasprintf("the former configuration is in force again (%s)%s%s", why,
				 trial->notes.n_lines ? "; " : " and works as before", first_line(&trial->notes, ""));
	case CHANGE_ROLLED_BACK_WORSE:
		return xasprintf("the former configuration is in force again (%s), but not all is as before: %s", why,
				 first_line(&trial->worse, "FRR was not healthy in time"));
	case CHANGE_EDITED:
		return xstrdup("another program has changed the configuration meanwhile; evpnd leaves it, and the "
			       "change cannot "
			       "be undone any more");
	case CHANGE_FAILED:
		status = report_status(trial->host.daemon);
		return xasprintf("the change is not applied, evpnd tries again: %s", status);
	case CHANGE_NOT_ROLLED_BACK:
		status = report_status(trial->host.daemon);
		return xasprintf("the former configuration could not be put in force (%s), evpnd tries again: %s", why,
				 status);
	case CHANGE_OPEN:
	case CHANGE_REPLACED:
		break;
	}
	return xstrdup("another change has begun");
}
