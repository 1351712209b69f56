/* SPDX-License-Identifier: Apache-2.0 */
/* plan_warn.c - what the plan does although packets, or settings of a NIC, will be lost, or a bridge filters; see plan.h */
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/util.h"
#include "plan/plan_parts.h"

struct warner {
	const struct net *desired, *actual;
	const struct net_link *
		*ports; /* of bridges on the host, other programs', by bridge and MTU, the largest first */
	size_t n_ports;
	char **lines;
	size_t n_lines;
};

__attribute__((format(printf, 3, 4))) static void warn(struct warner *w, unsigned int group, const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;

	va_start(ap, format);
	text = xvasprintf(format, ap);
	va_end(ap);
	*(char **)util_append(&w->lines, &w->n_lines,
			      sizeof(*w->lines)) = xasprintf("%s: %s", w->desired->groups[group].label, text);
}

/* The underlay NIC with the smallest MTU; NULL: that of none is known. */
static const struct net_link *smallest_nic(const struct net *desired)
{
	const struct net_link *smallest = NULL;

	for (size_t i = 0; i < desired->n_links; i++) {
		const struct net_link *link = &desired->links[i];

		if (link->ns == NET_NS_FRR && desired->groups[link->group].kind == NET_GROUP_NIC &&
		    (link->want & NET_LINK_MTU) && (!smallest || link->mtu < smallest->mtu))
			smallest = link;
	}
	return smallest;
}

static void warn_of_underlay(struct warner *w)
{
	const struct net_link *nic = smallest_nic(w->desired);

	for (size_t i = 0; nic && i < w->desired->n_links; i++) {
		const struct net_link *link = &w->desired->links[i];
		unsigned int overhead = link->local.family == AF_INET6 ? NET_VXLAN_OVERHEAD6 : NET_VXLAN_OVERHEAD4;

		if (link->kind == NET_KIND_VXLAN && (link->want & NET_LINK_MTU) && link->mtu + overhead > nic->mtu)
			warn(w, link->group,
			     "its mtu, %u, and %u bytes of VXLAN are more than the MTU of %s, %u: larger packets are "
			     "fragmented or lost; set the MTU of %s to %u, or remove `mtu' from the VNI",
			     link->mtu, overhead, nic->name, nic->mtu, nic->name, link->mtu + overhead);
	}
}

static int compare_ports(const void *a, const void *b)
{
	const struct net_link *x = *(const struct net_link *const *)a, *y = *(const struct net_link *const *)b;
	int d = strcmp(x->master, y->master);

	return d ? d : (x->mtu < y->mtu) - (x->mtu > y->mtu);
}

static void find_ports(struct warner *w)
{
	for (size_t i = 0; i < w->actual->n_links; i++) {
		const struct net_link *link = &w->actual->links[i];

		if (link->ns == NET_NS_HOST && link->master[0] && !link->ovs && !net_is_ours(link))
			*(const struct net_link **)util_append(&w->ports, &w->n_ports, sizeof(*w->ports)) = link;
	}
	if (w->n_ports)
		qsort(w->ports, w->n_ports, sizeof(*w->ports), compare_ports);
}

/* The port of this bridge with the largest MTU, or the bridge itself; NULL: none has a larger one than `mtu`. */
static const struct net_link *largest_port(const struct warner *w, const char *bridge, unsigned int mtu)
{
	const struct net_link *link = net_find_link(w->actual, NET_NS_HOST, bridge);
	size_t low = 0, high = w->n_ports;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(w->ports[middle]->master, bridge) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < w->n_ports && streq(w->ports[low]->master, bridge) && w->ports[low]->mtu > mtu)
		return w->ports[low];
	return link && link->mtu > mtu ? link : NULL;
}

/* The pair drops what does not fit into its inner end, and tells nobody. evpnd does not change the bridge's own MTU. */
static void warn_of_bridges(struct warner *w)
{
	find_ports(w);
	for (size_t i = 0; i < w->desired->n_links; i++) {
		const struct net_link *link = &w->desired->links[i], *port;

		port = link->joins[0] && link->peer_mtu ? largest_port(w, link->joins, link->peer_mtu) : NULL;
		if (port)
			warn(w, link->group,
			     "%s%s%s has MTU %u, the VNI %u: larger packets vanish without a message; set %u on %s and "
			     "on the "
			     "hosts behind it, or raise the MTU of the underlay",
			     port->name, port->master[0] ? ", a port of " : "", port->master, port->mtu, link->peer_mtu,
			     link->peer_mtu, port->name);
	}
	free(w->ports);
}

/* With the NIC the host loses what evpn.conf accepts, or what it has lost before. That it is meant needs no warning. */
static void warn_of_nics(struct warner *w)
{
	const struct planner p = { .desired = w->desired, .actual = w->actual };

	for (size_t i = 0; i < w->desired->n_links; i++) {
		const struct net_link *link = &w->desired->links[i];

		if (!link->n_dependents || !plan_is_moved(link, plan_find_nic(&p, link)))
			continue;
		for (size_t k = 0; k < link->n_dependents; k++) {
			const struct net_dependent *dependent = &link->dependents[k];

			if (!plan_refuses(link, dependent) && !(link->may_lose & 1u << dependent->kind))
				warn(w, link->group, "%s; %s", dependent->text, plan_lost(dependent));
		}
	}
}

static void warn_of_filters(struct warner *w)
{
	for (size_t i = 0; i < w->desired->n_links; i++) {
		const struct net_link *link = &w->desired->links[i];
		const struct net_link *bridge = link->joins[0] ? net_find_link(w->actual, NET_NS_HOST, link->joins)
							       : NULL;

		if (!bridge || !bridge->filters || link->trunk || (link->want & NET_LINK_PVID))
			continue;
		if (bridge->default_pvid)
			warn(w, link->group,
			     "%s filters VLANs, and %s joins it in VLAN %u, as every new port: only machines in that "
			     "VLAN "
			     "reach the VNI; set `vlan' in l2vnis.host",
			     bridge->name, link->name, bridge->default_pvid);
		else
			warn(w, link->group,
			     "%s filters VLANs, and %s joins it in none: no machine reaches the VNI; set `vlan' in "
			     "l2vnis.host",
			     bridge->name, link->name);
	}
}

static void warn_of_thresholds(struct warner *w)
{
	for (size_t i = 0; i < w->desired->n_sysctls; i++) {
		const struct net_sysctl *s = &w->desired->sysctls[i];

		if (s->at_least && !w->actual->no_ipv6[s->ns] && !net_find_sysctl(w->actual, s->ns, s->key)) {
			warn(w, s->group,
			     "evpnd does not run in the first network namespace of the machine, which alone has %s: "
			     "set it there by sysctl(8), and remove `neighbor_table'",
			     s->key);
			return;
		}
	}
}

static void warn_of_relays(struct warner *w)
{
	for (size_t i = 0; w->actual->no_relay && i < w->desired->n_links; i++) {
		const struct net_link *link = &w->desired->links[i];

		if (!link->relay[0] || net_relays(link))
			continue;
		warn(w, link->group,
		     "this kernel lacks what sends gratuitous ARP to other VTEPs with arp_suppression: its modules "
		     "sch_ingress, cls_bpf and act_mirred; load them, or set arp_suppression = false in VNIs with "
		     "floating addresses");
		return;
	}
}

char **plan_warnings(const struct net *desired, const struct net *actual, size_t *ret_n)
{
	struct warner w = { .desired = desired, .actual = actual };

	warn_of_underlay(&w);
	warn_of_bridges(&w);
	warn_of_nics(&w);
	warn_of_filters(&w);
	warn_of_thresholds(&w);
	warn_of_relays(&w);
	*ret_n = w.n_lines;
	return w.lines;
}
