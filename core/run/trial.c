/* SPDX-License-Identifier: Apache-2.0 */
/* trial.c - requests, the check of a file, the change itself, and its end; see trial.h */
#include <errno.h>
#include <time.h>

#include "base/clock.h"
#include "base/escape.h"
#include "base/log.h"
#include "base/util.h"
#include "run/trial_parts.h"

/* How long the check of a file may take: FRR's version is waited for, and vtysh -C, which has 30 s. */
#define CHECK_LIMIT_MS 60000
/* What comes up after a run has health.grace, and this, for it. */
#define VERIFY_MORE_MS 5000
/* A health check that is older says nothing about the node before the change. */
#define FRESH_MS 60000

static void clear_change(struct trial *trial)
{
	forecast_free(util_take_ptr(&trial->forecast));
	trial->check_source = sd_event_source_disable_unref(trial->check_source);
	child_kill(&trial->check);
	change_record_clear(&trial->record);
	free(util_take_ptr(&trial->check_output));
	free(util_take_ptr(&trial->text));
	config_errors_clear(&trial->errors);
	config_errors_clear(&trial->worse);
	config_errors_clear(&trial->notes);
	trial->needs_consent = trial->touched = trial->restored = trial->check_succeeded = false;
	trial->begun_us = trial->seen_us = trial->applied_us = trial->changed_us = trial->print = trial->check_ms = 0;
	trial->n_failed = 0;
}

void trial_free(struct trial *trial)
{
	if (!trial)
		return;
	clear_change(trial);
	sd_event_source_disable_unref(trial->timer);
	free(trial->path);
	free(trial);
}

struct trial *trial_new(const struct trial_host *host, const char *record, struct evpn_error *err)
{
	struct trial *trial = xcalloc(1, sizeof(*trial));
	int r;

	trial->host = *host;
	trial->path = xstrdup(record);
	trial->check = (struct child)CHILD_INIT;
	r = trial_add_timer(trial);
	if (r >= 0)
		return trial;
	trial_free(trial);
	evpn_fail(err, -r, "event loop: %s", strerror(-r));
	return NULL;
}

void trial_say(struct trial *trial, char *text)
{
	free(trial->text);
	trial->text = text;
}

void trial_fail(struct trial *trial, char *text)
{
	trial->record.change.phase = CHANGE_OVER;
	trial->record.change.outcome = CHANGE_FAILED;
	trial_say(trial, text);
	trial->host.changed(trial->host.arg);
}

bool trial_is_pending(const struct trial *trial)
{
	const struct change *change = &trial->record.change;

	return change_is_pending(change) || change->phase == CHANGE_REVERTING;
}

struct trial_state trial_state(const struct trial *trial)
{
	const struct change *change = &trial->record.change;
	uint64_t now = clock_ms();

	return (struct trial_state){ .id = trial->id,
				     .change = change,
				     .name = trial->record.name ? trial->record.name : "",
				     .text = trial->text ? trial->text : "",
				     .made = trial->begun_us > 0,
				     .needs_consent = trial->needs_consent,
				     .epoch = trial->record.epoch,
				     .errors = &trial->errors,
				     .worse = &trial->worse,
				     .notes = &trial->notes,
				     .left_ms = change_is_pending(change) && change->deadline_ms > now
							? change->deadline_ms - now
							: 0 };
}

/* A change without a way back gives way to the next one. */
static void supersede(struct trial *trial)
{
	struct change *change = &trial->record.change;

	if (change->phase == CHANGE_NONE || change->phase == CHANGE_OVER)
		return;
	change->phase = CHANGE_OVER;
	change->outcome = CHANGE_REPLACED;
	trial_say(trial, xstrdup("another change has begun"));
	trial->host.changed(trial->host.arg);
}

static int check_request(const struct trial *trial, const struct trial_request *request, struct evpn_error *err)
{
	const struct daemon *daemon = trial->host.daemon;

	if (trial_is_pending(trial) || trial->record.change.phase == CHANGE_CHECKING ||
	    trial->record.change.phase == CHANGE_MEASURING)
		return evpn_fail(err, EBUSY,
				 "a change is not over yet (%s); wait for its end, or end it by `evpnctl confirm' or "
				 "`evpnctl revert'",
				 trial->text ? trial->text : change_phase_name(trial->record.change.phase));
	if (daemon->options.goal == RUN_DOWN)
		return evpn_fail(err, EINVAL, "evpnd is taken down; `evpnctl up' puts evpn.conf in force again");
	if (request->limit_ms && daemon->health.unable && !request->check)
		return evpn_fail(err, EINVAL,
				 "evpnd cannot see whether the fabric works (%s), so the change would be undone in any "
				 "case; name a command with --check",
				 daemon->health.unable);
	if (!daemon->setup.config)
		return evpn_fail(err, EAGAIN, "evpnd has no configuration yet; try again in a moment");
	return 0;
}

static void on_checked(void *arg, const struct forecast_result *result)
{
	struct trial *trial = arg;
	struct change *change = &trial->record.change;
	struct daemon *daemon = trial->host.daemon;
	_cleanup_free_ char *danger = result->config && daemon->setup.config
					      ? change_danger(daemon->setup.config, result->config)
					      : NULL;

	forecast_free(util_take_ptr(&trial->forecast));
	if (!result->good) {
		for (size_t i = 0; i < result->errors.n_lines; i++)
			config_errors_add(&trial->errors, NULL, "%s", result->errors.lines[i]);
		trial_fail(trial, xasprintf("%s is rejected, and nothing was changed", trial->record.name));
		return;
	}
	if (danger && !trial->sure) {
		trial->needs_consent = true;
		trial_fail(trial, xasprintf("%s; with --yes evpnd does it", danger));
		return;
	}
	change->phase = CHANGE_MEASURING;
	trial_say(trial, xstrdup("asking FRR what works before the change"));
	trial->checked_ms = daemon->health.last_ms;
	trial->host.changed(trial->host.arg);
	if (!trial->host.check_health(trial->host.arg) && change->phase == CHANGE_MEASURING)
		trial_install(trial);
	else
		trial_follow(trial);
}

int trial_begin(struct trial *trial, const struct trial_request *request, uint64_t *ret_id, struct evpn_error *err)
{
	struct daemon *daemon = trial->host.daemon;
	struct change_record *record = &trial->record;
	struct forecast_request forecast = {
		.goal = RUN_CHECK, .text = request->text, .name = request->name, .limit_ms = CHECK_LIMIT_MS
	};
	struct forecast *check;

	if (check_request(trial, request, err) < 0)
		return -1;
	check = forecast_new(daemon, trial->host.event, &forecast, on_checked, trial, err);
	if (!check)
		return -1;
	supersede(trial);
	clear_change(trial);
	trial->forecast = check;
	trial->sure = request->sure;
	trial->installs = request->text != NULL;
	record->name = escape_line(request->name, ESCAPE_LINE_MAX);
	record->text = request->text ? xstrdup(request->text) : NULL;
	record->check = request->check ? xstrdup(request->check) : NULL;
	record->epoch = time(NULL);
	record->change = (struct change){
		.phase = CHANGE_CHECKING,
		.terms = { .undoes = request->limit_ms > 0,
			   .checks = request->check != NULL,
			   .asks = request->asks,
			   .limit_ms = request->limit_ms,
			   .verify_ms = daemon->setup.config->health.grace * 1000ull + VERIFY_MORE_MS },
	};
	trial_say(trial, xasprintf("checking %s", record->name));
	*ret_id = ++trial->id;
	return 0;
}

/* What works before the change, as far as it is known. */
static void take_view(struct trial *trial)
{
	const struct health_check *health = &trial->host.daemon->health;

	if (health->last_ms && clock_ms() - health->last_ms < FRESH_MS)
		change_view_take(&health->last, &trial->record.before);
}

/* Whether evpn.conf already is what it is to be. */
static bool is_in_force(const struct trial *trial)
{
	const struct config *config = trial->host.daemon->setup.config;

	return streq(config->texts[0], trial->record.text) && config_is_current(config);
}

static int write_config(struct trial *trial, struct evpn_error *err)
{
	struct change_file file = { 0 };
	const char *path = trial->host.daemon->options.config_path;
	char *real = realpath(path, NULL);
	int r;

	file.path = real ? real : xstrdup(path);
	change_file_look(&file);
	r = change_file_write(&file, trial->record.text, err);
	free(file.path);
	return r;
}

/* NULL: done; else why not, freed by the caller. */
static char *make_change(struct trial *trial)
{
	struct change_record *record = &trial->record;
	struct daemon *daemon = trial->host.daemon;
	const struct change_terms terms = record->change.terms;
	struct evpn_error err = { 0 };

	if (!trial->installs)
		record->text = trial_read_config(trial);
	if (!record->text)
		return xasprintf("%s cannot be read", daemon->options.config_path);
	if (terms.undoes && is_in_force(trial))
		return xasprintf(
			"%s is in force already, so there is nothing to go back to; write the change to another file "
			"and apply that",
			trial->installs ? record->name : daemon->options.config_path);
	record->boot = change_record_boot();
	change_record_take_former(record, daemon->options.config_path, daemon->setup.config);
	change_begin(&record->change, &terms, clock_ms());
	if (terms.undoes && change_record_save(trial->path, record, &err) < 0)
		return xstrdup(err.msg);
	if (trial->installs && write_config(trial, &err) < 0) {
		if (terms.undoes)
			trial_forget(trial);
		return xstrdup(err.msg);
	}
	return NULL;
}

void trial_install(struct trial *trial)
{
	struct change_record *record = &trial->record;
	const char *path = trial->host.daemon->options.config_path;
	char *why;

	take_view(trial);
	why = make_change(trial);
	if (why) {
		trial_fail(trial, why);
		return;
	}
	if (record->change.terms.undoes)
		log_notice("%s: %s is applied; evpnd goes back to the former configuration in %llu s unless it proves "
			   "good",
			   path, record->name, (unsigned long long)(record->change.terms.limit_ms / 1000));
	else
		log_notice("%s: %s is applied", path, record->name);
	trial->writes = trial->installs;
	trial->begun_us = clock_us();
	trial_say(trial, xstrdup("the run is under way"));
	trial_watch(trial);
	trial->host.run(trial->host.arg, "apply");
	trial->host.changed(trial->host.arg);
}

int trial_confirm(struct trial *trial, struct evpn_error *err)
{
	struct change *change = &trial->record.change;

	if (!change_is_pending(change))
		return evpn_fail(err, ENOENT, "no change waits for a confirmation");
	if (!change->terms.asks)
		return evpn_fail(err, ENOENT, "this change needs no confirmation: it is kept once it proves good");
	change->confirmed = true;
	log_notice("%s: the operator has confirmed the change", trial->host.daemon->options.config_path);
	if (change_record_save(trial->path, &trial->record, err) < 0)
		log_warning("%s", err->msg);
	trial_follow(trial);
	return 0;
}

int trial_revert(struct trial *trial, struct evpn_error *err)
{
	struct change *change = &trial->record.change;

	if (!change_is_pending(change))
		return evpn_fail(err, ENOENT, "there is no change that could be undone");
	change->revert_wanted = true;
	trial_follow(trial);
	return 0;
}

bool trial_wrote_files(struct trial *trial)
{
	const struct daemon *daemon = trial->host.daemon;
	bool wrote = trial->writes && daemon->setup.config && !daemon->setup.errors.n_lines &&
		     daemon->run.started_us >= trial->begun_us && config_is_current(daemon->setup.config);

	trial->writes = false;
	return wrote;
}

void trial_end(struct trial *trial)
{
	const struct change *change = &trial->record.change;

	sd_event_source_set_enabled(trial->timer, SD_EVENT_OFF);
	trial->check_source = sd_event_source_disable_unref(trial->check_source);
	child_kill(&trial->check);
	/* Where the former files are not back, the next start of evpnd tries again. */
	if (change->terms.undoes && (change->outcome != CHANGE_NOT_ROLLED_BACK || trial->restored))
		trial_forget(trial);
	trial->host.changed(trial->host.arg);
}
