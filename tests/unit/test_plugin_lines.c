/* SPDX-License-Identifier: Apache-2.0 */
/* test_plugin_lines.c - how many lines a plugin may log */
#include "run/plugin_lines.h"
#include "unit.h"

/* Lines every `every_ms`; how many of `n` are logged. */
static unsigned int log_lines(struct plugin_lines *lines, uint64_t *now_ms, unsigned int n, uint64_t every_ms)
{
	unsigned int logged = 0;

	for (unsigned int i = 0; i < n; i++, *now_ms += every_ms) {
		enum plugin_line line = plugin_lines_take(lines, *now_ms);

		logged += line == PLUGIN_LINE_LOG || line == PLUGIN_LINE_LOG_AGAIN;
	}
	return logged;
}

START_TEST(lasting_rate_is_free)
{
	struct plugin_lines lines = { 0 };
	uint64_t now_ms = 5000;

	ck_assert_uint_eq(log_lines(&lines, &now_ms, 100000, 100), 100000);
	ck_assert_uint_eq(log_lines(&lines, &now_ms, PLUGIN_LINES_BURST - 1, 0), PLUGIN_LINES_BURST - 1);
	now_ms += 20000;
	ck_assert_uint_eq(log_lines(&lines, &now_ms, PLUGIN_LINES_BURST, 0), PLUGIN_LINES_BURST);
	ck_assert(!lines.dropping && lines.n_dropped == 0);
}
END_TEST

START_TEST(flood_is_cut)
{
	struct plugin_lines lines = { 0 };
	uint64_t now_ms = 5000;

	ck_assert_uint_eq(log_lines(&lines, &now_ms, PLUGIN_LINES_BURST, 0), PLUGIN_LINES_BURST);
	ck_assert_int_eq(plugin_lines_take(&lines, now_ms), PLUGIN_LINE_DROP_FIRST);
	ck_assert_int_eq(plugin_lines_take(&lines, now_ms), PLUGIN_LINE_DROP);
	ck_assert_uint_eq(lines.n_dropped, 2);
	/* A tenth of the burst has to be free. */
	ck_assert_int_eq(plugin_lines_take(&lines, now_ms + 1999), PLUGIN_LINE_DROP);
	ck_assert_int_eq(plugin_lines_take(&lines, now_ms + 2000), PLUGIN_LINE_LOG_AGAIN);
	ck_assert_uint_eq(lines.n_dropped, 3);
	ck_assert_int_eq(plugin_lines_take(&lines, now_ms + 2000), PLUGIN_LINE_LOG);
}
END_TEST

/* 1000 lines a second for 100 s: the burst, and the lasting rate. */
START_TEST(flood_without_end)
{
	struct plugin_lines lines = { 0 };
	uint64_t now_ms = 5000;
	unsigned int logged = log_lines(&lines, &now_ms, 100000, 1);

	ck_assert_uint_ge(logged, 1000);
	ck_assert_uint_le(logged, PLUGIN_LINES_BURST + 100 * PLUGIN_LINES_PER_SECOND);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("plugin lines");

	tcase_add_test(tcase, lasting_rate_is_free);
	tcase_add_test(tcase, flood_is_cut);
	tcase_add_test(tcase, flood_without_end);
	return unit_run("plugin_lines", tcase);
}
