/* SPDX-License-Identifier: Apache-2.0 */
/* report.c - see report.h */
#include <inttypes.h>
#include <systemd/sd-daemon.h>

#include "log.h"
#include "report.h"
#include "util.h"

void report_clear(struct report *report)
{
	free(report->last_fault);
	free(report->last_wait);
	*report = (struct report){ 0 };
}

static size_t first_line(const char *text)
{
	return strcspn(text, "\n");
}

static char *with_config_errors(const struct run *run, const char *text)
{
	/* A rejected file does not stop what runs, but it must not go unseen. */
	if (!run->config_errors.n_lines || !run->config)
		return xstrdup(text);
	return xasprintf("%s; but %s is not taken, the former configuration is in force: %s", text,
			 run->options.config_path, run->config_errors.lines[0]);
}

char *report_status(const struct run *run)
{
	const char *step = pipeline_step_name(run->state.step);
	_cleanup_free_ char *text = NULL;

	switch (run->state.phase) {
	case PIPELINE_IDLE:
		text = xstrdup("starting");
		break;
	case PIPELINE_RUNNING:
		text = xasprintf("running: %s", step);
		break;
	case PIPELINE_WAITING:
		text = xasprintf("waiting in step `%s': %.*s", step, (int)first_line(run->err.msg), run->err.msg);
		break;
	case PIPELINE_FAILED:
		text = xasprintf("failed in step `%s': %.*s; next try within %u s", step, (int)first_line(run->err.msg),
				 run->err.msg, pipeline_pause_ms(run->state.failures) / 1000);
		break;
	case PIPELINE_CONVERGED:
		text = xasprintf("converged: %zu L3VNIs, %zu L2VNIs", run->config->n_l3vnis, run->config->n_l2vnis);
		break;
	}
	return with_config_errors(run, text);
}

static void append(char **text, const char *prefix, const char *line)
{
	char *longer = xasprintf("%s%s%s%s", *text ? *text : "", *text ? "\n" : "", prefix, line);

	free(*text);
	*text = longer;
}

/* All that is wrong now, a line each: the file's faults, what stops single VNIs, what stops the run. */
static char *faults(const struct run *run)
{
	char *text = NULL;

	for (size_t i = 0; i < run->config_errors.n_lines; i++)
		append(&text, "", run->config_errors.lines[i]);
	for (size_t i = 0; i < run->problems.n_lines; i++)
		append(&text, "", run->problems.lines[i]);
	if (run->state.phase == PIPELINE_FAILED) {
		_cleanup_free_ char *step = xasprintf("%s: ", pipeline_step_name(run->state.step));

		append(&text, step, run->err.msg);
	}
	return text;
}

static void log_faults(struct report *report, const struct run *run)
{
	_cleanup_free_ char *text = faults(run);

	if (text && (!report->last_fault || !streq(text, report->last_fault)))
		log_error("%s", text);
	/* While a retry is under way the fault is neither gone nor new. */
	if (text || run->state.phase == PIPELINE_CONVERGED) {
		free(report->last_fault);
		report->last_fault = util_take_ptr(&text);
	}
}

static void log_wait(struct report *report, const struct run *run)
{
	_cleanup_free_ char *status = NULL;

	/* A step that asks again by itself (FRR digesting its configuration) is not worth a line. */
	if (run->state.phase != PIPELINE_WAITING || run->wait_ms)
		return;
	status = report_status(run);
	if (report->last_wait && streq(status, report->last_wait))
		return;
	log_info("%s", status);
	free(report->last_wait);
	report->last_wait = util_take_ptr(&status);
}

static void log_converged(struct report *report, const struct run *run)
{
	_cleanup_free_ char *times = NULL;
	double ms = (double)(steps_now_us() - run->started_us) / 1000;

	if (run->state.phase != PIPELINE_CONVERGED)
		return;
	if (run->options.down) {
		log_info("all is taken back in %.1f ms: %zu kernel changes", ms, run->n_changes);
		return;
	}
	for (int i = 0; i < STEP_COUNT; i++) {
		char *longer = xasprintf("%s%s%s %.1f", times ? times : "", times ? ", " : "",
					 pipeline_step_name((enum pipeline_step)i), (double)run->step_us[i] / 1000);

		free(times);
		times = longer;
	}
	free(util_take_ptr(&report->last_wait));
	log_info("converged in %.1f ms: %zu kernel changes, %s", ms, run->n_changes,
		 run->reloaded ? "FRR reloaded" : "FRR had its configuration");
	log_info("steps in ms: %s", times);
}

void report_reloading(struct report *report)
{
	/* sd_notify(3): when it began. */
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, steps_now_us());
	report->ready = false;
}

void report_run(struct report *report, const struct run *run)
{
	_cleanup_free_ char *status = report_status(run);

	log_faults(report, run);
	log_wait(report, run);
	log_converged(report, run);
	sd_notifyf(0, "%sSTATUS=%s", run->config && !report->ready ? "READY=1\n" : "", status);
	report->ready |= run->config != NULL;
}
