/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connect.h - evpnctl's side of the control socket (doc/control.md): one request, lines of JSON back
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct connection {
	int fd;
	char *buffer;
	size_t len, taken, size;
};

/* Connects to the socket. 0, or -errno. */
int connection_open(struct connection *connection, const char *path);
void connection_close(struct connection *connection);

/* Sends the request; takes the reference to `args` over. 0, or -errno. */
int connection_send(struct connection *connection, const char *command, json_t *args);

/*
 * Waits for the next line. 1: *ret_line, owned by the caller; 0: evpnd has closed the connection; -ETIMEDOUT: `until_ms' of
 * CLOCK_MONOTONIC has passed (-1: none); another -errno.
 */
int connection_read(struct connection *connection, long long until_ms, json_t **ret_line);
