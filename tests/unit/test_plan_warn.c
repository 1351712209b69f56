/* SPDX-License-Identifier: Apache-2.0 */
/* test_plan_warn.c - MTUs that do not fit to each other are warned of, each VNI once, and only those; and a kernel that cannot relay */
#include "base/util.h"
#include "plan_case.h"
#include "unit.h"

static char **lines;
static size_t n_lines;

static void teardown(void)
{
	util_free_strings(lines, n_lines);
	lines = NULL;
	n_lines = 0;
	plan_case_teardown();
}

/* NULL: no warning. */
static void expect(const char *want)
{
	util_free_strings(lines, n_lines);
	net_sort(&actual);
	lines = plan_warnings(&desired, &actual, &n_lines);
	ck_assert_msg(n_lines == (want != NULL), "want %s, got %zu: %s", want ? want : "none", n_lines,
		      n_lines ? lines[0] : "");
	ck_assert_msg(!want || strstr(lines[0], want), "want %s, got %s", want, lines[0]);
}

static struct net_link *add_port(const char *bridge, const char *name, unsigned int mtu)
{
	struct net_link *port = add(&actual, NET_NS_HOST, NET_KIND_OTHER, name);

	net_set_name(port->master, bridge);
	port->mtu = mtu;
	return port;
}

START_TEST(what_fits_is_not_warned_of)
{
	add(&actual, NET_NS_HOST, NET_KIND_BRIDGE, "br-lan")->mtu = 1450;
	add_port("br-lan", "tap0", 1450);
	add_port("br-other", "tap1", 9000);
	expect(NULL);
}
END_TEST

START_TEST(a_port_of_the_bridge_is_larger)
{
	add(&actual, NET_NS_HOST, NET_KIND_BRIDGE, "br-lan")->mtu = 1400;
	add_port("br-lan", "tap0", 1400);
	add_port("br-lan", "tap1", 9000);
	add_port("br-lan", "tap2", 1500);
	expect("vni 110: tap1, a port of br-lan has MTU 9000, the VNI 1450");
}
END_TEST

START_TEST(ports_of_evpnd_do_not_count)
{
	add(&actual, NET_NS_HOST, NET_KIND_BRIDGE, "br-lan")->mtu = 1450;
	add_port("br-lan", "lan7", 1500)->owner = NET_OWNER_OURS;
	add_port("br-lan", "lan8", 1500)->owner = NET_OWNER_OURS;
	expect(NULL);
}
END_TEST

START_TEST(ports_of_open_vswitch_do_not_count)
{
	add_port("br-lan", "tap0", 1500)->ovs = true;
	expect(NULL);
}
END_TEST

START_TEST(the_bridge_itself_is_larger)
{
	add(&actual, NET_NS_HOST, NET_KIND_BRIDGE, "br-lan")->mtu = 1500;
	expect("vni 110: br-lan has MTU 1500, the VNI 1450");
	/* The end on the host has the MTU of the bridge then. */
	add_port("br-lan", "lan0", 1500)->owner = NET_OWNER_OURS;
	expect("vni 110: br-lan has MTU 1500, the VNI 1450");
}
END_TEST

START_TEST(the_underlay_is_smaller)
{
	link_of(&desired, NET_NS_FRR, "vni110")->mtu = 1451;
	expect("vni 110: its mtu, 1451, and 50 bytes of VXLAN are more than the MTU of eth1, 1500");
	ck_assert_ptr_nonnull(strstr(lines[0], "set the MTU of eth1 to 1501, or remove `mtu'"));
	link_of(&desired, NET_NS_FRR, "eth1")->mtu = 1501;
	expect(NULL);
	set_ip(&link_of(&desired, NET_NS_FRR, "vni110")->local, "2001:db8::1");
	expect("1451, and 70 bytes of VXLAN are more than the MTU of eth1, 1501");
	/* Unknown: the NIC is not there yet. */
	link_of(&desired, NET_NS_FRR, "eth1")->want &= ~(net_attr_set)NET_LINK_MTU;
	expect(NULL);
}
END_TEST

START_TEST(the_kernel_cannot_relay_gratuitous_arp)
{
	actual.no_relay = true;
	desired_adapt(&desired, &actual);
	expect("vni 110: this kernel lacks what sends gratuitous ARP to other VTEPs");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("warnings");

	tcase_add_checked_fixture(tcase, plan_case_setup_lan, teardown);
	tcase_add_test(tcase, what_fits_is_not_warned_of);
	tcase_add_test(tcase, a_port_of_the_bridge_is_larger);
	tcase_add_test(tcase, ports_of_evpnd_do_not_count);
	tcase_add_test(tcase, ports_of_open_vswitch_do_not_count);
	tcase_add_test(tcase, the_bridge_itself_is_larger);
	tcase_add_test(tcase, the_underlay_is_smaller);
	tcase_add_test(tcase, the_kernel_cannot_relay_gratuitous_arp);
	return unit_run("plan warnings", tcase);
}
