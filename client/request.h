/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request.h - one request to evpnd and its answer, with the errors that the user sees
 */
#pragma once

#include "commands.h"

/*
 * Sends the command's request, takes the reference to `args` over, and shows the lines of the answer, within --timeout.
 * Returns the exit code.
 */
int request_run(const struct options *options, const struct command *command, char *const *words, json_t *args);

/* For commands that want to see the lines and errors themselves. */
struct request {
	const char *command;
	json_t *args; /* taken over; may be NULL */
	void (*line)(void *arg, const char *type, const json_t *data); /* a line before the result; NULL: nothing */
	void *arg;
	long grace_s; /* evpnd keeps to --timeout itself, and says why when it ends: so much longer is its answer waited for */
};

/*
 * Sends it within --timeout. -1: *ret_data is the result or *ret_error evpnd's error, owned by the caller; else the exit code,
 * and stderr says why.
 */
int request_ask(const struct options *options, const struct request *request, json_t **ret_data, json_t **ret_error);

/*
 * For commands that need data of evpnd and show something else: the result of the request. Takes the reference to `args`
 * over, which may be NULL. -1: *ret_data, owned by the caller; else the exit code, and stderr says why.
 */
int request_fetch(const struct options *options, const char *command, json_t *args, json_t **ret_data);
