/* SPDX-License-Identifier: Apache-2.0 */
/* steps_check.c - what is checked before anything is changed; see steps.h */
#include <errno.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/util.h"
#include "frr/frrfile.h"
#include "frr/version.h"
#include "run/steps.h"

/* vtysh -C reads a file and talks to nobody. */
#define CHECK_LIMIT_MS 30000

/* FRR has no event for its start that a plugin without one could pass on. */
#define VERSION_PAUSE_MS 500

/* How long --check waits for FRR. */
#define VERSION_LIMIT_US 2000000

int step_check_frr(struct run *run)
{
	unsigned int features = version_features(run->setup->config);
	struct inquiry *inquiry = &run->inquiry;
	struct version version;
	const char *answer;
	int r;

	/* FRR need not run yet, unless its version decides whether evpnd may begin. */
	if (!version_matters(features))
		return 1;
	if (!inquiry->n_questions) {
		inquiry->by_vtysh = true;
		inquiry_add(inquiry, "zebra", VERSION_QUESTION);
	}
	if (run_ask(run) == 0)
		return 0;
	answer = inquiry->questions[0].answer;
	r = answer && version_parse(answer, &version) && !version_check(&version, features, &run->err) ? -1 : 1;
	if (!answer && inquiry->questions[0].err.code != ENOTSUP) {
		run->wait_ms = VERSION_PAUSE_MS;
		r = evpn_wait(&run->err, "FRR's version decides what evpnd may do: %s", inquiry->questions[0].err.msg);
	}
	inquiry_clear(inquiry);
	return r;
}

static void add_note(const char *text, void *arg)
{
	config_errors_add(arg, NULL, "%s", text);
}

int step_check_version(struct run *run)
{
	unsigned int features = version_features(run->setup->config);
	struct inquiry *inquiry = &run->inquiry;
	struct version version;
	const char *answer;
	int r = 1;

	if (!inquiry->n_questions)
		inquiry_add(inquiry, "zebra", VERSION_QUESTION);
	if (run_ask(run) == 0 && clock_us() - run->started_us < VERSION_LIMIT_US) {
		run->wait_ms = VERSION_LIMIT_US / 1000;
		return 0;
	}
	/* An FRR that does not run or answer cannot be judged. */
	answer = inquiry->questions[0].answer;
	if (answer && version_parse(answer, &version)) {
		r = version_check(&version, features, &run->err) ? 1 : -1;
		version_warn(&version, features, add_note, &run->notes);
	}
	inquiry_clear(inquiry);
	return r;
}

/*
 * The text goes to stdin: a generated one is in no file yet, and its passwords need not be in one more. Not every system
 * has /dev/stdin.
 */
static int start_check(struct run *run, char *vtysh, const char *text)
{
	char *const argv[] = { vtysh, (char[]){ "-C" }, (char[]){ "-f" }, (char[]){ "/proc/self/fd/0" }, NULL };
	_cleanup_free_ char *name = frrfile_name(&run->setup->config->frr);

	if (child_start(&run->frr->check, argv, text, &run->err) < 0)
		return -1;
	run->wait_ms = CHECK_LIMIT_MS;
	run->frr->check_until = clock_ms() + CHECK_LIMIT_MS;
	return evpn_wait(&run->err, "%s checks the syntax of %s", vtysh, name);
}

static int finish_check(struct run *run)
{
	struct child *check = &run->frr->check;
	_cleanup_free_ char *output = NULL, *name = frrfile_name(&run->setup->config->frr);
	int status = 0;

	if (!check->ended) {
		child_kill(check);
		return evpn_fail(&run->err, ETIMEDOUT,
				 "%s: the syntax check (vtysh -C) did not end within %d s; evpnd does not install it",
				 name, CHECK_LIMIT_MS / 1000);
	}
	child_finish(check, &status, &output);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 1;
	return evpn_fail(&run->err, EVPN_ERROR_REFUSED, "%s is refused by vtysh -C, and not installed:\n%s", name,
			 output);
}

/* Starts the check of `text`. 1: the host has no vtysh that could. */
static int begin_check(struct run *run, const char *text)
{
	_cleanup_free_ char *vtysh = frrfile_find_vtysh(&run->setup->config->frr);

	free(run->frr->checked);
	run->frr->checked = xstrdup(text);
	return vtysh ? start_check(run, vtysh, text) : 1;
}

/* 1: the syntax of `text` is good, or the host has no vtysh that could tell. */
static int check_syntax(struct run *run, const char *text)
{
	struct frr_state *frr = run->frr;
	_cleanup_free_ char *name = frrfile_name(&run->setup->config->frr);
	uint64_t now = clock_ms();
	int r;

	if (frr->check.pid && !frr->check.ended && now < frr->check_until) {
		run->wait_ms = (unsigned int)(frr->check_until - now);
		return evpn_wait(&run->err, "the syntax check of %s runs", name);
	}
	if (frr->check.pid) {
		r = finish_check(run);
		if (r <= 0)
			return r;
	}
	/* The text may have changed while it was being checked: then the new one is checked. */
	return frr->checked && streq(frr->checked, text) ? 1 : begin_check(run, text);
}

/* 1: *ret_text is the frr.conf to install; 0: its syntax is being checked; <0: it cannot be installed. */
static int take_text(struct run *run, char **ret_text)
{
	const struct config *config = run->setup->config;
	struct frr_state *frr = run->frr;
	_cleanup_free_ char *text = NULL;
	int r = 1;

	if (frrfile_wanted(config, &text, &run->err) < 0)
		return -1;
	if (frr->refused && streq(frr->refused, text) && frr->refused_by == frr->instance) {
		run->err = frr->refused_why;
		return -1;
	}
	if (!frrfile_is_installed(&config->frr, text))
		r = check_syntax(run, text);
	/* When this text is tried once more, it is checked once more. */
	if (r < 0)
		free(util_take_ptr(&frr->checked));
	if (r > 0)
		*ret_text = util_take_ptr(&text);
	return r;
}

int step_check_syntax(struct run *run)
{
	int r;

	/* A frr.conf without the VTEP would be wrong; the lease step waits for it. */
	if (config_awaits_lease(run->setup->config) && !run->setup->config->frr.source)
		return 1;
	r = take_text(run, &run->frr_conf);

	if (r >= 0 || run->options->goal == RUN_CHECK || !frrfile_has_accepted(run->options->state_dir))
		return r;
	/* The devices of an FRR that restarts meanwhile have to be raised: the run goes on with the accepted frr.conf. */
	run->frr_conf_why = run->err;
	return 1;
}
