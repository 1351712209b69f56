/* SPDX-License-Identifier: Apache-2.0 */
/* reloader_job.c - see reloader.h */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frr-signal/reloader.h"

/* FRR answers a show from its memory; a longer time means that it hangs. */
#define SHOW_LIMIT_MS 30000
#define QUOTE_MAX     1500
/* A configuration at which a daemon of FRR ends is not applied for ever. */
#define LOSSES_MAX 3

static void begin(struct job *job, enum job_kind kind, int64_t limit_ms)
{
	job_free(job);
	job->kind = kind;
	job->started = clock_ms();
	job->deadline = job->started + limit_ms;
}

void job_complete(struct job *job)
{
	tool_kill(&job->tool);
	job_remove_dir(job);
	shared_free(&job->shared);
	job->done = true;
	job->result.duration_ms = clock_ms() - job->started;
	/* If a daemon has ended, the next attempt with this generation needs it: FRR runs a part of either by then. */
	if (job->result.status != STATUS_NOTREADY || job->n_losses == 0)
		text_free(&job->former);
}

/* Sets the result to this message; a newline is added. Returns the body of the answer. */
__attribute__((format(printf, 3, 4))) static struct text *explain(struct job *job, enum status status,
								  const char *format, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	job->result.status = status;
	text_printf(&job->result.body, QUOTE_MAX, "%s\n", line);
	return &job->result.body;
}

void job_end(struct job *job, enum status status, const char *format, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	explain(job, status, "%s", line);
	job_complete(job);
}

/* The job has failed, and the result says why: FRR's former configuration is restored if it may have been changed. */
static void fail(struct job *job, const struct options *o)
{
	if (job->kind == JOB_RELOAD && job->phase == JOB_APPLY)
		restore_begin(job, o);
	else
		job_complete(job);
}

/*
 * Sets the result if a daemon does not run. Without this check frr-reload.py would succeed, and the daemon's part of the
 * configuration would be lost.
 */
static bool daemons_missing(struct job *job, const struct options *o)
{
	const struct daemons *daemons = job->daemons;
	const char *missing = NULL, *space = daemons->pathspace;
	int r = daemons_connect(job->daemons, &missing);

	if (r != 0)
		explain(job, STATUS_NOTREADY,
			"FRR's %s does not answer in %s%s%s: %s (required daemons: %s; see --daemons)", missing,
			daemons->dir, space ? "/" : "", space ? space : "", strerror(r), o->daemons);
	return r != 0;
}

int job_open_config(const struct options *o)
{
	/* The other side of the volume may put a link, a FIFO or a device in the place of the file. */
	return open(o->config, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY);
}

/* Whether the result is known before any tool runs. */
static bool is_decided(struct job *job, const struct options *o)
{
	char own[PROTOCOL_SUM_SIZE];
	_cleanup_close_ int fd = job_open_config(o);
	struct stat st;
	int r = fd < 0 || fstat(fd, &st) < 0 ? -errno : 0;

	if (r == 0)
		r = S_ISREG(st.st_mode) ? protocol_sum_file(fd, own) : -EMEDIUMTYPE;
	if (r < 0)
		explain(job, STATUS_FAILED, "cannot read %s: %s", o->config,
			r == -EMEDIUMTYPE ? "not a regular file" : strerror(-r));
	else if (job->sum[0] && strcmp(job->sum, own) != 0)
		explain(job, STATUS_FAILED,
			"%s is not the file that evpnd installed; mount the directory of frr.conf here, not the "
			"file, and the same volume that evpnd writes to",
			o->config);
	else
		return daemons_missing(job, o);
	return true;
}

/*
 * The attempt before, with the same generation, was not ready: a daemon ended meanwhile, and FRR no longer runs the
 * configuration that it ran before the first change.
 */
static void go_on_from(struct job *job, struct job *last)
{
	if (last->result.status != STATUS_NOTREADY || strcmp(last->generation, job->generation) != 0)
		return;
	text_free(&job->former);
	job->former = last->former;
	job->n_losses = last->n_losses;
	last->former = (struct text){ 0 };
}

/* Nothing is lost any more: compares FRR's configuration with the file. */
static void compare(struct job *job, const struct options *o)
{
	job->daemons->lost_shared = false;
	job_remove_dir(job);
	shared_free(&job->shared);
	job->deadline = clock_ms() + o->timeout_s * INT64_C(1000);
	if (job->n_losses < LOSSES_MAX) {
		job->phase = JOB_TEST;
		job_run_frr_reload(job, o, o->confdir, "--test");
		return;
	}
	job->result.changed = true;
	explain(job, STATUS_REFUSED, "%s %u times while its configuration was changed", job->daemons->why,
		job->n_losses);
	restore_begin(job, o);
}

void job_start_reload(struct job *job, const struct options *options, struct daemons *daemons, const char *generation,
		      const char *sum, struct job *last)
{
	begin(job, JOB_RELOAD, options->timeout_s * INT64_C(1000));
	job->daemons = daemons;
	snprintf(job->generation, sizeof(job->generation), "%s", generation);
	snprintf(job->sum, sizeof(job->sum), "%s", sum);
	go_on_from(job, last);
	if (is_decided(job, options)) {
		job_complete(job);
		return;
	}
	/* From here on a daemon that ends loses a part of the new configuration. */
	job->daemons->lost = false;
	if (!job->daemons->lost_shared || !shared_begin(job, options))
		compare(job, options);
}

/* The job keeps a copy of the command, which later messages quote. */
void job_start_show(struct job *job, const struct options *o, const char *command)
{
	begin(job, JOB_SHOW, SHOW_LIMIT_MS);
	snprintf(job->command, sizeof(job->command), "%s", command);
	job_run_show(job, o, job->command);
}

/* Sets the result to the tool's exit status and output, if no better explanation is known. */
static void explain_end(struct job *job, const char *what, int wait_status)
{
	struct text *body;

	if (WIFSIGNALED(wait_status))
		body = explain(job, STATUS_FAILED, "%s was killed by signal %d", what, WTERMSIG(wait_status));
	else
		body = explain(job, STATUS_FAILED, "%s ended with status %d", what, WEXITSTATUS(wait_status));
	text_quote(body, &job->tool.output[0], QUOTE_MAX);
	text_quote(body, &job->tool.output[1], QUOTE_MAX);
}

static bool is_blank(const struct text *text)
{
	return !text->data || text->data[strspn(text->data, " \t\r\n")] == '\0';
}

/* The texts by which frr-reload.py reports that FRR has refused a line. */
static bool was_refused(const struct text *text)
{
	return text_has(text, "failed to process new configuration") ||
	       text_has(text, "we failed to remove this command") ||
	       text_has(text, "vtysh (exec file) exited with status");
}

/*
 * bgpd has refused a line about graceful restart because it has no connection to zebra yet: it makes one within seconds after zebra has
 * started (FRR, bgp_zebra_send_capabilities()).
 */
static bool lacks_zebra(const struct job *job)
{
	const struct text *out = &job->tool.output[0], *err = &job->tool.output[1];

	/* What is refused is quoted on stderr, why on stdout. */
	return (text_has(out, "% Invalid value") || text_has(err, "% Invalid value")) &&
	       text_has(err, " graceful-restart");
}

/* The name of the tool of the present phase, for messages. */
static const char *phase_tool(const struct job *job)
{
	switch (job->phase) {
	case JOB_TEST:
		return "frr-reload.py --test";
	case JOB_APPLY:
	case JOB_RESTORE:
		return "frr-reload.py --reload";
	case JOB_SHARE:
		return "vtysh -f";
	case JOB_LOOK:
	case JOB_KEEPER:
	case JOB_SAVE:
	case JOB_VERIFY:
		break;
	}
	return "vtysh -c 'show running-config'";
}

/*
 * vtysh has not shown what the daemons have, or FRR refuses a line that one of them has. That is no reason to leave FRR without the new
 * configuration: evpnd reports what a daemon lacks then.
 */
static void go_on_without_sharing(struct job *job, const struct options *o, const char *why)
{
	struct text words = { 0 };

	text_printf(&words, QUOTE_MAX, "%s %s\n", phase_tool(job), why);
	if (job->phase == JOB_SHARE)
		text_quote(&words, &job->tool.output[0], QUOTE_MAX);
	text_quote(&words, &job->tool.output[1], QUOTE_MAX);
	reloader_log("not all of the lost route-maps and lists could be applied again: %s", words.data);
	text_free(&words);
	compare(job, o);
}

void job_cannot_run(struct job *job, const struct options *o, const char *tool, int code)
{
	if (job->kind == JOB_RELOAD && job->phase < JOB_TEST) {
		go_on_without_sharing(job, o, strerror(code));
	} else if (job->phase == JOB_RESTORE || job->phase == JOB_VERIFY) {
		restore_fail(job, ": cannot run %s: %s", tool, strerror(code));
	} else {
		explain(job, STATUS_FAILED, "cannot run %s: %s", tool, strerror(code));
		fail(job, o);
	}
}

/* frr-reload.py or vtysh has ended otherwise than with success. */
static void judge_bad_end(struct job *job, const struct options *o, int wait_status)
{
	const struct text *err = &job->tool.output[1];

	if (job->phase < JOB_TEST && !text_has(err, "VTY configuration is locked")) {
		go_on_without_sharing(job, o, "has failed");
	} else if (lacks_zebra(job)) {
		explain(job, STATUS_NOTREADY, "FRR's bgpd is not connected to zebra yet");
		job_complete(job);
	} else if (was_refused(err)) {
		job->result.status = STATUS_REFUSED;
		if (job->phase == JOB_APPLY)
			text_quote(&job->result.body, &job->tool.output[0], QUOTE_MAX);
		text_quote(&job->result.body, err, QUOTE_MAX);
		fail(job, o);
	} else if (text_has(err, "VTY configuration is locked")) {
		explain(job, STATUS_NOTREADY,
			"FRR's configuration is locked by another vtysh session in `configure terminal'");
		job_complete(job);
	} else {
		explain_end(job, phase_tool(job), wait_status);
		fail(job, o);
	}
}

static void apply(struct job *job, const struct options *o)
{
	job->phase = JOB_APPLY;
	job->result.changed = true;
	job_run_frr_reload(job, o, interfaces_confdir(job, o), "--reload");
}

/* The present tool was successful. */
static void judge_good_end(struct job *job, const struct options *o)
{
	struct text *out = &job->tool.output[0];

	if (job->phase < JOB_TEST) {
		if (shared_tool_ended(job, o))
			compare(job, o);
	} else if (job->phase == JOB_SAVE && (out->cut || is_blank(out))) {
		explain(job, STATUS_FAILED, "FRR's running configuration is empty or longer than %u MiB",
			PROTOCOL_BODY_MAX >> 20);
		job_complete(job);
	} else if (job->phase == JOB_SAVE) {
		job->former = *out;
		*out = (struct text){ 0 };
		apply(job, o);
	} else if (job->phase == JOB_APPLY || is_blank(out)) {
		job->result.status = STATUS_OK;
		job_complete(job);
	} else if (job->former.data) {
		apply(job, o);
	} else {
		job->phase = JOB_SAVE;
		job_run_show(job, o, "show running-config");
	}
}

static void judge_reload(struct job *job, const struct options *o, int wait_status)
{
	bool restores = job->phase == JOB_RESTORE || job->phase == JOB_VERIFY;

	/* A daemon that ended during the reload has lost its part of the configuration, even if it runs again. */
	if (restores && job->daemons->lost) {
		restore_fail(job, ": %s", job->daemons->why);
	} else if (restores) {
		restore_tool_ended(job, o, wait_status);
	} else if (daemons_missing(job, o) || job->daemons->lost) {
		if (job->phase == JOB_APPLY)
			job->n_losses++;
		if (!job->result.body.len)
			explain(job, STATUS_NOTREADY, "%s", job->daemons->why);
		job_complete(job);
	} else if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0) {
		judge_good_end(job, o);
	} else {
		judge_bad_end(job, o, wait_status);
	}
}

static void judge_show(struct job *job, int wait_status)
{
	struct text *out = &job->tool.output[0];

	if (out->cut) {
		explain(job, STATUS_FAILED, "the answer to `%s' is longer than %u MiB", job->command,
			PROTOCOL_BODY_MAX >> 20);
	} else if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0) {
		job->result.status = STATUS_OK;
		job->result.body = *out;
		*out = (struct text){ 0 };
	} else if (text_has(&job->tool.output[1], "failed to connect to any daemons")) {
		explain(job, STATUS_NOTREADY, "none of FRR's daemons answers vtysh");
	} else {
		char what[PROTOCOL_LINE_SIZE + 16];

		snprintf(what, sizeof(what), "vtysh -c '%s'", job->command);
		explain_end(job, what, wait_status);
	}
	job_complete(job);
}

void job_tool_ended(struct job *job, const struct options *options, int wait_status)
{
	job->tool.pid = 0;
	tool_read(&job->tool);
	if (job->kind == JOB_RELOAD)
		judge_reload(job, options, wait_status);
	else
		judge_show(job, wait_status);
}

void job_expire(struct job *job, const struct options *options)
{
	unsigned int seconds = job->kind == JOB_RELOAD ? options->timeout_s : SHOW_LIMIT_MS / 1000;
	const char *what = job->kind == JOB_SHOW ? "vtysh" : phase_tool(job);
	struct text *body;

	tool_kill(&job->tool);
	if (job->kind == JOB_RELOAD && job->phase < JOB_TEST) {
		tool_read(&job->tool);
		go_on_without_sharing(job, options, "did not end in time");
		return;
	}
	if (job->phase == JOB_RESTORE || job->phase == JOB_VERIFY) {
		restore_fail(job, ": %s did not end within %u s and was killed", what, seconds);
		return;
	}
	tool_read(&job->tool);
	body = explain(job, STATUS_FAILED, "%s did not end within %u s and was killed", what, seconds);
	/* The output of --test is the difference, which is no error message. */
	if (job->phase == JOB_APPLY)
		text_quote(body, &job->tool.output[0], QUOTE_MAX);
	text_quote(body, &job->tool.output[1], QUOTE_MAX);
	fail(job, options);
}

void job_free(struct job *job)
{
	shared_free(&job->shared);
	job_remove_dir(job);
	tool_free(&job->tool);
	text_free(&job->former);
	text_free(&job->result.body);
	*job = (struct job)JOB_IDLE;
}
