/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_frrdiff.c - any two texts as FRR's running and the wanted configuration: a difference, or an error
 *
 * A NUL byte separates the two. A text has no difference to itself, unless it contains "no": FRR prints no deletions, so these
 * count in the wanted text only.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "frrdiff.h"
#include "fuzz.h"

static void make(const char *running, const char *wanted, const char *daemons, bool is_same)
{
	struct evpn_error err = { 0 };
	struct frrdiff diff = { 0 };

	if (frrdiff_make(running, wanted, daemons, &diff, &err) < 0) {
		must(err.code > 0 && err.msg[0] && memchr(err.msg, '\0', sizeof(err.msg)));
		must(!diff.batches);
		return;
	}
	must(err.code == 0);
	must(diff.n_batches > 0 || diff.n_deleted + diff.n_added == 0);
	must(!is_same || diff.n_batches == 0);
	for (size_t i = 0; i < diff.n_batches; i++)
		must(diff.batches[i][0] && !strchr(diff.batches[i], '\r'));
	frrdiff_clear(&diff);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Each text has its own memory, so that the sanitizer finds a read behind its end. */
	size_t len = strnlen((const char *)data, size), rest = size - len;
	char *running = malloc(len + 1), *wanted = malloc(rest + 1);

	must(running && wanted);
	memcpy(running, data, len);
	running[len] = '\0';
	if (rest > 0)
		memcpy(wanted, data + len + 1, rest - 1);
	wanted[rest > 0 ? rest - 1 : 0] = '\0';
	make(running, wanted, NULL, false);
	make(running, wanted, "zebra bgpd", false);
	make(wanted, wanted, NULL, !strstr(wanted, "no"));
	free(running);
	free(wanted);
	return 0;
}
