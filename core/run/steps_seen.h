/* SPDX-License-Identifier: Apache-2.0 */
/*
 * steps_seen.h - before addresses are put on devices in FRR's namespace: FRR has seen these devices
 *
 * zebra up to 8.5 drops an address that comes right behind its new link (FRR issue 13288, plan_state.c). So FRR is asked
 * for its links first. That a reload lies between is not enough: it may have been demanded before a device was put back,
 * and where none is owed there is nothing between. Where no link was made since FRR was last asked, it is not asked.
 */
#pragma once

#include "steps.h"

/*
 * 1: FRR lists every device that is to get an address, or nobody can ask it, or the time is over; 0: it does not yet, or
 * has not answered.
 */
pipeline_step_fn steps_seen_wait;

struct seen_link {
	const char *name;
	int ifindex;
};

/* 1: *ret_unseen is the first link that FRR's answer does not have with its index; 0: it has all; <0: no answer. Pure. */
int steps_seen_find(const char *answer, const struct seen_link *links, size_t n_links, size_t *ret_unseen);
