/* SPDX-License-Identifier: Apache-2.0 */
/* test_link_attr.c - each attribute is read from a message as it was written into it; the tables have no holes */
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <sys/socket.h>

#include "kernel/link_attr.h"
#include "unit.h"
#include "base/util.h"

static const struct net_link sample = {
	.name = "sample",
	.owner = NET_OWNER_OURS,
	.mtu = 1450,
	.mac = { 2, 1, 2, 3, 4, 5 },
	.addrgen_none = true,
	.up = true,
	.neigh_suppress = true,
	.port_learning = true,
	.table = 1100,
	.vni = 110,
	.local = { .family = AF_INET6, .prefixlen = 128, .bytes = { 0x20, 1, 0xd, 0xb8 } },
	.port = 4789,
	.learning = true,
	.zero_csum6_rx = true,
	.ttl_inherit = true,
	.ttl = 8,
	.tos = 40,
	.df = NET_DF_INHERIT,
	.vlan = 7,
	.pvid = 10,
	.seals = NET_SEAL_IPV4,
	.max_macs = 100,
	.filters = true,
	.no_pvid = true,
	.vlan_tunnel = true,
	.relay = "vni110",
	.limits.rates[NET_LIMIT_MULTICAST] = { 1000, true },
};

/* Those that stand in a message by an index, or that the kernel takes by a sysctl or other messages only. */
#define NOT_IN_MESSAGE                                                                                           \
	(NET_LINK_PVID | NET_LINK_SEALS | NET_LINK_LIMITS | NET_LINK_RELAY | NET_LINK_MASTER | NET_LINK_PARENT | \
	 NET_LINK_PEER | NET_LINK_IPV6)

static void put_nest(struct link_out *out, net_attr_set attrs, int kind_type, const char *kind, int data_type,
		     enum link_level level)
{
	struct nlattr *data;

	nla_put_string(out->msg, kind_type, kind);
	data = nla_nest_start(out->msg, data_type);
	ck_assert_int_eq(link_attr_put(out, attrs, level), 0);
	nla_nest_end(out->msg, data);
}

static void write_and_read(enum net_kind kind, struct net_link *ret_link, struct read_raw *raw)
{
	const struct apply apply = { .instance = "default" };
	const net_attr_set attrs = (NET_LINK_COMMON | net_kinds[kind].attrs) & ~(net_attr_set)NOT_IN_MESSAGE;
	struct ifinfomsg ifi = { .ifi_index = 3 };
	struct read_ident ident = { .birth_group = net_birth_group("default"),
				    .leaving_group = net_leaving_group("default") };
	struct link_out out = { .apply = &apply, .link = &sample, .msg = rtnl_message(RTM_NEWLINK, 0) };
	struct nlattr *info;

	net_mark("default", ident.mark);
	nlmsg_append(out.msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	nla_put_string(out.msg, IFLA_IFNAME, sample.name);
	ck_assert_int_eq(link_attr_put(&out, attrs, LINK_LEVEL_TOP), 0);
	info = nla_nest_start(out.msg, IFLA_LINKINFO);
	put_nest(&out, attrs, IFLA_INFO_KIND, net_kind_name(kind), IFLA_INFO_DATA, LINK_LEVEL_DATA);
	put_nest(&out, attrs, IFLA_INFO_SLAVE_KIND, "bridge", IFLA_INFO_SLAVE_DATA, LINK_LEVEL_PORT);
	nla_nest_end(out.msg, info);
	ck_assert(read_parse_link(nlmsg_hdr(out.msg), &ident, ret_link, raw));
	nlmsg_free(out.msg);
	ck_assert_uint_eq(net_link_differences(&sample, ret_link, attrs), 0);
}

START_TEST(what_is_written_is_read)
{
	enum net_kind kind = (enum net_kind)_i;
	struct net_link link;
	struct read_raw raw;

	write_and_read(kind, &link, &raw);
	ck_assert_int_eq(link.kind, kind);
	ck_assert_int_eq(link.ifindex, 3);
	ck_assert_str_eq(link.name, "sample");
	ck_assert(raw.has_inet6);
}
END_TEST

START_TEST(each_difference_is_found)
{
	struct net_link other = { .owner = NET_OWNER_NIC,
				  .master = "br0",
				  .parent = "eth0",
				  .peer = "frr1",
				  .ipv6 = true,
				  .isolated = true,
				  .hairpin = true,
				  .bpdu_guard = true,
				  .external = true,
				  .stp = 1 };

	ck_assert_uint_eq(net_link_differences(&sample, &other, NET_LINK_COMMON | NET_LINK_KIND | NET_LINK_DATA),
			  NET_LINK_COMMON | NET_LINK_KIND | NET_LINK_DATA);
	ck_assert_uint_eq(net_link_differences(&sample, &sample, NET_LINK_COMMON | NET_LINK_KIND | NET_LINK_DATA), 0);
	/* The same name in another namespace is another link. */
	net_copy_link(&other, &sample);
	other.peer_ns = NET_NS_FRR;
	ck_assert_uint_eq(net_link_differences(&sample, &other, NET_LINK_COMMON | NET_LINK_KIND | NET_LINK_DATA),
			  NET_LINK_PEER);
}
END_TEST

/* One that takes VNIs by a filter has none of its own. */
START_TEST(a_single_device_says_so)
{
	const struct apply apply = { .instance = "default" };
	const net_attr_set attrs = NET_LINK_EXTERNAL | NET_LINK_VNI | NET_LINK_DSTPORT;
	const struct net_link want = { .name = "vx-evpn", .kind = NET_KIND_VXLAN, .external = true, .port = 4789 };
	struct link_out out = { .apply = &apply, .link = &want, .msg = rtnl_message(RTM_NEWLINK, 0) };
	struct ifinfomsg ifi = { .ifi_index = 3 };
	const struct read_ident ident = { 0 };
	struct net_link link;
	struct read_raw raw;
	struct nlattr *info;

	nlmsg_append(out.msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	nla_put_string(out.msg, IFLA_IFNAME, want.name);
	info = nla_nest_start(out.msg, IFLA_LINKINFO);
	put_nest(&out, attrs, IFLA_INFO_KIND, "vxlan", IFLA_INFO_DATA, LINK_LEVEL_DATA);
	nla_nest_end(out.msg, info);
	ck_assert(read_parse_link(nlmsg_hdr(out.msg), &ident, &link, &raw));
	nlmsg_free(out.msg);
	ck_assert(link.external);
	ck_assert_uint_eq(net_link_differences(&want, &link, attrs), 0);
}
END_TEST

/* An SVI is another device than the VLAN of a NIC of the same name on the host. */
START_TEST(a_parent_has_a_namespace)
{
	const struct net_link svi = { .kind = NET_KIND_VLAN, .parent = "br-evpn", .parent_ns = NET_NS_FRR, .vlan = 7 };
	struct net_link other = svi;

	other.parent_ns = NET_NS_HOST;
	ck_assert_uint_eq(net_link_differences(&svi, &other, NET_LINK_KIND), NET_LINK_PARENT);
}
END_TEST

START_TEST(a_port_says_what_it_has)
{
	struct ifinfomsg ifi = { .ifi_family = AF_BRIDGE, .ifi_index = 3 };
	struct nl_msg *msg = rtnl_message(RTM_NEWLINK, 0);
	struct net_link link;
	net_attr_set attrs = 0;
	struct nlattr *port;

	nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	ck_assert(read_parse_port(nlmsg_hdr(msg), &link, &attrs));
	ck_assert_uint_eq(attrs, 0);
	port = nla_nest_start(msg, IFLA_PROTINFO);
	nla_put_u8(msg, IFLA_BRPORT_LEARNING, 1);
	nla_nest_end(msg, port);
	ck_assert(read_parse_port(nlmsg_hdr(msg), &link, &attrs));
	ck_assert_uint_eq(attrs, NET_LINK_PORT_LEARNING);
	ck_assert(link.port_learning);
	nlmsg_free(msg);
}
END_TEST

static uint16_t pvid_of(const struct bridge_vlan_info *infos, size_t n)
{
	struct nl_msg *msg = rtnl_message(RTM_NEWLINK, 0);
	struct ifinfomsg ifi = { .ifi_family = AF_BRIDGE, .ifi_index = 3 };
	net_attr_set attrs = 0;
	struct net_link link;
	struct nlattr *spec;

	nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	spec = nla_nest_start(msg, IFLA_AF_SPEC);
	for (size_t i = 0; i < n; i++)
		nla_put(msg, IFLA_BRIDGE_VLAN_INFO, sizeof(infos[i]), &infos[i]);
	nla_nest_end(msg, spec);
	ck_assert(read_parse_port(nlmsg_hdr(msg), &link, &attrs));
	ck_assert_uint_eq(attrs, NET_LINK_PVID);
	nlmsg_free(msg);
	return link.pvid;
}

START_TEST(a_port_says_its_vlans)
{
	const uint16_t access = BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED;
	struct bridge_vlan_info infos[2] = { { access, 10 }, { 0, 20 } };

	ck_assert_uint_eq(pvid_of(infos, 1), 10);
	ck_assert_uint_eq(pvid_of(infos, 2), NET_PVID_OTHER);
	infos[0].flags = BRIDGE_VLAN_INFO_UNTAGGED;
	ck_assert_uint_eq(pvid_of(infos, 1), NET_PVID_OTHER);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("link-attr");

	/* NET_KIND_OTHER has no name that the kernel knows. */
	tcase_add_loop_test(tcase, what_is_written_is_read, NET_KIND_OTHER + 1, NET_KIND_COUNT);
	tcase_add_test(tcase, each_difference_is_found);
	tcase_add_test(tcase, a_single_device_says_so);
	tcase_add_test(tcase, a_parent_has_a_namespace);
	tcase_add_test(tcase, a_port_says_what_it_has);
	tcase_add_test(tcase, a_port_says_its_vlans);
	return unit_run("link-attr", tcase);
}
