/* SPDX-License-Identifier: Apache-2.0 */
/* forecast.c - see forecast.h */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>

#include "base/clock.h"
#include "base/util.h"
#include "run/dryrun.h"
#include "run/evpnd.h"
#include "run/forecast.h"
#include "run/plugin_call.h"
#include "run/report.h"

#define ACCURACY_US 1000
/* The syntax check has a limit of its own, which a slow host may need. */
#define CHECK_MS 35000

enum source { ON_NETNS, ON_FRR, ON_CHILD, ON_WAIT, ON_TIMER, SOURCE_COUNT };

struct forecast {
	struct sd_event *event;
	sd_event_source *begin, *limit;
	sd_event_source *sources[SOURCE_COUNT]; /* of what the present step waits for */
	struct daemon daemon;
	char *text, *name;
	bool json, extended;
	forecast_fn *ended;
	void *arg;
};

static void disarm(struct forecast *forecast)
{
	for (int i = 0; i < SOURCE_COUNT; i++) {
		sd_event_source_disable_unref(forecast->sources[i]);
		forecast->sources[i] = NULL;
	}
}

static void take_lines(struct config_errors *errors, char *const *lines, size_t n)
{
	for (size_t i = 0; i < n; i++)
		config_errors_add(errors, NULL, "%s", lines[i]);
}

static void take_warnings(const struct daemon *daemon, struct config_errors *warnings)
{
	const struct config *config = daemon->setup.config;

	if (config)
		take_lines(warnings, config->warnings, config->n_warnings);
	take_lines(warnings, daemon->setup.warned.lines, daemon->setup.warned.n_lines);
	take_lines(warnings, daemon->run.notes.lines, daemon->run.notes.n_lines);
}

static void print_plan(const struct forecast *forecast, struct forecast_result *result)
{
	size_t len;
	FILE *out = xopen_text(&result->plan, &len);
	int code = dryrun_print(&forecast->daemon.run, forecast->json, out);

	xclose_text(out);
	result->good = true;
	result->changes = code == EVPND_CHANGES;
	result->problems = code == EVPND_FAILED;
}

/* Tells the result. The forecast may be gone afterwards. */
static void finish(struct forecast *forecast, const char *late)
{
	const struct daemon *daemon = &forecast->daemon;
	struct forecast_result result = { .config = daemon->setup.config };

	disarm(forecast);
	sd_event_source_set_enabled(forecast->limit, SD_EVENT_OFF);
	take_lines(&result.errors, daemon->setup.errors.lines, daemon->setup.errors.n_lines);
	if (late)
		config_errors_add(&result.errors, NULL, "%s", late);
	else if (daemon->state.phase == PIPELINE_RUNNING)
		print_plan(forecast, &result);
	else if (daemon->state.phase == PIPELINE_CONVERGED)
		result.good = true;
	else if (!result.errors.n_lines)
		config_errors_add(&result.errors, NULL, "%s: %s", pipeline_step_name(daemon->state.step),
				  daemon->run.err.msg);
	result.good &= !result.errors.n_lines;
	take_warnings(daemon, &result.warnings);
	forecast->ended(forecast->arg, &result);
	free(result.plan);
	config_errors_clear(&result.errors);
	config_errors_clear(&result.warnings);
}

static void advance(struct forecast *forecast, enum pipeline_input input);

static int on_retry(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	advance(arg, PIPELINE_RETRY);
	return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *arg)
{
	advance(arg, PIPELINE_RETRY);
	return 0;
}

static int on_child(sd_event_source *source, const siginfo_t *info, void *arg)
{
	struct forecast *forecast = arg;

	child_ended(&forecast->daemon.frr.check,
		    info->si_code == CLD_EXITED ? W_EXITCODE(info->si_status, 0) : info->si_status);
	advance(forecast, PIPELINE_RETRY);
	return 0;
}

/* A plugin that reports changes without end is bounded by the forecast's time. */
static void take_event(struct forecast *forecast, struct plugin *plugin)
{
	struct evpn_error err = { 0 };
	int r = plugin_on_event(plugin, &err);

	if (r == EVPN_EVENT_NONE)
		return;
	if (r != EVPN_EVENT_RETRY)
		run_release_netns(&forecast->daemon.run);
	advance(forecast, r == EVPN_EVENT_RETRY ? PIPELINE_RETRY : PIPELINE_TRIGGER);
}

static int on_netns(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct forecast *forecast = arg;

	take_event(forecast, forecast->daemon.setup.netns);
	return 0;
}

static int on_frr(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct forecast *forecast = arg;

	take_event(forecast, forecast->daemon.setup.frr);
	return 0;
}

static int add_fd(struct forecast *forecast, enum source which, int fd, sd_event_io_handler_t handler)
{
	return fd < 0 ? 0 : sd_event_add_io(forecast->event, &forecast->sources[which], fd, EPOLLIN, handler, forecast);
}

static int add_time(struct forecast *forecast, sd_event_source **source, uint64_t ms, sd_event_time_handler_t handler)
{
	return sd_event_add_time_relative(forecast->event, source, CLOCK_MONOTONIC, ms * 1000, ACCURACY_US, handler,
					  forecast);
}

static int arm(struct forecast *forecast)
{
	struct daemon *daemon = &forecast->daemon;
	const struct setup *setup = &daemon->setup;
	const struct child *check = &daemon->frr.check;
	uint64_t ms = daemon->run.wait_ms;
	int r = 0;

	if ((plugin_needs_polling(setup->netns) || plugin_needs_polling(setup->frr)) && (!ms || ms > PLUGIN_POLL_MS))
		ms = PLUGIN_POLL_MS;
	if (setup->netns)
		r = add_fd(forecast, ON_NETNS, setup->netns->event_fd, on_netns);
	if (r >= 0 && setup->frr)
		r = add_fd(forecast, ON_FRR, setup->frr->event_fd, on_frr);
	if (r >= 0 && check->pid && !check->ended)
		r = sd_event_add_child_pidfd(forecast->event, &forecast->sources[ON_CHILD], check->pidfd, WEXITED,
					     on_child, forecast);
	if (r >= 0)
		r = add_fd(forecast, ON_WAIT, daemon->run.wait_fd, on_retry);
	if (r >= 0 && ms)
		r = add_time(forecast, &forecast->sources[ON_TIMER], ms, on_timer);
	return r;
}

static void advance(struct forecast *forecast, enum pipeline_input input)
{
	_cleanup_free_ char *late = NULL;
	int r;

	disarm(forecast);
	pipeline_run(&forecast->daemon, input);
	if (forecast->daemon.state.phase != PIPELINE_WAITING) {
		finish(forecast, NULL);
		return;
	}
	r = arm(forecast);
	if (r >= 0)
		return;
	late = xasprintf("event loop: %s", strerror(-r));
	finish(forecast, late);
}

static int on_begin(sd_event_source *source, uint64_t usec, void *arg)
{
	advance(arg, PIPELINE_TRIGGER);
	return 0;
}

static int on_limit(sd_event_source *source, uint64_t usec, void *arg)
{
	struct forecast *forecast = arg;
	_cleanup_free_ char *status = NULL, *late = NULL;

	if (forecast->daemon.state.step == STEP_CHECK_SYNTAX && !forecast->extended) {
		forecast->extended = true;
		sd_event_source_set_time_relative(source, CHECK_MS * 1000ull);
		sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
		return 0;
	}
	status = report_status(&forecast->daemon);
	late = xasprintf("not finished within the time limit; %s", status);
	finish(forecast, late);
	return 0;
}

static int add_sources(struct forecast *forecast, uint64_t limit_ms, struct evpn_error *err)
{
	int r = add_time(forecast, &forecast->begin, 0, on_begin);

	if (r >= 0)
		r = add_time(forecast, &forecast->limit, limit_ms, on_limit);
	return r < 0 ? evpn_fail(err, -r, "event loop: %s", strerror(-r)) : 0;
}

struct forecast *forecast_new(const struct daemon *daemon, struct sd_event *event,
			      const struct forecast_request *request, forecast_fn *ended, void *arg,
			      struct evpn_error *err)
{
	struct forecast *forecast = xcalloc(1, sizeof(*forecast));
	struct run_options options = { .goal = request->goal,
				       .dry_run = request->goal != RUN_CHECK,
				       .quiet = true,
				       .config_path = daemon->options.config_path,
				       .instance = daemon->options.instance,
				       .state_dir = daemon->options.state_dir };

	forecast->event = sd_event_ref(event);
	forecast->text = request->text ? xstrdup(request->text) : NULL;
	forecast->name = request->name ? xstrdup(request->name) : NULL;
	forecast->json = request->json;
	forecast->ended = ended;
	forecast->arg = arg;
	options.config_text = forecast->text;
	options.config_name = forecast->name;
	if (daemon_init(&forecast->daemon, &options, err) < 0 || add_sources(forecast, request->limit_ms, err) < 0) {
		forecast_free(forecast);
		return NULL;
	}
	return forecast;
}

void forecast_free(struct forecast *forecast)
{
	if (!forecast)
		return;
	disarm(forecast);
	sd_event_source_disable_unref(forecast->begin);
	sd_event_source_disable_unref(forecast->limit);
	daemon_free(&forecast->daemon);
	free(forecast->text);
	free(forecast->name);
	sd_event_unref(forecast->event);
	free(forecast);
}
