/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_act.c - the commands wait, retry, reload, up, down and log-level; see ctl_parts.h */
#include <errno.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "ctl/ctl_parts.h"

/* What a client waits for. */
struct wait {
	enum wait_for { WAIT_APPLIED, WAIT_HEALTHY, WAIT_SESSION, WAIT_VNI, WAIT_DOWN } what;
	const char *neighbor; /* of the arguments */
	uint32_t vni;
	uint64_t after_us; /* a run that began after this; 0: any */
	bool fails; /* a run that fails is the end */
};

static const struct health_item *find_session(const struct daemon *daemon, const char *neighbor)
{
	for (size_t i = 0; i < daemon->health.last.n_items; i++)
		if (daemon->health.last.items[i].kind == HEALTH_SESSION &&
		    streq(daemon->health.last.items[i].name, neighbor))
			return &daemon->health.last.items[i];
	return NULL;
}

static bool vni_is_up(const struct daemon *daemon, uint32_t vni)
{
	for (size_t i = 0; i < daemon->health.last.n_items; i++)
		if (daemon->health.last.items[i].kind == HEALTH_VNI && daemon->health.last.items[i].vni == vni)
			return daemon->health.last.items[i].reason == HEALTH_FINE;
	return false;
}

static bool is_there(const struct daemon *daemon, const struct wait *wait)
{
	const struct health_item *session;
	bool applied = daemon->state.phase == PIPELINE_CONVERGED && daemon->run.started_us >= wait->after_us;

	switch (wait->what) {
	case WAIT_APPLIED:
		return applied && daemon->options.goal == RUN_UP;
	case WAIT_DOWN:
		return applied && daemon->options.goal == RUN_DOWN;
	case WAIT_HEALTHY:
		/* By a check of what this run has left. */
		return applied && daemon->health.state == HEALTHY &&
		       daemon->health.last_ms * 1000 >= daemon->run.started_us;
	case WAIT_SESSION:
		session = find_session(daemon, wait->neighbor);
		return session && streq(session->state, "Established");
	case WAIT_VNI:
		return vni_is_up(daemon, wait->vni);
	}
	return false;
}

int ctl_cmd_wait_again(struct ctl_client *client, struct evpn_error *err)
{
	const struct daemon *daemon = client->ctl->host->daemon;
	const struct wait *wait = client->state;

	if (is_there(daemon, wait)) {
		ctl_reply(client, ctl_status(client->ctl));
		return 1;
	}
	if (wait->fails && daemon->state.phase == PIPELINE_FAILED && daemon->run.started_us >= wait->after_us)
		return evpn_fail(err, EIO, "%s: %s", pipeline_step_name(daemon->state.step), daemon->run.err.msg);
	return 0;
}

void ctl_cmd_wait_end(struct ctl_client *client)
{
	free(client->state);
}

static int parse_condition(const char *text, struct wait *wait, struct evpn_error *err)
{
	char *end;

	if (streq(text, "applied")) {
		wait->what = WAIT_APPLIED;
	} else if (streq(text, "healthy")) {
		wait->what = WAIT_HEALTHY;
	} else if (strncmp(text, "session=", 8) == 0 && text[8]) {
		wait->what = WAIT_SESSION;
		wait->neighbor = text + 8;
	} else if (strncmp(text, "vni=", 4) == 0) {
		unsigned long vni = strtoul(text + 4, &end, 10);

		if (*end || vni < 1 || vni > 0xffffff)
			return evpn_fail(err, EINVAL, "`%.100s': a VNI is a number from 1 to 16777215", text);
		wait->what = WAIT_VNI;
		wait->vni = (uint32_t)vni;
	} else {
		return evpn_fail(err, EINVAL, "`%.100s' is none of applied, healthy, session=NEIGHBOR, vni=N", text);
	}
	return 0;
}

int ctl_cmd_wait(struct ctl_client *client, struct evpn_error *err)
{
	struct wait *wait = xcalloc(1, sizeof(*wait));
	const char *text = "healthy";

	client->state = wait;
	if (ctl_arg_text(client, "for", &text, err) < 0 || parse_condition(text, wait, err) < 0)
		return -1;
	return ctl_cmd_wait_again(client, err);
}

/* Demands a run, and waits for its end. */
static int demand(struct ctl_client *client, enum control_demand what)
{
	const struct control_host *host = client->ctl->host;
	struct wait *wait = xcalloc(1, sizeof(*wait));

	*wait = (struct wait){ .what = what == CONTROL_DOWN ? WAIT_DOWN : WAIT_APPLIED,
			       .after_us = clock_us(),
			       .fails = true };
	client->state = wait;
	host->demand(host->evpnd, what);
	return 0;
}

int ctl_cmd_retry(struct ctl_client *client, struct evpn_error *err)
{
	if (client->ctl->host->daemon->options.goal == RUN_DOWN)
		return evpn_fail(err, EINVAL, "evpnd is taken down; `evpnctl up' puts evpn.conf in force again");
	return demand(client, CONTROL_RUN);
}

int ctl_cmd_reload(struct ctl_client *client, struct evpn_error *err)
{
	if (client->ctl->host->daemon->options.goal == RUN_DOWN)
		return evpn_fail(err, EINVAL, "evpnd is taken down; `evpnctl up' puts evpn.conf in force again");
	return demand(client, CONTROL_RELOAD);
}

int ctl_cmd_up(struct ctl_client *client, struct evpn_error *err)
{
	return demand(client, CONTROL_UP);
}

int ctl_cmd_down(struct ctl_client *client, struct evpn_error *err)
{
	if (trial_is_pending(client->ctl->host->trial))
		return evpn_fail(err, EBUSY,
				 "a change is not over yet; wait for its end, or end it by `evpnctl confirm' or "
				 "`evpnctl revert'");
	return demand(client, CONTROL_DOWN);
}

int ctl_cmd_log_level(struct ctl_client *client, struct evpn_error *err)
{
	const char *text = "";
	enum evpn_log_level level;

	if (ctl_arg_text(client, "level", &text, err) < 0)
		return -1;
	if (log_parse_level(text, &level) < 0)
		return evpn_fail(err, EINVAL, "`%.100s' is none of error, warning, notice, info, debug", text);
	log_set_level(level);
	ctl_reply(client, json_pack("{ss}", "level", text));
	return 1;
}
