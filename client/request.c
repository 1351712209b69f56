/* SPDX-License-Identifier: Apache-2.0 */
/* request.c - see request.h */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/util.h"
#include "connect.h"
#include "request.h"

/* What no answer, or a wrong one, means. */
static int fail_io(const struct options *options, const char *path, int code)
{
	if (options->quiet)
		return EXIT_NO_DAEMON;
	if (code == -ETIMEDOUT) {
		fprintf(stderr, "evpnctl: not within the time limit\n");
		return EXIT_TIMEOUT;
	}
	if (code == -ENOENT || code == -ECONNREFUSED)
		fprintf(stderr,
			"evpnctl: no evpnd listens at %s: is it running (systemctl status evpnd), and is this its "
			"instance (--instance)?\n",
			path);
	else if (code == -EACCES)
		fprintf(stderr, "evpnctl: %s: %s; use sudo, or set control.group in evpn.conf\n", path,
			strerror(EACCES));
	else
		fprintf(stderr, "evpnctl: %s: %s\n", path, code ? strerror(-code) : "evpnd has closed the connection");
	return EXIT_NO_DAEMON;
}

static void print_json(const json_t *json, size_t flags)
{
	json_dumpf(json, stdout, flags);
	putchar('\n');
	fflush(stdout);
}

/* One answer under way. */
struct exchange {
	const struct options *options;
	const char *name; /* of the command */
	const struct command *command; /* NULL: the caller wants the result */
	char *const *words;
	const struct request *request; /* the caller wants lines and errors, too */
	json_t *data; /* the result; NULL: not yet */
	json_t *error; /* with `request`: evpnd's; NULL: none */
};

static int take_error(const struct exchange *exchange, const json_t *line)
{
	const json_t *error = json_object_get(line, "error");

	if (exchange->options->json)
		print_json(line, JSON_COMPACT);
	if (!exchange->options->quiet)
		fprintf(stderr, "evpnctl: %s: %s\n", exchange->name, json_text(error, "text"));
	return streq(json_text(error, "code"), "BadRequest") ? EXIT_USAGE : EXIT_FAILED;
}

static int show_result(const struct exchange *exchange, const json_t *data)
{
	const struct command *command = exchange->command;

	if (exchange->options->json)
		print_json(data, JSON_INDENT(1));
	else if (command->show)
		command->show(exchange->options, exchange->words, data);
	return command->exit_code ? command->exit_code(data) : EXIT_DONE;
}

/* A line before the result. */
static void show_line(const struct exchange *exchange, const char *type, const json_t *data)
{
	const struct command *command = exchange->command;
	const struct request *request = exchange->request;

	if (request && request->line)
		request->line(request->arg, type, data);
	if (!command || !command->show_line)
		return;
	command->show_line(exchange->options, exchange->words, type, data);
	fflush(stdout);
}

/* -1: more will come, or exchange->data is there; else the exit code. */
static int take_line(struct exchange *exchange, const json_t *line)
{
	const char *type = json_text(line, "type");
	json_t *data = json_object_get(line, "data");

	if (streq(type, "error") && exchange->request) {
		exchange->error = json_incref(json_object_get(line, "error"));
		return -1;
	}
	if (streq(type, "error"))
		return take_error(exchange, line);
	if (!streq(type, "result")) {
		show_line(exchange, type, data);
		return -1;
	}
	if (exchange->command)
		return show_result(exchange, data);
	exchange->data = json_incref(data);
	return -1;
}

static int exchange_lines(struct exchange *exchange, json_t *args)
{
	long timeout = exchange->options->timeout_s, grace = exchange->request ? exchange->request->grace_s : 0;
	long long until = timeout < 0 ? -1 : (long long)clock_ms() + (timeout + grace) * 1000LL;
	struct connection connection;
	char path[OPTIONS_PATH_SIZE];
	int r = connection_open(&connection, options_path(exchange->options, path)), code = -1;

	if (r < 0) {
		json_decref(args);
		return fail_io(exchange->options, path, r);
	}
	r = connection_send(&connection, exchange->name, args);
	while (r >= 0 && code < 0 && !exchange->data && !exchange->error) {
		json_t *line = NULL;

		r = connection_read(&connection, until, &line);
		if (r <= 0)
			break;
		code = take_line(exchange, line);
		json_decref(line);
	}
	connection_close(&connection);
	return code >= 0 || exchange->data || exchange->error ? code : fail_io(exchange->options, path, r);
}

int request_run(const struct options *options, const struct command *command, char *const *words, json_t *args)
{
	struct exchange exchange = { .options = options, .name = command->name, .command = command, .words = words };

	return exchange_lines(&exchange, args);
}

int request_ask(const struct options *options, const struct request *request, json_t **ret_data, json_t **ret_error)
{
	struct exchange exchange = { .options = options, .name = request->command, .request = request };
	int code = exchange_lines(&exchange, request->args);

	if (code < 0) {
		*ret_data = exchange.data;
		*ret_error = exchange.error;
	}
	return code;
}

int request_fetch(const struct options *options, const char *command, json_t *args, json_t **ret_data)
{
	struct exchange exchange = { .options = options, .name = command };
	int code = exchange_lines(&exchange, args);

	if (code < 0)
		*ret_data = exchange.data;
	return code;
}
