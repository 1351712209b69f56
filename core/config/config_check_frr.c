/* SPDX-License-Identifier: Apache-2.0 */
/* config_check_frr.c - compares values of group frr and of BGP sessions with each other; see config_parts.h */
#include <sys/socket.h>

#include "base/passwd.h"
#include "config/config_check_parts.h"

static void check_timers(struct checker *c, const struct config_timers *timers, const config_setting_t *s,
			 const char *group)
{
	if (timers->set && timers->hold && timers->keepalive > timers->hold)
		PROBLEM(c, member(s, "timers"),
			"%s.timers: keepalive is %u s, longer than hold, %u s: use a third of hold or less", group,
			timers->keepalive, timers->hold);
}

static void check_bfd(struct checker *c, const char *name, const config_setting_t *s, const char *group)
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
	if (near)
		PROBLEM(c, member(s, "bfd"),
			"%s.bfd: no entry of frr.bfd_profiles has the name `%.64s', did you mean `%s'?", group, name,
			near);
	else
		PROBLEM(c, member(s, "bfd"), "%s.bfd: no entry of frr.bfd_profiles has the name `%.64s'", group, name);
}

static void check_session(struct checker *c, const struct config_session *session, const config_setting_t *s,
			  const char *group)
{
	check_timers(c, &session->timers, s, group);
	check_bfd(c, session->bfd_profile, s, group);
	if (session->limit.warning_only && session->limit.restart)
		PROBLEM(c, member(s, "maximum_prefix"),
			"%s.maximum_prefix: both `warning_only' and `restart' are set: with `warning_only' the session "
			"stays; remove one",
			group);
}

/* The neighbor's name in FRR, for messages; NULL: none is valid. The caller frees it. */
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
				"frr.neighbors: both `%s' and `%s' are set: keep the one that identifies the neighbor",
				found->name, keys[i]);
		found = member(s, keys[i]);
	}
	if (!found)
		PROBLEM(c, s, "frr.neighbors: `address', `interface' or `listen' is required");
	else if (name)
		config_use(c->r, found, xasprintf("neighbor %s", name), NULL);
	return found ? found : s;
}

static void check_source(struct checker *c, const struct config_neighbor *n, const config_setting_t *s)
{
	if (!has(s, "update_source"))
		return;
	if (n->interface[0])
		PROBLEM(c, member(s, "update_source"),
			"frr.neighbors.update_source: an unnumbered neighbor has that of its interface: remove it");
	else if (ipaddr_is_set(&n->listen))
		PROBLEM(c, member(s, "update_source"),
			"frr.neighbors.update_source: the neighbors of `listen' choose the address: remove it");
	else if (ipaddr_is_set(&n->source) && ipaddr_is_set(&n->address) && n->source.family != n->address.family)
		PROBLEM(c, member(s, "update_source"),
			"frr.neighbors.update_source: an address of the other address family than the neighbor's: set "
			"one of the same");
}

static void check_neighbor(struct checker *c, const struct config_neighbor *n, const config_setting_t *s)
{
	const struct config_session *session = &n->session;
	bool same = session->asn && session->asn == c->config->frr.asn;
	bool internal = session->remote == CONFIG_REMOTE_INTERNAL || same;

	if (!config_setting_is_group(s))
		return;
	check_who(c, n, s);
	check_session(c, session, s, "frr.neighbors");
	check_source(c, n, s);
	if (session->passive && ipaddr_is_set(&n->listen))
		PROBLEM(c, member(s, "passive"),
			"frr.neighbors.passive: no effect with `listen', where FRR never connects by itself: remove "
			"it");
	if (session->limit.prefixes && n->families.set && !(n->families.bits & (CONFIG_IPV4 | CONFIG_IPV6)))
		PROBLEM(c, member(s, "maximum_prefix"),
			"frr.neighbors.maximum_prefix: the session has neither `ipv4' nor `ipv6', to which it applies: "
			"remove it");
	if (n->ebgp_multihop && internal)
		PROBLEM(c, member(s, "ebgp_multihop"),
			"frr.neighbors.ebgp_multihop: no effect on a neighbor in this node's own AS: remove it");
	else if (n->ebgp_multihop && n->interface[0])
		PROBLEM(c, member(s, "ebgp_multihop"),
			"frr.neighbors.ebgp_multihop: an unnumbered neighbor is directly connected: remove it");
	if (n->route_reflector_client && has(s, "asn") && (session->asn || session->remote) && !internal)
		PROBLEM(c, member(s, "route_reflector_client"),
			"frr.neighbors.route_reflector_client: the neighbor is not in this node's own AS: remove it");
	if (n->families.set && config_setting_length(member(s, "families")) == 0)
		PROBLEM(c, member(s, "families"), "frr.neighbors.families: the list is empty: name a family");
}

static void check_host_session(struct checker *c, const struct config_l3vni *l3, const config_setting_t *s)
{
	static const char *const keys[] = { "description",   "passive", "maximum_prefix", "timers",
					    "password_file", "bfd",	"accept",	  "graceful_restart" };
	const struct config_host *host = &l3->host;

	if (!host->set || !config_setting_is_group(s))
		return;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (has(s, keys[i]) && !has(s, "asn"))
			PROBLEM(c, member(s, keys[i]),
				"l3vnis.host.%s applies to the BGP session with the host, for which `asn' is missing",
				keys[i]);
	if (host->session.asn && !config_host_address(host, AF_UNSPEC))
		PROBLEM(c, member(s, "asn"),
			"l3vnis.host.asn: a BGP session with AS %u needs a common subnet of `addresses' and "
			"`peer_addresses'",
			host->session.asn);
	check_session(c, &host->session, s, "l3vnis.host");
	config_check_ranges(c, member(s, "accept"), "l3vnis.host.accept", l3->vni, host->accept, host->n_accept);
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

static void check_ra(struct checker *c, const struct config_l2vni *l2, const config_setting_t *s)
{
	for (size_t i = 0; i < l2->n_gateways; i++)
		if (l2->gateways[i].family == AF_INET6)
			return;
	if (l2->ra)
		PROBLEM(c, member(s, "ra"),
			"l2vnis.ra: VNI %u has no IPv6 gateway to advertise: add one to `gateways', or remove `ra'",
			l2->vni);
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
	for (size_t i = 0; i < c->config->n_l2vnis; i++) {
		use_evpn(c, element(l2vnis, i), &c->config->l2vnis[i].evpn, c->config->l2vnis[i].vni);
		check_ra(c, &c->config->l2vnis[i], element(l2vnis, i));
	}
}

/* Keys that a generated frr.conf needs. */
static void check_generated(struct checker *c, const config_setting_t *s)
{
	const struct ipaddr *vtep = &c->config->underlay.vtep;

	if (!has(s, "asn"))
		PROBLEM(c, s, "frr: `asn' is required to generate frr.conf; or set `source' to a frr.conf of your own");
	if (!has(s, "router_id") && ipaddr_bits(vtep) == 128)
		PROBLEM(c, s, "frr: `router_id' is required with an IPv6 VTEP: set an IPv4 address");
}

static void check_readable(struct checker *c, const config_setting_t *s, int r, const char *file)
{
	if (r < 0)
		PROBLEM(c, s, "frr.%s: %s: %s; use a number in place of the name", config_setting_name(s), file,
			config_file_fault(c->r, r));
}

/* frr.conf holds all passwords in clear text. */
static void check_mode(struct checker *c, const config_setting_t *s)
{
	mode_t mode = c->config->frr.mode;
	bool secret = false;

	for (size_t i = 0; i < c->config->frr.n_neighbors; i++)
		secret |= c->config->frr.neighbors[i].session.password != NULL;
	for (size_t i = 0; i < c->config->n_l3vnis; i++)
		secret |= c->config->l3vnis[i].host.session.password != NULL;
	if (mode & 0002)
		WARNING(c, s, "frr.mode: %04o lets every user change frr.conf: use 0640", (unsigned int)mode);
	else if ((mode & 0004) && secret)
		WARNING(c, s, "frr.mode: %04o lets every user read the passwords in frr.conf: use 0640",
			(unsigned int)mode);
}

/* The config keeps the name, which is looked up again whenever frr.conf is installed. */
static void check_owner(struct checker *c, const config_setting_t *s)
{
	const struct config_frr *frr = &c->config->frr;
	uid_t uid;
	gid_t gid;
	int user = frr->owner.name ? passwd_find_user(frr->owner.name, &uid) : 1;
	int group = frr->group.name ? passwd_find_group(frr->group.name, &gid) : 1;

	check_readable(c, member(s, "owner"), user, "/etc/passwd");
	check_readable(c, member(s, "group"), group, "/etc/group");
	if (user == 0)
		config_problem_value(c->r, member(s, "owner"),
				     "a user in /etc/passwd, or the number it has in FRR's image");
	if (group == 0)
		config_problem_value(c->r, member(s, "group"),
				     "a group in /etc/group, or the number it has in FRR's image");
}

void config_check_frr(struct config_reader *r)
{
	struct checker c = { .r = r, .config = r->config };
	const struct config_frr *frr = &r->config->frr;
	const config_setting_t *s = member(r->root, "frr"), *list = member(s, "neighbors");
	const config_setting_t *profiles = member(s, "bfd_profiles");

	check_vnis(&c);
	if (s == r->root || !config_setting_is_group(s))
		return;
	if (!has(s, "source"))
		check_generated(&c, s);
	else if (frr->source && frr->config && streq(frr->source, frr->config))
		PROBLEM(&c, member(s, "source"),
			"frr.source: %.200s is also frr.config, which evpnd overwrites: use another file", frr->source);
	check_owner(&c, s);
	check_mode(&c, member(s, "mode"));
	if (ipaddr_is_set(&frr->router_id) && ipaddr_bits(&frr->router_id) != 32)
		config_problem_value(r, member(s, "router_id"), "an IPv4 address");
	if (ipaddr_is_set(&frr->cluster_id) && ipaddr_bits(&frr->cluster_id) != 32)
		config_problem_value(r, member(s, "cluster_id"), "an IPv4 address");
	for (size_t i = 0; i < frr->n_neighbors; i++)
		check_neighbor(&c, &frr->neighbors[i], element(list, i));
	for (size_t i = 0; i < frr->n_bfd_profiles; i++)
		if (frr->bfd_profiles[i].name)
			config_use(r, element(profiles, i), xasprintf("BFD profile `%s'", frr->bfd_profiles[i].name),
				   NULL);
}
