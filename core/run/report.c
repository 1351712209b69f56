/* SPDX-License-Identifier: Apache-2.0 */
/* report.c - see report.h */
#include <inttypes.h>
#include <stdarg.h>

#include "base/clock.h"
#include "base/escape.h"
#include "base/log.h"
#include "base/util.h"
#include "run/notify.h"
#include "run/report.h"

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

static char *with_config_errors(const struct daemon *daemon, const char *text)
{
	/* A rejected file does not stop what runs, but the operator has to see it. */
	if (!daemon->setup.errors.n_lines || !daemon->setup.config)
		return xstrdup(text);
	return xasprintf("%s; but %s is rejected, the former configuration is in force: %s", text,
			 daemon->options.config_path, daemon->setup.errors.lines[0]);
}

char *report_status(const struct daemon *daemon)
{
	const char *step = pipeline_step_name(daemon->state.step);
	_cleanup_free_ char *text = NULL, *vnis = NULL;

	switch (daemon->state.phase) {
	case PIPELINE_IDLE:
		text = xstrdup("starting");
		break;
	case PIPELINE_RUNNING:
		text = xasprintf("running: %s", step);
		break;
	case PIPELINE_WAITING:
		text = xasprintf("waiting in step `%s': %.*s", step, (int)first_line(daemon->run.err.msg),
				 daemon->run.err.msg);
		break;
	case PIPELINE_FAILED:
		text = xasprintf("failed in step `%s': %.*s; evpnd retries within %u s", step,
				 (int)first_line(daemon->run.err.msg), daemon->run.err.msg,
				 clock_backoff_ms(daemon->state.failures) / 1000);
		break;
	case PIPELINE_CONVERGED:
		if (daemon->options.goal == RUN_DOWN) {
			text = xstrdup("taken down");
			break;
		}
		vnis = xasprintf("%zu L3VNIs, %zu L2VNIs", daemon->setup.config->n_l3vnis,
				 daemon->setup.config->n_l2vnis);
		text = health_check_text(&daemon->health, vnis);
		break;
	}
	return with_config_errors(daemon, text);
}

static void append(char **text, const char *prefix, const char *line)
{
	char *longer = xasprintf("%s%s%s%s", *text ? *text : "", *text ? "\n" : "", prefix, line);

	free(*text);
	*text = longer;
}

/* All that is wrong now, a line each: errors in the file, what stops single VNIs, what stops the run. */
static char *faults(const struct daemon *daemon)
{
	char *text = NULL;

	for (size_t i = 0; i < daemon->setup.errors.n_lines; i++)
		append(&text, "", daemon->setup.errors.lines[i]);
	for (size_t i = 0; i < daemon->run.problems.n_lines; i++)
		append(&text, "", daemon->run.problems.lines[i]);
	if (daemon->state.phase == PIPELINE_FAILED) {
		_cleanup_free_ char *step = xasprintf("%s: ", pipeline_step_name(daemon->state.step));

		append(&text, step, daemon->run.err.msg);
	}
	return text;
}

static void log_faults(struct report *report, const struct daemon *daemon)
{
	_cleanup_free_ char *text = faults(daemon);

	if (text && (!report->last_fault || !streq(text, report->last_fault)))
		log_error("%s", text);
	/* While the run is retried the fault is neither over nor new. */
	if (text || daemon->state.phase == PIPELINE_CONVERGED) {
		free(report->last_fault);
		report->last_fault = util_take_ptr(&text);
	}
}

static void log_wait(struct report *report, const struct daemon *daemon)
{
	_cleanup_free_ char *status = NULL;

	/* A step that asks again by itself (FRR takes in its configuration) is not worth a line. */
	if (daemon->state.phase != PIPELINE_WAITING || daemon->run.wait_ms)
		return;
	status = report_status(daemon);
	if (report->last_wait && streq(status, report->last_wait))
		return;
	log_info("%s", status);
	free(report->last_wait);
	report->last_wait = util_take_ptr(&status);
}

static void log_converged(struct report *report, const struct daemon *daemon)
{
	_cleanup_free_ char *times = NULL;
	double ms = (double)(clock_us() - daemon->run.started_us) / 1000;

	if (daemon->state.phase != PIPELINE_CONVERGED)
		return;
	if (daemon->options.goal == RUN_DOWN) {
		log_info("taken down in %.1f ms: %zu kernel changes", ms, daemon->run.n_changes);
		return;
	}
	for (int i = 0; i < STEP_COUNT; i++) {
		char *longer = xasprintf("%s%s%s %.1f", times ? times : "", times ? ", " : "",
					 pipeline_step_name((enum pipeline_step)i),
					 (double)daemon->run.step_us[i] / 1000);

		free(times);
		times = longer;
	}
	free(util_take_ptr(&report->last_wait));
	log_info("converged in %.1f ms: %zu kernel changes, %s", ms, daemon->run.n_changes,
		 daemon->run.reloaded ? "FRR reloaded" : "no FRR reload needed");
	log_info("steps in ms: %s", times);
}

void report_reloading(struct report *report)
{
	/* sd_notify(3): when it began. */
	notify_say("RELOADING=1\nMONOTONIC_USEC=%" PRIu64, clock_us());
	report->ready = false;
}

void report_run(struct report *report, const struct daemon *daemon)
{
	_cleanup_free_ char *status = report_status(daemon), *shown = escape_line(status, ESCAPE_LINE_MAX);

	log_faults(report, daemon);
	log_wait(report, daemon);
	log_converged(report, daemon);
	notify_say("%sSTATUS=%s", daemon->setup.config && !report->ready ? "READY=1\n" : "", shown);
	report->ready |= daemon->setup.config != NULL;
}

void report_health(struct report *report, const struct daemon *daemon)
{
	_cleanup_free_ char *status = report_status(daemon), *shown = escape_line(status, ESCAPE_LINE_MAX);

	/* A line break would begin another variable of sd_notify(3), such as MAINPID=. */
	notify_say("STATUS=%s", shown);
	if (daemon->health.unable && !report->unable)
		log_info("evpnd cannot check FRR's health: %s", daemon->health.unable);
	report->unable = daemon->health.unable != NULL;
}

static bool has_line(char *const *lines, size_t n, const char *line)
{
	for (size_t i = 0; i < n; i++)
		if (streq(lines[i], line))
			return true;
	return false;
}

void report_new_warnings(char *const *lines, size_t n, char *const *former, size_t n_former)
{
	for (size_t i = 0; i < n; i++)
		if (!has_line(former, n_former, lines[i]))
			log_warning("%s", lines[i]);
}

void report_fault(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	log_vline(EVPN_LOG_ERROR, NULL, format, ap);
	va_end(ap);
}
