/* SPDX-License-Identifier: Apache-2.0 */
/* explain_ask_parts.h - between the files that collect the facts of an explanation; no other file needs it */
#pragma once

#include "run/daemon.h"
#include "run/explain_ask.h"

/* The questions; each is asked once at most. */
enum explain_question {
	ASK_FIND_IP, /* which MAC an address has, in any VNI */
	ASK_FIND_MAC, /* in which VNI a MAC is */
	ASK_VNI, /* zebra's VNI */
	ASK_HOPS,
	ASK_HOPS_6,
	ASK_MAC,
	ASK_NEIGHBOR,
	ASK_HOP_MAC,
	ASK_NEXT_HOPS, /* the remote VTEPs of an L3VNI */
	ASK_BGP_VNI,
	ASK_SESSIONS,
	ASK_TABLE, /* routes of type 2 in the VNI's table: for an address that zebra lacks, and if there is no route of type 3 */
	ASK_VRF_ROUTE,
	ASK_RECEIVED,
	ASK_IMPORTED,
	ASK_OWN,
	ASK_MULTICAST,
	ASK_ALL_MULTICAST, /* the rest: only if something is missing */
	ASK_ALL_PREFIXES,
	ASK_ALL_ADDRESSES,
	ASK_COUNT,
};

struct explain_ask {
	struct asking asking;
	const struct daemon *daemon;
	struct explain_subject subject; /* as it was demanded */
	struct explain_facts facts;
	unsigned int round;
	char *commands[ASK_COUNT];
	void (*done)(const struct explain_facts *facts, void *arg);
	void *arg;
};

/* explain_find.c: the VNI or VRF of the configuration, and what the run has made of it. */
void explain_find_config(const struct daemon *daemon, struct explain_facts *facts);
void explain_find_applied(const struct daemon *daemon, struct explain_facts *facts);
/* Takes the VNI with this number, if evpn.conf has it. True: it has. */
bool explain_set_vni(struct explain_facts *facts, uint32_t vni);

/* explain_kernel.c: searches where the subject is, if that was not said; reads the devices; reads what depends on FRR's answers. */
void explain_kernel_find(const struct daemon *daemon, struct explain_facts *facts);
void explain_kernel_devices(const struct daemon *daemon, struct explain_facts *facts);
void explain_kernel_entries(const struct daemon *daemon, struct explain_facts *facts);

/* explain_answers.c: the answers so far -> facts. */
void explain_take_answers(struct explain_ask *ask);
/* NULL: not asked, or no answer. */
const char *explain_answer(const struct explain_ask *ask, enum explain_question question);
