/* SPDX-License-Identifier: Apache-2.0 */
/* dryrun.c - see dryrun.h */
#include "dryrun.h"
#include "evpnd.h"
#include "frrconf.h"
#include "frrfile.h"
#include "plan_show.h"
#include "textdiff.h"
#include "util.h"

/* frr.conf may be large; what is no frr.conf at all is not compared. */
#define CONF_MAX (64u << 20)

struct frr_change {
	bool failed; /* what is wanted cannot be had: err */
	bool install, reload;
	char *diff; /* with `install`; without passwords */
	struct evpn_error err;
};

static void frr_change_clear(struct frr_change *change)
{
	free(change->diff);
}
#define _cleanup_change_ __attribute__((cleanup(frr_change_clear)))

/* A difference goes to terminals and logs. */
static char *diff_masked(const char *installed, const char *wanted)
{
	_cleanup_free_ char *before = frrconf_mask(installed, NULL), *after = frrconf_mask(wanted, installed);

	return textdiff_unified(before, after);
}

static void find_frr_change(const struct run *run, struct frr_change *change)
{
	const struct config_frr *frr = &run->config->frr;
	_cleanup_free_ char *wanted = NULL, *installed = NULL;

	if (run->options.down)
		return;
	if (frrfile_wanted(run->config, &wanted, &change->err) < 0) {
		change->failed = true;
		return;
	}
	change->install = !frrfile_is_installed(frr, wanted);
	change->reload = change->install || !record_is_loaded(run->options.state_dir, frr->config, run->frr_instance);
	if (change->install && util_read_file(frr->config, CONF_MAX, &installed, NULL) < 0)
		installed = xstrdup("");
	if (change->install)
		change->diff = diff_masked(installed, wanted);
}

static void print_frr(const struct config_frr *frr, const struct frr_change *change, FILE *out)
{
	const char *from = frr->source ? frr->source : "generated";

	if (change->failed)
		fprintf(out, "problem: %s\n", change->err.msg);
	if (change->install)
		fprintf(out, "install frr.conf: %s -> %s\n", from, frr->config);
	/* The same text, when only owner or permissions differ. */
	if (change->diff && change->diff[0])
		fprintf(out, "--- %s\n+++ %s\n%s", frr->config, from, change->diff);
	if (change->reload)
		fprintf(out, "reload FRR\n");
}

static void print_text(const struct run *run, const struct frr_change *change, FILE *out)
{
	plan_print_stage(&run->plan, PLAN_BUILD, out);
	print_frr(&run->config->frr, change, out);
	for (int stage = PLAN_RAISE; stage < PLAN_STAGE_COUNT; stage++)
		plan_print_stage(&run->plan, (enum plan_stage)stage, out);
	plan_print_problems(&run->plan, out);
	plan_print_states(&run->desired, &run->actual, out);
}

static void print_json(const struct run *run, const struct frr_change *change, bool changes, FILE *out)
{
	const struct config_frr *frr = &run->config->frr;
	json_auto_t *json = plan_json(&run->plan, &run->desired, &run->actual);
	json_t *file = json_pack("{ss ss* sb sb ss}", "config", frr->config, "source", frr->source, "install",
				 (int)change->install, "reload", (int)change->reload, "diff",
				 change->diff ? change->diff : "");

	if (change->failed)
		json_array_append_new(json_object_get(json, "problems"),
				      json_pack("{ss ss}", "group", "frr.conf", "text", change->err.msg));
	if (!run->options.down)
		json_object_set_new(json, "frr", file);
	else
		json_decref(file);
	json_object_set_new(json, "changes", json_boolean(changes));
	json_dumpf(json, out, JSON_INDENT(1));
	fputc('\n', out);
}

int dryrun_print(struct run *run, bool json, FILE *out)
{
	_cleanup_change_ struct frr_change change = { 0 };
	bool changes;

	find_frr_change(run, &change);
	changes = run->plan.n_ops || change.reload;
	if (json)
		print_json(run, &change, changes, out);
	else
		print_text(run, &change, out);
	if (change.failed || run->plan.n_problems)
		return EVPND_FAILED;
	return changes ? EVPND_CHANGES : EVPND_OK;
}
