/* SPDX-License-Identifier: Apache-2.0 */
/* config_check.c - values of evpn.conf compared with each other; see config_parse.h */
#include "config_check_parts.h"
#include "util.h"

static const char *const ns_text[] = { "on the host", "in FRR's namespace" };
enum { HOST, FRR };

/* "the VRF of VNI 100"; a VNI that is wrong or missing is 0. */
static char *name_use(const char *what, uint32_t vni)
{
	return vni ? xasprintf("%s of VNI %u", what, vni) : xstrdup(what);
}

static struct config_use *use_device(struct checker *c, const config_setting_t *s, int ns, const char *name, char *as)
{
	return config_use(c->r, s, xasprintf("device `%s' %s", name, ns_text[ns]), as);
}

/* The names that evpnd makes of a VNI. */
static void use_made_device(struct checker *c, const config_setting_t *s, const char *prefix, uint32_t vni,
			    const char *what)
{
	_cleanup_free_ char *name = xasprintf("%s%u", prefix, vni);

	use_device(c, s, FRR, name, name_use(what, vni))->made_for = vni;
}

static void use_addresses(struct checker *c, const config_setting_t *list, const char *device, int ns,
			  const struct ipaddr *ips, size_t n)
{
	char text[IPADDR_TEXT_SIZE];

	for (size_t i = 0; i < n; i++)
		if (ipaddr_is_set(&ips[i]))
			config_use(c->r, element(list, i),
				   xasprintf("address %s of %s %s", ipaddr_format(&ips[i], true, text), device,
					     ns_text[ns]),
				   NULL);
}

static void use_subnets(struct checker *c, const config_setting_t *list, const char *vrf, const char *device,
			const struct ipaddr *ips, size_t n)
{
	for (size_t i = 0; vrf[0] && i < n; i++)
		if (ipaddr_is_set(&ips[i]))
			config_use_subnet(c->r, element(list, i), vrf, device, &ips[i]);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void check_vrf(struct checker *c, const config_setting_t *s, const char *what, const char *name)
{
	const char *near = NULL;

	if (bsearch(&name, c->vrfs, c->n_vrfs, sizeof(*c->vrfs), compare_names))
		return;
	if (c->r->hints) {
		c->r->hints--;
		near = util_near_miss(name, c->vrfs);
	}
	PROBLEM(c, s, "%s: no L3VNI has the VRF `%s'%s%s%s", what, name, near ? ", did you mean `" : "",
		near ? near : "", near ? "'?" : "");
}

static void check_ovs_bridge(struct checker *c, const struct config_host *host, const config_setting_t *s, uint32_t vni)
{
	const config_setting_t *key = member(s, "ovs_bridge");

	if (!host->ovs_bridge[0])
		return;
	/* Its local port is a device of that name. */
	use_device(c, key, HOST, host->ovs_bridge, name_use("host.ovs_bridge", vni))->shared = true;
	if (has(s, "bridge"))
		PROBLEM(c, key, "l2vnis.host: `bridge' and `ovs_bridge' are both there: %s can be a port of one only",
			host->interface);
	if (host->n_addresses)
		PROBLEM(c, member(s, "addresses"),
			"l2vnis.host.addresses: %s is a port of %s, where addresses have no effect: set them on the "
			"bridge",
			host->interface, host->ovs_bridge);
}

/* Both ends of a veth. */
static void check_host(struct checker *c, const struct config_host *host, const config_setting_t *s, uint32_t vni)
{
	const config_setting_t *list = member(s, "addresses");

	if (!host->set || !config_setting_is_group(s))
		return;
	if (host->interface[0])
		use_device(c, member(s, "interface"), HOST, host->interface, name_use("host.interface", vni));
	if (!has(s, "peer") && vni)
		use_made_device(c, s, "pe", vni, "host.peer");
	else if (host->peer[0])
		use_device(c, member(s, "peer"), FRR, host->peer, name_use("host.peer", vni));
	/* Others' bridge may have many ports of ours; one that evpnd makes belongs to its VNI. */
	if (host->bridge[0])
		use_device(c, member(s, "bridge"), HOST, host->bridge, name_use("host.bridge", vni))->shared =
			!host->managed;
	check_ovs_bridge(c, host, s, vni);
	if (host->managed && !host->bridge[0])
		PROBLEM(c, member(s, "managed"),
			"l2vnis.host.managed: `bridge', the name of the bridge to make, is missing");
	if (host->bridge[0] && !host->managed && host->n_addresses)
		PROBLEM(c, list,
			"l2vnis.host.addresses: %s is a port of %s, where addresses have no effect: set them on the "
			"bridge",
			host->interface, host->bridge);
	use_addresses(c, list, host->managed ? host->bridge : host->interface, HOST, host->addresses,
		      host->n_addresses);
	use_addresses(c, member(s, "peer_addresses"), host->peer, FRR, host->peer_addresses, host->n_peer_addresses);
}

static void check_vni(struct checker *c, const config_setting_t *s, uint32_t vni, const char *what)
{
	if (!vni)
		return;
	config_use(c->r, member(s, "vni"), xasprintf("VNI %u", vni), xstrdup(what));
	use_made_device(c, s, "br", vni, "the bridge");
	use_made_device(c, s, "vni", vni, "the VXLAN");
}

static void check_table(struct checker *c, const struct config_l3vni *l3, const config_setting_t *s)
{
	struct config_use *use;

	if (!l3->table)
		return;
	use = config_use(c->r, member(s, "table"), xasprintf("table %u", l3->table), name_use("the table", l3->vni));
	if (!has(s, "table"))
		use->made_for = l3->vni;
	if (!has(s, "table") && l3->table >= 253 && l3->table <= 255)
		PROBLEM(c, s,
			"l3vnis: VNI %u needs a `table': the default, %u, is one of the kernel's own (253 to 255)",
			l3->vni, l3->table);
}

static void check_routes(struct checker *c, const struct config_l3vni *l3, const config_setting_t *list)
{
	char prefix[IPADDR_TEXT_SIZE], via[IPADDR_TEXT_SIZE];

	for (size_t i = 0; i < l3->n_routes; i++) {
		const struct config_route *route = &l3->routes[i];

		if (!ipaddr_is_set(&route->prefix))
			continue;
		ipaddr_format(&route->prefix, true, prefix);
		if (l3->vni)
			config_use(c->r, element(list, i), xasprintf("the route to %s of VNI %u", prefix, l3->vni),
				   NULL);
		if (ipaddr_is_set(&route->via) && route->via.family != route->prefix.family)
			PROBLEM(c, member(element(list, i), "via"),
				"l3vnis.routes.via: %s is not of the same family as the prefix %s",
				ipaddr_format(&route->via, false, via), prefix);
	}
}

static void use_words(struct checker *c, const config_setting_t *list, char **words, size_t n, uint32_t vni)
{
	for (size_t i = 0; i < n; i++)
		if (vni && words[i][0])
			config_use(c->r, element(list, i), xasprintf("%s `%s' of VNI %u", list->name, words[i], vni),
				   NULL);
}

static void check_l3vni(struct checker *c, const struct config_l3vni *l3, const config_setting_t *s)
{
	const config_setting_t *host = member(s, "host"), *list = member(s, "import_vrfs");

	check_vni(c, s, l3->vni, "an L3VNI");
	if (l3->vrf[0])
		use_device(c, member(s, "vrf"), FRR, l3->vrf, name_use("the VRF", l3->vni));
	check_table(c, l3, s);
	check_host(c, &l3->host, host, l3->vni);
	use_subnets(c, member(host, "peer_addresses"), l3->vrf, l3->host.peer, l3->host.peer_addresses,
		    l3->host.n_peer_addresses);
	check_routes(c, l3, member(s, "routes"));
	use_words(c, member(s, "redistribute"), l3->redistribute, l3->n_redistribute, l3->vni);
	use_words(c, list, l3->import_vrfs, l3->n_import_vrfs, l3->vni);
	for (size_t i = 0; i < l3->n_import_vrfs; i++) {
		if (streq(l3->import_vrfs[i], l3->vrf))
			PROBLEM(c, element(list, i), "l3vnis.import_vrfs: `%s' is the VRF itself", l3->vrf);
		else if (l3->import_vrfs[i][0])
			check_vrf(c, element(list, i), "l3vnis.import_vrfs", l3->import_vrfs[i]);
	}
}

static void check_l2vni(struct checker *c, const struct config_l2vni *l2, const config_setting_t *s)
{
	const config_setting_t *gateways = member(s, "gateways");
	char bridge[IFNAMSIZ];

	snprintf(bridge, sizeof(bridge), "br%u", l2->vni);
	check_vni(c, s, l2->vni, "an L2VNI");
	if (l2->vrf[0])
		check_vrf(c, member(s, "vrf"), "l2vnis.vrf", l2->vrf);
	if (l2->n_gateways && !has(s, "vrf"))
		PROBLEM(c, gateways, "l2vnis.gateways: VNI %u has gateways but no `vrf' that they route for", l2->vni);
	use_addresses(c, gateways, bridge, FRR, l2->gateways, l2->n_gateways);
	use_subnets(c, gateways, l2->vrf, bridge, l2->gateways, l2->n_gateways);
	check_host(c, &l2->host, member(s, "host"), l2->vni);
}

/* A device that evpnd makes of a parent that stays on the host. */
static void check_parent(struct checker *c, const struct config_nic *nic, const config_setting_t *s)
{
	if (nic->vlan && nic->macvlan)
		PROBLEM(c, member(s, "macvlan"), "underlay.interfaces: %s cannot be both `vlan' and `macvlan'",
			nic->name);
	else if (nic->parent[0] && !nic->vlan && !nic->macvlan && !has(s, "vlan"))
		PROBLEM(c, member(s, "parent"),
			"underlay.interfaces: what is %s to be on its parent %s: `vlan = NUMBER' or `macvlan = true'?",
			nic->name, nic->parent);
	else if (!nic->parent[0] && !has(s, "parent") && (nic->vlan || nic->macvlan))
		PROBLEM(c, member(s, nic->vlan ? "vlan" : "macvlan"),
			"underlay.interfaces: %s needs `parent', the device of the host that it sits on", nic->name);
	if (nic->parent[0] && has(s, "rename"))
		PROBLEM(c, member(s, "rename"), "underlay.interfaces.rename: %s is made under any `name' you choose",
			nic->name);
}

static void check_nics(struct checker *c, const config_setting_t *list)
{
	for (size_t i = 0; i < c->config->underlay.n_nics; i++) {
		const struct config_nic *nic = &c->config->underlay.nics[i];
		const config_setting_t *s = element(list, i);

		if (!nic->name[0])
			continue;
		if (nic->parent[0])
			use_device(c, member(s, "parent"), HOST, nic->parent,
				   xstrdup("the parent of an underlay interface"))
				->shared = true;
		else
			use_device(c, member(s, "name"), HOST, nic->name, xstrdup("an underlay interface"));
		use_device(c, member(s, has(s, "rename") ? "rename" : "name"), FRR, nic->inner,
			   xstrdup("an underlay interface"));
		use_addresses(c, member(s, "addresses"), nic->inner, FRR, nic->addresses, nic->n_addresses);
		check_parent(c, nic, s);
	}
}

/* The address of node number `index`: not the pool's first, which is the subnet's own, nor IPv4's last. */
static void take_vtep(struct checker *c, const config_setting_t *s)
{
	const struct ipaddr *pool = &c->r->vtep_pool;
	uint32_t index = c->config->node.index;
	unsigned int host_bits = ipaddr_bits(pool) - pool->prefixlen;
	bool is_last = ipaddr_bits(pool) == 32 && host_bits > 1 && host_bits <= 32 &&
		       index == (uint32_t)((1ull << host_bits) - 1);
	char text[IPADDR_TEXT_SIZE];

	ipaddr_format(pool, true, text);
	if (!ipaddr_nth(pool, index, &c->config->underlay.vtep))
		PROBLEM(c, s, "underlay.vtep_pool: %s has no address number %u (node.index)", text, index);
	else if (host_bits > 1 && (index == 0 || is_last))
		PROBLEM(c, s,
			"underlay.vtep_pool: address number %u (node.index) of %s is the %s address: count nodes from "
			"1",
			index, text, index ? "broadcast" : "subnet's own");
}

static void check_underlay(struct checker *c)
{
	const config_setting_t *underlay = member(c->r->root, "underlay"), *node = member(c->r->root, "node");
	const config_setting_t *pool = member(underlay, "vtep_pool");
	bool has_index = has(node, "index") && node != c->r->root;

	if (underlay != c->r->root && config_setting_is_group(underlay)) {
		check_nics(c, member(underlay, "interfaces"));
		if (has(underlay, "vtep") && has(underlay, "vtep_pool"))
			PROBLEM(c, pool, "underlay: `vtep' and `vtep_pool' are both there: one of them says it");
		else if (!has(underlay, "vtep") && !has(underlay, "vtep_pool"))
			PROBLEM(c, underlay, "underlay: `vtep' or `vtep_pool' is missing");
		else if (has(underlay, "vtep_pool") && !c->config->node.has_index)
			PROBLEM(c, pool, "underlay.vtep_pool: this needs node.index or node.index_from");
		else if (ipaddr_is_set(&c->r->vtep_pool) && !c->r->index_is_bad)
			take_vtep(c, pool);
	}
	if (has_index && has(node, "index_from"))
		PROBLEM(c, member(node, "index_from"),
			"node: `index' and `index_from' are both there: one of them says it");
}

void config_check(struct config_reader *r)
{
	struct config *config = r->config;
	struct checker c = { .r = r, .config = config };
	const config_setting_t *l3vnis = member(r->root, "l3vnis"), *l2vnis = member(r->root, "l2vnis");
	_cleanup_free_ const char **vrfs = xcalloc(config->n_l3vnis + 1, sizeof(*vrfs));

	c.vrfs = vrfs;
	for (size_t i = 0; i < config->n_l3vnis; i++)
		if (config->l3vnis[i].vrf[0])
			vrfs[c.n_vrfs++] = config->l3vnis[i].vrf;
	qsort(vrfs, c.n_vrfs, sizeof(*vrfs), compare_names);

	check_underlay(&c);
	for (size_t i = 0; i < config->n_l3vnis; i++)
		check_l3vni(&c, &config->l3vnis[i], element(l3vnis, i));
	for (size_t i = 0; i < config->n_l2vnis; i++)
		check_l2vni(&c, &config->l2vnis[i], element(l2vnis, i));
	config_check_frr(r);
	config_check_uses(r);
}
