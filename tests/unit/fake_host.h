/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake_host.h - a host for one plugin under test: options from a table, log lines captured
 *
 *	static const struct fake_option options[] = { { "path", "/tmp/frr.pid" }, { "labels.app", "frr" }, { 0 } };
 *	struct fake_host fake;
 *	const struct evpn_plugin *plugin = fake_host_load(MODULE);
 *	plugin->open(fake_host_init(&fake, options), &self, &err);
 *
 * The table lives as long as the host does. An entry of a group is written "group.entry", as evpnd has it.
 */
#pragma once

#include <stdbool.h>

#include "evpn-plugin.h"

struct fake_option {
	const char *key;
	const char *value;
};

struct fake_host {
	struct evpn_host host; /* first: what the plugin gets a pointer to */
	const struct fake_option *options; /* ended by an entry without a key */
	char log[8192]; /* the lines, each as "LEVEL: text\n" */
	size_t log_len;
};

/* Fills in *fake and returns what open wants. options may be NULL. */
const struct evpn_host *fake_host_init(struct fake_host *fake, const struct fake_option *options);

/* Forgets the log lines. */
void fake_host_clear_log(struct fake_host *fake);

/* The plugin in the module at path; ends the test program with a message if there is none. */
const struct evpn_plugin *fake_host_load(const char *path);

/* Waits until fd is readable, at most deadline_ms; 0 only looks. */
bool fake_host_readable(int fd, int deadline_ms);

/* How many descriptors this process has open. */
int fake_host_count_fds(void);
