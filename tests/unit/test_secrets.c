/* SPDX-License-Identifier: Apache-2.0 */
/* test_secrets.c - what evpnctl bundle hides, and what it leaves */
#include "base/util.h"
#include "secrets.h"
#include "unit.h"

static void check_hides(const struct secrets *secrets, const char *text, const char *want)
{
	_cleanup_free_ char *hidden = secrets_hide(secrets, text);

	ck_assert_str_eq(hidden, want);
}

START_TEST(test_words_of_frr)
{
	static const char *const lines[][2] = {
		{ " neighbor 192.0.2.1 password hunter2", " neighbor 192.0.2.1 password <hidden>" },
		{ "enable password 8 $1$abc", "enable password <hidden>" },
		{ " ip ospf message-digest-key 1 md5 hunter2", " ip ospf message-digest-key 1 md5 <hidden>" },
		{ " ip ospf authentication-key hunter2", " ip ospf authentication-key <hidden>" },
		{ "  key-string hunter2", "  key-string <hidden>" },
		{ " ip rip authentication string hunter2", " ip rip authentication string <hidden>" },
		{ " ip nhrp authentication hunter2", " ip nhrp authentication <hidden>" },
		{ " isis password md5 hunter2", " isis password <hidden>" },
		{ " ipv6 ospf6 authentication key-id 1 hash-algo md5 key hunter2",
		  " ipv6 ospf6 authentication key-id 1 hash-algo md5 <hidden>" },
		{ "snmp-server community hunter2", "snmp-server community <hidden>" },
		{ "a\n neighbor eth1 PASSWORD x y\nb\n", "a\n neighbor eth1 PASSWORD <hidden>\nb\n" },
		/* No secrets. */
		{ " no neighbor 192.0.2.1 password\nx", " no neighbor 192.0.2.1 password\nx" },
		{ "bgp community 1:1", "bgp community 1:1" },
		{ "service password-encryption", "service password-encryption" },
		{ " password_file = \"/etc/evpnd/p\";", " password_file = \"/etc/evpnd/p\";" },
		{ "", "" },
	};
	const struct secrets none = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		check_hides(&none, lines[i][0], lines[i][1]);
}
END_TEST

START_TEST(test_words_of_evpn_conf)
{
	static const char *const lines[][2] = {
		{ "{ asn = 1; password = \"hunter2\"; bfd = true; }", "{ asn = 1; password = <hidden>; bfd = true; }" },
		{ "password:\"a\\\"b\";x", "password:<hidden>;x" },
		{ "password = \"hun\"\n\t\"ter2\";\nx", "password = <hidden>;\nx" },
		{ "password =\n\t\"hunter2\";", "password =<hidden>;" },
		{ "# password = \"hunter2\"", "# password = <hidden>" },
		{ "extra = [ \"neighbor 1 password hunter2\", \"x\" ];",
		  "extra = [ \"neighbor 1 password <hidden>\", \"x\" ];" },
		{ "[ \"neighbor 1 password a\", \"neighbor 2 password b\" ];",
		  "[ \"neighbor 1 password <hidden>\", \"neighbor 2 password <hidden>\" ];" },
	};
	const struct secrets none = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		check_hides(&none, lines[i][0], lines[i][1]);
}
END_TEST

START_TEST(test_known_values)
{
	struct secrets secrets = { 0 };

	secrets_learn(&secrets, "password = \"hun\"\n \"ter2\";\n neighbor x password 8 s3cret\n password = \"a\";\n");
	secrets_add(&secrets, "over");
	check_hides(&secrets, "hunter2 s3cret over a log of hunter2, a\n", "******* ****** **** a log of *******, a\n");
	secrets_clear(&secrets);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("secrets");

	tcase_add_test(tc, test_words_of_frr);
	tcase_add_test(tc, test_words_of_evpn_conf);
	tcase_add_test(tc, test_known_values);
	return unit_run("secrets", tc);
}
