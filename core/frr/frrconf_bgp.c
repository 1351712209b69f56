/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrconf_bgp.c - prints the `router bgp' blocks, that of the default VRF and one for each VRF; see frrconf_parts.h
 *
 * The functions stand in the order of the lines that they print, which is that of bgpd's `show running-config'
 * (bgp_config_write and bgp_config_write_peer_global in bgp_vty.c).
 */
#include <sys/socket.h>

#include "base/util.h"
#include "frr/frrconf_parts.h"

/*
 * bgpd's values without a line in frr.conf. It does not show a line that sets one of them, so none is printed:
 * frr-reload.py would add it at each reload. Timers of a neighbor are shown whatever they are, and their defaults
 * depend on version and profile (connect: 120 s, since FRR 10 30 s, profile datacenter 10 s).
 */
#define DEFAULT_ALLOWAS_IN   "3"
#define DEFAULT_LISTEN_LIMIT 100

/* Index: the number of the bit in enum config_family. */
static const char *const family_names[] = { "ipv4 unicast", "ipv6 unicast", "l2vpn evpn" };
#define FAMILY_EVPN 2

/* The lines of an instance before its neighbors. Graceful restart and cluster ID are the default VRF's alone. */
static void print_head(struct frrconf *f, const char *vrf)
{
	const struct config_frr *frr = &f->config->frr;
	char text[IPADDR_TEXT_SIZE];

	fprintf(f->out, "router bgp %u%s%s\n", frr->asn, vrf ? " vrf " : "", vrf ? vrf : "");
	fprintf(f->out, " bgp router-id %s\n", ipaddr_format(&frr->router_id, false, text));
	/* Written in either way: the profiles of FRR have different defaults. */
	if (frr->log_neighbor_changes)
		fputs(" bgp log-neighbor-changes\n", f->out);
	else if (frr->defaults && streq(frr->defaults, "datacenter"))
		fputs(" no bgp log-neighbor-changes\n", f->out);
	/* Without a policy bgpd exchanges no routes with eBGP neighbors (RFC 8212). Each neighbor activates its families. */
	fputs(" no bgp ebgp-requires-policy\n no bgp default ipv4-unicast\n", f->out);
	if (!vrf && ipaddr_is_set(&frr->cluster_id))
		fprintf(f->out, " bgp cluster-id %s\n", ipaddr_format(&frr->cluster_id, false, text));
	if (!vrf && frr->graceful_restart)
		fputs(" bgp graceful-restart\n", f->out);
	/* Without it bgpd uses several paths at once only if they pass the same ASes: not those of two leaf switches. */
	fputs(" bgp bestpath as-path multipath-relax\n", f->out);
}

static void print_remote(struct frrconf *f, const struct config_session *session)
{
	switch (session->remote) {
	case CONFIG_REMOTE_ASN:
		fprintf(f->out, "remote-as %u\n", session->asn);
		return;
	case CONFIG_REMOTE_INTERNAL:
		fputs("remote-as internal\n", f->out);
		return;
	case CONFIG_REMOTE_EXTERNAL:
		fputs("remote-as external\n", f->out);
		return;
	}
}

static void print_restart(struct frrconf *f, const char *peer, enum config_restart restart)
{
	switch (restart) {
	case CONFIG_RESTART_GLOBAL:
		return;
	case CONFIG_RESTART_ON:
		fprintf(f->out, " neighbor %s graceful-restart\n", peer);
		return;
	case CONFIG_RESTART_OFF:
		fprintf(f->out, " neighbor %s graceful-restart-disable\n", peer);
		return;
	case CONFIG_RESTART_HELPER:
		fprintf(f->out, " neighbor %s graceful-restart-helper\n", peer);
		return;
	}
}

/* The lines of a neighbor between remote-as and the address families; `n` NULL: it is the host. */
static void print_session(struct frrconf *f, const char *peer, const struct config_session *session,
			  const struct config_neighbor *n)
{
	const struct config_timers *timers = &session->timers;
	char text[IPADDR_TEXT_SIZE];

	if (session->description)
		fprintf(f->out, " neighbor %s description %s\n", peer, session->description);
	if (session->bfd)
		fprintf(f->out, " neighbor %s bfd\n", peer);
	if (session->bfd_profile)
		fprintf(f->out, " neighbor %s bfd profile %s\n", peer, session->bfd_profile);
	if (session->password)
		fprintf(f->out, " neighbor %s password %s\n", peer, session->password);
	if (session->passive)
		fprintf(f->out, " neighbor %s passive\n", peer);
	if (n && n->ebgp_multihop)
		fprintf(f->out, " neighbor %s ebgp-multihop %u\n", peer, n->ebgp_multihop);
	if (n && n->source_interface[0])
		fprintf(f->out, " neighbor %s update-source %s\n", peer, n->source_interface);
	if (n && ipaddr_is_set(&n->source))
		fprintf(f->out, " neighbor %s update-source %s\n", peer, ipaddr_format(&n->source, false, text));
	if (timers->set)
		fprintf(f->out, " neighbor %s timers %u %u\n", peer, timers->keepalive, timers->hold);
	if (timers->connect)
		fprintf(f->out, " neighbor %s timers connect %u\n", peer, timers->connect);
	print_restart(f, peer, session->restart);
}

/* IPv4 routes over an IPv6 session need it (RFC 8950). bgpd enables it for unnumbered neighbors itself. */
static bool needs_extended_nexthop(const struct config_neighbor *n)
{
	return (n->families.bits & CONFIG_IPV4) && (n->address.family == AF_INET6 || n->listen.family == AF_INET6);
}

static void print_neighbor(struct frrconf *f, const struct config_neighbor *n)
{
	_cleanup_free_ char *peer = frrconf_peer(n);

	if (ipaddr_is_set(&n->listen))
		fprintf(f->out, " neighbor %s peer-group\n", peer);
	fprintf(f->out, " neighbor %s %s", peer, n->interface[0] ? "interface " : "");
	print_remote(f, &n->session);
	print_session(f, peer, &n->session, n);
	if (needs_extended_nexthop(n))
		fprintf(f->out, " neighbor %s capability extended-nexthop\n", peer);
}

static void print_listen(struct frrconf *f, const struct config_neighbor *n)
{
	_cleanup_free_ char *peer = frrconf_peer(n);
	char text[IPADDR_TEXT_SIZE];

	if (ipaddr_is_set(&n->listen))
		fprintf(f->out, " bgp listen range %s peer-group %s\n", ipaddr_format(&n->listen, true, text), peer);
}

/*
 * Lines printed from now on belong to one address family. They are collected until end_family(), because bgpd does not
 * show a family without lines.
 */
static void begin_family(struct frrconf *f)
{
	f->outer = f->out;
	f->out = xopen_text(&f->family, &f->family_len);
}

static void end_family(struct frrconf *f, unsigned int family)
{
	xclose_text(f->out);
	f->out = f->outer;
	if (f->family_len)
		fprintf(f->out, " !\n address-family %s\n%s exit-address-family\n", family_names[family], f->family);
	free(util_take_ptr(&f->family));
}

/* FRR 8.4 has no such limit for EVPN. */
static void print_limit(struct frrconf *f, const char *peer, const struct config_session *session, unsigned int family)
{
	const struct config_limit *limit = &session->limit;

	if (!limit->prefixes || family == FAMILY_EVPN)
		return;
	fprintf(f->out, "  neighbor %s maximum-prefix %u", peer, limit->prefixes);
	if (limit->restart)
		fprintf(f->out, " restart %u", limit->restart);
	fprintf(f->out, "%s\n", limit->warning_only ? " warning-only" : "");
}

static void print_neighbor_family(struct frrconf *f, const struct config_neighbor *n, unsigned int family)
{
	_cleanup_free_ char *peer = frrconf_peer(n);

	fprintf(f->out, "  neighbor %s activate\n", peer);
	if (n->route_reflector_client)
		fprintf(f->out, "  neighbor %s route-reflector-client\n", peer);
	print_limit(f, peer, &n->session, family);
	if (n->allowas_in && streq(n->allowas_in, DEFAULT_ALLOWAS_IN))
		fprintf(f->out, "  neighbor %s allowas-in\n", peer);
	else if (n->allowas_in)
		fprintf(f->out, "  neighbor %s allowas-in %s\n", peer, n->allowas_in);
	frrconf_print_fabric_maps(f, n, peer, family_names[family]);
}

static void print_evpn(struct frrconf *f, const char *indent, const struct config_evpn *evpn)
{
	if (evpn->rd)
		fprintf(f->out, "%srd %s\n", indent, evpn->rd);
	for (size_t i = 0; i < evpn->n_import_rts; i++)
		fprintf(f->out, "%sroute-target import %s\n", indent, evpn->import_rts[i]);
	for (size_t i = 0; i < evpn->n_export_rts; i++)
		fprintf(f->out, "%sroute-target export %s\n", indent, evpn->export_rts[i]);
}

static void print_l2vnis(struct frrconf *f)
{
	for (size_t i = 0; i < f->config->n_l2vnis; i++) {
		const struct config_l2vni *l2 = &f->config->l2vnis[i];
		const struct config_evpn *evpn = &l2->evpn;

		if (!evpn->rd && !evpn->n_import_rts && !evpn->n_export_rts && !l2->advertise_svi_ip)
			continue;
		fprintf(f->out, "  vni %u\n", l2->vni);
		print_evpn(f, "   ", evpn);
		if (l2->advertise_svi_ip)
			fputs("   advertise-svi-ip\n", f->out);
		fputs("  exit-vni\n", f->out);
	}
}

static void print_default_family(struct frrconf *f, unsigned int family)
{
	const struct ipaddr *vtep = &f->config->underlay.vtep;
	unsigned int bit = 1u << family;
	char text[IPADDR_TEXT_SIZE];

	begin_family(f);
	/* The address of a NIC is the fabric's, which has a route to its subnet. */
	if (!f->config->underlay.vtep_nic && bit == (vtep->family == AF_INET6 ? CONFIG_IPV6 : CONFIG_IPV4))
		fprintf(f->out, "  network %s\n", ipaddr_format(vtep, true, text));
	for (size_t i = 0; i < f->n_neighbors; i++)
		if (f->neighbors[i]->families.bits & bit)
			print_neighbor_family(f, f->neighbors[i], family);
	if (bit != CONFIG_EVPN)
		frrconf_print_returns(f, family ? AF_INET6 : AF_INET);
	if (bit == CONFIG_EVPN) {
		fputs("  advertise-all-vni\n", f->out);
		print_l2vnis(f);
		if (f->config->vxlan.no_flooding)
			fputs("  flooding disable\n", f->out);
	}
	end_family(f, family);
}

static void print_default(struct frrconf *f)
{
	print_head(f, NULL);
	for (size_t i = 0; i < f->n_neighbors; i++)
		print_neighbor(f, f->neighbors[i]);
	if (f->config->frr.listen_limit && f->config->frr.listen_limit != DEFAULT_LISTEN_LIMIT)
		fprintf(f->out, " bgp listen limit %u\n", f->config->frr.listen_limit);
	for (size_t i = 0; i < f->n_neighbors; i++)
		print_listen(f, f->neighbors[i]);
	for (unsigned int family = 0; family < ARRAY_LEN(family_names); family++)
		print_default_family(f, family);
	fputs("exit\n!\n", f->out);
}

/*
 * For zebra the static routes that evpnd adds are kernel routes. The order is that of the route types in FRR's
 * lib/route_types.txt.
 */
static void print_redistribute(struct frrconf *f, const struct config_l3vni *l3, uint8_t family)
{
	static const char *const kinds[] = { "kernel", "connected", "static" };

	for (size_t kind = 0; kind < ARRAY_LEN(kinds); kind++) {
		bool wanted = false;

		for (size_t i = 0; i < l3->n_redistribute; i++)
			wanted |= streq(l3->redistribute[i], kinds[kind]);
		if (kind == 0 && frrconf_redistributes_kernel(l3, family))
			fputs("  redistribute kernel route-map evpnd-kernel\n", f->out);
		else if (kind > 0 && wanted)
			fprintf(f->out, "  redistribute %s\n", kinds[kind]);
	}
}

static void print_vrf_family(struct frrconf *f, const struct config_l3vni *l3, unsigned int family)
{
	uint8_t af = family ? AF_INET6 : AF_INET;
	const struct ipaddr *host = config_host_address(&l3->host, af);
	unsigned int bit = 1u << family;
	char text[IPADDR_TEXT_SIZE];

	begin_family(f);
	if ((l3->families | l3->advertise.bits) & bit)
		print_redistribute(f, l3, af);
	if (host)
		fprintf(f->out, "  neighbor %s activate\n", ipaddr_format(host, false, text));
	if (host)
		print_limit(f, text, &l3->host.session, family);
	if (host && l3->host.filters)
		fprintf(f->out, "  neighbor %s prefix-list evpnd-%s in\n", text, l3->vrf);
	frrconf_print_exit(f, l3, af);
	for (size_t i = 0; i < l3->n_import_vrfs; i++)
		if (config_find_vrf(f->config, l3->import_vrfs[i])->families & bit)
			fprintf(f->out, "  import vrf %s\n", l3->import_vrfs[i]);
	end_family(f, family);
}

static void print_vrf(struct frrconf *f, const struct config_l3vni *l3)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	bool map = frrconf_has_map(l3);
	char text[IPADDR_TEXT_SIZE];

	print_head(f, l3->vrf);
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		const struct ipaddr *host = config_host_address(&l3->host, families[i]);

		if (!host)
			continue;
		fprintf(f->out, " neighbor %s ", ipaddr_format(host, false, text));
		print_remote(f, &l3->host.session);
		print_session(f, text, &l3->host.session, NULL);
	}
	for (unsigned int family = 0; family < ARRAY_LEN(families); family++)
		print_vrf_family(f, l3, family);
	begin_family(f);
	for (unsigned int family = 0; family < ARRAY_LEN(families); family++)
		if (l3->advertise.bits & (1u << family))
			fprintf(f->out, "  advertise %s%s%s\n", family_names[family],
				map ? " route-map evpnd-own-" : "", map ? l3->vrf : "");
	for (unsigned int family = 0; family < ARRAY_LEN(families); family++)
		if (l3->default_originate.bits & (1u << family))
			fprintf(f->out, "  default-originate %s\n", family ? "ipv6" : "ipv4");
	print_evpn(f, "  ", &l3->evpn);
	end_family(f, FAMILY_EVPN);
	fputs("exit\n!\n", f->out);
}

/* The VRFs in the order in which they are printed, each once. */
struct queue {
	const struct config_l3vni *first; /* of the config */
	const struct config_l3vni **items;
	bool *queued; /* by position in the config */
	size_t n;
};

static void put_in_queue(struct queue *q, const struct config_l3vni *l3)
{
	if (q->queued[l3 - q->first])
		return;
	q->queued[l3 - q->first] = true;
	q->items[q->n++] = l3;
}

/* In the order of the lines `import vrf'. */
static void queue_imported(const struct frrconf *f, struct queue *q, const struct config_l3vni *l3)
{
	for (unsigned int bit = CONFIG_IPV4; bit <= CONFIG_IPV6; bit <<= 1)
		for (size_t i = 0; i < l3->n_import_vrfs; i++) {
			const struct config_l3vni *from = config_find_vrf(f->config, l3->import_vrfs[i]);

			if (from->families & bit)
				put_in_queue(q, from);
		}
}

/*
 * VRFs in the order of bgpd's list of instances, that of their first mention: `import vrf X' creates the instance of X
 * if bgpd has not read its `router bgp' yet (bgp_imexport_vrf in bgp_vty.c). So those that the default VRF imports are the first,
 * and a VRF is followed by those that it imports.
 */
static void print_instances(struct frrconf *f)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	const struct config *config = f->config;
	_cleanup_free_ const struct config_l3vni **items = xcalloc(config->n_l3vnis, sizeof(*items));
	_cleanup_free_ bool *queued = xcalloc(config->n_l3vnis, sizeof(*queued));
	struct queue q = { config->l3vnis, items, queued, 0 };

	for (size_t k = 0; k < ARRAY_LEN(families); k++)
		for (size_t i = 0; i < config->n_l3vnis; i++)
			if (frrconf_returns(config->by_vrf[i], families[k]))
				put_in_queue(&q, config->by_vrf[i]);
	for (size_t next = 0, i = 0; next < config->n_l3vnis; next++) {
		while (next == q.n)
			put_in_queue(&q, config->by_vrf[i++]);
		queue_imported(f, &q, q.items[next]);
		print_vrf(f, q.items[next]);
	}
}

void frrconf_print_bgp(struct frrconf *f)
{
	print_default(f);
	print_instances(f);
}
