/* SPDX-License-Identifier: Apache-2.0 */
/* test_state_file.c - what must survive: the NIC's record, the lock, what FRR has loaded */
#include <fcntl.h>
#include <sys/stat.h>

#include "frr/frrfile.h"
#include "run/state_dir.h"
#include "run/state_file.h"
#include "unit.h"
#include "base/util.h"

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
	struct nic_record nic = { .name = "eth1",
				  .up = true,
				  .physical = true,
				  .mtu = 9000,
				  .mac = { 2, 0, 0, 0xab, 0, 0xff },
				  .alias = "to the \"spine\"" };
	struct nic_records nics = { 0 };
	struct evpn_error err = { 0 };
	struct net_sysctl *sysctl;
	struct net_route *route;
	struct net_addr *addr;
	const struct nic_record *back;

	addr = util_append(&nic.addrs, &nic.n_addrs, sizeof(*addr));
	ipaddr_parse("192.0.2.1/24", true, &addr->ip);
	ipaddr_parse("192.0.2.255", false, &addr->broadcast);
	net_set_name(addr->label, "eth1:home");
	addr = util_append(&nic.addrs, &nic.n_addrs, sizeof(*addr));
	ipaddr_parse("2001:db8::1/64", true, &addr->ip);
	addr->flags = 0x200;
	sysctl = util_append(&nic.sysctls, &nic.n_sysctls, sizeof(*sysctl));
	strcpy(sysctl->key, "net/ipv6/conf/eth1/accept_ra");
	strcpy(sysctl->value, "2");
	route = util_append(&nic.routes, &nic.n_routes, sizeof(*route));
	ipaddr_parse("0.0.0.0/0", true, &route->dst);
	ipaddr_parse("192.0.2.254", false, &route->via);
	route->table = 254;
	route->metric = 4278198272u; /* beyond a signed int */
	route->protocol = 16;
	/* RTA_METRICS, with an MTU in it. */
	net_route_more(route)->n_attrs = 12;
	memcpy(route->more->attrs, "\x0c\0\x08\x80\x08\0\x02\0\x78\x05\0\0", 12);
	ck_assert_int_eq(state_file_save_nic(dir, &nic, &err), 0);
	ck_assert_int_eq(state_file_load_nics(dir, &nics, &err), 0);
	back = nic_record_find(&nics, "eth1");
	ck_assert_ptr_nonnull(back);
	ck_assert(back->up);
	ck_assert(!back->fresh);
	ck_assert(back->physical);
	ck_assert_str_eq(back->alias, nic.alias);
	ck_assert_uint_eq(back->n_addrs, 2);
	ck_assert_uint_eq(back->mtu, 9000);
	ck_assert_mem_eq(back->mac, nic.mac, 6);
	ck_assert_int_eq(ipaddr_compare(&back->addrs[0].broadcast, &nic.addrs[0].broadcast), 0);
	ck_assert_str_eq(back->addrs[0].label, "eth1:home");
	ck_assert_int_eq(ipaddr_compare(&back->addrs[1].ip, &nic.addrs[1].ip), 0);
	ck_assert_uint_eq(back->addrs[1].flags, 0x200);
	ck_assert_str_eq(back->addrs[1].link, "eth1");
	ck_assert_uint_eq(back->n_sysctls, 1);
	ck_assert_str_eq(back->sysctls[0].key, "net/ipv6/conf/eth1/accept_ra");
	ck_assert_str_eq(back->sysctls[0].value, "2");
	ck_assert_uint_eq(back->n_routes, 1);
	ck_assert_int_eq(ipaddr_compare(&back->routes[0].via, &route->via), 0);
	ck_assert(!ipaddr_is_set(&back->routes[0].prefsrc));
	ck_assert_uint_eq(back->routes[0].metric, 4278198272u);
	ck_assert_uint_eq(back->routes[0].protocol, 16);
	ck_assert_uint_eq(back->routes[0].more->n_attrs, 12);
	ck_assert_mem_eq(back->routes[0].more->attrs, route->more->attrs, 12);
	ck_assert_int_eq(state_file_remove_nic(dir, "eth1", &err), 0);
	nic_records_clear(&nics);
	ck_assert_int_eq(state_file_load_nics(dir, &nics, &err), 0);
	ck_assert_uint_eq(nics.n_items, 0);
	nic_records_clear(&nics);
	nic_record_clear(&nic);
}
END_TEST

/* The rest of what a NIC may have; a lifetime goes on while the NIC is away, and what has run out is not restored. */
START_TEST(nic_with_all_that_hangs_on_it)
{
	struct nic_record nic = { .name = "enp9s0", .host_name = "eth1", .up = true };
	struct nic_records nics = { 0 };
	struct evpn_error err = { 0 };
	struct net_object *object;
	struct net_route *route;
	const struct nic_record *back;

	for (int i = 0; i < 3; i++) {
		struct net_addr *addr = util_append(&nic.addrs, &nic.n_addrs, sizeof(*addr));

		ipaddr_parse(i == 0 ? "192.0.2.9/24" : i == 1 ? "192.0.2.2/24" : "192.0.2.1/24", true, &addr->ip);
		addr->metric = 77;
		addr->limited = i < 2;
		addr->valid = i ? UINT32_MAX : 0;
		addr->preferred = i ? 0 : UINT32_MAX;
	}
	for (int i = 0; i < 2; i++) {
		route = util_append(&nic.routes, &nic.n_routes, sizeof(*route));
		ipaddr_parse("10.0.0.0/8", true, &route->dst);
		net_route_more(route)->n_hops = 2;
		ipaddr_parse("192.0.2.7", false, &route->more->hops[1].via);
		net_set_name(route->more->hops[1].link, "eth2");
		route->more->hops[1].weight = 4;
		route->more->nexthop = 4000000000u;
		route->more->type = 2;
		route->more->expires = i ? 5000 : 0;
	}
	object = util_append(&nic.objects, &nic.n_objects, sizeof(*object));
	object->kind = NET_OBJECT_NEXTHOP;
	strcpy(object->text, "nexthop add id 7 dev eth1");
	memcpy(object->message, "\x02\0\xff", object->size = 3);
	ck_assert_int_eq(state_file_save_nic(dir, &nic, &err), 0);
	ck_assert_int_eq(state_file_load_nics(dir, &nics, &err), 0);
	back = nic_record_find(&nics, "enp9s0");
	ck_assert_ptr_nonnull(back);
	ck_assert_str_eq(back->host_name, "eth1");
	ck_assert_msg(back->n_addrs == 2, "the one that has run out is left");
	ck_assert_str_eq(back->addrs[0].link, "eth1");
	ck_assert(back->addrs[0].limited && back->addrs[0].valid == UINT32_MAX && back->addrs[0].preferred == 0);
	ck_assert(!back->addrs[1].limited && back->addrs[1].metric == 77);
	ck_assert_msg(back->addrs[0].order < back->addrs[1].order, "the first one is the primary one");
	ck_assert_uint_eq(back->n_routes, 2);
	ck_assert_uint_eq(back->routes[0].more->expires, 0);
	ck_assert(back->routes[1].more->expires > 4900 && back->routes[1].more->expires <= 5000);
	ck_assert_uint_eq(back->routes[0].more->n_hops, 2);
	ck_assert_str_eq(back->routes[0].more->hops[1].link, "eth2");
	ck_assert_uint_eq(back->routes[0].more->hops[1].weight, 4);
	ck_assert_uint_eq(back->routes[0].more->nexthop, 4000000000u);
	ck_assert_uint_eq(back->n_objects, 1);
	ck_assert_int_eq(back->objects[0].kind, NET_OBJECT_NEXTHOP);
	ck_assert_str_eq(back->objects[0].text, object->text);
	ck_assert_uint_eq(back->objects[0].size, 3);
	ck_assert_mem_eq(back->objects[0].message, object->message, 3);
	nic_records_clear(&nics);
	nic_record_clear(&nic);
}
END_TEST

START_TEST(no_record)
{
	struct nic_records nics = { 0 };
	struct evpn_error err = { 0 };

	ck_assert_int_eq(state_file_load_nics(dir, &nics, &err), 0);
	ck_assert_int_eq(state_file_load_nics("/nonexistent/evpnd", &nics, &err), 0);
	ck_assert_uint_eq(nics.n_items, 0);
}
END_TEST

static const char *const spoiled[] = {
	"",
	"{",
	"[]",
	"{}",
	"{\"addresses\": [], \"routes\": []}",
	"{\"addresses\": [{\"address\": \"192.0.2.1\"}], \"routes\": [], \"sysctls\": {}}",
	"{\"addresses\": [7], \"routes\": [], \"sysctls\": {}}",
	"{\"addresses\": [], \"routes\": [{}], \"sysctls\": {}}",
	"{\"addresses\": [], \"routes\": [{\"dst\": \"10.0.0.0/8\", \"via\": \"here\"}], \"sysctls\": {}}",
	"{\"addresses\": [], \"routes\": [], \"sysctls\": {\"a\": 1}}",
};

START_TEST(unreadable_record_is_an_error_that_names_the_file)
{
	struct nic_records nics = { 0 };
	struct evpn_error err = { 0 };

	write_text("nic-eth1.json", spoiled[_i]);
	ck_assert_int_lt(state_file_load_nics(dir, &nics, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.msg, "nic-eth1.json"));
	ck_assert_uint_eq(nics.n_items, 0);
}
END_TEST

START_TEST(namespace_as_it_was)
{
	struct evpn_error err = { 0 };
	struct net net = { 0 }, back = { 0 };
	struct net_sysctl *sysctl = util_append(&net.sysctls, &net.n_sysctls, sizeof(*sysctl));
	struct net_link *lo = util_append(&net.links, &net.n_links, sizeof(*lo));

	sysctl->ns = lo->ns = NET_NS_FRR;
	strcpy(sysctl->key, "net/ipv4/ip_forward");
	strcpy(sysctl->value, "0");
	strcpy(lo->name, "lo");
	lo->up = true;
	ck_assert_int_eq(state_file_load_netns(dir, 7, &back, &err), 0);
	ck_assert_int_eq(state_file_save_netns(dir, 7, &net, &err), 0);
	/* Another namespace was never touched. */
	ck_assert_int_eq(state_file_load_netns(dir, 8, &back, &err), 0);
	ck_assert_uint_eq(back.n_sysctls, 0);
	ck_assert_int_eq(state_file_load_netns(dir, 7, &back, &err), 1);
	ck_assert_str_eq(back.sysctls[0].key, "net/ipv4/ip_forward");
	ck_assert_str_eq(back.sysctls[0].value, "0");
	ck_assert(net_find_link(&back, NET_NS_FRR, "lo")->up);
	ck_assert_int_eq(state_dir_clear(dir, &err), 0);
	net_clear(&back);
	ck_assert_int_eq(state_file_load_netns(dir, 7, &back, &err), 0);
	net_clear(&net);
}
END_TEST

START_TEST(sysctls_of_the_machine)
{
	struct evpn_error err = { 0 };
	struct net net = { 0 }, back = { 0 };
	struct net_sysctl *sysctl;

	ck_assert_int_eq(state_file_load_host(dir, &back, &err), 0);
	for (int ns = 0; ns < NET_NS_COUNT; ns++) {
		sysctl = util_append(&net.sysctls, &net.n_sysctls, sizeof(*sysctl));
		sysctl->ns = (enum net_ns)ns;
		strcpy(sysctl->key, "net/ipv4/neigh/default/gc_thresh1");
		strcpy(sysctl->value, "128");
		strcpy(sysctl->written, "4096");
	}
	ck_assert_int_eq(state_file_save_host(dir, &net, &err), 0);
	ck_assert_int_eq(state_file_load_host(dir, &back, &err), 1);
	ck_assert_uint_eq(back.n_sysctls, 1);
	ck_assert_int_eq(back.sysctls[0].ns, NET_NS_HOST);
	ck_assert_str_eq(back.sysctls[0].value, "128");
	ck_assert_str_eq(back.sysctls[0].written, "4096");
	net_clear(&back);
	write_text("host.json", "{\"sysctls\": {\"net/ipv4/neigh/default/gc_thresh1\": \"128\"}}");
	ck_assert_int_lt(state_file_load_host(dir, &back, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.msg, "host.json: cannot be read as a record"));
	ck_assert_int_eq(state_dir_clear(dir, &err), 0);
	ck_assert_int_eq(state_file_load_host(dir, &back, &err), 0);
	net_clear(&net);
	net_clear(&back);
}
END_TEST

START_TEST(loaded_is_this_file_in_this_frr)
{
	_cleanup_free_ char *conf = xasprintf("%s/frr.conf", dir);
	struct evpn_error err = { 0 };

	write_text("frr.conf", "one\n");
	ck_assert(!frrfile_is_loaded(dir, conf, 7));
	ck_assert_int_eq(frrfile_set_loaded(dir, conf, 7, &err), 0);
	ck_assert(frrfile_is_loaded(dir, conf, 7));
	ck_assert(!frrfile_is_loaded(dir, conf, 8));
	/* The same length, another inode: as a rename leaves it. */
	write_text("new", "two\n");
	_cleanup_free_ char *fresh = xasprintf("%s/new", dir);

	ck_assert_int_eq(rename(fresh, conf), 0);
	ck_assert(!frrfile_is_loaded(dir, conf, 7));
	ck_assert_int_eq(frrfile_set_loaded(dir, conf, 7, &err), 0);
	frrfile_clear_loaded(dir);
	ck_assert(!frrfile_is_loaded(dir, conf, 7));
	unlink(conf);
	ck_assert(!frrfile_is_loaded(dir, conf, 7));
	ck_assert_int_lt(frrfile_set_loaded(dir, conf, 7, &err), 0);
}
END_TEST

START_TEST(one_at_a_time)
{
	struct evpn_error err = { 0 };
	int first = -1, second = -1;

	ck_assert_int_eq(state_dir_lock(dir, "default", &first, &err), 0);
	ck_assert_int_lt(state_dir_lock(dir, "default", &second, &err), 0);
	ck_assert_int_eq(second, -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "another evpnd"));
	_cleanup_free_ char *who = xasprintf("process %d (%s/lock is locked)", (int)getpid(), dir);
	_cleanup_free_ char *how = xasprintf("systemctl status evpnd, journalctl -u evpnd; a new run: kill -HUP %d",
					     (int)getpid());

	ck_assert_msg(strstr(err.msg, who) && strstr(err.msg, how), "%s", err.msg);
	ck_assert_int_lt(state_dir_lock(dir, "blue", &second, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.msg, "systemctl status evpnd@blue, journalctl -u evpnd@blue"));
	close(first);
	ck_assert_int_eq(state_dir_lock(dir, "default", &second, &err), 0);
	close(second);
}
END_TEST

START_TEST(what_a_killed_one_was_writing_goes)
{
	_cleanup_free_ char *left = xasprintf("%s/.loaded.evpnd-0123456789abcdef", dir);
	_cleanup_free_ char *hidden = xasprintf("%s/.evpnd-notes", dir);
	struct evpn_error err = { 0 };
	int fd = -1;

	close(open(left, O_WRONLY | O_CREAT, 0600));
	close(open(hidden, O_WRONLY | O_CREAT, 0600));
	ck_assert_int_eq(state_dir_lock(dir, "default", &fd, &err), 0);
	ck_assert_int_ne(access(left, F_OK), 0);
	ck_assert_int_eq(access(hidden, F_OK), 0);
	close(fd);
}
END_TEST

START_TEST(state_directory)
{
	_cleanup_free_ char *path = xasprintf("%s/run/node1", dir);
	struct evpn_error err = { 0 };
	struct stat st;

	ck_assert_int_eq(state_dir_make(path, &err), 0);
	ck_assert_int_eq(state_dir_make(path, &err), 0);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0700);
	_cleanup_free_ char *deep = xasprintf("%s/a/b/c", dir);

	ck_assert_int_lt(state_dir_make(deep, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.msg, deep));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("state_file");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, nic_round_trip);
	tcase_add_test(tcase, nic_with_all_that_hangs_on_it);
	tcase_add_test(tcase, no_record);
	tcase_add_test(tcase, namespace_as_it_was);
	tcase_add_test(tcase, sysctls_of_the_machine);
	tcase_add_loop_test(tcase, unreadable_record_is_an_error_that_names_the_file, 0, (int)ARRAY_LEN(spoiled));
	tcase_add_test(tcase, loaded_is_this_file_in_this_frr);
	tcase_add_test(tcase, one_at_a_time);
	tcase_add_test(tcase, what_a_killed_one_was_writing_goes);
	tcase_add_test(tcase, state_directory);
	return unit_run("state_file", tcase);
}
