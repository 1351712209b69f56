/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrdiff_parse.c - parses a configuration into a tree of contexts, as vtysh reads it
 *
 * vtysh ignores indentation: if the present context does not know a line, vtysh tries the enclosing one. Tables of
 * contexts and of lines outside of all contexts have the same effect here. Indentation decides only about lines that
 * are in no table.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "frrdiff_tree.h"

static const struct {
	enum frr_kind parent, kind;
	const char *words;
	bool whole; /* the line is these words and no more */
} contexts[] = {
	{ FRR_ROOT, FRR_BGP, "router bgp", false },
	{ FRR_ROOT, FRR_ROUTER, "router", false },
	{ FRR_ROOT, FRR_VRF, "vrf", false },
	{ FRR_ROOT, FRR_INTERFACE, "interface", false },
	{ FRR_ROOT, FRR_ROUTE_MAP, "route-map", false },
	{ FRR_ROOT, FRR_OTHER, "pbr-map", false },
	{ FRR_ROOT, FRR_OTHER, "nexthop-group", false },
	{ FRR_ROOT, FRR_OTHER, "pseudowire", false },
	{ FRR_ROOT, FRR_OTHER, "rpki", false },
	{ FRR_ROOT, FRR_KEY_CHAIN, "key chain", false },
	{ FRR_ROOT, FRR_BFD, "bfd", true },
	{ FRR_ROOT, FRR_LDP, "mpls ldp", true },
	{ FRR_ROOT, FRR_L2VPN, "l2vpn", false },
	{ FRR_ROOT, FRR_SEGMENT, "segment-routing", true },
	{ FRR_ROOT, FRR_VTY, "line vty", true },
	{ FRR_BGP, FRR_BGP_EVPN, "address-family l2vpn evpn", true },
	{ FRR_BGP, FRR_BGP_AF, "address-family", false },
	{ FRR_BGP, FRR_BGP_OTHER, "vnc defaults", true },
	{ FRR_BGP, FRR_BGP_OTHER, "vnc nve-group", false },
	{ FRR_BGP, FRR_BGP_OTHER, "vnc l2-group", false },
	{ FRR_BGP, FRR_BGP_OTHER, "vrf-policy", false },
	{ FRR_BGP, FRR_BGP_OTHER, "bmp targets", false },
	{ FRR_BGP, FRR_BGP_OTHER, "segment-routing srv6", true },
	{ FRR_BGP_EVPN, FRR_BGP_VNI, "vni", false },
	{ FRR_INTERFACE, FRR_OTHER, "link-params", true },
	{ FRR_BFD, FRR_BFD_SUB, "peer", false },
	{ FRR_BFD, FRR_BFD_SUB, "profile", false },
	{ FRR_KEY_CHAIN, FRR_OTHER, "key", false },
	{ FRR_LDP, FRR_LDP_AF, "address-family", false },
	{ FRR_LDP_AF, FRR_OTHER, "interface", false },
	{ FRR_L2VPN, FRR_OTHER, "member pseudowire", false },
	{ FRR_SEGMENT, FRR_SEGMENT_TE, "traffic-eng", true },
	{ FRR_SEGMENT, FRR_SEGMENT_SRV6, "srv6", true },
	{ FRR_SEGMENT_TE, FRR_OTHER, "segment-list", false },
	{ FRR_SEGMENT_TE, FRR_SEGMENT_TE_POLICY, "policy", false },
	{ FRR_SEGMENT_TE, FRR_SEGMENT_PCEP, "pcep", true },
	{ FRR_SEGMENT_TE_POLICY, FRR_OTHER, "candidate-path", false },
	{ FRR_SEGMENT_PCEP, FRR_OTHER, "pcc", true },
	{ FRR_SEGMENT_PCEP, FRR_OTHER, "pce", false },
	{ FRR_SEGMENT_PCEP, FRR_OTHER, "pce-config", false },
	{ FRR_SEGMENT_SRV6, FRR_SEGMENT_LOCATORS, "locators", true },
	{ FRR_SEGMENT_LOCATORS, FRR_OTHER, "locator", false },
};

/* Lines that no context has, so that they end all contexts; and lines that only a VRF has, too. */
static const char *const outside[] = {
	"ip prefix-list",
	"ipv6 prefix-list",
	"access-list",
	"ipv6 access-list",
	"mac access-list",
	"bgp community-list",
	"bgp large-community-list",
	"bgp extcommunity-list",
	"bgp as-path access-list",
	"ip community-list",
	"ip large-community-list",
	"ip extcommunity-list",
	"ip as-path access-list",
	"bgp send-extra-data",
	"hostname",
	"domainname",
	"password",
	"enable password",
	"enable secret",
	"service",
	"frr",
	"log",
	"debug",
	"ip forwarding",
	"ipv6 forwarding",
	"ip import-table",
	"ip table",
	"banner",
	"username",
	"agentx",
	"mpls label",
	"zebra",
	"allow-external-route-update",
	"vni-range",
};
static const char *const outside_or_vrf[] = {
	"ip route",	 "ipv6 route", "ip nht",       "ipv6 nht",	 "ip protocol",
	"ipv6 protocol", "router-id",  "ip router-id", "ipv6 router-id", "ip mroute",
};

/* Lines that are valid only inside a context. Outside, the line of their context is missing. */
static const char *const inside[] = {
	"neighbor",	"address-family", "network",   "match",
	"set",		"call",		  "on-match",  "vni",
	"redistribute", "bgp router-id",  "advertise", "advertise-all-vni",
};

struct parser {
	struct frr_arena *arena;
	struct frr_node *at;
	unsigned int line;
	bool indented; /* the lines of the present context are indented */
	bool after_comment;
};

/* The command that leaves a context, if it is not "exit"; and whether the context itself cannot be deleted. */
static const struct {
	const char *exit;
	bool stays;
} kinds[FRR_N_KINDS] = {
	[FRR_ROOT] = { NULL, true },
	[FRR_VRF] = { "exit-vrf", true },
	[FRR_INTERFACE] = { NULL, true },
	[FRR_BGP_AF] = { "exit-address-family", true },
	[FRR_BGP_EVPN] = { "exit-address-family", true },
	[FRR_BGP_VNI] = { "exit-vni", false },
	[FRR_LDP_AF] = { "exit-address-family", false },
	[FRR_VTY] = { NULL, true },
	[FRR_SEGMENT] = { NULL, true },
	[FRR_SEGMENT_TE] = { NULL, true },
	[FRR_SEGMENT_PCEP] = { NULL, true },
	[FRR_SEGMENT_SRV6] = { NULL, true },
	[FRR_SEGMENT_LOCATORS] = { NULL, true },
};

const char *frr_exit_word(enum frr_kind kind)
{
	return kinds[kind].exit ? kinds[kind].exit : "exit";
}

bool frr_kind_stays(enum frr_kind kind)
{
	return kinds[kind].stays;
}

/* The kind of context that this line enters inside a context of the kind `parent`, or FRR_LINE. */
static enum frr_kind context_of(enum frr_kind parent, const char *text)
{
	/* "route-map NAME optimization" and the route-map of an address family are lines, as is an explicit path. */
	if (parent == FRR_ROOT && frr_has_words(text, "route-map") && !strstr(text, " permit ") &&
	    !strstr(text, " deny "))
		return FRR_LINE;
	if (parent == FRR_SEGMENT_TE_POLICY && strstr(text, " explicit"))
		return FRR_LINE;
	for (size_t i = 0; i < sizeof(contexts) / sizeof(contexts[0]); i++)
		if (contexts[i].parent == parent &&
		    (contexts[i].whole ? strcmp(text, contexts[i].words) == 0 : frr_has_words(text, contexts[i].words)))
			return contexts[i].kind;
	return FRR_LINE;
}

bool frr_is_context(enum frr_kind parent, const char *text)
{
	return context_of(parent, text) != FRR_LINE;
}

static void leave(struct parser *parser, struct frr_node *to)
{
	parser->at = to;
	parser->indented = to->kind != FRR_ROOT;
}

static struct frr_node *root_of(struct frr_node *node)
{
	while (node->parent)
		node = node->parent;
	return node;
}

static void take_exit(struct parser *parser, const char *text)
{
	struct frr_node *at = parser->at;

	if (strcmp(text, "end") == 0 || strcmp(text, "exit-vrf") == 0) {
		leave(parser, root_of(at));
		return;
	}
	/* vtysh accepts this command also in a context inside the address family. */
	if (strcmp(text, "exit-address-family") == 0 && at->kind == FRR_BGP_VNI)
		at = at->parent;
	if (at->parent)
		leave(parser, at->parent);
}

static bool is_exit(const char *text)
{
	return frr_has_words(text, "end") || frr_has_words(text, "exit") || frr_has_words(text, "quit") ||
	       strncmp(text, "exit-", 5) == 0;
}

/* Finds the context of the line, which becomes parser->at, and the kind of context that the line enters. */
static enum frr_kind find_place(struct parser *parser, const char *text, size_t indent)
{
	const char *plain = frr_without_no(text);
	bool after_comment = parser->after_comment;

	parser->after_comment = false;
	/* "profile" inside a peer is the name of the profile that it uses, not a new context. */
	if (parser->at->kind == FRR_BFD_SUB && frr_has_words(parser->at->text, "peer") &&
	    frr_has_words(text, "profile"))
		return FRR_LINE;
	for (struct frr_node *at = parser->at; at; at = at->parent) {
		enum frr_kind kind = context_of(at->kind, text);

		if (kind != FRR_LINE) {
			parser->at = at;
			return kind;
		}
	}
	if (parser->at->kind == FRR_ROOT)
		return FRR_LINE;
	if (FRR_HAS_ANY(plain, outside) || (FRR_HAS_ANY(plain, outside_or_vrf) && parser->at->kind != FRR_VRF) ||
	    (indent == 0 && parser->indented && after_comment))
		leave(parser, root_of(parser->at));
	/* An address family has no router-id, but its instance has. */
	else if ((parser->at->kind == FRR_BGP_AF || parser->at->kind == FRR_BGP_EVPN) &&
		 frr_has_words(plain, "bgp router-id"))
		leave(parser, parser->at->parent);
	return FRR_LINE;
}

static int take_line(struct parser *parser, char *text, size_t indent, const char *what, struct evpn_error *err)
{
	enum frr_kind kind;
	struct frr_node *node;

	if (is_exit(text)) {
		take_exit(parser, text);
		return 0;
	}
	kind = find_place(parser, text, indent);
	if (kind == FRR_LINE && parser->at->kind == FRR_ROOT && FRR_HAS_ANY(frr_without_no(text), inside)) {
		return evpn_fail(err, EINVAL, "%s, line %u: '%.200s' is outside of any context", what, parser->line,
				 text);
	}
	text = frr_normal_line(parser->arena, parser->at->kind, text);
	if (!text)
		return 0;
	node = frr_add_kid(parser->arena, parser->at, kind, text, parser->line);
	if (kind != FRR_LINE) {
		parser->at = node;
		parser->indented = false;
	} else {
		parser->indented |= indent > 0;
	}
	return 0;
}

/* Reduces white space to one blank between words. */
static char *squeeze(struct frr_arena *arena, const char *line, size_t len)
{
	char *text = frr_alloc(arena, len + 1), *to = text;

	for (size_t i = 0; i < len; i++) {
		if (!isspace((unsigned char)line[i]))
			*to++ = line[i];
		else if (to > text && to[-1] != ' ')
			*to++ = ' ';
	}
	if (to > text && to[-1] == ' ')
		to--;
	*to = '\0';
	return text;
}

int frr_parse(struct frr_arena *arena, const char *text, const struct frr_flavor *flavor, bool wanted,
	      struct frr_node **ret_root, struct evpn_error *err)
{
	const char *what = wanted ? "the wanted configuration" : "the running configuration";
	struct frr_node *root = frr_alloc(arena, sizeof(*root));
	struct parser parser = { .arena = arena, .at = root };

	root->kind = FRR_ROOT;
	root->text = root->key = frr_strndup(arena, "", 0);
	while (*text) {
		size_t len = strcspn(text, "\n"), indent = strspn(text, " \t");
		char *line = squeeze(arena, text, len);

		parser.line++;
		text += len + (text[len] == '\n');
		if (!*line || *line == '!' || *line == '#') {
			parser.after_comment |= indent == 0;
			continue;
		}
		if (take_line(&parser, line, indent, what, err) < 0)
			return -1;
	}
	frr_join(arena, root);
	frr_normal_tree(arena, root);
	frr_set_keys(arena, root);
	if (wanted && frr_check(arena, root, what, err) < 0)
		return -1;
	frr_join(arena, root);
	frr_drop_unsaid(arena, flavor, root);
	*ret_root = root;
	return 0;
}
