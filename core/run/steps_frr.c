/* SPDX-License-Identifier: Apache-2.0 */
/* steps_frr.c - installs frr.conf and has FRR load it; see steps.h */
#include "base/log.h"
#include "base/util.h"
#include "frr/frrfile.h"
#include "run/plugin_call.h"
#include "run/steps.h"

/*
 * The wanted frr.conf is refused, run->err says why. Where FRR accepted a file before, the run goes on with that one: the
 * devices of an FRR that restarts meanwhile have to be raised. The run still ends as failed, with this reason.
 */
static int refuse(struct run *run)
{
	struct frr_state *frr = run->frr;
	struct evpn_error why = run->err;
	int r = frrfile_go_back(&run->setup->config->frr, run->options->state_dir, &run->err);

	if (r < 0) {
		frr->refusal = run->err;
		frr->refusal.code = why.code;
		evpn_wrap(&frr->refusal, "%s\nthe former frr.conf cannot be restored: ", why.msg);
	} else {
		frr->refusal = why;
		if (r > 0)
			evpn_wrap(&frr->refusal, "FRR keeps its former frr.conf: ");
	}
	/* A reload that was demanded before was not for the file that stands there now. */
	if (!frr->stale)
		frr->pending = false;
	frr->stale = r > 0;
	run->err = frr->refusal;
	return r > 0 ? 1 : -1;
}

static void log_former(const struct config_frr *config, enum frrfile_former former)
{
	switch (former) {
	case FRRFILE_OURS:
		return;
	case FRRFILE_SAVED:
		log_notice("%s was not written by evpnd; it is saved as %s" FRRFILE_SAVED_SUFFIX, config->config,
			   config->config);
		return;
	case FRRFILE_REPLACED:
		log_warning("%s was not written by evpnd, which has replaced it; %s" FRRFILE_SAVED_SUFFIX
			    " is older and stays as it is",
			    config->config, config->config);
		return;
	case FRRFILE_NO_FILE:
		log_warning("%s was no regular file, or too large for a frr.conf; evpnd has replaced it",
			    config->config);
		return;
	}
}

int step_install(struct run *run)
{
	const struct config_frr *config = &run->setup->config->frr;
	enum frrfile_former former;

	if (!run->frr_conf) {
		run->err = run->frr_conf_why;
		return refuse(run);
	}
	run->frr->stale = false;
	if (frrfile_is_installed(config, run->frr_conf))
		return 1;
	run->frr->pending = false;
	if (frrfile_install(config, run->options->state_dir, run->frr_conf, &former, &run->err) < 0)
		return refuse(run);
	log_former(config, former);
	return 1;
}

/* FRR has refused what is installed: remember it, so that it is not tried again and again. */
static void remember_refusal(struct run *run)
{
	struct frr_state *frr = run->frr;
	_cleanup_free_ char *name = frrfile_name(&run->setup->config->frr);

	evpn_wrap(&run->err, "FRR refuses %s:\n", name);
	free(frr->refused);
	frr->refused = xstrdup(run->frr_conf);
	frr->refused_by = frr->instance;
	frr->refused_why = run->err;
}

/* FRR has loaded the installed file. */
static int loaded(struct run *run)
{
	const struct config_frr *config = &run->setup->config->frr;
	const char *state_dir = run->options->state_dir;

	run->reloaded = true;
	free(util_take_ptr(&run->frr->partial_told));
	/* Until the run's end nothing is known of what FRR shows now, unless it has got its former configuration back. */
	if (!run->frr->stale) {
		run->frr->shown_is_old = true;
		running_forget(state_dir);
	}
	if (!run->frr->stale && frrfile_accept(state_dir, run->frr_conf, &run->err) < 0)
		return -1;
	return frrfile_set_loaded(state_dir, config->config, run->frr->instance, &run->err) < 0 ? -1 : 1;
}

static void log_drift(const struct run *run)
{
	_cleanup_free_ char *diff = steps_drift_text(run);

	if (diff && diff[0])
		log_warning("another program has changed FRR's configuration, evpnd applies its own again:\n%s", diff);
}

static void log_partly_loaded(struct run *run)
{
	struct frr_state *frr = run->frr;

	if (frr->partial_told && streq(frr->partial_told, run->err.msg))
		return;
	log_warning("FRR runs only a part of its configuration: %s", run->err.msg);
	free(frr->partial_told);
	frr->partial_told = xstrdup(run->err.msg);
}

/* Demands the reload. 1: FRR runs the installed file; 0: it has not answered yet; <0: it failed. */
static int demand(struct run *run)
{
	const struct config_frr *config = &run->setup->config->frr;
	struct frr_state *frr = run->frr;
	int r;

	if ((!run->frr_drifted || run->reloaded) &&
	    frrfile_is_loaded(run->options->state_dir, config->config, frr->instance))
		return 1;
	if (!frr->pending) {
		log_drift(run);
		frrfile_clear_loaded(run->options->state_dir);
		frr->generation++;
		frr->pending = true;
	}
	r = plugin_reload_frr(run->setup->frr, config->config, frr->generation, &run->err);
	frr->pending = r == 0;
	/* While the plugin looks again, it waits for another reason. */
	run->partly_loaded = r == 0 && (run->partly_loaded || run->err.code == EVPN_WAIT_PARTIAL);
	/* A daemon of FRR that is missing must not keep the others from working. */
	if (r == 0 && run->err.code == EVPN_WAIT_PARTIAL) {
		log_partly_loaded(run);
		return 1;
	}
	return r > 0 ? loaded(run) : r;
}

int steps_await_rest(struct run *run)
{
	int r;

	if (!run->partly_loaded)
		return 1;
	r = demand(run);
	return run->partly_loaded ? 0 : r;
}

int step_reload(struct run *run)
{
	struct frr_state *frr = run->frr;
	int r = demand(run);

	if (r < 0 && run->err.code == EVPN_ERROR_REFUSED && !frr->stale) {
		remember_refusal(run);
		if (refuse(run) < 0)
			return -1;
		/* frr-reload.py applies line by line: loading the former file takes back what FRR took of the refused one. */
		r = demand(run);
	}
	if (r == 0)
		return 0;
	if (r < 0 && frr->stale)
		log_warning("FRR does not load its former frr.conf: %s", run->err.msg);
	/* Without any configuration in FRR there is nothing to raise devices for. */
	if (frr->stale && (r < 0 || frrfile_is_empty(&run->setup->config->frr))) {
		run->err = frr->refusal;
		return -1;
	}
	return r > 0 ? steps_read_loaded(run) : r;
}

void step_reload_forget(struct run *run)
{
	frrfile_clear_loaded(run->options->state_dir);
	/* An answer to the present demand may be older than FRR's loss. */
	run->frr->pending = false;
}
