/* SPDX-License-Identifier: Apache-2.0 */
/* test_base.c - addresses, words, marks, router MACs */
#include "desired.h"
#include "ipaddr.h"
#include "net.h"
#include "unit.h"
#include "util.h"

static const struct {
	const char *text;
	bool with_prefix, good;
} addresses[] = {
	{ "192.0.2.1/24", true, true },
	{ "192.0.2.1", false, true },
	{ "2001:db8::1/64", true, true },
	{ "::/0", true, true },
	{ "0.0.0.0/0", true, true },
	{ "192.0.2.1", true, false },
	{ "192.0.2.1/24", false, false },
	{ "192.0.2.1/33", true, false },
	{ "192.0.2.1/", true, false },
	{ "192.0.2.1/ 4", true, false },
	{ "192.0.2.1/+4", true, false },
	{ "192.0.2.1/024", true, true },
	{ "192.0.2.1/0024", true, false },
	{ "192.0.2/24", true, false },
	{ "2001:db8::1/129", true, false },
	{ "", false, false },
	{ "/24", true, false },
	{ "192.0.2.1/24x", true, false },
	{ "::ffff:192.0.2.1/96", true, true },
	{ "fe80::1%eth0", false, false },
};

START_TEST(parse)
{
	struct ipaddr ip = { 0 };
	char buf[IPADDR_TEXT_SIZE];

	ck_assert_int_eq(ipaddr_parse(addresses[_i].text, addresses[_i].with_prefix, &ip), addresses[_i].good);
	if (!addresses[_i].good) {
		ck_assert(!ipaddr_is_set(&ip));
		return;
	}
	/* What is printed reads back as the same. */
	struct ipaddr again;

	ck_assert(ipaddr_parse(ipaddr_format(&ip, addresses[_i].with_prefix, buf), addresses[_i].with_prefix, &again));
	ck_assert_int_eq(ipaddr_compare(&ip, &again), 0);
}
END_TEST

static const struct {
	const char *a, *b;
	bool overlap;
} pairs[] = {
	{ "10.0.0.0/8", "10.1.2.3/32", true },	      { "10.0.0.0/9", "10.128.0.0/9", false },
	{ "10.0.0.0/24", "10.0.1.0/24", false },      { "0.0.0.0/0", "192.0.2.1/32", true },
	{ "0.0.0.0/0", "2001:db8::/32", false },      { "2001:db8::/33", "2001:db8:8000::/33", false },
	{ "2001:db8::1/64", "2001:db8::2/64", true }, { "192.0.2.1/31", "192.0.2.2/31", false },
};

START_TEST(overlap)
{
	struct ipaddr a, b;

	ck_assert(ipaddr_parse(pairs[_i].a, true, &a) && ipaddr_parse(pairs[_i].b, true, &b));
	ck_assert_int_eq(ipaddr_overlap(&a, &b), pairs[_i].overlap);
	ck_assert_int_eq(ipaddr_overlap(&b, &a), pairs[_i].overlap);
}
END_TEST

static const struct {
	const char *pool;
	uint32_t index;
	const char *want; /* NULL: does not fit */
} pools[] = {
	{ "100.65.0.0/24", 2, "100.65.0.2" },
	{ "100.65.0.0/24", 255, "100.65.0.255" },
	{ "100.65.0.0/24", 256, NULL },
	{ "100.65.0.0/16", 256, "100.65.1.0" },
	{ "100.65.0.7/29", 3, "100.65.0.3" },
	{ "192.0.2.1/32", 0, "192.0.2.1" },
	{ "192.0.2.1/32", 1, NULL },
	{ "2001:db8::/64", 0xffffffffu, "2001:db8::ffff:ffff" },
	{ "2001:db8::/120", 255, "2001:db8::ff" },
	{ "2001:db8::/120", 256, NULL },
	{ "0.0.0.0/0", 0x01020304, "1.2.3.4" },
};

START_TEST(nth_of_a_pool)
{
	struct ipaddr pool, ip;
	char buf[IPADDR_TEXT_SIZE];

	ck_assert(ipaddr_parse(pools[_i].pool, true, &pool));
	ck_assert_int_eq(ipaddr_nth(&pool, pools[_i].index, &ip), pools[_i].want != NULL);
	if (pools[_i].want)
		ck_assert_str_eq(ipaddr_format(&ip, false, buf), pools[_i].want);
}
END_TEST

START_TEST(near_misses)
{
	static const char *const words[] = { "vtep", "vtep_pool", "interfaces", NULL };

	ck_assert_str_eq(util_near_miss("vetp", words), "vtep");
	ck_assert_str_eq(util_near_miss("interface", words), "interfaces");
	ck_assert_str_eq(util_near_miss("vteppool", words), "vtep_pool");
	ck_assert_ptr_null(util_near_miss("neighbors", words));
	ck_assert_uint_eq(util_distance("", "abc"), 3);
	ck_assert_uint_eq(util_distance("kitten", "sitting"), 3);
}
END_TEST

START_TEST(append_keeps_what_is_there)
{
	int *items = NULL;
	size_t n = 0;

	for (int i = 0; i < 1000; i++)
		*(int *)util_append(&items, &n, sizeof(*items)) = i;
	ck_assert_uint_eq(n, 1000);
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(items[i], i);
	free(items);
}
END_TEST

START_TEST(router_mac_is_unicast_local_and_the_vteps_own)
{
	struct ipaddr a, b, c;
	uint8_t mac_a[6], mac_b[6], mac_c[6];

	ck_assert(ipaddr_parse("100.65.0.2", false, &a) && ipaddr_parse("100.65.0.3", false, &b));
	ck_assert(ipaddr_parse("2001:db8::2", false, &c));
	desired_router_mac(&a, mac_a);
	desired_router_mac(&b, mac_b);
	desired_router_mac(&c, mac_c);
	ck_assert_int_ne(memcmp(mac_a, mac_b, 6), 0);
	ck_assert_uint_eq(mac_a[0] & 3, 2);
	ck_assert_uint_eq(mac_c[5], 2);
}
END_TEST

START_TEST(marks_and_groups_tell_instances_apart)
{
	char a[NET_MARK_SIZE], b[NET_MARK_SIZE];

	ck_assert_str_eq(net_mark("default", a), "evpnd:default");
	ck_assert_str_ne(a, net_mark("blue", b));
	ck_assert_uint_ne(net_birth_group("default"), net_birth_group("blue"));
	ck_assert_uint_eq(net_birth_group("default"), net_birth_group("default"));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("base");

	tcase_add_loop_test(tcase, parse, 0, (int)ARRAY_LEN(addresses));
	tcase_add_loop_test(tcase, overlap, 0, (int)ARRAY_LEN(pairs));
	tcase_add_loop_test(tcase, nth_of_a_pool, 0, (int)ARRAY_LEN(pools));
	tcase_add_test(tcase, near_misses);
	tcase_add_test(tcase, append_keeps_what_is_there);
	tcase_add_test(tcase, router_mac_is_unicast_local_and_the_vteps_own);
	tcase_add_test(tcase, marks_and_groups_tell_instances_apart);
	return unit_run("base", tcase);
}
