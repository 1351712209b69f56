/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake_host.h - the services of evpnd for a plugin under test: options from a table, captured log lines
 *
 *	static const struct fake_option options[] = { { "path", "/tmp/frr.pid" }, { "labels.app", "frr" }, { 0 } };
 *	struct fake_host fake;
 *	const struct evpn_plugin *plugin = fake_host_load(MODULE);
 *	plugin->open(fake_host_init(&fake, options), &self, &err);
 *
 * It is installed beside plugin-drive.c as an example, so it includes nothing but evpn-plugin.h.
 *
 * The table must live as long as the host. The key of an entry in a group is "group.entry".
 */
#pragma once

#include <stdbool.h>

#include "evpn-plugin.h"

struct fake_option {
	const char *key;
	const char *value;
};

struct fake_host {
	struct evpn_host host; /* the first member: the plugin gets a pointer to it */
	const struct fake_option *options; /* terminated by an entry without a key */
	char log[8192]; /* lines "LEVEL: text\n" */
	size_t log_len;
};

/* Initialises *fake and returns the argument for open. options may be NULL. */
const struct evpn_host *fake_host_init(struct fake_host *fake, const struct fake_option *options);

/* Deletes the captured log lines. */
void fake_host_clear_log(struct fake_host *fake);

/* Loads the plugin at path. If that fails, the test program ends with a message. */
const struct evpn_plugin *fake_host_load(const char *path);

/* CLOCK_MONOTONIC in milliseconds. */
int64_t fake_host_now_ms(void);

/* Waits until fd is readable, at most deadline_ms. */
bool fake_host_readable(int fd, int deadline_ms);

/* The number of open descriptors of this process. */
int fake_host_count_fds(void);
