/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run.h - what the steps of the pipeline work on, sorted by how long it lives
 *
 *  struct run_options  the command line: for as long as the process
 *  struct setup        the configuration in force and its plugins: until a load step replaces them
 *  struct frr_state    what evpnd knows of FRR: across runs, since a reload may outlive the run that demanded it
 *  struct run          one run, from its load step to its end
 *
 * A step gets the run alone. It reaches the other three through it, and the pipeline's own state not at all.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/child.h"
#include "config/config.h"
#include "frr/running.h"
#include "kernel/apply.h"
#include "kernel/neighbors.h"
#include "kernel/notify.h"
#include "kernel/rtnl.h"
#include "run/dhcp.h"
#include "run/inquiry.h"
#include "run/observe.h"
#include "run/pipeline.h"
#include "run/plugin_host.h"

/* What a run is for; each has its column in the table of steps. */
enum run_goal {
	RUN_UP, /* evpn.conf is in force */
	RUN_DOWN, /* nothing of evpnd's is left */
	RUN_CHECK, /* evpn.conf, the plugins' options and frr.conf's syntax are good; nothing else is looked at */
};
#define RUN_GOAL_COUNT 3

struct run_options {
	enum run_goal goal;
	bool dry_run; /* end before the first step that changes something */
	bool checks_health; /* after a run has converged */
	bool listen; /* for the kernel's notifications, for drift */
	bool falls_back; /* to the last good configuration, at a start without a good one */
	const char *config_path;
	const char *config_text; /* to be taken for what is in that file; NULL: the file is read */
	const char *config_name; /* of the text, in messages */
	bool keeps_last_good; /* RUN_DOWN: of a daemon that ends, and starts again some time */
	bool quiet; /* its warnings are for who asks, not for the log */
	const char *instance;
	const char *state_dir;
	const char *last_good; /* where the last good configuration is kept; NULL: nowhere */
	void (*after_op)(void *); /* test hook, see kernel/apply.h */
	void (*before_step)(const char *name); /* test hook */
	const struct control *control; /* who watches the daemon; NULL: nobody */
};

struct setup {
	struct config *config; /* the last good one; NULL: there was none yet */
	uint64_t since_ms; /* clock_ms of the load step that has put this text into force */
	struct config_errors errors; /* what is wrong with the file now, if it is not the one in force */
	bool unkept; /* the warning that the configuration cannot be kept has been logged */
	struct config_errors warned; /* the warnings of the last plan: each is logged once */
	struct plugin *netns, *frr;
};

struct frr_state {
	uint64_t instance; /* which FRR, as the netns plugin numbers them */

	/* The demand to reload (evpn-plugin.h, reload_frr). */
	uint64_t generation;
	bool pending; /* FRR has not answered this generation yet */
	bool stale; /* the wanted frr.conf was refused; the accepted one is in force in its place */
	struct evpn_error refusal; /* why, for the run's end */
	char *refused; /* a text that FRR refused, so that it is not tried again and again */
	uint64_t refused_by; /* the FRR that did */
	struct evpn_error refused_why;

	/* The syntax check by vtysh -C. */
	struct child check;
	uint64_t check_until; /* clock_ms */
	char *checked; /* the text that is being checked, or was found good */

	/* FRR's running configuration after the last run, and what evpnd knows of changes in it since then. */
	struct running shown;
	bool shown_is_old; /* FRR has been reloaded since then */
	unsigned int n_repeats; /* of the run, in a row, for this reason: */
	struct running
		resettled; /* what FRR showed at the end of a run that was repeated, since that was not what it had loaded */
	struct running unrepaired; /* what FRR showed after a repair that did not bring `shown` back */
	char *partial_told; /* the warning about a part of the configuration that waits, as it was logged last */
	bool compare; /* FRR's running configuration has to be as it was left, even with frr.drift = "report" */

	struct dhcp dhcp; /* the clients of underlay NICs, in its namespace */

	bool zebra_behind; /* links were made since FRR last listed its links (steps_zebra.c) */
};

/* How the verify step gets on. */
struct verify {
	uint64_t since; /* clock_ms of the last progress; 0: FRR has not answered yet */
	uint64_t told; /* when devices were announced to zebra again; 0: not yet */
	size_t n_left; /* VNIs that FRR does not have as configured */
	unsigned int pause_ms; /* before FRR is asked again; see run_next_pause */
};

struct run {
	const struct run_options *options;
	struct setup *setup;
	struct frr_state *frr;

	struct evpn_error err; /* why the step failed, or what it waits for */
	/* A waiting step is asked again when wait_fd is readable (-1: none), or after wait_ms where no event would tell (0: none). */
	int wait_fd;
	unsigned int wait_ms;

	int netns_fd[NET_NS_COUNT]; /* the host's is the process's own; FRR's -1: not found yet, or let go of */
	struct rtnl *rtnl[NET_NS_COUNT];
	struct notify *notify[NET_NS_COUNT]; /* notifications since before the kernel was read; NULL: not listening */
	struct neighbors
		*neighbors; /* those of FRR's namespace, opened and closed with its notifications; NULL: not needed */
	bool without_frr; /* RUN_DOWN: FRR's namespace was not found in time, so only the host's part is taken down */

	struct ovs *ovs; /* the questions to Open vSwitch, from the read step on */
	struct observation seen; /* the kernel as it was read, and the plan */
	bool shed; /* the plan is carried out: of `seen`, only the groups are left */
	bool touches_underlay; /* the plan has operations on what carries the sessions of the fabric */
	struct apply apply; /* the stage of the plan that waits for Open vSwitch, while `applying` */
	bool applying;
	bool pruned; /* the prune stage is done */
	bool *failed; /* by group: this run could not apply it; NULL: there is no plan yet */
	bool *overtaken; /* by group: it failed because another program deleted a device after the plan; as long as `failed` */
	struct config_errors problems; /* what failed, a line each, while the rest goes on */

	struct config_errors notes; /* RUN_CHECK: known faults of FRR's version, a line each */
	char *frr_conf; /* the text that the install step installs; NULL: none, the accepted one stays */
	struct evpn_error frr_conf_why; /* of NULL: why */
	struct inquiry inquiry; /* the questions of the present step */
	struct running running; /* FRR's running configuration, where the compare step has read it */
	bool partly_loaded; /* FRR has loaded its configuration but for a part that waits (EVPN_WAIT_PARTIAL) */
	struct evpn_error running_why; /* why it could not; code 0: it could, or need not */
	struct running loaded; /* FRR's running configuration right after the reload of this run */
	bool frr_drifted; /* it is not what FRR showed after evpnd's last run */
	bool drift_left; /* another program has changed it, and frr.drift = "report" leaves it */
	struct verify verify;
	uint64_t zebra_since; /* clock_ms; 0: FRR has not yet failed to list a device */
	unsigned int zebra_pause_ms; /* before zebra is asked for them again */

	/* For the log: when the run began, when the present step began, how long each took with its waiting. */
	uint64_t started_us, step_since_us, step_us[STEP_COUNT];
	size_t n_changes; /* kernel operations */
	bool reloaded; /* FRR has loaded its configuration anew */
};

/*
 * Once, before the first run. The three pointers are kept. run_free at the end; it frees neither of them. 0, or <0: the
 * process's own network namespace cannot be opened.
 */
int run_init(struct run *run, const struct run_options *options, struct setup *setup, struct frr_state *frr,
	     struct evpn_error *err);
void run_free(struct run *run);

/* Begins a run: forgets what the last one knew. */
void run_begin(struct run *run);

/*
 * Asks the questions of run->inquiry. As inquiry_ask(), but the run also asks again by itself after a while, in case the plugin
 * says nothing, and such a wait is not worth a line of the log.
 */
#define RUN_ASK_AGAIN_MS 30000 /* far above the time that a plugin gives a daemon for its answer */
int run_ask(struct run *run);

/*
 * How long to pause before FRR is asked again for what it did not have: `first_ms`, then twice as long each time, at most
 * RUN_PAUSE_LAST_MS. FRR has a new device within milliseconds, or after it has worked off its queues, or not at all. *pause_ms
 * is 0 at first, and again when there was progress.
 */
#define RUN_PAUSE_LAST_MS 500
unsigned int run_next_pause(unsigned int *pause_ms, unsigned int first_ms);

/* Opens run->rtnl, where they are not open. 0 or <0; but RUN_DOWN does without FRR's namespace. */
int run_open_sockets(struct run *run);

/*
 * The run waits or has ended: closes the sockets in FRR's namespace, which would keep a dead container's namespace alive,
 * and a NIC in it. While `keep_netns`, or while notifications come from there, the descriptor of the namespace stays
 * open, since the plugin says when FRR ends.
 */
void run_pause(struct run *run, bool keep_netns);

/* The run has converged, and what drift detection needs of its observation is learned: frees the observation. */
void run_shed(struct run *run);

/* FRR has ended or changed: closes all that keeps its namespace alive. */
void run_release_netns(struct run *run);

/* Stops listening for notifications. */
void run_stop_listening(struct run *run);

/* What observe() needs to know of this run. The descriptors are borrowed. */
struct observe_source run_source(const struct run *run);

/* Frees what they own and zeroes them. */
void setup_clear(struct setup *setup);
void frr_state_init(struct frr_state *frr);
void frr_state_clear(struct frr_state *frr);
