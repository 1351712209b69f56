/* SPDX-License-Identifier: Apache-2.0 */
/* test_plan_nic.c - underlay NICs: moved in, given back, and never taken for something to delete */
#include "desired.h"
#include "plan.h"
#include "unit.h"
#include "util.h"

static struct net desired, actual;
static struct plan plan;

static void set_ip(struct ipaddr *ip, const char *text)
{
	ck_assert(ipaddr_parse(text, strchr(text, '/') != NULL, ip));
}

static struct net_link *add(struct net *net, enum net_ns ns, enum net_kind kind, const char *name)
{
	struct net_link *link = util_append(&net->links, &net->n_links, sizeof(*link));

	link->ns = ns;
	link->kind = kind;
	link->ipv6 = true;
	net_set_name(link->name, name);
	return link;
}

/* One L3VNI with a veth and one pure L2VNI, and a host that has eth1. */
static void setup(void)
{
	static struct config_nic nic = { .name = "eth1", .inner = "eth1" };
	static struct config_l3vni l3 = { .vni = 100, .vrf = "red", .table = 1100 };
	static struct config_l2vni l2 = { .vni = 110 };
	struct config config = {
		.underlay = { .nics = &nic, .n_nics = 1 }, .l3vnis = &l3, .n_l3vnis = 1, .l2vnis = &l2, .n_l2vnis = 1
	};
	struct record_nics nics = { 0 };

	memset(&desired, 0, sizeof(desired));
	memset(&actual, 0, sizeof(actual));
	memset(&plan, 0, sizeof(plan));
	set_ip(&config.underlay.vtep, "100.65.0.2");
	l3.host = (struct config_host){ .set = true, .interface = "frr0", .peer = "frr1" };
	desired_make(&config, &nics, (unsigned int[]){ 1500, 1500, 1500, 1500 }, &desired);
	add(&actual, NET_NS_HOST, NET_KIND_OTHER, "lo");
	add(&actual, NET_NS_HOST, NET_KIND_OTHER, "eth1");
	add(&actual, NET_NS_FRR, NET_KIND_OTHER, "lo");
}

static void teardown(void)
{
	plan_clear(&plan);
	net_clear(&desired);
	net_clear(&actual);
}

static void make(void)
{
	net_sort(&actual);
	plan_make(&desired, &actual, &plan);
}

/* Everything desired stands, made by this instance. */
static void all_made(void)
{
	net_clear(&actual);
	for (size_t i = 0; i < desired.n_links; i++) {
		struct net_link *link = util_append(&actual.links, &actual.n_links, sizeof(*link));

		*link = desired.links[i];
		link->want = 0;
		link->ifindex = (int)i + 1;
	}
	for (size_t i = 0; i < desired.n_addrs; i++)
		*(struct net_addr *)util_append(&actual.addrs, &actual.n_addrs,
						sizeof(struct net_addr)) = desired.addrs[i];
	for (size_t i = 0; i < desired.n_routes; i++)
		*(struct net_route *)util_append(&actual.routes, &actual.n_routes,
						 sizeof(struct net_route)) = desired.routes[i];
	for (size_t i = 0; i < desired.n_sysctls; i++)
		*(struct net_sysctl *)util_append(&actual.sysctls, &actual.n_sysctls,
						  sizeof(struct net_sysctl)) = desired.sysctls[i];
	net_sort(&actual);
}

static struct net_link *actual_link(enum net_ns ns, const char *name)
{
	struct net_link *link = (struct net_link *)(uintptr_t)net_find_link(&actual, ns, name);

	ck_assert_ptr_nonnull(link);
	return link;
}

static size_t find_op(enum op_type type, const char *link)
{
	for (size_t i = 0; i < plan.n_ops; i++)
		if (plan.ops[i].type == type && plan.ops[i].link && streq(plan.ops[i].link->name, link))
			return i;
	return SIZE_MAX;
}

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
	net_set_name(actual.links[1].master, "bond0");
	make();
	ck_assert_uint_eq(plan.n_problems, 1);
	ck_assert_int_eq(plan.problems[0].fault, PLAN_BUSY);
	ck_assert_ptr_nonnull(strstr(plan.problems[0].text, "bond0"));
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
	struct record_nics nics = { 0 };
	struct record_nic *nic = util_append(&nics.items, &nics.n_items, sizeof(*nic));

	net_set_name(nic->name, "eth1");
	nic->up = true;
	memcpy(nic->mac, nic_mac, sizeof(nic_mac));
	strcpy(nic->alias, "the spine");
	net_clear(&desired);
	desired_make_nothing(&nics, &former, &desired);
	/* `alias` belongs to the record. */
	for (size_t i = 0; i < desired.n_links; i++)
		desired.links[i].alias = "the spine";
	record_nics_clear(&nics);
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
	memcpy(nic->hw_mac, nic_mac, sizeof(nic_mac));
	want_nic_back();
	make_for_nic();
	ck_assert_uint_eq(plan.n_problems, 0);
	ck_assert_int_eq(plan.ops[find_op(OP_LINK_RETURN, "eth1")].stage, PLAN_GIVE_BACK);
	/* Never deleted, whatever else is. */
	ck_assert_uint_eq(find_op(OP_LINK_DELETE, "eth1"), SIZE_MAX);
	ck_assert_uint_ne(find_op(OP_LINK_DELETE, "vni100"), SIZE_MAX);

	/* A foreign device has taken the name: told, and the NIC stays where it is. */
	add(&actual, NET_NS_HOST, NET_KIND_OTHER, "eth1");
	make_for_nic();
	ck_assert_uint_eq(plan.n_problems, 1);
	ck_assert_uint_eq(find_op(OP_LINK_RETURN, "eth1"), SIZE_MAX);
}
END_TEST

START_TEST(nic_that_the_kernel_renamed_gets_its_name_back)
{
	struct net_link *nic;

	net_clear(&actual);
	add(&actual, NET_NS_HOST, NET_KIND_OTHER, "lo");
	nic = add(&actual, NET_NS_HOST, NET_KIND_OTHER, "dev7");
	memcpy(nic->hw_mac, nic_mac, sizeof(nic_mac));
	nic->owner = NET_OWNER_NIC;
	want_nic_back();
	make_for_nic();
	ck_assert_uint_eq(plan.n_problems, 0);
	ck_assert_str_eq(plan.ops[find_op(OP_LINK_RETURN, "eth1")].have->name, "dev7");
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

int main(void)
{
	TCase *tcase = tcase_create("plan nic");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, nic_that_is_not_there);
	tcase_add_test(tcase, nic_that_is_a_port);
	tcase_add_test(tcase, foreign_nic_in_frrs_namespace);
	tcase_add_test(tcase, nic_goes_back);
	tcase_add_test(tcase, nic_that_the_kernel_renamed_gets_its_name_back);
	tcase_add_test(tcase, nic_that_is_nowhere_is_not_given_up);
	tcase_add_test(tcase, marked_nic_is_never_deleted);
	return unit_run("plan nic", tcase);
}
