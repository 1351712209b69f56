/* SPDX-License-Identifier: Apache-2.0 */
/* asking.c - see asking.h */
#include <errno.h>

#include "base/clock.h"
#include "run/asking.h"
#include "run/daemon.h"
#include "run/plugin_call.h"

void asking_add(struct asking_queue *queue, struct asking *asking)
{
	struct asking **at = &queue->first;

	while (*at)
		at = &(*at)->next;
	asking->next = NULL;
	asking->since_ms = clock_ms();
	*at = asking;
}

static bool take_out(struct asking_queue *queue, struct asking *asking)
{
	for (struct asking **at = &queue->first; *at; at = &(*at)->next)
		if (*at == asking) {
			*at = asking->next;
			asking->next = NULL;
			return true;
		}
	return false;
}

void asking_remove(struct asking_queue *queue, struct asking *asking)
{
	take_out(queue, asking);
	inquiry_clear(&asking->inquiry);
}

void asking_interrupt(struct asking_queue *queue)
{
	for (struct asking *asking = queue->first; asking; asking = asking->next) {
		asking->interrupted |= asking->inquiry.n_questions > 0;
		inquiry_clear(&asking->inquiry);
	}
}

/* How long the asking waits for a run that waits, in ms; 0: it does not. */
static uint32_t wait_for_run(const struct daemon *daemon, const struct asking *asking)
{
	uint64_t waited = clock_ms() - asking->since_ms;

	if (daemon->options.goal == RUN_DOWN || daemon->state.phase != PIPELINE_WAITING ||
	    daemon->state.step == STEP_FIND || waited >= ASKING_WAIT_MS)
		return 0;
	return (uint32_t)(ASKING_WAIT_MS - waited);
}

/* Why FRR cannot be asked now; false: it can. */
static bool is_unable(const struct daemon *daemon, const struct asking *asking, struct evpn_error *why)
{
	const struct pipeline_state *state = &daemon->state;

	if (asking->n_restarts > ASKING_RESTARTS_MAX)
		evpn_fail(why, EAGAIN,
			  "evpnd's runs interrupt the questions to FRR again and again; see `evpnctl history'");
	else if (daemon->options.goal == RUN_DOWN)
		evpn_fail(why, ENOENT, "evpnd is taken down; `evpnctl up' puts evpn.conf in force again");
	else if (!daemon->setup.config || !daemon->setup.frr)
		evpn_fail(why, ENOENT, "evpnd has no configuration yet");
	else if (state->phase == PIPELINE_WAITING)
		evpn_fail(why, EAGAIN, "evpnd waits in step \"%s\": %s", pipeline_step_name(state->step),
			  daemon->run.err.msg);
	else if (state->phase != PIPELINE_CONVERGED && state->phase != PIPELINE_FAILED)
		evpn_fail(why, EAGAIN, "evpnd is about to begin a run");
	else
		return false;
	return true;
}

/* The first of the queue has something to be told; it may be gone afterwards. True: it has questions, and is first again. */
static bool tell(struct asking_queue *queue, struct asking *asking, enum asking_event event)
{
	bool more;

	/* It may free itself when it is through, so it is out of the queue before. */
	take_out(queue, asking);
	queue->at_work = true;
	more = asking->take(asking, event, asking->arg);
	queue->at_work = false;
	if (more) {
		asking->next = queue->first;
		queue->first = asking;
	}
	return more;
}

/* True: it goes on. */
static bool go_on(struct daemon *daemon, struct asking *asking)
{
	struct asking_queue *queue = &daemon->askings;
	bool begins = !asking->begun || asking->interrupted;

	asking->n_restarts += asking->interrupted;
	asking->interrupted = false;
	asking->begun = true;
	if (is_unable(daemon, asking, &asking->why)) {
		tell(queue, asking, ASKING_UNABLE);
		return false;
	}
	return tell(queue, asking, begins ? ASKING_BEGIN : ASKING_ANSWERED);
}

uint32_t asking_continue(struct daemon *daemon)
{
	struct asking *asking;

	while ((asking = daemon->askings.first)) {
		uint32_t wait = wait_for_run(daemon, asking);
		struct evpn_error err = { 0 };

		if (wait)
			return wait;
		if (asking->begun && !asking->interrupted && !is_unable(daemon, asking, &asking->why) &&
		    inquiry_ask(&asking->inquiry, daemon->setup.frr, &err) == 0)
			return daemon->setup.frr->event_fd < 0 ? PLUGIN_POLL_MS : RUN_ASK_AGAIN_MS;
		/* It may be gone now. */
		if (!go_on(daemon, asking))
			break;
	}
	return ASKING_IDLE;
}
