/* SPDX-License-Identifier: Apache-2.0 */
/* reload_judge.c - see reload.h: what FRR has said, and what follows from it */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "frr-vtysh/reload.h"

static void wait_for(struct reload *reload, const char *what)
{
	evpn_wait(&reload->job.err, "%s", what);
	job_pause(&reload->job);
}

/* What would have to be applied still, as lines for a message. */
static void quote_diff(const struct frrdiff *diff, char *to, size_t size)
{
	to[0] = '\0';
	for (size_t i = 0; i < diff->n_batches; i++)
		answer_quote(to, size, diff->batches[i]);
}

/* A program has ended in a way that no stage expects. */
static void fail_program(struct reload *reload, const struct vtysh_end *end)
{
	struct job *job = &reload->job;
	char words[1200] = "";

	answer_quote(words, sizeof(words), end->out);
	answer_quote(words, sizeof(words), end->err);
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
	/* It has run a while beside a daemon that started: did that one get all of it? */
	if (reload->disturbed) {
		reload_try(reload);
		return;
	}
	free(reload->former);
	reload->former = NULL;
	job_end(&reload->job, 1);
}

/* From what runs to `text`: 1 there is something to do, 0 nothing, <0 it cannot be told, reload->why says why. */
static int make_diff(struct reload *reload, const char *config, const char *text)
{
	frrdiff_clear(&reload->diff);
	memset(&reload->why, 0, sizeof(reload->why));
	if (frrdiff_make(config, text, &reload->diff, &reload->why) < 0)
		return -1;
	return reload->diff.n_batches > 0;
}

static void judge_first(struct reload *reload, const char *config)
{
	int r;

	if (!reload->former || reload->former_of != reload->instance) {
		free(reload->former);
		reload->former = strdup(config);
		reload->former_of = reload->instance;
	}
	if (!reload->former) {
		reload_fail_memory(reload);
		return;
	}
	r = make_diff(reload, config, reload->wanted);
	reload->unclear = r < 0;
	if (r == 0)
		succeed(reload);
	else
		reload_start_check(reload, reload->unclear);
}

/* FRR has refused a line, and runs what it ran before, as far as that can be had. */
static void end_refused(struct reload *reload, int r)
{
	struct evpn_error *err = &reload->job.err;
	char rest[600] = "";

	if (r > 0)
		quote_diff(&reload->diff, rest, sizeof(rest));
	else if (r < 0)
		answer_quote(rest, sizeof(rest), reload->why.msg);
	evpn_fail(err, EVPN_ERROR_REFUSED, "%s%s%s", reload->words,
		  rest[0] ? "\nand what FRR ran before could not be brought back; it lacks:\n" : "", rest);
	job_end(&reload->job, -1);
}

/* Every line was taken, and yet FRR runs something else. */
static void judge_rest(struct reload *reload)
{
	const struct evpn_host *host = reload->job.host;
	char rest[900];

	quote_diff(&reload->diff, rest, sizeof(rest));
	evpn_fail(&reload->why, EIO,
		  "FRR took every line, but does not run what %s says; what would be left to do:\n%s%s%s",
		  reload->conf_path, rest, reload->words[0] ? "\nFRR's words:\n" : "", reload->words);
	if (reload->job.options->frr_reload)
		host->log(host, EVPN_LOG_WARNING, "%s\nfrr-reload.py is tried", reload->why.msg);
	reload_start_frr_reload(reload);
}

/* Applied, taken back, or frr-reload.py's work: is it so? `config` is what FRR runs now. */
static void judge_back(struct reload *reload, const char *config)
{
	int r;

	/* Its word counts: it knows lines that FRR writes otherwise than they were given. */
	if (reload->fell_back) {
		succeed(reload);
		return;
	}
	r = make_diff(reload, config, reload->undoing ? reload->former : reload->wanted);
	if (reload->undoing) {
		end_refused(reload, r);
	} else if (r == 0) {
		succeed(reload);
	} else if (reload->disturbed) {
		reload_try(reload);
	} else if (reload->complained) {
		reload->undoing = true;
		r = make_diff(reload, config, reload->former);
		if (r > 0)
			reload_start_batches(reload);
		else
			end_refused(reload, r);
	} else {
		judge_rest(reload);
	}
}

/* Whether all daemons are there that have to; if not, it is waited for them. */
static bool daemons_are_up(struct reload *reload, const char *daemons)
{
	const char *wanted = reload->job.options->daemons;
	size_t len = 0;
	const char *name = answer_missing(daemons, wanted, &len);

	if (!name)
		return true;
	evpn_wait(&reload->job.err, "FRR's %.*s does not answer (daemons that have to: %s; see option daemons)",
		  (int)len, name, wanted);
	job_pause(&reload->job);
	return false;
}

static bool has_ended_well(const struct vtysh_end *end)
{
	return WIFEXITED(end->status) && WEXITSTATUS(end->status) == 0;
}

static void judge_answer(struct reload *reload, const struct answer *answer, const struct vtysh_end *end)
{
	if (answer->daemons && !daemons_are_up(reload, answer->daemons))
		return;
	if (!answer->daemons || !answer->config)
		fail_program(reload, end);
	else if (reload->stage == RELOAD_READ)
		judge_first(reload, answer->config);
	else
		judge_back(reload, answer->config);
}

static void judge_reading(struct reload *reload, struct vtysh_end *end)
{
	struct answer answer = { 0 };

	if (!has_ended_well(end)) {
		fail_program(reload, end);
		return;
	}
	answer_read(end->out, &answer);
	judge_answer(reload, &answer, end);
}

static void judge_check(struct reload *reload, const struct vtysh_end *end)
{
	struct evpn_error *err = &reload->job.err;
	char words[sizeof(reload->words)] = "";

	if (!WIFEXITED(end->status)) {
		fail_program(reload, end);
		return;
	}
	if (has_ended_well(end) && reload->unclear) {
		reload_start_frr_reload(reload);
		return;
	}
	if (has_ended_well(end) && !reload->checks_file) {
		reload_start_batches(reload);
		return;
	}
	answer_quote(words, sizeof(words), end->out);
	answer_quote(words, sizeof(words), end->err);
	if (!reload->checks_file) {
		memcpy(reload->words, words, sizeof(words));
		reload_start_check(reload, true);
		return;
	}
	if (has_ended_well(end))
		evpn_fail(err, EVPN_ERROR_REFUSED, "vtysh -C takes %s, but not what would lead there: %s",
			  reload->conf_path, reload->words);
	else
		evpn_fail(err, EVPN_ERROR_REFUSED, "%s", words[0] ? words : "vtysh -C refuses it without a word");
	job_end(&reload->job, -1);
}

static void judge_batch(struct reload *reload, struct vtysh_end *end)
{
	char ignored[sizeof(reload->words)] = "", *words = reload->undoing ? ignored : reload->words;
	struct answer answer = { .said = end->out };
	bool refused, reads_back = reload_is_last_batch(reload) && has_ended_well(end);

	if (!WIFEXITED(end->status)) {
		fail_program(reload, end);
		return;
	}
	if (reads_back)
		answer_read(end->out, &answer);
	refused = answer_applied(answer.said, end->err, words, sizeof(reload->words)) || !has_ended_well(end);
	reload->complained |= refused;
	/* Where something has to be taken back, the less the better; what is taken back goes on. */
	if (reads_back)
		judge_answer(reload, &answer, end);
	else if ((refused && !reload->undoing) || reload_is_last_batch(reload))
		reload_start_reading(reload);
	else
		reload_start_next_batch(reload);
}

static void judge_frr_reload(struct reload *reload, const struct vtysh_end *end)
{
	if (!has_ended_well(end)) {
		fail_program(reload, end);
		return;
	}
	reload->fell_back = true;
	reload_start_reading(reload);
}

void reload_judge(struct reload *reload, struct vtysh_end *end)
{
	if (answer_is_locked(end->out, end->err)) {
		wait_for(reload,
			 "FRR's configuration is locked: another vtysh is in `configure terminal', or FRR is starting");
		return;
	}
	if (answer_is_alone(end->err)) {
		wait_for(reload, "none of FRR's daemons answers vtysh");
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
