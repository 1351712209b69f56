/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apply_parts.h - shared by the files that change the kernel; internal to them
 */
#pragma once

#include "kernel/apply.h"

/* An operation's result: 0 or -errno. `why`, if set, replaces the kernel's text. */
struct outcome {
	int error;
	const char *why;
	bool pending; /* there is no result yet: call again to continue */
};

#define OUTCOME(e) ((struct outcome){ .error = (e) })

/* -ENODEV: the device was deleted after it was read. */
struct outcome apply_no_device(void);
void apply_put_ip(struct nl_msg *msg, int attr, const struct ipaddr *ip);

/* A message of rtnetlink about one link. Index 0: an attribute names it. */
struct nl_msg *apply_link_message(int type, int flags, int ifindex, unsigned int ifi_flags, unsigned int change);

struct outcome apply_link_create(struct apply *apply, const struct op *op);
struct outcome apply_link_delete(struct apply *apply, const struct op *op);
/*
 * One message moves the NIC to its namespace and name and sets or removes our mark, so the NIC is never in FRR's namespace
 * without the mark. For a NIC that is given back it also restores the MTU and the link group.
 */
struct outcome apply_link_move(struct apply *apply, const struct op *op);
struct outcome apply_link_down(struct apply *apply, const struct op *op);
/* Adds the VLAN and then deletes the others, so that the port is never in none. */
struct outcome apply_link_vlan(struct apply *apply, const struct op *op);
/* Makes the filters of a port anew (port_filter.h), and reads them back: not every kernel has all of them. */
struct outcome apply_link_filter(struct apply *apply, const struct op *op);
struct outcome apply_link_seal(struct apply *apply, const struct op *op);
struct outcome apply_link_set(struct apply *apply, const struct op *op);

/* A route of evpnd's own, or one of a NIC that is given back. */
struct outcome apply_route_add(struct apply *apply, const struct op *op);
struct outcome apply_route_replace(struct apply *apply, const struct op *op);
struct outcome apply_route_delete(struct apply *apply, const struct op *op);

/* nic_object.c */
struct outcome apply_object(struct apply *apply, const struct op *op);

/*
 * Write a sysctl. The process enters the namespace at the first write of a stage and leaves it at the end of the stage.
 * Netlink sockets are not affected: a socket stays in the namespace in which it was opened.
 */
struct outcome apply_write_sysctl(struct apply *apply, enum net_ns ns, const char *key, const char *value);
struct outcome apply_sysctl(struct apply *apply, const struct op *op);
struct outcome apply_link_ipv6(struct apply *apply, const struct op *op);

/* Reports an operation that has failed, and with it its group. */
void apply_report_failed(struct apply *apply, const struct op *op, const struct outcome *outcome,
			 struct evpn_error *err);

/*
 * Adds or deletes the entries of OP_VLAN_ADD or OP_VLAN_DELETE by as few messages as possible. One that the kernel refuses fails its
 * own VNI alone, and entries of VNIs that have failed are left out.
 */
void apply_vlans(struct apply *apply, const struct op *op, struct evpn_error *err);

struct outcome apply_rule_add(struct apply *apply, const struct op *op);
struct outcome apply_rule_delete(struct apply *apply, const struct op *op);

/*
 * How many operations from `first` on delete devices that one message can delete: they have the same stage, rank and
 * namespace, and none is of a failed group. 0: `first` itself is not one of these.
 */
size_t apply_delete_run(const struct apply *apply, const struct plan *plan, size_t first);

/*
 * Deletes the devices of these `n` operations by one message. The kernel does that by link group, so each device is put
 * into a group that has no other use (net_leaving_group). The message that does so also sets our mark, because the
 * device loses its birth group. A run that is killed in between leaves devices that are `leaving`.
 *
 * True: all are deleted. False: none was deleted, so the caller deletes them one by one. That is so if there are fewer
 * than two, if another device is in that group, or if the kernel refused a message; then it refuses it again for the
 * device that is the cause.
 */
bool apply_delete_many(struct apply *apply, const struct plan *plan, size_t first, size_t n);

/* Whether the stage has to pause before its next operation, so that zebra keeps up; and the end of the looks. */
bool apply_must_pause(struct apply *apply);
void apply_pace_end(struct apply *apply);
