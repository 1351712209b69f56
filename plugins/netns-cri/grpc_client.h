/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client.h - gRPC calls over a unix socket: at most one that has an answer, and one that listens
 *
 * By libcurl's multi socket interface: its sockets and its timer are in the caller's epoll set, nothing blocks. Each
 * transfer has a connection of its own, which ends with it, so that nothing is left to go stale when the runtime restarts.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "netns-cri/cri.h"
#include "netns-cri/grpc.h"

struct client;

/* Everything of it is in the set `epoll` with the descriptor as data.fd. timeout_ms limits each call. */
int client_open(int epoll, long timeout_ms, struct client **ret_client, struct evpn_error *err);
void client_close(struct client *client);

/*
 * Begins a call, and drops the former. `path` is the socket, `service` "runtime.v1.RuntimeService". The request passes over
 * to the client, whatever the result is.
 */
int client_call(struct client *client, const char *path, const char *service, const char *method,
		struct cri_request request, struct evpn_error *err);

/* Begins to listen, instead of what was listened to; without a time limit but for connecting. */
int client_listen(struct client *client, const char *path, const char *service, const char *method,
		  struct cri_request request, struct evpn_error *err);

/* Drops the call, and stops listening. */
void client_hang_up(struct client *client);

/* One of its descriptors has these epoll events. */
void client_event(struct client *client, int fd, uint32_t events);

/* Whether the call has ended since it was begun; says so until the next one begins. */
bool client_has_answer(const struct client *client);

/* How far a call came. */
enum client_reach {
	CLIENT_NOBODY, /* there is no socket, or nobody answers there */
	CLIENT_TROUBLE, /* somebody answers, but not the question */
	CLIENT_ANSWERED /* by a message, or by saying that there is no such thing */
};

/*
 * The call's answer, which lives until the next call. >0: the message; 0: nobody is there to answer (no socket, nobody
 * listens on it, the runtime says that it is not ready); <0: another fault. *ret_status is gRPC's status and *ret_reach how
 * far it came, in any case.
 */
int client_answer(const struct client *client, const uint8_t **ret_payload, size_t *ret_len, int *ret_status,
		  enum client_reach *ret_reach, struct evpn_error *err);

enum client_stream {
	CLIENT_SILENT, /* nothing is listened to */
	CLIENT_LISTENS,
	CLIENT_CUT_OFF, /* the connection ended */
	CLIENT_DISMISSED /* the runtime ended it, by a status or by what is no gRPC */
};

enum client_stream client_stream_state(const struct client *client);

/* The next message that was heard, which lives until the next call of this function; false: there is none (yet). */
bool client_next_message(struct client *client, const uint8_t **ret_payload, size_t *ret_len);
