/* SPDX-License-Identifier: Apache-2.0 */
/* test_plan_trunk.c - the plan of host.trunk: its VLANs, what other programs do to them, the host's bridge, ports that would be a loop */
#include "base/util.h"
#include "plan_case.h"
#include "unit.h"

static struct config_l2vni l2vnis[3];
static struct config_nic nic = { .name = "eth1", .inner = "eth1" };
static struct config config = {
	.underlay = { .nics = &nic, .n_nics = 1 },
	.vxlan = { .single = true },
	.trunk = { .set = true, .interface = "trunk0", .peer = "pe-trunk", .bridge = "br-hosts" }
};

static void add_foreign(void)
{
	struct net_link *bridge = add(&actual, NET_NS_HOST, NET_KIND_BRIDGE, "br-hosts");

	add(&actual, NET_NS_HOST, NET_KIND_OTHER, "eth1");
	bridge->filters = true;
	bridge->default_pvid = 1;
}

/* VNIs 20010 to 20012 in VLANs 10 to 12. */
static void setup(void)
{
	for (size_t i = 0; i < ARRAY_LEN(l2vnis); i++)
		l2vnis[i] = (struct config_l2vni){ .vni = 20010 + (uint32_t)i, .vlan = (uint16_t)(10 + i) };
	config.l2vnis = l2vnis;
	config.n_l2vnis = ARRAY_LEN(l2vnis);
	set_ip(&config.underlay.vtep, "100.65.0.2");
	plan_case_start(&config);
	add_foreign();
}

static void add_vlan(enum net_ns ns, const char *link, uint16_t vid, bool access)
{
	struct net_vlan *vlan = util_append(&actual.vlans, &actual.n_vlans, sizeof(*vlan));

	*vlan = (struct net_vlan){ .ns = ns, .kind = NET_VLAN_PORT, .vid = vid, .access = access };
	net_set_name(vlan->link, link);
}

/* All stands, and the trunk has these VLANs beside its own. */
static void all_stands(void)
{
	all_made();
	add_foreign();
	for (size_t i = 0; i < desired.n_vlans; i++)
		*(struct net_vlan *)util_append(&actual.vlans, &actual.n_vlans,
						sizeof(struct net_vlan)) = desired.vlans[i];
}

/* What evpn.conf wants now. */
static void again(void)
{
	net_clear(&desired);
	desired_make(&config, &(struct nic_records){ 0 }, &(unsigned int){ 1500 }, &desired);
}

/* The operations whose text has one of the words, a line each. */
static const char *ops_with(const char *word, const char *other)
{
	static char text[4000];
	char buf[PLAN_OP_SIZE];

	text[0] = '\0';
	for (size_t i = 0; i < plan.n_ops; i++) {
		const char *op = plan_op_text(&plan.ops[i], buf);

		if ((!strstr(op, word) && !strstr(op, other)) || strstr(op, "sysctl"))
			continue;
		strcat(text, op);
		strcat(text, "\n");
	}
	return text;
}

START_TEST(the_vlans_come_when_the_bridges_own_one_is_gone)
{
	make();
	ck_assert_str_eq(ops_with("bridge vlan del dev trunk0", "bridge vlan add dev trunk0"),
			 "host: bridge vlan del dev trunk0 vid 1-4094\nhost: bridge vlan add dev trunk0 vid 10-12\n");
	ck_assert(touches("frr: bridge vlan add dev pe-trunk vid 10-12"));
}
END_TEST

START_TEST(nothing_is_left_to_do)
{
	all_stands();
	/* The host's own, on another port. */
	add_vlan(NET_NS_HOST, "tap0", 10, true);
	make();
	ck_assert_uint_eq(plan.n_ops, 0);
}
END_TEST

START_TEST(what_another_program_adds_to_the_trunk_goes)
{
	all_stands();
	add_vlan(NET_NS_HOST, "trunk0", 1, true);
	add_vlan(NET_NS_FRR, "pe-trunk", 50, false);
	make();
	ck_assert_str_eq(ops_with("vlan", "vlan"), "host: bridge vlan del dev trunk0 vid 1\n"
						   "frr: bridge vlan del dev pe-trunk vid 50\n");
}
END_TEST

START_TEST(an_access_vlan_becomes_a_tagged_one)
{
	all_stands();
	for (size_t i = 0; i < actual.n_vlans; i++)
		if (actual.vlans[i].kind == NET_VLAN_PORT && actual.vlans[i].vid == 11)
			actual.vlans[i].access = actual.vlans[i].ns == NET_NS_HOST;
	make();
	ck_assert_str_eq(ops_with("vlan", "vlan"), "host: bridge vlan add dev trunk0 vid 11\n");
}
END_TEST

START_TEST(in_another_bridge_its_vlans_are_not_those)
{
	all_stands();
	net_set_name(actual_link(NET_NS_HOST, "trunk0")->master, "br-other");
	make();
	ck_assert_str_eq(ops_with("vlan", "master"), "host: link set trunk0 master br-hosts\n"
						     "host: bridge vlan del dev trunk0 vid 1-4094\n"
						     "host: bridge vlan add dev trunk0 vid 10-12\n");
}
END_TEST

START_TEST(a_bridge_that_does_not_filter_gets_no_trunk)
{
	actual_link(NET_NS_HOST, "br-hosts")->filters = false;
	make();
	ck_assert_uint_eq(plan.n_problems, 1);
	ck_assert_ptr_nonnull(strstr(plan.problems[0].text, "br-hosts: that bridge does not filter VLANs"));
	ck_assert_str_eq(ops_with("trunk", "trunk"), "");
	/* The VNIs do not depend on it. */
	ck_assert(touches("tunnel_info id 20010-20012"));
}
END_TEST

START_TEST(a_vni_leaves_the_trunk_before_its_own_pair_comes)
{
	all_stands();
	l2vnis[2].host = (struct config_host){
		.set = true, .interface = "lan12", .peer = "pe12", .bridge = "br-hosts", .vlan = 12
	};
	again();
	make();
	ck_assert_str_eq(ops_with("trunk", "link add"),
			 "host: bridge vlan del dev trunk0 vid 12\n"
			 "frr: bridge vlan del dev pe-trunk vid 12\n"
			 "host: link add lan12 mtu 1450 address fe:ff:67:2a:d3:98 master br-hosts type veth peer pe12 "
			 "netns frr\n");
}
END_TEST

/* Without FRR's being told: two ports in one VLAN between two bridges are a loop. */
START_TEST(a_pair_goes_before_the_trunk_takes_its_place)
{
	l2vnis[2].host = (struct config_host){
		.set = true, .interface = "lan12", .peer = "pe12", .bridge = "br-hosts", .vlan = 12
	};
	again();
	all_stands();
	l2vnis[2].host.set = false;
	again();
	make();
	ck_assert_str_eq(ops_with("trunk", "lan12"), "host: link del lan12\n"
						     "host: bridge vlan add dev trunk0 vid 12\n"
						     "frr: bridge vlan add dev pe-trunk vid 12\n");
}
END_TEST

/* evpnd --down runs what is to be deleted, and nothing of what is to be built. */
START_TEST(down_deletes_the_trunk)
{
	size_t n = 0;

	all_stands();
	/* As it is read. */
	actual_link(NET_NS_FRR, "pe-trunk")->pvid = NET_PVID_OTHER;
	net_clear(&desired);
	desired_make_nothing(&(struct nic_records){ 0 }, &(struct net){ 0 }, &desired);
	make();
	ck_assert_str_eq(ops_with("trunk", "trunk"), "host: link del trunk0\n");
	for (size_t i = 0; i < plan.n_ops; i++)
		n += plan.ops[i].stage != PLAN_PRUNE;
	ck_assert_uint_eq(n, 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("trunk");

	tcase_add_checked_fixture(tcase, setup, plan_case_teardown);
	tcase_add_test(tcase, the_vlans_come_when_the_bridges_own_one_is_gone);
	tcase_add_test(tcase, nothing_is_left_to_do);
	tcase_add_test(tcase, what_another_program_adds_to_the_trunk_goes);
	tcase_add_test(tcase, an_access_vlan_becomes_a_tagged_one);
	tcase_add_test(tcase, in_another_bridge_its_vlans_are_not_those);
	tcase_add_test(tcase, a_bridge_that_does_not_filter_gets_no_trunk);
	tcase_add_test(tcase, a_vni_leaves_the_trunk_before_its_own_pair_comes);
	tcase_add_test(tcase, a_pair_goes_before_the_trunk_takes_its_place);
	tcase_add_test(tcase, down_deletes_the_trunk);
	return unit_run("plan-trunk", tcase);
}
