/* SPDX-License-Identifier: Apache-2.0 */
/* test_plan_single.c - the plan of one VXLAN device for all VNIs: VLANs, ranges, what is another program's, what fails */
#include "base/util.h"
#include "plan_case.h"
#include "unit.h"

static struct config_l2vni l2vnis[4];

static struct config_nic nic = { .name = "eth1", .inner = "eth1" };
static struct config config = { .underlay = { .nics = &nic, .n_nics = 1 }, .vxlan = { .single = true } };

/* VNIs from 20001 on, which get VLANs from 1 on. */
static void start(size_t n)
{
	for (size_t i = 0; i < n; i++)
		l2vnis[i] = (struct config_l2vni){ .vni = 20001 + (uint32_t)i };
	config.l2vnis = l2vnis;
	config.n_l2vnis = n;
	set_ip(&config.underlay.vtep, "100.65.0.2");
	plan_case_start(&config);
	add(&actual, NET_NS_HOST, NET_KIND_OTHER, "eth1");
}

static void setup(void)
{
	start(3);
}

static struct net_vlan *append(void)
{
	return util_append(&actual.vlans, &actual.n_vlans, sizeof(struct net_vlan));
}

/* All links stand, and what is there of VLANs is what is wanted. */
static void vlans_made(void)
{
	all_made();
	for (size_t i = 0; i < desired.n_vlans; i++)
		*append() = desired.vlans[i];
}

static void add_vlan(enum net_vlan_kind kind, uint16_t vid, uint32_t vni)
{
	struct net_vlan *vlan = append();

	*vlan = (struct net_vlan){ .ns = NET_NS_FRR, .kind = kind, .vid = vid, .vni = vni };
	net_set_name(vlan->link, kind == NET_VLAN_SELF ? NET_SINGLE_BRIDGE : NET_SINGLE_VXLAN);
}

static struct net_vlan *tunnel(struct net *net, uint32_t vni)
{
	for (size_t i = 0; i < net->n_vlans; i++)
		if (net->vlans[i].kind == NET_VLAN_TUNNEL && net->vlans[i].vni == vni)
			return &net->vlans[i];
	ck_abort_msg("no VLAN of VNI %u", vni);
	return NULL;
}

/* The operations on VLANs and VNIs, a line each. */
static const char *vlan_ops(void)
{
	static char text[2000];
	char buf[PLAN_OP_SIZE];

	text[0] = '\0';
	for (size_t i = 0; i < plan.n_ops; i++)
		if (plan.ops[i].vlan) {
			strcat(text, plan_op_text(&plan.ops[i], buf));
			strcat(text, "\n");
		}
	return text;
}

START_TEST(a_range_is_one_operation)
{
	make();
	ck_assert_str_eq(vlan_ops(), "frr: bridge vni add dev vx-evpn vni 20001-20003\n"
				     "frr: bridge vlan add dev vx-evpn vid 1-3 tunnel_info id 20001-20003\n");
}
END_TEST

START_TEST(nothing_is_left_to_do)
{
	vlans_made();
	make();
	ck_assert_uint_eq(plan.n_ops, 0);
}
END_TEST

START_TEST(what_another_program_deletes_comes_back)
{
	vlans_made();
	*tunnel(&actual, 20002) = actual.vlans[--actual.n_vlans];
	make();
	ck_assert_msg(strstr(vlan_ops(), "bridge vlan add dev vx-evpn vid 2 tunnel_info id 20002"), "%s", vlan_ops());
}
END_TEST

START_TEST(a_vlan_without_vni_is_another_programs)
{
	vlans_made();
	add_vlan(NET_VLAN_TUNNEL, 50, 0);
	add_vlan(NET_VLAN_SELF, 50, 0);
	make();
	ck_assert_str_eq(vlan_ops(), "");
}
END_TEST

START_TEST(what_is_sent_in_a_vni_is_ours)
{
	vlans_made();
	add_vlan(NET_VLAN_VNI, 0, 5000);
	add_vlan(NET_VLAN_TUNNEL, 50, 5000);
	add_vlan(NET_VLAN_SELF, 50, 0);
	make();
	ck_assert_str_eq(vlan_ops(), "frr: bridge vlan del dev br-evpn vid 50 self\n"
				     "frr: bridge vlan del dev vx-evpn vid 50 tunnel_info id 5000\n"
				     "frr: bridge vni delete dev vx-evpn vni 5000\n");
	for (size_t i = 0; i < plan.n_ops; i++)
		ck_assert_int_eq(plan.ops[i].stage, PLAN_PRUNE);
}
END_TEST

/* The kernel has one VNI for a VLAN, and one VLAN for a VNI. */
START_TEST(what_is_in_the_way_goes_first)
{
	vlans_made();
	tunnel(&actual, 20002)->vni = 7000;
	make();
	ck_assert_str_eq(vlan_ops(), "frr: bridge vlan del dev vx-evpn vid 2 tunnel_info id 7000\n"
				     "frr: bridge vlan add dev vx-evpn vid 2 tunnel_info id 20002\n");
	ck_assert_int_eq(plan.ops[0].stage, PLAN_BUILD);
}
END_TEST

START_TEST(with_the_device_all_of_it_comes_anew)
{
	vlans_made();
	actual_link(NET_NS_FRR, NET_SINGLE_VXLAN)->port = 8472;
	make();
	ck_assert_str_eq(vlan_ops(), "frr: bridge vni add dev vx-evpn vni 20001-20003\n"
				     "frr: bridge vlan add dev vx-evpn vid 1-3 tunnel_info id 20001-20003\n");
}
END_TEST

START_TEST(a_vni_keeps_its_vlan)
{
	vlans_made();
	tunnel(&actual, 20001)->vid = 9;
	net_sort(&actual);
	desired_adapt(&desired, &actual);
	ck_assert_uint_eq(tunnel(&desired, 20001)->vid, 9);
	ck_assert_uint_eq(tunnel(&desired, 20002)->vid, 2);
	make();
	ck_assert_str_eq(vlan_ops(), "");
}
END_TEST

START_TEST(two_that_have_changed_places_keep_them)
{
	vlans_made();
	tunnel(&actual, 20001)->vid = 2;
	tunnel(&actual, 20002)->vid = 1;
	net_sort(&actual);
	desired_adapt(&desired, &actual);
	ck_assert_uint_eq(tunnel(&desired, 20001)->vid, 2);
	ck_assert_uint_eq(tunnel(&desired, 20002)->vid, 1);
}
END_TEST

/* Another program has deleted the VLAN, but not that of the bridge, which the SVI is on. */
START_TEST(an_svi_says_which_vlan_it_was)
{
	struct net_link *svi;

	vlans_made();
	svi = add(&actual, NET_NS_FRR, NET_KIND_VLAN, "br20002");
	svi->owner = NET_OWNER_OURS;
	svi->parent_ns = NET_NS_FRR;
	svi->vlan = 7;
	net_set_name(svi->parent, NET_SINGLE_BRIDGE);
	/* It takes the place of the VLAN of the VNI. */
	add_vlan(NET_VLAN_SELF, 7, 0);
	*tunnel(&actual, 20002) = actual.vlans[--actual.n_vlans];
	net_sort(&actual);
	desired_adapt(&desired, &actual);
	ck_assert_uint_eq(tunnel(&desired, 20002)->vid, 7);
}
END_TEST

START_TEST(another_programs_vlan_is_not_chosen)
{
	add(&actual, NET_NS_FRR, NET_KIND_BRIDGE, NET_SINGLE_BRIDGE);
	net_sort(&actual);
	add_vlan(NET_VLAN_SELF, 2, 0);
	desired_adapt(&desired, &actual);
	ck_assert_uint_eq(tunnel(&desired, 20001)->vid, 1);
	ck_assert_uint_eq(tunnel(&desired, 20002)->vid, 4);
	ck_assert_uint_eq(tunnel(&desired, 20003)->vid, 3);
}
END_TEST

START_TEST(evpn_conf_decides)
{
	vlans_made();
	l2vnis[2].vlan = 1;
	net_clear(&desired);
	desired_make(&config, &(struct nic_records){ 0 }, &(unsigned int){ 0 }, &desired);
	desired_adapt(&desired, &actual);
	ck_assert_uint_eq(tunnel(&desired, 20003)->vid, 1);
	ck_assert_uint_eq(tunnel(&desired, 20002)->vid, 2);
	ck_assert_uint_ne(tunnel(&desired, 20001)->vid, 1);
}
END_TEST

/* A VNI that cannot be applied is no part of a range. */
START_TEST(a_blocked_vni_is_left_out)
{
	l2vnis[1].host.set = true;
	net_set_name(l2vnis[1].host.interface, "lan0");
	net_set_name(l2vnis[1].host.peer, "pe1");
	net_set_name(l2vnis[1].host.bridge, "br-none");
	net_clear(&desired);
	desired_make(&config, &(struct nic_records){ 0 }, &(unsigned int){ 0 }, &desired);
	make();
	ck_assert_str_eq(vlan_ops(), "frr: bridge vni add dev vx-evpn vni 20001\n"
				     "frr: bridge vni add dev vx-evpn vni 20003\n"
				     "frr: bridge vlan add dev vx-evpn vid 1 tunnel_info id 20001\n"
				     "frr: bridge vlan add dev vx-evpn vid 3 tunnel_info id 20003\n");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("single");

	tcase_add_checked_fixture(tcase, setup, plan_case_teardown);
	tcase_add_test(tcase, a_range_is_one_operation);
	tcase_add_test(tcase, nothing_is_left_to_do);
	tcase_add_test(tcase, what_another_program_deletes_comes_back);
	tcase_add_test(tcase, a_vlan_without_vni_is_another_programs);
	tcase_add_test(tcase, what_is_sent_in_a_vni_is_ours);
	tcase_add_test(tcase, what_is_in_the_way_goes_first);
	tcase_add_test(tcase, with_the_device_all_of_it_comes_anew);
	tcase_add_test(tcase, a_vni_keeps_its_vlan);
	tcase_add_test(tcase, two_that_have_changed_places_keep_them);
	tcase_add_test(tcase, an_svi_says_which_vlan_it_was);
	tcase_add_test(tcase, another_programs_vlan_is_not_chosen);
	tcase_add_test(tcase, evpn_conf_decides);
	tcase_add_test(tcase, a_blocked_vni_is_left_out);
	return unit_run("plan-single", tcase);
}
