/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain_ask.h - collects the facts about one subject: from the kernel by bounded requests, from FRR by an asking
 *
 * The questions come in rounds, since an answer decides what is asked next: where the subject is, what the VNI is like, its routes, and,
 * only if something is missing, the tables in which it may stand with other route targets. Nothing is changed.
 */
#pragma once

#include "run/asking.h"
#include "run/explain.h"

struct explain_ask;

/*
 * `done` is called once, from the event loop, with the facts, which live until it returns; it may free the explain_ask. The daemon
 * is borrowed. The caller puts the asking into the queue, and takes it out before explain_ask_free().
 */
struct explain_ask *explain_ask_new(const struct daemon *daemon, const struct explain_subject *subject,
				    void (*done)(const struct explain_facts *facts, void *arg), void *arg);
struct asking *explain_ask_asking(struct explain_ask *ask);
void explain_ask_free(struct explain_ask *ask);
