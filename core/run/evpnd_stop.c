/* SPDX-License-Identifier: Apache-2.0 */
/* evpnd_stop.c - the end of the daemon: what it leaves, by on_stop in evpn.conf; see evpnd_parts.h */
#include "base/log.h"
#include "run/evpnd_parts.h"
#include "run/notify.h"
#include "run/stop.h"

/* Below what gives a service its time by default: 30 s in Kubernetes, 90 s in systemd, which evpnd asks for as much as it needs. */
#define FIND_MS	 5000
#define LIMIT_MS 20000

static bool gives_back(const struct evpnd *e)
{
	const struct config *config = e->daemon.setup.config;

	return e->options->mode == EVPND_DAEMON && config && config->gives_back && e->daemon.options.goal != RUN_DOWN;
}

bool evpnd_stopping(void *arg)
{
	struct evpnd *e = arg;
	struct evpn_error err = { 0 };

	/* A second signal ends evpnd at once. */
	if (e->stopping || !gives_back(e))
		return false;
	switch (stop_ask_reason(&err)) {
	case STOP_FOR_RESTART:
		log_info("on_stop: a restart: everything stays as it is");
		return false;
	case STOP_FOR_SHUTDOWN:
		log_info("on_stop: the machine is shut down: everything stays as it is");
		return false;
	case STOP_FOR_GOOD:
		break;
	}
	if (err.code)
		log_info("on_stop: nobody says whether this is a restart or a shutdown (%s)", err.msg);
	if (events_limit(e->events, FIND_MS, &err) < 0) {
		report_fault("%s", err.msg);
		return false;
	}
	log_info("on_stop: everything is taken down, and the NICs return to the host");
	notify_say("STOPPING=1\nEXTEND_TIMEOUT_USEC=%u", (FIND_MS + LIMIT_MS) * 1000u);
	e->stopping = true;
	e->daemon.options.goal = RUN_DOWN;
	e->daemon.options.keeps_last_good = true;
	events_run(e->events, "stop");
	return true;
}

bool evpnd_goes_on_stopping(struct evpnd *e)
{
	struct evpn_error err = { 0 };

	if (!e->stopping || e->stop_extended)
		return false;
	e->stop_extended = true;
	if (events_limit(e->events, LIMIT_MS, &err) >= 0)
		return true;
	report_fault("%s", err.msg);
	return false;
}
