/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call.h - one verb of the script as a callback needs it: begun once, asked again until it has an outcome
 *
 * A call runs the script, limits its time, and runs it again after a pause as long as it says "not yet" (exit status 75). The
 * exit status becomes an outcome, the end of stderr its message.
 */
#pragma once

#include <stdint.h>

#include "sh/script.h"

/* The exit statuses with a meaning; those above 63 are from <sysexits.h>. */
#define CALL_EXIT_UNSUPPORTED 3
#define CALL_EXIT_REFUSED     65 /* EX_DATAERR */
#define CALL_EXIT_UNAVAILABLE 69 /* EX_UNAVAILABLE */
#define CALL_EXIT_AGAIN	      75 /* EX_TEMPFAIL */

#define CALL_ARGS 2

/* Pauses between two runs of the script, in milliseconds. */
#define CALL_PAUSE_LAST_MS	   5000
#define CALL_PAUSE_LAST_WATCHED_MS 60000 /* when the script reports changes */

enum call_state {
	CALL_IDLE,
	CALL_CLEARING, /* waits for the end of a process that was killed */
	CALL_RUNNING,
	CALL_PAUSING,
	CALL_DONE
};

/* What is the same in all calls of an instance. */
struct call_options {
	const char *script;
	unsigned int timeout_s;
};

struct call {
	const struct call_options *options;
	const char *verb;
	bool is_question; /* the time limit is for all attempts together, and the outcome may be "unavailable" */
	bool is_reload; /* the outcome may be "refused" */
	unsigned int limit_ms; /* of one run of the script */
	unsigned int pause_last_ms;

	enum call_state state;
	char *args[CALL_ARGS]; /* NULL: there are no more */
	struct script script;
	int timer;
	unsigned int pause_ms; /* the last pause; 0: none yet */
	int64_t deadline_ms; /* of a question, by clock_ms() */
	bool unsupported; /* the script does not know the verb */
	bool delivered; /* the caller has taken the outcome */
	int outcome; /* >0: script.text is the answer; 0: under way; <0: failed */
	struct evpn_error err;
};

/* The caller has set the first members, and keeps `epoll` open. Returns 0, or -1 with err filled in. */
int call_init(struct call *call, int epoll, size_t out_max, struct evpn_error *err);
void call_free(struct call *call);

/* Drops what is under way, and runs the script with these arguments, which may be NULL. */
void call_begin(struct call *call, const char *first, const char *second);

/* Ends what is under way, without an outcome. */
void call_drop(struct call *call);

/* Whether the call was begun with these arguments, and its outcome is not yet taken. */
bool call_is_for(const struct call *call, const char *first, const char *second);

bool call_is_under_way(const struct call *call);

/* What the script printed is of no use yet: runs it again after a pause. The caller has filled in call->err. */
void call_again(struct call *call);

/* Something has changed: ends a pause. */
void call_hurry(struct call *call);

/* Takes the events of the call. Returns whether its outcome or its message has changed. */
bool call_handle(struct call *call);

/* The outcome as a callback returns it, with a copy of its error. */
int call_look(struct call *call, struct evpn_error *err);

/* Appends the last lines of a text to a message: printable, without empty lines, at most this many bytes with the NUL. */
void call_quote(char *to, size_t size, const char *text);
