/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sidecar.h - sends one request at a time to the sidecar beside FRR (evpn-reloader) and reads the answer, without
 * blocking
 *
 * The caller begins a request, calls sidecar_handle_event() whenever sidecar.epoll is readable, and reads
 * sidecar.outcome. While the sidecar does not run or FRR is not ready, the request is repeated: when the socket appears
 * (inotify), or after a pause (timerfd). Without a request sidecar.epoll is never readable. The protocol is described
 * in evpn-reloader(8).
 */
#ifndef SIDECAR_H
#define SIDECAR_H

#include "evpn-plugin.h"
#include "frr-signal/reloader_protocol.h"

enum sidecar_state {
	SIDECAR_IDLE,
	SIDECAR_PAUSING,
	SIDECAR_CONNECTING,
	SIDECAR_SENDING,
	SIDECAR_READING,
	SIDECAR_DONE
};

struct sidecar {
	const char *name; /* the address as text, for messages; the caller's */
	struct protocol_address address;
	unsigned int timeout_s; /* for one attempt: connection, request and whole answer; 0: no limit */
	bool plain; /* protocol = "plain": connecting is the whole request */
	bool patient; /* a request that may take for ever: repeated when the sidecar closes the connection */

	int epoll, timer;
	int sock, inotify; /* -1: closed */
	enum sidecar_state state;
	unsigned int pause_ms; /* the last pause before a retry; 0: none yet */
	bool was_notready; /* the last answer to this request was "notready" */
	char line[PROTOCOL_LINE_SIZE];
	size_t line_len, sent;

	char head[PROTOCOL_LINE_SIZE]; /* the first line of the answer, and the received beginning of its body */
	size_t head_len;
	char *body; /* NULL until the first line is complete; terminated by NUL */
	size_t body_len, body_size;

	/* 0: running, err.msg says what it waits for. >0: `status` and `body` are the answer. <0: failed, see err. */
	int outcome;
	char status[16];
	int code; /* the errno value that the answer names; 0: none */
	struct evpn_error err;
};

/*
 * Initialises all members but name, address, timeout_s, plain and patient, which the caller has set. Returns 0 or
 * -errno.
 */
int sidecar_init(struct sidecar *sidecar);
void sidecar_free(struct sidecar *sidecar);

/* Drops the running request and begins this one, a line with its newline; "" with the plain protocol. */
void sidecar_begin(struct sidecar *sidecar, const char *line);
/* Drops the running request and the answer. */
void sidecar_drop(struct sidecar *sidecar);

/* Handles the events of sidecar.epoll. Returns whether outcome or err.msg has changed. */
bool sidecar_handle_event(struct sidecar *sidecar);

#endif
