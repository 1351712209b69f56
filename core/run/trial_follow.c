/* SPDX-License-Identifier: Apache-2.0 */
/* trial_follow.c - what happens between the begin of a change and its end; see trial.h */
#include <errno.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/escape.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/util.h"
#include "run/report.h"
#include "run/trial_parts.h"

/* How often health is looked at, and the command of --check is run. */
#define LOOK_MS	    1000
#define ACCURACY_US 1000
/* The command of --check, each time. */
#define COMMAND_MS 30000
/* Of its output, in a message. */
#define OUTPUT_MAX 200

/* The texts of all files of the configuration in force. */
static uint64_t print_of(const struct config *config)
{
	uint64_t hash = HASH_START64;

	for (size_t i = 0; i < config->n_files; i++) {
		hash = hash_bytes64(hash, config->files[i], strlen(config->files[i]) + 1);
		hash = hash_bytes64(hash, config->texts[i], strlen(config->texts[i]) + 1);
	}
	return hash;
}

/* Whether the run has read a configuration that is neither rejected nor the one that the change is about. */
static bool is_edited(struct trial *trial)
{
	const struct daemon *daemon = trial->host.daemon;
	const struct config *config = daemon->setup.config;
	const char *wanted = trial->record.change.phase == CHANGE_REVERTING ? trial->record.former[0].text
									    : trial->record.text;
	uint64_t print;

	if (!trial->begun_us || daemon->run.started_us < trial->begun_us || daemon->setup.errors.n_lines)
		return false;
	if (!streq(config->texts[0], wanted))
		return true;
	print = print_of(config);
	if (!trial->print)
		trial->print = print;
	return print != trial->print;
}

/* Notes what the last run has come to, once. */
static void see_run(struct trial *trial)
{
	const struct daemon *daemon = trial->host.daemon;
	const struct run *run = &daemon->run;
	enum pipeline_phase phase = daemon->state.phase;
	uint64_t now = clock_us();

	if (!trial->begun_us || run->started_us < trial->begun_us)
		return;
	trial->touched |= run->touches_underlay;
	if (run->started_us == trial->seen_us && phase == trial->seen_phase)
		return;
	trial->seen_us = run->started_us;
	trial->seen_phase = phase;
	if (phase == PIPELINE_FAILED) {
		trial->n_failed++;
		trial->applied_us = 0;
	} else if (phase == PIPELINE_CONVERGED) {
		trial->n_failed = 0;
		trial->applied_us = now;
		if (!trial->changed_us || run->n_changes || run->reloaded)
			trial->changed_us = now;
	} else {
		trial->applied_us = 0;
	}
}

static enum change_run run_fact(const struct trial *trial)
{
	const struct daemon *daemon = trial->host.daemon;

	if (!trial->seen_us || daemon->options.goal != RUN_UP)
		return CHANGE_RUN_OPEN;
	/* The file was good when it was checked. */
	if (daemon->setup.errors.n_lines && daemon->run.started_us >= trial->begun_us)
		return CHANGE_RUN_REFUSED;
	if (daemon->state.phase == PIPELINE_FAILED)
		return daemon->run.err.code == EVPN_ERROR_REFUSED ? CHANGE_RUN_REFUSED : CHANGE_RUN_UNAPPLIED;
	return trial->applied_us ? CHANGE_RUN_APPLIED : CHANGE_RUN_OPEN;
}

/*
 * How long the change had been in force when the last check asked FRR: what FRR says is as old as that. On the way back nothing is at
 * stake but the report, so the end of the check does.
 */
static uint64_t age_of_change(const struct trial *trial)
{
	const struct health_check *health = &trial->host.daemon->health;
	uint64_t asked_ms = trial->record.change.phase == CHANGE_REVERTING ? health->last_ms : health->last_began_ms;
	uint64_t changed_ms = trial->changed_us / 1000;

	return asked_ms > changed_ms ? asked_ms - changed_ms : 0;
}

/* Judges the last health check, if it is of after the run. */
static void add_health(struct trial *trial, struct change_facts *facts)
{
	const struct health_check *health = &trial->host.daemon->health;

	config_errors_clear(&trial->worse);
	config_errors_clear(&trial->notes);
	if (health->unable) {
		facts->health = CHANGE_FACT_UNABLE;
		config_errors_add(&trial->notes, NULL, "FRR's health is not known: %s", health->unable);
		return;
	}
	if (!trial->applied_us || health->last_ms * 1000 <= trial->applied_us)
		return;
	switch (change_judge(&trial->record.before, &health->last, age_of_change(trial), &trial->worse,
			     &trial->notes)) {
	case CHANGE_BAD:
		break;
	case CHANGE_UNPROVEN:
		facts->health = CHANGE_FACT_UNPROVEN;
		/* What FRR's configuration alone has broken, FRR shows at once, and so it does when that is over. */
		if (trial->record.change.phase == CHANGE_REVERTING && !trial->touched) {
			facts->health = CHANGE_FACT_GOOD;
			config_errors_clear(&trial->notes);
		}
		break;
	case CHANGE_GOOD:
		facts->health = CHANGE_FACT_GOOD;
		break;
	}
	facts->worse = trial->worse.n_lines > 0;
}

static int on_command(sd_event_source *source, const siginfo_t *info, void *arg)
{
	struct trial *trial = arg;
	_cleanup_free_ char *output = NULL;
	int status = 0;

	child_ended(&trial->check, info->si_code == CLD_EXITED ? W_EXITCODE(info->si_status, 0) : info->si_status);
	child_finish(&trial->check, &status, &output);
	trial->check_source = sd_event_source_disable_unref(trial->check_source);
	trial->check_ms = clock_ms();
	trial->check_succeeded = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	free(trial->check_output);
	while (output[0] && output[strlen(output) - 1] == '\n')
		output[strlen(output) - 1] = '\0';
	trial->check_output = escape_line(output, OUTPUT_MAX);
	log_info("the command of --check %s: %s", trial->check_succeeded ? "has succeeded" : "has failed",
		 trial->check_output);
	trial_follow(trial);
	return 0;
}

static void start_command(struct trial *trial)
{
	char *const argv[] = { (char[]){ "/bin/sh" }, (char[]){ "-c" }, trial->record.check, NULL };
	struct evpn_error err = { 0 };
	int r;

	trial->check_ms = clock_ms();
	trial->check.group = true;
	if (child_start(&trial->check, argv, "", &err) < 0) {
		report_fault("the command of --check: %s", err.msg);
		return;
	}
	r = sd_event_add_child_pidfd(trial->host.event, &trial->check_source, trial->check.pidfd, WEXITED, on_command,
				     trial);
	if (r < 0) {
		child_kill(&trial->check);
		report_fault("event loop: %s", strerror(-r));
	}
}

/* The command runs once the new configuration is applied, and again a second after it has failed. */
static void run_command(struct trial *trial)
{
	const struct change *change = &trial->record.change;
	uint64_t now = clock_ms();

	if (!change->terms.checks || change->phase == CHANGE_REVERTING || trial->check_succeeded || !trial->applied_us)
		return;
	if (trial->check.pid && now - trial->check_ms >= COMMAND_MS) {
		trial->check_source = sd_event_source_disable_unref(trial->check_source);
		child_kill(&trial->check);
		trial->check_ms = now;
		free(trial->check_output);
		trial->check_output = xasprintf("ended after %d s", COMMAND_MS / 1000);
		log_info("the command of --check has failed: %s", trial->check_output);
	}
	if (!trial->check.pid && (!trial->check_ms || now - trial->check_ms >= LOOK_MS))
		start_command(trial);
}

/* The phase is another than `former`. */
static void enter(struct trial *trial, enum change_phase former, const struct change_facts *facts)
{
	struct change *change = &trial->record.change;
	_cleanup_free_ char *text = NULL;

	if (change->phase == CHANGE_REVERTING) {
		text = trial_describe_why(trial, facts);
		log_warning("%s: the former configuration comes back: %s", trial->host.daemon->options.config_path,
			    text);
		trial->check_source = sd_event_source_disable_unref(trial->check_source);
		child_kill(&trial->check);
		trial_say(trial, util_take_ptr(&text));
		trial_go_back(trial);
	} else if (change->phase == CHANGE_OVER) {
		trial_say(trial, trial_describe_end(trial));
		trial_log_end(trial, trial->text);
		trial_end(trial);
		return;
	} else if (change->phase == CHANGE_ASKING || former == CHANGE_ASKING) {
		trial_say(trial, trial_describe(trial, facts));
	}
	trial->host.changed(trial->host.arg);
}

static void set_timer(const struct trial *trial)
{
	const struct change *change = &trial->record.change;
	uint64_t now = clock_ms(), left = change->deadline_ms > now ? change->deadline_ms - now : 0;

	if (change->phase == CHANGE_OVER || change->phase == CHANGE_NONE)
		return;
	sd_event_source_set_time_relative(trial->timer,
					  1000 * (change->deadline_ms && left < LOOK_MS ? left + 1 : LOOK_MS));
	sd_event_source_set_enabled(trial->timer, SD_EVENT_ONESHOT);
}

/* FRR is asked what works before the change: until there is an answer, or none can come. */
static bool has_measured(const struct trial *trial)
{
	const struct daemon *daemon = trial->host.daemon;

	return daemon->state.phase != PIPELINE_CONVERGED || daemon->health.unable ||
	       daemon->health.last_ms != trial->checked_ms;
}

static void follow(struct trial *trial)
{
	struct change *change = &trial->record.change;
	enum change_phase former = change->phase;
	struct change_facts facts = { .now_ms = clock_ms() };

	if (change->phase == CHANGE_MEASURING) {
		if (has_measured(trial))
			trial_install(trial);
		return;
	}
	if (change->phase != CHANGE_TRIAL && change->phase != CHANGE_ASKING && change->phase != CHANGE_REVERTING)
		return;
	if (change->phase == CHANGE_REVERTING && !trial->restored)
		trial_go_back(trial);
	see_run(trial);
	run_command(trial);
	facts.edited = is_edited(trial);
	facts.run = run_fact(trial);
	facts.failures = trial->n_failed;
	facts.proof = trial->touched;
	facts.check_succeeded = trial->check_succeeded;
	add_health(trial, &facts);
	change_next(change, &facts);
	if (change->phase != former) {
		enter(trial, former, &facts);
		return;
	}
	if (change->phase != CHANGE_REVERTING)
		trial_say(trial, trial_describe(trial, &facts));
}

void trial_follow(struct trial *trial)
{
	trial->again = true;
	/* What it calls may end here again. */
	if (trial->busy)
		return;
	trial->busy = true;
	while (trial->again) {
		trial->again = false;
		follow(trial);
	}
	trial->busy = false;
	set_timer(trial);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *arg)
{
	struct trial *trial = arg;

	/* It ends with trial_follow(), unless one is under way, or none is possible. */
	(void)trial->host.check_health(trial->host.arg);
	trial_follow(trial);
	trial->host.changed(trial->host.arg);
	return 0;
}

int trial_add_timer(struct trial *trial)
{
	int r = sd_event_add_time_relative(trial->host.event, &trial->timer, CLOCK_MONOTONIC, 0, ACCURACY_US, on_timer,
					   trial);

	return r < 0 ? r : sd_event_source_set_enabled(trial->timer, SD_EVENT_OFF);
}

void trial_watch(struct trial *trial)
{
	set_timer(trial);
}
