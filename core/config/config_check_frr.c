/* SPDX-License-Identifier: Apache-2.0 */
/* config_check_frr.c - group frr and the sessions: values compared with each other; see config_parse.h */
#include <sys/socket.h>

#include "config_check_parts.h"

static void check_timers(struct checker *c, const struct config_timers *timers, const config_setting_t *s)
{
	if (timers->set && timers->hold && timers->keepalive > timers->hold)
		PROBLEM(c, member(s, "timers"), "timers: a keepalive every %u s is too late for a hold time of %u s",
			timers->keepalive, timers->hold);
}

static void check_bfd(struct checker *c, const char *name, const config_setting_t *s)
{
	const struct config_frr *frr = &c->config->frr;
	_cleanup_free_ const char **names = xcalloc(frr->n_bfd_profiles + 1, sizeof(*names));
	const char *near;
	size_t n = 0;

	if (!name)
		return;
	for (size_t i = 0; i < frr->n_bfd_profiles; i++) {
		if (!frr->bfd_profiles[i].name)
			continue;
		if (streq(name, frr->bfd_profiles[i].name))
			return;
		names[n++] = frr->bfd_profiles[i].name;
	}
	near = util_near_miss(name, names);
	PROBLEM(c, member(s, "bfd"), "bfd: none of frr.bfd_profiles has the name `%s'%s%s%s", name,
		near ? ", did you mean `" : "", near ? near : "", near ? "'?" : "");
}

static void check_session(struct checker *c, const struct config_session *session, const config_setting_t *s)
{
	check_timers(c, &session->timers, s);
	check_bfd(c, session->bfd_profile, s);
}

/* The name FRR has for it, or NULL. */
static char *neighbor_name(const struct config_neighbor *n)
{
	char text[IPADDR_TEXT_SIZE];

	if (ipaddr_is_set(&n->address))
		return xstrdup(ipaddr_format(&n->address, false, text));
	if (ipaddr_is_set(&n->listen))
		return xstrdup(ipaddr_format(&n->listen, true, text));
	return n->interface[0] ? xstrdup(n->interface) : NULL;
}

static const config_setting_t *check_who(struct checker *c, const struct config_neighbor *n, const config_setting_t *s)
{
	static const char *const keys[] = { "address", "interface", "listen" };
	_cleanup_free_ char *name = neighbor_name(n);
	const config_setting_t *found = NULL;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (!has(s, keys[i]))
			continue;
		if (found)
			PROBLEM(c, member(s, keys[i]),
				"frr.neighbors: `%s' and `%s' are both there: one of them says who it is", found->name,
				keys[i]);
		found = member(s, keys[i]);
	}
	if (!found)
		PROBLEM(c, s, "frr.neighbors: `address', `interface' or `listen' is missing: who is it?");
	else if (name)
		config_use(c->r, found, xasprintf("neighbor %s", name), NULL);
	return found ? found : s;
}

static void check_neighbor(struct checker *c, const struct config_neighbor *n, const config_setting_t *s)
{
	const struct config_session *session = &n->session;
	bool same = session->asn && session->asn == c->config->frr.asn;
	bool internal = session->remote == CONFIG_REMOTE_INTERNAL || same;

	if (!config_setting_is_group(s))
		return;
	check_who(c, n, s);
	check_session(c, session, s);
	if (n->ebgp_multihop && (internal || n->interface[0]))
		PROBLEM(c, member(s, "ebgp_multihop"), "frr.neighbors.ebgp_multihop: %s",
			internal ? "the neighbor is in this node's own AS, where it has no effect"
				 : "an unnumbered neighbor is at the other end of the cable");
	if (n->route_reflector_client && has(s, "asn") && (session->asn || session->remote) && !internal)
		PROBLEM(c, member(s, "route_reflector_client"),
			"frr.neighbors.route_reflector_client: only a neighbor in this node's own AS can be one");
	if (n->families.set && config_setting_length(member(s, "families")) == 0)
		PROBLEM(c, member(s, "families"), "frr.neighbors.families: want one at least");
}

static void check_accept(struct checker *c, const struct config_l3vni *l3, const config_setting_t *list)
{
	char text[IPADDR_TEXT_SIZE];

	for (size_t i = 0; i < l3->host.n_accept; i++) {
		const struct config_accept *accept = &l3->host.accept[i];
		unsigned int len = accept->prefix.prefixlen, bits = ipaddr_bits(&accept->prefix);
		uint32_t ge = accept->ge ? accept->ge : len + 1, le = accept->le ? accept->le : bits;

		if (!ipaddr_is_set(&accept->prefix))
			continue;
		ipaddr_format(&accept->prefix, true, text);
		if ((accept->ge || accept->le) && !(len < ge && ge <= le && le <= bits))
			PROBLEM(c, element(list, i),
				"l3vnis.host.accept: %s: want its length, %u, less than `ge', that not more than `le', "
				"and that not more than %u",
				text, len, bits);
		if (l3->vni)
			config_use(c->r, element(list, i),
				   xasprintf("host.accept %s%s%.0u%s%.0u of VNI %u", text, accept->ge ? " ge " : "",
					     accept->ge, accept->le ? " le " : "", accept->le, l3->vni),
				   NULL);
	}
}

static void check_host_session(struct checker *c, const struct config_l3vni *l3, const config_setting_t *s)
{
	static const char *const keys[] = { "timers", "password_file", "bfd", "graceful_restart", "accept" };
	const struct config_host *host = &l3->host;

	if (!host->set || !config_setting_is_group(s))
		return;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (has(s, keys[i]) && !has(s, "asn"))
			PROBLEM(c, member(s, keys[i]),
				"l3vnis.host.%s is of the BGP session with the host, for which `asn' is missing",
				keys[i]);
	if (host->session.asn && !config_host_address(host, AF_UNSPEC))
		PROBLEM(c, member(s, "asn"),
			"l3vnis.host.asn: the BGP session with AS %u needs a subnet that `addresses' and "
			"`peer_addresses' have in common",
			host->session.asn);
	check_session(c, &host->session, s);
	check_accept(c, l3, member(s, "accept"));
}

static void use_targets(struct checker *c, const config_setting_t *s, const char *key, char **targets, size_t n,
			uint32_t vni)
{
	const config_setting_t *list = member(s, key);

	for (size_t i = 0; vni && i < n; i++)
		if (targets[i][0])
			config_use(c->r, element(list, i),
				   xasprintf("route_targets.%s `%s' of VNI %u", key, targets[i], vni), NULL);
}

static void use_evpn(struct checker *c, const config_setting_t *s, const struct config_evpn *evpn, uint32_t vni)
{
	const config_setting_t *targets = member(s, "route_targets");

	if (evpn->rd)
		config_use(c->r, member(s, "rd"), xasprintf("rd %s", evpn->rd), NULL);
	use_targets(c, targets, "import", evpn->import_rts, evpn->n_import_rts, vni);
	use_targets(c, targets, "export", evpn->export_rts, evpn->n_export_rts, vni);
}

static void check_vnis(struct checker *c)
{
	const config_setting_t *l3vnis = member(c->r->root, "l3vnis"), *l2vnis = member(c->r->root, "l2vnis");

	for (size_t i = 0; i < c->config->n_l3vnis; i++) {
		const struct config_l3vni *l3 = &c->config->l3vnis[i];
		const config_setting_t *s = element(l3vnis, i);

		check_host_session(c, l3, member(s, "host"));
		use_evpn(c, s, &l3->evpn, l3->vni);
	}
	for (size_t i = 0; i < c->config->n_l2vnis; i++)
		use_evpn(c, element(l2vnis, i), &c->config->l2vnis[i].evpn, c->config->l2vnis[i].vni);
}

/* What is generated only needs if it is. */
static void check_generated(struct checker *c, const config_setting_t *s)
{
	const struct ipaddr *vtep = &c->config->underlay.vtep;

	if (!has(s, "asn"))
		PROBLEM(c, s,
			"frr: `asn' is missing: frr.conf is generated, unless `source' is a file that you write "
			"yourself");
	if (!has(s, "router_id") && ipaddr_bits(vtep) == 128)
		PROBLEM(c, s, "frr: `router_id' is missing: an IPv6 VTEP cannot be one");
}

void config_check_frr(struct config_reader *r)
{
	struct checker c = { .r = r, .config = r->config };
	const struct config_frr *frr = &r->config->frr;
	const config_setting_t *s = member(r->root, "frr"), *list = member(s, "neighbors");
	const config_setting_t *profiles = member(s, "bfd_profiles");
	char text[IPADDR_TEXT_SIZE];

	check_vnis(&c);
	if (s == r->root || !config_setting_is_group(s))
		return;
	if (!has(s, "source"))
		check_generated(&c, s);
	else if (frr->source && frr->config && streq(frr->source, frr->config))
		PROBLEM(&c, member(s, "source"), "frr.source: %s is also frr.config, which evpnd overwrites",
			frr->source);
	if (ipaddr_is_set(&frr->router_id) && ipaddr_bits(&frr->router_id) != 32)
		PROBLEM(&c, member(s, "router_id"), "frr.router_id: want an IPv4 address, not \"%s\"",
			ipaddr_format(&frr->router_id, false, text));
	for (size_t i = 0; i < frr->n_neighbors; i++)
		check_neighbor(&c, &frr->neighbors[i], element(list, i));
	for (size_t i = 0; i < frr->n_bfd_profiles; i++)
		if (frr->bfd_profiles[i].name)
			config_use(r, element(profiles, i), xasprintf("BFD profile `%s'", frr->bfd_profiles[i].name),
				   NULL);
}
