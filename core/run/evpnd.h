/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evpnd.h - evpnd as one call; main.c has the command line
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum evpnd_mode {
	EVPND_DAEMON, /* until a signal ends it */
	EVPND_ONCE, /* until converged or failed */
	EVPND_CHECK, /* checks evpn.conf, the plugins' options and frr.conf's syntax, nothing else */
	EVPND_PRINT_FRR, /* prints the wanted frr.conf, with its passwords */
	EVPND_DRY_RUN, /* prints the plan */
	EVPND_DOWN, /* deletes all that evpnd made, and gives the NICs back */
};

/* Exit codes, evpnd(8). */
enum evpnd_exit {
	EVPND_OK = 0,
	EVPND_FAILED = 1,
	EVPND_CHANGES = 2, /* --dry-run: there is something to do */
	EVPND_DEGRADED = 3, /* --once --healthy: applied, but not healthy */
	EVPND_USAGE = 64, /* sysexits.h */
	EVPND_CONFIG = 78,
};

/* The texts are borrowed for the length of the call. */
struct evpnd_options {
	enum evpnd_mode mode;
	const char *config_path;
	const char *instance;
	const char *state_dir; /* NULL: /run/evpnd/INSTANCE */
	const char *last_good; /* NULL: /var/lib/evpnd/INSTANCE.conf, or in state_dir */
	bool down; /* EVPND_DRY_RUN: of EVPND_DOWN */
	bool json; /* EVPND_DRY_RUN: as JSON */
	bool healthy; /* EVPND_ONCE: until healthy, too */
	unsigned int timeout; /* seconds, after which all modes but EVPND_DAEMON give up; 0: the default */
	void (*after_op)(void *run); /* test hook, see kernel/apply.h; NULL */
	void (*before_step)(const char *name); /* test hook: may hold the pipeline there; NULL */
	const struct control *control; /* EVPND_DAEMON: watches and steers it (run/control.h); NULL */
};

/*
 * An instance's name is part of marks and paths: 1 to 32 letters, digits, '-', '_'. Not "frr": /run/evpnd/frr would be its state
 * directory, which FRR's container can write.
 */
bool evpnd_valid_instance(const char *name);

/* Runs until the mode's end. Returns the exit code. */
int evpnd_run(const struct evpnd_options *options);
