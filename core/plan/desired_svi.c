/* SPDX-License-Identifier: Apache-2.0 */
/* desired_svi.c - the sysctls of what has a VNI's addresses, and its link-local address; see desired_parts.h */
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "plan/desired_parts.h"

/* Hosts announce themselves by unsolicited neighbour advertisements. A new bridge has the value 0. */
static void add_untracked_na(struct maker *m, unsigned int group, const char *bridge, bool on)
{
	desired_add_sysctl(m, group, bridge, "ipv6", "accept_untracked_na", on ? "1" : "0", true);
	m->net->sysctls[m->net->n_sysctls - 1].is_default = !on;
}

void desired_add_l2vni_sysctls(struct maker *m, unsigned int group, const struct config_l2vni *l2, const char *bridge)
{
	/*
	 * Hosts announce themselves by gratuitous ARP: FRR advertises them to the other VTEPs, and gateways learn them.
	 */
	desired_add_sysctl(m, group, bridge, "ipv4", "arp_accept", "1", false);
	/*
	 * By default the kernel answers ARP for every address of the namespace, the VTEP too. Strict RPF does not prevent that
	 * for a request whose sender has no address yet (0.0.0.0: arp_process()).
	 */
	desired_add_sysctl(m, group, bridge, "ipv4", "arp_ignore", "1", false);
	/*
	 * Without a VRF, tenants could reach the underlay through the bridge, which delivers and forwards. Strict RPF drops all
	 * packets that arrive on a device without addresses.
	 */
	desired_add_sysctl(m, group, bridge, "ipv4", "rp_filter", l2->vrf[0] ? "0" : "1", false);
	/* Without gateways IPv6 is disabled on the bridge, also if it had gateways before. */
	add_untracked_na(m, group, bridge, l2->n_gateways > 0);
}

void desired_add_l3vni_sysctls(struct maker *m, unsigned int group, const char *bridge)
{
	/*
	 * Packets of a host behind another VTEP arrive on this bridge, while the route to the host's subnet may be a
	 * local one, if the subnet is attached here too. Strict RPF, which a new namespace may inherit from the host,
	 * would drop them.
	 */
	desired_add_sysctl(m, group, bridge, "ipv4", "rp_filter", "0", false);
	/* If the bridge was an L2VNI's. */
	desired_add_sysctl(m, group, bridge, "ipv4", "arp_accept", "0", false);
	desired_add_sysctl(m, group, bridge, "ipv4", "arp_ignore", "1", false);
	add_untracked_na(m, group, bridge, false);
}

/*
 * The router's link-local address is the source of its neighbour solicitations when it forwards (RFC 4291, 2.1 and
 * 2.8); without one the kernel sends none. It is made from the MAC, so it is the same on every node, like the gateway.
 * The kernel must not make it, because it would detect the other nodes' as duplicates.
 */
void desired_add_link_local(struct maker *m, unsigned int group, const char *bridge, const uint8_t mac[6])
{
	const struct ipaddr ip = { .family = AF_INET6,
				   .prefixlen = 64,
				   .bytes = { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, mac[0] ^ 2, mac[1], mac[2], 0xff, 0xfe,
					      mac[3], mac[4], mac[5] } };

	desired_add_addr(m, group, NET_NS_FRR, bridge, &ip);
	m->net->addrs[m->net->n_addrs - 1].scope = RT_SCOPE_LINK;
}
