/* SPDX-License-Identifier: Apache-2.0 */
/* test_nic_identity.c - which device is the NIC of a record, when FRR's container makes others look like it */
#include "base/util.h"
#include "nic_case.h"
#include "run/nic.h"
#include "run/state_file.h"
#include "unit.h"

/* A veth with this serial, and what it looks like in FRR's namespace. */
static struct net_link *add_veth(enum net_ns ns, const char *name, uint64_t serial)
{
	struct net_link *link = add_link(ns, name, 1);

	link->device.serial = serial;
	strcpy(link->device.kind, "veth");
	return link;
}

static const struct net_link *the_link(enum net_ns ns, const char *name)
{
	const struct net_link *link = net_find_link(&obs.actual, ns, name);

	ck_assert_ptr_nonnull(link);
	return link;
}

/* eth1 is recorded on the host as a veth with serial 41, and then moved. */
static void move_veth(void)
{
	struct op op = { .type = OP_LINK_MOVE, .link = &(struct net_link){ .nic = "eth1" } };

	add_veth(NET_NS_HOST, "eth1", 41);
	add_addr("eth1");
	alias = "rack 7";
	read_again();
	ck_assert(!the_record("eth1")->moved);
	obs.plan.ops = xcalloc(1, sizeof(op));
	obs.plan.ops[0] = op;
	obs.plan.n_ops = 1;
	ck_assert_int_eq(nic_save(dir, &obs, &err), 0);
	obs.actual.n_links = obs.actual.n_addrs = 0;
}

START_TEST(forged_nic_is_told_from_the_true_one)
{
	move_veth();
	add_veth(NET_NS_FRR, "up1", 42)->owner = NET_OWNER_NIC;
	add_veth(NET_NS_FRR, "up2", 43)->owner = NET_OWNER_NIC;
	/* The NIC: renamed, and with the alias and the group of a device that evpnd created, or with another alias. */
	add_veth(NET_NS_FRR, "hidden", 41)->owner = NET_OWNER_OURS;
	read_again();
	ck_assert(the_record("eth1")->moved && the_record("eth1")->identified);
	ck_assert_int_eq(the_link(NET_NS_FRR, "up1")->owner, NET_OWNER_FORGED);
	ck_assert_int_eq(the_link(NET_NS_FRR, "up2")->owner, NET_OWNER_FORGED);
	ck_assert_int_eq(the_link(NET_NS_FRR, "hidden")->owner, NET_OWNER_NIC);
	ck_assert(the_link(NET_NS_FRR, "hidden")->unmarked);
	ck_assert_str_eq(the_link(NET_NS_FRR, "hidden")->nic, "eth1");
	obs.actual.links[0].owner = NET_OWNER_FOREIGN;
	read_again();
	ck_assert_int_eq(obs.actual.links[0].owner, NET_OWNER_NIC);

	/* Without the NIC, nothing else is it: not with the same index, MAC and mark either. */
	obs.actual.n_links = 0;
	add_veth(NET_NS_FRR, "up1", 42)->owner = NET_OWNER_NIC;
	from.down = true;
	read_again();
	ck_assert_uint_eq(obs.lost.n_items, 1);
}
END_TEST

START_TEST(forged_nic_on_the_host)
{
	const struct net_nic_key key = {
		.nic = "eth1", .outer = "eth1", .inner = "up1", .recorded = true, .anew = true
	};

	move_veth();
	add_veth(NET_NS_HOST, "eth1", 42)->owner = NET_OWNER_NIC;
	read_again();
	ck_assert_int_eq(the_link(NET_NS_HOST, "eth1")->owner, NET_OWNER_FORGED);
	ck_assert_ptr_null(net_find_nic(&obs.actual, &key));
	ck_assert_uint_eq(the_record("eth1")->device.serial, 41);
}
END_TEST

/* What appears under the NIC's name on the host, when the NIC is nowhere. */
static const struct net_link *takes_over(const char *kind, uint64_t serial, bool inward)
{
	const struct net_nic_key key = {
		.nic = "eth1", .outer = "eth1", .inner = "up1", .recorded = true, .anew = true
	};
	struct net_link *link = add_veth(NET_NS_HOST, "eth1", serial);

	link->inward = inward;
	strcpy(link->device.kind, kind);
	read_again();
	return net_find_nic(&obs.actual, &key);
}

START_TEST(device_made_anew_is_not_the_containers)
{
	move_veth();
	ck_assert_ptr_null(takes_over("veth", 42, true));
	ck_assert_uint_eq(the_record("eth1")->device.serial, 41);
	obs.actual.n_links = 0;
	ck_assert_ptr_null(takes_over("dummy", 43, false));
	ck_assert_uint_eq(the_record("eth1")->device.serial, 41);
	obs.actual.n_links = 0;
	/* The true one may lead wherever it likes. */
	ck_assert_ptr_nonnull(takes_over("veth", 41, true));
	obs.actual.n_links = 0;
	ck_assert_ptr_nonnull(takes_over("veth", 44, false));
	ck_assert_uint_eq(the_record("eth1")->device.serial, 44);
}
END_TEST

START_TEST(device_of_the_container_gets_no_record)
{
	const struct net_nic_key key = { .nic = "eth1", .outer = "eth1", .inner = "up1" };

	add_veth(NET_NS_HOST, "eth1", 42)->inward = true;
	read_again();
	ck_assert_ptr_null(net_find_nic(&obs.actual, &key));
	ck_assert_uint_eq(obs.nics.n_items, 0);
}
END_TEST

START_TEST(hardware_is_known_by_its_permanent_address_and_its_place)
{
	struct nic_record nic = { .identified = true,
				  .physical = true,
				  .mac = { 0, 0, 0, 0, 0, 1 },
				  .device = { .permanent = true, .serial = 41, .parent = "pci/0000:01:00.0" } };
	struct net_link link = { .hw_mac = { 0, 0, 0, 0, 0, 1 },
				 .device = { .permanent = true, .serial = 41, .parent = "pci/0000:01:00.0" } };

	ck_assert_int_eq(nic_record_match(&nic, &link), NIC_SURE);
	/* The driver was loaded again. */
	link.device.serial = 99;
	ck_assert_int_eq(nic_record_match(&nic, &link), NIC_LIKELY);
	strcpy(link.device.parent, "pci/0000:01:00.1");
	ck_assert_int_eq(nic_record_match(&nic, &link), NIC_OTHER);
	link.device.parent[0] = '\0';
	ck_assert_int_eq(nic_record_match(&nic, &link), NIC_LIKELY);
	strcpy(nic.device.port, "p0");
	strcpy(link.device.port, "p1");
	ck_assert_int_eq(nic_record_match(&nic, &link), NIC_OTHER);
	link.device.port[0] = '\0';
	link.device.permanent = false;
	ck_assert_int_eq(nic_record_match(&nic, &link), NIC_OTHER);
	link.device.permanent = true;
	strcpy(link.device.kind, "macvlan");
	ck_assert_int_eq(nic_record_match(&nic, &link), NIC_OTHER);
	link.device.serial = 41;
	ck_assert_msg(nic_record_match(&nic, &link) == NIC_OTHER, "a device does not change its kind");
}
END_TEST

START_TEST(record_of_a_former_version)
{
	record("eth1", 1, true);
	/* Hardware has no kind, and all that a container can make has one. */
	add_veth(NET_NS_FRR, "up1", 42)->owner = NET_OWNER_NIC;
	add_link(NET_NS_FRR, "hidden", 1)->owner = NET_OWNER_NIC;
	read_again();
	ck_assert_str_eq(the_link(NET_NS_FRR, "hidden")->nic, "eth1");
	ck_assert_int_eq(the_link(NET_NS_FRR, "up1")->owner, NET_OWNER_FORGED);
	ck_assert(!the_record("eth1")->identified && the_record("eth1")->moved);
}
END_TEST

START_TEST(nic_that_the_administrator_renamed_is_not_taken_back)
{
	move_veth();
	/* It was not moved after all, and the record is of what stood on the host. */
	add_veth(NET_NS_HOST, "eth1", 41);
	add_addr("eth1");
	read_again();
	ck_assert(the_record("eth1")->moved);
	the_link(NET_NS_HOST, "eth1");
	((struct nic_record *)(uintptr_t)the_record("eth1"))->moved = false;
	ck_assert_int_eq(nic_save(dir, &obs, &err), 0);
	obs.actual.n_links = obs.actual.n_addrs = 0;
	add_veth(NET_NS_HOST, "wan0", 41);
	from.down = true;
	read_again();
	ck_assert_str_eq(the_link(NET_NS_HOST, "wan0")->nic, "");
}
END_TEST

START_TEST(settings_of_a_nic_that_fell_back_are_those_of_its_record)
{
	struct net_link *link;

	move_veth();
	link = add_veth(NET_NS_HOST, "eth1", 41);
	link->mac[5] = 66;
	add_addr("eth1");
	alias = "evil";
	read_again();
	ck_assert_str_eq(the_record("eth1")->alias, "rack 7");
	ck_assert_uint_eq(the_record("eth1")->address[5], 0);
	/* With --down the alias is restored. */
	from.down = true;
	read_again();
	ck_assert_int_eq(the_link(NET_NS_HOST, "eth1")->owner, NET_OWNER_NIC);
	obs.actual.links[0].owner = NET_OWNER_FOREIGN;
	alias = "rack 7";
	read_again();
	ck_assert_msg(the_link(NET_NS_HOST, "eth1")->owner == NET_OWNER_FOREIGN, "it was given back");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("nic identity");

	tcase_add_checked_fixture(tcase, nic_case_setup, nic_case_teardown);
	tcase_add_test(tcase, forged_nic_is_told_from_the_true_one);
	tcase_add_test(tcase, forged_nic_on_the_host);
	tcase_add_test(tcase, device_made_anew_is_not_the_containers);
	tcase_add_test(tcase, device_of_the_container_gets_no_record);
	tcase_add_test(tcase, hardware_is_known_by_its_permanent_address_and_its_place);
	tcase_add_test(tcase, record_of_a_former_version);
	tcase_add_test(tcase, nic_that_the_administrator_renamed_is_not_taken_back);
	tcase_add_test(tcase, settings_of_a_nic_that_fell_back_are_those_of_its_record);
	return unit_run("nic identity", tcase);
}
