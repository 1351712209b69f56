/* SPDX-License-Identifier: Apache-2.0 */
/* steps_verify.c - zebra and bgpd have every VNI as configured; see steps.h */
#include <errno.h>

#include "base/clock.h"
#include "base/util.h"
#include "frr/health.h"
#include "plan/desired.h"
#include "run/steps.h"

/*
 * zebra learns of a raised device by netlink and answers from the same loop, and bgpd learns of it from zebra: a VNI is there
 * within milliseconds, or after both have worked off their queues. FRR has no event for it, so evpnd asks, less and less often.
 */
#define VERIFY_PAUSE_MS	   50
#define VERIFY_PAUSE_TENTH 1000 /* VNIs that add as much again to the pause: FRR's answer has a part for each */
/* Without progress. */
#define VERIFY_LIMIT_MS 10000
/* Without progress for so long, and since then so often, the devices that FRR lacks are announced to it again. */
#define VERIFY_TELL_MS 500

bool steps_vni_failed(const struct run *run, uint32_t vni)
{
	const struct net *desired = &run->seen.desired;
	const struct net_vlan *entry = net_find_vni(desired, vni);
	char name[IFNAMSIZ];
	const struct net_link *link;

	/* A run that has converged has applied all of them, and has no links any more (run_shed()). */
	if (run->shed)
		return false;
	if (entry)
		return plan_group_in(desired, run->failed, entry->group);
	net_name_vxlan(vni, name);
	link = net_find_link(desired, NET_NS_FRR, name);
	return !link || plan_group_in(desired, run->failed, link->group);
}

static bool skip(void *arg, uint32_t vni)
{
	return steps_vni_failed(arg, vni);
}

struct health_expected steps_expected(struct run *run, char router_mac[18])
{
	uint8_t mac[6];

	desired_router_mac(run->setup->config, mac);
	snprintf(router_mac, 18, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	return (struct health_expected){
		.config = run->setup->config, .router_mac = router_mac, .skip = skip, .arg = run
	};
}

/* A part of the configuration that FRR loads now may change what it has just said: it is asked again. */
static int finish_rest(struct run *run)
{
	bool has_waited = run->partly_loaded;
	int r = steps_await_rest(run);

	return r > 0 && has_waited ? step_verify(run) : r;
}

static int finish(struct run *run)
{
	size_t n = run->problems.n_lines;

	if (run->frr->stale) {
		run->err = run->frr->refusal;
		return -1;
	}
	if (n == 0)
		return finish_rest(run);
	return evpn_fail(&run->err, EIO, "%zu %s failed, all others are applied", n, n == 1 ? "item" : "items");
}

/* FRR does not have everything yet: waits for it, and helps. */
static int await(struct run *run, const struct health_report *report, const char *text, size_t n)
{
	struct verify *verify = &run->verify;
	const struct config *config = run->setup->config;
	uint64_t now = clock_ms();

	if (!verify->since || n < verify->n_left) {
		verify->since = now;
		verify->pause_ms = 0;
	}
	verify->n_left = n;
	if (now - verify->since >= VERIFY_LIMIT_MS) {
		if (n > 1)
			return evpn_fail(&run->err, EIO, "%s; and %zu more", text, n - 1);
		return evpn_fail(&run->err, EIO, "%s", text);
	}
	if (now - verify->since >= VERIFY_TELL_MS && now - verify->told >= VERIFY_TELL_MS &&
	    steps_tell_zebra(run, report) < 0)
		return -1;
	run->wait_ms = run_next_pause(&verify->pause_ms,
				      VERIFY_PAUSE_MS + (unsigned int)((config->n_l2vnis + config->n_l3vnis) *
								       VERIFY_PAUSE_MS / VERIFY_PAUSE_TENTH));
	return evpn_wait(&run->err, "%s", text);
}

/* 1: FRR has all; 0: not yet; <0: it is not going to. */
static int judge(struct run *run)
{
	const struct inquiry *inquiry = &run->inquiry;
	struct health_report report = { 0 };
	char router_mac[18];
	const struct health_expected expected = steps_expected(run, router_mac);
	const struct health_item *first;
	size_t n;
	int r;

	health_judge_vnis(&expected, inquiry_answer(inquiry, "zebra", HEALTH_ZEBRA_VNIS),
			  inquiry_answer(inquiry, "bgpd", HEALTH_BGP_VNIS), &report);
	first = health_first_failed(&report, &n);
	if (!first)
		r = 1;
	else if (first->kind == HEALTH_DAEMON)
		r = evpn_fail(&run->err, EPROTO, "%s", first->text);
	else
		r = await(run, &report, first->text, n);
	health_report_clear(&report);
	return r;
}

/* A daemon that does not run or is busy may answer later. */
static int take_failure(struct run *run, const struct question *failed)
{
	static const struct health_report nothing;

	if (failed->err.code == ENOENT || failed->err.code == ETIMEDOUT)
		return await(run, &nothing, failed->err.msg, 1);
	run->err = failed->err;
	return -1;
}

int step_verify(struct run *run)
{
	const struct question *failed;
	int r;

	/* The accepted frr.conf, in force in place of a refused one, is no answer to what evpn.conf says now. */
	if (run->frr->stale)
		return finish(run);
	if (!run->inquiry.n_questions) {
		run->inquiry.by_vtysh = true;
		inquiry_add(&run->inquiry, "zebra", HEALTH_ZEBRA_VNIS);
		inquiry_add(&run->inquiry, "bgpd", HEALTH_BGP_VNIS);
	}
	if (run_ask(run) == 0)
		return 0;
	failed = inquiry_find_failed(&run->inquiry, ENOTSUP);
	/* This plugin can signal but not ask (frr-signal's plain protocol): its user has chosen not to know. */
	if (!failed && inquiry_find_failed(&run->inquiry, 0))
		r = 1;
	else
		r = failed ? take_failure(run, failed) : judge(run);
	inquiry_clear(&run->inquiry);
	if (r <= 0 && run->drift_left)
		evpn_wrap(&run->err, "another program has changed FRR's configuration, and evpnd leaves it (frr.drift "
				     "= \"report\"): ");
	if (r <= 0)
		return r;
	/* zebra has answered since the last link was made. */
	run->frr->zebra_behind = false;
	return finish(run);
}
