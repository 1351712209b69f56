/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_case.h - what every test of a plan starts with: a small configuration's desired state, and what the kernel has
 *
 * A test changes `actual` (or `desired`), then make() sorts it and makes `plan`. The three belong to the fixture, which
 * clears them; plan_case_start() begins another configuration's.
 */
#pragma once

#include "plan/desired.h"
#include "plan/plan.h"

extern struct net desired, actual;
extern struct plan plan;

/* What config asks for; there are only a lo in both namespaces, and nothing is made. */
void plan_case_start(const struct config *config);

/* The fixture: VRF red with L3VNI 100 and a veth, the pure L2VNI 110, and a host that has the underlay's eth1. */
void plan_case_setup(void);
/* The same, and L2VNI 110 has a veth, lan0, which is to be a port of br-lan. */
void plan_case_setup_lan(void);
void plan_case_teardown(void);

void make(void);

/* Everything desired stands, made by this instance, with indices from 1 on. */
void all_made(void);
/* The same, beside what else `actual` has but for links. */
void links_made(void);

void set_ip(struct ipaddr *ip, const char *text);

/* A link of that name, of which nothing else is set but that it has IPv6. */
struct net_link *add(struct net *net, enum net_ns ns, enum net_kind kind, const char *name);

/* One that must be there; the test may change it. */
struct net_link *link_of(struct net *net, enum net_ns ns, const char *name);
struct net_link *actual_link(enum net_ns ns, const char *name);

/* The first operation of that type on that link: its index in plan.ops, or SIZE_MAX. */
size_t find_op(enum op_type type, const char *link);

/* Whether an operation's text has this word. */
bool touches(const char *name);
