/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sh_case.h - what the tests of the plugin sh have in common: a folder, a script in it, and the plugin that runs it
 *
 * A test's script is a body for `case $1 in'; it finds its folder in $d.
 */
#pragma once

#include <stdbool.h>

#include "plugin_case.h"

extern char script[96], conf[96]; /* the paths */

/* Runs the tests as one suite, each with the options script and timeout = 20; exit status 77 without root. */
int sh_case_main(const char *name, const TTest *const tests[], size_t n);

/* Writes the script, and opens the plugin with it. */
void use_script(const char *body);

/* In the folder. */
bool has_file(const char *name);
void run_command(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Waits for an event that means something (not NONE), at most 20 s, and returns it. */
int next_event(void);

/* The verbs as callbacks, asked until there is an outcome. A descriptor that is found is closed. */
int find(uint64_t *ret_instance);
int reload(uint64_t generation);
int query(const char *command);
int ask(const char *daemon, const char *command);

/* Has waited, with this in its message, when asked once. */
void assert_waits(int r, const char *part);
