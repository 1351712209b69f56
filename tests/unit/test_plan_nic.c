/* SPDX-License-Identifier: Apache-2.0 */
/* test_plan_nic.c - underlay NICs: moved in, given back, and never taken for something to delete */
#include "base/util.h"
#include "plan_case.h"
#include "unit.h"

START_TEST(nic_that_is_not_there)
{
	actual.n_links = 0;
	add(&actual, NET_NS_FRR, NET_KIND_OTHER, "lo");
	make();
	ck_assert_uint_eq(plan.n_problems, 1);
	ck_assert_int_eq(plan.problems[0].fault, PLAN_ABSENT);
	ck_assert(plan.blocked[0]);
	/* Nothing hangs on nothing. */
	ck_assert_uint_eq(plan.n_ops, 0);
}
END_TEST

START_TEST(nic_that_is_a_port)
{
	net_set_name(actual_link(NET_NS_HOST, "eth1")->master, "bond0");
	make();
	ck_assert_uint_eq(plan.n_problems, 1);
	ck_assert_int_eq(plan.problems[0].fault, PLAN_BUSY);
	ck_assert_ptr_nonnull(strstr(plan.problems[0].text, "bond0"));
}
END_TEST

/* The kernel would refuse the move with "Invalid argument". In FRR's namespace it cannot be, so nothing is to be said. */
START_TEST(nic_that_cannot_be_moved)
{
	actual_link(NET_NS_HOST, "eth1")->bound = "bond";
	make();
	ck_assert_uint_eq(plan.n_problems, 1);
	ck_assert_int_eq(plan.problems[0].fault, PLAN_BUSY);
	ck_assert_ptr_nonnull(
		strstr(plan.problems[0].text, "underlay NIC eth1: a bond cannot leave the host's namespace"));
	ck_assert_uint_eq(find_op(OP_LINK_MOVE, "eth1"), SIZE_MAX);
}
END_TEST

START_TEST(foreign_nic_in_frrs_namespace)
{
	add(&actual, NET_NS_FRR, NET_KIND_OTHER, "eth1");
	make();
	ck_assert_uint_eq(plan.n_problems, 1);
	ck_assert_int_eq(plan.problems[0].fault, PLAN_FOREIGN);
	ck_assert_uint_eq(plan.n_ops, 0);
}
END_TEST

static const uint8_t nic_mac[6] = { 2, 0, 0, 0, 0, 1 };

/* The desired state's eth1 leaves the configuration: desired_make_nothing wants it back. */
static void want_nic_back(void)
{
	static struct net former;
	struct nic_records nics = { 0 };
	struct nic_record *nic = util_append(&nics.items, &nics.n_items, sizeof(*nic));

	net_set_name(nic->name, "eth1");
	nic->up = true;
	memcpy(nic->mac, nic_mac, sizeof(nic_mac));
	strcpy(nic->alias, "the spine");
	net_clear(&desired);
	desired_make_nothing(&nics, &former, &desired);
	nic_records_clear(&nics);
}

static void make_for_nic(void)
{
	plan_clear(&plan);
	make();
}

START_TEST(nic_goes_back)
{
	struct net_link *nic;

	all_made();
	nic = actual_link(NET_NS_FRR, "eth1");
	net_set_name(nic->nic, "eth1");
	want_nic_back();
	make_for_nic();
	ck_assert_uint_eq(plan.n_problems, 0);
	ck_assert_int_eq(plan.ops[find_op(OP_LINK_GIVE_BACK, "eth1")].stage, PLAN_GIVE_BACK);
	/* Never deleted, whatever else is. */
	ck_assert_uint_eq(find_op(OP_LINK_DELETE, "eth1"), SIZE_MAX);
	ck_assert_uint_ne(find_op(OP_LINK_DELETE, "vni100"), SIZE_MAX);

	/* A foreign device has taken the name: told, and the NIC stays where it is. */
	add(&actual, NET_NS_HOST, NET_KIND_OTHER, "eth1");
	make_for_nic();
	ck_assert_uint_eq(plan.n_problems, 1);
	ck_assert_uint_eq(find_op(OP_LINK_GIVE_BACK, "eth1"), SIZE_MAX);
}
END_TEST

START_TEST(nic_that_the_kernel_renamed_gets_its_name_back)
{
	char text[PLAN_OP_SIZE];
	struct net_link *nic;

	net_clear(&actual);
	add(&actual, NET_NS_HOST, NET_KIND_OTHER, "lo");
	nic = add(&actual, NET_NS_HOST, NET_KIND_OTHER, "dev7");
	net_set_name(nic->nic, "eth1");
	nic->owner = NET_OWNER_NIC;
	want_nic_back();
	make_for_nic();
	ck_assert_uint_eq(plan.n_problems, 0);
	ck_assert_str_eq(plan.ops[find_op(OP_LINK_GIVE_BACK, "eth1")].have->name, "dev7");
	ck_assert_uint_eq(find_op(OP_LINK_DOWN, "eth1"), SIZE_MAX);

	/* The kernel renames a device that is down. */
	actual_link(NET_NS_HOST, "dev7")->up = true;
	make_for_nic();
	ck_assert_uint_eq(find_op(OP_LINK_DOWN, "eth1") + 1, find_op(OP_LINK_GIVE_BACK, "eth1"));
	ck_assert_str_eq(plan_op_text(&plan.ops[find_op(OP_LINK_DOWN, "eth1")], text), "host: link set dev7 down");
}
END_TEST

/* A device with the NIC's name, mark and MAC is not the NIC. */
START_TEST(forged_nic_is_not_given_back)
{
	struct net_link *forged;

	net_clear(&actual);
	add(&actual, NET_NS_HOST, NET_KIND_OTHER, "lo");
	forged = add(&actual, NET_NS_FRR, NET_KIND_VETH, "eth1");
	memcpy(forged->hw_mac, nic_mac, sizeof(nic_mac));
	forged->owner = NET_OWNER_FORGED;
	want_nic_back();
	make_for_nic();
	ck_assert_uint_eq(plan.n_problems, 1);
	ck_assert_int_eq(plan.problems[0].fault, PLAN_ABSENT);
	ck_assert_uint_eq(plan.n_ops, 0);

	/* The NIC is there under another name. */
	net_set_name(add(&actual, NET_NS_FRR, NET_KIND_OTHER, "hidden")->nic, "eth1");
	make_for_nic();
	ck_assert_uint_eq(plan.n_problems, 0);
	ck_assert_str_eq(plan.ops[find_op(OP_LINK_GIVE_BACK, "eth1")].have->name, "hidden");
}
END_TEST

START_TEST(nic_without_its_mark_gets_it_again)
{
	struct net_link *nic;

	all_made();
	nic = actual_link(NET_NS_FRR, "eth1");
	net_set_name(nic->nic, "eth1");
	nic->unmarked = true;
	make();
	ck_assert_uint_eq(plan.n_ops, 1);
	ck_assert_uint_eq(find_op(OP_LINK_SET, "eth1"), 0);
	ck_assert_uint_eq(plan.ops[0].attrs, NET_LINK_MARK);
}
END_TEST

START_TEST(nic_that_is_nowhere_is_not_given_up)
{
	net_clear(&actual);
	add(&actual, NET_NS_HOST, NET_KIND_OTHER, "lo");
	want_nic_back();
	make_for_nic();
	ck_assert_uint_eq(plan.n_problems, 1);
	ck_assert_int_eq(plan.problems[0].fault, PLAN_ABSENT);
	ck_assert_uint_eq(plan.n_ops, 0);
}
END_TEST

START_TEST(marked_nic_is_never_deleted)
{
	all_made();
	/* A veth as NIC, as in a test bed: its kind alone says nothing. */
	add(&actual, NET_NS_FRR, NET_KIND_VETH, "uplink")->owner = NET_OWNER_NIC;
	make();
	ck_assert_uint_eq(plan.n_ops, 0);
}
END_TEST

static const struct net_dependent dependents[] = {
	{ NET_DEPENDENT_STACKED, "vlan eth1.50 is made on it" },
	{ NET_DEPENDENT_DEFAULT, "the host's only IPv4 default route leads through it" },
};

/* Makes the plan with what depends on eth1. Returns the warnings, for which util_free_strings() is the caller's. */
static char **with_dependents(size_t *ret_n)
{
	struct net_link *want = link_of(&desired, NET_NS_FRR, "eth1");

	want->dependents = dependents;
	want->n_dependents = ARRAY_LEN(dependents);
	plan_clear(&plan);
	make();
	return plan_warnings(&desired, &actual, ret_n);
}

START_TEST(nic_that_the_host_needs_is_not_moved)
{
	size_t n;
	char **warnings = with_dependents(&n);

	ck_assert_uint_eq(plan.n_problems, 1);
	ck_assert_int_eq(plan.problems[0].fault, PLAN_BUSY);
	ck_assert_ptr_nonnull(strstr(plan.problems[0].text, "vlan eth1.50 is made on it; leave the NIC on the host"));
	ck_assert_uint_eq(find_op(OP_LINK_MOVE, "eth1"), SIZE_MAX);
	ck_assert_msg(n == 1 && strstr(warnings[0], "only IPv4 default route"), "a default route is a warning alone");
	util_free_strings(warnings, n);
	/* In FRR's namespace it has left the host long since. */
	actual_link(NET_NS_HOST, "eth1")->ns = NET_NS_FRR;
	warnings = with_dependents(&n);
	ck_assert_uint_eq(n, 0);
	util_free_strings(warnings, n);
}
END_TEST

START_TEST(nic_that_was_moved_before_is_moved_again)
{
	size_t n;
	char **warnings;

	link_of(&desired, NET_NS_FRR, "eth1")->moved = true;
	warnings = with_dependents(&n);
	ck_assert_uint_eq(plan.n_problems, 0);
	ck_assert_uint_ne(find_op(OP_LINK_MOVE, "eth1"), SIZE_MAX);
	ck_assert_msg(n == 2, "what the host loses again is said");
	util_free_strings(warnings, n);
}
END_TEST

START_TEST(what_the_host_may_lose)
{
	size_t n;
	char **warnings;

	link_of(&desired, NET_NS_FRR, "eth1")->may_lose = 1u << NET_DEPENDENT_STACKED;
	warnings = with_dependents(&n);
	ck_assert_uint_eq(plan.n_problems, 0);
	ck_assert_msg(n == 1 && strstr(warnings[0], "only IPv4 default route"), "one does not accept the other");
	util_free_strings(warnings, n);
}
END_TEST

/* The kernel makes a route to a gateway only when it reaches it. */
START_TEST(routes_come_back_in_the_order_in_which_the_kernel_takes_them)
{
	static const struct {
		const char *dst, *via;
		uint8_t type;
	} routes[] = { { "10.1.0.0/16", "192.0.2.1", 0 },
		       { "0.0.0.0/0", NULL, 5 /* RTN_MULTICAST */ },
		       { "192.0.2.0/24", NULL, 0 } };
	size_t order[ARRAY_LEN(routes)] = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
		struct net_route *route = util_append(&desired.routes, &desired.n_routes, sizeof(*route));

		route->ns = NET_NS_HOST;
		route->table = 254;
		route->order = (uint32_t)i;
		ck_assert(ipaddr_parse(routes[i].dst, true, &route->dst));
		if (routes[i].via)
			set_ip(&route->via, routes[i].via);
		if (routes[i].type)
			net_route_more(route)->type = routes[i].type;
	}
	make();
	for (size_t i = 0; i < plan.n_ops; i++)
		if (plan.ops[i].type == OP_ROUTE_ADD && plan.ops[i].route->ns == NET_NS_HOST)
			order[plan.ops[i].route->order] = i;
	ck_assert_msg(order[2] < order[0] && order[0] < order[1],
		      "the subnet, the gateway behind it, the multicast route");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("plan nic");

	tcase_add_checked_fixture(tcase, plan_case_setup, plan_case_teardown);
	tcase_add_test(tcase, nic_that_is_not_there);
	tcase_add_test(tcase, nic_that_is_a_port);
	tcase_add_test(tcase, nic_that_cannot_be_moved);
	tcase_add_test(tcase, foreign_nic_in_frrs_namespace);
	tcase_add_test(tcase, nic_goes_back);
	tcase_add_test(tcase, nic_that_the_kernel_renamed_gets_its_name_back);
	tcase_add_test(tcase, forged_nic_is_not_given_back);
	tcase_add_test(tcase, nic_without_its_mark_gets_it_again);
	tcase_add_test(tcase, nic_that_is_nowhere_is_not_given_up);
	tcase_add_test(tcase, marked_nic_is_never_deleted);
	tcase_add_test(tcase, nic_that_the_host_needs_is_not_moved);
	tcase_add_test(tcase, nic_that_was_moved_before_is_moved_again);
	tcase_add_test(tcase, what_the_host_may_lose);
	tcase_add_test(tcase, routes_come_back_in_the_order_in_which_the_kernel_takes_them);
	return unit_run("plan nic", tcase);
}
