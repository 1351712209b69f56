/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grpc_client.h - calls gRPC methods over a unix socket: one unary call and one event stream at a time, without
 * blocking
 *
 * It uses libcurl's multi socket interface: libcurl's sockets and its timer are in the caller's epoll set. Each
 * transfer has its own connection, which is closed with it, so that no connection is reused after the container runtime
 * has restarted.
 *
 * Functions that return int: <0 failed, with err filled in.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "netns-cri/cri.h"
#include "netns-cri/grpc.h"

struct client;

/*
 * Creates a client, which client_close() frees. It adds its descriptors to the set `epoll`, with data.fd set to them.
 * timeout_ms limits each unary call.
 */
int client_open(int epoll, long timeout_ms, struct client **ret_client, struct evpn_error *err);
void client_close(struct client *client);

/*
 * Begins a unary call, and drops the previous one. `path` is the socket, `service` for example
 * "runtime.v1.RuntimeService". The client takes over the request, whatever the result is.
 */
int client_call(struct client *client, const char *path, const char *service, const char *method,
		struct cri_request request, struct evpn_error *err);

/* Begins an event stream, and drops the previous one. Only connecting to the socket has a time limit. */
int client_listen(struct client *client, const char *path, const char *service, const char *method,
		  struct cri_request request, struct evpn_error *err);

/* Drops the call and the event stream. */
void client_cancel(struct client *client);

/* To be called when the epoll set reports these events for one of the client's descriptors. */
void client_event(struct client *client, int fd, uint32_t events);

/* Whether the unary call has ended; true until the next one begins. */
bool client_has_answer(const struct client *client);

/* How far a unary call got. */
enum client_reach {
	CLIENT_UNREACHABLE, /* the socket does not exist, or no process accepts connections */
	CLIENT_FAULT, /* the other side replied, but not with the answer */
	CLIENT_ANSWERED /* with a message, or with the status GRPC_NOT_FOUND */
};

/*
 * The result of the unary call. >0: the message, which is valid until the next call; 0: the container runtime does not
 * run or is still starting; <0: another fault. *ret_status (the gRPC status) and *ret_reach are set in any case.
 */
int client_answer(const struct client *client, const uint8_t **ret_payload, size_t *ret_len, int *ret_status,
		  enum client_reach *ret_reach, struct evpn_error *err);

enum client_stream {
	CLIENT_NO_STREAM, /* none was begun */
	CLIENT_STREAMING,
	CLIENT_CUT_OFF, /* the connection was lost */
	CLIENT_REFUSED /* the container runtime ended it with a status, or with a reply that is not gRPC */
};

enum client_stream client_stream_state(const struct client *client);

/*
 * The next message of the event stream, valid until the next call of this function; false: no complete message is
 * there.
 */
bool client_next_message(struct client *client, const uint8_t **ret_payload, size_t *ret_len);
