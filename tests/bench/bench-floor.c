/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-floor.c - the least that the kernel charges for VNIs: plain netlink requests, nothing read, compared or kept
 *
 *	bench-floor HOST_NETNS FRR_NETNS add FIRST LAST [whole] [EVERY]	bridge, VXLAN and veth of each L2VNI, up
 *	bench-floor HOST_NETNS FRR_NETNS dump				all links of both namespaces are read
 *
 * The namespaces are paths. "add" makes what a script of ip(8) makes; "whole": also the sysctls, the sealed bridges, the relays of
 * gratuitous ARP and the aliases that evpnd makes. With EVERY it prints a line for as many VNIs: the last VNI, and the microseconds,
 * by the clock and of CPU, for one VNI of each request, under a line with their names.
 */
#include <fcntl.h>
#include <linux/bpf_common.h>
#include <linux/filter.h>
#include <linux/if_bridge.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/tc_act/tc_mirred.h>
#include <linux/veth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "raw-link.h"

#define GROUP 0xbe2c
#define BLOCK 0xbe2c

static struct nl_msg *new_link(const char *name, const char *kind, struct nlattr **info)
{
	struct nl_msg *msg = raw_link_message(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
					      (struct ifinfomsg){ 0 });

	nla_put_string(msg, IFLA_IFNAME, name);
	nla_put_u32(msg, IFLA_MTU, 1450);
	nla_put_u32(msg, IFLA_GROUP, GROUP);
	*info = nla_nest_start(msg, IFLA_LINKINFO);
	nla_put_string(msg, IFLA_INFO_KIND, kind);
	return msg;
}

static void add_bridge(struct raw_vni *v)
{
	struct nlattr *info;
	struct nl_msg *msg = new_link(v->br, "bridge", &info);

	nla_nest_end(msg, info);
	raw_request(FRR, msg);
	raw_enter(FRR);
	v->br_index = (int)if_nametoindex(v->br);
}

static void add_vxlan(struct raw_vni *v)
{
	struct nlattr *info, *data;
	struct nl_msg *msg = new_link(v->vx, "vxlan", &info);

	data = nla_nest_start(msg, IFLA_INFO_DATA);
	nla_put_u32(msg, IFLA_VXLAN_ID, v->number);
	nla_put_u32(msg, IFLA_VXLAN_LOCAL, htonl(0x64410002));
	nla_put_u16(msg, IFLA_VXLAN_PORT, htons(4789));
	nla_put_u8(msg, IFLA_VXLAN_LEARNING, 0);
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
	nla_put_u32(msg, IFLA_MASTER, (uint32_t)v->br_index);
	raw_request(FRR, msg);
	raw_enter(FRR);
	v->vx_index = (int)if_nametoindex(v->vx);
}

static void add_veth(struct raw_vni *v)
{
	struct ifinfomsg ifi = { 0 };
	struct nlattr *info, *data, *peer;
	struct nl_msg *msg = new_link(v->lan, "veth", &info);

	data = nla_nest_start(msg, IFLA_INFO_DATA);
	peer = nla_nest_start(msg, VETH_INFO_PEER);
	nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	nla_put_string(msg, IFLA_IFNAME, v->pe);
	nla_put_u32(msg, IFLA_MTU, 1450);
	nla_put_u32(msg, IFLA_GROUP, GROUP);
	nla_put_u32(msg, IFLA_NUM_TX_QUEUES, 1);
	nla_put_u32(msg, IFLA_NUM_RX_QUEUES, 1);
	nla_put_u32(msg, IFLA_NET_NS_FD, (uint32_t)raw_spaces[FRR].fd);
	nla_nest_end(msg, peer);
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
	nla_put_u32(msg, IFLA_NUM_TX_QUEUES, 1);
	nla_put_u32(msg, IFLA_NUM_RX_QUEUES, 1);
	raw_request(HOST, msg);
	raw_enter(FRR);
	v->pe_index = (int)if_nametoindex(v->pe);
	raw_enter(HOST);
	v->lan_index = (int)if_nametoindex(v->lan);
}

static void write_sysctl(enum raw_ns ns, const char *family, const char *link, const char *key, const char *value)
{
	char path[128];
	int fd;

	raw_enter(ns);
	snprintf(path, sizeof(path), "/proc/sys/net/%s/conf/%s/%s", family, link, key);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, 1) < 0)
		raw_die(path);
	close(fd);
}

static void set_sysctls(struct raw_vni *v)
{
	write_sysctl(HOST, "ipv4", v->lan, "arp_ignore", "1");
	write_sysctl(HOST, "ipv4", v->lan, "rp_filter", "1");
	write_sysctl(HOST, "ipv6", v->lan, "accept_ra", "0");
	write_sysctl(HOST, "ipv6", v->lan, "disable_ipv6", "1");
	write_sysctl(FRR, "ipv4", v->br, "arp_accept", "1");
	write_sysctl(FRR, "ipv4", v->br, "arp_ignore", "1");
	write_sysctl(FRR, "ipv4", v->br, "rp_filter", "1");
	write_sysctl(FRR, "ipv6", v->br, "disable_ipv6", "1");
	write_sysctl(FRR, "ipv6", v->pe, "disable_ipv6", "1");
	write_sysctl(FRR, "ipv6", v->vx, "disable_ipv6", "1");
}

static struct nl_msg *tc_message(int type, struct tcmsg tcm, const char *kind)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);

	nlmsg_append(msg, &tcm, sizeof(tcm), NLMSG_ALIGNTO);
	nla_put_string(msg, TCA_KIND, kind);
	return msg;
}

static void add_qdisc(int ifindex, bool sealed)
{
	struct nl_msg *msg = tc_message(RTM_NEWQDISC,
					(struct tcmsg){ .tcm_ifindex = ifindex,
							.tcm_parent = TC_H_CLSACT,
							.tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0) },
					"ingress");

	if (sealed)
		nla_put_u32(msg, TCA_INGRESS_BLOCK, BLOCK);
	raw_request(FRR, msg);
}

/* Its program matches all frames: what it says is no matter of the cost. With a target it mirrors them there. */
static void add_filter(struct tcmsg tcm, uint16_t priority, int target)
{
	const struct sock_filter all = BPF_STMT(BPF_RET | BPF_K, UINT32_MAX);
	const struct tc_mirred mirred = { .action = TC_ACT_UNSPEC,
					  .eaction = TCA_EGRESS_MIRROR,
					  .ifindex = (uint32_t)target };
	struct nlattr *options, *acts, *act, *parms;
	struct nl_msg *msg;

	tcm.tcm_info = TC_H_MAKE((uint32_t)priority << 16, htons(ETH_P_ALL));
	msg = tc_message(RTM_NEWTFILTER, tcm, "bpf");
	options = nla_nest_start(msg, TCA_OPTIONS);
	nla_put_u16(msg, TCA_BPF_OPS_LEN, 1);
	nla_put(msg, TCA_BPF_OPS, sizeof(all), &all);
	if (target) {
		acts = nla_nest_start(msg, TCA_BPF_ACT);
		act = nla_nest_start(msg, 1);
		nla_put_string(msg, TCA_ACT_KIND, "mirred");
		parms = nla_nest_start(msg, TCA_ACT_OPTIONS);
		nla_put(msg, TCA_MIRRED_PARMS, sizeof(mirred), &mirred);
		nla_nest_end(msg, parms);
		nla_nest_end(msg, act);
		nla_nest_end(msg, acts);
	}
	nla_nest_end(msg, options);
	raw_request(FRR, msg);
}

static void seal(struct raw_vni *v)
{
	add_qdisc(v->br_index, true);
	if (v->number == 1)
		add_filter((struct tcmsg){ .tcm_ifindex = (int)TCM_IFINDEX_MAGIC_BLOCK, .tcm_block_index = BLOCK }, 1,
			   0);
}

static void relay(struct raw_vni *v)
{
	const struct tcmsg port = { .tcm_ifindex = v->pe_index,
				    .tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS) };

	add_qdisc(v->pe_index, false);
	add_filter(port, 3, v->vx_index);
	add_filter(port, 4, v->vx_index);
}

static void set_up(const struct raw_vni *v, enum raw_ns ns, int ifindex, int master)
{
	struct nl_msg *msg = raw_link_message(
		RTM_NEWLINK, NLM_F_ACK,
		(struct ifinfomsg){ .ifi_index = ifindex, .ifi_flags = IFF_UP, .ifi_change = IFF_UP });
	struct nlattr *spec, *inet6;

	if (master)
		nla_put_u32(msg, IFLA_MASTER, (uint32_t)master);
	if (ifindex == v->br_index || ifindex == v->vx_index) {
		spec = nla_nest_start(msg, IFLA_AF_SPEC);
		inet6 = nla_nest_start(msg, AF_INET6);
		nla_put_u8(msg, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
		nla_nest_end(msg, inet6);
		nla_nest_end(msg, spec);
	}
	if (v->whole)
		nla_put_string(msg, IFLA_IFALIAS, "bench");
	raw_request(ns, msg);
}

static void vxlan_up(struct raw_vni *v)
{
	struct nl_msg *msg = raw_link_message(RTM_SETLINK, NLM_F_ACK,
					      (struct ifinfomsg){ .ifi_family = AF_BRIDGE, .ifi_index = v->vx_index });
	struct nlattr *port = nla_nest_start(msg, IFLA_PROTINFO | NLA_F_NESTED);

	nla_put_u8(msg, IFLA_BRPORT_LEARNING, 0);
	nla_put_u8(msg, IFLA_BRPORT_NEIGH_SUPPRESS, 1);
	nla_nest_end(msg, port);
	raw_request(FRR, msg);
	set_up(v, FRR, v->vx_index, 0);
}

static void bridge_up(struct raw_vni *v)
{
	set_up(v, FRR, v->br_index, 0);
}

static void host_up(struct raw_vni *v)
{
	set_up(v, HOST, v->lan_index, 0);
}

static void peer_up(struct raw_vni *v)
{
	set_up(v, FRR, v->pe_index, v->br_index);
}

static const struct step {
	const char *name;
	void (*run)(struct raw_vni *v);
	bool whole;
} steps[] = {
	{ "bridge", add_bridge, false }, { "VXLAN", add_vxlan, false },
	{ "veth", add_veth, false },	 { "sysctls", set_sysctls, true },
	{ "seal", seal, true },		 { "relay", relay, true },
	{ "lan up", host_up, false },	 { "bridge up", bridge_up, false },
	{ "peer up", peer_up, false },	 { "VXLAN up", vxlan_up, false },
};
#define N_STEPS (sizeof(steps) / sizeof(*steps))

/* User and system time: what is not the waiting for other processes, or for RCU. */
static double cpu_ms(void)
{
	return (double)clock() * 1000 / CLOCKS_PER_SEC;
}

static void add_all(uint32_t first, uint32_t last, bool whole, uint32_t every)
{
	double took[N_STEPS] = { 0 }, used[N_STEPS] = { 0 };

	for (size_t i = 0; every && i < N_STEPS; i++)
		printf("%s%s", i ? "\t" : "VNIs\t", steps[i].name);
	if (every)
		putchar('\n');
	for (uint32_t number = first; number <= last; number++) {
		struct raw_vni v = raw_vni_of(number, whole);

		for (size_t i = 0; i < N_STEPS; i++) {
			double start = raw_now_ms(), cpu = cpu_ms();

			if (whole || !steps[i].whole)
				steps[i].run(&v);
			took[i] += raw_now_ms() - start;
			used[i] += cpu_ms() - cpu;
		}
		if (!every || (number - first + 1) % every)
			continue;
		printf("%u", number);
		for (size_t i = 0; i < N_STEPS; i++)
			printf("\t%.0f/%.0f", took[i] * 1000 / every, used[i] * 1000 / every);
		putchar('\n');
		memset(took, 0, sizeof(took));
		memset(used, 0, sizeof(used));
	}
}

static void dump(enum raw_ns ns)
{
	struct nl_msg *msg = raw_link_message(RTM_GETLINK, NLM_F_DUMP, (struct ifinfomsg){ 0 });

	nla_put_u32(msg, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	raw_request(ns, msg);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 3 ? argv[3] : "";
	bool whole = argc > 6 && strcmp(argv[6], "whole") == 0;

	if (argc > 3)
		raw_open(argv[1], argv[2]);
	if (strcmp(verb, "add") == 0 && argc > 5) {
		add_all((uint32_t)atoi(argv[4]), (uint32_t)atoi(argv[5]), whole,
			argc > 6 + whole ? (uint32_t)atoi(argv[6 + whole]) : 0);
	} else if (strcmp(verb, "dump") == 0) {
		dump(HOST);
		dump(FRR);
	} else {
		fputs("usage: bench-floor HOST_NETNS FRR_NETNS add FIRST LAST [whole] [EVERY] | dump\n", stderr);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
