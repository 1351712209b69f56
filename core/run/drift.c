/* SPDX-License-Identifier: Apache-2.0 */
/* drift.c - see drift.h */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "kernel/netns.h"
#include "kernel/ovs.h"
#include "run/daemon.h"
#include "run/drift.h"
#include "run/plugin_call.h"

static void end_glance(struct drift_glance *glance)
{
	bool read = glance->seen.kernel_read;

	observation_clear(&glance->seen);
	/* The texts of a thousand links and sysctls. */
	if (read)
		malloc_trim(0);
	if (glance->ovs)
		util_closep(&glance->netns_fd);
	ovs_free(util_take_ptr(&glance->ovs));
}

void drift_interrupt(struct drift *drift)
{
	drift->interrupted |= drift->glance.ovs != NULL;
	end_glance(&drift->glance);
}

void drift_stop(struct drift *drift)
{
	end_glance(&drift->glance);
	drift->interrupted = drift->resettles = false;
	drift_known_clear(&drift->known);
	drift_left_clear(&drift->left);
	drift->settled = false;
}

void drift_free(struct drift *drift)
{
	drift_stop(drift);
	drift_pace_clear(&drift->pace);
}

/* An operation that the run has not come to yet, or could not do. */
static bool is_undone(const struct daemon *daemon, const struct op *op)
{
	static const enum pipeline_step steps[PLAN_STAGE_COUNT] = {
		[PLAN_BUILD] = STEP_BUILD,
		[PLAN_RAISE] = STEP_RAISE,
		[PLAN_PRUNE] = STEP_PRUNE,
		[PLAN_GIVE_BACK] = STEP_PRUNE,
	};

	/* What failed since another program deleted a device meanwhile can be done now. */
	return daemon->state.step <= steps[op->stage] ||
	       (plan_group_in(&daemon->run.seen.desired, daemon->run.failed, op->group) &&
		!plan_group_in(&daemon->run.seen.desired, daemon->run.overtaken, op->group));
}

static void keep_undone(const struct daemon *daemon, struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n_ops; i++)
		if (is_undone(daemon, &plan->ops[i]))
			plan->ops[n++] = plan->ops[i];
	plan->n_ops = n;
}

/*
 * FRR's namespace as the run has it. Where the run does not hold it, the plugin names one, which may be another FRR's by
 * now: the look finds a difference then, and the run that follows finds that FRR.
 */
static int find_netns(const struct run *run, int *ret_fd, struct evpn_error *err)
{
	struct plugin *netns = run->setup->netns;
	uint64_t instance;
	int r;

	if (run->netns_fd[NET_NS_FRR] >= 0) {
		*ret_fd = fcntl(run->netns_fd[NET_NS_FRR], F_DUPFD_CLOEXEC, 0);
		return *ret_fd < 0 ? evpn_fail(err, errno, "FRR's network namespace: %s", strerror(errno)) : 0;
	}
	r = plugin_find_netns(netns, ret_fd, &instance, err);
	if (r <= 0)
		return -1;
	return netns_same(*ret_fd, run->netns_fd[NET_NS_HOST])
		       ? evpn_fail(err, EINVAL, "plugin %s found the host's own network namespace", netns->api.name)
		       : 0;
}

/* What the kernel says is left to do; *undone: what of it the run has left, may be NULL. */
static void learn(struct daemon *daemon, struct drift_left *left, struct drift_left *undone)
{
	struct drift *drift = &daemon->drift;
	struct observation *seen = &drift->glance.seen;

	drift_left_from_plan(&seen->desired, &seen->plan, left);
	drift_known_learn(&drift->known, &seen->desired, &seen->actual, daemon->options.instance);
	if (undone) {
		keep_undone(daemon, &seen->plan);
		drift_left_from_plan(&seen->desired, &seen->plan, undone);
	}
}

struct change {
	struct drift_pace *pace;
	uint64_t now_ms;
	const struct drift_item *came; /* the first by the plan */
	const struct drift_item *went;
};

static void see(const struct drift_item *item, bool came, void *arg)
{
	struct change *change = arg;
	const struct drift_item **first = came ? &change->came : &change->went;

	drift_pace_see(change->pace, item->object, change->now_ms);
	if (!*first || item->order < (*first)->order)
		*first = item;
}

static void tell(const struct change *change, size_t n)
{
	_cleanup_free_ char *more = n > 1 ? xasprintf("; and %zu more", n - 1) : NULL;

	if (change->came)
		log_info("drift: %s%s", change->came->text, more ? more : "");
	else
		log_info("drift: nothing left to do for: %s%s", change->went->text, more ? more : "");
}

/* Whether and when to run because what is left to do is not what the run left. */
static uint32_t judge(struct drift *drift, const struct drift_left *now)
{
	struct change change = { .pace = &drift->pace, .now_ms = clock_ms() };
	size_t n = drift_left_compare(&drift->left, now, see, &change);
	const struct drift_object *fight;
	uint32_t wait = drift_pace_wait(&drift->pace, change.now_ms, &fight);

	if (fight)
		log_warning("%s: another program keeps changing it; evpnd has restored it %u times in a row and pauses "
			    "between "
			    "its repairs from now on, 1 s at first, at most 60 s; find that program and stop it",
			    fight->name, fight->repairs);
	if (wait == 0)
		tell(&change, n);
	return wait;
}

static uint32_t finish(struct daemon *daemon, int r, const struct evpn_error *err)
{
	struct drift *drift = &daemon->drift;
	struct drift_left *undone = drift->glance.settles ? &drift->left : NULL;
	struct drift_left now = { 0 };
	uint32_t wait;

	/* Nothing is learned from it, and it is no failure that a run could repair. */
	if (r < 0 && err->code == EINTR) {
		drift->resettles = drift->glance.settles;
		end_glance(&drift->glance);
		return DRIFT_AGAIN_MS;
	}
	drift->resettles = false;
	if (undone)
		drift_left_clear(undone);
	if (r < 0)
		drift_left_add(&now, "observation of the kernel", err->msg);
	else
		learn(daemon, &now, undone);
	end_glance(&drift->glance);
	if (undone) {
		drift->settled = true;
		drift->n_settled = daemon->run.n_changes;
	}
	wait = judge(drift, &now);
	drift_left_clear(&now);
	return wait;
}

uint32_t drift_continue(struct daemon *daemon)
{
	struct drift_glance *glance = &daemon->drift.glance;
	struct observe_source from = run_source(&daemon->run);
	struct evpn_error err = { 0 };
	int r;

	from.ovs = glance->ovs;
	from.netns_fd[NET_NS_FRR] = glance->netns_fd;
	r = observe(&from, &glance->seen, &err);
	return r == 0 ? DRIFT_ASKS : finish(daemon, r, &err);
}

static uint32_t begin(struct daemon *daemon, bool settles)
{
	const struct run *run = &daemon->run;
	struct drift_glance *glance = &daemon->drift.glance;
	struct evpn_error err = { 0 };

	end_glance(glance);
	glance->settles = settles;
	if (find_netns(run, &glance->netns_fd, &err) < 0)
		return finish(daemon, -1, &err);
	glance->ovs = ovs_new(ovs_socket(run->setup->config->ovs_socket), run->options->instance,
			      run->options->state_dir);
	return drift_continue(daemon);
}

int drift_fd(const struct drift *drift)
{
	return drift->glance.ovs ? ovs_fd(drift->glance.ovs) : -1;
}

uint32_t drift_look(struct daemon *daemon)
{
	return daemon->drift.settled || daemon->drift.resettles ? begin(daemon, daemon->drift.resettles)
								: DRIFT_NOTHING;
}

/* The run needs its observation no more. */
static void shed(struct daemon *daemon)
{
	if (daemon->state.phase == PIPELINE_CONVERGED)
		run_shed(&daemon->run);
}

uint32_t drift_settle(struct daemon *daemon)
{
	struct drift *drift = &daemon->drift;
	struct run *run = &daemon->run;
	bool interrupted = drift->interrupted;

	/* A pause of some ms within the run's own changes: a look would take the rest of them for drift. */
	if (run->applying && run->apply.pace.pausing) {
		drift->settled = false;
		return DRIFT_NOTHING;
	}
	/* The plan makes `failed`. */
	if (!run->options->listen || !run->failed) {
		run_stop_listening(run);
		drift_stop(drift);
		return DRIFT_NOTHING;
	}
	drift->interrupted = false;
	if (drift->settled && drift->n_settled == run->n_changes) {
		shed(daemon);
		return interrupted ? begin(daemon, false) : DRIFT_NOTHING;
	}
	if (run->n_changes == 0 && !run->shed) {
		drift_left_clear(&drift->left);
		drift_left_from_plan(&run->seen.desired, &run->seen.plan, &drift->left);
		drift_known_learn(&drift->known, &run->seen.desired, &run->seen.actual, run->options->instance);
		drift->settled = true;
		drift->n_settled = 0;
		shed(daemon);
		return interrupted ? begin(daemon, false) : DRIFT_NOTHING;
	}
	for (int ns = 0; ns < NET_NS_COUNT; ns++)
		if (run->notify[ns])
			notify_read(run->notify[ns], NULL, NULL);
	shed(daemon);
	/* What other programs changed since the run's own changes was thrown away too: this look finds it. */
	return begin(daemon, true);
}

struct reading {
	const struct drift_known *known;
	enum net_ns ns;
	bool concerns;
};

static void each_message(const struct nlmsghdr *hdr, void *arg)
{
	struct reading *reading = arg;

	reading->concerns = reading->concerns || drift_concerns(reading->known, reading->ns, hdr);
}

bool drift_read(struct daemon *daemon, enum net_ns ns)
{
	struct reading reading = { .known = &daemon->drift.known, .ns = ns };

	return notify_read(daemon->run.notify[ns], each_message, &reading) || reading.concerns;
}
