/* SPDX-License-Identifier: Apache-2.0 */
/* commands.c - see commands.h */
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "change.h"
#include "commands.h"
#include "request.h"
#include "show.h"

static int status_args(const struct options *options, char *const *words, json_t *args)
{
	char *end;
	unsigned long vni;

	if (options->fresh)
		json_object_set_new(args, "fresh", json_true());
	if (options->watch)
		json_object_set_new(args, "watch", json_true());
	if (!words[0])
		return -1;
	vni = strtoul(words[0], &end, 10);
	if (!words[0][0] || *end || vni > 0xffffff)
		return options_usage("not a VNI: ", words[0]);
	json_object_set_new(args, "vni", json_integer((json_int_t)vni));
	return -1;
}

static int wait_args(const struct options *options, char *const *words, json_t *args)
{
	if (options->condition)
		json_object_set_new(args, "for", json_string(options->condition));
	return -1;
}

static int log_level_args(const struct options *options, char *const *words, json_t *args)
{
	json_object_set_new(args, "level", json_string(words[0]));
	return -1;
}

static const struct command commands[] = {
	{ .name = "status",
	  .arguments = "[VNI]",
	  .help = "its state, FRR's sessions, the VNIs; with a VNI: that one in full (the default)",
	  .max_words = 1,
	  .options = OPTION_FRESH | OPTION_NO_FOLD | OPTION_WATCH,
	  .make_args = status_args,
	  .show = show_status,
	  .show_line = show_watch,
	  .exit_code = show_status_exit },
	{ .name = "events", .help = "what happens, as it happens", .show_line = show_event_line },
	{ .name = "history", .help = "the last 100 runs", .show = show_history },
	{ .name = "explain",
	  .arguments = "vni VNI | mac MAC [vni VNI] | ip ADDRESS [vni VNI | vrf VRF]",
	  .help = "the way of a VNI, a MAC or an address through this node, and where it breaks",
	  .min_words = 2,
	  .max_words = 4,
	  .make_args = show_explain_args,
	  .show = show_explain,
	  .exit_code = show_explain_exit },
	{ .name = "diagram",
	  .help = "devices, VRFs, sessions and remote VTEPs as a picture",
	  .options = OPTION_FORMAT,
	  .run = show_diagram },
	{ .name = "bundle",
	  .arguments = "FILE",
	  .help = "all that a bug report needs, passwords hidden, into a new tar archive",
	  .min_words = 1,
	  .max_words = 1,
	  .run = show_bundle },
	{ .name = "metrics", .help = "its state in Prometheus' text format", .show = show_metrics },
	{ .name = "wait",
	  .help = "until --for CONDITION is true",
	  .options = OPTION_FOR,
	  .make_args = wait_args,
	  .show = show_text },
	{ .name = "plan", .help = "what a run would change now", .options = OPTION_CONFIG, .run = change_plan },
	{ .name = "apply",
	  .arguments = "[FILE]",
	  .help = "install FILE as evpn.conf, run, and say what has become worse",
	  .max_words = 1,
	  .options = OPTION_CONFIRM | OPTION_CHECK | OPTION_ASK | OPTION_YES,
	  .run = change_apply },
	{ .name = "confirm", .help = "keep the change that waits for it", .show = show_text },
	{ .name = "revert", .help = "undo the change that could still undo itself", .run = change_revert },
	{ .name = "retry", .help = "run now, do not wait for the next try", .show = show_text },
	{ .name = "reload", .help = "run now, and have FRR load its configuration anew", .show = show_text },
	{ .name = "down",
	  .help = "remove all that evpnd made and return the NICs to the host; evpnd stays",
	  .show = show_text },
	{ .name = "up", .help = "after `down': put evpn.conf in force again", .show = show_text },
	{ .name = "log-level",
	  .arguments = "LEVEL",
	  .help = "error, warning, notice, info or debug",
	  .min_words = 1,
	  .max_words = 1,
	  .make_args = log_level_args },
};

const struct command *commands_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (streq(commands[i].name, name))
			return &commands[i];
	return NULL;
}

void commands_print(FILE *out)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		const char *arguments = commands[i].arguments ? commands[i].arguments : "";
		int width = (int)(strlen(commands[i].name) + 1 + strlen(arguments));

		fprintf(out, "  %s %s%*s%s\n", commands[i].name, arguments, width < 20 ? 20 - width : 1, "",
			commands[i].help);
	}
}

void commands_list(FILE *out)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		fprintf(out, "%s\n", commands[i].name);
}

/* An option on the command line that has no effect is a mistake; in a variable it is for other commands. */
static int check_options(const struct options *options, const struct command *command)
{
	unsigned int wrong = options->given & ~command->options;
	char what[100];

	if (!wrong)
		return -1;
	snprintf(what, sizeof(what), "%s: has no option --", command->name);
	return options_usage(what, options_name(wrong));
}

static int check_words(const struct command *command, char *const *words)
{
	unsigned int n = 0;

	while (words[n])
		n++;
	if (n > command->max_words)
		return options_usage("unexpected argument: ", words[command->max_words]);
	return n < command->min_words ? options_usage(command->name, ": an argument is missing") : -1;
}

int commands_run(const struct options *options, char **words)
{
	const struct command *command = commands_find(words[0] ? words[0] : "status");
	json_t *args;
	int r;

	if (!command)
		return options_usage("unknown command: ", words[0]);
	words += words[0] != NULL;
	r = check_options(options, command);
	if (r < 0)
		r = check_words(command, words);
	if (r >= 0)
		return r;
	if (command->run)
		return command->run(options, words);
	args = json_object();
	r = command->make_args ? command->make_args(options, words, args) : -1;
	if (r >= 0) {
		json_decref(args);
		return r;
	}
	return request_run(options, command, words, args);
}
