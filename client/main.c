/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - evpnctl: one command of the table in commands.c, one exit code */
#include "base/util.h"
#include "commands.h"
#include "complete.h"
#include "config-build.h"

static void print_help(FILE *out)
{
	fputs("Usage: evpnctl [OPTION...] [COMMAND [ARGUMENT...]]\n"
	      "Shows what an evpnd does, and steers it.\n"
	      "\n",
	      out);
	commands_print(out);
	putc('\n', out);
	options_print(out);
	fputs("\nEach option can be set as a variable, too: EVPNCTL_INSTANCE, EVPNCTL_JSON=1. See evpnctl(8).\n", out);
}

int main(int argc, char **argv)
{
	struct options options;
	char **words;
	int r;

	if (argc > 1 && streq(argv[1], "--complete"))
		return complete(argc - 2, argv + 2);
	r = options_parse(&options, argc, argv, &words);
	if (r >= 0)
		return r;
	if (options.help)
		print_help(stdout);
	else if (options.version)
		puts("evpnctl " PACKAGE_VERSION);
	else
		return commands_run(&options, words);
	return EXIT_DONE;
}
