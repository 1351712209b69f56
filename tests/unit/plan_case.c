/* SPDX-License-Identifier: Apache-2.0 */
#include "base/util.h"
#include "plan_case.h"
#include "unit.h"

struct net desired, actual;
struct plan plan;

void plan_case_start(const struct config *config)
{
	struct nic_records nics = { 0 };

	plan_case_teardown();
	desired_make(config, &nics, (unsigned int[]){ 1500, 1500, 1500, 1500 }, &desired);
	add(&actual, NET_NS_HOST, NET_KIND_OTHER, "lo");
	add(&actual, NET_NS_FRR, NET_KIND_OTHER, "lo");
}

static void setup_with(const struct config_host *l2_host)
{
	static struct config_nic nic = { .name = "eth1", .inner = "eth1" };
	static struct config_l3vni l3 = { .vni = 100, .vrf = "red", .table = 1100 };
	static struct config_l2vni l2 = { .vni = 110, .arp_suppression = true };
	struct config config = {
		.underlay = { .nics = &nic, .n_nics = 1 }, .l3vnis = &l3, .n_l3vnis = 1, .l2vnis = &l2, .n_l2vnis = 1
	};

	set_ip(&config.underlay.vtep, "100.65.0.2");
	l3.host = (struct config_host){ .set = true, .interface = "frr0", .peer = "frr1" };
	l2.host = *l2_host;
	plan_case_start(&config);
	add(&actual, NET_NS_HOST, NET_KIND_OTHER, "eth1");
}

void plan_case_setup(void)
{
	setup_with(&(struct config_host){ 0 });
}

void plan_case_setup_lan(void)
{
	setup_with(&(struct config_host){ .set = true, .interface = "lan0", .peer = "pe110", .bridge = "br-lan" });
}

void plan_case_teardown(void)
{
	plan_clear(&plan);
	net_clear(&desired);
	net_clear(&actual);
}

void make(void)
{
	net_sort(&actual);
	plan_make(&desired, &actual, &plan);
}

void links_made(void)
{
	actual.n_links = 0;
	for (size_t i = 0; i < desired.n_links; i++) {
		struct net_link *link = util_append(&actual.links, &actual.n_links, sizeof(*link));

		net_copy_link(link, &desired.links[i]);
		link->want = 0;
		link->ifindex = (int)i + 1;
	}
	for (size_t i = 0; i < desired.n_addrs; i++)
		*(struct net_addr *)util_append(&actual.addrs, &actual.n_addrs,
						sizeof(struct net_addr)) = desired.addrs[i];
	for (size_t i = 0; i < desired.n_routes; i++)
		*(struct net_route *)util_append(&actual.routes, &actual.n_routes,
						 sizeof(struct net_route)) = desired.routes[i];
	for (size_t i = 0; i < desired.n_rules; i++)
		*(struct net_rule *)util_append(&actual.rules, &actual.n_rules,
						sizeof(struct net_rule)) = desired.rules[i];
	for (size_t i = 0; i < desired.n_sysctls; i++)
		*(struct net_sysctl *)util_append(&actual.sysctls, &actual.n_sysctls,
						  sizeof(struct net_sysctl)) = desired.sysctls[i];
	net_sort(&actual);
}

void all_made(void)
{
	net_clear(&actual);
	links_made();
}

void set_ip(struct ipaddr *ip, const char *text)
{
	ck_assert(ipaddr_parse(text, strchr(text, '/') != NULL, ip));
}

struct net_link *add(struct net *net, enum net_ns ns, enum net_kind kind, const char *name)
{
	struct net_link *link = util_append(&net->links, &net->n_links, sizeof(*link));

	link->ns = ns;
	link->kind = kind;
	link->ipv6 = true;
	net_set_name(link->name, name);
	return link;
}

struct net_link *link_of(struct net *net, enum net_ns ns, const char *name)
{
	for (size_t i = 0; i < net->n_links; i++)
		if (net->links[i].ns == ns && streq(net->links[i].name, name))
			return &net->links[i];
	ck_abort_msg("no link %s", name);
	return NULL;
}

struct net_link *actual_link(enum net_ns ns, const char *name)
{
	return link_of(&actual, ns, name);
}

size_t find_op(enum op_type type, const char *link)
{
	for (size_t i = 0; i < plan.n_ops; i++)
		if (plan.ops[i].type == type && plan.ops[i].link && streq(plan.ops[i].link->name, link))
			return i;
	return SIZE_MAX;
}

bool touches(const char *name)
{
	char text[PLAN_OP_SIZE];

	for (size_t i = 0; i < plan.n_ops; i++)
		if (strstr(plan_op_text(&plan.ops[i], text), name))
			return true;
	return false;
}
