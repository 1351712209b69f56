/* SPDX-License-Identifier: Apache-2.0 */
/* journal.c - events for the clients that follow, and the history of runs; see ctl_parts.h */
#include <errno.h>
#include <inttypes.h>
#include <sys/time.h>

#include "base/clock.h"
#include "base/escape.h"
#include "base/file.h"
#include "base/json.h"
#include "base/util.h"
#include "ctl/ctl_parts.h"

#define HISTORY_NAME "history.json"
/* Runs, and bytes of a file that evpnd did not write so. */
#define HISTORY_RUNS 100
#define HISTORY_MAX  (1u << 20)

static bool is_followed(const struct ctl *ctl)
{
	for (const struct ctl_client *client = ctl->clients; client; client = client->next)
		if (client->follows && !client->gone)
			return true;
	return false;
}

static json_int_t epoch_ms(void)
{
	struct timeval now;

	gettimeofday(&now, NULL);
	return (json_int_t)now.tv_sec * 1000 + now.tv_usec / 1000;
}

/* Takes the reference to `event` over. */
static void tell(struct ctl *ctl, const char *type, json_t *event)
{
	json_object_set_new(event, "event", json_string(type));
	json_object_set_new(event, "time_ms", json_integer(epoch_ms()));
	json_object_set_new(event, "number", json_integer((json_int_t)++ctl->journal.n_events));
	for (struct ctl_client *client = ctl->clients; client; client = client->next)
		if (client->follows && !client->gone)
			ctl_send(client, "event", "data", json_incref(event));
	json_decref(event);
}

void ctl_journal_step(struct ctl *ctl)
{
	const struct daemon *daemon = ctl->host->daemon;

	if (!is_followed(ctl))
		return;
	if (daemon->state.step == STEP_LOAD)
		tell(ctl, "run", json_pack("{ss}", "trigger", daemon->trigger));
	tell(ctl, "step", json_pack("{ss}", "step", pipeline_step_name(daemon->state.step)));
}

/* name -> word, of the faults (reason) or the sessions (state). */
static json_t *faults_of(const struct daemon *daemon)
{
	json_t *object = json_object();

	for (size_t i = 0; i < daemon->health.faults.n_items; i++)
		json_object_set_new(object, daemon->health.faults.items[i].name,
				    json_string(health_reason_name(daemon->health.faults.items[i].reason)));
	return object;
}

static json_t *sessions_of(const struct daemon *daemon)
{
	const struct health_report *last = &daemon->health.last;
	json_t *object = json_object();

	for (size_t i = 0; i < last->n_items; i++)
		if (last->items[i].kind == HEALTH_SESSION)
			json_object_set_new(object, last->items[i].name, json_string(last->items[i].state));
	return object;
}

/* An event for each name that has another word than before, or none any more (""). */
static void tell_changes(struct ctl *ctl, const char *type, const char *what, json_t *before, json_t *now)
{
	const char *name;
	json_t *word;

	json_object_foreach(now, name, word)
	{
		if (!json_equal(word, json_object_get(before, name)))
			tell(ctl, type,
			     json_pack("{ss sO ss}", "name", name, what, word, "former", json_text(before, name)));
	}
	json_object_foreach(before, name, word)
	{
		if (!json_object_get(now, name))
			tell(ctl, type, json_pack("{ss ss sO}", "name", name, what, "", "former", word));
	}
}

/* Takes the references to `faults` and `sessions` over. */
static void see_health(struct ctl_seen *seen, const struct daemon *daemon, json_t *faults, json_t *sessions)
{
	json_decref(seen->faults);
	json_decref(seen->sessions);
	seen->faults = faults;
	seen->sessions = sessions;
	seen->health = daemon->health.state;
	seen->health_ms = daemon->health.last_ms;
}

/* Costs nothing while nobody follows: who begins to gets the status, and what changes from then on. */
static void look_at_health(struct ctl *ctl, const struct daemon *daemon)
{
	struct ctl_seen *seen = &ctl->journal.seen;
	json_t *faults, *sessions;

	if (!is_followed(ctl) || (daemon->health.last_ms == seen->health_ms && daemon->health.state == seen->health))
		return;
	faults = faults_of(daemon);
	sessions = sessions_of(daemon);
	if (daemon->health.state != seen->health)
		tell(ctl, "health", json_pack("{ss}", "state", ctl_state_name(daemon)));
	tell_changes(ctl, "session", "state", seen->sessions, sessions);
	tell_changes(ctl, "fault", "reason", seen->faults, faults);
	see_health(seen, daemon, faults, sessions);
}

void ctl_journal_follow(struct ctl_client *client)
{
	const struct daemon *daemon = client->ctl->host->daemon;

	if (!is_followed(client->ctl))
		see_health(&client->ctl->journal.seen, daemon, faults_of(daemon), sessions_of(daemon));
	client->follows = true;
}

static char *history_path(const struct ctl *ctl)
{
	return xasprintf("%s/" HISTORY_NAME, ctl->host->daemon->options.state_dir);
}

static void save_history(const struct ctl *ctl)
{
	_cleanup_free_ char *path = history_path(ctl), *text = json_dumps(ctl->journal.history, JSON_COMPACT);
	const char *what;

	/* For people: a node whose disk is full must not fail for it. */
	if (text)
		(void)util_write_file(path, text, strlen(text), 0600, (uid_t)-1, (gid_t)-1, &what);
}

static json_t *run_json(const struct daemon *daemon)
{
	const struct run *run = &daemon->run;
	bool failed = daemon->state.phase == PIPELINE_FAILED;
	_cleanup_free_ char *error = escape_line(failed ? run->err.msg : "", ESCAPE_LINE_MAX);

	return json_pack("{sI ss ss sI si sb ss ss si}", "time_ms",
			 epoch_ms() - (json_int_t)((clock_us() - run->started_us) / 1000), "trigger", daemon->trigger,
			 "result",
			 failed				    ? "failed"
			 : daemon->options.goal == RUN_DOWN ? "taken down"
							    : "applied",
			 "duration_ms", (json_int_t)((clock_us() - run->started_us) / 1000), "changes",
			 (int)run->n_changes, "reloaded", (int)run->reloaded, "error", error, "step",
			 failed ? pipeline_step_name(daemon->state.step) : "", "problems", (int)run->problems.n_lines);
}

static void count_run(struct ctl_totals *totals, const struct daemon *daemon)
{
	bool failed = daemon->state.phase == PIPELINE_FAILED;

	totals->applied += !failed;
	totals->failed += failed;
	totals->changes += daemon->run.n_changes;
	totals->reloads += daemon->run.reloaded;
	totals->last_seconds = (double)(clock_us() - daemon->run.started_us) / 1e6;
}

static void look_at_run(struct ctl *ctl, const struct daemon *daemon)
{
	struct ctl_seen *seen = &ctl->journal.seen;
	enum pipeline_phase phase = daemon->state.phase;
	bool ended = phase == PIPELINE_FAILED || phase == PIPELINE_CONVERGED,
	     same_run = seen->run == daemon->run.started_us;

	if (same_run && phase == seen->phase && (phase != PIPELINE_WAITING || daemon->state.step == seen->step))
		return;
	seen->run = daemon->run.started_us;
	seen->phase = phase;
	seen->step = daemon->state.step;
	if (ended) {
		json_t *run = run_json(daemon);

		count_run(&ctl->journal.totals, daemon);
		json_array_append(ctl->journal.history, run);
		while (json_array_size(ctl->journal.history) > HISTORY_RUNS)
			json_array_remove(ctl->journal.history, 0);
		save_history(ctl);
		/* The event has a time and a number of its own. */
		tell(ctl, "end", json_copy(run));
		json_decref(run);
	} else if (phase == PIPELINE_WAITING) {
		_cleanup_free_ char *why = escape_line(daemon->run.err.msg, ESCAPE_LINE_MAX);

		tell(ctl, "wait", json_pack("{ss ss}", "step", pipeline_step_name(daemon->state.step), "for", why));
	}
}

/* A change of evpn.conf gets on. The run that it ended with says how, in the history. */
static void look_at_change(struct ctl *ctl)
{
	struct ctl_seen *seen = &ctl->journal.seen;
	const struct trial_state state = trial_state(ctl->host->trial);
	json_t *json;

	if (state.id == seen->change && state.change->phase == seen->change_phase)
		return;
	seen->change = state.id;
	seen->change_phase = state.change->phase;
	json = ctl_change_json(ctl);
	if (json && state.made && state.change->phase == CHANGE_OVER && json_array_size(ctl->journal.history)) {
		json_t *run = json_array_get(ctl->journal.history, json_array_size(ctl->journal.history) - 1);

		json_object_set_new(run, "change", json_printable(state.text));
		save_history(ctl);
	}
	if (json)
		tell(ctl, "change", json);
}

void ctl_journal_look(struct ctl *ctl)
{
	const struct daemon *daemon = ctl->host->daemon;

	look_at_run(ctl, daemon);
	look_at_health(ctl, daemon);
	look_at_change(ctl);
}

void ctl_journal_start(struct ctl *ctl)
{
	_cleanup_free_ char *path = history_path(ctl), *text = NULL;
	size_t len;

	ctl->journal = (struct ctl_journal){ .seen = { .faults = json_object(), .sessions = json_object() } };
	if (file_read(path, HISTORY_MAX, &text, &len) >= 0)
		ctl->journal.history = json_loadb(text, len, 0, NULL);
	if (!json_is_array(ctl->journal.history)) {
		json_decref(ctl->journal.history);
		ctl->journal.history = json_array();
	}
}

void ctl_journal_free(struct ctl_journal *journal)
{
	json_decref(journal->seen.faults);
	json_decref(journal->seen.sessions);
	json_decref(journal->history);
	*journal = (struct ctl_journal){ 0 };
}
