/* SPDX-License-Identifier: Apache-2.0 */
/* watch.c - see watch.h */
#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <systemd/sd-event.h>

#include "config_watch.h"
#include "log.h"
#include "steps.h"
#include "steps_frr.h"
#include "steps_load.h"
#include "util.h"
#include "watch.h"

/* A burst of triggers (a container that starts writes several files) is one run. */
#define DEBOUNCE_US 10000
/* A plugin whose on_event fails is left alone for as long. */
#define PLUGIN_PAUSE_MS 1000
/* sd-event's own is 250 ms, which would be added to each pause of a few. */
#define ACCURACY_US 1000

enum source { SOURCE_NETNS, SOURCE_FRR, SOURCE_CHILD, SOURCE_TIMER, SOURCE_KERNEL, SOURCE_FRR_KERNEL };
#define SOURCE_COUNT 6

struct watch {
	sd_event *event;
	struct watch_callbacks callbacks;
	sd_event_source *sources[SOURCE_COUNT]; /* between runs */
	sd_event_source *debounce, *limit;
	struct confwatch *files;
	uint64_t files_of; /* the run whose files they are, by its start */
	bool deaf; /* the warning that they cannot be watched has been given */
	sd_event_source *look; /* the look at the kernel that notifications ask for; across the waiting of a run */
	bool looks_soon; /* `look` is armed for an event, not for a pause's end */
	struct run *run;
};

static void look_after(struct watch *watch, uint64_t us)
{
	sd_event_source_set_time_relative(watch->look, us);
	sd_event_source_set_enabled(watch->look, SD_EVENT_ONESHOT);
}

static bool is_triggered(const struct watch *watch)
{
	int enabled = SD_EVENT_OFF;

	return sd_event_source_get_enabled(watch->debounce, &enabled) > 0;
}

static void advance(struct watch *watch, enum pipeline_input input)
{
	/* Going on is of no use when all begins anew in a moment; FRR's namespace may be let go of already. */
	if (input == PIPELINE_RETRY && is_triggered(watch))
		return;
	/* A new run reads everything: no look is due any more. */
	if (input == PIPELINE_TRIGGER || (watch->run && watch->run->state.phase == PIPELINE_FAILED)) {
		sd_event_source_set_enabled(watch->look, SD_EVENT_OFF);
		watch->looks_soon = false;
	}
	watch->callbacks.advance(watch->callbacks.arg, input);
}

static int on_debounce(sd_event_source *source, uint64_t usec, void *arg)
{
	advance(arg, PIPELINE_TRIGGER);
	return 0;
}

static void trigger(struct watch *watch)
{
	/* The first trigger sets the time: a stream of them cannot put the run off for ever. */
	if (is_triggered(watch))
		return;
	sd_event_source_set_time_relative(watch->debounce, DEBOUNCE_US);
	sd_event_source_set_enabled(watch->debounce, SD_EVENT_ONESHOT);
}

static int on_stop_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *arg)
{
	watch_stop(arg, 0);
	return 0;
}

static int on_hangup(sd_event_source *source, const struct signalfd_siginfo *info, void *arg)
{
	struct watch *watch = arg;

	watch->callbacks.reloading(watch->callbacks.arg);
	trigger(watch);
	return 0;
}

static void on_files(void *arg)
{
	struct watch *watch = arg;

	watch->callbacks.reloading(watch->callbacks.arg);
	advance(watch, PIPELINE_TRIGGER);
}

static int on_user1(sd_event_source *source, const struct signalfd_siginfo *info, void *arg)
{
	struct watch *watch = arg;

	watch->callbacks.show_state(watch->callbacks.arg);
	return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *arg)
{
	advance(arg, PIPELINE_RETRY);
	return 0;
}

static int on_child(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct watch *watch = arg;

	watch->run->check_ended = true;
	advance(watch, PIPELINE_RETRY);
	return 0;
}

static int set_timer(struct watch *watch, uint64_t ms)
{
	sd_event_source_unref(watch->sources[SOURCE_TIMER]);
	watch->sources[SOURCE_TIMER] = NULL;
	return sd_event_add_time_relative(watch->event, &watch->sources[SOURCE_TIMER], CLOCK_MONOTONIC, ms * 1000,
					  ACCURACY_US, on_timer, watch);
}

/* Its descriptor may stay readable: without the pause the loop would spin and fill the log. */
static void plugin_failed(struct watch *watch, sd_event_source *source, const char *name, const char *why)
{
	log_error("plugin %s: %s", name, why);
	sd_event_source_set_enabled(source, SD_EVENT_OFF);
	if (!watch->sources[SOURCE_TIMER])
		set_timer(watch, PLUGIN_PAUSE_MS);
}

static int on_look(sd_event_source *source, uint64_t usec, void *arg)
{
	struct watch *watch = arg;
	uint32_t wait = guard_look(watch->run);

	watch->looks_soon = false;
	if (wait == 0)
		advance(watch, PIPELINE_TRIGGER);
	else if (wait != GUARD_NOTHING)
		look_after(watch, wait * 1000ull);
	return 0;
}

static int on_kernel(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct watch *watch = arg;

	/* As with triggers, the first one sets the time. */
	if (!guard_read(watch->run, source == watch->sources[SOURCE_KERNEL] ? NET_NS_HOST : NET_NS_FRR) ||
	    watch->looks_soon)
		return 0;
	watch->looks_soon = true;
	look_after(watch, DEBOUNCE_US);
	return 0;
}

static void drop_source(struct watch *watch, enum source which)
{
	sd_event_source_disable_unref(watch->sources[which]);
	watch->sources[which] = NULL;
}

static void plugin_event(struct watch *watch, enum source which, struct plugin *plugin)
{
	struct evpn_error err = { 0 };
	int r = plugin->api.on_event(plugin->self, &err);

	/* Before anything else: FRR's namespace may be dead but for us, and the NIC in it. */
	if (which == SOURCE_NETNS && (r < 0 || r == EVPN_EVENT_CHANGED)) {
		drop_source(watch, SOURCE_FRR_KERNEL);
		guard_release(watch->run);
	}
	if (which == SOURCE_FRR && r == EVPN_EVENT_CHANGED)
		steps_frr_forget(watch->run);
	if (r < 0)
		plugin_failed(watch, watch->sources[which], plugin->api.name, err.msg);
	else if (r == EVPN_EVENT_RETRY)
		advance(watch, PIPELINE_RETRY);
	else if (r == EVPN_EVENT_CHANGED)
		trigger(watch);
}

static int on_netns(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct watch *watch = arg;

	plugin_event(watch, SOURCE_NETNS, watch->run->netns);
	return 0;
}

static int on_frr(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct watch *watch = arg;

	plugin_event(watch, SOURCE_FRR, watch->run->frr);
	return 0;
}

static int add_signals(struct watch *watch)
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
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigaddset(&set, signals[i].number);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	for (size_t i = 0; r >= 0 && i < ARRAY_LEN(signals); i++)
		r = sd_event_add_signal(watch->event, NULL, signals[i].number, signals[i].handler, watch);
	return r;
}

int watch_new(const struct watch_callbacks *callbacks, struct watch **ret_watch, struct evpn_error *err)
{
	_cleanup_watch_ struct watch *watch = xcalloc(1, sizeof(*watch));
	int r;

	watch->callbacks = *callbacks;
	r = sd_event_new(&watch->event);
	if (r >= 0)
		r = add_signals(watch);
	if (r >= 0)
		r = sd_event_add_time_relative(watch->event, &watch->debounce, CLOCK_MONOTONIC, 0, ACCURACY_US,
					       on_debounce, watch);
	if (r >= 0)
		r = sd_event_add_time_relative(watch->event, &watch->look, CLOCK_MONOTONIC, 0, ACCURACY_US, on_look,
					       watch);
	if (r >= 0)
		r = sd_event_source_set_enabled(watch->look, SD_EVENT_OFF);
	/* Only where systemd asks for it (WATCHDOG_USEC). */
	if (r >= 0)
		r = sd_event_set_watchdog(watch->event, true);
	if (r < 0)
		return evpn_fail(err, -r, "event loop: %s", strerror(-r));
	*ret_watch = util_take_ptr(&watch);
	return 0;
}

void watch_free(struct watch *watch)
{
	if (!watch)
		return;
	watch_disarm(watch);
	sd_event_source_unref(watch->debounce);
	sd_event_source_unref(watch->limit);
	sd_event_source_unref(watch->look);
	confwatch_free(watch->files);
	sd_event_unref(watch->event);
	free(watch);
}

void watch_freep(struct watch **watch)
{
	watch_free(*watch);
}

void watch_disarm(struct watch *watch)
{
	for (int i = 0; i < SOURCE_COUNT; i++)
		drop_source(watch, (enum source)i);
}

static int add_fd(struct watch *watch, enum source which, int fd, sd_event_io_handler_t handler)
{
	return fd < 0 ? 0 : sd_event_add_io(watch->event, &watch->sources[which], fd, EPOLLIN, handler, watch);
}

static int add_plugin(struct watch *watch, enum source which, const struct plugin *plugin,
		      sd_event_io_handler_t handler)
{
	return plugin ? add_fd(watch, which, plugin->event_fd, handler) : 0;
}

/* The run's end, or its waiting: from here on the kernel's notifications count. */
static int arm_guard(struct watch *watch, struct run *run)
{
	uint32_t wait = guard_settle(run);
	int r = 0;

	if (wait == 0)
		trigger(watch);
	else if (wait != GUARD_NOTHING)
		look_after(watch, wait * 1000ull);
	if (run->guard.monitors[NET_NS_HOST])
		r = add_fd(watch, SOURCE_KERNEL, monitor_fd(run->guard.monitors[NET_NS_HOST]), on_kernel);
	if (r >= 0 && run->guard.monitors[NET_NS_FRR])
		r = add_fd(watch, SOURCE_FRR_KERNEL, monitor_fd(run->guard.monitors[NET_NS_FRR]), on_kernel);
	return r;
}

/* The files that this run read, or would have. */
static int set_files(struct watch *watch, const struct run *run, uint64_t age_us, struct evpn_error *err)
{
	size_t n;
	_cleanup_free_ const char **paths = steps_load_files(run, &n);

	if (!watch->files && confwatch_new(watch->event, on_files, watch, &watch->files, err) < 0)
		return -1;
	return confwatch_set(watch->files, paths, n, age_us, err);
}

static void watch_files(struct watch *watch, const struct run *run, uint64_t age_us)
{
	struct evpn_error err = { 0 };
	bool deaf = set_files(watch, run, age_us, &err) < 0;

	if (deaf && !watch->deaf)
		log_warning("%s; SIGHUP (systemctl reload) makes evpnd read its configuration anew", err.msg);
	watch->deaf = deaf;
}

void watch_config(struct watch *watch, const struct run *run)
{
	watch_files(watch, run, 0);
}

static void arm_files(struct watch *watch, const struct run *run)
{
	if (!run->options.listen || watch->files_of == run->started_us)
		return;
	watch->files_of = run->started_us;
	watch_files(watch, run, steps_now_us() - run->started_us);
}

int watch_arm(struct watch *watch, struct run *run, struct evpn_error *err)
{
	const struct pipeline_state *state = &run->state;
	int r;

	watch->run = run;
	arm_files(watch, run);
	r = add_plugin(watch, SOURCE_NETNS, run->netns, on_netns);
	if (r >= 0)
		r = add_plugin(watch, SOURCE_FRR, run->frr, on_frr);
	if (r >= 0)
		r = arm_guard(watch, run);
	if (r >= 0)
		r = add_fd(watch, SOURCE_CHILD, run->check.pidfd, on_child);
	if (r >= 0 && state->phase == PIPELINE_WAITING && run->wait_ms)
		r = set_timer(watch, run->wait_ms);
	else if (r >= 0 && state->phase == PIPELINE_FAILED)
		r = set_timer(watch, pipeline_pause_ms(state->failures));
	return r < 0 ? evpn_fail(err, -r, "event loop: %s", strerror(-r)) : 0;
}

static int on_limit_passed(sd_event_source *source, uint64_t usec, void *arg)
{
	struct watch *watch = arg;

	watch->callbacks.give_up(watch->callbacks.arg);
	return 0;
}

int watch_limit(struct watch *watch, uint64_t ms, struct evpn_error *err)
{
	int r = sd_event_add_time_relative(watch->event, &watch->limit, CLOCK_MONOTONIC, ms * 1000, ACCURACY_US,
					   on_limit_passed, watch);

	return r < 0 ? evpn_fail(err, -r, "event loop: %s", strerror(-r)) : 0;
}

int watch_loop(struct watch *watch, struct evpn_error *err)
{
	/* The debounce timer is armed from birth and due at once: it is the first trigger. */
	int r = sd_event_loop(watch->event);

	return r < 0 ? evpn_fail(err, -r, "event loop: %s", strerror(-r)) : r;
}

void watch_stop(struct watch *watch, int code)
{
	sd_event_exit(watch->event, code);
}
