/* SPDX-License-Identifier: Apache-2.0 */
/* test_plan_host.c - the VNIs' ends on the host: whose they are, where they are, and what keeps tenants out; rules */
#include <sys/socket.h>

#include "base/util.h"
#include "plan_case.h"
#include "unit.h"

static struct config_l2vni l2;

/* Plans for `l2` as it is. */
static void restart(void)
{
	static struct config_nic nic = { .name = "eth1", .inner = "eth1" };
	struct config config = { .underlay = { .nics = &nic, .n_nics = 1 }, .l2vnis = &l2, .n_l2vnis = 1 };

	set_ip(&config.underlay.vtep, "100.65.0.2");
	plan_case_start(&config);
	net_sort(&desired);
}

static void start(const struct config_host *host)
{
	l2 = (struct config_l2vni){ .vni = 110, .host = *host };
	l2.host.set = true;
	net_set_name(l2.host.interface, "lan0");
	net_set_name(l2.host.peer, "pe110");
	restart();
}

static void setup(void)
{
	start(&(struct config_host){ 0 });
}

static struct net_link *end(void)
{
	return actual_link(NET_NS_HOST, "lan0");
}

START_TEST(its_user_may_put_it_into_a_master)
{
	all_made();
	net_set_name(end()->master, "br-x");
	end()->mac[5] ^= 1;
	make();
	ck_assert_uint_eq(plan.n_ops, 0);
	/* But not set it down. */
	end()->up = false;
	plan_clear(&plan);
	make();
	ck_assert_uint_eq(plan.n_ops, 1);
	ck_assert_uint_eq(plan.ops[0].attrs, NET_LINK_UP);
}
END_TEST

START_TEST(the_former_configuration_put_it_there)
{
	struct net_link *want = link_of(&desired, NET_NS_HOST, "lan0");

	all_made();
	net_set_name(end()->master, "br-x");
	desired_end_mac(want->mac_seed, "br-x", end()->mac);
	plan_clear(&plan);
	make();
	ck_assert_uint_eq(plan.n_ops, 1);
	ck_assert_uint_eq(plan.ops[0].attrs, NET_LINK_MASTER | NET_LINK_MAC);
}
END_TEST

static void lend(void)
{
	struct net_link *inner;

	all_made();
	inner = actual_link(NET_NS_FRR, "pe110");
	inner->elsewhere = true;
	inner->peer[0] = '\0';
	end()->owner = NET_OWNER_FOREIGN;
	net_set_name(end()->name, "zzz");
}

START_TEST(another_namespace_has_it)
{
	lend();
	make();
	ck_assert_uint_eq(plan.n_ops, 0);
	actual_link(NET_NS_FRR, "pe110")->master[0] = '\0';
	plan_clear(&plan);
	make();
	ck_assert_uint_eq(plan.n_ops, 1);
	ck_assert_uint_eq(plan.ops[0].attrs, NET_LINK_MASTER);
}
END_TEST

START_TEST(its_addresses_wait_for_it)
{
	struct ipaddr ip[2];

	set_ip(&ip[0], "10.0.0.1/24");
	set_ip(&ip[1], "2001:db8::1/64");
	start(&(struct config_host){ .addresses = ip, .n_addresses = 2 });
	lend();
	actual.n_addrs = 0;
	make();
	ck_assert(!touches("lan0"));
}
END_TEST

START_TEST(one_with_a_bridge_is_not_lent)
{
	start(&(struct config_host){ .bridge = "br-lan" });
	lend();
	add(&actual, NET_NS_HOST, NET_KIND_BRIDGE, "br-lan");
	plan_clear(&plan);
	make();
	ck_assert_uint_lt(find_op(OP_LINK_DELETE, "pe110"), find_op(OP_LINK_CREATE, "lan0"));
}
END_TEST

START_TEST(a_bridge_of_the_host_keeps_its_mtu)
{
	const struct net_link *want;
	struct net_link *bridge, *port;

	start(&(struct config_host){ .bridge = "br-lan" });
	want = link_of(&desired, NET_NS_HOST, "lan0");
	ck_assert_uint_eq(want->mac[0], 0xfe);
	ck_assert_uint_eq(want->mac[1], 0xff);
	bridge = add(&actual, NET_NS_HOST, NET_KIND_BRIDGE, "br-lan");
	bridge->mtu = 1400;
	net_sort(&actual);
	desired_adapt(&desired, &actual);
	ck_assert_uint_eq(want->mtu, 1450);
	actual_link(NET_NS_HOST, "br-lan")->mtu = 1500;
	desired_adapt(&desired, &actual);
	ck_assert_uint_eq(want->mtu, 1500);
	/* It has been lowered by the end of an evpnd that did not know better. */
	port = add(&actual, NET_NS_HOST, NET_KIND_OTHER, "tap0");
	port->mtu = 9000;
	net_set_name(port->master, "br-lan");
	net_sort(&actual);
	desired_adapt(&desired, &actual);
	ck_assert_uint_eq(want->mtu, 9000);
	ck_assert_uint_eq(want->peer_mtu, 1450);
	ck_assert_uint_eq(link_of(&desired, NET_NS_FRR, "pe110")->mtu, 1450);
}
END_TEST

START_TEST(a_bridge_may_be_called_by_an_alternative_name)
{
	const struct net_link *want;
	uint8_t mac[6];

	start(&(struct config_host){ .bridge = "lan-office" });
	add(&actual, NET_NS_HOST, NET_KIND_BRIDGE, "br0")->altnames = xstrdup("brOffice lan-office ");
	net_sort(&actual);
	desired_adapt(&desired, &actual);
	want = link_of(&desired, NET_NS_HOST, "lan0");
	ck_assert_str_eq(want->master, "br0");
	ck_assert_str_eq(want->joins, "br0");
	desired_end_mac(want->mac_seed, "br0", mac);
	ck_assert_mem_eq(want->mac, mac, 6);
	make();
	/* That of the missing NIC. */
	ck_assert_uint_eq(plan.n_problems, 1);
	ck_assert(strstr(plan.problems[0].text, "eth1"));
}
END_TEST

START_TEST(a_bridge_with_an_address_of_others_is_not_sealed)
{
	struct net_addr addr = { .ns = NET_NS_FRR, .link = "br110" };

	all_made();
	ck_assert(actual_link(NET_NS_FRR, "br110")->seals == NET_SEAL_IPV4);
	set_ip(&addr.ip, "2001:db8::1/64");
	*(struct net_addr *)util_append(&actual.addrs, &actual.n_addrs, sizeof(addr)) = addr;
	net_sort(&actual);
	desired_adapt(&desired, &actual);
	ck_assert(link_of(&desired, NET_NS_FRR, "br110")->seals == NET_SEAL_IPV4);
	set_ip(&addr.ip, "10.20.0.1/24");
	*(struct net_addr *)util_append(&actual.addrs, &actual.n_addrs, sizeof(addr)) = addr;
	net_sort(&actual);
	desired_adapt(&desired, &actual);
	make();
	ck_assert_uint_eq(plan.n_ops, 1);
	ck_assert_int_eq(plan.ops[0].type, OP_LINK_SEAL);
	ck_assert(!plan.ops[0].link->seals);
}
END_TEST

START_TEST(gratuitous_arp_is_relayed_to_the_vxlan_that_is_there)
{
	struct net_link *inner;

	l2.arp_suppression = true;
	restart();
	all_made();
	inner = actual_link(NET_NS_FRR, "pe110");
	ck_assert_str_eq(inner->relay, "vni110");
	/* The former one goes, and with it what mirrors to it. */
	actual_link(NET_NS_FRR, "vni110")->port = 8472;
	make();
	ck_assert_uint_ne(find_op(OP_LINK_FILTER, "pe110"), SIZE_MAX);
	ck_assert_uint_lt(find_op(OP_LINK_CREATE, "vni110"), find_op(OP_LINK_FILTER, "pe110"));
	actual_link(NET_NS_FRR, "vni110")->port = 0;
	inner->relay[0] = '\0';
	plan_clear(&plan);
	make();
	ck_assert_uint_eq(plan.n_ops, 1);
	ck_assert_int_eq(plan.ops[0].type, OP_LINK_FILTER);
	/* Not if the kernel cannot. */
	actual.no_relay = true;
	desired_adapt(&desired, &actual);
	plan_clear(&plan);
	make();
	ck_assert_uint_eq(plan.n_ops, 0);
}
END_TEST

START_TEST(a_port_is_in_one_vlan)
{
	start(&(struct config_host){ .bridge = "br-lan", .vlan = 10 });
	all_made();
	add(&actual, NET_NS_HOST, NET_KIND_BRIDGE, "br-lan");
	make();
	ck_assert_uint_eq(plan.n_ops, 0);
	end()->pvid = NET_PVID_OTHER;
	plan_clear(&plan);
	make();
	ck_assert_uint_eq(plan.n_ops, 1);
	ck_assert_int_eq(plan.ops[0].type, OP_LINK_VLAN);
	/* What it had in another bridge it has not in this one. */
	end()->pvid = 10;
	net_set_name(end()->master, "br-x");
	plan_clear(&plan);
	make();
	ck_assert_uint_lt(find_op(OP_LINK_SET, "lan0"), find_op(OP_LINK_VLAN, "lan0"));
}
END_TEST

START_TEST(a_new_port_is_in_its_vlan_before_it_is_up)
{
	start(&(struct config_host){ .bridge = "br-lan", .vlan = 10 });
	add(&actual, NET_NS_HOST, NET_KIND_BRIDGE, "br-lan");
	add(&actual, NET_NS_HOST, NET_KIND_OTHER, "eth1");
	plan_clear(&plan);
	make();
	ck_assert_uint_lt(find_op(OP_LINK_CREATE, "lan0"), find_op(OP_LINK_VLAN, "lan0"));
	ck_assert_uint_lt(find_op(OP_LINK_VLAN, "lan0"), find_op(OP_LINK_SET, "lan0"));
	/* And shut. */
	ck_assert_uint_lt(find_op(OP_LINK_IPV6, "lan0"), find_op(OP_LINK_SET, "lan0"));
}
END_TEST

static struct net_sysctl *filter_of(struct net *net)
{
	for (size_t i = 0; i < net->n_sysctls; i++)
		if (streq(net->sysctls[i].key, "net/ipv4/conf/lan0/rp_filter"))
			return &net->sysctls[i];
	ck_abort_msg("no rp_filter");
	return NULL;
}

START_TEST(rp_filter_is_the_hosts_with_the_first_address)
{
	struct ipaddr ip;

	set_ip(&ip, "10.0.0.1/24");
	start(&(struct config_host){ .addresses = &ip, .n_addresses = 1 });
	memcpy(filter_of(&desired)->value, "2", 2);
	all_made();
	/* It has its address: what somebody sets is left alone. */
	memcpy(filter_of(&actual)->value, "0", 2);
	make();
	ck_assert_uint_eq(plan.n_ops, 0);
	actual.n_addrs = 0;
	for (size_t i = 0; i < desired.n_addrs; i++)
		if (desired.addrs[i].ns == NET_NS_FRR)
			*(struct net_addr *)util_append(&actual.addrs, &actual.n_addrs,
							sizeof(struct net_addr)) = desired.addrs[i];
	plan_clear(&plan);
	make();
	ck_assert_uint_eq(plan.n_ops, 2);
	ck_assert_ptr_eq(plan.ops[0].sysctl, filter_of(&desired));
	ck_assert_int_eq(plan.ops[1].type, OP_ADDR_ADD);
}
END_TEST

static void want_rules(void)
{
	for (int i = 0; i < 2; i++)
		*(struct net_rule *)util_append(&desired.rules, &desired.n_rules, sizeof(struct net_rule)) =
			(struct net_rule){ .family = i ? AF_INET6 : AF_INET, .pref = NET_LOCAL_LAST, .ours = true };
}

static struct net_rule *have_rule(uint8_t family, uint32_t pref, bool ours)
{
	struct net_rule *rule = util_append(&actual.rules, &actual.n_rules, sizeof(*rule));

	*rule = (struct net_rule){ .family = family, .pref = pref, .ours = ours };
	return rule;
}

/* The operations on rules, as "+32765 -0". */
static const char *rule_ops(uint8_t family)
{
	static char text[64];
	size_t len = 0;

	plan_clear(&plan);
	make();
	text[0] = '\0';
	for (size_t i = 0; i < plan.n_ops; i++)
		if (plan.ops[i].rule && plan.ops[i].rule->family == family)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%c%u ",
						plan.ops[i].type == OP_RULE_ADD ? '+' : '-', plan.ops[i].rule->pref);
	return text;
}

START_TEST(the_local_rule_moves_and_comes_back)
{
	all_made();
	have_rule(AF_INET, NET_LOCAL_FIRST, false);
	have_rule(AF_INET6, NET_LOCAL_FIRST, false);
	ck_assert_str_eq(rule_ops(AF_INET), "");
	want_rules();
	ck_assert_str_eq(rule_ops(AF_INET), "+32765 -0 ");
	ck_assert_str_eq(rule_ops(AF_INET6), "+32765 -0 ");
	actual.n_rules = 0;
	have_rule(AF_INET, NET_LOCAL_LAST, true);
	/* Killed between the two. */
	have_rule(AF_INET6, NET_LOCAL_FIRST, false);
	have_rule(AF_INET6, NET_LOCAL_LAST, true);
	ck_assert_str_eq(rule_ops(AF_INET), "");
	ck_assert_str_eq(rule_ops(AF_INET6), "-0 ");
	desired.n_rules = 0;
	ck_assert_str_eq(rule_ops(AF_INET), "+0 -32765 ");
	ck_assert_str_eq(rule_ops(AF_INET6), "-32765 ");
	ck_assert_int_eq(plan.ops[0].stage, PLAN_PRUNE);
}
END_TEST

START_TEST(another_program_has_moved_it)
{
	all_made();
	have_rule(AF_INET, 2000, false);
	have_rule(AF_INET6, 500, false);
	want_rules();
	ck_assert_str_eq(rule_ops(AF_INET), "");
	ck_assert_str_eq(rule_ops(AF_INET6), "+32765 ");
	desired.n_rules = 0;
	ck_assert_str_eq(rule_ops(AF_INET), "");
}
END_TEST

START_TEST(no_rules_of_ipv6_without_it)
{
	all_made();
	actual.no_ipv6[NET_NS_FRR] = true;
	want_rules();
	ck_assert_str_eq(rule_ops(AF_INET6), "");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("plan of the host's ends");

	tcase_add_checked_fixture(tcase, setup, plan_case_teardown);
	tcase_add_test(tcase, its_user_may_put_it_into_a_master);
	tcase_add_test(tcase, the_former_configuration_put_it_there);
	tcase_add_test(tcase, another_namespace_has_it);
	tcase_add_test(tcase, its_addresses_wait_for_it);
	tcase_add_test(tcase, one_with_a_bridge_is_not_lent);
	tcase_add_test(tcase, a_bridge_of_the_host_keeps_its_mtu);
	tcase_add_test(tcase, a_bridge_may_be_called_by_an_alternative_name);
	tcase_add_test(tcase, a_bridge_with_an_address_of_others_is_not_sealed);
	tcase_add_test(tcase, gratuitous_arp_is_relayed_to_the_vxlan_that_is_there);
	tcase_add_test(tcase, a_port_is_in_one_vlan);
	tcase_add_test(tcase, a_new_port_is_in_its_vlan_before_it_is_up);
	tcase_add_test(tcase, rp_filter_is_the_hosts_with_the_first_address);
	tcase_add_test(tcase, the_local_rule_moves_and_comes_back);
	tcase_add_test(tcase, another_program_has_moved_it);
	tcase_add_test(tcase, no_rules_of_ipv6_without_it);
	return unit_run("plan of the host's ends", tcase);
}
