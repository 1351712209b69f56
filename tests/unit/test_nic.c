/* SPDX-License-Identifier: Apache-2.0 */
/* test_nic.c - the life cycle of an underlay NIC's record: read, saved before the move, lost, given back */
#include <errno.h>
#include <netinet/in.h>

#include "base/util.h"
#include "nic_case.h"
#include "plan/desired.h"
#include "run/nic.h"
#include "run/state_file.h"
#include "unit.h"

START_TEST(nic_on_the_host_is_recorded_before_it_moves)
{
	add_link(NET_NS_HOST, "eth1", 1);
	add_addr("eth1");
	read_again();
	ck_assert(the_record("eth1")->fresh);
	ck_assert_uint_eq(the_record("eth1")->mtu, 9000);
	ck_assert_msg(!has_record("eth1"), "reading changes nothing");
	ck_assert_int_eq(nic_save(dir, &obs, &err), 0);
	ck_assert(has_record("eth1"));
	/* Now it is in FRR's namespace, and its record says what it looked like. */
	obs.actual.n_links = obs.actual.n_addrs = 0;
	add_link(NET_NS_FRR, "up1", 1)->owner = NET_OWNER_NIC;
	read_again();
	ck_assert(!the_record("eth1")->fresh);
	ck_assert_uint_eq(the_record("eth1")->mtu, 9000);
	ck_assert_uint_eq(the_record("eth1")->n_routes, 1);
	ck_assert_uint_eq(n_read, 1);
	ck_assert_uint_eq(obs.lost.n_items, 0);
}
END_TEST

START_TEST(what_the_host_changed_meanwhile_replaces_the_record)
{
	record("eth1", 1, true);
	add_link(NET_NS_HOST, "eth1", 1);
	add_addr("eth1");
	read_again();
	ck_assert_uint_eq(obs.nics.n_items, 1);
	ck_assert_uint_eq(the_record("eth1")->mtu, 9000);
	ck_assert(the_record("eth1")->fresh);
}
END_TEST

START_TEST(nic_that_fell_back_bare_keeps_its_record)
{
	record("eth1", 1, true);
	add_link(NET_NS_HOST, "eth1", 1);
	add_addr("eth2");
	read_again();
	ck_assert_uint_eq(the_record("eth1")->mtu, 1400);
	ck_assert(!the_record("eth1")->fresh);
	ck_assert_uint_eq(n_read, 0);
	/* Another card in its place takes over the settings, under its own address. */
	obs.actual.links[0].hw_mac[5] = 2;
	read_again();
	ck_assert_uint_eq(the_record("eth1")->mtu, 1400);
	ck_assert_uint_eq(the_record("eth1")->mac[5], 2);
	ck_assert(the_record("eth1")->fresh);
}
END_TEST

START_TEST(nic_without_a_record_and_without_addresses)
{
	add_link(NET_NS_HOST, "eth1", 1);
	read_again();
	ck_assert_msg(the_record("eth1")->fresh, "there is nothing older to go by");
}
END_TEST

START_TEST(nic_in_frrs_namespace_is_not_recorded)
{
	add_link(NET_NS_FRR, "up1", 1)->owner = NET_OWNER_NIC;
	read_again();
	ck_assert(n_read == 0 && obs.nics.n_items == 0);
}
END_TEST

START_TEST(only_what_was_read_afresh_is_saved)
{
	_cleanup_free_ char *path = xasprintf("%s/nic-eth2.json", dir);

	record("eth2", 2, true);
	add_link(NET_NS_HOST, "eth1", 1);
	read_again();
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(nic_save(dir, &obs, &err), 0);
	ck_assert(has_record("eth1") && !has_record("eth2"));
}
END_TEST

START_TEST(nic_that_cannot_be_read)
{
	add_link(NET_NS_HOST, "eth1", 1);
	unreadable = true;
	ck_assert_int_lt(nic_read(&from, NULL, &obs, &err), 0);
	ck_assert_str_eq(err.msg, "the kernel does not answer");
}
END_TEST

START_TEST(records_that_cannot_be_saved)
{
	_cleanup_free_ char *elsewhere = xasprintf("%s.gone", dir);

	add_link(NET_NS_HOST, "eth1", 1);
	read_again();
	ck_assert_int_eq(rename(dir, elsewhere), 0);
	ck_assert_int_lt(nic_save(dir, &obs, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.msg, "nic-eth1.json"));
	ck_assert_int_eq(rename(elsewhere, dir), 0);
}
END_TEST

START_TEST(virtual_nic_that_is_nowhere_is_lost)
{
	record("veth9", 9, false);
	read_again();
	ck_assert_uint_eq(obs.nics.n_items, 0);
	ck_assert_uint_eq(obs.lost.n_items, 1);
	ck_assert_str_eq(obs.lost.items[0].name, "veth9");
	ck_assert_msg(has_record("veth9"), "reading changes nothing");
	ck_assert_int_eq(nic_forget_lost(dir, &obs, &err), 0);
	ck_assert(!has_record("veth9"));
}
END_TEST

START_TEST(nic_that_is_wanted_or_physical_is_never_lost)
{
	struct net_link *link;

	record("eth1", 1, false); /* wanted: it may be made again */
	record("eth2", 2, true);
	record("veth9", 9, false);
	record("veth8", 8, false);
	link = add_link(NET_NS_FRR, "veth8", 8);
	link->owner = NET_OWNER_NIC;
	strcpy(link->device.kind, "veth");
	read_again();
	ck_assert_uint_eq(obs.nics.n_items, 3);
	ck_assert_uint_eq(obs.lost.n_items, 1);
	ck_assert_int_eq(nic_forget_lost(dir, &obs, &err), 0);
	ck_assert(has_record("eth1") && has_record("eth2") && has_record("veth8") && !has_record("veth9"));
	/* With --down nothing is wanted any more. */
	from.down = true;
	read_again();
	ck_assert_uint_eq(obs.lost.n_items, 1);
	ck_assert_str_eq(obs.lost.items[0].name, "eth1");
}
END_TEST

START_TEST(routes_of_a_nic_that_is_back_on_the_host)
{
	record("eth2", 2, true);
	record("eth3", 3, true);
	add_link(NET_NS_HOST, "eth2", 2);
	add_link(NET_NS_FRR, "eth3", 3)->owner = NET_OWNER_NIC;
	read_again();
	ck_assert_msg(n_read == 1, "only what is on the host has routes there");
	ck_assert_uint_eq(obs.actual.n_routes, 1);
	ck_assert_str_eq(obs.actual.routes[0].link, "eth2");
	ck_assert_uint_eq(the_record("eth2")->mtu, 1400);
}
END_TEST

START_TEST(vlan_of_a_nic_leaves_the_nic_itself_alone)
{
	net_set_name(config.underlay.nics[0].parent, "eth1");
	add_link(NET_NS_HOST, "eth1", 1);
	read_again();
	ck_assert_uint_eq(obs.nics.n_items, 0);
	/* Once it was moved itself: now evpnd gives it back. */
	record("eth1", 1, true);
	read_again();
	ck_assert_uint_eq(obs.actual.n_routes, 1);
}
END_TEST

START_TEST(record_of_a_nic_that_was_given_back)
{
	_cleanup_free_ bool *failed = NULL;

	record("eth2", 2, true);
	record("eth3", 3, true);
	from.down = true;
	add_link(NET_NS_HOST, "eth2", 2);
	add_link(NET_NS_HOST, "eth3", 3);
	read_again();
	desired_make_nothing(&obs.nics, &obs.former, &obs.desired);
	failed = xcalloc(obs.desired.n_groups, sizeof(bool));
	failed[net_find_link(&obs.desired, NET_NS_HOST, "eth2")->group] = true;
	ck_assert_int_eq(nic_forget_given_back(dir, &obs, failed, &err), 0);
	ck_assert_msg(has_record("eth2"), "a part of it could not be restored: it is tried again");
	ck_assert(!has_record("eth3"));
}
END_TEST

START_TEST(mtus)
{
	unsigned int *mtu;

	add_link(NET_NS_HOST, "eth1", 1)->mtu = 1600;
	mtu = nic_mtus(&config, &obs);
	ck_assert_uint_eq(*mtu, 1600);
	free(mtu);
	record("eth1", 1, true);
	read_again();
	mtu = nic_mtus(&config, &obs);
	ck_assert_msg(*mtu == 1400, "of the NIC in FRR's namespace the record says what it was");
	free(mtu);
	config.underlay.nics[0].mtu = 1300;
	mtu = nic_mtus(&config, &obs);
	ck_assert_uint_eq(*mtu, 1300);
	free(mtu);
	config.underlay.nics[0].mtu = 0;
	net_set_name(config.underlay.nics[0].parent, "bond0");
	mtu = nic_mtus(&config, &obs);
	ck_assert_msg(*mtu == 0, "there is no bond0");
	free(mtu);
	add_link(NET_NS_HOST, "bond0", 4)->mtu = 8000;
	mtu = nic_mtus(&config, &obs);
	ck_assert_uint_eq(*mtu, 8000);
	free(mtu);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("nic");

	tcase_add_checked_fixture(tcase, nic_case_setup, nic_case_teardown);
	tcase_add_test(tcase, nic_on_the_host_is_recorded_before_it_moves);
	tcase_add_test(tcase, what_the_host_changed_meanwhile_replaces_the_record);
	tcase_add_test(tcase, nic_that_fell_back_bare_keeps_its_record);
	tcase_add_test(tcase, nic_without_a_record_and_without_addresses);
	tcase_add_test(tcase, nic_in_frrs_namespace_is_not_recorded);
	tcase_add_test(tcase, only_what_was_read_afresh_is_saved);
	tcase_add_test(tcase, nic_that_cannot_be_read);
	tcase_add_test(tcase, records_that_cannot_be_saved);
	tcase_add_test(tcase, virtual_nic_that_is_nowhere_is_lost);
	tcase_add_test(tcase, nic_that_is_wanted_or_physical_is_never_lost);
	tcase_add_test(tcase, routes_of_a_nic_that_is_back_on_the_host);
	tcase_add_test(tcase, vlan_of_a_nic_leaves_the_nic_itself_alone);
	tcase_add_test(tcase, record_of_a_nic_that_was_given_back);
	tcase_add_test(tcase, mtus);
	return unit_run("nic", tcase);
}
