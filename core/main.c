/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - parses the command line and calls evpnd_run() */
#include <getopt.h>
#include <malloc.h>
#include <stdio.h>

#include "base/escape.h"
#include "base/log.h"
#include "base/util.h"
#include "config-build.h"
#include "config/config.h"
#include "ctl/ctl.h"
#include "run/dhcp.h"
#include "run/evpnd.h"
#include "run/plugin_host.h"

static void print_help(FILE *out)
{
	fputs("Usage: evpnd [OPTION...]\n"
	      "Makes this host an EVPN/VXLAN endpoint as evpn.conf(5) describes it. Without one of the options that "
	      "end\n"
	      "evpnd, it stays in the foreground and restores what other programs change.\n"
	      "\n"
	      "What to do:\n"
	      "      --check               check evpn.conf and the options of its plugins\n"
	      "      --print-frr           print the frr.conf to be installed, with passwords in clear text\n"
	      "      --dry-run             print what evpnd would change, and change nothing\n"
	      "      --once                apply evpn.conf, then exit\n"
	      "      --healthy             with --once: exit when FRR works, with 3 if it does not\n"
	      "      --down                remove all that evpnd made and return the NICs to the host, then exit\n"
	      "      --list-plugins        list the installed plugins\n"
	      "      --dump-plugin NAME    print the description of the plugin NAME, or of the plugin file NAME\n"
	      "      --version             print the version\n"
	      "  -h, --help                print this help\n"
	      "\n"
	      "How:\n"
	      "  -c, --config FILE         read FILE [" CONFIG_DEFAULT_PATH "]\n"
	      "      --timeout SECONDS     with --once, --dry-run, --down, --check: the time limit\n"
	      "      --json                with --dry-run: print one JSON object\n"
	      "      --instance NAME       the instance: the name in the marks of all objects [default]\n"
	      "      --state-dir DIR       the state directory [/run/evpnd/NAME]\n"
	      "      --last-good FILE      the copy of the last good configuration [/var/lib/evpnd/NAME.conf]\n"
	      "      --log-level LEVEL     error, warning, notice, info or debug [info]\n"
	      "      --log-prefix PREFIX   priority (\"<6>\"), text, or auto: priority for the journal [auto]\n"
	      "\n"
	      "Exit status: 0 success; 1 a step failed; 2 --dry-run: there are changes;\n"
	      "3 --once --healthy: applied, but not healthy; 64 wrong command line;\n"
	      "78 wrong configuration. See evpnd(8).\n",
	      out);
}

enum main_option {
	OPTION_CONFIG = 'c',
	OPTION_HELP = 'h',
	OPTION_CHECK = 256,
	OPTION_ONCE,
	OPTION_HEALTHY,
	OPTION_TIMEOUT,
	OPTION_DRY_RUN,
	OPTION_DOWN,
	OPTION_PRINT_FRR,
	OPTION_JSON,
	OPTION_INSTANCE,
	OPTION_STATE_DIR,
	OPTION_LAST_GOOD,
	OPTION_LOG_LEVEL,
	OPTION_LOG_PREFIX,
	OPTION_LIST_PLUGINS,
	OPTION_DUMP_PLUGIN,
	OPTION_VERSION,
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, OPTION_CONFIG },
	{ "check", no_argument, NULL, OPTION_CHECK },
	{ "once", no_argument, NULL, OPTION_ONCE },
	{ "healthy", no_argument, NULL, OPTION_HEALTHY },
	{ "timeout", required_argument, NULL, OPTION_TIMEOUT },
	{ "dry-run", no_argument, NULL, OPTION_DRY_RUN },
	{ "print-frr", no_argument, NULL, OPTION_PRINT_FRR },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "down", no_argument, NULL, OPTION_DOWN },
	{ "instance", required_argument, NULL, OPTION_INSTANCE },
	{ "state-dir", required_argument, NULL, OPTION_STATE_DIR },
	{ "last-good", required_argument, NULL, OPTION_LAST_GOOD },
	{ "log-level", required_argument, NULL, OPTION_LOG_LEVEL },
	{ "log-prefix", required_argument, NULL, OPTION_LOG_PREFIX },
	{ "list-plugins", no_argument, NULL, OPTION_LIST_PLUGINS },
	{ "dump-plugin", required_argument, NULL, OPTION_DUMP_PLUGIN },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ 0 },
};

static int usage(const char *what, const char *value)
{
	_cleanup_free_ char *shown = escape_line(value ? value : "", ESCAPE_LINE_MAX);

	if (what)
		fprintf(stderr, "evpnd: %s%s\n", what, shown);
	fputs("evpnd: `evpnd --help' lists the options\n", stderr);
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
	_cleanup_free_ char *shown = escape_text(r < 0 ? err->msg : "");

	if (r < 0)
		fprintf(stderr, "evpnd: %s\n", shown);
	return r < 0 ? EVPND_FAILED : EVPND_OK;
}

/* Returns -1, or the exit status of an option that prints one answer and ends evpnd. */
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
	case OPTION_HEALTHY:
		options->healthy = true;
		return -1;
	case OPTION_TIMEOUT:
		return parse_seconds(value, &options->timeout)
			       ? -1
			       : usage("--timeout: not a number of seconds from 0 to 86400: ", value);
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
			       : usage("--instance: not 1 to 32 letters, digits, '-' and '_', or `frr', whose state "
				       "directory FRR's container can write: ",
				       value);
	case OPTION_STATE_DIR:
		options->state_dir = value;
		return -1;
	case OPTION_LAST_GOOD:
		options->last_good = value;
		return -1;
	case OPTION_LOG_LEVEL:
		if (log_parse_level(value, &level) < 0)
			return usage("--log-level: not one of error, warning, notice, info, debug: ", value);
		log_set_level(level);
		return -1;
	case OPTION_LOG_PREFIX:
		return log_set_prefix(value) < 0 ? usage("--log-prefix: not one of auto, priority, text: ", value) : -1;
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
	struct ctl *ctl = NULL;
	const char *lease = getenv(DHCP_LEASE_VARIABLE);
	int option, r;

	/* The DHCP client has started it. */
	if (lease)
		return dhcp_take_event(lease, argc > 1 ? argv[1] : "");
	while ((option = getopt_long(argc, argv, "c:h", long_options, NULL)) != -1) {
		r = take_option(option, optarg, &options);
		if (r >= 0)
			return r;
	}
	if (optind < argc)
		return usage("unexpected argument: ", argv[optind]);
	if (options.json && options.mode != EVPND_DRY_RUN)
		return usage("--json needs --dry-run", "");
	if (options.healthy && options.mode != EVPND_ONCE)
		return usage("--healthy needs --once", "");
	if (options.timeout && !options.down && (options.mode == EVPND_DAEMON || options.mode == EVPND_PRINT_FRR))
		return usage("--timeout needs --once, --dry-run, --down or --check", "");
	if (options.down && options.mode == EVPND_CHECK)
		return usage("--check and --down exclude each other", "");
	if (options.down && options.mode == EVPND_PRINT_FRR)
		return usage("--print-frr and --down exclude each other", "");
	if (options.down && options.mode != EVPND_DRY_RUN)
		options.mode = EVPND_DOWN;
	if (options.mode == EVPND_DAEMON) {
		/* What the kernel was read into goes back to the system after each look (glibc raises the limit otherwise). */
		mallopt(M_MMAP_THRESHOLD, 128 * 1024);
		ctl = ctl_new();
		options.control = ctl_control(ctl);
	}
	r = evpnd_run(&options);
	ctl_free(ctl);
	return r;
}
