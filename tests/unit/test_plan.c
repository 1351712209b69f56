/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_plan.c - what the goldens cannot say: foreign devices, half-made ones, and the rules that hold for every plan
 */
#include "base/util.h"
#include "plan_case.h"
#include "unit.h"

START_TEST(nothing_to_do)
{
	all_made();
	make();
	ck_assert_uint_eq(plan.n_ops, 0);
	ck_assert_uint_eq(plan.n_problems, 0);
}
END_TEST

START_TEST(stages_come_in_order)
{
	make();
	for (size_t i = 1; i < plan.n_ops; i++)
		ck_assert_int_le(plan.ops[i - 1].stage, plan.ops[i].stage);
}
END_TEST

START_TEST(l3vni_devices_stay_down_until_raise)
{
	static const char *const names[] = { "red", "br100", "vni100" };

	make();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t ups = 0;

		for (size_t k = 0; k < plan.n_ops; k++) {
			const struct op *op = &plan.ops[k];

			if (op->type != OP_LINK_SET || !(op->attrs & NET_LINK_UP) || !streq(op->link->name, names[i]))
				continue;
			ck_assert_int_eq(op->stage, PLAN_RAISE);
			ups++;
		}
		ck_assert_uint_eq(ups, 1);
	}
}
END_TEST

START_TEST(a_thing_comes_after_what_it_refers_to)
{
	make();
	ck_assert_uint_lt(find_op(OP_LINK_CREATE, "red"), find_op(OP_LINK_CREATE, "br100"));
	ck_assert_uint_lt(find_op(OP_LINK_CREATE, "br100"), find_op(OP_LINK_CREATE, "vni100"));
	ck_assert_uint_lt(find_op(OP_LINK_MOVE, "eth1"), find_op(OP_LINK_SET, "eth1"));
	/* IPv6 goes off before the port comes up. */
	ck_assert_uint_lt(find_op(OP_LINK_IPV6, "vni110"), find_op(OP_LINK_SET, "vni110"));
	/* One message makes both ends of a veth. */
	ck_assert_uint_ne(find_op(OP_LINK_CREATE, "frr0"), SIZE_MAX);
	ck_assert_uint_eq(find_op(OP_LINK_CREATE, "frr1"), SIZE_MAX);
}
END_TEST

START_TEST(foreign_device_stops_its_vni_only)
{
	add(&actual, NET_NS_FRR, NET_KIND_BRIDGE, "br100");
	make();
	ck_assert_uint_eq(plan.n_problems, 1);
	ck_assert_int_eq(plan.problems[0].fault, PLAN_FOREIGN);
	ck_assert_ptr_nonnull(strstr(plan.problems[0].text, "br100"));
	ck_assert_ptr_nonnull(strstr(plan.problems[0].text, "not created by evpnd"));
	ck_assert(!touches("vni100"));
	ck_assert(!touches("br100"));
	ck_assert(touches("vni110"));
}
END_TEST

START_TEST(foreign_device_of_no_concern_is_left_alone)
{
	add(&actual, NET_NS_FRR, NET_KIND_VXLAN, "vni999")->vni = 999;
	add(&actual, NET_NS_HOST, NET_KIND_VETH, "cni0");
	make();
	ck_assert_uint_eq(plan.n_problems, 0);
	ck_assert(!touches("vni999"));
	ck_assert(!touches("cni0"));
}
END_TEST

START_TEST(foreign_peer_of_a_veth_is_an_error)
{
	add(&actual, NET_NS_FRR, NET_KIND_VETH, "frr1");
	make();
	ck_assert_uint_eq(plan.n_problems, 1);
	ck_assert_ptr_nonnull(strstr(plan.problems[0].text, "frr1"));
	ck_assert(!touches("frr0"));
}
END_TEST

START_TEST(device_that_was_born_but_not_marked)
{
	all_made();
	actual_link(NET_NS_FRR, "br110")->owner = NET_OWNER_BORN;
	make();
	ck_assert_uint_eq(plan.n_problems, 0);
	ck_assert_uint_eq(plan.n_ops, 1);
	ck_assert_int_eq(plan.ops[0].type, OP_LINK_SET);
	ck_assert_uint_eq(plan.ops[0].attrs, NET_LINK_MARK);
}
END_TEST

START_TEST(marked_device_that_nobody_wants_is_pruned)
{
	struct net_link *old;

	all_made();
	old = add(&actual, NET_NS_FRR, NET_KIND_VXLAN, "vni300");
	old->owner = NET_OWNER_OURS;
	make();
	ck_assert_uint_eq(plan.n_ops, 1);
	ck_assert_int_eq(plan.ops[0].type, OP_LINK_DELETE);
	ck_assert_int_eq(plan.ops[0].stage, PLAN_PRUNE);
}
END_TEST

START_TEST(device_of_another_instance_is_foreign)
{
	/* actual.c gives another instance's mark no other owner than NET_OWNER_FOREIGN. */
	all_made();
	add(&actual, NET_NS_FRR, NET_KIND_VXLAN, "vni300")->owner = NET_OWNER_FOREIGN;
	make();
	ck_assert_uint_eq(plan.n_ops, 0);
}
END_TEST

/* Each attribute by itself, set wrong by hand: put back in place, by one operation and without making anything anew. */
static const struct {
	const char *link;
	unsigned int attr;
	enum op_type type;
} drifts[] = {
	{ "vni100", NET_LINK_MASTER, OP_LINK_SET },
	{ "br100", NET_LINK_MTU, OP_LINK_SET },
	{ "br100", NET_LINK_ADDRGEN_NONE, OP_LINK_SET },
	{ "br100", NET_LINK_UP, OP_LINK_SET },
	{ "vni100", NET_LINK_NEIGH_SUPPRESS, OP_LINK_SET },
	{ "vni100", NET_LINK_PORT_LEARNING, OP_LINK_SET },
	{ "vni110", NET_LINK_IPV6, OP_LINK_IPV6 },
	{ "frr1", NET_LINK_MASTER, OP_LINK_SET },
	{ "eth1", NET_LINK_UP, OP_LINK_SET },
};

static void spoil(struct net_link *link, net_attr_set attr)
{
	if (attr == NET_LINK_MASTER)
		link->master[0] = '\0';
	else if (attr == NET_LINK_MTU)
		link->mtu = 1400;
	else if (attr == NET_LINK_MAC)
		link->mac[5] ^= 1;
	else if (attr == NET_LINK_ADDRGEN_NONE)
		link->addrgen_none = !link->addrgen_none;
	else if (attr == NET_LINK_UP)
		link->up = !link->up;
	else if (attr == NET_LINK_NEIGH_SUPPRESS)
		link->neigh_suppress = !link->neigh_suppress;
	else if (attr == NET_LINK_PORT_LEARNING)
		link->port_learning = !link->port_learning;
	else if (attr == NET_LINK_IPV6)
		link->ipv6 = !link->ipv6;
}

START_TEST(drift_is_repaired_in_place)
{
	all_made();
	spoil(actual_link(NET_NS_FRR, drifts[_i].link), drifts[_i].attr);
	make();
	ck_assert_uint_eq(plan.n_ops, 1);
	ck_assert_int_eq(plan.ops[0].type, drifts[_i].type);
	ck_assert_str_eq(plan.ops[0].link->name, drifts[_i].link);
	if (drifts[_i].type == OP_LINK_SET)
		ck_assert_uint_eq(plan.ops[0].attrs, drifts[_i].attr);
}
END_TEST

START_TEST(router_mac_is_announced_by_a_bridge_that_comes_up)
{
	all_made();
	spoil(actual_link(NET_NS_FRR, "br100"), NET_LINK_MAC);
	make();
	ck_assert_uint_eq(plan.n_ops, 3);
	ck_assert_int_eq(plan.ops[0].type, OP_LINK_DOWN);
	ck_assert_uint_eq(plan.ops[1].attrs, NET_LINK_MAC);
	ck_assert_uint_eq(plan.ops[2].attrs, NET_LINK_UP);
	ck_assert_int_eq(plan.ops[2].stage, PLAN_RAISE);
}
END_TEST

START_TEST(device_that_was_to_go_and_is_wanted_again_is_marked_again)
{
	all_made();
	actual_link(NET_NS_FRR, "br110")->leaving = true;
	make();
	ck_assert_uint_eq(plan.n_ops, 1);
	ck_assert_int_eq(plan.ops[0].type, OP_LINK_SET);
	ck_assert_uint_eq(plan.ops[0].attrs, NET_LINK_MARK);
	ck_assert_str_eq(plan.ops[0].link->name, "br110");
}
END_TEST

START_TEST(port_that_gets_another_master_has_its_attributes_set_afterwards)
{
	all_made();
	struct net_link *port = actual_link(NET_NS_FRR, "vni110");

	port->master[0] = '\0';
	port->neigh_suppress = false;
	make();
	ck_assert_uint_eq(plan.n_ops, 2);
	ck_assert_uint_eq(plan.ops[0].attrs, NET_LINK_MASTER);
	ck_assert_uint_eq(plan.ops[1].attrs, NET_LINK_PORT);
}
END_TEST

START_TEST(veth_whose_other_end_is_gone_is_made_anew)
{
	all_made();
	struct net_link *outer = actual_link(NET_NS_HOST, "frr0");

	outer->peer[0] = '\0';
	actual_link(NET_NS_FRR, "frr1")->kind = NET_KIND_OTHER;
	net_set_name(actual_link(NET_NS_FRR, "frr1")->name, "zzz");
	make();
	ck_assert_uint_eq(plan.n_problems, 0);
	ck_assert_uint_lt(find_op(OP_LINK_DELETE, "frr0"), find_op(OP_LINK_CREATE, "frr0"));
	ck_assert(!touches("vni110"));
}
END_TEST

START_TEST(kernel_without_ipv6)
{
	actual.no_ipv6[NET_NS_FRR] = actual.no_ipv6[NET_NS_HOST] = true;
	make();
	ck_assert_uint_gt(plan.n_ops, 0);
	for (size_t i = 0; i < plan.n_ops; i++) {
		ck_assert_int_ne(plan.ops[i].type, OP_LINK_IPV6);
		if (plan.ops[i].type == OP_ROUTE_ADD)
			ck_assert_int_eq(plan.ops[i].route->dst.family, 2);
		if (plan.ops[i].type == OP_LINK_SET)
			ck_assert(!(plan.ops[i].attrs & NET_LINK_ADDRGEN_NONE));
	}
}
END_TEST

START_TEST(l3vni_that_comes_into_its_vrf_is_down_until_raise)
{
	static const char *const names[] = { "br100", "vni100" };

	all_made();
	actual_link(NET_NS_FRR, "br100")->master[0] = '\0';
	make();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t down = find_op(OP_LINK_DOWN, names[i]), up = plan.n_ops;

		while (up > 0 &&
		       !(plan.ops[up - 1].type == OP_LINK_SET && streq(plan.ops[up - 1].link->name, names[i])))
			up--;
		ck_assert_uint_ne(down, SIZE_MAX);
		ck_assert_uint_gt(up, 0);
		ck_assert_int_eq(plan.ops[up - 1].stage, PLAN_RAISE);
		ck_assert_uint_lt(down, find_op(OP_LINK_SET, "br100"));
	}
}
END_TEST

START_TEST(two_vrfs_never_have_one_table)
{
	struct net_link *other;

	all_made();
	other = add(&actual, NET_NS_FRR, NET_KIND_VRF, "old");
	other->table = 1100;
	other->owner = NET_OWNER_OURS;
	make();
	ck_assert_uint_eq(plan.n_problems, 0);
	ck_assert_int_eq(plan.ops[find_op(OP_LINK_DELETE, "old")].stage, PLAN_BUILD);
	plan_clear(&plan);
	actual_link(NET_NS_FRR, "old")->owner = NET_OWNER_FOREIGN;
	make();
	ck_assert_uint_eq(plan.n_problems, 1);
	ck_assert_ptr_nonnull(strstr(plan.problems[0].text, "table 1100"));
	ck_assert(!touches("old"));
}
END_TEST

START_TEST(route_in_a_table_that_is_not_ours_stays)
{
	static const uint32_t tables[] = { 254, 4711 };
	struct net_link *vrf;

	all_made();
	vrf = add(&actual, NET_NS_FRR, NET_KIND_VRF, "theirs");
	vrf->table = 4711;
	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		struct net_route *route = util_append(&actual.routes, &actual.n_routes, sizeof(*route));

		route->ns = NET_NS_FRR;
		route->table = tables[i];
		set_ip(&route->dst, "198.18.2.0/24");
	}
	make();
	ck_assert_uint_eq(plan.n_ops, 0);
	plan_clear(&plan);
	actual_link(NET_NS_FRR, "theirs")->owner = NET_OWNER_OURS;
	make();
	ck_assert_uint_eq(plan.n_problems, 0);
	ck_assert_int_eq(plan.ops[0].type, OP_ROUTE_DELETE);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("plan");

	tcase_add_checked_fixture(tcase, plan_case_setup, plan_case_teardown);
	tcase_add_test(tcase, nothing_to_do);
	tcase_add_test(tcase, stages_come_in_order);
	tcase_add_test(tcase, l3vni_devices_stay_down_until_raise);
	tcase_add_test(tcase, a_thing_comes_after_what_it_refers_to);
	tcase_add_test(tcase, foreign_device_stops_its_vni_only);
	tcase_add_test(tcase, foreign_device_of_no_concern_is_left_alone);
	tcase_add_test(tcase, foreign_peer_of_a_veth_is_an_error);
	tcase_add_test(tcase, device_that_was_born_but_not_marked);
	tcase_add_test(tcase, marked_device_that_nobody_wants_is_pruned);
	tcase_add_test(tcase, device_of_another_instance_is_foreign);
	tcase_add_loop_test(tcase, drift_is_repaired_in_place, 0, (int)ARRAY_LEN(drifts));
	tcase_add_test(tcase, router_mac_is_announced_by_a_bridge_that_comes_up);
	tcase_add_test(tcase, device_that_was_to_go_and_is_wanted_again_is_marked_again);
	tcase_add_test(tcase, port_that_gets_another_master_has_its_attributes_set_afterwards);
	tcase_add_test(tcase, veth_whose_other_end_is_gone_is_made_anew);
	tcase_add_test(tcase, kernel_without_ipv6);
	tcase_add_test(tcase, l3vni_that_comes_into_its_vrf_is_down_until_raise);
	tcase_add_test(tcase, two_vrfs_never_have_one_table);
	tcase_add_test(tcase, route_in_a_table_that_is_not_ours_stays);
	return unit_run("plan", tcase);
}
