/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vtysh_case.h - a test case of the plugin frr-vtysh on the host, with a script in place of vtysh
 *
 * The script answers by the files of the test's own directory, see vtysh_case.c.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "plugin_case.h"

#define CONFIG_A "frr version 8.4.4\nfrr defaults traditional\n!\nip route 10.1.0.0/16 blackhole\n!\nend\n"
#define CONFIG_B "frr version 8.4.4\nfrr defaults traditional\n!\nip route 10.2.0.0/16 blackhole\n!\nend\n"

extern char conf[96]; /* the path of the wanted configuration */

/* plugin_case_end() undoes it. */
void vtysh_set_up(void);

/* Removes a file of the test's directory. */
void forget_file(const char *name);

/* How often the script was called for this kind of work. */
size_t count_calls(const char *kind);

/* As try_open(), which has to succeed. */
void open_plugin(void);

/* Calls query_frr, or reload_frr if command is NULL. */
int ask(const char *command, uint64_t generation);

/* Waits for an event, and calls on_event. */
int next_event(void);

/* Calls ask() after each event until it has a result, as evpnd does. */
int outcome(const char *command, uint64_t generation);

/* Calls ask() until its message contains this text. */
void assert_waits(uint64_t generation, const char *part);
