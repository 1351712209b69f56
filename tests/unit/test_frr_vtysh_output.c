/* SPDX-License-Identifier: Apache-2.0 */
/* test_frr_vtysh_output.c - parsing the output of vtysh (plugins/frr-vtysh/output.c) */
#include <check.h>

#include "frr-vtysh/output.h"
#include "unit.h"

START_TEST(test_output)
{
	char out[] = " zebra bgpd\nfrr version 8\nend\n", cut[] = " zebra\nfrr version 8\n", words[32] = "";
	char applied[] = "% a\n b\n zebra\nfrr version 8\n x\nend\n";
	struct output output;
	size_t len = 0;

	output_parse(out, &output);
	ck_assert_str_eq(output.daemons, " zebra bgpd");
	ck_assert_str_eq(output.config, "frr version 8\nend\n");
	output_parse(cut, &output);
	ck_assert_str_eq(output.daemons, " zebra");
	ck_assert_ptr_null(output.config);
	ck_assert_str_eq(output.messages, "");
	output_parse(applied, &output);
	ck_assert_str_eq(output.messages, "% a\n b");
	ck_assert_str_eq(output.daemons, " zebra");
	ck_assert_str_eq(output.config, "frr version 8\n x\nend\n");
	ck_assert(output_is_locked("VTY configuration is locked by other VTY\n", ""));
	ck_assert(output_is_locked("x\n% Can't enter config; running datastore locked by another session\n", ""));
	ck_assert(!output_is_locked("interface x\n description % locked by another session\n", ""));
	ck_assert(output_lacks_zebra(
		"% Invalid value\n",
		"line 5: Failure to communicate[13] to bgpd, line:  neighbor 10.0.0.2 graceful-restart\n"));
	ck_assert(!output_lacks_zebra(
		"", "line 5: Failure to communicate[13] to bgpd, line:  neighbor 10.0.0.2 graceful-restart\n"));
	ck_assert(!output_lacks_zebra("% Invalid value\n",
				      "line 5: Failure to communicate[13] to bgpd, line:  neighbor x port 0\n"));
	ck_assert_ptr_null(output_find_missing(" zebra bgpd", "bgpd,zebra", &len));
	ck_assert_str_eq(output_find_missing(" zebra bgpd", "zebra,bgp,x", &len), "bgp,x");
	ck_assert_uint_eq(len, 3);
	ck_assert(!output_has_refusal("", "", words, sizeof(words)));
	ck_assert_str_eq(words, "");
	ck_assert(!output_has_refusal("% a\n\n", "note\n", words, sizeof(words)));
	ck_assert_str_eq(words, "% a\nnote");
	words[0] = '\0';
	ck_assert(output_has_refusal("% b\n", "line 12: bad: x\n\nline y\n", words, sizeof(words)));
	ck_assert_str_eq(words, "% b\nbad: x\nline y");
	words[0] = '\0';
	output_quote(words, sizeof(words), "0123456789\n 0123456789\n0123456789\n0123456789\n\n0123456789\n");
	ck_assert_str_eq(words, "0123456789\n 0123456789\n01234567");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("frr-vtysh-output");

	tcase_add_test(tcase, test_output);
	return unit_run("frr-vtysh-output", tcase);
}
