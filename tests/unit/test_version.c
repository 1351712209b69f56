/* SPDX-License-Identifier: Apache-2.0 */
/* test_version.c - the table of FRR's versions: what is refused, what is warned of */
#include "base/util.h"
#include "frr/version.h"
#include "unit.h"

static const struct {
	const char *answer;
	bool known;
	struct version version;
} answers[] = {
	{ "FRRouting 8.4.4 (node) on Linux(6.1.0).\nCopyright 1996-2005", true, { 8, 4, 4 } },
	{ "FRRouting 9.1 (node)", true, { 9, 1, 0 } },
	{ "FRRouting 8.5.4-0 (node)", true, { 8, 5, 4 } },
	{ "FRRouting 10.3-dev-my-build (node)", true, { 10, 3, 0 } },
	{ "\nFRRouting 10.6.1 (node)", true, { 10, 6, 1 } },
	{ "somebody's own", false, { 0, 0, 0 } },
	{ "FRRouting", false, { 0, 0, 0 } },
	{ "FRRouting ten (node)", false, { 0, 0, 0 } },
	{ "", false, { 0, 0, 0 } },
};

START_TEST(parse)
{
	struct version version;

	ck_assert_int_eq(version_parse(answers[_i].answer, &version), answers[_i].known);
	if (answers[_i].known)
		ck_assert_msg(version_same(&version, &answers[_i].version), "%u.%u.%u", version.major, version.minor,
			      version.patch);
}
END_TEST

static const struct {
	unsigned int features;
	struct version version;
	const char *refused; /* in the message; NULL: it is taken */
} checks[] = {
	{ VERSION_ANY | VERSION_SESSIONS, { 8, 4, 4 }, NULL },
	{ VERSION_MACVLAN, { 7, 5, 0 }, "FRR 7.5.0 crashes on a macvlan" },
	{ VERSION_MACVLAN, { 8, 4, 4 }, "FRR issue 15370" },
	{ VERSION_MACVLAN, { 8, 5, 4 }, "FRR issue 15370" },
	{ VERSION_MACVLAN, { 8, 5, 5 }, NULL },
	{ VERSION_MACVLAN, { 9, 0, 0 }, "FRR issue 15370" },
	{ VERSION_MACVLAN, { 9, 0, 2 }, "FRR issue 15370" },
	{ VERSION_MACVLAN, { 9, 0, 3 }, NULL },
	{ VERSION_MACVLAN, { 9, 1, 0 }, "FRR issue 15370" },
	{ VERSION_MACVLAN, { 9, 1, 1 }, NULL },
	{ VERSION_MACVLAN, { 10, 3, 0 }, NULL },
	{ VERSION_ANY, { 9, 1, 0 }, NULL },
	{ VERSION_IPV6_VTEP, { 8, 4, 4 }, "FRR 8.4.4 has no IPv6 VTEP and would announce its router ID" },
	{ VERSION_IPV6_VTEP, { 10, 3, 0 }, "use FRR 10.6 or later, or an IPv4 VTEP" },
	{ VERSION_IPV6_VTEP, { 10, 5, 99 }, "FRR 10.5.99 has no IPv6 VTEP" },
	{ VERSION_IPV6_VTEP | VERSION_IPV6_VTEP_L3, { 10, 6, 0 }, NULL },
	{ VERSION_IPV6_VTEP, { 11, 0, 0 }, NULL },
	{ VERSION_SINGLE, { 8, 5, 7 }, "FRR 8.5.7 does not know a VXLAN device that serves several VNIs: use FRR 9.0" },
	{ VERSION_SINGLE, { 9, 0, 0 }, NULL },
};

START_TEST(check)
{
	struct evpn_error err = { 0 };

	ck_assert_int_eq(version_check(&checks[_i].version, checks[_i].features, &err), !checks[_i].refused);
	if (!checks[_i].refused)
		return;
	ck_assert_int_eq(err.code, EVPN_ERROR_REFUSED);
	ck_assert_msg(strstr(err.msg, checks[_i].refused) != NULL, "%s", err.msg);
	ck_assert_msg(version_matters(checks[_i].features), "nobody would ask");
}
END_TEST

static char warned[2000];

static void warn(const char *text, void *arg)
{
	ck_assert_ptr_eq(arg, warned);
	strcat(strcat(warned, text), "\n");
}

static const struct {
	unsigned int features;
	struct version version;
	size_t n;
	const char *first; /* in the text */
} warnings[] = {
	{ VERSION_ANY, { 8, 4, 4 }, 2, "FRR 8.4.4 may miss that an underlay link went down and up" },
	{ VERSION_ANY, { 8, 5, 1 }, 1, "21769" },
	{ VERSION_ANY, { 10, 7, 0 }, 0, "" },
	{ VERSION_ANY, { 10, 4, 1 }, 2, "19756" },
	{ VERSION_SINGLE, { 8, 5, 7 }, 0, "" },
	{ VERSION_ANY | VERSION_SESSIONS, { 10, 0, 9 }, 1, "21769" },
	{ VERSION_ANY | VERSION_SESSIONS, { 10, 3, 0 }, 2, "18240" },
	{ VERSION_ANY | VERSION_SESSIONS, { 10, 4, 1 }, 4, "18240" },
	{ VERSION_ANY | VERSION_SESSIONS, { 11, 0, 0 }, 1, "18240" },
	{ VERSION_ANY | VERSION_IPV6_VTEP | VERSION_IPV6_VTEP_L3, { 10, 7, 0 }, 1, "23268" },
	/* What is refused is not warned of. */
	{ VERSION_IPV6_VTEP | VERSION_IPV6_VTEP_L3 | VERSION_MACVLAN, { 8, 4, 4 }, 0, "" },
	{ 0, { 8, 4, 4 }, 0, "" },
};

START_TEST(warning)
{
	size_t n = version_warn(&warnings[_i].version, warnings[_i].features, warn, warned);

	ck_assert_msg(n == warnings[_i].n, "%zu:\n%s", n, warned);
	ck_assert_msg(strstr(warned, warnings[_i].first) != NULL, "%s", warned);
}
END_TEST

START_TEST(features)
{
	struct config_nic nics[] = { { .macvlan = false }, { .macvlan = true } };
	struct config_neighbor neighbors[] = { { .families.bits = CONFIG_EVPN },
					       { .families.bits = 0 },
					       { .families.bits = CONFIG_EVPN } };
	struct config config = { .underlay.nics = nics, .frr.neighbors = neighbors };

	ck_assert(ipaddr_parse("100.65.0.2", false, &config.underlay.vtep));
	ck_assert_uint_eq(version_features(&config), VERSION_ANY);
	ck_assert(!version_matters(version_features(&config)));
	config.underlay.n_nics = 1;
	config.frr.n_neighbors = 2;
	config.n_l3vnis = 1;
	ck_assert_uint_eq(version_features(&config), VERSION_ANY);
	config.underlay.n_nics = 2;
	ck_assert_uint_eq(version_features(&config), VERSION_ANY | VERSION_MACVLAN);
	config.frr.n_neighbors = 3;
	ck_assert_uint_eq(version_features(&config), VERSION_ANY | VERSION_MACVLAN | VERSION_SESSIONS);
	ck_assert(ipaddr_parse("2001:db8::2", false, &config.underlay.vtep));
	config.underlay.n_nics = config.frr.n_neighbors = 0;
	ck_assert_uint_eq(version_features(&config), VERSION_ANY | VERSION_IPV6_VTEP | VERSION_IPV6_VTEP_L3);
	config.n_l3vnis = 0;
	ck_assert_uint_eq(version_features(&config), VERSION_ANY | VERSION_IPV6_VTEP);
	config.vxlan.single = true;
	ck_assert_uint_eq(version_features(&config), VERSION_ANY | VERSION_IPV6_VTEP | VERSION_SINGLE);
	ck_assert(version_matters(VERSION_SINGLE));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("version");

	tcase_add_loop_test(tcase, parse, 0, (int)ARRAY_LEN(answers));
	tcase_add_loop_test(tcase, check, 0, (int)ARRAY_LEN(checks));
	tcase_add_loop_test(tcase, warning, 0, (int)ARRAY_LEN(warnings));
	tcase_add_test(tcase, features);
	return unit_run("version", tcase);
}
