/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health_session.c - BGP sessions, next hops and this node's own routes in FRR's answers; see health.h
 */
#include <stdio.h>

#include "base/json.h"
#include "base/util.h"
#include "frr/health_parts.h"

#define DEFAULT_VRF "default"
/* For the first routes of a neighbor that does not say when it has sent all. */
#define FIRST_ROUTES_MS 5000

/* Why FRR says that the session is down; "": it does not say. */
static const char *down_reason(const json_t *peer)
{
	static const char *const keys[] = { "lastNotificationReason", "lastResetDueTo" };
	const char *text = "";

	for (size_t i = 0; !text[0] && i < ARRAY_LEN(keys); i++)
		text = json_text(peer, keys[i]);
	return text;
}

/* Whether EVPN is configured for the neighbor, and the two sides have not agreed on it. */
static bool lacks_evpn(const json_t *peer)
{
	const json_t *families = json_object_get(peer, "addressFamilyInfo");
	const json_t *agreed = json_object_get(
		json_object_get(json_object_get(peer, "neighborCapabilities"), "multiprotocolExtensions"), "l2VpnEvpn");

	return json_object_get(families, "l2VpnEvpn") &&
	       !json_is_true(json_object_get(agreed, "advertisedAndReceived"));
}

/*
 * Whether the neighbor's EVPN routes are still to come: packets to other nodes would be lost. A neighbor that has sent all that it has
 * says so by an End-of-RIB marker (RFC 4724, section 2); FRR does towards each neighbor with the capability.
 */
static bool awaits_routes(const json_t *peer)
{
	const json_t *evpn = json_object_get(json_object_get(peer, "addressFamilyInfo"), "l2VpnEvpn");
	const json_t *ended = json_object_get(json_object_get(peer, "gracefulRestartInfo"), "endOfRibRecv");
	const json_t *up = json_object_get(peer, "bgpTimerUpMsec");

	return evpn && json_is_integer(up) && json_integer_value(up) < FIRST_ROUTES_MS &&
	       json_integer_value(json_object_get(evpn, "acceptedPrefixCounter")) <= 0 &&
	       !json_is_true(json_object_get(ended, "l2VpnEvpn"));
}

static uint32_t count_prefixes(const json_t *peer)
{
	json_t *families = json_object_get(peer, "addressFamilyInfo"), *family;
	uint32_t n = 0;
	const char *name;

	json_object_foreach(families, name, family)
		n += (uint32_t)json_integer_value(json_object_get(family, "acceptedPrefixCounter"));
	return n;
}

/* A session without a number has just been established, or does not have the family. */
static void count_sent(const json_t *peer, const char *family, struct health_sent *sent)
{
	const json_t *number = json_object_get(json_object_get(json_object_get(peer, "addressFamilyInfo"), family),
					       "sentPrefixCounter");

	if (!streq(json_text(peer, "bgpState"), "Established") || !json_is_integer(number))
		return;
	sent->n_sessions++;
	sent->n_prefixes += (uint64_t)json_integer_value(number);
}

/* FRR has both times in ms: of a session that is established, and since the last one has ended. */
static uint64_t uptime_s(const json_t *peer)
{
	json_int_t up = json_integer_value(json_object_get(peer, "bgpTimerUpMsec"));
	json_int_t down = json_integer_value(json_object_get(peer, "lastResetTimerMsecs"));

	return (uint64_t)(up > 0 ? up : down > 0 ? down : 0) / 1000;
}

/* FRR has it in ms, of a clock that counts seconds. */
static uint64_t silent_s(const json_t *peer)
{
	json_int_t read = json_integer_value(json_object_get(peer, "bgpTimerLastRead"));

	return (uint64_t)(read > 0 ? read : 0) / 1000;
}

/* BFD's state, if BFD is configured for the session and is not up; else NULL. */
static const char *bfd_trouble(const json_t *peer)
{
	const json_t *bfd = json_object_get(peer, "peerBfdInfo");
	const char *status = json_text(bfd, "status");

	return bfd && !streq(status, "Up") ? status : NULL;
}

static bool is_shut(const json_t *peer)
{
	return json_is_true(json_object_get(peer, "adminShutDown"));
}

static struct health_item *judge_peer(const char *name, bool fabric, const json_t *peer, struct health_report *report)
{
	const char *state = json_text(peer, "bgpState"), *reason = down_reason(peer), *bfd = bfd_trouble(peer);
	const char *kind = fabric ? "fabric" : "host";

	if (is_shut(peer))
		return health_add(report, HEALTH_SESSION, name, HEALTH_SESSION_DOWN,
				  "the %s session with %s is shut down in FRR's configuration, and there is no other",
				  kind, name);
	if (!streq(state, "Established"))
		return health_add(report, HEALTH_SESSION, name, HEALTH_SESSION_DOWN,
				  "the %s session with %s is %.16s%s%.120s", kind, name, state,
				  reason[0] ? ", FRR's last word about it: " : "", reason);
	if (lacks_evpn(peer))
		return health_add(
			report, HEALTH_SESSION, name, HEALTH_FAMILY_MISSING,
			"the fabric session with %s is established without EVPN; enable the address family l2vpn evpn "
			"for this node there",
			name);
	if (bfd)
		return health_add(
			report, HEALTH_SESSION, name, HEALTH_BFD_DOWN,
			"the %s session with %s is established, but BFD with it is %.16s, so FRR notices a broken "
			"path late; enable BFD for this node there",
			kind, name, bfd[0] ? bfd : "unknown");
	if (fabric && awaits_routes(peer))
		return health_add(report, HEALTH_SESSION, name, HEALTH_ROUTES_PENDING,
				  "the fabric session with %s is new, and its EVPN routes have not come yet", name);
	return health_add(report, HEALTH_SESSION, name, HEALTH_FINE, NULL);
}

static void add_peer(const char *vrf, const char *peer_name, const json_t *peer, struct health_report *report)
{
	bool fabric = streq(vrf, DEFAULT_VRF);
	struct health_item *item;
	char name[HEALTH_NAME_SIZE];

	snprintf(name, sizeof(name), "%s%s%.16s", peer_name, fabric ? "" : " in VRF ", fabric ? "" : vrf);
	item = judge_peer(name, fabric, peer, report);
	item->fabric = fabric;
	item->dropped = json_integer_value(json_object_get(peer, "connectionsDropped"));
	snprintf(item->state, sizeof(item->state), "%s", is_shut(peer) ? "shut down" : json_text(peer, "bgpState"));
	item->prefixes = count_prefixes(peer);
	item->uptime_s = uptime_s(peer);
	item->silent_s = silent_s(peer);
	if (!fabric)
		return;
	count_sent(peer, "l2VpnEvpn", &report->sent_evpn);
	count_sent(peer, "ipv4Unicast", &report->sent_ipv4);
	count_sent(peer, "ipv6Unicast", &report->sent_ipv6);
}

/* Adds the item that says that evpnd looks at no more of what this answer lists. */
static void stop_listing(struct health_report *report, const char *daemon, const char *what)
{
	health_add(report, HEALTH_DAEMON, daemon, HEALTH_NO_ANSWER,
		   "%s lists more than %u %s, and evpnd looks at no more; FRR is misconfigured, or compromised", daemon,
		   HEALTH_LISTED_MAX, what);
}

static bool is_peer(const json_t *peer)
{
	return json_is_string(json_object_get(peer, "bgpState"));
}

/* Whether all of them are shut down. */
static bool all_shut(json_t *peers)
{
	const char *name;
	json_t *peer;

	json_object_foreach(peers, name, peer)
	{
		if (is_peer(peer) && !is_shut(peer))
			return false;
	}
	return true;
}

void health_judge_sessions(const char *answer, struct health_report *report)
{
	json_auto_t *vrfs = health_parse(answer, "bgpd", HEALTH_SESSIONS, report);
	size_t last = report->n_items + HEALTH_LISTED_MAX;
	const char *vrf, *peer_name;
	json_t *peers, *peer;

	json_object_foreach(vrfs, vrf, peers)
	{
		/* A node without any session in the fabric is off the network, even if somebody wants it so. */
		bool counts_shut = streq(vrf, DEFAULT_VRF) && all_shut(peers);

		json_object_foreach(peers, peer_name, peer)
		{
			if (!is_peer(peer) || (is_shut(peer) && !counts_shut))
				continue;
			if (report->n_items == last) {
				stop_listing(report, "bgpd", "sessions");
				return;
			}
			add_peer(vrf, peer_name, peer, report);
		}
	}
}

/* What FRR shows of one next hop. */
struct next_hop {
	char address[IPADDR_TEXT_SIZE]; /* "": of no interest */
	bool unresolved;
	bool has_way, has_blackhole; /* resolved by a route that leads somewhere, or nowhere */
	bool is_others; /* of other daemons than bgpd */
};

static void judge_next_hop(const struct next_hop *hop, struct health_report *report)
{
	if (!hop->address[0] || hop->is_others)
		return;
	if (hop->unresolved)
		health_add(
			report, HEALTH_NEXT_HOP, hop->address, HEALTH_NEXT_HOP_UNRESOLVED,
			"next hop %s is unresolved: FRR has no route to it, so the EVPN routes behind it are not used; "
			"check what the fabric announces",
			hop->address);
	else if (hop->has_blackhole && !hop->has_way)
		health_add(report, HEALTH_NEXT_HOP, hop->address, HEALTH_NEXT_HOP_UNRESOLVED,
			   "next hop %s is resolved by a blackhole route, which drops what is sent to it; check the "
			   "static "
			   "routes, and what the fabric announces",
			   hop->address);
}

/* A line behind that with the address. */
static void take_line(struct next_hop *hop, const char *line, size_t len)
{
	_cleanup_free_ char *text = strndup(line, len);

	if (!text)
		return;
	if (strncmp(text, " unresolved", strlen(" unresolved")) == 0)
		hop->unresolved = true;
	else if (strncmp(text, " Client list:", strlen(" Client list:")) == 0)
		hop->is_others = !strstr(text, " bgp(");
	else if (strstr(text, "Null0") || strstr(text, "blackhole") || strstr(text, "unreachable"))
		hop->has_blackhole = true;
	else if (strncmp(text, " via ", strlen(" via ")) == 0 || strstr(text, "directly connected"))
		hop->has_way = true;
}

/*
 * FRR 8.4 has no JSON for this. A next hop is a line that begins with its address, followed by lines that begin with a blank;
 * "(Connected)" behind the address marks a neighbor of bgpd's:
 *
 *	100.64.0.1
 *	 unresolved
 *	 Client list: bgp(fd 27)
 *	100.64.0.2
 *	 resolved via static
 *	 is directly connected, Null0
 */
void health_judge_next_hops(const char *answer, struct health_report *report)
{
	size_t last = report->n_items + HEALTH_LISTED_MAX;
	struct next_hop hop = { 0 };
	struct ipaddr ip;

	for (const char *line = answer, *end; *line; line = *end ? end + 1 : end) {
		size_t len = strcspn(line, " (\r\n");

		end = strchrnul(line, '\n');
		if (line[0] == ' ') {
			take_line(&hop, line, (size_t)(end - line));
			continue;
		}
		if (report->n_items == last) {
			stop_listing(report, "zebra", "next hops that are unresolved");
			return;
		}
		judge_next_hop(&hop, report);
		hop = (struct next_hop){ 0 };
		snprintf(hop.address, sizeof(hop.address), "%.*s", (int)(len < sizeof(hop.address) ? len : 0), line);
		if (line[len] == '(' || !ipaddr_parse(hop.address, false, &ip))
			hop.address[0] = '\0';
	}
	judge_next_hop(&hop, report);
}

void health_own_routes_commands(const char *bgp_vnis, const uint32_t *vnis, size_t n, char **ret_commands)
{
	json_error_t ignored;
	json_auto_t *known = json_parse_bytes(bgp_vnis, &ignored);

	for (size_t i = 0; i < n; i++) {
		const json_t *entry;
		const char *rd, *type;
		char key[16];

		snprintf(key, sizeof(key), "%u", vnis[i]);
		entry = json_object_get(known, key);
		rd = json_text(entry, "rd");
		/* All routes of 10,000 hosts have more than 16 MiB. */
		type = streq(json_text(entry, "type"), "L2") ? " type multicast" : "";
		/* The text becomes part of a command. */
		ret_commands[i] = rd[0] && strlen(rd) < 40 && strspn(rd, "0123456789.:") == strlen(rd)
					  ? xasprintf("show bgp l2vpn evpn route rd %s%s json", rd, type)
					  : NULL;
	}
}

/* The next hop of a path that this node itself announces ("sourced"), if it is not the VTEP; else NULL. */
static const char *wrong_next_hop(const json_t *path, const struct ipaddr *vtep)
{
	const json_t *hops = json_object_get(path, "nexthops");
	struct ipaddr ip;
	json_t *hop;
	size_t i;

	if (!json_is_true(json_object_get(path, "sourced")))
		return NULL;
	json_array_foreach(hops, i, hop)
	{
		if (!ipaddr_parse(json_text(hop, "ip"), false, &ip) || ipaddr_compare(&ip, vtep) != 0)
			return json_text(hop, "ip");
	}
	return NULL;
}

/* The first such next hop below `route`, whose member "paths" is an array of arrays of paths. */
static const char *find_wrong_next_hop(const json_t *route, const struct ipaddr *vtep)
{
	json_t *group, *path;
	size_t i, j;

	json_array_foreach(json_object_get(route, "paths"), i, group)
	{
		json_array_foreach(group, j, path)
		{
			const char *hop = wrong_next_hop(path, vtep);

			if (hop)
				return hop;
		}
	}
	return NULL;
}

/* The item of a VNI with which nothing is wrong so far; NULL: there is none. */
static struct health_item *find_fine(struct health_report *report, uint32_t vni)
{
	for (size_t i = 0; i < report->n_items; i++) {
		struct health_item *item = &report->items[i];

		if (item->kind == HEALTH_VNI && item->reason == HEALTH_FINE && item->vni == vni)
			return item;
	}
	return NULL;
}

static bool is_l2vni(const struct config *config, uint32_t vni)
{
	for (size_t i = 0; i < config->n_l2vnis; i++)
		if (config->l2vnis[i].vni == vni)
			return true;
	return false;
}

void health_judge_own_routes(const struct config *config, uint32_t vni, const char *answer,
			     struct health_report *report)
{
	json_auto_t *tables = health_parse(answer, "bgpd", "show bgp l2vpn evpn route rd", report);
	struct health_item *item = find_fine(report, vni);
	char vtep[IPADDR_TEXT_SIZE];
	const char *rd, *prefix, *hop;
	json_t *table, *route;
	size_t n_own = 0;

	if (!item || !tables)
		return;
	ipaddr_format(&config->underlay.vtep, false, vtep);
	/* A route distinguisher has its routes beside its own name. */
	json_object_foreach(tables, rd, table)
	{
		json_object_foreach(table, prefix, route)
		{
			n_own += json_object_get(route, "paths") != NULL;
			hop = find_wrong_next_hop(route, &config->underlay.vtep);
			if (hop)
				health_set(item, HEALTH_NEXT_HOP_MISMATCH,
					   "%s: this node announces %.80s with next hop %.60s, not %s", item->name,
					   prefix, hop[0] ? hop : "none", vtep);
		}
	}
	/* An L2VNI always has a Type-3 route, unless it floods nothing; an L3VNI may have no prefix. */
	if (n_own == 0 && !config->vxlan.no_flooding && is_l2vni(config, vni))
		health_set(item, HEALTH_VNI_NOT_ANNOUNCED, "%s: bgpd has no route of this node for it", item->name);
}
