/* SPDX-License-Identifier: Apache-2.0 */
/* test_running.c - FRR's running configuration: what counts of it, comparing, the difference, the file that keeps it */
#include <errno.h>
#include <sys/stat.h>

#include "base/util.h"
#include "frr/running.h"
#include "unit.h"

/* As FRR 8.4's daemons answer. */
#define ZEBRA                                                                                                          \
	"\nBuilding configuration...\n\nCurrent configuration:\n!\nfrr version 8.4.4\nfrr defaults traditional\n!\n"   \
	"hostname node1\n! \"log file /tmp/zebra.log\" enabled by \"--log\" startup option\n!\n!\nvrf red\n vni 100\n" \
	"exit-vrf\n!\nno ipv6 forwarding\n!\nend\n"
#define ZEBRA_SHOWN "hostname node1\nvrf red\n vni 100\nexit-vrf\nno ipv6 forwarding\n"
#define BGPD(secret)                                                                                        \
	"hostname node1\nrouter bgp 64514\n neighbor 192.168.11.2 remote-as 64512\n neighbor 192.168.11.2 " \
	"password " secret "\n !\n address-family l2vpn evpn\n  advertise-all-vni\n exit-address-family\nexit\n"

static struct running a, b;
static char dir[] = "/tmp/evpnd-running-XXXXXX";

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void teardown(void)
{
	_cleanup_free_ char *command = xasprintf("rm -r '%s'", dir);

	running_clear(&a);
	running_clear(&b);
	ck_assert_int_eq(system(command), 0);
}

static void write_file(const char *text)
{
	_cleanup_free_ char *path = xasprintf("%s/frr.running", dir);
	const char *what = "";

	ck_assert_int_eq(util_write_file(path, text, strlen(text), 0600, (uid_t)-1, (gid_t)-1, &what), 0);
}

START_TEST(what_is_no_configuration_does_not_count)
{
	running_add(&a, "zebra", ZEBRA);
	ck_assert_uint_eq(a.n_parts, 1);
	ck_assert_str_eq(a.parts[0].daemon, "zebra");
	ck_assert_str_eq(a.parts[0].text, ZEBRA_SHOWN);
	/* Another version and another way of starting FRR are no change of its configuration. */
	running_add(&b, "zebra", "frr version 10.3\nfrr defaults datacenter\n!\n" ZEBRA_SHOWN "  ! indented\n\n\r\n");
	ck_assert(running_same(&a, &b));
}
END_TEST

START_TEST(text_without_its_last_newline)
{
	running_add(&a, "zebra", "hostname node1");
	running_add(&a, "bgpd", "");
	running_add(&a, "staticd", "!");
	ck_assert_str_eq(a.parts[0].text, "hostname node1\n");
	ck_assert_str_eq(a.parts[1].text, "");
	ck_assert_str_eq(a.parts[2].text, "");
}
END_TEST

static void add_both(void)
{
	running_add(&a, "zebra", ZEBRA);
	running_add(&a, "bgpd", BGPD("secret"));
	running_add(&b, "bgpd", BGPD("secret"));
	running_add(&b, "zebra", ZEBRA);
}

START_TEST(order_of_the_daemons_does_not_count)
{
	_cleanup_free_ char *diff = NULL;

	add_both();
	ck_assert(running_same(&a, &b));
	ck_assert_ptr_null(running_find_missing(&a, &b));
	diff = running_diff(&a, &b);
	ck_assert_str_eq(diff, "");
}
END_TEST

START_TEST(daemon_that_comes_or_goes)
{
	_cleanup_free_ char *gone = NULL, *come = NULL;

	add_both();
	running_add(&a, "staticd", "ip route 10.0.0.0/8 Null0\n");
	ck_assert(!running_same(&a, &b) && !running_same(&b, &a));
	ck_assert_str_eq(running_find_missing(&a, &b), "staticd");
	ck_assert_ptr_null(running_find_missing(&b, &a));
	gone = running_diff(&a, &b);
	come = running_diff(&b, &a);
	ck_assert_str_eq(gone, "--- staticd\n+++ staticd, now\n@@ -1,1 +0,0 @@\n-ip route 10.0.0.0/8 Null0\n");
	ck_assert_str_eq(come, "--- staticd\n+++ staticd, now\n@@ -0,0 +1,1 @@\n+ip route 10.0.0.0/8 Null0\n");
}
END_TEST

/* Each daemon shows these. */
START_TEST(daemon_without_a_part_of_its_own)
{
	_cleanup_free_ char *gone = NULL, *come = NULL;

	add_both();
	running_add(&a, "pimd", "hostname node1\n");
	ck_assert_msg(!running_same(&a, &b), "it may have had a part before");
	gone = running_diff(&a, &b);
	come = running_diff(&b, &a);
	ck_assert_str_eq(gone, "");
	ck_assert_str_eq(come, "");
}
END_TEST

/* A daemon that was restarted alone, without its part. */
START_TEST(daemon_that_lost_its_part)
{
	_cleanup_free_ char *diff = NULL;

	running_add(&a, "bgpd", BGPD("secret"));
	running_add(&b, "bgpd", "hostname node1\n");
	ck_assert(!running_same(&a, &b));
	diff = running_diff(&a, &b);
	ck_assert_ptr_nonnull(strstr(diff, "-router bgp 64514\n"));
	ck_assert_ptr_nonnull(strstr(diff, "-  advertise-all-vni\n"));
	ck_assert_ptr_nonnull(strstr(diff, "- neighbor 192.168.11.2 password <hidden>\n"));
	ck_assert_ptr_null(strstr(diff, "secret"));
}
END_TEST

START_TEST(changed_password_is_not_shown)
{
	_cleanup_free_ char *diff = NULL;

	running_add(&a, "bgpd", BGPD("first"));
	running_add(&b, "bgpd", BGPD("second"));
	diff = running_diff(&a, &b);
	ck_assert_ptr_nonnull(strstr(diff, "- neighbor 192.168.11.2 password <hidden>\n"
					   "+ neighbor 192.168.11.2 password <hidden, changed>\n"));
	ck_assert(!strstr(diff, "first") && !strstr(diff, "second"));
}
END_TEST

START_TEST(difference_is_escaped)
{
	_cleanup_free_ char *diff = NULL;

	running_add(&a, "zebra", "");
	running_add(&b, "zebra", "hostname \033[2J\xc3\xa9\t.\n");
	diff = running_diff(&a, &b);
	ck_assert_str_eq(diff, "--- zebra\n+++ zebra, now\n@@ -0,0 +1,1 @@\n+hostname ?[2J???.\n");
}
END_TEST

/* Texts that pass the limit byte by byte. */
START_TEST(long_difference_is_cut)
{
	for (size_t n = 2900; n < 3100; n++) {
		_cleanup_free_ char *text = xcalloc(1, n + 1), *diff = NULL;

		memset(text, 'x', n);
		running_add(&b, "zebra", text);
		diff = running_diff(&a, &b);
		ck_assert_uint_le(strlen(diff), 3000);
		if (n > 3000)
			ck_assert_str_eq(diff + strlen(diff) - 6, "xx...\n");
		running_clear(&b);
	}
}
END_TEST

START_TEST(file_keeps_it)
{
	_cleanup_free_ char *path = xasprintf("%s/frr.running", dir);
	struct evpn_error err;
	struct stat st;

	add_both();
	running_add(&a, "staticd", "");
	running_add(&a, "bfdd", "bfd\nexit\n");
	running_add(&a, "ospfd", "");
	a.instance = UINT64_MAX;
	ck_assert_int_eq(running_save(&a, dir, &err), 0);
	running_load(&b, dir);
	ck_assert(b.instance == UINT64_MAX && b.n_parts == 5);
	ck_assert(running_same(&a, &b));
	ck_assert_str_eq(b.parts[2].daemon, "staticd");
	/* It has passwords. */
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	running_load(&b, dir);
	ck_assert_uint_eq(b.n_parts, 5);
}
END_TEST

START_TEST(file_of_nothing)
{
	struct evpn_error err;

	a.instance = 7;
	ck_assert_int_eq(running_save(&a, dir, &err), 0);
	running_add(&b, "zebra", "");
	running_load(&b, dir);
	ck_assert(b.instance == 7 && b.n_parts == 0);
}
END_TEST

START_TEST(file_that_is_missing_or_damaged)
{
	static const char *const texts[] = { "", "7", "x", "7x\n! daemon zebra\n", "\n! daemon zebra\n" };

	running_add(&a, "zebra", "");
	running_load(&a, dir);
	ck_assert(a.instance == 0 && a.n_parts == 0);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		write_file(texts[i]);
		running_load(&a, dir);
		ck_assert_msg(a.instance == 0, "%s", texts[i]);
	}
	/* Cut off: what is there differs from what FRR shows, so it is compared by a reload. */
	write_file("7\n! daemon zebra\nhostname node1\n! daemon bg");
	running_load(&a, dir);
	ck_assert_uint_eq(a.n_parts, 2);
	ck_assert_str_eq(a.parts[0].text, "hostname node1\n");
	ck_assert_str_eq(a.parts[1].daemon, "bg");
	ck_assert_str_eq(a.parts[1].text, "");
	write_file("7\n! daemon zebra\nhostname no");
	running_load(&a, dir);
	running_add(&b, "bgpd", "");
	free(running_diff(&a, &b));
	free(running_diff(&b, &a));
	write_file("7\nhostname node1\n");
	running_load(&a, dir);
	ck_assert_uint_eq(a.n_parts, 0);
}
END_TEST

START_TEST(folder_that_is_not_there)
{
	struct evpn_error err = { 0 };

	ck_assert_int_lt(running_save(&a, "/nonexistent", &err), 0);
	ck_assert_int_eq(err.code, ENOENT);
	ck_assert_ptr_nonnull(strstr(err.msg, "/nonexistent/frr.running"));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("running");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, what_is_no_configuration_does_not_count);
	tcase_add_test(tcase, text_without_its_last_newline);
	tcase_add_test(tcase, order_of_the_daemons_does_not_count);
	tcase_add_test(tcase, daemon_that_comes_or_goes);
	tcase_add_test(tcase, daemon_without_a_part_of_its_own);
	tcase_add_test(tcase, daemon_that_lost_its_part);
	tcase_add_test(tcase, changed_password_is_not_shown);
	tcase_add_test(tcase, difference_is_escaped);
	tcase_add_test(tcase, long_difference_is_cut);
	tcase_add_test(tcase, file_keeps_it);
	tcase_add_test(tcase, file_of_nothing);
	tcase_add_test(tcase, file_that_is_missing_or_damaged);
	tcase_add_test(tcase, folder_that_is_not_there);
	return unit_run("running", tcase);
}
