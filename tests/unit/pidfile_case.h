/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pidfile_case.h - the fixture of the tests of netns-pidfile
 *
 * The plugin is open with a pidfile that does not exist yet, in its own directory. The processes are real ones in their
 * own network namespaces. pidfile_case.c intercepts the plugin's calls of pidfd_open() and inotify_add_watch(), so that
 * a test can change something between two of the plugin's steps.
 */
#pragma once

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_host.h"

extern const struct evpn_plugin *plugin;
extern struct fake_host fake;
extern struct fake_option options[4]; /* the first is the path */
extern char dir[64], path[128]; /* the pidfile, and where it is */
extern void *self; /* the open instance */
extern struct evpn_error err;

/* Called around the plugin's pidfd_open(); and, if not 0, the errno value with which it fails. */
extern void (*before_pidfd_open)(pid_t pid);
extern void (*after_pidfd_open)(pid_t pid);
extern int pidfd_open_error;
extern void (*before_add_watch)(const char *name);

/* Starts a process, in its own network namespace or in the test's one; name may be NULL. */
pid_t start_process(bool own_netns, const char *name);
void end_process(pid_t pid);

void write_file(const char *name, const char *text);
/* Writes the pidfile as crun does: truncates the same inode. */
void write_in_place(const char *text);
/* Writes the pidfile as runc does: renames a new inode. */
void write_by_rename(const char *text);
const char *text_of(pid_t pid);

/* Runs a shell command that must succeed. */
void run(const char *format, ...) EVPN_PRINTF(1, 2);

/* Closes the plugin and opens it with the present options. */
void open_plugin_again(void);

/* The number of directories that this process watches by inotify. */
int count_watches(void);

int find(int *ret_fd, uint64_t *ret_instance);

/* find_netns returns r, err.msg contains text, and the outputs are unchanged. */
void assert_not_found(int r, const char *text);

/* find_netns finds the namespace of pid; returns the instance. */
uint64_t assert_found(pid_t pid);

/* There is an event, for which on_event returns `expected`; further events have no effect. */
void assert_event(enum evpn_event expected);

/* Handles events until the namespace is found. */
void assert_found_soon(pid_t pid);

/* Runs these tests, each in its own process. */
int pidfile_case_main(const char *name, const TTest *const *tests, size_t n_tests);
