/* SPDX-License-Identifier: Apache-2.0 */
/* dryrun.c - see dryrun.h */
#include "base/escape.h"
#include "base/json.h"
#include "base/textdiff.h"
#include "base/util.h"
#include "frr/frrconf.h"
#include "frr/frrfile.h"
#include "plan/plan_show.h"
#include "run/dryrun.h"
#include "run/evpnd.h"
#include "run/steps.h"

struct frr_change {
	bool failed; /* the wanted frr.conf cannot be installed, err says why */
	bool install, reload;
	bool awaited; /* frr.conf is not known before the DHCP lease */
	bool save; /* with `install`: the file that stands there is saved before */
	char *diff; /* with `install`; without passwords */
	const char *why; /* why nothing is known of that; "": it is, or the reload finds out in any case */
	char *drift; /* what another program has changed in FRR; NULL: nothing */
	struct evpn_error err;
};

static void frr_change_clear(struct frr_change *change)
{
	free(change->diff);
	free(change->drift);
}
#define _cleanup_change_ __attribute__((cleanup(frr_change_clear)))

/* A difference goes to terminals and logs, where no password belongs. */
static char *diff_masked(const char *installed, const char *wanted)
{
	_cleanup_free_ char *before = frrconf_mask(installed, NULL), *after = frrconf_mask(wanted, installed);
	_cleanup_free_ char *diff = textdiff_unified(before, after);

	/* The container may have written what is installed. */
	return escape_text(diff);
}

static void find_frr_change(const struct run *run, struct frr_change *change)
{
	const struct config_frr *frr = &run->setup->config->frr;
	enum frrfile_former former = FRRFILE_OURS;
	_cleanup_free_ char *installed = NULL;

	change->why = run->running_why.msg;
	if (run->options->goal == RUN_DOWN)
		return;
	change->awaited = config_awaits_lease(run->setup->config) != NULL;
	if (change->awaited)
		return;
	/* The check step has found that the wanted frr.conf cannot be installed. */
	if (!run->frr_conf) {
		change->failed = true;
		change->err = run->frr_conf_why;
		return;
	}
	change->install = !frrfile_is_installed(frr, run->frr_conf);
	change->drift = steps_drift_text(run);
	change->reload = change->install || run->frr_drifted ||
			 !frrfile_is_loaded(run->options->state_dir, frr->config, run->frr->instance);
	if (change->install && frrfile_find_former(frr, run->options->state_dir, &former, &change->err) < 0)
		change->failed = true;
	change->save = former == FRRFILE_SAVED;
	if (change->install && frrfile_read_installed(frr, &installed) < 0)
		installed = xstrdup("");
	if (change->install)
		change->diff = diff_masked(installed, run->frr_conf);
}

static void print_frr(const struct config_frr *frr, const struct frr_change *change, FILE *out)
{
	const char *from = frr->source ? frr->source : "generated";

	if (change->failed)
		fprintf(out, "problem: %s\n", change->err.msg);
	if (change->save)
		fprintf(out, "save frr.conf: %s -> %s" FRRFILE_SAVED_SUFFIX "\n", frr->config, frr->config);
	if (change->install)
		fprintf(out, "install frr.conf: %s -> %s\n", from, frr->config);
	/* Empty where only owner or permissions differ. */
	if (change->diff && change->diff[0])
		fprintf(out, "--- %s\n+++ %s\n%s", frr->config, from, change->diff);
	if (change->drift && change->drift[0])
		fprintf(out, "take back what another program has changed in FRR:\n%s", change->drift);
	if (change->why[0])
		fprintf(out, "FRR's running configuration cannot be compared: %s\n", change->why);
	if (change->reload)
		fprintf(out, "reload FRR\n");
}

/* Each NIC whose DHCP client would be started; without `out` they are only counted. */
static size_t print_clients(const struct run *run, FILE *out)
{
	const struct config *config = run->setup->config;
	_cleanup_free_ char *client = dhcp_find_client();
	size_t n = 0;

	for (size_t i = 0; run->options->goal == RUN_UP && client && i < config->underlay.n_nics; i++) {
		const struct config_nic *nic = &config->underlay.nics[i];

		if (!nic->dhcp || dhcp_is_running(run->options->state_dir, nic->inner))
			continue;
		n++;
		if (out)
			fprintf(out, "start the DHCP client: %s on %s in FRR's namespace\n", client, nic->inner);
	}
	return n;
}

static void print_steps(const struct run *run, const struct frr_change *change, FILE *out)
{
	plan_print_stage(&run->seen.plan, PLAN_BUILD, out);
	print_clients(run, out);
	if (change->awaited)
		fprintf(out, "wait for the DHCP lease, which is the VTEP's address\n");
	print_frr(&run->setup->config->frr, change, out);
	for (int stage = PLAN_RAISE; stage < PLAN_STAGE_COUNT; stage++)
		plan_print_stage(&run->seen.plan, (enum plan_stage)stage, out);
	plan_print_problems(&run->seen.plan, out);
	plan_print_link_states(&run->seen.desired, &run->seen.actual, out);
}

/* The container chooses the names of its devices, which are part of operations and problems. */
static void print_text(const struct run *run, const struct frr_change *change, FILE *out)
{
	_cleanup_free_ char *text = NULL, *shown = NULL;
	size_t len;
	FILE *steps = xopen_text(&text, &len);

	print_steps(run, change, steps);
	xclose_text(steps);
	shown = escape_text(text);
	fputs(shown, out);
}

static void print_json(const struct run *run, const struct frr_change *change, bool changes, FILE *out)
{
	const struct config_frr *frr = &run->setup->config->frr;
	json_auto_t *json = plan_json(&run->seen.plan, &run->seen.desired, &run->seen.actual);
	json_t *file = json_pack("{so so* sb sb sb so so}", "config", json_printable(frr->config), "source",
				 frr->source ? json_printable(frr->source) : NULL, "save", (int)change->save, "install",
				 (int)change->install, "reload", (int)change->reload, "diff",
				 json_printable(change->diff ? change->diff : ""), "drift",
				 json_printable(change->drift ? change->drift : ""));

	if (change->failed)
		json_array_append_new(
			json_object_get(json, "problems"),
			json_pack("{ss so}", "group", "frr.conf", "text", json_printable(change->err.msg)));
	if (run->options->goal != RUN_DOWN)
		json_object_set_new(json, "frr", file);
	else
		json_decref(file);
	json_object_set_new(json, "changes", json_boolean(changes));
	json_dumpf(json, out, JSON_INDENT(1));
	fputc('\n', out);
}

int dryrun_print(const struct run *run, bool json, FILE *out)
{
	_cleanup_change_ struct frr_change change = { 0 };
	bool changes;

	find_frr_change(run, &change);
	changes = run->seen.plan.n_ops || change.reload || print_clients(run, NULL);
	if (json)
		print_json(run, &change, changes, out);
	else
		print_text(run, &change, out);
	if (change.failed || run->seen.plan.n_problems)
		return EVPND_FAILED;
	return changes ? EVPND_CHANGES : EVPND_OK;
}
