/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the command line; all else is evpnd_run() */
#include <getopt.h>
#include <stdio.h>

#include "config-build.h"
#include "config.h"
#include "evpnd.h"
#include "log.h"
#include "plugin_host.h"
#include "util.h"

static void print_help(FILE *out)
{
	fputs("Usage: evpnd [OPTION...]\n"
	      "Makes this host an EVPN/VXLAN endpoint as evpn.conf(5) says, and keeps it so.\n"
	      "\n"
	      "      --config FILE         read FILE [" CONFIG_DEFAULT_PATH "]\n"
	      "      --check               check the configuration and the plugins' options, then exit\n"
	      "      --once                exit when all is in place (0) or a step failed (1)\n"
	      "      --timeout SECONDS     with --once, --dry-run, --down: give up after so long\n"
	      "      --dry-run             print what would be done; 0 nothing, 2 changes, 1 it cannot be done\n"
	      "      --print-frr           print the frr.conf that would be installed, passwords in the clear\n"
	      "      --json                with --dry-run: the same for machines\n"
	      "      --down                take back all that evpnd made; the NICs return to the host\n"
	      "      --instance NAME       the name in the marks of what is made [default]\n"
	      "      --state-dir DIR       where a moved NIC's former state is kept [/run/evpnd/NAME]\n"
	      "      --last-good FILE      the last good configuration, kept [/var/lib/evpnd/NAME.conf]\n"
	      "      --log-level LEVEL     error, warning, notice, info or debug [info]\n"
	      "      --list-plugins        list the installed plugins\n"
	      "      --dump-plugin NAME    what the plugin NAME (or a file's path) says of itself\n"
	      "      --version\n"
	      "      --help\n",
	      out);
}

enum main_option {
	OPTION_CONFIG = 256,
	OPTION_CHECK,
	OPTION_ONCE,
	OPTION_TIMEOUT,
	OPTION_DRY_RUN,
	OPTION_DOWN,
	OPTION_PRINT_FRR,
	OPTION_JSON,
	OPTION_INSTANCE,
	OPTION_STATE_DIR,
	OPTION_LAST_GOOD,
	OPTION_LOG_LEVEL,
	OPTION_LIST_PLUGINS,
	OPTION_DUMP_PLUGIN,
	OPTION_VERSION,
	OPTION_HELP,
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, OPTION_CONFIG },
	{ "check", no_argument, NULL, OPTION_CHECK },
	{ "once", no_argument, NULL, OPTION_ONCE },
	{ "timeout", required_argument, NULL, OPTION_TIMEOUT },
	{ "dry-run", no_argument, NULL, OPTION_DRY_RUN },
	{ "print-frr", no_argument, NULL, OPTION_PRINT_FRR },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "down", no_argument, NULL, OPTION_DOWN },
	{ "instance", required_argument, NULL, OPTION_INSTANCE },
	{ "state-dir", required_argument, NULL, OPTION_STATE_DIR },
	{ "last-good", required_argument, NULL, OPTION_LAST_GOOD },
	{ "log-level", required_argument, NULL, OPTION_LOG_LEVEL },
	{ "list-plugins", no_argument, NULL, OPTION_LIST_PLUGINS },
	{ "dump-plugin", required_argument, NULL, OPTION_DUMP_PLUGIN },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ 0 },
};

static int usage(const char *what, const char *value)
{
	if (what)
		fprintf(stderr, "evpnd: %s%s\n", what, value);
	fputs("evpnd: see evpnd --help\n", stderr);
	return EVPND_USAGE;
}

static bool parse_seconds(const char *text, unsigned int *ret_seconds)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end || n > 86400)
		return false;
	*ret_seconds = (unsigned int)n;
	return true;
}

static int finish(int r, const struct evpn_error *err)
{
	if (r < 0)
		fprintf(stderr, "evpnd: %s\n", err->msg);
	return r < 0 ? EVPND_FAILED : EVPND_OK;
}

/* -1: go on; else the exit code: the option asked for one answer. */
static int take_option(int option, const char *value, struct evpnd_options *options)
{
	struct evpn_error err = { 0 };
	enum evpn_log_level level;

	switch (option) {
	case OPTION_CONFIG:
		options->config_path = value;
		return -1;
	case OPTION_CHECK:
		options->mode = EVPND_CHECK;
		return -1;
	case OPTION_ONCE:
		options->mode = EVPND_ONCE;
		return -1;
	case OPTION_TIMEOUT:
		return parse_seconds(value, &options->timeout) ? -1 : usage("no number of seconds: ", value);
	case OPTION_DRY_RUN:
		options->mode = EVPND_DRY_RUN;
		return -1;
	case OPTION_PRINT_FRR:
		options->mode = EVPND_PRINT_FRR;
		return -1;
	case OPTION_JSON:
		options->json = true;
		return -1;
	case OPTION_DOWN:
		options->down = true;
		return -1;
	case OPTION_INSTANCE:
		options->instance = value;
		return evpnd_valid_instance(value)
			       ? -1
			       : usage("an instance's name is 1 to 32 letters, digits, '-', '_': ", value);
	case OPTION_STATE_DIR:
		options->state_dir = value;
		return -1;
	case OPTION_LAST_GOOD:
		options->last_good = value;
		return -1;
	case OPTION_LOG_LEVEL:
		if (log_parse_level(value, &level) < 0)
			return usage("no log level: ", value);
		log_set_level(level);
		return -1;
	case OPTION_LIST_PLUGINS:
		return finish(plugin_list(stdout, &err), &err);
	case OPTION_DUMP_PLUGIN:
		return finish(plugin_dump(value, stdout, &err), &err);
	case OPTION_VERSION:
		puts(PACKAGE_STRING);
		return EVPND_OK;
	case OPTION_HELP:
		print_help(stdout);
		return EVPND_OK;
	}
	return usage(NULL, NULL);
}

int main(int argc, char **argv)
{
	struct evpnd_options options = { .mode = EVPND_DAEMON,
					 .config_path = CONFIG_DEFAULT_PATH,
					 .instance = "default" };
	int option, r;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		r = take_option(option, optarg, &options);
		if (r >= 0)
			return r;
	}
	if (optind < argc)
		return usage("unexpected argument: ", argv[optind]);
	if (options.json && options.mode != EVPND_DRY_RUN)
		return usage("--json: ", "only with --dry-run");
	if (options.down && options.mode == EVPND_CHECK)
		return usage("--check and --down: ", "one of them");
	if (options.down && options.mode == EVPND_PRINT_FRR)
		return usage("--print-frr and --down: ", "one of them");
	if (options.down && options.mode != EVPND_DRY_RUN)
		options.mode = EVPND_DOWN;
	return evpnd_run(&options);
}
