/* SPDX-License-Identifier: Apache-2.0 */
/* change.c - the commands plan, apply and revert; see change.h */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/file.h"
#include "base/json.h"
#include "base/util.h"
#include "change.h"
#include "request.h"
#include "show.h"

/* evpnd takes requests of 8 MiB, in which a text may need more bytes than its file. */
#define TEXT_MAX (4u << 20)
/* evpnd ends a plan at --timeout with the step in which it waited; on a busy machine that answer comes late. */
#define PLAN_GRACE_S 10
/* Of the answer to a question. */
#define ANSWER_SIZE 16

/* Says why the file cannot be sent. Returns the exit code. */
static int fail_file(const char *name, const char *why)
{
	_cleanup_free_ char *shown = escape_line(name, ESCAPE_LINE_MAX);

	fprintf(stderr, "evpnctl: %s: %s\n", shown, why);
	return EXIT_FAILED;
}

/* Adds the text and the name of the file to the request; "-" is stdin. -1; else the exit code. */
static int add_file(const char *name, json_t *args)
{
	bool is_stdin = streq(name, "-");
	const char *shown = is_stdin ? "stdin" : name;
	_cleanup_free_ char *text = NULL;
	json_t *json;
	size_t len = 0;
	int r = is_stdin ? util_read_fd(STDIN_FILENO, TEXT_MAX, 4096, &text, &len)
			 : file_read(name, TEXT_MAX, &text, &len);

	if (r == -EFBIG)
		return fail_file(shown, "it has more than 4 MiB; move parts of it to files that it includes");
	if (r < 0)
		return fail_file(shown, file_fault(r));
	if (strlen(text) != len)
		return fail_file(shown, "it has a NUL byte: evpn.conf is a text file");
	json = json_string(text);
	if (!json)
		return fail_file(shown, "it is not UTF-8; save it as UTF-8");
	json_object_set_new(args, "text", json);
	json_object_set_new(args, "name", json_printable(shown));
	return -1;
}

/* The errors of a file, a line each, or what else is wrong. */
static int show_error(const struct options *options, const char *command, const json_t *error)
{
	json_t *line;
	size_t i;

	if (options->json) {
		json_dumpf(error, stdout, JSON_INDENT(1));
		putchar('\n');
	}
	json_array_foreach(json_object_get(error, "errors"), i, line) fprintf(stderr, "%s\n", json_string_value(line));
	fprintf(stderr, "evpnctl: %s: %s\n", command, json_text(error, "text"));
	return streq(json_text(error, "code"), "BadRequest") ? EXIT_USAGE : EXIT_FAILED;
}

int change_plan(const struct options *options, char *const *words)
{
	json_auto_t *data = NULL, *error = NULL;
	json_t *args = json_object(), *line;
	const json_t *plan;
	size_t i;
	int r = options->config ? add_file(options->config, args) : -1;

	if (r >= 0) {
		json_decref(args);
		return r;
	}
	if (options->timeout_s > 0)
		json_object_set_new(args, "timeout", json_integer(options->timeout_s));
	json_object_set_new(args, "json", json_boolean(options->json));
	r = request_ask(options, &(struct request){ .command = "plan", .args = args, .grace_s = PLAN_GRACE_S }, &data, &error);
	if (r >= 0)
		return r;
	if (error)
		return show_error(options, "plan", error);
	plan = json_object_get(data, "plan");
	json_array_foreach(json_object_get(data, "warnings"), i, line)
		fprintf(stderr, "warning: %s\n", json_string_value(line));
	if (options->json) {
		json_dumpf(plan, stdout, JSON_INDENT(1));
		putchar('\n');
	} else {
		fputs(json_string_value(plan) ? json_string_value(plan) : "", stdout);
	}
	if (json_is_true(json_object_get(data, "problems")))
		return EXIT_FAILED;
	return json_is_true(json_object_get(data, "changes")) ? EXIT_CHANGES : EXIT_DONE;
}

/* A change that is followed. */
struct followed {
	const struct options *options;
	char step[40]; /* that was shown last */
	long long done;
};

/* The step of a run and its operations. A step that waits is named once. */
static void show_step(struct followed *followed, const json_t *data)
{
	long long done = json_integer_value(json_object_get(data, "operations_done"));
	const char *step = json_text(data, "step");

	if (streq(step, followed->step) && done == followed->done)
		return;
	snprintf(followed->step, sizeof(followed->step), "%s", step);
	followed->done = done;
	printf("%-9s %s", json_text(data, "phase"), step);
	if (done)
		printf(": %lld of %lld operations", done,
		       (long long)json_integer_value(json_object_get(data, "operations")));
	putchar('\n');
}

/* One line of progress: what the run does, or what the change waits for. */
static void show_progress(void *arg, const char *type, const json_t *data)
{
	struct followed *followed = arg;
	long long left = json_integer_value(json_object_get(data, "seconds_left"));

	if (!streq(type, "progress"))
		return;
	if (followed->options->json) {
		json_dumpf(data, stdout, JSON_COMPACT);
		putchar('\n');
	} else if (json_text(data, "step")[0]) {
		show_step(followed, data);
	} else {
		printf("%-9s %s", json_text(data, "phase"), json_text(data, "text"));
		if (left)
			printf(" (%lld s left)", left);
		putchar('\n');
	}
	fflush(stdout);
}

static void show_lines(const char *title, const json_t *lines)
{
	json_t *line;
	size_t i;

	json_array_foreach(lines, i, line) printf("  %-6s %s\n", i == 0 ? title : "", json_string_value(line));
}

static int show_end(const struct options *options, const json_t *data)
{
	static const struct {
		const char *outcome;
		enum exit_code code;
	} codes[] = { { "done", EXIT_DONE }, { "degraded", EXIT_WORSE }, { "rolled back", EXIT_ROLLED_BACK } };
	const char *outcome = json_text(data, "outcome");

	if (options->json) {
		json_dumpf(data, stdout, JSON_INDENT(1));
		putchar('\n');
	} else {
		show_state(options, outcome, 0);
		printf(": %s\n", json_text(data, "text"));
		show_lines("worse", json_object_get(data, "worse"));
		show_lines("note", json_object_get(data, "notes"));
	}
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (streq(codes[i].outcome, outcome))
			return codes[i].code;
	return EXIT_FAILED;
}

/* Asks on the terminal whether evpnd is to do it. */
static bool consents(const json_t *error)
{
	char answer[ANSWER_SIZE] = "";

	fprintf(stderr, "%s.\nApply the change? [y/N] ", json_text(error, "text"));
	return fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

static int follow(const struct options *options, const char *command, json_t *args)
{
	json_auto_t *data = NULL, *error = NULL;
	bool can_ask = isatty(STDIN_FILENO) && isatty(STDERR_FILENO) && !options->json;
	struct followed followed = { .options = options };
	struct request request = {
		.command = command, .args = json_incref(args), .line = show_progress, .arg = &followed
	};
	int r = request_ask(options, &request, &data, &error);

	if (r < 0 && error && can_ask && streq(json_text(error, "code"), "NeedsConsent") && consents(error)) {
		json_decref(error);
		error = NULL;
		json_object_set_new(args, "yes", json_true());
		request.args = json_incref(args);
		r = request_ask(options, &request, &data, &error);
	}
	json_decref(args);
	if (r >= 0)
		return r;
	return error ? show_error(options, command, error) : show_end(options, data);
}

/* "2" and "2m" are minutes, "10s" seconds, "1h" an hour; "": 2 minutes. 0: it is none of them. */
static long long parse_limit_ms(const char *text)
{
	static const struct {
		const char *unit;
		long long ms;
	} units[] = { { "", 60000 }, { "s", 1000 }, { "m", 60000 }, { "min", 60000 }, { "h", 3600000 } };
	char *end;
	long number = strtol(text[0] ? text : "2", &end, 10);

	if (text[0] && (text[0] < '0' || text[0] > '9'))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (streq(units[i].unit, text[0] ? end : "") && number > 0 && number <= 86400)
			return number * units[i].ms;
	return 0;
}

int change_apply(const struct options *options, char *const *words)
{
	json_t *args = json_object();
	long long limit = options->confirm ? parse_limit_ms(options->confirm) : 0;
	int r = -1;

	if (options->confirm && (limit < 1000 || limit > 86400000))
		r = options_usage("--confirm: not a time from 1s to 24h, such as 2 (minutes), 90s or 1h: ",
				  options->confirm);
	else if (!options->confirm && (options->check || options->ask))
		r = options_usage("--check and --ask need --confirm", "");
	else if (words[0])
		r = add_file(words[0], args);
	if (r >= 0) {
		json_decref(args);
		return r;
	}
	if (limit)
		json_object_set_new(args, "confirm_ms", json_integer(limit));
	if (options->check)
		json_object_set_new(args, "check", json_string(options->check));
	if (options->ask)
		json_object_set_new(args, "ask", json_true());
	if (options->yes)
		json_object_set_new(args, "yes", json_true());
	return follow(options, "apply", args);
}

int change_revert(const struct options *options, char *const *words)
{
	return follow(options, "revert", json_object());
}
