/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_change.c - the commands plan, apply, confirm and revert; see ctl_parts.h */
#include <errno.h>

#include "base/clock.h"
#include "base/escape.h"
#include "base/json.h"
#include "base/util.h"
#include "ctl/ctl_parts.h"
#include "run/forecast.h"

/* Plans that are being made at a time: each has plugins of its own. */
#define PLANS_MAX 4
/* Seconds that a plan waits for FRR's namespace. */
#define PLAN_LIMIT     5
#define PLAN_LIMIT_MAX 600
/* Of a trial. */
#define CONFIRM_MS_MIN 1000
#define CONFIRM_MS_MAX 86400000
/* Between two lines about operations. */
#define PROGRESS_MS 100

struct plan_request {
	struct forecast *forecast;
	bool json;
};

/* The plan as it is to be in the answer: a text, or an object. */
static json_t *plan_answer(const struct plan_request *plan, const struct forecast_result *result)
{
	json_t *object = plan->json ? json_loads(result->plan, 0, NULL) : NULL;

	return object ? object : json_string(result->plan);
}

static void on_planned(void *arg, const struct forecast_result *result)
{
	struct ctl_client *client = arg;
	struct ctl *ctl = client->ctl;

	if (result->good)
		ctl_reply(client, json_pack("{so sb sb so}", "plan", plan_answer(client->state, result), "changes",
					    (int)result->changes, "problems", (int)result->problems, "warnings",
					    ctl_lines(result->warnings.lines, result->warnings.n_lines)));
	else
		ctl_reply_rejected(client, "there is no plan", &result->errors);
	ctl_client_sweep(ctl);
}

static size_t count_plans(const struct ctl *ctl)
{
	size_t n = 0;

	for (const struct ctl_client *client = ctl->clients; client; client = client->next)
		n += client->command && client->command->begin == ctl_cmd_plan && client->state && !client->replied;
	return n;
}

int ctl_cmd_plan(struct ctl_client *client, struct evpn_error *err)
{
	const struct control_host *host = client->ctl->host;
	struct forecast_request request = { .goal = host->daemon->options.goal, .name = "the given configuration" };
	json_int_t limit = PLAN_LIMIT;
	struct plan_request *plan;

	if (ctl_arg_text(client, "text", &request.text, err) < 0 ||
	    ctl_arg_text(client, "name", &request.name, err) < 0 ||
	    ctl_arg_number(client, "timeout", 1, PLAN_LIMIT_MAX, &limit, err) < 0 ||
	    ctl_arg_flag(client, "json", &request.json, err) < 0)
		return -1;
	if (count_plans(client->ctl) >= PLANS_MAX)
		return evpn_fail(err, EBUSY, "evpnd makes %d plans already; try again in a moment", PLANS_MAX);
	request.limit_ms = (uint64_t)limit * 1000;
	client->state = plan = xcalloc(1, sizeof(*plan));
	plan->json = request.json;
	plan->forecast = forecast_new(host->daemon, host->event, &request, on_planned, client, err);
	return plan->forecast ? 0 : -1;
}

void ctl_cmd_plan_end(struct ctl_client *client)
{
	struct plan_request *plan = client->state;

	if (plan)
		forecast_free(plan->forecast);
	free(plan);
}

/* A client that waits for the end of a change. */
struct apply_request {
	uint64_t id;
	enum change_phase phase;
	char *text; /* that it was told last */
};

json_t *ctl_change_json(const struct ctl *ctl)
{
	const struct trial_state state = trial_state(ctl->host->trial);

	if (!state.id)
		return NULL;
	return json_pack("{sI ss ss ss so sI sI sb sb sb}", "id", (json_int_t)state.id, "phase",
			 change_phase_name(state.change->phase), "outcome", change_outcome_name(state.change->outcome),
			 "name", state.name, "text", json_printable(state.text), "since", (json_int_t)state.epoch,
			 "seconds_left", (json_int_t)((state.left_ms + 999) / 1000), "undoes",
			 (int)state.change->terms.undoes, "asks", (int)state.change->terms.asks, "confirmed",
			 (int)state.change->confirmed);
}

static void reply_end(struct ctl_client *client, const struct trial_state *state)
{
	_cleanup_free_ char *shown = escape_line(state->text, ESCAPE_LINE_MAX);

	if (state->errors->n_lines)
		ctl_reply_rejected(client, shown, state->errors);
	else if (state->needs_consent)
		ctl_reply_error(client, "NeedsConsent", shown);
	else if (state->change->outcome == CHANGE_FAILED || state->change->outcome == CHANGE_REPLACED)
		ctl_reply_error(client, "Failed", shown);
	else
		ctl_reply(client,
			  json_pack("{ss ss so so ss}", "outcome", change_outcome_name(state->change->outcome), "text",
				    shown, "worse", ctl_lines(state->worse->lines, state->worse->n_lines), "notes",
				    ctl_lines(state->notes->lines, state->notes->n_lines), "state",
				    ctl_state_name(client->ctl->host->daemon)));
}

static void send_progress(struct ctl_client *client)
{
	const struct daemon *daemon = client->ctl->host->daemon;
	json_t *json = ctl_change_json(client->ctl);
	bool runs = daemon->state.phase == PIPELINE_RUNNING;

	if (runs) {
		json_object_set_new(json, "step", json_string(pipeline_step_name(daemon->state.step)));
		json_object_set_new(json, "operations_done",
				    json_integer((json_int_t)(daemon->run.n_changes + daemon->run.apply.n_done)));
		json_object_set_new(json, "operations", json_integer((json_int_t)daemon->run.seen.plan.n_ops));
	}
	ctl_send(client, "progress", "data", json);
}

/* Whether the client waits for the change that is under way. */
static bool waits(const struct ctl_client *client, uint64_t id)
{
	const struct apply_request *apply = client->state;

	return client->command && client->command->again == ctl_cmd_apply_again && apply && !client->gone &&
	       !client->replied && apply->id == id;
}

void ctl_change_progress(struct ctl *ctl, bool step)
{
	const struct trial_state state = trial_state(ctl->host->trial);
	uint64_t now;

	if (state.change->phase != CHANGE_TRIAL && state.change->phase != CHANGE_REVERTING)
		return;
	now = clock_ms();
	if (!step && now - ctl->progress_ms < PROGRESS_MS)
		return;
	ctl->progress_ms = now;
	for (struct ctl_client *client = ctl->clients; client; client = client->next)
		if (waits(client, state.id))
			send_progress(client);
}

int ctl_cmd_apply_again(struct ctl_client *client, struct evpn_error *err)
{
	const struct trial_state state = trial_state(client->ctl->host->trial);
	struct apply_request *apply = client->state;

	/* The begin of the request itself may have changed something. */
	if (!apply)
		return 0;
	if (state.id != apply->id)
		return evpn_fail(err, EIO, "another change has begun; `evpnctl history' says what became of this one");
	if (state.change->phase == CHANGE_OVER) {
		reply_end(client, &state);
		return 1;
	}
	if (apply->text && apply->phase == state.change->phase && streq(apply->text, state.text))
		return 0;
	apply->phase = state.change->phase;
	free(apply->text);
	apply->text = xstrdup(state.text);
	send_progress(client);
	return 0;
}

void ctl_cmd_apply_end(struct ctl_client *client)
{
	struct apply_request *apply = client->state;

	if (apply)
		free(apply->text);
	free(apply);
}

/* The client waits for the end of this change. */
static int follow_change(struct ctl_client *client, uint64_t id, struct evpn_error *err)
{
	struct apply_request *apply = xcalloc(1, sizeof(*apply));

	apply->id = id;
	client->state = apply;
	return ctl_cmd_apply_again(client, err);
}

int ctl_cmd_apply(struct ctl_client *client, struct evpn_error *err)
{
	const struct control_host *host = client->ctl->host;
	struct trial_request request = { .name = host->daemon->options.config_path };
	json_int_t limit = 0;
	uint64_t id;

	if (ctl_arg_text(client, "text", &request.text, err) < 0 ||
	    ctl_arg_text(client, "name", &request.name, err) < 0 ||
	    ctl_arg_text(client, "check", &request.check, err) < 0 ||
	    ctl_arg_number(client, "confirm_ms", CONFIRM_MS_MIN, CONFIRM_MS_MAX, &limit, err) < 0 ||
	    ctl_arg_flag(client, "ask", &request.asks, err) < 0 || ctl_arg_flag(client, "yes", &request.sure, err) < 0)
		return -1;
	if (!limit && (request.check || request.asks))
		return evpn_fail(err, EINVAL, "`check' and `ask' need `confirm_ms'");
	request.limit_ms = (uint64_t)limit;
	if (trial_begin(host->trial, &request, &id, err) < 0)
		return -1;
	return follow_change(client, id, err);
}

int ctl_cmd_confirm(struct ctl_client *client, struct evpn_error *err)
{
	if (trial_confirm(client->ctl->host->trial, err) < 0)
		return -1;
	ctl_reply(client, ctl_status(client->ctl));
	return 1;
}

int ctl_cmd_revert(struct ctl_client *client, struct evpn_error *err)
{
	struct trial *trial = client->ctl->host->trial;

	if (trial_revert(trial, err) < 0)
		return -1;
	return follow_change(client, trial_state(trial).id, err);
}
