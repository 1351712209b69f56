/* SPDX-License-Identifier: Apache-2.0 */
/* test_plan_addr.c - which addresses a plan deletes, and what it does before */
#include "base/util.h"
#include "plan_case.h"
#include "unit.h"

START_TEST(address_of_another_instance_stays)
{
	struct net_addr *addr;

	all_made();
	add(&actual, NET_NS_HOST, NET_KIND_VETH, "frr9")->owner = NET_OWNER_SIBLING;
	addr = util_append(&actual.addrs, &actual.n_addrs, sizeof(*addr));
	addr->ns = NET_NS_HOST;
	addr->ours = true;
	net_set_name(addr->link, "frr9");
	set_ip(&addr->ip, "198.51.100.7/24");
	make();
	ck_assert_uint_eq(plan.n_ops, 0);
	plan_clear(&plan);
	/* Both in one namespace: neither would know what is whose. */
	add(&actual, NET_NS_FRR, NET_KIND_BRIDGE, "br900")->owner = NET_OWNER_SIBLING;
	make();
	ck_assert(plan.blocked[0]);
	ck_assert_ptr_nonnull(strstr(plan.problems[0].text, "another instance"));
}
END_TEST

START_TEST(address_that_is_not_ours_stays)
{
	struct net_addr *addr;

	all_made();
	addr = util_append(&actual.addrs, &actual.n_addrs, sizeof(*addr));
	addr->ns = NET_NS_FRR;
	net_set_name(addr->link, "eth1");
	set_ip(&addr->ip, "198.51.100.7/24");
	make();
	ck_assert_uint_eq(plan.n_ops, 0);
	plan_clear(&plan);
	for (size_t i = 0; i < actual.n_addrs; i++)
		if (streq(actual.addrs[i].link, "eth1"))
			actual.addrs[i].ours = true;
	make();
	ck_assert_uint_eq(plan.n_ops, 1);
	ck_assert_int_eq(plan.ops[0].type, OP_ADDR_DELETE);
}
END_TEST

static void add_old_addr(enum net_ns ns, const char *link, const char *text)
{
	struct net_addr *addr = util_append(&actual.addrs, &actual.n_addrs, sizeof(*addr));

	addr->ns = ns;
	addr->ours = true;
	net_set_name(addr->link, link);
	set_ip(&addr->ip, text);
}

static size_t count_ops(enum op_type type)
{
	size_t n = 0;

	for (size_t i = 0; i < plan.n_ops; i++)
		n += plan.ops[i].type == type;
	return n;
}

/* In FRR's namespace conf/all does it. */
START_TEST(addresses_are_promoted_once_for_a_link_and_where_it_is_needed)
{
	struct net_sysctl *now;

	all_made();
	add_old_addr(NET_NS_FRR, "lo", "198.51.100.1/32");
	add_old_addr(NET_NS_FRR, "eth1", "198.51.100.6/24");
	add_old_addr(NET_NS_HOST, "frr0", "2001:db8::7/64");
	add_old_addr(NET_NS_HOST, "frr0", "198.51.100.7/24");
	add_old_addr(NET_NS_HOST, "frr0", "198.51.100.8/24");
	make();
	ck_assert_uint_eq(count_ops(OP_ADDR_DELETE), 5);
	ck_assert_uint_eq(count_ops(OP_ADDR_PROMOTE), 2);
	ck_assert(touches("sysctl net/ipv4/conf/frr0/promote_secondaries=1"));
	for (size_t i = 0; i < plan.n_ops; i++)
		if (plan.ops[i].type == OP_ADDR_PROMOTE && !plan.ops[i].attrs)
			ck_assert_str_eq(plan.ops[i].addr->link, plan.ops[i + 1].addr->link);

	/* A value of 1 is left alone. */
	now = util_append(&actual.sysctls, &actual.n_sysctls, sizeof(*now));
	now->ns = NET_NS_HOST;
	net_promote_key("frr0", now->key);
	strcpy(now->value, "1");
	plan_clear(&plan);
	make();
	ck_assert_uint_eq(count_ops(OP_ADDR_PROMOTE), 0);
	ck_assert(!touches("conf/frr0/promote_secondaries"));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("plan_addr");

	tcase_add_checked_fixture(tcase, plan_case_setup, plan_case_teardown);
	tcase_add_test(tcase, address_of_another_instance_stays);
	tcase_add_test(tcase, address_that_is_not_ours_stays);
	tcase_add_test(tcase, addresses_are_promoted_once_for_a_link_and_where_it_is_needed);
	return unit_run("plan_addr", tcase);
}
