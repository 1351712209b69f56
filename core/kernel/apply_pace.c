/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apply_pace.c - changes FRR's namespace no faster than zebra takes the notifications; see apply.h
 *
 * evpnd makes a device in less time than zebra needs to take it in. With a thousand VNIs the queue of zebra's netlink socket
 * overflows, unless zebra was started with a large one (-s), and what was dropped zebra never learns of (FRR issues 7883,
 * 11091). So evpnd looks at the queue now and then, and pauses above a half until it is below a quarter.
 */
#include "base/clock.h"
#include "base/util.h"
#include "kernel/apply_parts.h"
#include "kernel/netlink_queue.h"

/* How many operations lie between two looks: each makes up to three notifications of up to 4 KiB. The first look shows the size. */
#define LOOK_FIRST     4
#define LOOK_EACH      32
#define LOOK_EACH_TINY 4
#define TINY_BYTES     (1u << 20)

#define FULL_PERCENT  50
#define EMPTY_PERCENT 25
/* A zebra that takes nothing for so long is stopped or dead: then waiting is of no use. */
#define STUCK_US 1000000

bool apply_must_pause(struct apply *apply)
{
	struct apply_pace *pace = &apply->pace;
	struct netlink_queue queue;
	uint64_t now;

	if (pace->off || (!pace->pausing && ++pace->n_ops < (pace->each ? pace->each : LOOK_FIRST)))
		return false;
	if (pace->fd <= 0)
		pace->fd = apply->netns_fd[NET_NS_FRR] < 0 ? -1 : netlink_queue_open(apply->netns_fd[NET_NS_FRR]);
	if (pace->fd < 0 || netlink_queue_read(pace->fd, apply->own_listener - 1, &queue) < 0) {
		pace->off = true;
		return false;
	}
	pace->each = queue.size < TINY_BYTES ? LOOK_EACH_TINY : LOOK_EACH;
	pace->n_ops = 0;
	now = clock_us();
	if (!pace->pausing || queue.percent < pace->percent)
		pace->since_us = now;
	pace->percent = queue.percent;
	pace->off = now - pace->since_us > STUCK_US;
	pace->pausing = !pace->off && queue.percent >= (pace->pausing ? EMPTY_PERCENT : FULL_PERCENT);
	return pace->pausing;
}

void apply_pace_end(struct apply *apply)
{
	if (apply->pace.fd > 0)
		close(apply->pace.fd);
	apply->pace.fd = 0;
}
