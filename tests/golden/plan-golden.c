/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan-golden.c - prints the plan that leads from one configuration to another, without a kernel
 *
 *	plan-golden BEFORE|- AFTER
 *
 * BEFORE is what stands: the state that file wants, as if evpnd had made it; "-": nothing but the NICs on the host.
 * The host has its NICs with MTU 9000 and the addresses 192.0.2.11/24 and 2001:db8::11/64, a bridge br-lan, and
 * in Open vSwitch a bridge br-int.
 */
#include <stdio.h>

#include "config.h"
#include "desired.h"
#include "plan.h"
#include "util.h"

#define NIC_MTU 9000

static struct config *load(const char *path)
{
	struct config_errors errors = { 0 };
	struct config *config = config_load(path, &errors);

	for (size_t i = 0; i < errors.n_lines; i++)
		fprintf(stderr, "%s\n", errors.lines[i]);
	config_errors_clear(&errors);
	if (!config)
		exit(EXIT_FAILURE);
	return config;
}

static void add_record(struct record_nics *nics, const char *name)
{
	struct record_nic *nic = util_append(&nics->items, &nics->n_items, sizeof(*nic));

	net_set_name(nic->name, name);
	nic->up = true;
	for (int i = 0; i < 2; i++)
		ipaddr_parse(i ? "2001:db8::11/64" : "192.0.2.11/24", true,
			     util_append(&nic->addrs, &nic->n_addrs, sizeof(struct ipaddr)));
}

static struct net_link *add_link(struct net *net, enum net_ns ns, const char *name)
{
	struct net_link *link = util_append(&net->links, &net->n_links, sizeof(*link));

	link->ns = ns;
	link->kind = NET_KIND_OTHER;
	link->mtu = NIC_MTU;
	link->ipv6 = true;
	net_set_name(link->name, name);
	return link;
}

/* What the kernel would show after evpnd made `desired`. */
static void make_actual(const struct config *config, const struct record_nics *nics, struct net *net)
{
	desired_make(config, nics, NIC_MTU, net);
	for (size_t i = 0; i < net->n_links; i++) {
		net->links[i].want = 0;
		net->links[i].ifindex = (int)i + 1;
		if (streq(net->links[i].name, "lo"))
			net->links[i].owner = NET_OWNER_FOREIGN;
	}
}

int main(int argc, char **argv)
{
	struct record_nics nics = { 0 };
	struct net desired = { 0 }, actual = { 0 };
	struct plan plan = { 0 };
	struct config *before = NULL, *after;

	if (argc != 3) {
		fputs("usage: plan-golden BEFORE|- AFTER\n", stderr);
		return EXIT_FAILURE;
	}
	after = load(argv[2]);
	for (size_t i = 0; i < after->underlay.n_nics; i++)
		add_record(&nics, after->underlay.nics[i].name);
	if (streq(argv[1], "-")) {
		add_link(&actual, NET_NS_FRR, "lo");
		add_link(&actual, NET_NS_HOST, "lo")->up = true;
		for (size_t i = 0; i < nics.n_items; i++)
			add_link(&actual, NET_NS_HOST, nics.items[i].name)->up = true;
	} else {
		before = load(argv[1]);
		make_actual(before, &nics, &actual);
	}
	add_link(&actual, NET_NS_HOST, "br-lan")->kind = NET_KIND_BRIDGE;
	net_set_name(((struct net_ovs_bridge *)util_append(&actual.ovs_bridges, &actual.n_ovs_bridges,
							   sizeof(struct net_ovs_bridge)))
			     ->name,
		     "br-int");
	net_sort(&actual);
	desired_make(after, &nics, NIC_MTU, &desired);
	plan_make(&desired, &actual, &plan);
	plan_print(&plan, stdout);
	plan_clear(&plan);
	net_clear(&desired);
	net_clear(&actual);
	record_nics_clear(&nics);
	config_free(before);
	config_free(after);
	return EXIT_SUCCESS;
}
