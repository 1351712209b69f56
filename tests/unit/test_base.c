/* SPDX-License-Identifier: Apache-2.0 */
/* test_base.c - addresses, words, escaped text, log lines, marks, router MACs, time without a processor */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/escape.h"
#include "base/json.h"
#include "base/log.h"
#include "plan/desired.h"
#include "model/ipaddr.h"
#include "model/net.h"
#include "unit.h"
#include "base/util.h"

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
	ck_assert_str_eq(util_near_miss("itnerfaecs", words), "interfaces");
	ck_assert_ptr_null(util_near_miss("vt", words));
	/* Words that share a part, but mean something else. */
	ck_assert_ptr_null(util_near_miss("gateway_mac", (const char *const[]){ "gateways", "vni", NULL }));
	ck_assert_ptr_null(util_near_miss("vrf_mac", (const char *const[]){ "vrf", "mtu", NULL }));
	ck_assert_ptr_null(util_near_miss("peers", (const char *const[]){ "prefix", "vrf", NULL }));
	ck_assert_uint_eq(util_distance("", "abc"), 3);
	ck_assert_uint_eq(util_distance("kitten", "sitting"), 3);
}
END_TEST

static const struct {
	const char *text;
	size_t max;
	const char *line;
} escapes[] = {
	{ "", 10, "" },
	{ "plain", 5, "plain" },
	{ "plain", 4, "plai..." },
	{ "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", 100, "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80" },
	/* A character is not cut in two. */
	{ "\xc3\xa9\xc3\xa9", 3, "\xc3\xa9..." },
	{ "a\nb\tc\r", 100, "a\\x0ab\\x09c\\x0d" },
	{ "\x1b[31mred\x1b]0;title\x07", 100, "\\x1b[31mred\\x1b]0;title\\x07" },
	{ "\x7f", 100, "\\x7f" },
	/* CSI as one byte of ISO 8859-1, and as a character of UTF-8. */
	{ "\x9b"
	  "31m",
	  100, "\\x9b31m" },
	{ "\xc2\x9b"
	  "31m",
	  100, "\\xc2\\x9b31m" },
	/* The direction of the text, a line separator. */
	{ "\xe2\x80\xae", 100, "\\xe2\\x80\\xae" },
	{ "\xe2\x80\xa8", 100, "\\xe2\\x80\\xa8" },
	/* What is not UTF-8: cut, too long a form, a surrogate, behind the last character. */
	{ "\xe2\x82", 100, "\\xe2\\x82" },
	{ "\xc0\x9b", 100, "\\xc0\\x9b" },
	{ "\xe0\x82\x9b", 100, "\\xe0\\x82\\x9b" },
	{ "\xed\xa0\x80", 100, "\\xed\\xa0\\x80" },
	{ "\xf4\x90\x80\x80", 100, "\\xf4\\x90\\x80\\x80" },
};

START_TEST(escaped_text_is_one_harmless_line)
{
	_cleanup_free_ char *line = escape_line(escapes[_i].text, escapes[_i].max), *again = escape_line(line, 1000);

	ck_assert_str_eq(line, escapes[_i].line);
	ck_assert_str_eq(again, line);
}
END_TEST

START_TEST(escaped_text_keeps_its_lines)
{
	_cleanup_free_ char *text = escape_text("a\n\tb\x1b\n\r");

	ck_assert_str_eq(text, "a\n\tb\\x1b\n\\x0d");
}
END_TEST

/* What one log call writes. */
static char *logged(const char *message)
{
	int fd = memfd_create("log", MFD_CLOEXEC), saved = dup(STDERR_FILENO);
	char *text = xcalloc(1, 4096);

	ck_assert_int_ge(dup2(fd, STDERR_FILENO), 0);
	log_line(EVPN_LOG_WARNING, "%s", message);
	ck_assert_int_ge(dup2(saved, STDERR_FILENO), 0);
	close(saved);
	ck_assert_int_ge(pread(fd, text, 4095, 0), 0);
	close(fd);
	return text;
}

START_TEST(log_lines_are_escaped_and_cut)
{
	_cleanup_free_ char *long_message = xcalloc(1, 3 * ESCAPE_LINE_MAX), *cut = NULL;
	_cleanup_free_ char *escaped = logged("from\x1b[2J\rFRR\n<3>forged");

	ck_assert_str_eq(escaped, "<4>from\\x1b[2J\\x0dFRR\n<4><3>forged\n");
	memset(long_message, 'x', 3 * ESCAPE_LINE_MAX - 1);
	cut = logged(long_message);
	ck_assert_uint_eq(strlen(cut), 3 + ESCAPE_LINE_MAX + 3 + 1);
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
	struct config a = { 0 }, b = { 0 }, c = { 0 };
	uint8_t mac_a[6], mac_b[6], mac_c[6];

	ck_assert(ipaddr_parse("100.65.0.2", false, &a.underlay.vtep));
	ck_assert(ipaddr_parse("100.65.0.3", false, &b.underlay.vtep));
	ck_assert(ipaddr_parse("2001:db8::2", false, &c.underlay.vtep));
	desired_router_mac(&a, mac_a);
	desired_router_mac(&b, mac_b);
	desired_router_mac(&c, mac_c);
	ck_assert_int_ne(memcmp(mac_a, mac_b, 6), 0);
	ck_assert_uint_eq(mac_a[0] & 3, 2);
	ck_assert_uint_eq(mac_c[5], 2);
}
END_TEST

/* Each byte, alone and in front of an end of a character: JSON that jansson reads back, and nothing that a terminal obeys. */
/* Two that want the same processor: each waits for it. */
START_TEST(time_without_a_processor)
{
	uint64_t start = clock_starved_us(), until_ms = clock_ms() + 20000;
	cpu_set_t one, former;
	pid_t other;

	ck_assert_int_eq(sched_getaffinity(0, sizeof(former), &former), 0);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	ck_assert_int_eq(sched_setaffinity(0, sizeof(one), &one), 0);
	other = fork();
	ck_assert_int_ge(other, 0);
	while (other == 0 && getppid() != 1)
		;
	while (clock_starved_us() == start && clock_ms() < until_ms)
		;
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	ck_assert_uint_gt(clock_starved_us(), start);
	ck_assert_int_eq(sched_setaffinity(0, sizeof(former), &former), 0);
}
END_TEST

START_TEST(json_of_any_byte)
{
	for (int i = 1; i < 256; i++) {
		const char text[] = { 'a', (char)i, 'b', (char)i, 'c', (char)0x9b, '\0' };
		json_auto_t *json = json_pack("{so}", "text", json_printable(text)), *again = NULL;
		_cleanup_free_ char *line = json_dumps(json, JSON_COMPACT);
		json_error_t error;

		ck_assert_ptr_nonnull(line);
		again = json_parse(line, 0, &error);
		ck_assert_msg(json_equal(json, again), "byte %d: %s", i, line);
		for (const char *p = json_text(again, "text"); *p; p++)
			ck_assert((unsigned char)*p >= ' ' || *p == '\n' || *p == '\t');
		ck_assert_ptr_nonnull(strstr(json_text(again, "text"), "\\x9b"));
	}
}
END_TEST

START_TEST(json_above_a_limit)
{
	static const struct {
		const char *unit;
		size_t n;
		bool good;
	} table[] = {
		{ "[", JSON_DEPTH_MAX, false }, { "[", JSON_DEPTH_MAX + 1, false }, { "[]", 1, true },
		{ " ", 17 << 20, false },	{ "[],", JSON_VALUES_MAX, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		_cleanup_free_ char *text = xcalloc(table[i].n * strlen(table[i].unit) + 1, 1);
		json_error_t error;
		json_t *json;
		char *to = text;

		for (size_t k = 0; k < table[i].n; k++)
			to = stpcpy(to, table[i].unit);
		json = json_parse(text, 0, &error);
		ck_assert(!json != table[i].good);
		if (i == 1 || i > 2)
			ck_assert_str_eq(error.text, "it has " JSON_LIMITS_TEXT);
		json_decref(json);
	}
}
END_TEST

START_TEST(json_with_bytes_that_are_no_text)
{
	json_error_t error;
	json_t *json = json_parse_bytes("{ \"vxlanInterface\": \"vni\x90\xff\", \"vni\": 120 }", &error);

	ck_assert_ptr_nonnull(json);
	ck_assert_str_eq(json_text(json, "vxlanInterface"), "vni??");
	ck_assert_int_eq(json_integer_value(json_object_get(json, "vni")), 120);
	json_decref(json);
	json = json_parse_bytes("\"caf\xc3\xa9\"", &error);
	ck_assert_ptr_null(json);
	json = json_parse_bytes("[ \"caf\xc3\xa9\" ]", &error);
	ck_assert_str_eq(json_string_value(json_array_get(json, 0)), "caf\xc3\xa9");
	json_decref(json);
	ck_assert_ptr_null(json_parse_bytes("{ \"\x90", &error));
	ck_assert_ptr_null(json_parse_bytes("{", &error));
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
	tcase_add_loop_test(tcase, escaped_text_is_one_harmless_line, 0, (int)ARRAY_LEN(escapes));
	tcase_add_test(tcase, escaped_text_keeps_its_lines);
	tcase_add_test(tcase, time_without_a_processor);
	tcase_add_test(tcase, json_of_any_byte);
	tcase_add_test(tcase, json_above_a_limit);
	tcase_add_test(tcase, log_lines_are_escaped_and_cut);
	tcase_add_test(tcase, append_keeps_what_is_there);
	tcase_add_test(tcase, router_mac_is_unicast_local_and_the_vteps_own);
	tcase_add_test(tcase, json_with_bytes_that_are_no_text);
	tcase_add_test(tcase, marks_and_groups_tell_instances_apart);
	return unit_run("base", tcase);
}
