/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pidfile_case.h - what every test of netns-pidfile starts with
 *
 * The plugin is open on a pidfile that is not there yet, in a directory of its own, and there are real processes in
 * network namespaces of their own. What can only happen between two of the plugin's steps is provoked from within its
 * pidfd_open or inotify_add_watch: the module's calls arrive in pidfile_case.c.
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

/* Around the module's pidfd_open; and, if not 0, how it fails. */
extern void (*before_pidfd_open)(pid_t pid);
extern void (*after_pidfd_open)(pid_t pid);
extern int pidfd_open_error;
extern void (*before_add_watch)(const char *name);

/* A process that stays until it is ended, in a network namespace of its own or in the test's; name may be NULL. */
pid_t start_process(bool own_netns, const char *name);
void end_process(pid_t pid);

void write_file(const char *name, const char *text);
/* The pidfile as crun writes it: the same inode, truncated. */
void write_in_place(const char *text);
/* And as runc does: a new inode, renamed into place. */
void write_by_rename(const char *text);
const char *text_of(pid_t pid);

/* Runs a shell command that must succeed. */
void run(const char *format, ...) EVPN_PRINTF(1, 2);

/* Closes what is open and opens it with the options as they are now. */
void open_plugin_again(void);

/* How many directories inotify watches for this process. */
int count_watches(void);

int find(int *ret_fd, uint64_t *ret_instance);

/* find_netns says r, err.msg contains text, the outputs are untouched. */
void assert_not_found(int r, const char *text);

/* find_netns finds the namespace of pid; returns the instance. */
uint64_t assert_found(pid_t pid);

/* There is an event, and on_event says `expected`; afterwards there is none, but for harmless ones. */
void assert_event(enum evpn_event expected);

/* Takes events until the namespace is found. */
void assert_found_soon(pid_t pid);

/* The main program: runs these tests, each in a process of its own. */
int pidfile_case_main(const char *name, const TTest *const *tests, size_t n_tests);
