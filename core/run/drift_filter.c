/* SPDX-License-Identifier: Apache-2.0 */
/* drift_filter.c - which notifications concern this instance; see drift_parts.h */
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <sys/socket.h>

#include "base/util.h"
#include "kernel/port_filter.h"
#include "kernel/rule.h"
#include "kernel/seal.h"
#include "kernel/vlan_map.h"
#include "run/drift_parts.h"

static void add_name(struct net *net, enum net_ns ns, const char *name, net_attr_set want)
{
	struct net_link *link = util_append(&net->links, &net->n_links, sizeof(*link));

	link->ns = ns;
	link->want = want;
	net_set_name(link->name, name);
}

/* Other links that a desired link depends on. */
static void add_needs(struct net *net, const struct net *desired, const struct net_link *link)
{
	/* The host's own bridge: only its existence matters, and to the trunk whether it filters VLANs. */
	if (link->master[0] && !net_find_link(desired, link->ns, link->master))
		add_name(net, link->ns, link->master, link->trunk ? NET_LINK_FILTERS : 0);
	if (link->parent[0])
		add_name(net, link->parent_ns, link->parent, NET_LINK_UP | NET_LINK_MTU);
	/* An underlay NIC in the namespace that it comes from. */
	if (link->adopted || link->given_back)
		add_name(net, link->ns == NET_NS_HOST ? NET_NS_FRR : NET_NS_HOST, link->other_name, link->want);
}

static void add_names(struct net *net, const struct net *desired, const struct net *actual)
{
	for (size_t i = 0; i < desired->n_links; i++) {
		const struct net_link *link = &desired->links[i], *have = net_find_link(actual, link->ns, link->name);
		/* A foreign device has the wanted name: only its removal matters. */
		bool obstacle = have && !net_is_ours(have) && link->kind != NET_KIND_OTHER;

		add_name(net, link->ns, link->name, obstacle ? 0 : link->want);
		add_needs(net, desired, link);
	}
	/* Devices that evpn.conf no longer names and that still exist, and moved NICs under any name. */
	for (size_t i = 0; i < actual->n_links; i++)
		if (net_is_ours(&actual->links[i]))
			add_name(net, actual->links[i].ns, actual->links[i].name, NET_LINK_MARK);
}

static void drop_doubles(struct net *net)
{
	size_t n = 0;

	for (size_t i = 0; i < net->n_links; i++) {
		if (n && net_link_compare(&net->links[n - 1], &net->links[i]) == 0)
			net->links[n - 1].want |= net->links[i].want;
		else
			net->links[n++] = net->links[i];
	}
	net->n_links = n;
	/* No more links come. */
	net->links = xrealloc_array(net->links, n, sizeof(*net->links));
}

static int compare_index(const struct net_link *a, const struct net_link *b)
{
	return a->ns != b->ns ? (int)a->ns - (int)b->ns : (a->ifindex > b->ifindex) - (a->ifindex < b->ifindex);
}

static int by_index(const void *a, const void *b)
{
	return compare_index(*(const struct net_link *const *)a, *(const struct net_link *const *)b);
}

/* Fills in the attributes as they were read, if the link exists. */
static void fill_in(struct net_link *link, const struct net *desired, const struct net *actual)
{
	const struct net_link *have = net_find_link(actual, link->ns, link->name);
	const struct net_link *wanted = net_find_link(desired, link->ns, link->name);
	net_attr_set want = link->want;

	if (have)
		net_copy_link(link, have);
	link->want = want;
	link->trunk = wanted && wanted->trunk;
}

void drift_known_learn(struct drift_known *known, const struct net *desired, const struct net *actual,
		       const char *instance)
{
	struct net *net = &known->net;

	drift_known_clear(known);
	known->ident.birth_group = net_birth_group(instance);
	known->ident.leaving_group = net_leaving_group(instance);
	net_mark(instance, known->ident.mark);
	add_names(net, desired, actual);
	net_sort(net);
	drop_doubles(net);
	for (size_t i = 0; i < actual->n_addrs; i++)
		if (net_find_link(net, actual->addrs[i].ns, actual->addrs[i].link))
			*(struct net_addr *)util_append(&net->addrs, &net->n_addrs,
							sizeof(struct net_addr)) = actual->addrs[i];
	for (size_t i = 0; i < actual->n_vlans; i++)
		*(struct net_vlan *)util_append(&net->vlans, &net->n_vlans, sizeof(struct net_vlan)) = actual->vlans[i];
	net_sort(net);
	known->by_index = xcalloc(net->n_links, sizeof(*known->by_index));
	for (size_t i = 0; i < net->n_links; i++) {
		fill_in(&net->links[i], desired, actual);
		if (net->links[i].ifindex)
			known->by_index[known->n_by_index++] = &net->links[i];
	}
	if (known->n_by_index)
		qsort(known->by_index, known->n_by_index, sizeof(*known->by_index), by_index);
}

void drift_known_clear(struct drift_known *known)
{
	net_clear(&known->net);
	free(known->by_index);
	*known = (struct drift_known){ 0 };
}

static const struct net_link *find_index(const struct drift_known *known, enum net_ns ns, int ifindex)
{
	const struct net_link key = { .ns = ns, .ifindex = ifindex }, *pointer = &key;
	const struct net_link *const *hit = known->n_by_index ? bsearch(&pointer, known->by_index, known->n_by_index,
									sizeof(pointer), by_index)
							      : NULL;

	return hit ? *hit : NULL;
}

/* Compares an index with a name: an unknown index is another master. Of a foreign link only whether it has a master counts. */
static bool same_master(const struct drift_known *known, const struct net_link *have, int master)
{
	const struct net_link *link = master ? find_index(known, have->ns, master) : NULL;

	if (!master || !have->master[0] || !net_is_ours(have))
		return !master == !have->master[0];
	return link && streq(link->name, have->master);
}

/* Another program's bridge that the trunk joins. */
static bool is_bridge_of_trunk(const struct net_link *have)
{
	return have->want == NET_LINK_FILTERS;
}

static bool same_link(const struct drift_known *known, const struct net_link *have, const struct net_link *says,
		      const struct read_raw *raw)
{
	if (have->kind != says->kind || have->owner != says->owner)
		return false;
	if (!have->want)
		return true;
	if (is_bridge_of_trunk(have))
		return have->filters == says->filters;
	return !net_link_differences(have, says, NET_LINK_VALUES) && have->ovs == says->ovs &&
	       (have->ovs || same_master(known, have, raw->master));
}

/* A bridge announces a port (AF_BRIDGE): the message has the port's attributes, and little of the link itself. */
static bool port_concerns(const struct drift_known *known, enum net_ns ns, const struct nlmsghdr *hdr)
{
	const struct ifinfomsg *ifi = nlmsg_data(hdr);
	const struct net_link *have = find_index(known, ns, ifi->ifi_index);
	struct nlattr *spec = nlmsg_find_attr((struct nlmsghdr *)(uintptr_t)hdr, sizeof(*ifi), IFLA_AF_SPEC);
	struct net_link port;
	net_attr_set attrs;

	if (!have || !have->want || is_bridge_of_trunk(have))
		return false;
	if (hdr->nlmsg_type == RTM_DELLINK || !read_parse_port(hdr, &port, &attrs))
		return true;
	if (spec && (have->trunk || (ns == NET_NS_FRR && (have->external || have->filters))) &&
	    vlan_map_port_differs(&known->net, have, spec))
		return true;
	/* VLANs are known only of links that want one. A port without any may say nothing of them. */
	attrs = (attrs & ~(net_attr_set)NET_LINK_PVID) | (have->want & NET_LINK_PVID);
	return net_link_differences(have, &port, attrs);
}

static bool link_concerns(const struct drift_known *known, enum net_ns ns, const struct nlmsghdr *hdr)
{
	const struct ifinfomsg *ifi = nlmsg_data(hdr);
	const struct net_link *have = find_index(known, ns, ifi->ifi_index), *named;
	struct net_link says;
	struct read_raw raw;

	if (ifi->ifi_family == AF_BRIDGE)
		return port_concerns(known, ns, hdr);
	/* AF_INET6 and the like repeat what the link's own message says. */
	if (ifi->ifi_family != AF_UNSPEC)
		return false;
	if (hdr->nlmsg_type == RTM_DELLINK || !read_parse_link(hdr, &known->ident, &says, &raw))
		return have != NULL;
	named = net_find_link(&known->net, ns, says.name);
	if (!have && !named)
		return says.owner == NET_OWNER_NIC; /* a moved NIC came back under another name */
	/* Another link by index than by name: it is new, was created again, or was renamed. */
	return have != named || (have && !same_link(known, have, &says, &raw));
}

static bool address_concerns(const struct drift_known *known, enum net_ns ns, const struct nlmsghdr *hdr)
{
	const struct ifaddrmsg *ifa = nlmsg_data(hdr);
	const struct net_link *link = find_index(known, ns, (int)ifa->ifa_index);
	struct nlattr *tb[IFA_LOCAL + 1], *ip;
	struct net_addr addr = { .ns = ns };
	bool stands;

	if (!link || !link->want || is_bridge_of_trunk(link))
		return false;
	/*
	 * The kernel adds link-local addresses with the device, so their arrival says nothing, unless somebody has switched IPv6
	 * on; their removal is no known address's.
	 */
	if (ifa->ifa_scope == RT_SCOPE_LINK && hdr->nlmsg_type == RTM_NEWADDR)
		return (link->want & NET_LINK_IPV6) && !link->ipv6;
	/* Attributes above IFA_LOCAL are not needed. */
	if (nlmsg_parse((struct nlmsghdr *)(uintptr_t)hdr, sizeof(*ifa), tb, IFA_LOCAL, NULL) < 0)
		return true;
	ip = tb[IFA_LOCAL] ? tb[IFA_LOCAL] : tb[IFA_ADDRESS];
	net_set_name(addr.link, link->name);
	read_ip_attr(ip, ifa->ifa_family, ifa->ifa_prefixlen, &addr.ip);
	stands = net_has_addr(&known->net, &addr);
	return stands != (hdr->nlmsg_type == RTM_NEWADDR);
}

/* Sysctls that the kernel announces (forwarding, rp_filter), of the namespace or of a known link. */
static bool netconf_concerns(const struct drift_known *known, enum net_ns ns, const struct nlmsghdr *hdr)
{
	const struct nlattr *ifindex = nlmsg_find_attr((struct nlmsghdr *)(uintptr_t)hdr, sizeof(struct netconfmsg),
						       NETCONFA_IFINDEX);
	int index = ifindex ? (int)nla_get_u32(ifindex) : 0;

	/* On the host, only sysctls of links are evpnd's. */
	return (index == NETCONFA_IFINDEX_ALL && ns == NET_NS_FRR) || find_index(known, ns, index);
}

struct place {
	const struct drift_known *known;
	enum net_ns ns;
};

static int find_seals(int ifindex, void *arg)
{
	const struct place *place = arg;
	const struct net_link *link = find_index(place->known, place->ns, ifindex);

	return link && (link->want & NET_LINK_SEALS) ? link->seals : -1;
}

static bool find_filters(int ifindex, void *arg, struct port_filters *ret)
{
	const struct place *place = arg;
	const struct net_link *link = find_index(place->known, place->ns, ifindex), *target = NULL;

	if (!link || !(link->want & NET_LINK_LIMITS))
		return false;
	if (link->relay[0])
		target = net_find_link(&place->known->net, place->ns, link->relay);
	*ret = (struct port_filters){ .limits = link->limits, .target = target ? target->ifindex : 0 };
	return true;
}

static bool traffic_control_concerns(const struct drift_known *known, enum net_ns ns, const struct nlmsghdr *hdr)
{
	struct place place = { known, ns };

	return seal_concerns(hdr, &known->ident, find_seals, &place) || port_filter_concerns(hdr, find_filters, &place);
}

bool drift_concerns(const struct drift_known *known, enum net_ns ns, const struct nlmsghdr *hdr)
{
	switch (hdr->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		return nlmsg_datalen(hdr) >= (int)sizeof(struct ifinfomsg) && link_concerns(known, ns, hdr);
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return nlmsg_datalen(hdr) >= (int)sizeof(struct ifaddrmsg) && address_concerns(known, ns, hdr);
	case RTM_NEWNETCONF:
		return netconf_concerns(known, ns, hdr);
	case RTM_NEWQDISC:
	case RTM_DELQDISC:
	case RTM_NEWTFILTER:
	case RTM_DELTFILTER:
		return traffic_control_concerns(known, ns, hdr);
	case RTM_NEWRULE:
	case RTM_DELRULE:
		return nlmsg_datalen(hdr) >= (int)sizeof(struct fib_rule_hdr) &&
		       rule_parse(hdr, &(struct net_rule){ 0 });
	case RTM_NEWTUNNEL:
	case RTM_DELTUNNEL:
		return ns == NET_NS_FRR && vlan_map_tunnel_differs(&known->net, hdr);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		/* The socket's filter passes only routes with evpnd's protocol number. */
		return true;
	}
	return false;
}
