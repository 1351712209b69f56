/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrdiff-tool.c - frrdiff-tool RUNNING WANTED: what turns the one file into the other, as the frr-vtysh plugin would give it to
 * vtysh
 *
 * Batches are separated by a line "----". Exit status 0: the two say the same; 2: they differ; 1: one cannot be understood.
 */
#include <stdio.h>

#include "frrdiff.h"
#include "base/file.h"
#include "base/util.h"

static char *read_file(const char *path)
{
	char *text;
	size_t len;

	if (file_read(path, 64 << 20, &text, &len) < 0) {
		fprintf(stderr, "frrdiff-tool: cannot read %s\n", path);
		exit(1);
	}
	return text;
}

int main(int argc, char **argv)
{
	_cleanup_free_ char *running = NULL, *wanted = NULL;
	struct evpn_error err = { 0 };
	struct frrdiff diff;
	size_t n;

	if (argc != 3) {
		fprintf(stderr, "usage: frrdiff-tool RUNNING WANTED\n");
		return 1;
	}
	running = read_file(argv[1]);
	wanted = read_file(argv[2]);
	if (frrdiff_make(running, wanted, NULL, &diff, &err) < 0) {
		fprintf(stderr, "frrdiff-tool: %s\n", err.msg);
		return 1;
	}
	n = diff.n_batches;
	for (size_t i = 0; i < n; i++)
		printf("%s%s", i ? "----\n" : "", diff.batches[i]);
	frrdiff_clear(&diff);
	return n ? 2 : 0;
}
