/* SPDX-License-Identifier: Apache-2.0 */
/* config_defaults.c - defaults of evpn.conf, and values that follow from others; see config_parts.h */
#include <sys/socket.h>

#include "base/util.h"
#include "config/config_parts.h"
#include "model/net.h"

#define BOTH (CONFIG_IPV4 | CONFIG_IPV6)

/* Whether group `s` has the key; as if it had, if it is no group, which is reported. */
static bool has_key(const config_setting_t *s, const char *key)
{
	return s && (!config_setting_is_group(s) || config_setting_get_member(s, key));
}

static void default_peer(struct config_host *host, uint32_t vni)
{
	if (host->set && !host->peer[0])
		snprintf(host->peer, sizeof(host->peer), "pe%u", vni);
}

static void default_vxlan(struct config *config, const config_setting_t *s)
{
	if (!has_key(s, "port"))
		config->vxlan.port = NET_VXLAN_PORT;
	config->vxlan.zero_checksum |= !has_key(s, "zero_checksum");
	/*
	 * The single bridge knows neighbors only where it has an SVI, but with suppression it forwards no gratuitous ARP of any VNI.
	 * Without flooding, nothing else answers.
	 */
	config->vxlan.arp_suppression |= !has_key(s, "arp_suppression") &&
					 (!config->vxlan.single || config->vxlan.no_flooding);
}

static void default_l2vni(const struct config *config, struct config_l2vni *l2, const config_setting_t *s)
{
	if (!has_key(s, "arp_suppression"))
		l2->arp_suppression = config->vxlan.arp_suppression;
	if (!has_key(s, "keep_neighbors"))
		l2->keep_neighbors = true;
	if (!has_key(s, "gateway_mac"))
		memcpy(l2->gateway_mac, config->vxlan.gateway_mac, sizeof(l2->gateway_mac));
}

/* A table of 0 is either unset, then the default applies, or wrong, then it is reported: the setting tells which. */
/* A default route must not take the place of the host's own by accident. For others the kernel's defaults do. */
static void default_metrics(struct config_host *host)
{
	if (!host->metric)
		host->metric = CONFIG_DEFAULT_ROUTE_METRIC;
	for (size_t i = 0; i < host->n_routes; i++) {
		struct config_route *route = &host->routes[i];

		if (!route->metric && route->prefix.prefixlen == 0)
			route->metric = CONFIG_DEFAULT_ROUTE_METRIC;
		else if (!route->metric && route->prefix.family == AF_INET6)
			route->metric = NET_IP6_ROUTE_METRIC;
	}
}

void config_fill_defaults(struct config_reader *r)
{
	struct config *config = r->config;
	const config_setting_t *l3vnis = config_setting_get_member(r->root, "l3vnis");
	const config_setting_t *l2vnis = config_setting_get_member(r->root, "l2vnis");
	const config_setting_t *frr = config_setting_get_member(r->root, "frr");

	for (size_t i = 0; i < config->n_l3vnis; i++) {
		const config_setting_t *s = config_setting_get_elem(l3vnis, (unsigned int)i);

		if (config_setting_is_group(s) && !config_setting_get_member(s, "table"))
			config->l3vnis[i].table = config->l3vnis[i].vni;
		default_peer(&config->l3vnis[i].host, config->l3vnis[i].vni);
	}
	if (config->trunk.set && !config->trunk.peer[0])
		snprintf(config->trunk.peer, sizeof(config->trunk.peer), "%s", NET_TRUNK_PEER);
	default_vxlan(config, config_setting_get_member(r->root, "vxlan"));
	for (size_t i = 0; i < config->n_l2vnis; i++) {
		default_peer(&config->l2vnis[i].host, config->l2vnis[i].vni);
		default_l2vni(config, &config->l2vnis[i], config_setting_get_elem(l2vnis, (unsigned int)i));
	}
	for (size_t i = 0; i < config->n_l3vnis; i++)
		default_metrics(&config->l3vnis[i].host);
	for (size_t i = 0; i < config->n_l2vnis; i++)
		default_metrics(&config->l2vnis[i].host);
	if (!frr || !config_setting_is_group(frr) || !config_setting_get_member(frr, "log_neighbor_changes"))
		config->frr.log_neighbor_changes = true;
	if (!config->frr.extra)
		config->frr.extra = xstrdup("");
}

static unsigned int family_of(const struct ipaddr *ip)
{
	return ip->family == AF_INET ? CONFIG_IPV4 : ip->family == AF_INET6 ? CONFIG_IPV6 : 0;
}

static unsigned int families_of(const struct ipaddr *ips, size_t n)
{
	unsigned int bits = 0;

	for (size_t i = 0; i < n; i++)
		bits |= family_of(&ips[i]);
	return bits;
}

static struct config_l3vni *find_vrf(struct config *config, const char *name)
{
	const struct config_l3vni *found = config_find_vrf(config, name);

	return found ? &config->l3vnis[found - config->l3vnis] : NULL;
}

/* The address families of each VRF. A VRF without addresses or routes may route both families for other VRFs. */
static void find_families(struct config *config)
{
	for (size_t i = 0; i < config->n_l3vnis; i++) {
		struct config_l3vni *l3 = &config->l3vnis[i];

		l3->families = families_of(l3->host.peer_addresses, l3->host.n_peer_addresses);
		for (size_t k = 0; k < l3->n_routes; k++)
			l3->families |= family_of(&l3->routes[k].prefix);
		for (size_t k = 0; k < l3->exit.n_prefixes; k++)
			l3->families |= family_of(&l3->exit.prefixes[k].prefix);
		if (l3->advertise.set)
			l3->families |= l3->advertise.bits;
	}
	for (size_t i = 0; i < config->n_l2vnis; i++) {
		const struct config_l2vni *l2 = &config->l2vnis[i];
		struct config_l3vni *l3 = l2->vrf[0] ? find_vrf(config, l2->vrf) : NULL;

		if (l3)
			l3->families |= families_of(l2->gateways, l2->n_gateways);
	}
	for (size_t i = 0; i < config->n_l3vnis; i++)
		if (!config->l3vnis[i].families)
			config->l3vnis[i].families = BOTH;
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* bgpd shows route targets sorted, so the generated frr.conf has them sorted. */
static void sort_targets(struct config_evpn *evpn)
{
	if (evpn->n_import_rts)
		qsort(evpn->import_rts, evpn->n_import_rts, sizeof(*evpn->import_rts), compare_strings);
	if (evpn->n_export_rts)
		qsort(evpn->export_rts, evpn->n_export_rts, sizeof(*evpn->export_rts), compare_strings);
}

/* One that is not known yet comes from a DHCP server, for IPv4. */
static unsigned int vtep_family(const struct config *config)
{
	return config_awaits_lease(config) ? CONFIG_IPV4 : family_of(&config->underlay.vtep);
}

static void finish_bgp(struct config *config)
{
	find_families(config);
	for (size_t i = 0; i < config->n_l2vnis; i++)
		sort_targets(&config->l2vnis[i].evpn);
	for (size_t i = 0; i < config->n_l3vnis; i++) {
		struct config_l3vni *l3 = &config->l3vnis[i];

		sort_targets(&l3->evpn);
		if (l3->advertise.set)
			continue;
		l3->advertise.bits = l3->families;
		for (size_t k = 0; l3->advertise_imported && k < l3->n_import_vrfs; k++)
			l3->advertise.bits |= config_find_vrf(config, l3->import_vrfs[k])->families;
	}
	for (size_t i = 0; i < config->frr.n_neighbors; i++) {
		struct config_families *families = &config->frr.neighbors[i].families;

		if (!families->set)
			families->bits = CONFIG_EVPN | vtep_family(config);
	}
}

static int compare_l3vnis(const void *a, const void *b)
{
	const struct config_l3vni *x = a, *y = b;

	return (x->vni > y->vni) - (x->vni < y->vni);
}

static int compare_l2vnis(const void *a, const void *b)
{
	const struct config_l2vni *x = a, *y = b;

	return (x->vni > y->vni) - (x->vni < y->vni);
}

static int compare_vrfs(const void *a, const void *b)
{
	const struct config_l3vni *const *x = a, *const *y = b;

	return strcmp((*x)->vrf, (*y)->vrf);
}

/* Needs valid values: only for a config without problems. */
void config_finish(struct config *config)
{
	config_expand_ranges(config);
	if (config->n_l3vnis)
		qsort(config->l3vnis, config->n_l3vnis, sizeof(*config->l3vnis), compare_l3vnis);
	if (config->n_l2vnis)
		qsort(config->l2vnis, config->n_l2vnis, sizeof(*config->l2vnis), compare_l2vnis);
	config->by_vrf = xcalloc(config->n_l3vnis, sizeof(*config->by_vrf));
	for (size_t i = 0; i < config->n_l3vnis; i++)
		config->by_vrf[i] = &config->l3vnis[i];
	qsort(config->by_vrf, config->n_l3vnis, sizeof(*config->by_vrf), compare_vrfs);
	if (!ipaddr_is_set(&config->frr.router_id) && config->underlay.vtep.family == AF_INET)
		config->frr.router_id = config->underlay.vtep;
	config_derive_rds(config);
	finish_bgp(config);
}

const struct ipaddr *config_host_address(const struct config_host *host, uint8_t family)
{
	for (size_t i = 0; host->session.asn && i < host->n_addresses; i++)
		for (size_t k = 0; k < host->n_peer_addresses; k++)
			if ((family == AF_UNSPEC || host->addresses[i].family == family) &&
			    host->addresses[i].prefixlen == host->peer_addresses[k].prefixlen &&
			    ipaddr_overlap(&host->addresses[i], &host->peer_addresses[k]))
				return &host->addresses[i];
	return NULL;
}
