/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_case.h - a daemon without FRR and without a kernel: fake plugins, a configuration in memory, a folder for its files
 *
 *	struct run_case c;
 *	run_case_begin(&c, RUN_UP);
 *	step_find(&c.daemon.run);
 *	run_case_end(&c);
 *
 * The fake netns plugin hands out /dev/null as FRR's namespace: a test that would enter it, or open a socket in it, puts its
 * own function in the place of evpnd's (the linker's --wrap). A test program that is linked with --wrap=clock_ms reads the
 * time from run_case_now_ms.
 */
#pragma once

#include <stdint.h>

#include "run/daemon.h"
#include "run/steps.h"

/* FRR's process, as the netns plugin sees it. */
struct fake_netns {
	const struct plugin *plugin;
	int result; /* of find_netns */
	const char *path; /* of the namespace */
	uint64_t instance;
	int event; /* what on_event returns; it reads from event_fd, unless it fails */
	unsigned int n_events; /* calls of on_event */
};

/* What the fake FRR answers to one question. */
struct fake_answer {
	char daemon[16]; /* "": the plugin itself; a question by vtysh names no daemon */
	char command[96];
	int result;
	int code; /* of a result below 0 */
	const char *text;
	unsigned int n_asked; /* in both ways */
};
#define FAKE_ANSWERS 32

/* An FRR that judges a configuration by its text. */
struct fake_frr {
	const struct plugin *plugin;
	const char *refuses; /* FRR refuses a text with this word in it; NULL: it takes every text */
	unsigned int delay; /* FRR answers "not ready" so often to each demand */
	int fault; /* FRR cannot be asked: this errno; 0: it can */
	struct fake_answer
		answers[FAKE_ANSWERS]; /* of ask_daemon and query_frr; to what is not here there is none yet */
	bool vtysh_only; /* ask_daemon fails with ENOTSUP */
	int event; /* as above */
	unsigned int n_events; /* calls of on_event */

	/* What the test looks at. */
	char *running; /* the text that FRR loaded last */
	uint64_t generation; /* of the last demand */
	unsigned int n_asked; /* calls of reload_frr */
	unsigned int n_questions; /* calls of ask_daemon and query_frr */
	unsigned int n_delayed; /* answers of "not ready" to the present demand */
};

struct run_case {
	char dir[64];
	char *state_dir; /* dir/state */
	char *conf; /* dir/frr/frr.conf: where the fake FRR reads it */
	char *source; /* dir/source: frr.source */
	struct config config; /* names the two files above, has no VNI and no NIC, and wants no syntax check */
	struct plugin netns_plugin, frr_plugin;
	struct fake_netns netns; /* instance 7 */
	struct fake_frr frr;
	int event_fds[2]; /* of run_case_open_events */
	struct daemon daemon;
};

/* The clock under --wrap=clock_ms. */
extern uint64_t run_case_now_ms;

/* Makes the folder and the daemon; the test changes what it needs to. */
void run_case_begin(struct run_case *c, enum run_goal goal);
void run_case_end(struct run_case *c);

/* evpnd ends and starts again: what it keeps on disk is all that is left. */
void run_case_restart(struct run_case *c);

/* Gives both plugins a descriptor for events, and makes one readable. */
void run_case_open_events(struct run_case *c);
void run_case_raise_event(const struct plugin *plugin);

/* A file in the folder of the case, by its name there. The caller frees the text of read; NULL: there is no such file. */
void run_case_write(const struct run_case *c, const char *name, const char *text);
char *run_case_read(const struct run_case *c, const char *name);

/* Sets what the fake FRR answers to a question (daemon NULL: to the plugin itself), or how the question fails. */
void run_case_answer(struct run_case *c, const char *daemon, const char *command, int result, const char *text);
void run_case_refuse(struct run_case *c, const char *daemon, const char *command, int code, const char *text);
/* How often it was asked. */
unsigned int run_case_n_asked(const struct run_case *c, const char *command);
