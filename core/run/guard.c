/* SPDX-License-Identifier: Apache-2.0 */
/* guard.c - see guard.h */
#include "guard.h"
#include "log.h"
#include "steps.h"
#include "util.h"

static void close_monitor(struct guard *guard, enum net_ns ns)
{
	monitor_close(guard->monitors[ns]);
	guard->monitors[ns] = NULL;
}

int guard_listen(struct run *run, struct evpn_error *err)
{
	struct guard *guard = &run->guard;

	if (!run->options.listen)
		return 0;
	if (monitor_open(run->netns_fd[NET_NS_HOST], NET_NS_HOST, &guard->monitors[NET_NS_HOST], err) < 0)
		return -1;
	/* Without events nobody would tell when to let go of it. */
	if (run->netns->event_fd < 0)
		return 0;
	return monitor_open(run->netns_fd[NET_NS_FRR], NET_NS_FRR, &guard->monitors[NET_NS_FRR], err);
}

void guard_stop(struct run *run)
{
	struct guard *guard = &run->guard;

	close_monitor(guard, NET_NS_HOST);
	close_monitor(guard, NET_NS_FRR);
	drift_known_clear(&guard->known);
	drift_left_clear(&guard->left);
	guard->settled = false;
}

void guard_free(struct run *run)
{
	guard_stop(run);
	drift_pace_clear(&run->guard.pace);
}

void guard_release(struct run *run)
{
	close_monitor(&run->guard, NET_NS_FRR);
	steps_close_netns(run);
}

/* An operation that the run has not come to yet, or could not do. */
static bool is_undone(const struct run *run, const struct op *op)
{
	static const enum pipeline_step steps[PLAN_STAGE_COUNT] = {
		[PLAN_BUILD] = STEP_BUILD,
		[PLAN_RAISE] = STEP_RAISE,
		[PLAN_PRUNE] = STEP_PRUNE,
		[PLAN_GIVE_BACK] = STEP_PRUNE,
	};

	return run->state.step <= steps[op->stage] || plan_group_in(&run->desired, run->failed, op->group);
}

static void keep_undone(const struct run *run, struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n_ops; i++)
		if (is_undone(run, &plan->ops[i]))
			plan->ops[n++] = plan->ops[i];
	plan->n_ops = n;
}

/* What is left to do, by the kernel's own word; *undone: what of it the run has left, may be NULL. */
static void take_look(struct run *run, struct drift_left *left, struct drift_left *undone)
{
	struct guard *guard = &run->guard;
	struct run look;

	if (steps_look(run, &look) < 0) {
		drift_left_add(left, "the look at the kernel", look.err.msg);
	} else {
		drift_left_from_plan(&look.desired, &look.plan, left);
		drift_known_learn(&guard->known, &look.desired, &look.actual, run->options.instance);
		if (undone) {
			keep_undone(run, &look.plan);
			drift_left_from_plan(&look.desired, &look.plan, undone);
		}
	}
	steps_look_clear(&look);
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
		log_info("no longer: %s%s", change->went->text, more ? more : "");
}

/* Whether and when to run because what is left is not what the run left. */
static uint32_t judge(struct run *run, const struct drift_left *now)
{
	struct guard *guard = &run->guard;
	struct change change = { .pace = &guard->pace, .now_ms = steps_now_us() / 1000 };
	size_t n = drift_left_compare(&guard->left, now, see, &change);
	const struct drift_object *fight;
	uint32_t wait = drift_pace_wait(&guard->pace, change.now_ms, &fight);

	if (fight)
		log_warning(
			"%s keeps being changed by another program: put back %u times in a row, from now on after a "
			"pause of 1 s that doubles up to 60 s; find that program and take the device from it",
			fight->name, fight->repairs);
	if (wait == 0)
		tell(&change, n);
	return wait;
}

static uint32_t look_and_judge(struct run *run, struct drift_left *undone)
{
	struct drift_left now = { 0 };
	uint32_t wait;

	take_look(run, &now, undone);
	wait = judge(run, &now);
	drift_left_clear(&now);
	return wait;
}

uint32_t guard_look(struct run *run)
{
	return run->guard.settled ? look_and_judge(run, NULL) : GUARD_NOTHING;
}

uint32_t guard_settle(struct run *run)
{
	struct guard *guard = &run->guard;

	/* The plan makes `failed`. */
	if (!run->options.listen || !run->failed) {
		guard_stop(run);
		return GUARD_NOTHING;
	}
	if (guard->settled && guard->n_settled == run->n_changes)
		return GUARD_NOTHING;
	guard->settled = true;
	guard->n_settled = run->n_changes;
	drift_left_clear(&guard->left);
	if (run->n_changes == 0) {
		drift_left_from_plan(&run->desired, &run->plan, &guard->left);
		drift_known_learn(&guard->known, &run->desired, &run->actual, run->options.instance);
		return GUARD_NOTHING;
	}
	for (int ns = 0; ns < NET_NS_COUNT; ns++)
		if (guard->monitors[ns])
			monitor_read(guard->monitors[ns], NULL, NULL);
	/* What came since the run's own changes went away with the notifications: it is in this look. */
	return look_and_judge(run, &guard->left);
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

bool guard_read(struct run *run, enum net_ns ns)
{
	struct reading reading = { .known = &run->guard.known, .ns = ns };

	return monitor_read(run->guard.monitors[ns], each_message, &reading) || reading.concerns;
}
