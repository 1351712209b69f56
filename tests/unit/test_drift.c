/* SPDX-License-Identifier: Apache-2.0 */
/* test_drift.c - which notifications concern us */
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "run/drift_parts.h"
#include "plan_case.h"
#include "unit.h"
#include "base/util.h"

static struct drift_known known;
static struct nl_msg *msg;

static struct net_link *add_foreign(enum net_ns ns, enum net_kind kind, const char *name, int ifindex)
{
	struct net_link *link = add(&actual, ns, kind, name);

	link->ifindex = ifindex;
	link->ipv6 = false;
	link->mtu = 1500;
	return link;
}

static void learn(void)
{
	net_sort(&actual);
	drift_known_learn(&known, &desired, &actual, "default");
}

/* All of it is made, eth1 moved in. br-lan has index 90. */
static void setup(void)
{
	plan_case_setup_lan();
	all_made();
	for (size_t i = 0; i < actual.n_links; i++)
		if (streq(actual.links[i].name, "lo"))
			actual.links[i].owner = NET_OWNER_FOREIGN;
	add_foreign(NET_NS_HOST, NET_KIND_BRIDGE, "br-lan", 90);
	learn();
}

static void teardown(void)
{
	drift_known_clear(&known);
	plan_case_teardown();
	nlmsg_free(msg);
	msg = NULL;
}

static void begin(int type)
{
	nlmsg_free(msg);
	msg = nlmsg_alloc_simple(type, 0);
	ck_assert_ptr_nonnull(msg);
}

static void put_port(int type, const struct net_link *link)
{
	struct nlattr *port = nla_nest_start(msg, type);

	nla_put_u8(msg, IFLA_BRPORT_STATE, 3);
	nla_put_u8(msg, IFLA_BRPORT_LEARNING, link->port_learning);
	nla_put_u8(msg, IFLA_BRPORT_NEIGH_SUPPRESS, link->neigh_suppress);
	nla_nest_end(msg, port);
}

static void put_info(const struct net_link *link)
{
	struct nlattr *info = nla_nest_start(msg, IFLA_LINKINFO), *data;

	if (link->kind != NET_KIND_OTHER)
		nla_put_string(msg, IFLA_INFO_KIND, net_kind_name(link->kind));
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	if (link->kind == NET_KIND_VRF) {
		nla_put_u32(msg, IFLA_VRF_TABLE, link->table);
	} else if (link->kind == NET_KIND_VXLAN) {
		nla_put_u32(msg, IFLA_VXLAN_ID, link->vni);
		nla_put(msg, IFLA_VXLAN_LOCAL, 4, link->local.bytes);
		nla_put_u16(msg, IFLA_VXLAN_PORT, htons(link->port));
		nla_put_u8(msg, IFLA_VXLAN_LEARNING, link->learning);
		nla_put_u8(msg, IFLA_VXLAN_TTL, link->ttl);
		nla_put_u8(msg, IFLA_VXLAN_TOS, link->tos);
	}
	nla_nest_end(msg, data);
	nla_put_string(msg, IFLA_INFO_SLAVE_KIND, "bridge");
	put_port(IFLA_INFO_SLAVE_DATA, link);
	nla_nest_end(msg, info);
}

static void put_inet6(const struct net_link *link)
{
	struct nlattr *spec = nla_nest_start(msg, IFLA_AF_SPEC), *inet6 = nla_nest_start(msg, AF_INET6);
	int32_t conf[DEVCONF_DISABLE_IPV6 + 2] = { 0 };

	conf[DEVCONF_DISABLE_IPV6] = !link->ipv6;
	nla_put(msg, IFLA_INET6_CONF, sizeof(conf), conf);
	nla_put_u8(msg, IFLA_INET6_ADDR_GEN_MODE, link->addrgen_none ? IN6_ADDR_GEN_MODE_NONE : 0);
	nla_nest_end(msg, inet6);
	nla_nest_end(msg, spec);
}

/* The notification that says `link`, as the kernel words it, with what is of no interest: carrier, operstate. */
static const struct nlmsghdr *say(int type, const struct net_link *link)
{
	struct ifinfomsg ifi = { .ifi_index = link->ifindex, .ifi_flags = link->up ? IFF_UP | IFF_RUNNING : 0 };
	char mark[NET_MARK_SIZE];

	begin(type);
	nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	nla_put_string(msg, IFLA_IFNAME, link->name);
	nla_put_u32(msg, IFLA_MTU, link->mtu);
	nla_put(msg, IFLA_ADDRESS, 6, link->mac);
	nla_put_u8(msg, IFLA_OPERSTATE, (uint8_t)rand());
	nla_put_u32(msg, IFLA_CARRIER_CHANGES, (uint32_t)rand());
	if (net_is_ours(link))
		nla_put_string(msg, IFLA_IFALIAS, net_mark("default", mark));
	if (link->owner == NET_OWNER_OURS)
		nla_put_u32(msg, IFLA_GROUP, net_birth_group("default"));
	for (size_t i = 0; link->master[0] && i < actual.n_links; i++)
		if (actual.links[i].ns == link->ns && streq(actual.links[i].name, link->master))
			nla_put_u32(msg, IFLA_MASTER, (uint32_t)actual.links[i].ifindex);
	put_info(link);
	put_inet6(link);
	return nlmsg_hdr(msg);
}

static bool concerns_link(int type, const struct net_link *link)
{
	return drift_concerns(&known, link->ns, say(type, link));
}

START_TEST(what_says_nothing_new_is_passed_over)
{
	for (size_t i = 0; i < actual.n_links; i++)
		ck_assert_msg(!concerns_link(RTM_NEWLINK, &actual.links[i]), "%s", actual.links[i].name);
}
END_TEST

/* One change for each thing that a plan looks at. */
static void change(struct net_link *link, int what)
{
	switch (what) {
	case 0:
		link->up = !link->up;
		break;
	case 1:
		link->mtu++;
		break;
	case 2:
		link->mac[5]++;
		break;
	case 3:
		link->owner = NET_OWNER_FOREIGN;
		break;
	case 4:
		link->addrgen_none = !link->addrgen_none;
		break;
	case 5:
		link->ipv6 = !link->ipv6;
		break;
	case 6:
		link->neigh_suppress = !link->neigh_suppress;
		break;
	case 7:
		link->port_learning = !link->port_learning;
		break;
	case 8:
		link->master[0] = '\0';
		break;
	case 9:
		net_set_name(link->master, "br110");
		break;
	case 10:
		link->local.bytes[3]++;
		break;
	case 11:
		link->ifindex = 77; /* made anew */
		break;
	case 12:
		net_set_name(link->name, "gone"); /* renamed */
		break;
	case 13:
		link->ttl++;
		break;
	case 14:
		link->tos += 4;
		break;
	}
}

START_TEST(each_change_concerns)
{
	struct net_link link = *link_of(&actual, NET_NS_FRR, "vni100");

	change(&link, _i);
	ck_assert(concerns_link(RTM_NEWLINK, &link));
}
END_TEST

START_TEST(links_that_go)
{
	struct net_link stranger = { .ns = NET_NS_FRR, .name = "veth7", .ifindex = 70 };

	ck_assert(concerns_link(RTM_DELLINK, link_of(&actual, NET_NS_FRR, "vni100")));
	ck_assert(concerns_link(RTM_DELLINK, link_of(&actual, NET_NS_HOST, "lan0")));
	ck_assert(concerns_link(RTM_DELLINK, link_of(&actual, NET_NS_HOST, "br-lan")));
	ck_assert(!concerns_link(RTM_DELLINK, &stranger));
	/* The same index in the other namespace is another link. */
	stranger.ns = NET_NS_HOST;
	stranger.ifindex = link_of(&actual, NET_NS_FRR, "vni100")->ifindex;
	ck_assert(!concerns_link(RTM_DELLINK, &stranger));
}
END_TEST

START_TEST(strangers)
{
	struct net_link link = { .ns = NET_NS_HOST, .name = "veth7", .ifindex = 70, .mtu = 1500, .up = true };

	ck_assert(!concerns_link(RTM_NEWLINK, &link));
	net_set_name(link.name, "eth1");
	ck_assert_msg(concerns_link(RTM_NEWLINK, &link), "the NIC's name on the host");
	link.ns = NET_NS_FRR;
	net_set_name(link.name, "vni100");
	ck_assert_msg(concerns_link(RTM_NEWLINK, &link), "a wanted name, another index");
	/* Of the host's bridge only its being there counts. */
	link = *link_of(&actual, NET_NS_HOST, "br-lan");
	link.mtu = 1400;
	link.up = !link.up;
	ck_assert(!concerns_link(RTM_NEWLINK, &link));
}
END_TEST

START_TEST(obstacles)
{
	struct net_link *link = link_of(&actual, NET_NS_FRR, "br110");

	link->owner = NET_OWNER_FOREIGN;
	learn();
	link = link_of(&actual, NET_NS_FRR, "br110");
	link->mtu++;
	ck_assert_msg(!concerns_link(RTM_NEWLINK, link), "a stranger's own affairs");
	ck_assert(concerns_link(RTM_DELLINK, link));
	net_set_name(link->name, "other");
	ck_assert(concerns_link(RTM_NEWLINK, link));
}
END_TEST

START_TEST(what_is_waited_for)
{
	struct net_link nic = *link_of(&actual, NET_NS_FRR, "eth1"), bridge = *link_of(&actual, NET_NS_HOST, "br-lan");
	size_t n = 0;

	for (size_t i = 0; i < actual.n_links; i++)
		if (!streq(actual.links[i].name, "eth1") && !streq(actual.links[i].name, "br-lan"))
			actual.links[n++] = actual.links[i];
	actual.n_links = n;
	learn();
	nic.ns = NET_NS_HOST;
	ck_assert(concerns_link(RTM_NEWLINK, &nic));
	ck_assert(concerns_link(RTM_NEWLINK, &bridge));
}
END_TEST

START_TEST(what_is_no_longer_wanted)
{
	struct net_link *old = add_foreign(NET_NS_FRR, NET_KIND_BRIDGE, "br900", 900);

	old->owner = NET_OWNER_OURS;
	learn();
	ck_assert(concerns_link(RTM_DELLINK, link_of(&actual, NET_NS_FRR, "br900")));
}
END_TEST

/* A bridge's word on its port. */
static bool concerns_port(int type, const struct net_link *link)
{
	struct ifinfomsg ifi = { .ifi_family = AF_BRIDGE, .ifi_index = link->ifindex };

	begin(type);
	nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	nla_put_string(msg, IFLA_IFNAME, link->name);
	put_port(IFLA_PROTINFO | NLA_F_NESTED, link);
	return drift_concerns(&known, link->ns, nlmsg_hdr(msg));
}

START_TEST(bridge_ports)
{
	struct net_link link = *link_of(&actual, NET_NS_FRR, "vni100");
	struct net_link stranger = { .ns = NET_NS_FRR, .ifindex = 70 };

	ck_assert(!concerns_port(RTM_NEWLINK, &link));
	ck_assert(!concerns_port(RTM_DELLINK, &stranger));
	ck_assert(concerns_port(RTM_DELLINK, &link));
	link.neigh_suppress = false;
	ck_assert(concerns_port(RTM_NEWLINK, &link));
	link.neigh_suppress = link.port_learning = true;
	ck_assert(concerns_port(RTM_NEWLINK, &link));
}
END_TEST

static bool concerns_addr(int type, enum net_ns ns, int ifindex, const char *text, uint8_t scope)
{
	struct ipaddr ip;

	set_ip(&ip, text);
	struct ifaddrmsg ifa = { .ifa_family = ip.family,
				 .ifa_prefixlen = ip.prefixlen,
				 .ifa_scope = scope,
				 .ifa_index = (unsigned int)ifindex };
	begin(type);
	nlmsg_append(msg, &ifa, sizeof(ifa), NLMSG_ALIGNTO);
	nla_put(msg, ip.family == AF_INET ? IFA_LOCAL : IFA_ADDRESS, (int)ipaddr_size(&ip), ip.bytes);
	return drift_concerns(&known, ns, nlmsg_hdr(msg));
}

START_TEST(addresses)
{
	int lo = link_of(&actual, NET_NS_FRR, "lo")->ifindex;

	ck_assert(concerns_addr(RTM_DELADDR, NET_NS_FRR, lo, "100.65.0.2/32", 0));
	ck_assert(!concerns_addr(RTM_NEWADDR, NET_NS_FRR, lo, "100.65.0.2/32", 0));
	ck_assert(!concerns_addr(RTM_DELADDR, NET_NS_FRR, lo, "100.65.0.3/32", 0));
	ck_assert(concerns_addr(RTM_NEWADDR, NET_NS_FRR, lo, "100.65.0.3/32", 0));
	ck_assert_msg(!concerns_addr(RTM_NEWADDR, NET_NS_FRR, lo, "fe80::1/64", RT_SCOPE_LINK), "link-local");
	ck_assert_msg(!concerns_addr(RTM_NEWADDR, NET_NS_FRR, 70, "192.0.2.1/24", 0), "a stranger's");
	ck_assert_msg(!concerns_addr(RTM_NEWADDR, NET_NS_HOST, 90, "192.0.2.1/24", 0), "the host's own bridge");
}
END_TEST

static bool concerns_netconf(int ifindex)
{
	struct netconfmsg ncm = { .ncm_family = AF_INET };

	begin(RTM_NEWNETCONF);
	nlmsg_append(msg, &ncm, sizeof(ncm), NLMSG_ALIGNTO);
	nla_put_u32(msg, NETCONFA_IFINDEX, (uint32_t)ifindex);
	return drift_concerns(&known, NET_NS_FRR, nlmsg_hdr(msg));
}

START_TEST(other_messages)
{
	ck_assert(concerns_netconf(NETCONFA_IFINDEX_ALL));
	ck_assert(concerns_netconf(link_of(&actual, NET_NS_FRR, "eth1")->ifindex));
	ck_assert(!concerns_netconf(70));
	ck_assert(!concerns_netconf(NETCONFA_IFINDEX_DEFAULT));
	begin(RTM_DELROUTE);
	ck_assert(drift_concerns(&known, NET_NS_FRR, nlmsg_hdr(msg)));
	begin(RTM_NEWNEIGH);
	ck_assert(!drift_concerns(&known, NET_NS_FRR, nlmsg_hdr(msg)));
	/* Cut short. */
	begin(RTM_NEWLINK);
	ck_assert(!drift_concerns(&known, NET_NS_FRR, nlmsg_hdr(msg)));
	begin(RTM_DELADDR);
	ck_assert(!drift_concerns(&known, NET_NS_FRR, nlmsg_hdr(msg)));
}
END_TEST

static void note(const struct drift_item *item, bool came, void *arg)
{
	strcat(strcat(arg, came ? "+" : "-"), item->text);
}

START_TEST(left_is_compared)
{
	struct drift_left before = { 0 }, now = { 0 };
	char text[PLAN_OP_SIZE * 2] = "";

	plan_make(&desired, &actual, &plan);
	ck_assert_uint_eq(plan.n_problems, 0);
	drift_left_from_plan(&desired, &plan, &before);
	ck_assert_uint_eq(drift_left_compare(&before, &before, note, text), 0);
	plan_clear(&plan);
	link_of(&actual, NET_NS_FRR, "vni110")->up = false;
	plan_make(&desired, &actual, &plan);
	drift_left_from_plan(&desired, &plan, &now);
	ck_assert_uint_eq(drift_left_compare(&before, &now, note, text), 1);
	ck_assert_uint_eq(drift_left_compare(&now, &before, note, text), 1);
	ck_assert_str_eq(text, "+frr: link set vni110 up-frr: link set vni110 up");
	drift_left_clear(&before);
	drift_left_clear(&now);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("drift");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, what_says_nothing_new_is_passed_over);
	tcase_add_loop_test(tcase, each_change_concerns, 0, 15);
	tcase_add_test(tcase, links_that_go);
	tcase_add_test(tcase, strangers);
	tcase_add_test(tcase, obstacles);
	tcase_add_test(tcase, what_is_waited_for);
	tcase_add_test(tcase, what_is_no_longer_wanted);
	tcase_add_test(tcase, bridge_ports);
	tcase_add_test(tcase, addresses);
	tcase_add_test(tcase, other_messages);
	tcase_add_test(tcase, left_is_compared);
	return unit_run("drift", tcase);
}
