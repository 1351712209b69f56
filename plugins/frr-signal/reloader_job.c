/* SPDX-License-Identifier: Apache-2.0 */
/* reloader_job.c - see reloader.h */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reloader.h"

/* A show is answered from memory; what takes longer hangs. */
#define SHOW_LIMIT_MS 30000
/* What frr-reload.py may print. With --test that is the whole difference; only its end matters to nobody. */
#define RELOAD_OUTPUT_MAX (256u << 10)
#define QUOTE_MAX	  1500

static void begin(struct job *job, enum job_kind kind, uint64_t limit_ms)
{
	job_free(job);
	job->kind = kind;
	job->started = wire_now_ms();
	job->deadline = job->started + limit_ms;
}

static struct text *finish(struct job *job, enum status status)
{
	tool_kill(&job->tool);
	job->done = true;
	job->result.status = status;
	job->result.duration_ms = wire_now_ms() - job->started;
	return &job->result.body;
}

/*
 * With a daemon missing, frr-reload.py succeeds and that daemon's part of the configuration is lost. So: are all of them
 * there? If not, ends the job and says which one is missing.
 */
static bool daemons_missing(struct job *job, const struct options *o)
{
	const struct daemons *daemons = job->daemons;
	const char *missing = NULL, *space = daemons->pathspace;
	int r = daemons_hold(job->daemons, &missing);

	if (r != 0)
		text_printf(finish(job, STATUS_NOTREADY), QUOTE_MAX,
			    "FRR's %s does not answer in %s%s%s: %s (daemons that have to: %s; see --daemons)\n",
			    missing, daemons->dir, space ? "/" : "", space ? space : "", strerror(r), o->daemons);
	return r != 0;
}

static void run(struct job *job, const char *const argv[], size_t max)
{
	int r = tool_start(&job->tool, argv, max);

	if (r != 0)
		text_printf(finish(job, STATUS_FAILED), QUOTE_MAX, "run %s: %s\n", argv[0], strerror(r));
}

static void run_frr_reload(struct job *job, const struct options *o)
{
	/* --stdout: its log goes to stderr, not into a file. */
	const char *argv[24] = { o->frr_reload, "--stdout",  "--log-level", "warning",	"--bindir",
				 o->bindir,	"--confdir", o->confdir,    "--rundir", o->rundir };
	size_t n = 10;

	if (o->vty_socket) {
		argv[n++] = "--vty_socket";
		argv[n++] = o->vty_socket;
	}
	if (o->pathspace) {
		argv[n++] = "--pathspace";
		argv[n++] = o->pathspace;
	}
	argv[n++] = job->applying ? "--reload" : "--test";
	argv[n++] = o->config;
	run(job, argv, RELOAD_OUTPUT_MAX);
}

void job_start_reload(struct job *job, const struct options *options, struct daemons *daemons, const char *generation,
		      const char *sum)
{
	char own[WIRE_SUM_SIZE];
	int r;

	begin(job, JOB_RELOAD, options->timeout_s * 1000ull);
	job->daemons = daemons;
	snprintf(job->generation, sizeof(job->generation), "%s", generation);
	snprintf(job->sum, sizeof(job->sum), "%s", sum);
	r = wire_sum_file(options->config, own);
	if (r < 0) {
		text_printf(finish(job, STATUS_FAILED), QUOTE_MAX, "%s: %s\n", options->config, strerror(-r));
		return;
	}
	if (sum[0] && strcmp(sum, own) != 0) {
		text_printf(
			finish(job, STATUS_FAILED), QUOTE_MAX,
			"%s, which FRR reads, is not the file that was installed. Is the file itself mounted here in "
			"place of its directory, or is this another volume?\n",
			options->config);
		return;
	}
	if (daemons_missing(job, options))
		return;
	/* From here on: what ends now takes with it what is being loaded. */
	daemons->lost = false;
	run_frr_reload(job, options);
}

/* The command itself is quoted in the messages: keep it in the job. */
void job_start_show(struct job *job, const struct options *o, const char *command)
{
	char vtysh[4096];
	const char *argv[12] = { vtysh, "--config_dir", o->confdir };
	size_t n = 3;

	begin(job, JOB_SHOW, SHOW_LIMIT_MS);
	snprintf(job->command, sizeof(job->command), "%s", command);
	snprintf(vtysh, sizeof(vtysh), "%s/vtysh", o->bindir);
	if (o->vty_socket) {
		argv[n++] = "--vty_socket";
		argv[n++] = o->vty_socket;
	}
	if (o->pathspace) {
		argv[n++] = "-N";
		argv[n++] = o->pathspace;
	}
	argv[n++] = "-c";
	argv[n++] = job->command;
	run(job, argv, WIRE_BODY_MAX);
}

/* How the tool ended, for a failure that has no better explanation. */
static void explain(struct text *body, const struct job *job, const char *what, int wait_status)
{
	if (WIFSIGNALED(wait_status))
		text_printf(body, QUOTE_MAX, "%s was killed by signal %d\n", what, WTERMSIG(wait_status));
	else
		text_printf(body, QUOTE_MAX, "%s ended with status %d\n", what, WEXITSTATUS(wait_status));
	text_quote(body, &job->tool.output[0], QUOTE_MAX);
	text_quote(body, &job->tool.output[1], QUOTE_MAX);
}

static bool is_blank(const struct text *text)
{
	return !text->data || text->data[strspn(text->data, " \t\r\n")] == '\0';
}

/* The words by which frr-reload.py tells that it was FRR who said no. */
static bool was_refused(const struct text *text)
{
	return text_has(text, "failed to process new configuration") ||
	       text_has(text, "we failed to remove this command") ||
	       text_has(text, "vtysh (exec file) exited with status");
}

static void judge_reload(struct job *job, const struct options *o, int wait_status)
{
	const struct text *err = &job->tool.output[1];
	bool good = WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0;
	struct text *body;

	/* One that left on the way took its part with it, though it may be back. */
	if (daemons_missing(job, o))
		return;
	if (job->daemons->lost) {
		text_printf(finish(job, STATUS_NOTREADY), QUOTE_MAX, "%s\n", job->daemons->why);
		return;
	}
	if (good && !job->applying && !is_blank(&job->tool.output[0])) {
		job->applying = job->result.changed = true;
		run_frr_reload(job, o);
	} else if (good) {
		finish(job, STATUS_OK);
	} else if (was_refused(err)) {
		body = finish(job, STATUS_REFUSED);
		if (job->applying)
			text_quote(body, &job->tool.output[0], QUOTE_MAX);
		text_quote(body, err, QUOTE_MAX);
	} else if (text_has(err, "VTY configuration is locked")) {
		text_printf(finish(job, STATUS_NOTREADY), QUOTE_MAX,
			    "another vtysh session is in `configure terminal' and has FRR's configuration locked\n");
	} else {
		explain(finish(job, STATUS_FAILED), job,
			job->applying ? "frr-reload.py --reload" : "frr-reload.py --test", wait_status);
	}
}

static void judge_show(struct job *job, int wait_status)
{
	struct text *out = &job->tool.output[0];

	if (out->cut) {
		text_printf(finish(job, STATUS_FAILED), QUOTE_MAX, "the answer to `%s' is longer than %u MiB\n",
			    job->command, WIRE_BODY_MAX >> 20);
	} else if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0) {
		finish(job, STATUS_OK);
		job->result.body = *out;
		*out = (struct text){ 0 };
	} else if (text_has(&job->tool.output[1], "failed to connect to any daemons")) {
		text_printf(finish(job, STATUS_NOTREADY), QUOTE_MAX, "none of FRR's daemons answers vtysh\n");
	} else {
		char what[WIRE_LINE_SIZE + 16];

		snprintf(what, sizeof(what), "vtysh -c '%s'", job->command);
		explain(finish(job, STATUS_FAILED), job, what, wait_status);
	}
}

void job_go_on(struct job *job, const struct options *options, int wait_status)
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
	const char *what = job->kind == JOB_SHOW ? "vtysh"
			   : job->applying	 ? "frr-reload.py --reload"
						 : "frr-reload.py --test";
	struct text *body = finish(job, STATUS_FAILED);

	text_printf(body, QUOTE_MAX, "%s did not end within %u s and was killed%s\n", what, seconds,
		    job->applying ? "; a part of the configuration may be in effect" : "");
	tool_read(&job->tool);
	/* With --test that is the difference. */
	if (job->applying)
		text_quote(body, &job->tool.output[0], QUOTE_MAX);
	text_quote(body, &job->tool.output[1], QUOTE_MAX);
}

void job_free(struct job *job)
{
	tool_free(&job->tool);
	text_free(&job->result.body);
	*job = (struct job)JOB_IDLE;
}
