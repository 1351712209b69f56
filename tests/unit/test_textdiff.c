/* SPDX-License-Identifier: Apache-2.0 */
/* test_textdiff.c - a difference is right if it leads from one text to the other */
#include <stdio.h>

#include "base/textdiff.h"
#include "unit.h"
#include "base/util.h"

static const struct {
	const char *before, *after, *diff;
} table[] = {
	{ "", "", "" },
	{ "a\n", "a\n", "" },
	{ "", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n" },
	{ "a\n", "", "@@ -1,1 +0,0 @@\n-a\n" },
	{ "a\nb\nc\n", "a\nx\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n" },
	/* The same lines in a large file: three lines around, and the rest is left out. */
	{ "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n",
	  "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n" },
	/* Far apart: two hunks. */
	{ "a\n1\n2\n3\n4\n5\n6\n7\nb\n", "1\n2\n3\n4\n5\n6\n7\n",
	  "@@ -1,4 +1,3 @@\n-a\n 1\n 2\n 3\n@@ -6,4 +5,3 @@\n 5\n 6\n 7\n-b\n" },
	{ "router bgp 1\n neighbor 10.0.0.1 remote-as 2\nexit\n",
	  "vrf red\n vni 100\nexit-vrf\nrouter bgp 1\n neighbor 10.0.0.1 remote-as 2\nexit\n",
	  "@@ -1,3 +1,6 @@\n+vrf red\n+ vni 100\n+exit-vrf\n router bgp 1\n  neighbor 10.0.0.1 remote-as 2\n exit\n" },
};

START_TEST(as_diff_shows_it)
{
	_cleanup_free_ char *diff = textdiff_unified(table[_i].before, table[_i].after);

	ck_assert_str_eq(diff, table[_i].diff);
}
END_TEST

static size_t copy_line(char *to, const char *from)
{
	size_t len = strcspn(from, "\n") + 1;

	memcpy(to, from, len);
	return len;
}

/* What patch(1) does, without looking for the place. */
static char *apply(const char *before, const char *diff)
{
	char *out = xcalloc(strlen(before) + strlen(diff) + 1, 1), *to = out;
	size_t line = 1, from, removed;

	while (*diff) {
		ck_assert_int_eq(sscanf(diff, "@@ -%zu,%zu ", &from, &removed), 2);
		for (from += removed == 0; line < from; line++) {
			size_t len = copy_line(to, before);

			to += len;
			before += len;
		}
		for (diff = strchr(diff, '\n') + 1; *diff && *diff != '@'; diff = strchr(diff, '\n') + 1) {
			if (*diff != '-')
				to += copy_line(to, diff + 1);
			if (*diff == '+')
				continue;
			ck_assert_int_eq(strncmp(before, diff + 1, strcspn(before, "\n")), 0);
			before = strchr(before, '\n') + 1;
			line++;
		}
	}
	strcpy(to, before);
	return out;
}

static unsigned int next(unsigned int *state, unsigned int below)
{
	*state = *state * 1103515245u + 12345u;
	return (*state >> 16) % below;
}

static char *random_text(unsigned int *state)
{
	unsigned int n = next(state, 40);
	char *text = xcalloc(2 * n + 1, 1);

	/* Few different lines, so that the same ones come again in other places. */
	for (unsigned int i = 0; i < n; i++) {
		text[2 * i] = (char)('a' + next(state, 6));
		text[2 * i + 1] = '\n';
	}
	return text;
}

START_TEST(leads_to_the_other_text)
{
	unsigned int state = 1;

	for (int i = 0; i < 2000; i++) {
		_cleanup_free_ char *before = random_text(&state), *after = random_text(&state);
		_cleanup_free_ char *diff = textdiff_unified(before, after), *result = apply(before, diff);

		ck_assert_str_eq(result, after);
	}
}
END_TEST

/* Longer than what is compared line by line: whole texts, but right. */
START_TEST(long_texts)
{
	enum { LINES = 5000 };
	_cleanup_free_ char *before = xcalloc(LINES * 8, 1), *after = xcalloc(LINES * 8, 1);

	for (int i = 0; i < LINES; i++) {
		sprintf(before + strlen(before), "a%d\n", i);
		sprintf(after + strlen(after), "b%d\n", i);
	}
	_cleanup_free_ char *diff = textdiff_unified(before, after), *result = apply(before, diff);

	ck_assert_str_eq(result, after);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("textdiff");

	tcase_add_loop_test(tcase, as_diff_shows_it, 0, (int)ARRAY_LEN(table));
	tcase_add_test(tcase, leads_to_the_other_text);
	tcase_add_test(tcase, long_texts);
	return unit_run("textdiff", tcase);
}
