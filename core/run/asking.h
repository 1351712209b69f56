/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asking.h - questions to FRR that belong neither to a run nor to a health check: somebody at the control socket wants to know
 *
 * An frr plugin has one question under way at a time. So the askings stand in a queue, the first one asks, and health checks and
 * askings wait for one another. A run goes before all: it ends the present questions, and the asking begins anew after it. While a
 * run waits for something, FRR is the run's: an asking waits for the end of that, ASKING_WAIT_MS at most, and not for FRR's namespace.
 */
#pragma once

#include "run/inquiry.h"

struct daemon;

enum asking_event {
	ASKING_BEGIN, /* the inquiry is empty; also in place of ASKING_ANSWERED if a run came between: answers may be out of date */
	ASKING_ANSWERED, /* each question of the inquiry has its answer or its error */
	ASKING_UNABLE, /* FRR cannot be asked now: asking->why */
};

/* Above the time that the step "verify" gives FRR. */
#define ASKING_WAIT_MS 15000

/* How often an asking begins anew because of a run. */
#define ASKING_RESTARTS_MAX 3

/*
 * Owned by the one who asks; it stays where it is while it is in the queue. `take` adds questions to the inquiry and returns true,
 * or is through and returns false: then the asking is out of the queue already, and `take` may free it. After ASKING_UNABLE it is
 * always out.
 */
struct asking {
	struct asking *next;
	struct inquiry inquiry;
	bool begun, interrupted; /* by a run */
	unsigned int n_restarts;
	uint64_t since_ms; /* clock_ms when it was put into the queue */
	struct evpn_error why;
	bool (*take)(struct asking *asking, enum asking_event event, void *arg);
	void *arg;
};

/* Starts zeroed. */
struct asking_queue {
	struct asking *first;
	bool at_work; /* `take` is being called */
};

void asking_add(struct asking_queue *queue, struct asking *asking);
/* Takes it out, if it is in, and frees its inquiry. */
void asking_remove(struct asking_queue *queue, struct asking *asking);

/* A run begins. */
void asking_interrupt(struct asking_queue *queue);

/*
 * Goes on with the first of the queue. What it returns beside ASKING_IDLE (the asking is through, so that a health check can come
 * before the next one, or the queue is empty): in how many ms to call again at the latest. A question is under way, and the plugin's
 * event comes before that; or a run waits, and its end does.
 */
#define ASKING_IDLE UINT32_MAX
uint32_t asking_continue(struct daemon *daemon);
