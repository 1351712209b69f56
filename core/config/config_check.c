/* SPDX-License-Identifier: Apache-2.0 */
/* config_check.c - compares values of evpn.conf with each other; see config_parts.h */
#include "base/passwd.h"
#include "base/util.h"
#include "config/config_check_parts.h"
#include "model/net.h"

static const char *const ns_text[] = { "on the host", "in FRR's namespace" };

/* "the VRF of VNI 100", or "the VRF" if the VNI is wrong or missing (0). */
static char *name_use(const char *what, uint32_t vni)
{
	return vni ? xasprintf("%s of VNI %u", what, vni) : xstrdup(what);
}

/*
 * The words that `ip link show' and `ip address show' take for a keyword or its beginning. evpnd and FRR use the names
 * without harm; an operator has to write `dev' before them.
 */
static void check_keyword(struct checker *c, const config_setting_t *s, const char *name)
{
	static const char *const words[] = { "br",	"brd",	 "dev",	      "down",  "dynamic",   "group",
					     "help",	"label", "master",    "mtu",   "nomaster",  "permanent",
					     "primary", "scope", "secondary", "table", "tentative", "to",
					     "type",	"up",	 "via",	      "vrf" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (streq(name, words[i]))
			WARNING(c, s, "%s is a keyword of ip(8): choose another name, or write `dev %s' in commands",
				name, name);
}

struct config_use *config_use_device(struct checker *c, const config_setting_t *s, int ns, const char *name, char *as)
{
	check_keyword(c, s, name);
	return config_use(c->r, s, xasprintf("device `%s' %s", name, ns_text[ns]), as);
}

/* A device whose name evpnd derives from the VNI. */
static void use_made_device(struct checker *c, const config_setting_t *s, const char *prefix, uint32_t vni,
			    const char *what)
{
	_cleanup_free_ char *name = xasprintf("%s%u", prefix, vni);

	config_use_device(c, s, FRR, name, name_use(what, vni))->made_for = vni;
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
	if (near)
		PROBLEM(c, s, "%s: no entry of l3vnis has the VRF `%s', did you mean `%s'?", what, name, near);
	else
		PROBLEM(c, s, "%s: no entry of l3vnis has the VRF `%s'", what, name);
}

/* The kernel accepts addresses on a bridge port, but hands its packets to the bridge. */
static void check_port(struct checker *c, const struct config_host *host, const config_setting_t *s, const char *bridge)
{
	if (host->n_addresses)
		PROBLEM(c, member(s, "addresses"),
			"l2vnis.host.addresses: %s is a port of bridge %s and cannot use addresses: set them on the "
			"bridge",
			host->interface, bridge);
}

static void check_ovs_bridge(struct checker *c, const struct config_host *host, const config_setting_t *s, uint32_t vni)
{
	const config_setting_t *key = member(s, "ovs_bridge");

	if (!host->ovs_bridge[0])
		return;
	/* Open vSwitch has a device of the name of the bridge, its local port. */
	config_use_device(c, key, HOST, host->ovs_bridge, name_use("host.ovs_bridge", vni))->shared = true;
	if (has(s, "bridge"))
		PROBLEM(c, key, "l2vnis.host: both `bridge' and `ovs_bridge' are set, %s can be a port of only one",
			host->interface);
	check_port(c, host, s, host->ovs_bridge);
}

/* The attributes of a port of the kernel's bridge. */
static void check_switches(struct checker *c, const struct config_host *host, const config_setting_t *s)
{
	static const char *const keys[] = { "isolated", "hairpin", "bpdu_guard" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (!has(s, keys[i]) || host->bridge[0])
			continue;
		if (host->ovs_bridge[0])
			PROBLEM(c, member(s, keys[i]),
				"l2vnis.host.%s: Open vSwitch has no such setting of a port: remove `%s'", keys[i],
				keys[i]);
		else
			PROBLEM(c, member(s, keys[i]),
				"l2vnis.host.%s: `bridge' is missing: set the bridge that %s is a port of", keys[i],
				host->interface);
	}
}

/* A VLAN of a bridge that filters, and a VRF of the host: both are other programs'. */
static void check_place(struct checker *c, const struct config_host *host, const config_setting_t *s, uint32_t vni)
{
	const char *bridge = host->ovs_bridge[0] ? host->ovs_bridge : host->bridge;

	if (host->vlan && !bridge[0])
		PROBLEM(c, member(s, "vlan"),
			"l2vnis.host.vlan: `bridge' or `ovs_bridge' is missing: set the bridge that the VLAN is of");
	else if (host->vlan && host->managed)
		PROBLEM(c, member(s, "vlan"),
			"l2vnis.host.vlan: the bridge %s that evpnd creates has no VLANs: remove `vlan' or `managed'",
			bridge);
	if (!host->vrf[0])
		return;
	config_use_device(c, member(s, "vrf"), HOST, host->vrf, name_use("host.vrf", vni))->shared = true;
	if (bridge[0] && !host->managed)
		PROBLEM(c, member(s, "vrf"),
			"l2vnis.host.vrf: %s is a port of bridge %s and cannot be in a VRF: put the bridge into it",
			host->interface, bridge);
}

/* The veth pair of a VNI: names, bridge and addresses. */
static void check_host(struct checker *c, const struct config_host *host, const config_setting_t *s, uint32_t vni)
{
	const config_setting_t *list = member(s, "addresses");

	if (!host->set || !config_setting_is_group(s))
		return;
	if (host->interface[0])
		config_use_device(c, member(s, "interface"), HOST, host->interface, name_use("host.interface", vni));
	if (!has(s, "peer") && vni)
		use_made_device(c, s, "pe", vni, "host.peer");
	else if (host->peer[0])
		config_use_device(c, member(s, "peer"), FRR, host->peer, name_use("host.peer", vni));
	/* A bridge of another program may have ports for several VNIs; one that evpnd creates is for one VNI. */
	if (host->bridge[0])
		config_use_device(c, member(s, "bridge"), HOST, host->bridge, name_use("host.bridge", vni))->shared =
			!host->managed;
	check_ovs_bridge(c, host, s, vni);
	check_place(c, host, s, vni);
	check_switches(c, host, s);
	if (host->managed && !host->bridge[0])
		PROBLEM(c, member(s, "managed"),
			"l2vnis.host.managed: `bridge' is missing: set the name of the bridge to create");
	if (host->bridge[0] && !host->managed)
		check_port(c, host, s, host->bridge);
	use_addresses(c, list, host->managed ? host->bridge : host->interface, HOST, host->addresses,
		      host->n_addresses);
	use_addresses(c, member(s, "peer_addresses"), host->peer, FRR, host->peer_addresses, host->n_peer_addresses);
}

static void check_vni(struct checker *c, const config_setting_t *s, uint32_t vni, const char *what)
{
	if (!vni)
		return;
	config_use(c->r, member(s, "vni"), xasprintf("VNI %u", vni), xstrdup(what));
	use_made_device(c, s, "br", vni, c->config->vxlan.single ? "the SVI" : "the bridge");
	if (!c->config->vxlan.single)
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
			"l3vnis: VNI %u: its default table, %u, is one of the kernel's own (253 to 255): set `table'",
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
			config_use(c->r, element(list, i), xasprintf("route to %s of VNI %u", prefix, l3->vni), NULL);
		if (ipaddr_is_set(&route->via) && route->via.family != route->prefix.family)
			PROBLEM(c, member(element(list, i), "via"),
				"l3vnis.routes.via: %s is not of the address family of prefix %s",
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
		config_use_device(c, member(s, "vrf"), FRR, l3->vrf, name_use("the VRF", l3->vni));
	check_table(c, l3, s);
	check_host(c, &l3->host, host, l3->vni);
	use_subnets(c, member(host, "peer_addresses"), l3->vrf, l3->host.peer, l3->host.peer_addresses,
		    l3->host.n_peer_addresses);
	check_routes(c, l3, member(s, "routes"));
	use_words(c, member(s, "redistribute"), l3->redistribute, l3->n_redistribute, l3->vni);
	use_words(c, list, l3->import_vrfs, l3->n_import_vrfs, l3->vni);
	for (size_t i = 0; i < l3->n_import_vrfs; i++) {
		if (streq(l3->import_vrfs[i], l3->vrf))
			PROBLEM(c, element(list, i), "l3vnis.import_vrfs: VRF `%s' cannot import from itself", l3->vrf);
		else if (l3->import_vrfs[i][0])
			check_vrf(c, element(list, i), "l3vnis.import_vrfs", l3->import_vrfs[i]);
	}
}

static void check_l2vni(struct checker *c, const struct config_l2vni *l2, const config_setting_t *s)
{
	const config_setting_t *gateways = member(s, "gateways");
	char bridge[IFNAMSIZ];

	net_name_bridge(l2->vni, bridge);
	for (uint32_t vni = l2->vni; vni <= l2->vni_last || vni == l2->vni; vni++)
		check_vni(c, s, vni, "an L2VNI");
	if (l2->vrf[0])
		check_vrf(c, member(s, "vrf"), "l2vnis.vrf", l2->vrf);
	if (l2->n_gateways && !has(s, "vrf"))
		PROBLEM(c, gateways, "l2vnis.gateways: VNI %u has gateways but no `vrf': set it to the VRF of an L3VNI",
			l2->vni);
	use_addresses(c, gateways, bridge, FRR, l2->gateways, l2->n_gateways);
	use_subnets(c, gateways, l2->vrf, bridge, l2->gateways, l2->n_gateways);
	check_host(c, &l2->host, member(s, "host"), l2->vni);
}

/* A VLAN or macvlan that evpnd creates on a parent. */
static void check_control(struct checker *c, const config_setting_t *s)
{
	const struct config_id *group = &c->config->control.group;
	gid_t gid;

	if (group->name && passwd_find_group(group->name, &gid) <= 0)
		config_problem_value(c->r, member(s, "group"), "a group in /etc/group, or its number");
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

	config_check_underlay(&c);
	config->underlay.vtep_pool = r->vtep_pool;
	for (size_t i = 0; i < config->n_l3vnis; i++)
		check_l3vni(&c, &config->l3vnis[i], element(l3vnis, i));
	for (size_t i = 0; i < config->n_l2vnis; i++)
		check_l2vni(&c, &config->l2vnis[i], element(l2vnis, i));
	check_control(&c, member(r->root, "control"));
	config_check_vxlan(r);
	config_check_single(&c);
	config_check_trunk(&c);
	config_check_frr(r);
	config_check_addresses(r);
	config_check_host_routes(r);
	config_check_exits(r);
	config_check_mtus(r);
	config_check_extra(r);
	config_check_uses(r);
	config_check_routes(r);
}
