/* SPDX-License-Identifier: Apache-2.0 */
/* config_underlay.c - compares the values of groups underlay and node with each other; see config_check_parts.h */
#include "base/util.h"
#include "config/config_check_parts.h"

static void check_parent(struct checker *c, const struct config_nic *nic, const config_setting_t *s)
{
	static const char *const of_a_move[] = { "takes_default_route", "may_lose" };

	if (nic->vlan && nic->macvlan)
		PROBLEM(c, member(s, "macvlan"),
			"underlay.interfaces: both `vlan' and `macvlan' are set for %s: remove one", nic->name);
	else if (nic->parent[0] && !nic->vlan && !nic->macvlan && !has(s, "vlan"))
		PROBLEM(c, member(s, "parent"),
			"underlay.interfaces: %s on parent %s has no type: add `vlan = NUMBER' or `macvlan = true'",
			nic->name, nic->parent);
	else if (!nic->parent[0] && !has(s, "parent") && (nic->vlan || nic->macvlan))
		PROBLEM(c, member(s, nic->vlan ? "vlan" : "macvlan"),
			"underlay.interfaces: `parent' of %s is missing: set the device below it", nic->name);
	for (size_t i = 0; nic->parent[0] && i < ARRAY_LEN(of_a_move); i++)
		if (has(s, of_a_move[i]))
			PROBLEM(c, member(s, of_a_move[i]),
				"underlay.interfaces.%s: %s stays on the host, below %s: remove `%s'", of_a_move[i],
				nic->parent, nic->name, of_a_move[i]);
	if (nic->parent[0] && has(s, "rename"))
		PROBLEM(c, member(s, "rename"),
			"underlay.interfaces.rename: evpnd creates %s: choose its name by `name' and remove `rename'",
			nic->name);
}

/* The kernel accepts one address on two devices, but answers for it on both, and routes its subnet to one of them. */
static void use_nic_addresses(struct checker *c, const config_setting_t *list, const struct config_nic *nic)
{
	char text[IPADDR_TEXT_SIZE];

	for (size_t i = 0; i < nic->n_addresses; i++)
		if (ipaddr_is_set(&nic->addresses[i]))
			config_use(c->r, element(list, i),
				   xasprintf("address %s in FRR's namespace",
					     ipaddr_format(&nic->addresses[i], false, text)),
				   xasprintf("one of %s", nic->inner));
}

static void check_nics(struct checker *c, const config_setting_t *list)
{
	for (size_t i = 0; i < c->config->underlay.n_nics; i++) {
		const struct config_nic *nic = &c->config->underlay.nics[i];
		const config_setting_t *s = element(list, i);

		if (!nic->name[0])
			continue;
		if (nic->parent[0])
			config_use_device(c, member(s, "parent"), HOST, nic->parent,
					  xstrdup("the parent of an underlay interface"))
				->shared = true;
		else
			config_use_device(c, member(s, "name"), HOST, nic->name, xstrdup("an underlay interface"));
		config_use_device(c, member(s, has(s, "rename") ? "rename" : "name"), FRR, nic->inner,
				  xstrdup("an underlay interface"));
		if (nic->dhcp && has(s, "addresses"))
			PROBLEM(c, member(s, "dhcp"),
				"underlay.interfaces.dhcp: both `dhcp' and `addresses' are set for %s: remove one",
				nic->name);
		if (!nic->dhcp)
			use_nic_addresses(c, member(s, "addresses"), nic);
		check_parent(c, nic, s);
	}
}

/*
 * Of several NICs, each has another address, and a VXLAN has one: a remote VTEP would reach this node by one of them only, and not
 * at all when that one fails.
 */
static void take_nic_vtep(struct checker *c, const config_setting_t *s)
{
	struct config *config = c->config;
	const struct config_nic *nic = config->underlay.nics;

	if (config->underlay.n_nics != 1) {
		PROBLEM(c, s,
			"underlay.vtep: \"nic\" needs exactly one entry of interfaces, there are %zu: use an address "
			"of lo, which all NICs reach",
			config->underlay.n_nics);
		return;
	}
	if (nic->keep_addresses) {
		PROBLEM(c, s,
			"underlay.vtep: \"nic\" needs `addresses' or `dhcp' of %s: what it has on the host is not "
			"known "
			"here",
			nic->name);
		return;
	}
	/* evpnd derives the MAC from the VTEP, and the server the address from the MAC. */
	if (nic->dhcp && nic->macvlan) {
		PROBLEM(c, s,
			"underlay.vtep: \"nic\" is not possible with `dhcp' and `macvlan' of %s, whose MAC is derived "
			"from "
			"the VTEP: use `vlan', or an address of lo",
			nic->name);
		return;
	}
	config->underlay.vtep_nic = nic;
	config->underlay.vtep = nic->dhcp	   ? nic->lease.address
				: nic->n_addresses ? nic->addresses[0]
						   : (struct ipaddr){ 0 };
	config->underlay.vtep.prefixlen = (uint8_t)ipaddr_bits(&config->underlay.vtep);
	if (!nic->dhcp && !ipaddr_is_set(&config->underlay.vtep))
		PROBLEM(c, s, "underlay.vtep: \"nic\" needs an address of %s: set `addresses'", nic->name);
	else if (ipaddr_is_link_local(&config->underlay.vtep))
		PROBLEM(c, s,
			"underlay.vtep: \"nic\": the first address of %s is a link-local one, which no other node can "
			"reach: put another one first",
			nic->name);
}

void config_check_underlay(struct checker *c)
{
	const config_setting_t *underlay = member(c->r->root, "underlay"), *node = member(c->r->root, "node");
	const config_setting_t *pool = member(underlay, "vtep_pool");
	bool has_index = has(node, "index") && node != c->r->root;

	if (underlay != c->r->root && config_setting_is_group(underlay)) {
		check_nics(c, member(underlay, "interfaces"));
		if (has(underlay, "vtep") && has(underlay, "vtep_pool"))
			PROBLEM(c, pool, "underlay: both `vtep' and `vtep_pool' are set: remove one");
		else if (c->r->vtep_is_nic)
			take_nic_vtep(c, member(underlay, "vtep"));
		else if (!has(underlay, "vtep") && !has(underlay, "vtep_pool"))
			PROBLEM(c, underlay, "underlay: `vtep' or `vtep_pool' is required");
		else if (has(underlay, "vtep_pool") && !c->config->node.has_index)
			PROBLEM(c, pool, "%s: the number of this node is missing: set node.index or node.index_from",
				"underlay.vtep_pool");
		else if (has(underlay, "vtep_pool") && ipaddr_is_set(&c->r->vtep_pool) && !c->r->index_is_bad)
			config_pool_address(c->r, pool, &c->r->vtep_pool, 0, &c->config->underlay.vtep);
	}
	if (has_index && has(node, "index_from"))
		PROBLEM(c, member(node, "index_from"), "node: both `index' and `index_from' are set: remove one");
}
