/* SPDX-License-Identifier: Apache-2.0 */
/* steps_kernel.c - finding FRR's namespace, reading, planning and changing the kernel; see steps.h */
#include <errno.h>
#include <poll.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "kernel/apply.h"
#include "kernel/netns.h"
#include "kernel/netns_find.h"
#include "kernel/ovs.h"
#include "run/control.h"
#include "run/former.h"
#include "run/nic.h"
#include "run/plugin_call.h"
#include "run/report.h"
#include "run/state_dir.h"
#include "run/state_file.h"
#include "run/steps.h"

/*
 * The plugins' events were true: FRR is another one. But the plugin alone says so, and one that invents an FRR at each call would
 * keep evpnd busy for ever. So FRRs have a budget, too.
 */
static void take_new_frr(struct setup *setup)
{
	struct plugin *netns = setup->netns;
	bool is_paused = plugin_pace_left(&netns->pace, clock_ms()) > 0;
	bool is_too_much = plugin_pace_charge(&netns->pace, PLUGIN_COST_FOUND, clock_ms()) > 0;

	if (!is_paused && !is_too_much) {
		plugin_pace_confirm(&netns->pace);
		/* --down does without one that cannot be opened. */
		if (setup->frr)
			plugin_pace_confirm(&setup->frr->pace);
	}
	if (is_too_much && netns->pace.strikes == 1)
		log_warning("plugin %s: find_netns finds another FRR again and again, and each begins a run; evpnd "
			    "pauses before it calls on_event again, for 1 s at first, for 60 s at most: if FRR does "
			    "not restart all the time, report it to the plugin's author",
			    netns->api.name);
}

int step_find(struct run *run)
{
	struct plugin *netns = run->setup->netns;
	_cleanup_close_ int fd = -1;
	uint64_t instance = 0;
	int r = plugin_find_netns(netns, &fd, &instance, &run->err);

	if (r <= 0)
		return r;
	/* evpnd never builds in the host's own namespace, whatever the plugin looked at. */
	if (netns_same(fd, run->netns_fd[NET_NS_HOST]))
		return evpn_fail(&run->err, EINVAL,
				 "plugin %s found the host's own network namespace; run FRR in a namespace of its own",
				 netns->api.name);
	run->netns_fd[NET_NS_FRR] = util_take_fd(&fd);
	/* Another FRR has to be asked anew: an answer of the former one says nothing about it. */
	if (instance != run->frr->instance) {
		run->frr->pending = false;
		take_new_frr(run->setup);
	}
	run->frr->instance = instance;
	return 1;
}

/* Where a NIC is that has to come back: FRR may have ended, and left the namespace. */
static bool find_by_records(struct run *run)
{
	struct nic_records nics = { 0 };
	struct evpn_error err = { 0 };
	bool found = false;
	int fd = -1;

	if (state_file_load_nics(run->options->state_dir, &nics, &err) >= 0)
		for (size_t i = 0; i < nics.n_items && !found; i++)
			found = netns_find(nics.items[i].netns, &fd) > 0;
	nic_records_clear(&nics);
	if (!found || netns_same(fd, run->netns_fd[NET_NS_HOST])) {
		util_closep(&fd);
		return false;
	}
	run->netns_fd[NET_NS_FRR] = fd;
	return true;
}

int step_find_to_take_down(struct run *run)
{
	int r = run->setup->netns ? step_find(run) : 0;

	if (r > 0 || find_by_records(run))
		return 1;
	return !run->setup->netns || (r == 0 && run->without_frr) ? 1 : r;
}

static bool keeps_neighbors(const struct run *run)
{
	const struct config *config = run->setup->config;

	for (size_t i = 0; run->options->goal == RUN_UP && i < config->n_l2vnis; i++)
		if (config->l2vnis[i].keep_neighbors)
			return true;
	return false;
}

/*
 * Notifications are opened before the kernel is read, so that no change falls in between. FRR's keep its namespace alive:
 * without events from the plugin nothing would say when to close them, so they are not opened then.
 */
static int listen_for_changes(struct run *run)
{
	if (!run->options->listen || run->notify[NET_NS_HOST])
		return 0;
	if (notify_open(run->netns_fd[NET_NS_HOST], NET_NS_HOST, &run->notify[NET_NS_HOST], &run->err) < 0)
		return -1;
	/* RUN_DOWN without FRR. */
	if (run->netns_fd[NET_NS_FRR] < 0 || !run->setup->netns || run->setup->netns->event_fd < 0)
		return 0;
	if (notify_open(run->netns_fd[NET_NS_FRR], NET_NS_FRR, &run->notify[NET_NS_FRR], &run->err) < 0)
		return -1;
	return keeps_neighbors(run) ? neighbors_open(run->netns_fd[NET_NS_FRR], &run->neighbors, &run->err) : 0;
}

/* The result of something that may wait for Open vSwitch. */
static int await_ovs(struct run *run, int r)
{
	run->wait_fd = r == 0 ? ovs_fd(run->ovs) : -1;
	return r;
}

/*
 * The kernel interrupts a dump when links or addresses change meanwhile. That is no failure: another attempt soon may have more
 * luck, while the pause after a failed run grows.
 */
static int read_again(struct run *run)
{
	struct evpn_error why = run->err;

	observation_clear(&run->seen);
	run->wait_ms = DRIFT_AGAIN_MS;
	return evpn_wait(&run->err, "%s", why.msg);
}

int step_read(struct run *run)
{
	struct observe_source from;
	int r;

	if (!run->ovs)
		run->ovs = ovs_new(ovs_socket(run->setup->config->ovs_socket), run->options->instance,
				   run->options->state_dir);
	from = run_source(run);
	if (listen_for_changes(run) < 0 || run_open_sockets(run) < 0)
		return -1;
	r = observe_read(&from, run->rtnl, &run->seen, &run->err);
	if (r < 0 && run->err.code == EINTR)
		return read_again(run);
	return await_ovs(run, r);
}

static void warn_of_lost_nics(const struct run *run)
{
	for (size_t i = 0; !run->options->quiet && i < run->seen.lost.n_items; i++)
		log_warning("NIC %s: not found on the host nor in FRR's namespace, so it cannot be given back; a "
			    "virtual device "
			    "is deleted with its namespace",
			    run->seen.lost.items[i].name);
}

/* Each is logged once, and again if it comes back after it was gone. */
static void log_warnings(struct run *run)
{
	struct config_errors now = { 0 };

	now.lines = plan_warnings(&run->seen.desired, &run->seen.actual, &now.n_lines);
	if (!run->options->quiet)
		report_new_warnings(now.lines, now.n_lines, run->setup->warned.lines, run->setup->warned.n_lines);
	config_errors_clear(&run->setup->warned);
	run->setup->warned = now;
}

/* What the plan cannot do is fatal where nothing can be built on it; else it is reported at the run's end. */
static int take_problems(struct run *run)
{
	const struct plan *plan = &run->seen.plan;

	for (size_t i = 0; i < plan->n_problems; i++) {
		const struct plan_problem *problem = &plan->problems[i];
		const struct net_group *group = &run->seen.desired.groups[problem->group];
		bool is_base = group->kind == NET_GROUP_BASE || group->kind == NET_GROUP_NIC;

		if (plan->blocked[0] && is_base && !run->options->dry_run)
			return evpn_fail(&run->err, problem->fault == PLAN_ABSENT ? ENODEV : EEXIST, "%s",
					 problem->text);
		config_errors_add(&run->problems, NULL, "%s: %s", group->label, problem->text);
	}
	return 1;
}

static bool touches_underlay(const struct observation *seen)
{
	for (size_t i = 0; i < seen->plan.n_ops; i++)
		if (seen->desired.groups[seen->plan.ops[i].group].kind != NET_GROUP_VNI)
			return true;
	return false;
}

int step_plan(struct run *run)
{
	struct observe_source from = run_source(run);
	size_t n_groups;

	if (observe_plan(&from, &run->seen, &run->err) < 0)
		return -1;
	n_groups = run->seen.desired.n_groups;
	run->failed = xcalloc(n_groups, sizeof(bool));
	memcpy(run->failed, run->seen.plan.blocked, n_groups * sizeof(bool));
	run->overtaken = xcalloc(n_groups, sizeof(bool));
	run->touches_underlay = touches_underlay(&run->seen);
	warn_of_lost_nics(run);
	log_warnings(run);
	return take_problems(run);
}

static bool plans(const struct run *run, enum op_type type)
{
	for (size_t i = 0; i < run->seen.plan.n_ops; i++)
		if (run->seen.plan.ops[i].type == type)
			return true;
	return false;
}

/*
 * The plugin may have news that it was not asked for since FRR was found, such as FRR's end. A virtual NIC that goes into a
 * namespace which only evpnd keeps alive is deleted with it.
 */
int step_confirm(struct run *run)
{
	struct plugin *netns = run->setup->netns;
	struct pollfd fd = { .fd = netns->event_fd, .events = POLLIN };
	int r;

	if (!plans(run, OP_LINK_MOVE) || poll(&fd, 1, 0) <= 0)
		return 1;
	r = plugin_on_event(netns, &run->err);
	if (r != EVPN_EVENT_CHANGED)
		return r < 0 ? -1 : 1;
	evpn_fail(&run->err, ESTALE, "FRR has changed since evpnd found it");
	return STEP_STALE;
}

static void report_group(void *arg, unsigned int group, const struct evpn_error *err)
{
	struct run *run = arg;

	config_errors_add(&run->problems, NULL, "%s", err->msg);
	if (run->overtaken && err->code == ENODEV)
		run->overtaken[group] = true;
}

static void after_op(void *arg)
{
	const struct run *run = arg;

	if (run->options->after_op)
		run->options->after_op(arg);
	if (run->options->control)
		run->options->control->operation(run->options->control->arg);
}

int steps_own_listener(const struct run *run)
{
	return run->notify[NET_NS_FRR] ? notify_fd(run->notify[NET_NS_FRR]) : -1;
}

static struct apply new_apply(struct run *run)
{
	return (struct apply){ .rtnl = run->rtnl,
			       .netns_fd = run->netns_fd,
			       .instance = run->options->instance,
			       .ovs = run->ovs,
			       .desired = &run->seen.desired,
			       .own_listener = 1 + steps_own_listener(run),
			       .failed = run->failed,
			       .report = report_group,
			       .after = after_op,
			       .arg = run };
}

static int apply(struct run *run, enum plan_stage stage)
{
	int r;

	if (!run->applying)
		run->apply = new_apply(run);
	r = run_open_sockets(run) < 0 ? -1 : apply_stage(&run->apply, &run->seen.plan, stage, &run->err);
	run->n_changes += run->apply.n_done;
	run->apply.n_done = 0;
	run->applying = r == 0;
	if (r == 0 && run->apply.pace.pausing) {
		run->wait_ms = APPLY_PACE_MS;
		return evpn_wait(&run->err, "zebra is behind with the kernel's notifications");
	}
	if (r == 0)
		evpn_wait(&run->err, "Open vSwitch has not answered yet");
	return await_ovs(run, r);
}

int steps_apply_extra(struct run *run, const struct plan *plan)
{
	struct apply apply = new_apply(run);
	int r;

	/* It is called while zebra is behind. */
	apply.pace.off = true;
	r = run_open_sockets(run) < 0 ? -1 : apply_stage(&apply, plan, PLAN_RAISE, &run->err);
	run->n_changes += apply.n_done;
	return r;
}

int step_build(struct run *run)
{
	const char *state_dir = run->options->state_dir;

	if (!run->applying) {
		run->frr->zebra_behind |= plans(run, OP_LINK_MOVE) || plans(run, OP_LINK_CREATE);
		/* The records first: the kernel forgets what the plan changes. */
		if (nic_save(state_dir, &run->seen, &run->err) < 0 || former_save(state_dir, &run->seen, &run->err) < 0)
			return -1;
		if (nic_forget_lost(state_dir, &run->seen, &run->err) < 0)
			return -1;
	}
	return apply(run, PLAN_BUILD);
}

int step_raise(struct run *run)
{
	return apply(run, PLAN_RAISE);
}

/* Only the first of the two stages has operations of Open vSwitch's, so only that one may wait. */
static int prune(struct run *run)
{
	int r = run->pruned ? 1 : apply(run, PLAN_PRUNE);

	if (r <= 0)
		return r;
	run->pruned = true;
	r = apply(run, PLAN_GIVE_BACK);
	run->pruned = r == 0;
	return r;
}

int step_take_down(struct run *run)
{
	const char *state_dir = run->options->state_dir;
	int r = prune(run);

	if (r <= 0)
		return r;
	if (nic_forget_given_back(state_dir, &run->seen, run->failed, &run->err) < 0 ||
	    nic_forget_lost(state_dir, &run->seen, &run->err) < 0)
		return -1;
	return 1;
}

int step_prune(struct run *run)
{
	/* While the former frr.conf is in force, FRR still uses what would be deleted. */
	return run->frr->stale ? 1 : step_take_down(run);
}

int step_forget(struct run *run)
{
	size_t n = run->problems.n_lines;

	if (n)
		return evpn_fail(&run->err, EIO, "%zu %s could not be taken down", n, n == 1 ? "item" : "items");
	if (state_dir_clear(run->options->state_dir, &run->err) < 0)
		return -1;
	if (run->options->last_good && !run->options->keeps_last_good &&
	    util_remove_file(run->options->last_good, &run->err) < 0)
		return -1;
	return 1;
}
