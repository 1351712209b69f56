/* SPDX-License-Identifier: Apache-2.0 */
/* evpnd.c - see evpnd.h */
#include <ctype.h>
#include <errno.h>
#include <systemd/sd-daemon.h>

#include "dryrun.h"
#include "evpnd.h"
#include "frrfile.h"
#include "log.h"
#include "nic_record.h"
#include "report.h"
#include "steps.h"
#include "steps_frr.h"
#include "util.h"
#include "watch.h"

#define STATE_ROOT   "/run/evpnd"
#define KEPT_ROOT    "/var/lib/evpnd"
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
	else if (e->mode != EVPND_DAEMON && state->phase == PIPELINE_FAILED)
		watch_stop(e->watch, EVPND_FAILED);
	/* By the last good one all is taken back as well. */
	else if (e->mode != EVPND_DAEMON && state->phase == PIPELINE_CONVERGED)
		watch_stop(e->watch, e->run.config_errors.n_lines && e->mode != EVPND_DOWN ? EVPND_CONFIG : EVPND_OK);
}

/* A dry run is over when it has planned, or cannot. */
static void stop_dry_run(struct evpnd *e)
{
	struct run *run = &e->run;

	if (run->state.phase == PIPELINE_RUNNING)
		watch_stop(e->watch, dryrun_print(run, e->json, stdout));
	else if (run->state.phase == PIPELINE_FAILED)
		watch_stop(e->watch, run->config ? EVPND_FAILED : EVPND_CONFIG);
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
	if (e->mode == EVPND_DRY_RUN)
		stop_dry_run(e);
	else
		stop_if_over(e);
}

static void reloading(void *arg)
{
	struct evpnd *e = arg;

	report_reloading(&e->report);
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

	if (e->run.options.down && e->run.state.step == STEP_FIND && !e->run.without_frr) {
		log_warning("%s; what is on the host goes without", status);
		e->run.without_frr = true;
		advance(e, PIPELINE_RETRY);
		return;
	}
	/* The questions to FRR before a plan have limits of their own. */
	if (e->mode == EVPND_DRY_RUN && e->run.state.step == STEP_PLAN)
		return;
	log_error("not converged within the time limit; %s", status);
	watch_stop(e->watch, EVPND_FAILED);
}

/* How long is waited for FRR by who only wants to know, or to take down what there is. */
#define SHORT_LIMIT_MS 5000

static uint64_t time_limit(const struct evpnd *e, const struct evpnd_options *options)
{
	if (options->timeout || e->mode == EVPND_DAEMON || e->mode == EVPND_ONCE)
		return options->timeout * 1000ull;
	return SHORT_LIMIT_MS;
}

static int take_state_dir(struct evpnd *e, struct evpn_error *err)
{
	/* A dry run changes nothing, so it may run beside another evpnd. */
	if (e->mode == EVPND_DRY_RUN)
		return 0;
	if (record_make_dir(e->run.options.state_dir, err) < 0)
		return -1;
	return record_lock(e->run.options.state_dir, e->run.options.instance, &e->lock, err);
}

static int loop(struct evpnd *e, const struct evpnd_options *options, struct evpn_error *err)
{
	const struct watch_callbacks callbacks = {
		.advance = advance, .reloading = reloading, .show_state = show_state, .give_up = give_up, .arg = e
	};
	uint64_t limit = time_limit(e, options);
	int r;

	if (take_state_dir(e, err) < 0 || watch_new(&callbacks, &e->watch, err) < 0)
		return -1;
	if (e->mode == EVPND_DAEMON)
		watch_config(e->watch, &e->run);
	if (limit && watch_limit(e->watch, limit, err) < 0)
		return -1;
	r = watch_loop(e->watch, err);
	if (r >= 0)
		sd_notify(0, "STOPPING=1");
	return r;
}

/* Nothing else is going on: wait for the syntax check of frr.conf, if one runs. */
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

/* By the configuration alone: neither plugins nor FRR nor the kernel have a say in it. */
static int print_frr(const char *path, struct evpn_error *err)
{
	struct config_errors errors = { 0 };
	_cleanup_(config_freep) struct config *config = config_load(path, &errors);
	_cleanup_free_ char *text = NULL;

	for (size_t i = 0; i < errors.n_lines; i++)
		fprintf(stderr, "%s\n", errors.lines[i]);
	config_errors_clear(&errors);
	if (!config)
		return EVPND_CONFIG;
	if (frrfile_wanted(config, &text, err) < 0)
		return -1;
	fputs(text, stdout);
	return EVPND_OK;
}

static int run_mode(struct evpnd *e, const struct evpnd_options *options, struct evpn_error *err)
{
	switch (e->mode) {
	case EVPND_CHECK:
		return check(e);
	case EVPND_PRINT_FRR:
		return print_frr(options->config_path, err);
	case EVPND_DAEMON:
	case EVPND_ONCE:
	case EVPND_DRY_RUN:
	case EVPND_DOWN:
		return loop(e, options, err);
	}
	return EVPND_USAGE;
}

/* NULL: who only asks shall hear of the file that is there. */
static char *last_good_path(const struct evpnd_options *options)
{
	if (options->mode == EVPND_CHECK || options->mode == EVPND_PRINT_FRR ||
	    (options->mode == EVPND_DRY_RUN && !options->down))
		return NULL;
	if (options->last_good)
		return xstrdup(options->last_good);
	return options->state_dir ? xasprintf("%s/last-good.conf", options->state_dir)
				  : xasprintf(KEPT_ROOT "/%s.conf", options->instance);
}

int evpnd_run(const struct evpnd_options *options)
{
	_cleanup_free_ char *state_dir = options->state_dir ? xstrdup(options->state_dir)
							    : xasprintf(STATE_ROOT "/%s", options->instance);
	_cleanup_free_ char *last_good = last_good_path(options);
	bool down = options->down || options->mode == EVPND_DOWN;
	struct run_options run_options = { .config_path = options->config_path,
					   .instance = options->instance,
					   .state_dir = state_dir,
					   .last_good = last_good,
					   .falls_back = options->mode == EVPND_DAEMON || down,
					   .dry_run = options->mode == EVPND_DRY_RUN,
					   .down = down,
					   .listen = options->mode == EVPND_DAEMON,
					   .after_op = options->after_op,
					   .before_step = options->before_step };
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
