/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan-golden.c - prints the plan that leads from one configuration to another, without a kernel
 *
 *	plan-golden [--json] BEFORE|- AFTER
 *
 * BEFORE is what stands: the state that file wants, as if evpnd had made it; "-": nothing but the NICs on the host.
 * The host has its NICs with MTU 9000 and the addresses 192.0.2.11/24 and 2001:db8::11/64, a bridge br-lan,
 * a VRF vrf-a, and in Open vSwitch a bridge br-int.
 */
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "config/config.h"
#include "plan/desired.h"
#include "plan/plan_show.h"
#include "base/util.h"

#define VRF_TABLE 10 /* of vrf-a */
#define NIC_MTU	  9000

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

static void add_record(struct nic_records *nics, const char *name)
{
	struct nic_record *nic = util_append(&nics->items, &nics->n_items, sizeof(*nic));
	struct net_route *route;

	net_set_name(nic->name, name);
	nic->up = true;
	nic->mtu = NIC_MTU;
	/* Each NIC has a MAC of its own. */
	memcpy(nic->mac, name, strnlen(name, sizeof(nic->mac)));
	for (int i = 0; i < 2; i++) {
		struct net_addr *addr = util_append(&nic->addrs, &nic->n_addrs, sizeof(*addr));

		ipaddr_parse(i ? "2001:db8::11/64" : "192.0.2.11/24", true, &addr->ip);
		net_set_name(addr->link, name);
	}
	route = util_append(&nic->routes, &nic->n_routes, sizeof(*route));
	net_set_name(route->link, name);
	route->table = RT_TABLE_MAIN;
	route->dst.family = AF_INET;
	ipaddr_parse("192.0.2.1", false, &route->via);
}

/* A VLAN or macvlan sits on its parent; other NICs are themselves on the host at first. */
static const char *on_host(const struct config_nic *nic)
{
	return nic->parent[0] ? nic->parent : nic->name;
}

static void add_records(struct nic_records *nics, const struct config *config)
{
	for (size_t i = 0; config && i < config->underlay.n_nics; i++) {
		const struct config_nic *nic = &config->underlay.nics[i];

		if (!nic->parent[0] && !nic_record_find(nics, nic->name))
			add_record(nics, nic->name);
	}
}

static struct net_link *add_link(struct net *net, enum net_ns ns, const char *name)
{
	struct net_link *link = util_append(&net->links, &net->n_links, sizeof(*link));

	link->ns = ns;
	link->kind = NET_KIND_OTHER;
	link->mtu = NIC_MTU;
	link->ipv6 = link->up = true;
	net_set_name(link->name, name);
	memcpy(link->hw_mac, name, strnlen(name, sizeof(link->hw_mac)));
	return link;
}

/* `filters`: it filters VLANs, and has a new port in VLAN 1, as the kernel's default is. */
static void add_bridge(struct net *net, const char *name, bool filters)
{
	struct net_link *bridge = add_link(net, NET_NS_HOST, name);

	bridge->kind = NET_KIND_BRIDGE;
	bridge->mtu = 1500;
	bridge->filters = filters;
	bridge->default_pvid = 1;
}

static bool stands_already(const struct net *net, enum net_ns ns, const char *name)
{
	for (size_t i = 0; i < net->n_links; i++)
		if (net->links[i].ns == ns && streq(net->links[i].name, name))
			return true;
	return false;
}

/* The NICs of `config` that `before` has not moved. */
static void add_host_nics(const struct config *config, struct net *net, const struct config *before)
{
	for (size_t i = 0; i < config->underlay.n_nics; i++) {
		const char *name = on_host(&config->underlay.nics[i]);
		bool moved = false;

		for (size_t k = 0; before && k < before->underlay.n_nics; k++)
			moved |= !before->underlay.nics[k].parent[0] && streq(before->underlay.nics[k].name, name);
		if (!moved && !stands_already(net, NET_NS_HOST, name))
			add_link(net, NET_NS_HOST, name);
	}
}

static void make_desired(const struct config *config, const struct nic_records *nics, struct net *net)
{
	_cleanup_free_ unsigned int *mtus = xcalloc(config->underlay.n_nics, sizeof(*mtus));

	for (size_t i = 0; i < config->underlay.n_nics; i++)
		mtus[i] = config->underlay.nics[i].mtu ? config->underlay.nics[i].mtu : NIC_MTU;
	desired_make(config, nics, mtus, net);
}

/* What the kernel would show after evpnd made `desired`. */
static void make_actual(const struct config *config, const struct nic_records *nics, struct net *net)
{
	make_desired(config, nics, net);
	for (size_t i = 0; i < net->n_links; i++) {
		struct net_link *link = &net->links[i];

		link->want = 0;
		link->ifindex = (int)i + 1;
		if (streq(link->name, "lo"))
			link->owner = NET_OWNER_FOREIGN;
		if (link->trunk)
			link->pvid = NET_PVID_OTHER;
		if (link->owner == NET_OWNER_NIC)
			net_set_name(link->nic, link->other_name);
		if (link->owner == NET_OWNER_NIC && !link->mtu)
			link->mtu = NIC_MTU;
	}
	for (size_t i = 0; i < net->n_routes; i++)
		if (net->routes[i].ns == NET_NS_HOST && net->routes[i].vrf[0])
			net->routes[i].table = VRF_TABLE;
	add_host_nics(config, net, config);
}

/* While evpnd has not replaced it. */
static void add_kernel_rules(struct net *net)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };

	for (size_t i = 0; i < ARRAY_LEN(families) && net->n_rules < ARRAY_LEN(families); i++)
		*(struct net_rule *)util_append(&net->rules, &net->n_rules, sizeof(struct net_rule)) =
			(struct net_rule){ .family = families[i], .pref = NET_LOCAL_FIRST };
}

static void print_json(const struct plan *plan, const struct net *desired, const struct net *actual)
{
	json_auto_t *json = plan_json(plan, desired, actual);

	json_dumpf(json, stdout, JSON_INDENT(1));
	putchar('\n');
}

static void print_text(const struct plan *plan, const struct net *desired, const struct net *actual)
{
	for (int stage = 0; stage < PLAN_STAGE_COUNT; stage++)
		plan_print_stage(plan, (enum plan_stage)stage, stdout);
	plan_print_problems(plan, stdout);
	plan_print_link_states(desired, actual, stdout);
}

int main(int argc, char **argv)
{
	struct nic_records nics = { 0 };
	struct net desired = { 0 }, actual = { 0 };
	struct net_link *vrf;
	struct plan plan = { 0 };
	struct config *before = NULL, *after;
	bool json = argc > 1 && streq(argv[1], "--json");

	if (json) {
		argc--;
		argv++;
	}
	if (argc != 3) {
		fputs("usage: plan-golden [--json] BEFORE|- AFTER\n", stderr);
		return EXIT_FAILURE;
	}
	after = load(argv[2]);
	before = streq(argv[1], "-") ? NULL : load(argv[1]);
	if (before) {
		add_records(&nics, before);
		make_actual(before, &nics, &actual);
	} else {
		add_link(&actual, NET_NS_FRR, "lo")->up = false;
		add_link(&actual, NET_NS_HOST, "lo");
	}
	add_host_nics(after, &actual, before);
	/* What is on the host is read before it is moved. */
	add_records(&nics, after);
	add_bridge(&actual, "br-lan", false);
	add_bridge(&actual, "br-vlans", true);
	vrf = add_link(&actual, NET_NS_HOST, "vrf-a");
	vrf->kind = NET_KIND_VRF;
	vrf->table = VRF_TABLE;
	net_set_name(((struct net_ovs_bridge *)util_append(&actual.ovs_bridges, &actual.n_ovs_bridges,
							   sizeof(struct net_ovs_bridge)))
			     ->name,
		     "br-int");
	add_link(&actual, NET_NS_HOST, "br-int")->mtu = 1500;
	add_kernel_rules(&actual);
	net_sort(&actual);
	make_desired(after, &nics, &desired);
	desired_adapt(&desired, &actual);
	plan_make(&desired, &actual, &plan);
	if (json)
		print_json(&plan, &desired, &actual);
	else
		print_text(&plan, &desired, &actual);
	plan_clear(&plan);
	net_clear(&desired);
	net_clear(&actual);
	nic_records_clear(&nics);
	config_free(before);
	config_free(after);
	return EXIT_SUCCESS;
}
