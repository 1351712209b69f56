/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin_case.h - a test case of a plugin: a folder of its own, the options, and the plugin, driven by fake_host.h
 */
#pragma once

#include <check.h>

#include "fake_host.h"

extern const struct evpn_plugin *plugin;
extern struct fake_option options[8];
extern struct evpn_error err;
extern void *self;
extern const char *text; /* the last answer */
extern char plugin_dir[64]; /* the folder */

/* Makes the folder and loads MODULE; nothing is open. Closes the plugin, and removes the folder. */
void plugin_case_begin(const char *name);
void plugin_case_end(void);

/* Closes the plugin, and opens it with the present options. */
int try_open(void);

/* Files of the folder, as text; reading gives "" if there is none. */
void write_file(const char *name, const char *content);
const char *read_file(const char *name);

/* What the plugin has logged since it was opened. */
const char *logged(void);

/* The result is a failure with this code, and this text in its message. */
void assert_failed(int r, int code, const char *part);
