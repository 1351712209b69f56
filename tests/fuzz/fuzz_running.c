/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_running.c - any text as what a daemon shows of FRR's configuration, before and now: compared, printed as a difference,
 * saved, and read back; and any file in the place of the saved one
 *
 * A NUL byte separates the two texts.
 */
#include "base/escape.h"
#include "base/util.h"
#include "frr/frrconf.h"
#include "frr/running.h"
#include "fuzz_dir.h"

static void check_diff(const struct running *before, const struct running *now)
{
	char *diff = running_diff(before, now);

	must(strlen(diff) <= 3000);
	for (const char *p = diff; *p; p++)
		must(*p == '\n' || (*p >= ' ' && *p <= '~'));
	must(!diff[0] || !running_same(before, now));
	free(diff);
}

/* What is read back is what was saved. */
static void check_file(const struct running *running)
{
	struct running again = { 0 };
	struct evpn_error err = { 0 };

	must(running_save(running, fuzz_dir(), &err) == 0);
	running_load(&again, fuzz_dir());
	must(again.instance == running->instance && running_same(running, &again));
	running_clear(&again);
}

static void check_mask(const char *text, const char *other)
{
	char *masked = frrconf_mask(text, other);

	must(masked && strlen(masked) <= strlen(text) * sizeof("<hidden, changed>"));
	free(masked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t len = strnlen((const char *)data, size);
	char *one = fuzz_text(data, len), *two = fuzz_text(data + len, size - len);
	const char *other = two[0] == '\0' && len < size ? two + 1 : two;
	struct running before = { .instance = 7 }, now = { .instance = 7 }, read = { 0 };

	running_add(&before, "zebra", one);
	running_add(&before, "bgpd", other);
	running_add(&now, "zebra", other);
	running_add(&now, "staticd", one);
	must(running_same(&before, &before) && !running_same(&before, &now));
	check_diff(&before, &now);
	check_diff(&before, &before);
	check_mask(one, other);
	check_file(&before);
	fuzz_write("frr.running", data, size);
	running_load(&read, fuzz_dir());
	running_clear(&read);
	running_clear(&before);
	running_clear(&now);
	free(one);
	free(two);
	return 0;
}
