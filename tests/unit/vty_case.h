/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vty_case.h - the fixture of the tests of lib/vty.c: a root directory with a daemon's socket in it
 *
 * The test acts as the daemon, in the same process: the library never blocks, so they take turns. This daemon has
 * faults that FRR cannot be made to have.
 */
#pragma once

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "fake_host.h"
#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/vty.h"
#include "unit.h"

/* Deadline of a test, far longer than it takes; and a time limit that shall expire, in milliseconds. */
#define PATIENCE_MS 60000
#define SHORT_MS    200

extern char outside[64]; /* a directory of the host */
extern char root_dir[80]; /* in it: the root directory of the container, with its sockets in /run/frr */
extern struct vty_place place; /* /var/run/frr there, by a link */
extern struct vty vty;
extern int listener;

/* The path of a file below the root directory, until the next call. */
const char *below(const char *path);

/* A daemon's socket at this path, with this length of its queue. */
void listen_at(const char *path, int backlog);
void stop_listening(void);

/* Begins `show x' to zebra. */
void begin(unsigned int limit_ms);
/* Handles what the library waits for until the question has an outcome. */
void finish(void);
/* Begins, accepts, and answers `enable': returns the connection on which the command has arrived. */
int enabled(unsigned int limit_ms);

/* Accepts the connection. */
int take_connection(void);
/* Reads a line with its NUL byte, and compares it. */
void expect_line(int fd, const char *line);
/* Sends bytes; the library reads while there is no room for them. Ends early if the question does. */
void send_bytes(int fd, const char *data, size_t len);
/* The same with a text, without its NUL. */
void send_text(int fd, const char *text);
/* Sends the end of an answer. */
void send_end(int fd, char status);

/* The outcome is a failure with this code, and with this text in its message. */
void expect_failure(int code, const char *text);
void expect_answer(const char *text);

/* Adds the fixture: a descriptor that is left open fails the test. */
TCase *vty_case(const char *name);
