/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - evpnctl's command line: one command, one request to evpnd, one exit code */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/util.h"
#include "config-build.h"
#include "connect.h"
#include "show.h"

/* evpnctl(8). */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_DEGRADED = 3,
	EXIT_TIMEOUT = 6,
	EXIT_NO_DAEMON = 7,
	EXIT_USAGE = 64
};

struct options {
	const char *instance, *socket, *condition;
	bool json, fresh;
	long timeout_s; /* -1: none */
	struct show_options show;
};

static void print_help(FILE *out)
{
	fputs("Usage: evpnctl [OPTION...] [COMMAND [ARGUMENT...]]\n"
	      "Shows what an evpnd does, and steers it.\n"
	      "\n"
	      "  status [VNI]        its state, FRR's sessions, the VNIs; with a VNI: that one in full (the default)\n"
	      "  events              what happens, as it happens\n"
	      "  history             the last 100 runs\n"
	      "  metrics             its state in Prometheus' text format\n"
	      "  wait                until --for CONDITION is true\n"
	      "  retry               run now, do not wait for the next try\n"
	      "  reload              run now, and have FRR load its configuration anew\n"
	      "  down                remove all that evpnd made and return the NICs to the host; evpnd stays\n"
	      "  up                  after `down': put evpn.conf in force again\n"
	      "  log-level LEVEL     error, warning, notice, info or debug\n"
	      "\n"
	      "      --for CONDITION      with wait: applied, healthy, session=NEIGHBOR or vni=N [healthy]\n"
	      "      --timeout SECONDS    give up after this time, with status 6\n"
	      "      --fresh              with status: check FRR's health first\n"
	      "      --no-fold            with status: a line for each VNI\n"
	      "      --instance NAME      the instance [default]\n"
	      "      --socket PATH        its control socket [/run/evpnd/NAME/control.sock]\n"
	      "      --json               print JSON, as evpnd sends it\n"
	      "      --no-color           no colors on a terminal either\n"
	      "      --version            print the version\n"
	      "  -h, --help               print this help\n"
	      "\n"
	      "Each option can be set as a variable, too: EVPNCTL_INSTANCE, EVPNCTL_JSON=1. See evpnctl(8).\n",
	      out);
}

static int usage(const char *what, const char *value)
{
	fprintf(stderr, "evpnctl: %s%s\nevpnctl: `evpnctl --help' lists commands and options\n", what, value);
	return EXIT_USAGE;
}

/* What a wrong answer, or none, means. */
static int fail_io(const char *path, int code)
{
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

static int exit_of_status(const json_t *status)
{
	static const struct {
		const char *state;
		int code;
	} codes[] = { { "healthy", EXIT_DONE },	    { "applied", EXIT_DONE },	  { "degraded", EXIT_DEGRADED },
		      { "pending", EXIT_DEGRADED }, { "waiting", EXIT_DEGRADED }, { "running", EXIT_DEGRADED },
		      { "starting", EXIT_DEGRADED } };

	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (strcmp(codes[i].state, json_text(status, "state")) == 0)
			return codes[i].code;
	return EXIT_FAILED;
}

static void print_json(const json_t *json, size_t flags)
{
	json_dumpf(json, stdout, flags);
	putchar('\n');
	fflush(stdout);
}

struct command {
	const char *name;
	const char *argument; /* its name in the request; NULL: takes none */
	bool required;
	int (*show)(const struct options *options, const char *argument, const json_t *data);
};

static int show_status_result(const struct options *options, const char *argument, const json_t *data)
{
	if (!options->json)
		show_status(data, argument != NULL, &options->show);
	return exit_of_status(data);
}

static int show_history_result(const struct options *options, const char *argument, const json_t *data)
{
	if (!options->json)
		show_history(data, &options->show);
	return EXIT_DONE;
}

/* The end of a demand, or of waiting: a line says how it is now. */
static int show_short(const struct options *options, const char *argument, const json_t *data)
{
	if (!options->json && json_text(data, "text")[0])
		printf("%s\n", json_text(data, "text"));
	return EXIT_DONE;
}

static int show_metrics(const struct options *options, const char *argument, const json_t *data)
{
	if (!options->json)
		fputs(json_text(data, "metrics"), stdout);
	return EXIT_DONE;
}

static const struct command commands[] = {
	{ "status", "vni", false, show_status_result },
	{ "events", NULL, false, NULL },
	{ "history", NULL, false, show_history_result },
	{ "metrics", NULL, false, show_metrics },
	{ "wait", NULL, false, show_short },
	{ "retry", NULL, false, show_short },
	{ "reload", NULL, false, show_short },
	{ "up", NULL, false, show_short },
	{ "down", NULL, false, show_short },
	{ "log-level", "level", true, show_short },
};

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

/* NULL: the argument is no number. */
static json_t *make_args(const struct options *options, const struct command *command, const char *argument)
{
	json_t *args = json_object();
	char *end = NULL;

	if (argument && strcmp(command->argument, "vni") == 0) {
		unsigned long vni = strtoul(argument, &end, 10);

		if (!argument[0] || *end || vni > 0xffffff) {
			json_decref(args);
			return NULL;
		}
		json_object_set_new(args, "vni", json_integer((json_int_t)vni));
	} else if (argument) {
		json_object_set_new(args, command->argument, json_string(argument));
	}
	if (options->fresh && strcmp(command->name, "status") == 0)
		json_object_set_new(args, "fresh", json_true());
	if (options->condition && strcmp(command->name, "wait") == 0)
		json_object_set_new(args, "for", json_string(options->condition));
	return args;
}

/* One line of the answer. -1: more will come; else the exit code. */
static int take_line(const struct options *options, const struct command *command, const char *argument,
		     const json_t *line)
{
	const char *type = json_text(line, "type");
	const json_t *data = json_object_get(line, "data");

	if (strcmp(type, "error") == 0) {
		const json_t *error = json_object_get(line, "error");

		if (options->json)
			print_json(line, JSON_COMPACT);
		fprintf(stderr, "evpnctl: %s: %s\n", command->name, json_text(error, "text"));
		return strcmp(json_text(error, "code"), "BadRequest") == 0 ? EXIT_USAGE : EXIT_FAILED;
	}
	if (strcmp(type, "event") == 0) {
		if (options->json)
			print_json(data, JSON_COMPACT);
		else
			show_event(data, &options->show);
		fflush(stdout);
		return -1;
	}
	if (strcmp(type, "result") != 0)
		return -1;
	if (options->json)
		print_json(data, JSON_INDENT(1));
	return command->show ? command->show(options, argument, data) : EXIT_DONE;
}

static int run(const struct options *options, const struct command *command, const char *argument, const char *path,
	       json_t *args)
{
	long long until = options->timeout_s < 0 ? -1 : (long long)clock_ms() + options->timeout_s * 1000LL;
	struct connection connection;
	int r = connection_open(&connection, path), code = -1;

	if (r < 0) {
		json_decref(args);
		return fail_io(path, r);
	}
	r = connection_send(&connection, command->name, args);
	while (r >= 0 && code < 0) {
		json_t *line = NULL;

		r = connection_read(&connection, until, &line);
		if (r <= 0)
			break;
		code = take_line(options, command, argument, line);
		json_decref(line);
	}
	connection_close(&connection);
	return code >= 0 ? code : fail_io(path, r);
}

enum option_id {
	OPTION_HELP = 'h',
	OPTION_INSTANCE = 256,
	OPTION_SOCKET,
	OPTION_JSON,
	OPTION_NO_COLOR,
	OPTION_NO_FOLD,
	OPTION_FRESH,
	OPTION_FOR,
	OPTION_TIMEOUT,
	OPTION_VERSION,
};

static const struct option long_options[] = {
	{ "instance", required_argument, NULL, OPTION_INSTANCE },
	{ "socket", required_argument, NULL, OPTION_SOCKET },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "no-color", no_argument, NULL, OPTION_NO_COLOR },
	{ "no-fold", no_argument, NULL, OPTION_NO_FOLD },
	{ "fresh", no_argument, NULL, OPTION_FRESH },
	{ "for", required_argument, NULL, OPTION_FOR },
	{ "timeout", required_argument, NULL, OPTION_TIMEOUT },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ 0 },
};

/* -1: go on; else the exit code. */
static int take_option(struct options *options, int option, const char *value)
{
	char *end;

	switch (option) {
	case OPTION_INSTANCE:
		options->instance = value;
		return -1;
	case OPTION_SOCKET:
		options->socket = value;
		return -1;
	case OPTION_JSON:
		options->json = true;
		return -1;
	case OPTION_NO_COLOR:
		options->show.color = false;
		return -1;
	case OPTION_NO_FOLD:
		options->show.folds = false;
		return -1;
	case OPTION_FRESH:
		options->fresh = true;
		return -1;
	case OPTION_FOR:
		options->condition = value;
		return -1;
	case OPTION_TIMEOUT:
		options->timeout_s = strtol(value, &end, 10);
		return value[0] && !*end && options->timeout_s >= 0 && options->timeout_s <= 86400
			       ? -1
			       : usage("--timeout: not a number of seconds from 0 to 86400: ", value);
	case OPTION_VERSION:
		puts("evpnctl " PACKAGE_VERSION);
		return EXIT_DONE;
	case OPTION_HELP:
		print_help(stdout);
		return EXIT_DONE;
	default:
		return usage("unknown option", "");
	}
}

/* EVPNCTL_NO_COLOR=1 is --no-color; of a switch, "" and "0" are as if it were not set. */
static int take_variables(struct options *options)
{
	for (const struct option *option = long_options; option->name; option++) {
		char name[40] = "EVPNCTL_", *to = name + strlen(name);
		const char *value;
		int r;

		for (const char *c = option->name; *c; c++)
			*to++ = (char)(*c == '-' ? '_' : *c - ('a' - 'A'));
		*to = '\0';
		value = getenv(name);
		if (!value || (option->has_arg == no_argument && (!value[0] || strcmp(value, "0") == 0)))
			continue;
		r = take_option(options, option->val, value);
		if (r >= 0)
			return r;
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct options options = { .instance = "default",
				   .timeout_s = -1,
				   .show = { .color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR"), .folds = true } };
	const struct command *command;
	char path[256];
	const char *argument;
	json_t *args;
	int option, r = take_variables(&options);

	while (r < 0 && (option = getopt_long(argc, argv, "h", long_options, NULL)) != -1)
		r = take_option(&options, option, optarg);
	if (r >= 0)
		return r;
	command = find_command(optind < argc ? argv[optind] : "status");
	if (!command)
		return usage("unknown command: ", argv[optind]);
	argument = optind + 1 < argc ? argv[optind + 1] : NULL;
	if (argc - optind > (command->argument ? 2 : 1))
		return usage("unexpected argument: ", argv[optind + (command->argument ? 2 : 1)]);
	if (!argument && command->required)
		return usage(command->name, ": an argument is missing");
	args = make_args(&options, command, argument);
	if (!args)
		return usage("not a VNI: ", argument);
	if (options.socket)
		snprintf(path, sizeof(path), "%s", options.socket);
	else
		snprintf(path, sizeof(path), "/run/evpnd/%s/control.sock", options.instance);
	return run(&options, command, argument, path, args);
}
