/* SPDX-License-Identifier: Apache-2.0 */
/* reloader.c - the command line of evpn-reloader. See reloader.h and evpn-reloader(8) */
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "frr-signal/reloader.h"

/* Without configure: evpn-reloader can be compiled by one command inside FRR's image. */
#ifdef HAVE_CONFIG_H
#include "config-build.h"
#elif !defined(PACKAGE_VERSION)
#define PACKAGE_VERSION "unknown"
#endif

#define EXIT_USAGE 64 /* sysexits.h */

void reloader_log(const char *format, ...)
{
	char text[4096], *line, *rest;
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	/* FRR's words may have several lines, none of which may look like another program's, and escape sequences. */
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		for (char *c = line; *c; c++)
			if (*c < ' ' || *c > '~')
				*c = '?';
		fprintf(stderr, "evpn-reloader: %s\n", line);
	}
}

static void print_help(FILE *out)
{
	fputs("Usage: evpn-reloader --listen ADDRESS [OPTION...]\n"
	      "Runs beside FRR, and reloads and queries it on behalf of evpnd. See evpn-reloader(8).\n"
	      "\n"
	      "      --listen ADDRESS        unix:PATH or tcp:IP:PORT\n"
	      "      --allow-remote          accept an ADDRESS that other hosts can reach\n"
	      "      --confdir DIR           directory of FRR's configuration, DIR/frr.conf [/etc/frr]\n"
	      "      --daemons LIST          FRR's daemons that must run [zebra,bgpd,staticd]\n"
	      "      --vty-socket DIR        directory of their vty sockets [/var/run/frr]; also --vty_socket\n"
	      "  -N, --pathspace NAME        FRR's daemons were started with -N NAME\n"
	      "      --frr-reload PATH       path of frr-reload.py [/usr/lib/frr/frr-reload.py]\n"
	      "      --bindir DIR            directory of vtysh [/usr/bin]\n"
	      "      --rundir DIR            directory for frr-reload.py's temporary files [/var/run/frr]\n"
	      "      --timeout SECONDS       kill a reload that takes longer [100]\n"
	      "      --allow-running-config  answer `show running-config' and similar commands\n"
	      "      --version               print the version\n"
	      "  -h, --help                  print this help\n",
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
	OPTION_HELP = 'h',
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
	reloader_log("run evpn-reloader --help for usage");
	return EXIT_USAGE;
}

static int take_timeout(struct options *o, const char *value)
{
	long n = protocol_parse_number(value, 1, 86400);

	if (n < 0) {
		reloader_log("--timeout %s: must be a number of seconds from 1 to 86400", value);
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

/* Returns -1 to continue, or the exit status. */
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
	default: /* getopt_long() has printed an error */
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

	while ((id = getopt_long(argc, argv, "N:h", long_options, NULL)) >= 0) {
		r = take_option(&o, id, optarg);
		if (r >= 0)
			return r;
	}
	if (optind < argc) {
		reloader_log("unexpected argument: %s", argv[optind]);
		return usage();
	}
	if (!o.listen) {
		reloader_log("option --listen is missing");
		return usage();
	}
	/*
	 * The file's name is not an option: for another name frr-reload.py runs vtysh's `write', which overwrites
	 * frr.conf with FRR's running configuration.
	 */
	if (snprintf(config, sizeof(config), "%s/frr.conf", o.confdir) >= (int)sizeof(config)) {
		reloader_log("--confdir %s: the path is too long", o.confdir);
		return usage();
	}
	o.config = config;
	/* A client, or the reader of the log, can end: the write must then fail, and not end the program. */
	signal(SIGPIPE, SIG_IGN);
	if (listener_open(&listener, &o) < 0)
		return 1;
	reloader_log("listens at %s, configuration file %s", o.listen, o.config);
	r = serve(&listener, &o);
	listener_close(&listener);
	return r;
}
