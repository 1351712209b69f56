/* SPDX-License-Identifier: Apache-2.0 */
/* evpnd.c - see evpnd.h */
#include <ctype.h>
#include <signal.h>

#include "base/escape.h"
#include "base/log.h"
#include "base/log_queue.h"
#include "base/util.h"
#include "config/config_index.h"
#include "config/config_lease.h"
#include "frr/frrfile.h"
#include "run/dryrun.h"
#include "run/evpnd_parts.h"
#include "run/notify.h"
#include "run/plugin_guard.h"
#include "run/report.h"
#include "run/state_dir.h"
#include "run/steps.h"

#define STATE_ROOT   "/run/evpnd"
#define KEPT_ROOT    "/var/lib/evpnd"
#define INSTANCE_MAX 32
/* How long the last lines of the log may take to be read. */
#define LAST_LINES_MS 2000

/* Below /run/evpnd: the directory of evpn-reloader's socket, which FRR's container has as a volume. */
static bool is_reserved(const char *name)
{
	return streq(name, "frr");
}

bool evpnd_valid_instance(const char *name)
{
	size_t len = strlen(name);

	if (is_reserved(name))
		return false;

	if (len == 0 || len > INSTANCE_MAX)
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && *name != '-' && *name != '_')
			return false;
	return true;
}

/* The exit code for a configuration that was not put into force: the host's faults are no errors of the operator's. */
static int exit_code_of_errors(const struct setup *setup)
{
	return setup->errors.transient ? EVPND_FAILED : EVPND_CONFIG;
}

/* The answer of --check: on stdout if all is good, else the errors on stderr. */
static int print_check(const struct daemon *daemon)
{
	const struct setup *setup = &daemon->setup;

	for (size_t i = 0; i < setup->errors.n_lines; i++)
		fprintf(stderr, "%s\n", setup->errors.lines[i]);
	if (setup->errors.n_lines)
		return exit_code_of_errors(setup);
	if (daemon->state.phase == PIPELINE_FAILED) {
		_cleanup_free_ char *shown = escape_text(daemon->run.err.msg);

		fprintf(stderr, "%s\n", shown);
		return util_is_transient(daemon->run.err.code) ? EVPND_FAILED : EVPND_CONFIG;
	}
	printf("%s: good: %zu L3VNIs, %zu L2VNIs, plugins %s and %s\n", daemon->options.config_path,
	       setup->config->n_l3vnis, setup->config->n_l2vnis, setup->netns->api.name, setup->frr->api.name);
	for (size_t i = 0; i < daemon->run.notes.n_lines; i++) {
		_cleanup_free_ char *shown = escape_line(daemon->run.notes.lines[i], ESCAPE_LINE_MAX);

		printf("note: %s\n", shown);
	}
	return EVPND_OK;
}

/* --once and --down end with the run. */
static int exit_code_of_run(const struct evpnd *e)
{
	const struct daemon *daemon = &e->daemon;

	if (daemon->state.phase == PIPELINE_FAILED)
		return EVPND_FAILED;
	if (e->options->healthy && daemon->health.state != HEALTHY)
		return EVPND_DEGRADED;
	/* The last good configuration is good enough to take everything down. */
	return daemon->setup.errors.n_lines && e->options->mode != EVPND_DOWN && !e->stopping
		       ? exit_code_of_errors(&daemon->setup)
		       : EVPND_OK;
}

/* Whether the health check has come to a result that time will not change by itself. */
static bool is_judged(const struct health_check *check)
{
	return check->state == HEALTHY || check->state == HEALTH_DEGRADED || check->unable;
}

/* Whether this run's end is the program's, and then its exit code. */
static bool is_over(const struct evpnd *e, int *ret_code)
{
	const struct daemon *daemon = &e->daemon;
	const struct pipeline_state *state = &daemon->state;
	bool ended = state->phase == PIPELINE_FAILED || state->phase == PIPELINE_CONVERGED;

	switch (e->options->mode) {
	case EVPND_CHECK:
		if (!ended)
			return false;
		*ret_code = print_check(daemon);
		return true;
	case EVPND_DRY_RUN:
		if (state->phase != PIPELINE_RUNNING && !ended)
			return false;
		if (ended)
			*ret_code = daemon->setup.config ? EVPND_FAILED : exit_code_of_errors(&daemon->setup);
		else
			*ret_code = dryrun_print(&daemon->run, e->options->json, stdout);
		return true;
	case EVPND_DAEMON:
	case EVPND_ONCE:
	case EVPND_DOWN:
	case EVPND_PRINT_FRR:
		break;
	}
	/* Without a configuration there is nothing to wait for, not even for the daemon. */
	if (state->phase == PIPELINE_FAILED && !daemon->setup.config) {
		*ret_code = exit_code_of_errors(&daemon->setup);
		return true;
	}
	if (!ended || (e->options->mode == EVPND_DAEMON && !e->stopping))
		return false;
	if (state->phase == PIPELINE_CONVERGED && e->options->healthy && !is_judged(&daemon->health))
		return false;
	*ret_code = exit_code_of_run(e);
	return true;
}

static void advance(void *arg, enum pipeline_input input)
{
	struct evpnd *e = arg;
	struct evpn_error err = { 0 };
	int code;

	events_disarm(e->events);
	pipeline_run(&e->daemon, input);
	if (e->options->mode != EVPND_CHECK)
		report_run(&e->report, &e->daemon);
	if (events_arm(e->events, &e->daemon, &err) < 0) {
		report_fault("%s", err.msg);
		events_stop(e->events, EVPND_FAILED);
	} else if (is_over(e, &code)) {
		events_stop(e->events, code);
	}
	evpnd_tell(e);
}

void evpnd_reloading(void *arg)
{
	struct evpnd *e = arg;

	if (e->options->mode == EVPND_DAEMON && !e->stopping)
		e->daemon.options.goal = RUN_UP;
	/* A reload that the operator demands restores FRR's configuration also with frr.drift = "report". */
	e->daemon.frr.compare = true;
	e->daemon.health.had_vteps = 0;
	report_reloading(&e->report);
}

static void checked(void *arg)
{
	struct evpnd *e = arg;
	int code;

	report_health(&e->report, &e->daemon);
	if (is_over(e, &code))
		events_stop(e->events, code);
	evpnd_tell(e);
}

static void show_state(void *arg)
{
	const struct evpnd *e = arg;
	_cleanup_free_ char *status = report_status(&e->daemon);

	log_notice("%s", status);
}

/* How long --dry-run and --down wait for FRR by default. */
#define SHORT_LIMIT_MS 5000

static uint64_t time_limit(const struct evpnd_options *options)
{
	bool is_short = options->mode == EVPND_DRY_RUN || options->mode == EVPND_DOWN;

	return options->timeout ? options->timeout * 1000ull : is_short ? SHORT_LIMIT_MS : 0;
}

/* The run goes on, and what follows has the same time. */
static void extend_limit(struct evpnd *e)
{
	struct evpn_error err = { 0 };

	if (evpnd_goes_on_stopping(e))
		return;
	if (events_limit(e->events, time_limit(e->options), &err) >= 0)
		return;
	report_fault("%s", err.msg);
	events_stop(e->events, EVPND_FAILED);
}

static void give_up(void *arg)
{
	struct evpnd *e = arg;
	struct daemon *daemon = &e->daemon;
	_cleanup_free_ char *status = report_status(daemon);

	if (daemon->options.goal == RUN_DOWN && daemon->state.step == STEP_FIND && !daemon->run.without_frr) {
		log_warning("%s; evpnd removes the devices on the host only", status);
		daemon->run.without_frr = true;
		extend_limit(e);
		advance(e, PIPELINE_RETRY);
		return;
	}
	/* The default limit is for FRR's namespace; the syntax check has a limit of its own, which a slow host may need. */
	if (e->options->mode == EVPND_DRY_RUN && !e->options->timeout && daemon->state.step == STEP_CHECK_SYNTAX) {
		extend_limit(e);
		return;
	}
	if (evpnd_goes_on_stopping(e))
		return;
	if (daemon->state.phase == PIPELINE_CONVERGED) {
		report_fault("not healthy within the time limit; %s", status);
		events_stop(e->events, EVPND_DEGRADED);
		return;
	}
	report_fault("not converged within the time limit; %s", status);
	events_stop(e->events, EVPND_FAILED);
}

static int take_state_dir(struct evpnd *e, struct evpn_error *err)
{
	const struct run_options *options = &e->daemon.options;

	/* These change nothing, so they may run beside another evpnd. */
	if (e->options->mode == EVPND_DRY_RUN || e->options->mode == EVPND_CHECK)
		return 0;
	if (state_dir_make(options->state_dir, err) < 0)
		return -1;
	return state_dir_lock(options->state_dir, options->instance, &e->lock, err);
}

static int loop(struct evpnd *e, struct evpn_error *err)
{
	const struct events_callbacks callbacks = { .advance = advance,
						    .wrote_files = evpnd_wrote_files,
						    .reloading = evpnd_reloading,
						    .stopping = evpnd_stopping,
						    .show_state = show_state,
						    .checked = checked,
						    .give_up = give_up,
						    .arg = e };
	uint64_t limit = time_limit(e->options);
	struct control_host host;
	const struct control *control = e->daemon.options.control;
	int r;

	if (take_state_dir(e, err) < 0 || events_new(&callbacks, &e->events, err) < 0)
		return -1;
	if (evpnd_start_trial(e, err) < 0)
		return -1;
	if (e->options->mode == EVPND_DAEMON)
		events_config(e->events, &e->daemon);
	if (limit && events_limit(e->events, limit, err) < 0)
		return -1;
	if (evpnd_start_control(e, &host, err) < 0)
		return -1;
	r = events_loop(e->events, err);
	if (e->options->mode == EVPND_DAEMON && trial_is_pending(e->trial))
		log_warning("a change of %s is not over, and nothing undoes it while evpnd does not run; the next "
			    "start goes "
			    "on with it",
			    e->options->config_path);
	if (control)
		control->stop(control->arg);
	if (r >= 0 && e->options->mode != EVPND_CHECK)
		notify_say("STOPPING=1");
	return r;
}

/* From the configuration alone: neither plugins nor FRR nor the kernel are asked. */
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

/* NULL: --check, --print-frr and --dry-run never fall back to the last good configuration. */
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
	struct run_options run_options = { .goal = options->mode == EVPND_CHECK ? RUN_CHECK
						   : down			? RUN_DOWN
										: RUN_UP,
					   .dry_run = options->mode == EVPND_DRY_RUN,
					   .listen = options->mode == EVPND_DAEMON,
					   .checks_health = options->mode == EVPND_DAEMON ||
							    (options->mode == EVPND_ONCE && options->healthy),
					   .falls_back = options->mode == EVPND_DAEMON || down,
					   .config_path = options->config_path,
					   .instance = options->instance,
					   .state_dir = state_dir,
					   .last_good = last_good,
					   .after_op = options->after_op,
					   .before_step = options->before_step,
					   .control = options->mode == EVPND_DAEMON ? options->control : NULL };
	struct evpnd e = { .options = options, .lock = -1 };
	struct evpn_error err = { 0 };
	int r;

	config_lease_set_dir(state_dir);
	config_index_set_dir(state_dir);
	/* The reader of the log or of a socket can end: the write must then fail, and not end evpnd. */
	signal(SIGPIPE, SIG_IGN);
	plugin_guard_begin();
	r = daemon_init(&e.daemon, &run_options, &err);
	if (r >= 0)
		r = options->mode == EVPND_PRINT_FRR ? print_frr(options->config_path, &err) : loop(&e, &err);
	if (r < 0)
		report_fault("%s", err.msg);
	trial_free(e.trial);
	events_free(e.events);
	daemon_free(&e.daemon);
	report_clear(&e.report);
	state_dir_unlock(&e.lock);
	plugin_guard_end();
	log_queue_flush(LAST_LINES_MS);
	return r < 0 ? EVPND_FAILED : r;
}
