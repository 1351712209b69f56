/* SPDX-License-Identifier: Apache-2.0 */
/* events.c - see events.h */
#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "run/drift.h"
#include "run/events_parts.h"
#include "run/plugin_call.h"
#include "run/report.h"
#include "run/steps.h"

bool events_is_triggered(const struct events *events)
{
	int enabled = SD_EVENT_OFF;

	return sd_event_source_get_enabled(events->debounce, &enabled) > 0;
}

/* Whether there is something that can be tried again. */
static bool can_retry(const struct events *events)
{
	enum pipeline_phase phase = events->daemon->state.phase;

	/* A new run begins in a moment, and FRR's namespace may be closed already: the present one need not go on. */
	return (phase == PIPELINE_WAITING || phase == PIPELINE_FAILED) && !events_is_triggered(events);
}

void events_advance(struct events *events, enum pipeline_input input)
{
	if (input == PIPELINE_RETRY && !can_retry(events))
		return;
	/* A new run reads everything: no look is due any more. */
	if (input == PIPELINE_TRIGGER || (events->daemon && events->daemon->state.phase == PIPELINE_FAILED)) {
		sd_event_source_set_enabled(events->look, SD_EVENT_OFF);
		events->looks_soon = false;
	}
	if (events->daemon && input == PIPELINE_RETRY && events->daemon->state.phase == PIPELINE_FAILED)
		events->daemon->trigger = "retry";
	events->callbacks.advance(events->callbacks.arg, input);
}

void events_run(struct events *events, const char *why)
{
	if (events->daemon)
		events->daemon->trigger = why;
	events_advance(events, PIPELINE_TRIGGER);
}

static int on_debounce(sd_event_source *source, uint64_t usec, void *arg)
{
	struct events *events = arg;

	events_run(events, events->trigger);
	return 0;
}

void events_trigger(struct events *events, const char *why)
{
	/* The first trigger sets the time: a stream of them cannot delay the run for ever. */
	if (events_is_triggered(events))
		return;
	events->trigger = why;
	sd_event_source_set_time_relative(events->debounce, EVENTS_DEBOUNCE_US);
	sd_event_source_set_enabled(events->debounce, SD_EVENT_ONESHOT);
}

static int on_stop_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *arg)
{
	struct events *events = arg;

	if (!events->callbacks.stopping(events->callbacks.arg))
		events_stop(events, 0);
	return 0;
}

static int on_hangup(sd_event_source *source, const struct signalfd_siginfo *info, void *arg)
{
	struct events *events = arg;

	events->callbacks.reloading(events->callbacks.arg);
	events_trigger(events, "SIGHUP");
	return 0;
}

static void on_files(void *arg)
{
	struct events *events = arg;

	if (events->callbacks.wrote_files(events->callbacks.arg))
		return;
	events->callbacks.reloading(events->callbacks.arg);
	events_run(events, "configuration");
}

static int on_user1(sd_event_source *source, const struct signalfd_siginfo *info, void *arg)
{
	struct events *events = arg;

	events->callbacks.show_state(events->callbacks.arg);
	return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *arg)
{
	events_advance(arg, PIPELINE_RETRY);
	return 0;
}

static int on_wait(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	events_advance(arg, PIPELINE_RETRY);
	return 0;
}

/* sd-event reaps the child when this has returned. */
static int on_child(sd_event_source *source, const siginfo_t *info, void *arg)
{
	struct events *events = arg;

	child_ended(&events->daemon->frr.check,
		    info->si_code == CLD_EXITED ? W_EXITCODE(info->si_status, 0) : info->si_status);
	events_advance(events, PIPELINE_RETRY);
	return 0;
}

static int set_timer(struct events *events, uint64_t ms)
{
	sd_event_source_unref(events->sources[SOURCE_TIMER]);
	events->sources[SOURCE_TIMER] = NULL;
	return sd_event_add_time_relative(events->event, &events->sources[SOURCE_TIMER], CLOCK_MONOTONIC, ms * 1000,
					  EVENTS_ACCURACY_US, on_timer, events);
}

void events_drop_source(struct events *events, enum events_source which)
{
	sd_event_source_disable_unref(events->sources[which]);
	events->sources[which] = NULL;
}

static int add_signals(struct events *events)
{
	static const struct {
		int number;
		sd_event_signal_handler_t handler;
	} signals[] = {
		{ SIGTERM, on_stop_signal }, { SIGINT, on_stop_signal }, { SIGHUP, on_hangup }, { SIGUSR1, on_user1 }
	};
	sigset_t set;
	int r = 0;

	sigemptyset(&set);
	/* sd_event_add_child_pidfd(3) wants it blocked. */
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigaddset(&set, signals[i].number);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	for (size_t i = 0; r >= 0 && i < ARRAY_LEN(signals); i++)
		r = sd_event_add_signal(events->event, NULL, signals[i].number, signals[i].handler, events);
	return r;
}

int events_new(const struct events_callbacks *callbacks, struct events **ret_events, struct evpn_error *err)
{
	_cleanup_events_ struct events *events = xcalloc(1, sizeof(*events));
	int r;

	events->callbacks = *callbacks;
	events->trigger = "start";
	r = sd_event_new(&events->event);
	if (r >= 0)
		r = add_signals(events);
	if (r >= 0)
		r = sd_event_add_time_relative(events->event, &events->debounce, CLOCK_MONOTONIC, 0, EVENTS_ACCURACY_US,
					       on_debounce, events);
	if (r >= 0)
		r = sd_event_add_time_relative(events->event, &events->look, CLOCK_MONOTONIC, 0, EVENTS_ACCURACY_US,
					       events_on_look, events);
	if (r >= 0)
		r = sd_event_source_set_enabled(events->look, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_add_time_relative(events->event, &events->keep, CLOCK_MONOTONIC, 0, EVENTS_ACCURACY_US,
					       events_on_keep, events);
	if (r >= 0)
		r = sd_event_source_set_enabled(events->keep, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_add_time_relative(events->event, &events->health, CLOCK_MONOTONIC, 0, EVENTS_ACCURACY_US,
					       events_on_health, events);
	if (r >= 0)
		r = sd_event_source_set_enabled(events->health, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_add_time_relative(events->event, &events->asking, CLOCK_MONOTONIC, 0, EVENTS_ACCURACY_US,
					       events_on_asking, events);
	if (r >= 0)
		r = sd_event_source_set_enabled(events->asking, SD_EVENT_OFF);
	if (r >= 0)
		r = events_add_output(events);
	if (r < 0)
		return evpn_fail(err, -r, "event loop: %s", strerror(-r));
	*ret_events = util_take_ptr(&events);
	return 0;
}

void events_free(struct events *events)
{
	if (!events)
		return;
	events_disarm(events);
	sd_event_source_unref(events->debounce);
	sd_event_source_unref(events->limit);
	sd_event_source_unref(events->look);
	sd_event_source_unref(events->keep);
	sd_event_source_unref(events->health);
	sd_event_source_unref(events->asking);
	events_free_output(events);
	config_watch_free(events->files);
	sd_event_unref(events->event);
	free(events);
}

void events_freep(struct events **events)
{
	events_free(*events);
}

void events_disarm(struct events *events)
{
	for (int i = 0; i < SOURCE_COUNT; i++)
		events_drop_source(events, (enum events_source)i);
}

int events_add_fd(struct events *events, enum events_source which, int fd, sd_event_io_handler_t handler)
{
	return fd < 0 ? 0 : sd_event_add_io(events->event, &events->sources[which], fd, EPOLLIN, handler, events);
}

static int add_child(struct events *events, const struct child *child)
{
	if (!child->pid || child->ended)
		return 0;
	return sd_event_add_child_pidfd(events->event, &events->sources[SOURCE_CHILD], child->pidfd, WEXITED, on_child,
					events);
}

/* The files that this run read, or would have read. */
static int set_files(struct events *events, const struct run *run, uint64_t age_us, struct evpn_error *err)
{
	size_t n;
	_cleanup_free_ const char **paths = step_load_files(run, &n);

	if (!events->files && config_watch_new(events->event, on_files, events, &events->files, err) < 0)
		return -1;
	return config_watch_set(events->files, paths, n, age_us, err);
}

static void watch_files(struct events *events, const struct run *run, uint64_t age_us)
{
	struct evpn_error err = { 0 };
	bool unwatched = set_files(events, run, age_us, &err) < 0;

	if (unwatched && !events->unwatched)
		log_warning("%s; evpnd reads its configuration anew on SIGHUP only (systemctl reload evpnd)", err.msg);
	events->unwatched = unwatched;
}

struct sd_event *events_event(struct events *events)
{
	return events->event;
}

void events_config(struct events *events, const struct daemon *daemon)
{
	watch_files(events, &daemon->run, 0);
}

static void arm_files(struct events *events, const struct run *run)
{
	if (!run->options->listen || events->files_of == run->started_us)
		return;
	events->files_of = run->started_us;
	watch_files(events, run, clock_us() - run->started_us);
}

/* When the waiting step is asked again even if nothing happens, in ms; 0: never. */
static uint64_t wait_time(const struct daemon *daemon)
{
	const struct setup *setup = &daemon->setup;
	uint64_t ms = daemon->run.wait_ms;

	if (daemon->state.phase != PIPELINE_WAITING)
		return 0;
	if ((plugin_needs_polling(setup->netns) || plugin_needs_polling(setup->frr)) && (!ms || ms > PLUGIN_POLL_MS))
		ms = PLUGIN_POLL_MS;
	return ms;
}

int events_arm(struct events *events, struct daemon *daemon, struct evpn_error *err)
{
	const struct pipeline_state *state = &daemon->state;
	int r;

	events->daemon = daemon;
	arm_files(events, &daemon->run);
	r = events_watch_plugin(events, SOURCE_NETNS);
	if (r >= 0)
		r = events_watch_plugin(events, SOURCE_FRR);
	if (r >= 0)
		r = events_arm_drift(events);
	if (r >= 0)
		r = events_arm_keep(events);
	if (r >= 0)
		r = add_child(events, &daemon->frr.check);
	if (r >= 0)
		r = events_arm_dhcp(events);
	if (r >= 0 && state->phase == PIPELINE_WAITING)
		r = events_add_fd(events, SOURCE_WAIT, daemon->run.wait_fd, on_wait);
	if (r >= 0 && wait_time(daemon))
		r = set_timer(events, wait_time(daemon));
	else if (r >= 0 && state->phase == PIPELINE_FAILED)
		r = set_timer(events, clock_backoff_ms(state->failures));
	if (r >= 0)
		events_arm_health(events);
	events_ask(events);
	return r < 0 ? evpn_fail(err, -r, "event loop: %s", strerror(-r)) : 0;
}

static int on_limit_passed(sd_event_source *source, uint64_t usec, void *arg)
{
	struct events *events = arg;

	events->callbacks.give_up(events->callbacks.arg);
	return 0;
}

int events_limit(struct events *events, uint64_t ms, struct evpn_error *err)
{
	int r;

	sd_event_source_disable_unref(events->limit);
	events->limit = NULL;
	r = sd_event_add_time_relative(events->event, &events->limit, CLOCK_MONOTONIC, ms * 1000, EVENTS_ACCURACY_US,
				       on_limit_passed, events);
	return r < 0 ? evpn_fail(err, -r, "event loop: %s", strerror(-r)) : 0;
}

int events_loop(struct events *events, struct evpn_error *err)
{
	/* The debounce timer is armed when it is made and due at once: it is the first trigger. */
	int r = sd_event_loop(events->event);

	return r < 0 ? evpn_fail(err, -r, "event loop: %s", strerror(-r)) : r;
}

void events_stop(struct events *events, int code)
{
	sd_event_exit(events->event, code);
}
