/* SPDX-License-Identifier: Apache-2.0 */
/* test_record.c - what must survive: the NIC's record, the lock, what FRR has loaded */
#include <fcntl.h>
#include <sys/stat.h>

#include "record.h"
#include "unit.h"
#include "util.h"

static char dir[64];

static void setup(void)
{
	strcpy(dir, "/tmp/evpnd-record-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	ck_assert_int_eq(system(command), 0);
}

static void write_text(const char *name, const char *text)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);
	_cleanup_fclose_ FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
}

START_TEST(nic_round_trip)
{
	struct record_nic nic = { .name = "eth1", .up = true, .alias = "to the \"spine\"" };
	struct record_nics nics = { 0 };
	struct evpn_error err = { 0 };
	struct record_route *route;
	const struct record_nic *back;

	ipaddr_parse("192.0.2.1/24", true, util_append(&nic.addrs, &nic.n_addrs, sizeof(struct ipaddr)));
	ipaddr_parse("2001:db8::1/64", true, util_append(&nic.addrs, &nic.n_addrs, sizeof(struct ipaddr)));
	route = util_append(&nic.routes, &nic.n_routes, sizeof(*route));
	ipaddr_parse("0.0.0.0/0", true, &route->dst);
	ipaddr_parse("192.0.2.254", false, &route->via);
	route->table = 254;
	route->metric = 4278198272u; /* beyond a signed int */
	route->protocol = 16;
	route->type = 1;
	ck_assert_int_eq(record_save_nic(dir, &nic, &err), 0);
	ck_assert_int_eq(record_load_nic(dir, "eth1", &nics, &err), 1);
	back = record_find_nic(&nics, "eth1");
	ck_assert_ptr_nonnull(back);
	ck_assert(back->up);
	ck_assert(!back->fresh);
	ck_assert_str_eq(back->alias, nic.alias);
	ck_assert_uint_eq(back->n_addrs, 2);
	ck_assert_int_eq(ipaddr_compare(&back->addrs[1], &nic.addrs[1]), 0);
	ck_assert_uint_eq(back->n_routes, 1);
	ck_assert_int_eq(ipaddr_compare(&back->routes[0].via, &route->via), 0);
	ck_assert(!ipaddr_is_set(&back->routes[0].prefsrc));
	ck_assert_uint_eq(back->routes[0].metric, 4278198272u);
	ck_assert_uint_eq(back->routes[0].protocol, 16);
	record_nics_clear(&nics);
	record_nic_clear(&nic);
}
END_TEST

START_TEST(no_record)
{
	struct record_nics nics = { 0 };
	struct evpn_error err = { 0 };

	ck_assert_int_eq(record_load_nic(dir, "eth1", &nics, &err), 0);
	ck_assert_uint_eq(nics.n_items, 0);
}
END_TEST

static const char *const spoiled[] = {
	"",
	"{",
	"[]",
	"{}",
	"{\"addresses\": [\"192.0.2.1\"], \"routes\": []}",
	"{\"addresses\": [7], \"routes\": []}",
	"{\"addresses\": [], \"routes\": [{}]}",
	"{\"addresses\": [], \"routes\": [{\"dst\": \"10.0.0.0/8\", \"via\": \"here\"}]}",
};

START_TEST(unreadable_record_is_an_error_that_names_the_file)
{
	struct record_nics nics = { 0 };
	struct evpn_error err = { 0 };

	write_text("nic-eth1.json", spoiled[_i]);
	ck_assert_int_lt(record_load_nic(dir, "eth1", &nics, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.msg, "nic-eth1.json"));
	ck_assert_uint_eq(nics.n_items, 0);
}
END_TEST

START_TEST(loaded_is_this_file_in_this_frr)
{
	_cleanup_free_ char *conf = xasprintf("%s/frr.conf", dir);
	struct evpn_error err = { 0 };

	write_text("frr.conf", "one\n");
	ck_assert(!record_is_loaded(dir, conf, 7));
	ck_assert_int_eq(record_set_loaded(dir, conf, 7, &err), 0);
	ck_assert(record_is_loaded(dir, conf, 7));
	ck_assert(!record_is_loaded(dir, conf, 8));
	/* The same length, another inode: as a rename leaves it. */
	write_text("new", "two\n");
	_cleanup_free_ char *fresh = xasprintf("%s/new", dir);

	ck_assert_int_eq(rename(fresh, conf), 0);
	ck_assert(!record_is_loaded(dir, conf, 7));
	ck_assert_int_eq(record_set_loaded(dir, conf, 7, &err), 0);
	record_clear_loaded(dir);
	ck_assert(!record_is_loaded(dir, conf, 7));
	unlink(conf);
	ck_assert(!record_is_loaded(dir, conf, 7));
	ck_assert_int_lt(record_set_loaded(dir, conf, 7, &err), 0);
}
END_TEST

START_TEST(one_at_a_time)
{
	struct evpn_error err = { 0 };
	int first = -1, second = -1;

	ck_assert_int_eq(record_lock(dir, "default", &first, &err), 0);
	ck_assert_int_lt(record_lock(dir, "default", &second, &err), 0);
	ck_assert_int_eq(second, -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "another evpnd"));
	close(first);
	ck_assert_int_eq(record_lock(dir, "default", &second, &err), 0);
	close(second);
}
END_TEST

START_TEST(state_directory)
{
	_cleanup_free_ char *path = xasprintf("%s/run/node1", dir);
	struct evpn_error err = { 0 };
	struct stat st;

	ck_assert_int_eq(record_make_dir(path, &err), 0);
	ck_assert_int_eq(record_make_dir(path, &err), 0);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0700);
	_cleanup_free_ char *deep = xasprintf("%s/a/b/c", dir);

	ck_assert_int_lt(record_make_dir(deep, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.msg, deep));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("record");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, nic_round_trip);
	tcase_add_test(tcase, no_record);
	tcase_add_loop_test(tcase, unreadable_record_is_an_error_that_names_the_file, 0, (int)ARRAY_LEN(spoiled));
	tcase_add_test(tcase, loaded_is_this_file_in_this_frr);
	tcase_add_test(tcase, one_at_a_time);
	tcase_add_test(tcase, state_directory);
	return unit_run("record", tcase);
}
