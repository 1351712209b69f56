/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evpnd.h - the daemon as one call
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum evpnd_mode {
	EVPND_DAEMON, /* until a signal ends it */
	EVPND_ONCE, /* until converged or failed */
	EVPND_CHECK, /* evpn.conf and the plugins' options, nothing else */
	EVPND_PRINT_FRR, /* what frr.conf would say, passwords too */
	EVPND_DRY_RUN, /* print the plan */
	EVPND_DOWN, /* take everything back */
};

/* Exit codes, evpnd(8). */
enum evpnd_exit {
	EVPND_OK = 0,
	EVPND_FAILED = 1,
	EVPND_CHANGES = 2, /* --dry-run: there is something to do */
	EVPND_USAGE = 64, /* sysexits.h */
	EVPND_CONFIG = 78,
};

struct evpnd_options {
	enum evpnd_mode mode;
	const char *config_path;
	const char *instance;
	const char *state_dir; /* NULL: /run/evpnd/INSTANCE */
	const char *last_good; /* NULL: /var/lib/evpnd/INSTANCE.conf, or in state_dir */
	bool down; /* EVPND_DRY_RUN: of EVPND_DOWN */
	bool json; /* EVPND_DRY_RUN: for machines */
	unsigned int timeout; /* seconds; EVPND_ONCE gives up then; 0: never */
	void (*after_op)(void *run); /* test hook, see apply.h; NULL */
	void (*before_step)(const char *name); /* test hook: may hold the pipeline there; NULL */
};

/* An instance's name goes into marks and paths: letters, digits, '-', '_', 1 to 32 of them. */
bool evpnd_valid_instance(const char *name);

int evpnd_run(const struct evpnd_options *options);
