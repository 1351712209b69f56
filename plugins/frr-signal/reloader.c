/* SPDX-License-Identifier: Apache-2.0 */
/* reloader.c - evpn-reloader's command line; all else is serve(). See reloader.h and evpn-reloader(8) */
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "reloader.h"

/* Compiled by hand in FRR's image, there is no configure. */
#ifdef HAVE_CONFIG_H
#include "config-build.h"
#else
#define PACKAGE_VERSION "unknown"
#endif

#define EXIT_USAGE 2

void say(const char *format, ...)
{
	char line[4096];
	va_list ap;
	size_t n;

	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	n = strlen(line);
	/* What is quoted from FRR brings its own newline. */
	fprintf(stderr, "evpn-reloader: %s%s", line, n && line[n - 1] == '\n' ? "" : "\n");
}

static void print_help(FILE *out)
{
	fputs("Usage: evpn-reloader --listen ADDRESS [OPTION...]\n"
	      "Runs beside FRR and has it reload its configuration when evpnd asks. See evpn-reloader(8).\n"
	      "\n"
	      "      --listen ADDRESS        unix:PATH or tcp:IP:PORT\n"
	      "      --allow-remote          ADDRESS may be one that other machines reach\n"
	      "      --confdir DIR           where FRR's configuration is: DIR/frr.conf [/etc/frr]\n"
	      "      --daemons LIST          FRR's daemons that have to be up [zebra,bgpd,staticd]\n"
	      "      --vty-socket DIR        where their vty sockets are [/var/run/frr]; also --vty_socket\n"
	      "  -N, --pathspace NAME        FRR runs with -N NAME\n"
	      "      --frr-reload PATH       [/usr/lib/frr/frr-reload.py]\n"
	      "      --bindir DIR            where vtysh is [/usr/bin]\n"
	      "      --rundir DIR            where frr-reload.py keeps what it feeds to vtysh [/var/run/frr]\n"
	      "      --timeout SECONDS       a reload that takes longer is killed [100]\n"
	      "      --allow-running-config  `show running-config' and its like are answered\n"
	      "      --version\n"
	      "      --help\n",
	      out);
}

enum option_id {
	OPTION_LISTEN = 256,
	OPTION_ALLOW_REMOTE,
	OPTION_CONFDIR,
	OPTION_DAEMONS,
	OPTION_VTY_SOCKET,
	OPTION_FRR_RELOAD,
	OPTION_BINDIR,
	OPTION_RUNDIR,
	OPTION_TIMEOUT,
	OPTION_ALLOW_RUNNING_CONFIG,
	OPTION_VERSION,
	OPTION_HELP,
};

static const struct option long_options[] = {
	{ "listen", required_argument, NULL, OPTION_LISTEN },
	{ "allow-remote", no_argument, NULL, OPTION_ALLOW_REMOTE },
	{ "confdir", required_argument, NULL, OPTION_CONFDIR },
	{ "daemons", required_argument, NULL, OPTION_DAEMONS },
	{ "vty-socket", required_argument, NULL, OPTION_VTY_SOCKET },
	{ "vty_socket", required_argument, NULL, OPTION_VTY_SOCKET },
	{ "pathspace", required_argument, NULL, 'N' },
	{ "frr-reload", required_argument, NULL, OPTION_FRR_RELOAD },
	{ "bindir", required_argument, NULL, OPTION_BINDIR },
	{ "rundir", required_argument, NULL, OPTION_RUNDIR },
	{ "timeout", required_argument, NULL, OPTION_TIMEOUT },
	{ "allow-running-config", no_argument, NULL, OPTION_ALLOW_RUNNING_CONFIG },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ 0 },
};

static int usage(void)
{
	say("see evpn-reloader --help");
	return EXIT_USAGE;
}

static int take_timeout(struct options *o, const char *value)
{
	long n = wire_parse_number(value, 1, 86400);

	if (n < 0) {
		say("--timeout %s: a number of seconds from 1 to 86400 is expected", value);
		return usage();
	}
	o->timeout_s = (unsigned int)n;
	return -1;
}

static const char **text_option(struct options *o, int id)
{
	return id == OPTION_LISTEN	 ? &o->listen
	       : id == OPTION_CONFDIR	 ? &o->confdir
	       : id == OPTION_DAEMONS	 ? &o->daemons
	       : id == OPTION_VTY_SOCKET ? &o->vty_socket
	       : id == OPTION_FRR_RELOAD ? &o->frr_reload
	       : id == OPTION_BINDIR	 ? &o->bindir
	       : id == OPTION_RUNDIR	 ? &o->rundir
	       : id == 'N'		 ? &o->pathspace
					 : NULL;
}

/* <0: go on; else the exit status. */
static int take_option(struct options *o, int id, const char *value)
{
	const char **text = text_option(o, id);

	if (text) {
		*text = value;
		return -1;
	}
	switch (id) {
	case OPTION_ALLOW_REMOTE:
		o->allow_remote = true;
		return -1;
	case OPTION_ALLOW_RUNNING_CONFIG:
		o->allow_running_config = true;
		return -1;
	case OPTION_TIMEOUT:
		return take_timeout(o, value);
	case OPTION_VERSION:
		puts("evpn-reloader " PACKAGE_VERSION);
		return 0;
	case OPTION_HELP:
		print_help(stdout);
		return 0;
	default: /* getopt has said what is wrong */
		return usage();
	}
}

int main(int argc, char *argv[])
{
	struct options o = { .confdir = "/etc/frr",
			     .daemons = "zebra,bgpd,staticd",
			     .frr_reload = "/usr/lib/frr/frr-reload.py",
			     .bindir = "/usr/bin",
			     .rundir = "/var/run/frr",
			     .timeout_s = 100 };
	struct listener listener;
	char config[PATH_MAX];
	int id, r;

	while ((id = getopt_long(argc, argv, "N:", long_options, NULL)) >= 0) {
		r = take_option(&o, id, optarg);
		if (r >= 0)
			return r;
	}
	if (optind < argc) {
		say("unexpected argument: %s", argv[optind]);
		return usage();
	}
	if (!o.listen) {
		say("--listen is missing");
		return usage();
	}
	/*
	 * Not an option: given any other file, frr-reload.py ends with vtysh's `write', which overwrites the
	 * configuration file with what FRR runs.
	 */
	if (snprintf(config, sizeof(config), "%s/frr.conf", o.confdir) >= (int)sizeof(config)) {
		say("--confdir %s: too long", o.confdir);
		return usage();
	}
	o.config = config;
	if (listener_open(&listener, &o) < 0)
		return 1;
	say("listens at %s for %s", o.listen, o.config);
	r = serve(&listener, &o);
	listener_close(&listener);
	return r;
}
