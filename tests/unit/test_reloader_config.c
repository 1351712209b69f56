/* SPDX-License-Identifier: Apache-2.0 */
/* test_reloader_config.c - whether FRR runs the configuration that it ran before, for evpn-reloader */
#include <stdio.h>
#include <string.h>

#include "frr-signal/reloader.h"
#include "unit.h"

void reloader_log(const char *format, ...)
{
	(void)format;
}

static struct text text_of(const char *data)
{
	struct text text = { 0 };

	text_append(&text, data, strlen(data), 1u << 20);
	return text;
}

/* "": they are the same. */
static const char *difference(const char *former, const char *now, size_t max)
{
	static char result[4096];
	struct text a = text_of(former), b = text_of(now), lines = { 0 };
	bool same = config_is_same(&a, &b, &lines, max);

	snprintf(result, sizeof(result), "%s", lines.data ? lines.data : same ? "" : "differs");
	ck_assert_int_eq(same, result[0] == '\0');
	text_free(&a);
	text_free(&b);
	text_free(&lines);
	return result;
}

#define BGP                                                                                                            \
	"router bgp 65001\n neighbor 10.0.0.2 remote-as 65002\n !\n address-family l2vpn evpn\n  advertise-all-vni\n " \
	"exit-address-family\nexit\n!\n"
#define VRF "vrf red\n vni 100\nexit-vrf\n!\n"

START_TEST(the_same_in_another_order_and_form)
{
	ck_assert_str_eq(difference(BGP VRF, BGP VRF, 1000), "");
	ck_assert_str_eq(difference(BGP VRF, VRF BGP, 1000), "");
	ck_assert_str_eq(difference("Building configuration...\n\nCurrent configuration:\n!\n" BGP "end\n",
				    "!\n!\n" BGP "!\n\n   \n", 1000),
			 "");
	ck_assert_str_eq(difference("a\r\nb\r\n", "b\na", 1000), "");
	ck_assert_str_eq(difference("", "!\n", 1000), "");
	/* A carriage return ends a line, too. */
	ck_assert_str_eq(difference("a\rb\rc\rd\re\rf", "f\re\rd\rc\rb\ra", 1000), "");
}
END_TEST

START_TEST(what_is_missing_and_what_is_too_many)
{
	ck_assert_str_eq(difference(BGP VRF, BGP, 1000), "-vrf red\n- vni 100");
	ck_assert_str_eq(difference(BGP, BGP VRF, 1000), "+vrf red\n+ vni 100");
	ck_assert_str_eq(difference("a\nb\nc\n", "b\nd\na\ne\n", 1000), "-c\n+d\n+e");
	/* The same line twice is not the same as once. */
	ck_assert_str_eq(difference("a\na\n", "a\n", 1000), "-a");
	/* Words that begin like those that end a context. */
	ck_assert_str_eq(difference("endless\n", "", 1000), "-endless");
}
END_TEST

/* A line belongs to the lines around it. */
START_TEST(the_same_lines_in_other_contexts)
{
	ck_assert_str_eq(difference("router bgp 1\n x 1\nrouter bgp 1 vrf a\n x 2\n",
				    "router bgp 1\n x 2\nrouter bgp 1 vrf a\n x 1\n", 1000),
			 "- x 1\n- x 2\n+ x 2\n+ x 1");
	ck_assert_str_eq(difference("a\n b\n  c\n d\n", "a\n b\n d\n  c\n", 1000), "-  c\n+  c");
	ck_assert_str_eq(difference("a\n b\nc\n", "a\nc\n b\n", 1000), "- b\n+ b");
	/* After a deeper context comes a line of the one before. */
	ck_assert_str_eq(difference("a\n  b\n c\n", "a\n c\n  b\n", 1000), "-  b\n+  b");
}
END_TEST

START_TEST(a_long_difference_is_cut_at_a_line)
{
	ck_assert_str_eq(difference("one\ntwo\nthree\n", "", 10), "-one\n-two");
	ck_assert_str_eq(difference("one\n", "", 2), "differs");
}
END_TEST

START_TEST(deeper_than_any_context)
{
	char deep[8192] = "";

	for (int depth = 0; depth < 60; depth++)
		snprintf(deep + strlen(deep), sizeof(deep) - strlen(deep), "%*sx\n", depth, "");
	ck_assert_str_eq(difference(deep, deep, 1000), "");
	ck_assert_str_ne(difference(deep, "x\n", 1000), "");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("reloader_config");

	tcase_add_test(tcase, the_same_in_another_order_and_form);
	tcase_add_test(tcase, what_is_missing_and_what_is_too_many);
	tcase_add_test(tcase, the_same_lines_in_other_contexts);
	tcase_add_test(tcase, a_long_difference_is_cut_at_a_line);
	tcase_add_test(tcase, deeper_than_any_context);
	return unit_run("reloader_config", tcase);
}
