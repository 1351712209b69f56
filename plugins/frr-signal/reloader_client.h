/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask.h - one question to the sidecar at a time, without ever blocking
 *
 * The caller begins a question, calls ask_go_on() whenever ask.epoll is readable, and looks at ask.outcome. While nobody
 * listens, or FRR is not up yet, the question is put again by itself: when the socket appears (inotify), else after a
 * pause (timerfd). With no question under way ask.epoll is silent.
 */
#ifndef ASK_H
#define ASK_H

#include "evpn-plugin.h"
#include "reloader_protocol.h"

enum ask_state { ASK_IDLE, ASK_PAUSING, ASK_CONNECTING, ASK_SENDING, ASK_READING, ASK_DONE };

struct ask {
	const char *name; /* the address as it was given, for the messages */
	struct wire_address address;
	unsigned int timeout_s; /* for one try: connection, question, whole answer */
	bool plain; /* the connection is the whole question */
	bool patient; /* there is no hurry with the answer: timeout_s is 0, and when the sidecar ends, its next one is asked */

	int epoll, timer;
	int sock, inotify; /* -1: none at present */
	enum ask_state state;
	unsigned int pause_ms;
	bool was_notready; /* the last answer to this question */
	char line[WIRE_LINE_SIZE];
	size_t line_len, sent;

	char head[WIRE_LINE_SIZE]; /* the answer's first line, and what came with it */
	size_t head_len;
	char *body; /* NULL until the head is complete; ended by NUL */
	size_t body_len, body_size;

	/* 0: under way, err.msg says what is waited for. >0: `status` and `body` are there. <0: err says why not. */
	int outcome;
	char status[16];
	struct evpn_error err;
};

/* Everything but name, address, timeout_s and plain, which the caller has set. Returns 0 or -errno. */
int ask_init(struct ask *ask);
void ask_free(struct ask *ask);

/* Drops what is under way and puts this question; "" with the plain protocol. */
void ask_begin(struct ask *ask, const char *line);
/* Ends what is under way, and forgets the answer. */
void ask_drop(struct ask *ask);

/* true: outcome or what is waited for has changed. */
bool ask_go_on(struct ask *ask);

#endif
