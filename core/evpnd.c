/* SPDX-License-Identifier: Apache-2.0 */
/* evpnd.c - see evpnd.h */
#include <ctype.h>
#include <errno.h>
#include <systemd/sd-daemon.h>

#include "dryrun.h"
#include "evpnd.h"
#include "log.h"
#include "record.h"
#include "report.h"
#include "steps.h"
#include "steps_frr.h"
#include "util.h"
#include "watch.h"

#define STATE_ROOT   "/run/evpnd"
#define INSTANCE_MAX 32

struct evpnd {
	enum evpnd_mode mode;
	bool json;
	struct run run;
	struct report report;
	struct watch *watch;
	int lock;
};

bool evpnd_valid_instance(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > INSTANCE_MAX)
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && *name != '-' && *name != '_')
			return false;
	return true;
}

/* Whether this run's end is the program's. */
static void stop_if_over(struct evpnd *e)
{
	const struct pipeline_state *state = &e->run.state;

	if (state->phase == PIPELINE_FAILED && state->step == STEP_LOAD && !e->run.config)
		watch_stop(e->watch, EVPND_CONFIG);
	else if (e->mode == EVPND_ONCE && state->phase == PIPELINE_FAILED)
		watch_stop(e->watch, EVPND_FAILED);
	else if (e->mode == EVPND_ONCE && state->phase == PIPELINE_CONVERGED)
		watch_stop(e->watch, e->run.config_errors.n_lines ? EVPND_CONFIG : EVPND_OK);
}

static void advance(void *arg, enum pipeline_input input)
{
	struct evpnd *e = arg;
	struct evpn_error err = { 0 };

	watch_disarm(e->watch);
	pipeline_run(&e->run, input);
	report_run(&e->report, &e->run);
	if (watch_arm(e->watch, &e->run, &err) < 0) {
		log_error("%s", err.msg);
		watch_stop(e->watch, EVPND_FAILED);
	}
	stop_if_over(e);
}

static void show_state(void *arg)
{
	const struct evpnd *e = arg;
	_cleanup_free_ char *status = report_status(&e->run);

	log_notice("%s", status);
}

static void give_up(void *arg)
{
	struct evpnd *e = arg;
	_cleanup_free_ char *status = report_status(&e->run);

	log_error("not converged within the time limit; %s", status);
	watch_stop(e->watch, EVPND_FAILED);
}

static int loop(struct evpnd *e, const struct evpnd_options *options, struct evpn_error *err)
{
	const struct watch_callbacks callbacks = {
		.advance = advance, .show_state = show_state, .give_up = give_up, .arg = e
	};
	int r;

	if (record_make_dir(e->run.options.state_dir, err) < 0 ||
	    record_lock(e->run.options.state_dir, e->run.options.instance, &e->lock, err) < 0 ||
	    watch_new(&callbacks, &e->watch, err) < 0)
		return -1;
	if (options->timeout && watch_limit(e->watch, options->timeout * 1000ull, err) < 0)
		return -1;
	r = watch_loop(e->watch, err);
	if (r >= 0)
		sd_notify(0, "STOPPING=1");
	return r;
}

/* Nothing else is going on: wait for the syntax check of frr.source, if one runs. */
static void wait_for_check(struct run *run)
{
	run->check_ended = run->check.pid != 0;
}

static int check(struct evpnd *e)
{
	struct run *run = &e->run;
	int r = steps_table[STEP_LOAD](run);

	if (r > 0) {
		r = steps_frr_check(run);
		wait_for_check(run);
		if (r == 0)
			r = steps_frr_check(run);
		if (r < 0)
			fprintf(stderr, "%s\n", run->err.msg);
	}
	if (r > 0) {
		printf("%s: good: %zu L3VNIs, %zu L2VNIs, plugins %s and %s\n", run->options.config_path,
		       run->config->n_l3vnis, run->config->n_l2vnis, run->netns->api.name, run->frr->api.name);
		return EVPND_OK;
	}
	for (size_t i = 0; i < run->config_errors.n_lines; i++)
		fprintf(stderr, "%s\n", run->config_errors.lines[i]);
	return EVPND_CONFIG;
}

static int dry_run(struct evpnd *e)
{
	struct run *run = &e->run;

	pipeline_run(run, PIPELINE_TRIGGER);
	wait_for_check(run);
	if (run->check_ended)
		pipeline_run(run, PIPELINE_RETRY);
	if (run->state.phase != PIPELINE_RUNNING) {
		report_run(&e->report, run);
		return run->config ? EVPND_FAILED : EVPND_CONFIG;
	}
	return dryrun_print(run, e->json, stdout);
}

/* All of it can be done at once: there is nothing to wait for. */
static int down(struct evpnd *e, struct evpn_error *err)
{
	struct run *run = &e->run;

	if (record_make_dir(run->options.state_dir, err) < 0 ||
	    record_lock(run->options.state_dir, run->options.instance, &e->lock, err) < 0)
		return -1;
	pipeline_run(run, PIPELINE_TRIGGER);
	report_run(&e->report, run);
	if (run->state.phase == PIPELINE_CONVERGED)
		return EVPND_OK;
	return run->config ? EVPND_FAILED : EVPND_CONFIG;
}

static int run_mode(struct evpnd *e, const struct evpnd_options *options, struct evpn_error *err)
{
	switch (e->mode) {
	case EVPND_CHECK:
		return check(e);
	case EVPND_DRY_RUN:
		return dry_run(e);
	case EVPND_DOWN:
		return down(e, err);
	case EVPND_DAEMON:
	case EVPND_ONCE:
		return loop(e, options, err);
	}
	return EVPND_USAGE;
}

int evpnd_run(const struct evpnd_options *options)
{
	_cleanup_free_ char *state_dir = options->state_dir ? xstrdup(options->state_dir)
							    : xasprintf(STATE_ROOT "/%s", options->instance);
	struct run_options run_options = { .config_path = options->config_path,
					   .instance = options->instance,
					   .state_dir = state_dir,
					   .dry_run = options->mode == EVPND_DRY_RUN,
					   .down = options->down || options->mode == EVPND_DOWN,
					   .after_op = options->after_op };
	struct evpnd e = { .mode = options->mode, .json = options->json, .lock = -1 };
	struct evpn_error err = { 0 };
	int r;

	r = steps_init(&e.run, &run_options, &err);
	if (r >= 0)
		r = run_mode(&e, options, &err);
	if (r < 0)
		log_error("%s", err.msg);
	watch_free(e.watch);
	steps_free(&e.run);
	report_clear(&e.report);
	util_closep(&e.lock);
	return r < 0 ? EVPND_FAILED : r;
}
