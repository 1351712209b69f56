/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apply_parts.h - between the files that change the kernel; nobody else needs it
 */
#pragma once

#include "apply.h"

/* An operation's result: 0 or -errno; `why` in place of the kernel's words where we know better. */
struct outcome {
	int error;
	const char *why;
};

#define OUTCOME(e) ((struct outcome){ .error = (e) })

struct outcome apply_no_device(void);
void apply_put_ip(struct nl_msg *msg, int attr, const struct ipaddr *ip);

/* A message of rtnetlink about one link; index 0: an attribute says which. */
struct nl_msg *apply_link_message(int type, int flags, int ifindex, unsigned int ifi_flags, unsigned int change);

struct outcome apply_link_create(struct apply *apply, const struct op *op);
struct outcome apply_link_delete(struct apply *apply, const struct op *op);
struct outcome apply_link_move(struct apply *apply, const struct op *op);
struct outcome apply_link_down(struct apply *apply, const struct op *op);
struct outcome apply_link_set(struct apply *apply, const struct op *op);

/*
 * Write a sysctl. Who writes is in its namespace from the first write of a stage to the stage's end; netlink does not mind,
 * a socket belongs to the namespace it was opened in.
 */
struct outcome apply_write_sysctl(struct apply *apply, enum net_ns ns, const char *key, const char *value);
struct outcome apply_sysctl(struct apply *apply, const struct op *op);
struct outcome apply_link_ipv6(struct apply *apply, const struct op *op);

/*
 * How many operations from `first` on delete devices that may go in one message: same stage, rank and namespace, none
 * of a failed group. 0 where `first` is none that may run.
 */
size_t apply_delete_run(const struct apply *apply, const struct plan *plan, size_t first);

/*
 * Deletes the devices of these `n` operations in one message. The kernel does that by link group, so they are put into
 * one that is there for this alone, and the message that does so sets our mark too: the birth group, which says whose an
 * unmarked device is, goes here. A run that is killed in between leaves devices of ours that are `leaving`.
 *
 * True: all have gone. False: none was deleted, and they have to go one by one: there are fewer than two, a device that
 * is not to go is in that group, or the kernel refused something, which it will say again of the device that it concerns.
 */
bool apply_delete_many(struct apply *apply, const struct plan *plan, size_t first, size_t n);
