/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_plan_ovs.c - ports of Open vSwitch in a plan, where the goldens cannot say it: what stands in the way, and orphans
 */
#include "base/util.h"
#include "plan_case.h"
#include "unit.h"

static void add_port(const char *name, const char *bridge, enum net_owner owner)
{
	struct net_ovs_port *port = util_append(&actual.ovs_ports, &actual.n_ovs_ports, sizeof(*port));

	net_set_name(port->name, name);
	net_set_name(port->bridge, bridge);
	port->owner = owner;
}

static void add_device(const char *name)
{
	add(&actual, NET_NS_HOST, NET_KIND_OTHER, name);
	net_sort(&actual);
}

static void add_bridge(const char *name)
{
	struct net_ovs_bridge *bridge = util_append(&actual.ovs_bridges, &actual.n_ovs_bridges, sizeof(*bridge));

	net_set_name(bridge->name, name);
}

/* VNI 110's end is to be a port of br-int, VNI 120 has none; nothing is made yet. */
static void setup(void)
{
	static struct config_l2vni l2[] = { { .vni = 110 }, { .vni = 120 } };
	struct config config = { .l2vnis = l2, .n_l2vnis = ARRAY_LEN(l2) };

	set_ip(&config.underlay.vtep, "100.65.0.2");
	l2[0].host = (struct config_host){ .set = true, .interface = "lan0", .peer = "pe110", .ovs_bridge = "br-int" };
	plan_case_start(&config);
	add_bridge("br-int");
	add_bridge("br-ex");
	add_device("br-int");
}

static void expect_ops(size_t n, const char *const *texts)
{
	char text[PLAN_OP_SIZE];

	for (size_t i = 0; i < plan.n_ops && i < n; i++)
		ck_assert_str_eq(plan_op_text(&plan.ops[i], text), texts[i]);
	ck_assert_uint_eq(plan.n_ops, n);
	ck_assert_uint_eq(plan.n_problems, 0);
}

#define EXPECT(...) expect_ops(ARRAY_LEN(((const char *[]){ __VA_ARGS__ })), (const char *[]){ __VA_ARGS__ })

/* VNI 110 is left out, all of it; VNI 120 is built. */
static void expect_problem(enum plan_fault fault, const char *words)
{
	char text[PLAN_OP_SIZE];
	bool other = false;

	ck_assert_uint_eq(plan.n_problems, 1);
	ck_assert_int_eq(plan.problems[0].fault, fault);
	ck_assert_msg(strstr(plan.problems[0].text, words) != NULL, "no `%s' in: %s", words, plan.problems[0].text);
	ck_assert_ptr_nonnull(strstr(plan.problems[0].text, "lan0"));
	ck_assert_ptr_nonnull(strstr(plan.problems[0].text, "br-"));
	for (size_t i = 0; i < plan.n_ops; i++) {
		plan_op_text(&plan.ops[i], text);
		ck_assert_msg(!strstr(text, "110") && !strstr(text, "lan0"), "%s", text);
		other |= strstr(text, "vni120") != NULL;
	}
	ck_assert(other);
}

START_TEST(port_comes_after_its_device_is_up)
{
	size_t up = SIZE_MAX, port = SIZE_MAX;

	make();
	for (size_t i = 0; i < plan.n_ops; i++) {
		if (plan.ops[i].type == OP_LINK_SET && streq(plan.ops[i].link->name, "lan0"))
			up = i;
		if (plan.ops[i].type == OP_OVS_PORT_ADD)
			port = i;
	}
	ck_assert_uint_ne(port, SIZE_MAX);
	ck_assert_uint_lt(up, port);
	ck_assert_int_eq(plan.ops[port].stage, PLAN_BUILD);
}
END_TEST

START_TEST(database_that_cannot_be_read)
{
	actual.ovs_fault = xstrdup("Open vSwitch's database at /x: no answer within 2 s");
	actual.n_ovs_bridges = 0;
	make();
	expect_problem(PLAN_ABSENT, "no answer within 2 s");
}
END_TEST

START_TEST(bridge_that_is_not_there)
{
	actual.n_ovs_bridges = 0;
	add_bridge("br-ex");
	make();
	expect_problem(PLAN_ABSENT, "has no such bridge");
}
END_TEST

/* It would take its MTU from the port. */
START_TEST(bridge_that_has_no_device_yet)
{
	actual.n_links = 0;
	make();
	expect_problem(PLAN_ABSENT, "has not made its device yet");
}
END_TEST

START_TEST(foreign_port_is_an_error)
{
	add_port("lan0", _i ? "br-int" : "br-ex", NET_OWNER_FOREIGN);
	make();
	expect_problem(PLAN_FOREIGN, "did not create");
}
END_TEST

START_TEST(nothing_to_do)
{
	links_made();
	add_port("lan0", "br-int", NET_OWNER_OURS);
	add_port("vnet0", "br-int", NET_OWNER_FOREIGN);
	/* With the kernel's datapath the device has a master, which is no fault of it. */
	if (_i) {
		net_set_name(actual_link(NET_NS_HOST, "lan0")->master, "ovs-system");
		actual_link(NET_NS_HOST, "lan0")->ovs = true;
	}
	make();
	ck_assert_uint_eq(plan.n_ops, 0);
	ck_assert_uint_eq(plan.n_problems, 0);
}
END_TEST

START_TEST(port_of_another_bridge_is_moved)
{
	links_made();
	add_port("lan0", "br-ex", NET_OWNER_OURS);
	make();
	EXPECT("host: ovs-vsctl del-port br-ex lan0", "host: ovs-vsctl add-port br-int lan0");
}
END_TEST

START_TEST(port_of_a_linux_bridge_is_taken_out_first)
{
	links_made();
	net_set_name(actual_link(NET_NS_HOST, "lan0")->master, "br-lan");
	make();
	EXPECT("host: link set lan0 nomaster", "host: ovs-vsctl add-port br-int lan0");
}
END_TEST

START_TEST(port_that_nobody_wants_is_pruned_first)
{
	links_made();
	add(&actual, NET_NS_HOST, NET_KIND_VETH, "lan9")->owner = NET_OWNER_OURS;
	add_port("lan0", "br-int", NET_OWNER_OURS);
	add_port("lan9", "br-ex", NET_OWNER_OURS);
	make();
	EXPECT("host: ovs-vsctl del-port br-ex lan9", "host: link del lan9");
	ck_assert_int_eq(plan.ops[0].stage, PLAN_PRUNE);
}
END_TEST

/* Its device is gone: the mark alone says whose it is. */
START_TEST(orphan)
{
	links_made();
	add_port("lan0", "br-int", NET_OWNER_OURS);
	add_port("lan8", "br-int", NET_OWNER_OURS);
	add_port("lan9", "br-int", NET_OWNER_FOREIGN);
	make();
	EXPECT("host: ovs-vsctl del-port br-int lan8");
}
END_TEST

/* The former one's port goes before: to ovs-vswitchd's userspace datapath a new device behind it is none. */
START_TEST(device_made_anew_gets_a_new_port)
{
	struct net_link *link;

	links_made();
	add_device("br-int");
	add_port("lan0", "br-int", NET_OWNER_OURS);
	link = actual_link(NET_NS_HOST, "lan0");
	net_set_name(_i ? link->peer : link->name, "other");
	if (!_i)
		link->owner = NET_OWNER_FOREIGN;
	make();
	ck_assert_uint_eq(plan.n_problems, 0);
	ck_assert_uint_gt(plan.n_ops, 2);
	ck_assert_int_eq(plan.ops[0].type, OP_OVS_PORT_DELETE);
	ck_assert_int_eq(plan.ops[0].stage, PLAN_BUILD);
	ck_assert_int_eq(plan.ops[plan.n_ops - 1].type, OP_OVS_PORT_ADD);
}
END_TEST

START_TEST(free_end_that_somebody_gave_to_open_vswitch)
{
	links_made();
	desired.n_ovs_ports = 0;
	add_port("lan0", "br-int", NET_OWNER_FOREIGN);
	net_set_name(actual_link(NET_NS_HOST, "lan0")->master, "ovs-system");
	actual_link(NET_NS_HOST, "lan0")->ovs = true;
	make();
	ck_assert_uint_eq(plan.n_ops, 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("plan-ovs");

	tcase_add_checked_fixture(tcase, setup, plan_case_teardown);
	tcase_add_test(tcase, port_comes_after_its_device_is_up);
	tcase_add_test(tcase, database_that_cannot_be_read);
	tcase_add_test(tcase, bridge_that_is_not_there);
	tcase_add_test(tcase, bridge_that_has_no_device_yet);
	tcase_add_loop_test(tcase, foreign_port_is_an_error, 0, 2);
	tcase_add_loop_test(tcase, nothing_to_do, 0, 2);
	tcase_add_test(tcase, port_of_another_bridge_is_moved);
	tcase_add_test(tcase, port_of_a_linux_bridge_is_taken_out_first);
	tcase_add_test(tcase, port_that_nobody_wants_is_pruned_first);
	tcase_add_test(tcase, orphan);
	tcase_add_loop_test(tcase, device_made_anew_gets_a_new_port, 0, 2);
	tcase_add_test(tcase, free_end_that_somebody_gave_to_open_vswitch);
	return unit_run("plan-ovs", tcase);
}
