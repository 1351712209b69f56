/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrdiff_keys.c - the key that identifies a line among its siblings, and the order in which siblings are added
 *
 * A pattern consists of words: '*' stands for any word that belongs to the key, '=' for any word that does not, and a
 * final '=' for the rest of the line, which may be empty. There are patterns only for lines that FRR replaces when a
 * new one is set. The key of any other line is the whole line: the old line is deleted, and the new one added.
 */
#include <string.h>

#include "frrdiff_tree.h"

struct pattern {
	enum frr_kind kind;
	const char *words;
};

static const struct pattern patterns[] = {
	{ FRR_ROOT, "domainname =" },
	{ FRR_ROOT, "password =" },
	{ FRR_ROOT, "enable password =" },
	{ FRR_ROOT, "log syslog =" },
	{ FRR_ROOT, "log stdout =" },
	{ FRR_ROOT, "log file =" },
	{ FRR_ROOT, "log facility =" },
	{ FRR_ROOT, "log timestamp precision =" },
	{ FRR_ROOT, "router-id =" },
	{ FRR_ROOT, "bgp route-map delay-timer =" },
	{ FRR_ROOT, "bgp update-delay =" },
	{ FRR_ROOT, "ip router-id =" },
	{ FRR_ROOT, "ip prefix-list * description =" },
	{ FRR_ROOT, "ipv6 prefix-list * description =" },
	{ FRR_ROOT, "access-list * remark =" },
	{ FRR_ROOT, "ipv6 access-list * remark =" },
	{ FRR_ROOT, "route-map * optimization" },

	{ FRR_VRF, "router-id =" },
	{ FRR_VRF, "ip router-id =" },

	{ FRR_BGP, "bgp router-id =" },
	{ FRR_BGP, "bgp cluster-id =" },
	{ FRR_BGP, "bgp confederation identifier =" },
	{ FRR_BGP, "bgp default local-preference =" },
	{ FRR_BGP, "bgp default subgroup-pkt-queue-max =" },
	{ FRR_BGP, "bgp graceful-restart stalepath-time =" },
	{ FRR_BGP, "bgp graceful-restart restart-time =" },
	{ FRR_BGP, "bgp graceful-restart rib-stale-time =" },
	{ FRR_BGP, "bgp graceful-restart select-defer-time =" },
	{ FRR_BGP, "bgp listen limit =" },
	{ FRR_BGP, "bgp minimum-holdtime =" },
	{ FRR_BGP, "update-delay =" },
	{ FRR_BGP, "bgp max-med on-startup =" },
	{ FRR_BGP, "bgp max-med administrative =" },
	{ FRR_BGP, "coalesce-time =" },
	{ FRR_BGP, "read-quanta =" },
	{ FRR_BGP, "write-quanta =" },
	{ FRR_BGP, "timers bgp =" },
	{ FRR_BGP, "neighbor * remote-as =" },
	{ FRR_BGP, "neighbor * interface remote-as =" },
	{ FRR_BGP, "neighbor * interface v6only remote-as =" },
	{ FRR_BGP, "neighbor * description =" },
	{ FRR_BGP, "neighbor * password =" },
	{ FRR_BGP, "neighbor * timers connect =" },
	{ FRR_BGP, "neighbor * timers delayopen =" },
	{ FRR_BGP, "neighbor * timers =" },
	{ FRR_BGP, "neighbor * ebgp-multihop =" },
	{ FRR_BGP, "neighbor * ttl-security hops =" },
	{ FRR_BGP, "neighbor * update-source =" },
	{ FRR_BGP, "neighbor * local-as =" },
	{ FRR_BGP, "neighbor * local-role =" },
	{ FRR_BGP, "neighbor * advertisement-interval =" },
	{ FRR_BGP, "neighbor * port =" },
	{ FRR_BGP, "neighbor * shutdown =" },
	{ FRR_BGP, "neighbor * bfd profile =" },

	{ FRR_BGP_AF, "neighbor * route-map = in" },
	{ FRR_BGP_AF, "neighbor * route-map = out" },
	{ FRR_BGP_AF, "neighbor * prefix-list = in" },
	{ FRR_BGP_AF, "neighbor * prefix-list = out" },
	{ FRR_BGP_AF, "neighbor * filter-list = in" },
	{ FRR_BGP_AF, "neighbor * filter-list = out" },
	{ FRR_BGP_AF, "neighbor * distribute-list = in" },
	{ FRR_BGP_AF, "neighbor * distribute-list = out" },
	{ FRR_BGP_AF, "neighbor * unsuppress-map =" },
	{ FRR_BGP_AF, "neighbor * maximum-prefix =" },
	{ FRR_BGP_AF, "neighbor * maximum-prefix-out =" },
	{ FRR_BGP_AF, "neighbor * weight =" },
	{ FRR_BGP_AF, "neighbor * allowas-in =" },
	{ FRR_BGP_AF, "network * =" },
	{ FRR_BGP_AF, "aggregate-address * =" },
	{ FRR_BGP_AF, "distance bgp =" },
	{ FRR_BGP_AF, "maximum-paths ibgp =" },
	{ FRR_BGP_AF, "maximum-paths =" },
	{ FRR_BGP_AF, "table-map =" },
	{ FRR_BGP_AF, "rd vpn export =" },
	{ FRR_BGP_AF, "label vpn export =" },
	{ FRR_BGP_AF, "nexthop vpn export =" },
	{ FRR_BGP_AF, "rt vpn import =" },
	{ FRR_BGP_AF, "rt vpn export =" },
	{ FRR_BGP_AF, "rt vpn both =" },
	{ FRR_BGP_AF, "route-map vpn import =" },
	{ FRR_BGP_AF, "route-map vpn export =" },
	{ FRR_BGP_AF, "import vrf route-map =" },
	{ FRR_BGP_EVPN, "neighbor * route-map = in" },
	{ FRR_BGP_EVPN, "neighbor * route-map = out" },
	{ FRR_BGP_EVPN, "neighbor * allowas-in =" },
	{ FRR_BGP_EVPN, "rd =" },
	{ FRR_BGP_VNI, "rd =" },

	{ FRR_INTERFACE, "description =" },
	{ FRR_INTERFACE, "bandwidth =" },
	{ FRR_INTERFACE, "ip ospf cost =" },
	{ FRR_INTERFACE, "ip ospf hello-interval =" },
	{ FRR_INTERFACE, "ip ospf dead-interval =" },
	{ FRR_INTERFACE, "ip ospf retransmit-interval =" },
	{ FRR_INTERFACE, "ip ospf transmit-delay =" },
	{ FRR_INTERFACE, "ip ospf priority =" },
	{ FRR_INTERFACE, "ip ospf network =" },
	{ FRR_INTERFACE, "ip ospf authentication-key =" },
	{ FRR_INTERFACE, "ipv6 ospf6 cost =" },
	{ FRR_INTERFACE, "ipv6 ospf6 hello-interval =" },
	{ FRR_INTERFACE, "ipv6 ospf6 dead-interval =" },
	{ FRR_INTERFACE, "ipv6 ospf6 retransmit-interval =" },
	{ FRR_INTERFACE, "ipv6 ospf6 transmit-delay =" },
	{ FRR_INTERFACE, "ipv6 ospf6 priority =" },
	{ FRR_INTERFACE, "ipv6 ospf6 network =" },
	{ FRR_INTERFACE, "ipv6 nd ra-interval =" },
	{ FRR_INTERFACE, "ipv6 nd ra-lifetime =" },

	{ FRR_ROUTER, "ospf router-id =" },
	{ FRR_ROUTER, "ospf6 router-id =" },
	{ FRR_ROUTER, "auto-cost reference-bandwidth =" },
	{ FRR_ROUTER, "timers throttle spf =" },
	{ FRR_ROUTER, "default-metric =" },
	{ FRR_ROUTER, "log-adjacency-changes =" },
	{ FRR_ROUTER, "area * stub =" },
	{ FRR_ROUTER, "area * nssa =" },

	{ FRR_ROUTE_MAP, "description =" },
	{ FRR_ROUTE_MAP, "match ip address prefix-list =" },
	{ FRR_ROUTE_MAP, "match ip next-hop prefix-list =" },
	{ FRR_ROUTE_MAP, "match ip route-source prefix-list =" },
	{ FRR_ROUTE_MAP, "match ipv6 address prefix-list =" },
	{ FRR_ROUTE_MAP, "match ipv6 next-hop prefix-list =" },
	{ FRR_ROUTE_MAP, "match community =" },
	{ FRR_ROUTE_MAP, "match large-community =" },
	{ FRR_ROUTE_MAP, "match extcommunity =" },
	{ FRR_ROUTE_MAP, "match as-path =" },
	{ FRR_ROUTE_MAP, "match interface =" },
	{ FRR_ROUTE_MAP, "match metric =" },
	{ FRR_ROUTE_MAP, "match tag =" },
	{ FRR_ROUTE_MAP, "match peer =" },
	{ FRR_ROUTE_MAP, "match origin =" },
	{ FRR_ROUTE_MAP, "match local-preference =" },
	{ FRR_ROUTE_MAP, "match source-protocol =" },
	{ FRR_ROUTE_MAP, "match evpn vni =" },
	{ FRR_ROUTE_MAP, "match evpn route-type =" },
	{ FRR_ROUTE_MAP, "set local-preference =" },
	{ FRR_ROUTE_MAP, "set metric =" },
	{ FRR_ROUTE_MAP, "set weight =" },
	{ FRR_ROUTE_MAP, "set origin =" },
	{ FRR_ROUTE_MAP, "set tag =" },
	{ FRR_ROUTE_MAP, "set src =" },
	{ FRR_ROUTE_MAP, "set community =" },
	{ FRR_ROUTE_MAP, "set large-community =" },
	{ FRR_ROUTE_MAP, "set extcommunity rt =" },
	{ FRR_ROUTE_MAP, "set extcommunity soo =" },
	{ FRR_ROUTE_MAP, "set as-path prepend =" },
	{ FRR_ROUTE_MAP, "set as-path exclude =" },
	{ FRR_ROUTE_MAP, "set comm-list =" },
	{ FRR_ROUTE_MAP, "set large-comm-list =" },
	{ FRR_ROUTE_MAP, "set ip next-hop peer-address" },
	{ FRR_ROUTE_MAP, "set ip next-hop unchanged" },
	{ FRR_ROUTE_MAP, "set ip next-hop =" },
	{ FRR_ROUTE_MAP, "set ipv6 next-hop global =" },
	{ FRR_ROUTE_MAP, "call =" },
	{ FRR_ROUTE_MAP, "on-match =" },

	{ FRR_BFD_SUB, "detect-multiplier =" },
	{ FRR_BFD_SUB, "receive-interval =" },
	{ FRR_BFD_SUB, "transmit-interval =" },
	{ FRR_BFD_SUB, "echo-interval =" },
	{ FRR_BFD_SUB, "echo transmit-interval =" },
	{ FRR_BFD_SUB, "echo receive-interval =" },
	{ FRR_BFD_SUB, "minimum-ttl =" },
	{ FRR_BFD_SUB, "profile =" },
	{ FRR_VTY, "exec-timeout =" },
	{ FRR_VTY, "access-class =" },
};

/* Ranks of the children of the root. All others have rank 0, and keep the order of the text. */
struct rank {
	const char *words;
	int rank;
};

static const struct rank root_ranks[] = {
	{ "router bgp", 60 },
	{ "ip route", 70 },
	{ "ipv6 route", 70 },
	{ "router", 50 },
	{ "interface", 40 },
	{ "vrf", 30 },
	{ "bfd", 20 },
	{ "key chain", 20 },
	{ "route-map", 12 },
	{ "ip prefix-list", 10 },
	{ "ipv6 prefix-list", 10 },
	{ "access-list", 10 },
	{ "bgp", 10 },
	{ "ipv6 access-list", 10 },
};

/* Matches the text with a pattern, and writes its key into `key`, which is large enough. */
static bool try_pattern(const char *pattern, const char *text, char *key)
{
	while (*pattern) {
		size_t want = frr_word(pattern), have = frr_word(text);
		bool last = !*frr_after(pattern, want);

		if (*pattern == '=' && last) {
			strcpy(key, "=");
			return true;
		}
		if (!have)
			return false;
		if (*pattern == '=') {
			*key++ = '=';
		} else {
			if (*pattern != '*' && (want != have || strncmp(pattern, text, want)))
				return false;
			memcpy(key, text, have);
			key += have;
		}
		*key++ = ' ';
		pattern = frr_after(pattern, want);
		text = frr_after(text, have);
	}
	*key = '\0';
	return !*text;
}

static char *line_key(struct frr_arena *arena, const struct frr_node *node)
{
	const char *text = frr_without_no(node->text);
	char *key = frr_alloc(arena, strlen(text) + 4);
	struct frr_entry entry;
	unsigned long distance;

	if (node->parent->kind == FRR_ROOT && frr_entry_of(text, &entry) && entry.seq)
		return frr_printf(arena, "%.*s seq %lu", (int)entry.list_len, entry.list, entry.seq);
	if (frr_is_route(node))
		return frr_route_key(arena, text, &distance);

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		if (patterns[i].kind == node->parent->kind && try_pattern(patterns[i].words, text, key))
			return key;
	strcpy(key, text);
	return key;
}

/* The key has neither the AS number of "router bgp 64512 vrf red" nor the action of a route-map's entry. */
static char *context_key(struct frr_arena *arena, const struct frr_node *node)
{
	const char *text = node->text, *rest;

	if (node->kind == FRR_BGP) {
		rest = frr_after(text, strlen("router bgp"));
		return frr_printf(arena, "router bgp %s", frr_after(rest, frr_word(rest)));
	}
	/* The VRF of "interface NAME vrf NAME" is ignored: FRR prints the VRF in which the kernel has the interface. */
	if (node->kind == FRR_INTERFACE) {
		size_t name = frr_word(frr_after(text, strlen("interface")));

		return frr_strndup(arena, text, strlen("interface ") + name);
	}
	if (node->kind == FRR_ROUTE_MAP) {
		size_t name;

		rest = frr_after(text, strlen("route-map"));
		name = frr_word(rest);
		rest = frr_after(rest, name);
		return frr_printf(arena, "%.*s %s", (int)(strlen("route-map ") + name), text,
				  frr_after(rest, frr_word(rest)));
	}
	return node->text;
}

static int root_rank(const struct frr_node *node)
{
	const char *text = frr_without_no(node->text);

	for (size_t i = 0; i < sizeof(root_ranks) / sizeof(root_ranks[0]); i++) {
		if (!frr_has_words(text, root_ranks[i].words))
			continue;
		/* The default instance is added before those of VRFs, and deleted after them. */
		return root_ranks[i].rank + (node->kind == FRR_BGP && strchr(node->key, '\0')[-1] != ' ');
	}
	return 0;
}

/* A peer-group and all its lines come before its members, and a neighbour's definition before its other lines. */
static int bgp_rank(const struct frr_node *node)
{
	const char *text = frr_without_no(node->text), *rest;

	if (node->kind != FRR_LINE)
		return 60;
	if (!frr_has_words(text, "neighbor"))
		return frr_has_words(text, "bgp listen range") ? 50 : 0;
	rest = frr_after(text, strlen("neighbor"));
	rest = frr_after(rest, frr_word(rest));
	if (strcmp(rest, "peer-group") == 0)
		return 10;
	if (frr_has_words(rest, "remote-as") || frr_has_words(rest, "interface"))
		return 30;
	if (frr_has_words(rest, "peer-group"))
		return 31;
	return 40;
}

static int rank_of(const struct frr_node *node)
{
	enum frr_kind kind = node->parent->kind;

	if (kind == FRR_ROOT)
		return root_rank(node);
	if (kind == FRR_BGP)
		return bgp_rank(node);
	/* FRR accepts a neighbour's lines in an address family only after `activate`. */
	if (kind == FRR_BGP_AF || kind == FRR_BGP_EVPN)
		return node->kind == FRR_LINE && strstr(node->text, " activate") ? -1 : 0;
	/*
	 * `no shutdown` comes before what else is deleted: FRR 8.4 fails to delete an IPv6 address while the interface is
	 * down, since the kernel has dropped it already.
	 */
	if (kind == FRR_INTERFACE)
		return strcmp(node->text, "shutdown") == 0;
	return 0;
}

void frr_set_keys(struct frr_arena *arena, struct frr_node *node)
{
	for (size_t i = 0; i < node->n_kids; i++) {
		struct frr_node *kid = node->kids[i];

		kid->key = kid->kind == FRR_LINE ? line_key(arena, kid) : context_key(arena, kid);
		kid->rank = rank_of(kid);
		if (kid->kind != FRR_LINE)
			frr_set_keys(arena, kid);
	}
}
