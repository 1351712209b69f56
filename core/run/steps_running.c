/* SPDX-License-Identifier: Apache-2.0 */
/* steps_running.c - FRR's running configuration before and after a run; see steps.h and frr/running.h */
#include <errno.h>

#include "base/log.h"
#include "base/util.h"
#include "frr/frrfile.h"
#include "run/steps.h"

/* So often a run is repeated because another program changes FRR meanwhile; the health check goes on with it. */
#define REPEATS_MAX 2

/* What FRR showed after the last run of this evpnd or of the one before it, if it is still the same FRR; else NULL. */
static const struct running *find_shown(struct run *run)
{
	struct frr_state *frr = run->frr;

	/* evpnd has reloaded FRR since then, and the run did not come to its end. */
	if (frr->shown_is_old)
		return NULL;
	if (!frr->shown.instance)
		running_load(&frr->shown, run->options->state_dir);
	return frr->shown.instance == frr->instance ? &frr->shown : NULL;
}

static void move(struct running *to, struct running *from)
{
	running_clear(to);
	*to = *from;
	*from = (struct running){ 0 };
}

/* Whether the reload step demands a reload in any case. */
static bool must_reload(const struct run *run)
{
	const struct config_frr *config = &run->setup->config->frr;

	return !run->frr_conf || !frrfile_is_installed(config, run->frr_conf) ||
	       !frrfile_is_loaded(run->options->state_dir, config->config, run->frr->instance);
}

/* 1, 0 or <0, as inquiry_running(). */
static int read_running(struct run *run, struct running *running)
{
	int r = inquiry_running(&run->inquiry, run->setup->frr, running, &run->err);

	run->wait_ms = r == 0 ? RUN_ASK_AGAIN_MS : 0;
	if (r != 0)
		inquiry_clear(&run->inquiry);
	return r;
}

int step_compare(struct run *run)
{
	const struct running *shown;
	int r;

	if (must_reload(run))
		return 1;
	r = read_running(run, &run->running);
	if (r == 0)
		return 0;
	/* Then the note that FRR has loaded the file has to do. */
	if (r < 0 && run->err.code == ENOTSUP)
		return 1;
	if (r < 0)
		run->running_why = run->err;
	shown = find_shown(run);
	/* Where nothing is known, or FRR does not answer, the reload finds out: the plugin compares, and changes what differs. */
	run->frr_drifted = r < 0 || !shown || !running_same(shown, &run->running);
	if (!shown)
		running_clear(&run->running);
	if (run->frr_drifted && shown && run->setup->config->frr.reports_drift && !run->frr->compare) {
		run->frr_drifted = false;
		run->drift_left = r > 0;
	}
	return 1;
}

int steps_read_loaded(struct run *run)
{
	if (!run->reloaded || run->frr->stale || run->loaded.n_parts)
		return 1;
	/* A daemon that does not answer now is asked again by the steps that need its answer. */
	return read_running(run, &run->loaded) == 0 ? 0 : 1;
}

/*
 * Another program has changed FRR since the reload, so what FRR shows now is no measure. Or FRR shows lines only now that devices
 * are up: then it shows the same after the next reload.
 */
static bool is_unsettled(const struct run *run, const struct running *now)
{
	const struct frr_state *frr = run->frr;

	return run->loaded.n_parts && !running_same(&run->loaded, now) &&
	       !(frr->resettled.n_parts && running_same(&frr->resettled, now));
}

/* Has the run repeated from its begin on, with a reload, which compares FRR with frr.conf. */
static int repeat(struct run *run, struct running *now)
{
	move(&run->frr->resettled, now);
	frrfile_clear_loaded(run->options->state_dir);
	evpn_fail(&run->err, ESTALE, "FRR's configuration has been changed since the reload");
	return STEP_STALE;
}

char *steps_drift_text(const struct run *run)
{
	const struct running *shown = &run->frr->shown;

	if (!run->frr_drifted || shown->instance != run->frr->instance || !run->running.n_parts)
		return NULL;
	return running_diff(shown, &run->running);
}

/* The run has repaired a drift, and FRR still does not show what it showed before. */
static bool is_unrepaired(const struct run *run, const struct running *now)
{
	const struct running *shown = &run->frr->shown;

	return run->frr_drifted && run->running.n_parts && shown->instance == run->frr->instance &&
	       !running_same(shown, now);
}

/*
 * The difference may be another change, made while the run was under way. If the next repair leaves the same, no other one will
 * change it. --once has no next one.
 */
static bool is_worth_another(struct run *run, struct running *now)
{
	struct frr_state *frr = run->frr;

	if (!run->options->listen || (frr->unrepaired.n_parts && running_same(&frr->unrepaired, now)))
		return false;
	move(&frr->unrepaired, now);
	return true;
}

static void warn_unrepaired(const struct run *run, const struct running *now)
{
	_cleanup_free_ char *diff = running_diff(&run->frr->shown, now);

	if (!diff[0])
		return;
	log_warning("FRR shows this change of its configuration even after its reload, so evpnd leaves it: frr.conf "
		    "says the "
		    "same in other words, or FRR does not take it back:\n%s",
		    diff);
}

int step_remember(struct run *run)
{
	struct frr_state *frr = run->frr;
	struct running now = { 0 };
	struct evpn_error err = { 0 };
	int r;

	if (frr->stale ||
	    (!run->reloaded && !frr->shown_is_old && frr->shown.instance == frr->instance && frr->shown.n_parts)) {
		frr->compare = false;
		return 1;
	}
	r = read_running(run, &now);
	if (r == 0)
		return 0;
	if (r > 0 && is_unsettled(run, &now)) {
		if (frr->n_repeats++ < REPEATS_MAX)
			return repeat(run, &now);
		/* The health check finds the difference, and goes on with it at its pace. */
		move(&now, &run->loaded);
	}
	running_clear(&frr->resettled);
	frr->n_repeats = 0;
	if (r <= 0 || !is_unrepaired(run, &now) || !is_worth_another(run, &now)) {
		if (r > 0 && is_unrepaired(run, &now))
			warn_unrepaired(run, &now);
		running_clear(&frr->unrepaired);
		running_clear(&frr->shown);
		frr->shown = now;
		frr->shown.instance = r > 0 ? frr->instance : 0;
	}
	frr->shown_is_old = false;
	frr->compare = false;
	/* What the file said before is out of date in either case. Without it the next evpnd compares by a reload. */
	if (running_save(&frr->shown, run->options->state_dir, &err) < 0)
		log_warning("%s; the next start of evpnd reloads FRR", err.msg);
	return 1;
}
