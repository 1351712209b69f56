/* SPDX-License-Identifier: Apache-2.0 */
/* events_plugin.c - the plugins' events, and the pauses of a plugin that has too many of them; see events.h, plugin_pace.h */
#include <errno.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "run/events_parts.h"
#include "run/plugin_call.h"
#include "run/report.h"
#include "run/steps.h"

static struct plugin *plugin_of(const struct events *events, enum events_source which)
{
	const struct setup *setup = &events->daemon->setup;

	return which == SOURCE_NETNS ? setup->netns : setup->frr;
}

/* What the event makes evpnd do. An event of which evpnd learns nothing costs its call. */
static enum plugin_cost cost_of(const struct events *events, int event)
{
	bool is_failed = events->daemon->state.phase == PIPELINE_FAILED && !events_is_asking(events);
	bool begins = event == EVPN_EVENT_CHANGED || (event == EVPN_EVENT_RETRY && is_failed);

	return begins && !events_is_triggered(events) ? PLUGIN_COST_RUN : PLUGIN_COST_CALL;
}

/* A fault is told once while it lasts. */
static void tell_fault(struct plugin *plugin, const char *why)
{
	if (plugin->pace.strikes > 1 && plugin->fault && streq(plugin->fault, why))
		return;
	report_fault("plugin %s: on_event: %s; evpnd pauses before it calls on_event again, for 1 s at first, for 60 s "
		     "at most",
		     plugin->api.name, why);
	free(plugin->fault);
	plugin->fault = xstrdup(why);
}

static void tell_pace(const struct plugin *plugin, enum plugin_cost cost)
{
	if (plugin->pace.strikes > 1)
		return;
	if (cost == PLUGIN_COST_RUN)
		log_warning(
			"plugin %s: on_event reports changes again and again, and each begins a run; evpnd pauses "
			"before "
			"it calls on_event again, for 1 s at first, for 60 s at most: if FRR does not restart all the "
			"time, report it to the plugin's author",
			plugin->api.name);
	else
		log_warning(
			"plugin %s: on_event leaves event_fd readable, or has more than 100 events a second; evpnd "
			"pauses "
			"before it calls on_event again, for 1 s at first, for 60 s at most: report it to the plugin's "
			"author",
			plugin->api.name);
}

/* Whether the plugin has to pause from now on. */
static bool charge(const struct events *events, struct plugin *plugin, int event, const char *why)
{
	enum plugin_cost cost = cost_of(events, event);

	if (event < 0) {
		plugin_pace_fault(&plugin->pace, clock_ms());
		tell_fault(plugin, why);
		return true;
	}
	if (!plugin_pace_charge(&plugin->pace, cost, clock_ms()))
		return false;
	tell_pace(plugin, cost);
	return true;
}

static void watch_again(struct events *events, enum events_source which)
{
	int r = events_watch_plugin(events, which);

	if (r < 0)
		report_fault("event loop: %s", strerror(-r));
}

/* Of a health check or an asking, which know of no run. */
static bool continue_questions(struct events *events)
{
	return events_continue_health(events) || events_continue_asking(events);
}

static void take_event(struct events *events, enum events_source which)
{
	struct plugin *plugin = plugin_of(events, which);
	struct evpn_error err = { 0 };
	int r = plugin_on_event(plugin, &err);

	/* First of all: FRR may have ended, and evpnd's descriptors keep its namespace alive, with the NIC in it. */
	if (which == SOURCE_NETNS && (r < 0 || r == EVPN_EVENT_CHANGED)) {
		events_drop_source(events, SOURCE_FRR_KERNEL);
		drift_interrupt(&events->daemon->drift);
		run_release_netns(&events->daemon->run);
	}
	if (which == SOURCE_FRR && r == EVPN_EVENT_CHANGED)
		step_reload_forget(&events->daemon->run);
	if (charge(events, plugin, r, err.msg))
		watch_again(events, which);
	/* A run may close the plugin. */
	if (r == EVPN_EVENT_RETRY && (which != SOURCE_FRR || !continue_questions(events)))
		events_advance(events, PIPELINE_RETRY);
	else if (r == EVPN_EVENT_CHANGED)
		events_trigger(events, which == SOURCE_NETNS ? "netns plugin" : "frr plugin");
}

static int on_netns(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	take_event(arg, SOURCE_NETNS);
	return 0;
}

static int on_frr(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	take_event(arg, SOURCE_FRR);
	return 0;
}

/* What the plugin would have reported meanwhile is not known: a step that waits is asked again. */
static void end_pause(struct events *events, enum events_source which)
{
	plugin_pace_resume(&plugin_of(events, which)->pace, clock_ms());
	watch_again(events, which);
	if (which != SOURCE_FRR || !continue_questions(events))
		events_advance(events, PIPELINE_RETRY);
}

static int on_netns_pause(sd_event_source *source, uint64_t usec, void *arg)
{
	end_pause(arg, SOURCE_NETNS);
	return 0;
}

static int on_frr_pause(sd_event_source *source, uint64_t usec, void *arg)
{
	end_pause(arg, SOURCE_FRR);
	return 0;
}

static int await_pause(struct events *events, enum events_source which, uint32_t ms)
{
	return sd_event_add_time_relative(events->event, &events->sources[which], CLOCK_MONOTONIC, ms * 1000ull,
					  EVENTS_ACCURACY_US, which == SOURCE_NETNS ? on_netns_pause : on_frr_pause,
					  events);
}

int events_watch_plugin(struct events *events, enum events_source which)
{
	struct plugin *plugin = plugin_of(events, which);
	uint32_t ms;
	int r;

	events_drop_source(events, which);
	ms = plugin ? plugin_pace_left(&plugin->pace, clock_ms()) : 0;
	if (!plugin || ms)
		return plugin ? await_pause(events, which, ms) : 0;
	r = events_add_fd(events, which, plugin->event_fd, which == SOURCE_NETNS ? on_netns : on_frr);
	/* It was good when the plugin was opened. */
	if (r != -EBADF && r != -EPERM)
		return r;
	ms = plugin_pace_fault(&plugin->pace, clock_ms());
	tell_fault(plugin, "the descriptor of event_fd has been closed");
	return await_pause(events, which, ms);
}
