/* SPDX-License-Identifier: Apache-2.0 */
/* reload_judge.c - interprets the output of a reload's programs, and decides about its next stage; see reload.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "frr-vtysh/reload.h"
#include "lib/hash.h"

/* Of applications of what remains of the difference. */
#define MAX_RESTS 3

void reload_quote_diff(const struct reload *reload, char *to, size_t size)
{
	for (size_t i = 0; i < reload->diff.n_batches; i++)
		output_quote(to, size, reload->diff.batches[i]);
}

/* Ends the reload: a program has failed in a way that its stage does not expect. */
static void fail_program(struct reload *reload, const struct program_end *end)
{
	struct job *job = &reload->job;
	char words[1200] = "";

	output_quote(words, sizeof(words), end->out);
	output_quote(words, sizeof(words), end->err);
	if (WIFSIGNALED(end->status))
		evpn_fail(&job->err, EIO, "%s was killed by signal %d%s%s", job->what, WTERMSIG(end->status),
			  words[0] ? ":\n" : "", words);
	else
		evpn_fail(&job->err, EIO, "%s ended with status %d%s%s", job->what, WEXITSTATUS(end->status),
			  words[0] ? ":\n" : "", words);
	job_end(job, -1);
}

static void succeed(struct reload *reload)
{
	/* A daemon that started meanwhile may lack a part of the configuration: compare again. */
	if (reload->disturbed) {
		reload_try(reload);
		return;
	}
	reload_forget_former(reload);
	if (reload->diff.n_missing > 0) {
		evpn_wait(&reload->job.err, "%s %s not run, but %s needs %s (%s): enable %s in /etc/frr/daemons",
			  reload->diff.missing, reload->diff.n_missing > 1 ? "do" : "does", reload->conf_path,
			  reload->diff.n_missing > 1 ? "them" : "it", reload->diff.missing_for,
			  reload->diff.n_missing > 1 ? "them" : "it");
		job_pause_long(&reload->job);
		reload->job.err.code = EVPN_WAIT_PARTIAL;
		return;
	}
	job_end(&reload->job, 1);
}

int reload_make_diff(struct reload *reload, const struct output *output, const char *text)
{
	frrdiff_clear(&reload->diff);
	memset(&reload->why, 0, sizeof(reload->why));
	if (frrdiff_make(output->config, text, output->daemons, &reload->diff, &reload->why) < 0)
		return -1;
	return reload->diff.n_batches > 0;
}

static void judge_first(struct reload *reload, const struct output *output)
{
	int r;

	if (reload_keep_former(reload, output->config) < 0)
		return;
	if (reload->undo == UNDO_RUNNING) {
		reload_judge_undo(reload, output);
		return;
	}
	r = reload_make_diff(reload, output, reload->wanted);
	reload->unclear = r < 0;
	if (r == 0) {
		succeed(reload);
	} else if (r < 0 && reload->why.code != EINVAL) {
		reload->job.err = reload->why;
		job_end(&reload->job, -1);
	} else {
		reload_start_check(reload, reload->unclear);
	}
}

/* FRR has accepted every line, and shows some of them in no form that frrdiff knows. */
static void warn_not_shown(struct reload *reload, uint64_t hash)
{
	const struct evpn_host *host = reload->job.host;
	char rest[900] = "";

	reload_quote_diff(reload, rest, sizeof(rest));
	host->log(host, EVPN_LOG_WARNING, "FRR accepts, but does not show; evpnd cannot verify these lines of %s:\n%s",
		  reload->conf_path, rest);
	reload->not_shown = hash;
	reload->not_shown_by = reload->instance;
}

/* A difference remains although FRR has accepted every line: apply it once more, since lines can depend on others. */
static void judge_rest(struct reload *reload)
{
	char rest[900] = "";
	char *text = reload_join_diff(reload);
	uint64_t hash = text ? hash_bytes(HASH_START, text, strlen(text)) : 0;
	bool is_final = reload->n_rests > 0 && hash == reload->rest;
	bool is_known = hash == reload->not_shown && reload->instance == reload->not_shown_by;

	free(text);
	if (!text) {
		reload_fail_memory(reload);
		return;
	}
	reload->rest = hash;
	if (reload->diff.n_unwanted == 0 && (is_known || (is_final && !output_has_error(reload->words)))) {
		if (!is_known)
			warn_not_shown(reload, hash);
		succeed(reload);
	} else if (!is_final && reload->n_rests < MAX_RESTS) {
		reload->n_rests++;
		reload->words[0] = '\0';
		reload_start_batches(reload);
	} else {
		reload_quote_diff(reload, rest, sizeof(rest));
		evpn_fail(
			&reload->job.err, EVPN_ERROR_REFUSED,
			"FRR accepted every line, but its configuration differs from %s; remaining difference:\n%s%s%s",
			reload->conf_path, rest, reload->words[0] ? "\nFRR's messages:\n" : "", reload->words);
		job_end(&reload->job, -1);
	}
}

/* Runs frr-reload.py because of reload->why, or ends with reload->why. */
static void fall_back(struct reload *reload)
{
	const struct evpn_host *host = reload->job.host;

	if (reload_can_fall_back(reload))
		host->log(host, EVPN_LOG_WARNING, "%s\ntrying frr-reload.py", reload->why.msg);
	reload_start_frr_reload(reload);
}

/* FRR has refused lines. If the file does not contain them, frr-reload.py may find others that have the same effect. */
static void judge_refused(struct reload *reload)
{
	evpn_fail(&reload->why, EVPN_ERROR_REFUSED, "%s",
		  reload->words[0] ? reload->words : "FRR refuses a line without a message");
	if (reload->misfit) {
		fall_back(reload);
	} else {
		reload->job.err = reload->why;
		job_end(&reload->job, -1);
	}
}

/* Compares FRR's configuration with the intended one, after it was changed. */
static void judge_back(struct reload *reload, const struct output *output)
{
	const struct evpn_host *host = reload->job.host;
	int r;

	if (reload->undo == UNDO_RUNNING) {
		reload_judge_undo(reload, output);
		return;
	}
	r = reload_make_diff(reload, output, reload->wanted);
	if (r == 0) {
		succeed(reload);
	} else if (reload->disturbed) {
		reload_try(reload);
	} else if (reload->refused) {
		judge_refused(reload);
	} else if (r > 0) {
		judge_rest(reload);
	} else if (reload->fell_back) {
		host->log(host, EVPN_LOG_WARNING, "frr-reload.py has applied %s, but evpnd cannot verify it: %s",
			  reload->conf_path, reload->why.msg);
		succeed(reload);
	} else {
		reload->job.err = reload->why;
		job_end(&reload->job, -1);
	}
}

/* Whether all required daemons answer; if not, the job pauses. */
static bool daemons_are_up(struct reload *reload, const struct output *output)
{
	const char *wanted = reload->job.options->daemons, *name;
	size_t len = 0;

	name = output_find_missing(output->daemons, wanted, &len);
	if (!name && output->config && output_has_mgmtd(output->config))
		name = output_find_missing(output->daemons, wanted = "mgmtd", &len);
	if (!name)
		return true;
	if (!reload_count_loss(reload, name, len))
		reload_wait(reload, "FRR's %.*s does not answer (required daemons: %s; see option daemons)", (int)len,
			    name, wanted);
	return false;
}

static bool has_ended_well(const struct program_end *end)
{
	return WIFEXITED(end->status) && WEXITSTATUS(end->status) == 0;
}

static void judge_answer(struct reload *reload, const struct output *output, const struct program_end *end)
{
	if (output->daemons && !daemons_are_up(reload, output))
		return;
	if (!output->daemons || !output->config)
		fail_program(reload, end);
	else if (reload->stage == RELOAD_READ)
		judge_first(reload, output);
	else
		judge_back(reload, output);
}

void reload_judge_read(struct reload *reload, const struct output *output)
{
	if (daemons_are_up(reload, output))
		judge_first(reload, output);
}

static void judge_reading(struct reload *reload, struct program_end *end)
{
	struct output output = { 0 };

	if (!has_ended_well(end)) {
		fail_program(reload, end);
		return;
	}
	output_parse(end->out, &output);
	judge_answer(reload, &output, end);
}

static void judge_check(struct reload *reload, const struct program_end *end)
{
	struct evpn_error *err = &reload->job.err;
	char words[sizeof(reload->words)] = "";

	if (!WIFEXITED(end->status)) {
		fail_program(reload, end);
		return;
	}
	if (has_ended_well(end) && reload->unclear) {
		fall_back(reload);
		return;
	}
	if (has_ended_well(end) && !reload->checks_file) {
		reload_start_batches(reload);
		return;
	}
	output_quote(words, sizeof(words), end->out);
	output_quote(words, sizeof(words), end->err);
	if (!reload->checks_file) {
		memcpy(reload->words, words, sizeof(words));
		reload_start_check(reload, true);
		return;
	}
	if (has_ended_well(end)) {
		evpn_fail(&reload->why, EVPN_ERROR_REFUSED,
			  "vtysh -C accepts %s, but refuses the lines that change FRR to it: %s", reload->conf_path,
			  reload->words);
		fall_back(reload);
		return;
	}
	evpn_fail(err, EVPN_ERROR_REFUSED, "%s",
		  words[0] ? words : "vtysh -C refuses the configuration without a message");
	job_end(&reload->job, -1);
}

static void judge_batch(struct reload *reload, struct program_end *end)
{
	char ignored[sizeof(reload->words)] = "", *words = reload->undo == UNDO_RUNNING ? ignored : reload->words;
	struct output output = { .messages = end->out };
	bool refused, reads_back = reload_is_last_batch(reload) && has_ended_well(end);

	if (!WIFEXITED(end->status)) {
		fail_program(reload, end);
		return;
	}
	if (reads_back)
		output_parse(end->out, &output);
	refused = output_has_refusal(output.messages, end->err, words, sizeof(reload->words)) || !has_ended_well(end);
	if (refused && !reload->refused)
		reload->misfit = output_refuses_deletion(end->err, reload->wanted);
	reload->refused |= refused;
	/* After a refusal apply no further batches, since all of them must be undone; but undo all batches. */
	if (reads_back)
		judge_answer(reload, &output, end);
	else if ((refused && reload->undo == UNDO_NONE) || reload_is_last_batch(reload))
		reload_start_reading(reload);
	else
		reload_start_next_batch(reload);
}

static void judge_frr_reload(struct reload *reload, const struct program_end *end)
{
	struct evpn_error *err = &reload->job.err;
	char words[sizeof(reload->words)] = "";

	if (has_ended_well(end)) {
		reload->fell_back = true;
		reload->refused = reload->misfit = false;
		reload->words[0] = '\0';
		reload_start_reading(reload);
	} else if (WIFEXITED(end->status)) {
		output_quote(words, sizeof(words), end->out);
		output_quote(words, sizeof(words), end->err);
		evpn_fail(err, EVPN_ERROR_REFUSED, "%.800s\nfrr-reload.py ended with status %d:\n%s", reload->why.msg,
			  WEXITSTATUS(end->status), words);
		job_end(&reload->job, -1);
	} else {
		fail_program(reload, end);
	}
}

void reload_judge(struct reload *reload, struct program_end *end)
{
	if (output_is_locked(end->out, end->err)) {
		reload_wait(reload,
			    "FRR's configuration is locked: another vtysh is in `configure terminal', or FRR is "
			    "starting");
		return;
	}
	if (output_lacks_zebra(end->out, end->err)) {
		reload_wait(reload, "FRR's bgpd is not connected to zebra yet");
		return;
	}
	if (output_has_no_daemons(end->err)) {
		if (!reload_count_loss(reload, NULL, 0))
			reload_wait(reload, "none of FRR's daemons answers vtysh");
		return;
	}
	switch (reload->stage) {
	case RELOAD_READ:
	case RELOAD_READ_BACK:
		judge_reading(reload, end);
		break;
	case RELOAD_APPLY:
		judge_batch(reload, end);
		break;
	case RELOAD_CHECK:
		judge_check(reload, end);
		break;
	case RELOAD_FRR_RELOAD:
		judge_frr_reload(reload, end);
		break;
	}
}
