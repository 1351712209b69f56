/* SPDX-License-Identifier: Apache-2.0 */
/* steps.c - the steps that have to do with the kernel; those with FRR are in steps_frr.c. See steps.h */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <time.h>

#include "read.h"
#include "desired.h"
#include "last_good.h"
#include "log.h"
#include "netns.h"
#include "ovs.h"
#include "steps_frr.h"
#include "steps_load.h"
#include "nic.h"
#include "steps_seen.h"
#include "util.h"

uint64_t steps_now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

int steps_init(struct run *run, const struct run_options *options, struct evpn_error *err)
{
	memset(run, 0, sizeof(*run));
	run->options = *options;
	run->check = (struct child)CHILD_INIT;
	run->netns_fd[NET_NS_FRR] = -1;
	run->unseen = true;
	return netns_open_own(&run->netns_fd[NET_NS_HOST], err);
}

static void close_sockets(struct run *run)
{
	for (int ns = 0; ns < NET_NS_COUNT; ns++) {
		rtnl_close(run->rtnl[ns]);
		run->rtnl[ns] = NULL;
	}
}

void steps_close_netns(struct run *run)
{
	if (run->netns_fd[NET_NS_FRR] >= 0)
		close(run->netns_fd[NET_NS_FRR]);
	run->netns_fd[NET_NS_FRR] = -1;
}

static void forget_world(struct run *run)
{
	plan_clear(&run->plan);
	net_clear(&run->actual);
	net_clear(&run->desired);
	net_clear(&run->former);
	record_nics_clear(&run->nics);
	config_errors_clear(&run->problems);
	free(util_take_ptr(&run->failed));
	free(util_take_ptr(&run->evpn_vni));
	run->verify_since = run->seen_since = 0;
}

void steps_begin(struct run *run)
{
	close_sockets(run);
	guard_stop(run);
	steps_close_netns(run);
	forget_world(run);
	memset(run->step_us, 0, sizeof(run->step_us));
	run->started_us = run->step_since_us = steps_now_us();
	run->n_changes = 0;
	run->reloaded = false;
}

void steps_pause(struct run *run)
{
	close_sockets(run);
	if (run->state.phase != PIPELINE_WAITING && !run->guard.monitors[NET_NS_FRR])
		steps_close_netns(run);
}

void steps_free(struct run *run)
{
	close_sockets(run);
	guard_free(run);
	steps_close_netns(run);
	forget_world(run);
	child_kill(&run->check);
	free(run->reload.refused);
	free(run->reload.checked);
	plugin_free(run->netns);
	plugin_free(run->frr);
	config_free(run->config);
	config_errors_clear(&run->config_errors);
	if (run->netns_fd[NET_NS_HOST] >= 0)
		close(run->netns_fd[NET_NS_HOST]);
}

static int step_find(struct run *run)
{
	_cleanup_close_ int fd = -1;
	uint64_t instance = 0;
	int r = run->netns->api.find_netns(run->netns->self, &fd, &instance, &run->err);

	if (r <= 0)
		return r;
	/* Whatever the plugin looked at: never build in the host's own namespace. */
	if (netns_same(fd, run->netns_fd[NET_NS_HOST]))
		return evpn_fail(&run->err, EINVAL,
				 "plugin %s names the host's own network namespace: FRR must have one of its own",
				 run->netns->api.name);
	run->netns_fd[NET_NS_FRR] = util_take_fd(&fd);
	/* Another FRR has to be asked anew; an answer of the former one says nothing. */
	if (instance != run->frr_instance)
		run->reload.pending = false;
	run->frr_instance = instance;
	return 1;
}

static int open_sockets(struct run *run)
{
	/* Let go of since the run last waited; only --down does without. */
	if (run->netns_fd[NET_NS_FRR] < 0 && !run->options.down)
		return evpn_fail(&run->err, ESTALE, "FRR has changed meanwhile");
	for (int ns = 0; ns < NET_NS_COUNT; ns++)
		if (!run->rtnl[ns] && run->netns_fd[ns] >= 0 &&
		    rtnl_open(run->netns_fd[ns], &run->rtnl[ns], &run->err) < 0)
			return -1;
	return 1;
}

static int step_read(struct run *run)
{
	/* Listening first: what changes behind the dumps is told. */
	if (guard_listen(run, &run->err) < 0 || open_sockets(run) < 0 ||
	    actual_read(run->rtnl, run->options.instance, &run->actual, &run->err) < 0)
		return -1;
	ovs_read_wanted(ovs_socket(run->config->ovs_socket), run->options.instance, config_wants_ovs(run->config),
			&run->actual);
	return steps_nic_read(run) < 0 ? -1 : 1;
}

/* What the plan cannot do: fatal where nothing can be built on it, else told at the end. */
static int take_problems(struct run *run)
{
	for (size_t i = 0; i < run->plan.n_problems; i++) {
		const struct plan_problem *problem = &run->plan.problems[i];
		const struct net_group *group = &run->desired.groups[problem->group];
		bool is_base = group->kind == NET_GROUP_BASE || group->kind == NET_GROUP_NIC;

		if (run->plan.blocked[0] && is_base && !run->options.dry_run)
			return evpn_fail(&run->err, problem->fault == PLAN_ABSENT ? ENODEV : EEXIST, "%s",
					 problem->text);
		config_errors_add(&run->problems, NULL, "%s: %s", group->label, problem->text);
	}
	return 1;
}

static void make_desired(struct run *run)
{
	_cleanup_free_ unsigned int *mtus = steps_nic_mtus(run);

	desired_make(run->config, &run->nics, mtus, &run->desired);
}

static int compare(struct run *run)
{
	if (actual_read_sysctls(run->netns_fd, &run->desired, &run->actual, &run->err) < 0)
		return -1;
	plan_make(&run->desired, &run->actual, &run->plan);
	return 1;
}

static int make_plan(struct run *run)
{
	if (compare(run) < 0)
		return -1;
	run->failed = xcalloc(run->desired.n_groups, sizeof(bool));
	memcpy(run->failed, run->plan.blocked, run->desired.n_groups * sizeof(bool));
	return take_problems(run);
}

static int step_plan(struct run *run)
{
	int r;

	/* Asked again, only the questions to FRR are left. */
	if (!run->failed) {
		make_desired(run);
		if (make_plan(run) < 0)
			return -1;
	}
	r = steps_frr_guard(run);
	return r <= 0 ? r : steps_frr_check(run);
}

int steps_look(const struct run *run, struct run *look)
{
	memset(look, 0, sizeof(*look));
	look->options = run->options;
	look->options.listen = false;
	look->options.dry_run = true;
	look->config = run->config;
	look->netns = run->netns;
	look->netns_fd[NET_NS_HOST] = run->netns_fd[NET_NS_HOST];
	look->netns_fd[NET_NS_FRR] = run->netns_fd[NET_NS_FRR] < 0
					     ? -1
					     : fcntl(run->netns_fd[NET_NS_FRR], F_DUPFD_CLOEXEC, 0);
	/* Not held: by another name it is another FRR's, and the run that follows sees that. */
	if (look->netns_fd[NET_NS_FRR] < 0 && step_find(look) <= 0)
		return -1;
	if (step_read(look) < 0)
		return -1;
	make_desired(look);
	return compare(look);
}

void steps_look_clear(struct run *look)
{
	close_sockets(look);
	steps_close_netns(look);
	forget_world(look);
}

static void report_group(void *arg, unsigned int group, const struct evpn_error *err)
{
	config_errors_add(&((struct run *)arg)->problems, NULL, "%s", err->msg);
}

static void after_op(void *arg)
{
	const struct run *run = arg;

	if (run->options.after_op)
		run->options.after_op(arg);
}

static int apply(struct run *run, enum plan_stage stage)
{
	struct apply apply = { .rtnl = run->rtnl,
			       .netns_fd = run->netns_fd,
			       .instance = run->options.instance,
			       .ovs_socket = ovs_socket(run->config->ovs_socket),
			       .desired = &run->desired,
			       .failed = run->failed,
			       .report = report_group,
			       .after = after_op,
			       .arg = run };
	int r = open_sockets(run) < 0 ? -1 : apply_stage(&apply, &run->plan, stage, &run->err);

	run->n_changes += apply.n_done;
	return r < 0 ? -1 : 1;
}

/*
 * Before a NIC goes there: what the plugin has not been asked about since FRR was found, as its end. A namespace that only
 * evpnd keeps alive takes a virtual NIC along when it goes.
 */
static int hear_of_frr(struct run *run)
{
	const struct evpn_plugin *api = &run->netns->api;
	struct pollfd fd = { .fd = run->netns->event_fd, .events = POLLIN };
	int r = poll(&fd, 1, 0) > 0 ? api->on_event(run->netns->self, &run->err) : EVPN_EVENT_NONE;

	if (r != EVPN_EVENT_CHANGED)
		return r < 0 ? -1 : 1;
	run->state = pipeline_next(run->state, PIPELINE_TRIGGER);
	return evpn_fail(&run->err, ESTALE, "FRR has changed since it was found");
}

static bool plans(const struct run *run, enum op_type type)
{
	for (size_t i = 0; i < run->plan.n_ops; i++)
		if (run->plan.ops[i].type == type)
			return true;
	return false;
}

static int step_build(struct run *run)
{
	bool moves = plans(run, OP_LINK_MOVE);

	if (moves && hear_of_frr(run) < 0)
		return -1;
	run->unseen |= moves || plans(run, OP_LINK_CREATE);
	/* The records first: what is changed is forgotten by the kernel. */
	return steps_nic_save(run) < 0 ? -1 : apply(run, PLAN_BUILD);
}

static int step_raise(struct run *run)
{
	int r = open_sockets(run) < 0 ? -1 : steps_seen_wait(run);

	return r <= 0 ? r : apply(run, PLAN_RAISE);
}

static int prune(struct run *run)
{
	if (apply(run, PLAN_PRUNE) < 0 || apply(run, PLAN_GIVE_BACK) < 0)
		return -1;
	steps_nic_forget(run);
	return 1;
}

static int step_prune(struct run *run)
{
	/* With the former frr.conf in force FRR still uses what would go. */
	return run->reload.stale ? 1 : prune(run);
}

/* Without FRR's namespace there is still what stands on the host. */
static int step_find_to_take_down(struct run *run)
{
	int r = step_find(run);

	return r == 0 && run->without_frr ? 1 : r;
}

static int step_plan_nothing(struct run *run)
{
	desired_make_nothing(&run->nics, &run->former, &run->desired);
	return make_plan(run);
}

static int step_nothing(struct run *run)
{
	return 1;
}

static int step_farewell(struct run *run)
{
	if (run->problems.n_lines)
		return evpn_fail(&run->err, EIO, "not everything could be taken back");
	record_remove_all(run->options.state_dir);
	if (run->options.last_good)
		lastgood_forget(run->options.last_good);
	return 1;
}

pipeline_step_fn *const steps_table[STEP_COUNT] = {
	[STEP_LOAD] = steps_load,	  [STEP_FIND] = step_find,   [STEP_READ] = step_read,
	[STEP_PLAN] = step_plan,	  [STEP_BUILD] = step_build, [STEP_INSTALL] = steps_frr_install,
	[STEP_RELOAD] = steps_frr_reload, [STEP_RAISE] = step_raise, [STEP_PRUNE] = step_prune,
	[STEP_VERIFY] = steps_frr_verify,
};

pipeline_step_fn *const steps_down_table[STEP_COUNT] = {
	[STEP_LOAD] = steps_load,	 [STEP_FIND] = step_find_to_take_down, [STEP_READ] = step_read,
	[STEP_PLAN] = step_plan_nothing, [STEP_BUILD] = step_nothing,	       [STEP_INSTALL] = step_nothing,
	[STEP_RELOAD] = step_nothing,	 [STEP_RAISE] = step_nothing,	       [STEP_PRUNE] = prune,
	[STEP_VERIFY] = step_farewell,
};
