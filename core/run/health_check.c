/* SPDX-License-Identifier: Apache-2.0 */
/* health_check.c - asks FRR and judges; health_text.c puts it into words; see health_check.h */
#include <errno.h>
#include <malloc.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "run/daemon.h"
#include "run/health_parts.h"
#include "run/steps.h"
#include "run/tally.h"

/* While something is pending, or not confirmed. */
#define PENDING_MS 1000

void health_check_stop(struct health_check *check)
{
	inquiry_clear(&check->inquiry);
	running_clear(&check->running);
	health_report_clear(&check->report);
	for (size_t i = 0; i < check->n_own; i++)
		free(util_take_ptr(&check->own_commands[i]));
	check->n_own = 0;
	check->asking = check->second_round = false;
}

void health_check_free(struct health_check *check)
{
	health_check_stop(check);
	health_faults_clear(&check->faults);
	health_report_clear(&check->last);
	session_flaps_clear(&check->flaps);
	free(check->unable);
	*check = (struct health_check){ 0 };
}

static uint32_t vni_number(const struct config *config, size_t i)
{
	return i < config->n_l3vnis ? config->l3vnis[i].vni : config->l2vnis[i - config->n_l3vnis].vni;
}

/* The VNIs whose own routes this check looks at. */
static void choose_vnis(struct health_check *check, const struct config *config)
{
	size_t n = config->n_l3vnis + config->n_l2vnis;

	check->n_own = n < HEALTH_OWN_ROUTES ? n : HEALTH_OWN_ROUTES;
	for (size_t i = 0; i < check->n_own; i++)
		check->own_vnis[i] = vni_number(config, (check->next_vni + i) % n);
	check->next_vni += check->n_own;
}

static void first_round(struct inquiry *inquiry, const struct config *config)
{
	inquiry_add(inquiry, NULL, RUNNING_DAEMONS);
	inquiry_add(inquiry, "zebra", VERSION_QUESTION);
	inquiry_add(inquiry, "zebra", HEALTH_ZEBRA_VNIS);
	if (config->n_l3vnis)
		inquiry_add(inquiry, "zebra", HEALTH_L3_VTEPS);
	inquiry_add(inquiry, "zebra", HEALTH_NEXT_HOPS);
	if (config->underlay.vtep.family == AF_INET6)
		inquiry_add(inquiry, "zebra", HEALTH_NEXT_HOPS_6);
	inquiry_add(inquiry, "bgpd", HEALTH_BGP_VNIS);
	inquiry_add(inquiry, "bgpd", HEALTH_SESSIONS);
}

/* What the first answers lead to: each daemon's configuration, and the routes of some VNIs. */
static void second_round(struct health_check *check, const struct config *config)
{
	struct inquiry *inquiry = &check->inquiry;
	const char *daemons = inquiry_answer(inquiry, NULL, RUNNING_DAEMONS);
	const char *bgp = inquiry_answer(inquiry, "bgpd", HEALTH_BGP_VNIS);

	check->second_round = true;
	if (daemons)
		inquiry_add_daemons(inquiry, daemons);
	if (!bgp)
		return;
	choose_vnis(check, config);
	health_own_routes_commands(bgp, check->own_vnis, check->n_own, check->own_commands);
	for (size_t i = 0; i < check->n_own; i++)
		if (check->own_commands[i])
			inquiry_add(inquiry, "bgpd", check->own_commands[i]);
}

static void judge_own_routes(struct health_check *check, const struct config *config)
{
	for (size_t i = 0; i < check->n_own; i++) {
		const char *command = check->own_commands[i];
		const char *answer = command ? inquiry_answer(&check->inquiry, "bgpd", command) : NULL;

		if (answer)
			health_judge_own_routes(config, check->own_vnis[i], answer, &check->report);
	}
}

void health_add_silence(struct health_report *report, const char *daemon, const struct evpn_error *err)
{
	if (err->code == ENOENT)
		health_add(report, HEALTH_DAEMON, daemon, HEALTH_DAEMON_MISSING,
			   "%s does not run; look into FRR's log why it has ended, or why it was not started", daemon);
	else
		health_add(report, HEALTH_DAEMON, daemon, HEALTH_NO_ANSWER, "%s: %s", daemon, err->msg);
}

/* An item for each daemon that did not answer, the first question that it left open. */
static void judge_silence(struct health_check *check)
{
	const struct inquiry *inquiry = &check->inquiry;
	const char *last = "";

	for (size_t i = 0; i < inquiry->n_questions; i++) {
		const struct question *question = &inquiry->questions[i];
		const char *daemon = question->daemon ? question->daemon : "FRR";

		/* ENOTSUP: the plugin cannot ask this, as evpn-reloader over TCP the running configuration. */
		if (question->answer || question->err.code == ENOTSUP || streq(daemon, last))
			continue;
		last = daemon;
		health_add_silence(&check->report, daemon, &question->err);
	}
}

/* FRR's running configuration against what FRR showed after the run. True: another program has changed it. */
static bool judge_running(struct health_check *check, const struct running *shown)
{
	const char *missing;

	for (size_t i = 0; i < check->inquiry.n_questions; i++) {
		const struct question *question = &check->inquiry.questions[i];

		if (streq(question->command, RUNNING_CONFIG)) {
			if (!question->answer) {
				running_clear(&check->running);
				return false;
			}
			running_add(&check->running, question->daemon, question->answer);
		}
	}
	if (!shown->instance || !check->running.n_parts)
		return false;
	missing = running_find_missing(shown, &check->running);
	if (missing && !streq(missing, "zebra") && !streq(missing, "bgpd"))
		health_add(&check->report, HEALTH_DAEMON, missing, HEALTH_DAEMON_MISSING,
			   "%s does not run any more, and its part of FRR's configuration is not in force", missing);
	if (missing || running_same(shown, &check->running))
		return false;
	health_add(&check->report, HEALTH_CONFIG, "FRR's configuration", HEALTH_CONFIG_DRIFT,
		   "another program has changed FRR's running configuration");
	return true;
}

/* With frr.drift = "report": once for each time that FRR's configuration is changed. */
static void tell_drift(const struct health_check *check, const struct running *shown)
{
	_cleanup_free_ char *diff = NULL;

	for (size_t i = 0; i < check->faults.n_items; i++)
		if (check->faults.items[i].reason == HEALTH_CONFIG_DRIFT)
			return;
	diff = running_diff(shown, &check->running);
	log_warning(
		"another program has changed FRR's configuration, and evpnd leaves it (frr.drift = \"report\"):\n%s",
		diff);
}

static void note_fault(const char *text, void *arg)
{
	log_info("%s", text);
}

/* Known faults of this FRR, once for each version. */
static void note_version(struct health_check *check, const struct config *config)
{
	const char *answer = inquiry_answer(&check->inquiry, "zebra", VERSION_QUESTION);
	struct version version;

	if (!answer || !version_parse(answer, &version) || version_same(&version, &check->version))
		return;
	check->version = version;
	version_warn(&version, version_features(config), note_fault, NULL);
}

/* Whether there is a session that brings EVPN routes, and a way to the VTEPs that they name. */
static bool hears_of_vteps(const struct health_report *report)
{
	bool has_session = false;

	for (size_t i = 0; i < report->n_items; i++) {
		has_session |= report->items[i].fabric && report->items[i].reason == HEALTH_FINE;
		if (report->items[i].kind == HEALTH_NEXT_HOP)
			return false;
	}
	return has_session;
}

/* All at once they are hardly gone: a route reflector or a filter stands in the way. */
static void judge_vteps(struct health_check *check)
{
	size_t n = check->report.n_remote_vteps;

	/* A zebra that does not answer says nothing about them. */
	if (!inquiry_answer(&check->inquiry, "zebra", HEALTH_ZEBRA_VNIS))
		return;
	if (n > 0)
		check->had_vteps = n;
	else if (check->had_vteps && hears_of_vteps(&check->report))
		health_add(&check->report, HEALTH_VTEPS, "remote VTEPs", HEALTH_REMOTE_VTEPS_GONE,
			   "no other node announces a VNI any more, there were %zu remote VTEPs; if that is right, "
			   "reload evpnd",
			   check->had_vteps);
}

/* How long to wait until FRR's configuration is repaired; 0: now. */
static uint32_t pace_repair(struct health_check *check, uint64_t now)
{
	unsigned int fight;
	uint32_t wait = repair_pace_wait(&check->pace, running_hash(&check->running), now, &fight);

	if (fight)
		log_warning(
			"another program keeps changing FRR's configuration; evpnd has restored it %u times in a row "
			"and "
			"pauses between its repairs from now on, 10 s at first, at most 5 min; find that program and "
			"stop it, or set frr.drift = \"report\"",
			fight);
	return wait;
}

/* Whether FRR has lost a VNI that it had at the last check: zebra has missed a notification, which a run finds and helps. */
static bool has_lost_vni(const struct health_check *check)
{
	for (size_t i = 0; i < check->report.n_items; i++) {
		const struct health_item *item = &check->report.items[i];

		if ((item->reason == HEALTH_VNI_UNKNOWN || item->reason == HEALTH_VNI_NOT_ANNOUNCED) &&
		    !health_faults_find(&check->faults, item))
			return true;
	}
	return false;
}

static uint32_t next_check(const struct health_check *check, const struct config *config)
{
	if (check->state == HEALTH_PENDING || health_has_unconfirmed(check, clock_ms()))
		return PENDING_MS;
	return config->health.interval ? config->health.interval * 1000 : HEALTH_NEVER;
}

static void keep_report(struct health_check *check)
{
	health_report_clear(&check->last);
	check->last = check->report;
	check->last_ms = clock_ms();
	check->last_began_ms = check->began_ms;
	check->report = (struct health_report){ 0 };
}

/* Everything but FRR's running configuration. */
static void judge(struct daemon *daemon)
{
	struct health_check *check = &daemon->health;
	const struct config *config = daemon->setup.config;
	const struct inquiry *inquiry = &check->inquiry;
	char router_mac[18];
	struct health_expected expected = steps_expected(&daemon->run, router_mac);
	const char *answer;

	judge_silence(check);
	note_version(check, config);
	expected.l3_vteps = inquiry_answer(inquiry, "zebra", HEALTH_L3_VTEPS);
	health_judge_vnis(&expected, inquiry_answer(inquiry, "zebra", HEALTH_ZEBRA_VNIS),
			  inquiry_answer(inquiry, "bgpd", HEALTH_BGP_VNIS), &check->report);
	judge_own_routes(check, config);
	tally_read(config, daemon->run.netns_fd[NET_NS_FRR], &check->last, &check->report);
	if ((answer = inquiry_answer(inquiry, "bgpd", HEALTH_SESSIONS))) {
		health_judge_sessions(answer, &check->report);
		health_judge_announced(config, &check->report);
	}
	session_flaps_judge(&check->flaps, &check->report, clock_ms());
	if ((answer = inquiry_answer(inquiry, "zebra", HEALTH_NEXT_HOPS)))
		health_judge_next_hops(answer, &check->report);
	if ((answer = inquiry_answer(inquiry, "zebra", HEALTH_NEXT_HOPS_6)))
		health_judge_next_hops(answer, &check->report);
	judge_vteps(check);
}

static uint32_t finish(struct daemon *daemon)
{
	struct health_check *check = &daemon->health;
	const struct config *config = daemon->setup.config;
	const struct running *shown = &daemon->frr.shown;
	bool changed, unknown, lost;
	uint32_t wait;

	judge(daemon);
	changed = judge_running(check, shown);
	if (changed && config->frr.reports_drift)
		tell_drift(check, shown);
	/* evpnd could not read it after the run: the next run compares FRR with frr.conf. */
	unknown = !shown->instance && check->running.n_parts;
	lost = check->state != HEALTH_UNKNOWN && has_lost_vni(check);
	health_take_report(check, clock_ms());
	keep_report(check);
	wait = next_check(check, config);
	if (unknown || (changed && !config->frr.reports_drift)) {
		uint32_t pause = pace_repair(check, clock_ms());

		wait = pause < wait ? pause : wait;
	}
	health_check_stop(check);
	/* FRR's answers about a thousand VNIs. */
	malloc_trim(0);
	return lost ? 0 : wait;
}

/* The plugin cannot ask a daemon: there is no health, and no further check. */
static uint32_t give_up(struct health_check *check, const char *why)
{
	free(check->unable);
	check->unable = xstrdup(why);
	check->state = HEALTH_UNKNOWN;
	health_check_stop(check);
	return HEALTH_NEVER;
}

uint32_t health_check_continue(struct daemon *daemon)
{
	struct health_check *check = &daemon->health;
	struct plugin *frr = daemon->setup.frr;
	struct evpn_error err = { 0 };

	for (;;) {
		if (inquiry_ask(&check->inquiry, frr, &err) == 0)
			return HEALTH_ASKS;
		if (check->inquiry.questions[0].err.code == ENOTSUP)
			return give_up(check, check->inquiry.questions[0].err.msg);
		if (check->second_round)
			return finish(daemon);
		second_round(check, daemon->setup.config);
	}
}

uint32_t health_check_look(struct daemon *daemon)
{
	struct health_check *check = &daemon->health;

	if (daemon->state.phase != PIPELINE_CONVERGED || daemon->options.goal != RUN_UP)
		return HEALTH_NEVER;
	health_check_stop(check);
	check->asking = true;
	check->began_ms = clock_ms();
	first_round(&check->inquiry, daemon->setup.config);
	return health_check_continue(daemon);
}

uint32_t health_check_begin(struct daemon *daemon)
{
	struct health_check *check = &daemon->health;
	const struct run *run = &daemon->run;

	/* A run that changed nothing gives nothing time to come up. */
	if (check->state == HEALTH_UNKNOWN || run->n_changes || run->reloaded)
		check->grace_ms = clock_ms() + daemon->setup.config->health.grace * 1000ull;
	if (run->n_changes || run->reloaded)
		session_flaps_clear(&check->flaps);
	free(util_take_ptr(&check->unable));
	return health_check_look(daemon);
}
