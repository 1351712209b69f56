/* SPDX-License-Identifier: Apache-2.0 */
/* evpnd_control.c - those who steer the daemon from outside: the control socket, and changes of evpn.conf; see evpnd_parts.h */
#include "base/util.h"
#include "run/evpnd_parts.h"
#include "run/steps.h"

static const struct control *control_of(const struct evpnd *e)
{
	return e->daemon.options.control;
}

static void tell_control(void *arg)
{
	const struct evpnd *e = arg;

	if (control_of(e))
		control_of(e)->changed(control_of(e)->arg);
}

void evpnd_tell(struct evpnd *e)
{
	if (e->trial)
		trial_follow(e->trial);
	tell_control(e);
}

static void demand(void *arg, enum control_demand demand)
{
	struct evpnd *e = arg;

	switch (demand) {
	case CONTROL_RELOAD:
		step_reload_forget(&e->daemon.run);
		e->daemon.frr.compare = true;
		break;
	case CONTROL_UP:
	case CONTROL_DOWN:
		if (!e->stopping)
			e->daemon.options.goal = demand == CONTROL_UP ? RUN_UP : RUN_DOWN;
		break;
	case CONTROL_RUN:
		break;
	}
	events_trigger(e->events, "control socket");
}

static bool check_health(void *arg)
{
	struct evpnd *e = arg;

	return events_check_health(e->events);
}

static void ask(void *arg, struct asking *asking)
{
	struct evpnd *e = arg;

	asking_add(&e->daemon.askings, asking);
	events_ask(e->events);
}

static void unask(void *arg, struct asking *asking)
{
	struct evpnd *e = arg;

	asking_remove(&e->daemon.askings, asking);
	events_ask(e->events);
}

static void run_for_trial(void *arg, const char *why)
{
	struct evpnd *e = arg;

	evpnd_reloading(e);
	events_trigger(e->events, why);
}

bool evpnd_wrote_files(void *arg)
{
	const struct evpnd *e = arg;

	return e->trial && trial_wrote_files(e->trial);
}

int evpnd_start_trial(struct evpnd *e, struct evpn_error *err)
{
	const struct trial_host host = { .arg = e,
					 .daemon = &e->daemon,
					 .event = events_event(e->events),
					 .run = run_for_trial,
					 .check_health = check_health,
					 .changed = tell_control };
	_cleanup_free_ char *path = NULL;

	if (e->options->mode != EVPND_DAEMON && e->options->mode != EVPND_ONCE)
		return 0;
	path = xasprintf("%s.change", e->daemon.options.last_good);
	e->trial = trial_new(&host, path, err);
	if (!e->trial)
		return -1;
	trial_resume(e->trial, e->options->mode == EVPND_DAEMON);
	return 0;
}

int evpnd_start_control(struct evpnd *e, struct control_host *host, struct evpn_error *err)
{
	*host = (struct control_host){ .daemon = &e->daemon,
				       .event = events_event(e->events),
				       .evpnd = e,
				       .demand = demand,
				       .check_health = check_health,
				       .ask = ask,
				       .unask = unask,
				       .trial = e->trial };
	return control_of(e) ? control_of(e)->start(control_of(e)->arg, host, err) : 0;
}
