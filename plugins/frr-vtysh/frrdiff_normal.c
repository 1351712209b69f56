/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrdiff_normal.c - converts a configuration to the form of `show running-config`
 *
 * FRR never prints some lines, and prints others in another form or place than they were given. Both texts are
 * converted to that form, so that such lines are no difference. Where FRR 8.4 and 10 differ, the form is one that both
 * accept.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frrdiff_tree.h"

/* Lines that are no configuration, or that vtysh cannot configure. */
static const char *const unsaid[] = {
	"Building configuration...",
	"Current configuration:",
	"frr", /* "frr version", "frr defaults" */
	"hostname", /* FRR 8.4 prints the host's name, whatever vtysh sets */
	"no hostname",
	"service integrated-vtysh-config",
	"no service integrated-vtysh-config",
};

/* The rest of these lines is not normalised: it is free text, or an address whose host bits matter. */
static const char *const literal[] = {
	"description", "ip address", "ipv6 address", "hostname",   "password",
	"enable",      "log",	     "banner",	     "key-string", "remark",
};

/* Old spellings, which not every FRR accepts, and the present ones. */
static const struct {
	enum frr_kind context;
	const char *old, *new;
} spellings[] = {
	{ FRR_ROOT, "ip community-list", "bgp community-list" },
	{ FRR_ROOT, "ip large-community-list", "bgp large-community-list" },
	{ FRR_ROOT, "ip extcommunity-list", "bgp extcommunity-list" },
	{ FRR_ROOT, "ip as-path access-list", "bgp as-path access-list" },
};

static void mask_bits(unsigned char *address, size_t bytes, unsigned int bits)
{
	for (size_t i = 0; i < bytes; i++)
		address[i] &= bits >= 8 * (i + 1) ? 0xff
			      : bits <= 8 * i	  ? 0
						  : (unsigned char)(0xff << (8 * (i + 1) - bits));
}

/* Writes an address or prefix as inet_ntop() does, with cleared host bits. Returns false for any other word. */
static bool normal_address(const char *word, size_t len, char out[64])
{
	char text[64], *slash, *end = NULL;
	unsigned char address[16];
	unsigned long bits = 0;
	int family;

	if (len >= sizeof(text))
		return false;
	memcpy(text, word, len);
	text[len] = '\0';
	slash = strchr(text, '/');
	if (!slash && !memchr(word, ':', len))
		return false;
	if (slash)
		*slash = '\0';
	family = memchr(word, ':', len) ? AF_INET6 : AF_INET;
	if (inet_pton(family, text, address) != 1)
		return false;
	if (slash) {
		bits = isdigit((unsigned char)slash[1]) ? strtoul(slash + 1, &end, 10) : 0;
		if (!end || *end || bits > (family == AF_INET6 ? 128 : 32))
			return false;
		mask_bits(address, family == AF_INET6 ? 16 : 4, (unsigned int)bits);
	}
	inet_ntop(family, address, out, 64);
	if (slash)
		sprintf(out + strlen(out), "/%lu", bits);
	return true;
}

/* The length of a mask such as 255.255.255.0; -1: it is none. */
static int mask_length(const char *word, size_t len)
{
	char text[INET_ADDRSTRLEN];
	struct in_addr mask;
	uint32_t host;

	if (len >= sizeof(text))
		return -1;
	memcpy(text, word, len);
	text[len] = '\0';
	if (inet_pton(AF_INET, text, &mask) != 1)
		return -1;
	host = ~ntohl(mask.s_addr);
	return host & (host + 1) ? -1 : 32 - (host ? 32 - __builtin_clz(host) : 0);
}

/* Replaces the mask of "ip route 10.0.0.0 255.0.0.0 ..." by a prefix length. */
static char *join_mask(struct frr_arena *arena, char *line)
{
	const char *plain = frr_without_no(line), *address, *mask;
	size_t n;
	int bits;

	if (!frr_has_words(plain, "ip route"))
		return line;
	address = plain + strlen("ip route") + (plain[strlen("ip route")] == ' ');
	n = strcspn(address, " ");
	if (memchr(address, '/', n) || !address[n])
		return line;
	mask = address + n + 1;
	bits = mask_length(mask, strcspn(mask, " "));
	if (bits < 0)
		return line;
	return frr_printf(arena, "%.*s/%d%s", (int)(address + n - line), line, bits, mask + strcspn(mask, " "));
}

static char *normal_addresses(struct frr_arena *arena, const char *line)
{
	size_t size = 1;
	char *out, *to, address[64];

	for (const char *word = line; *word; word = frr_after(word, frr_word(word)))
		size += 1 + (normal_address(word, frr_word(word), address) ? strlen(address) : frr_word(word));
	out = to = frr_alloc(arena, size);
	while (*line) {
		size_t len = frr_word(line);

		if (normal_address(line, len, address)) {
			to = stpcpy(to, address);
		} else {
			memcpy(to, line, len);
			to += len;
		}
		line += len;
		if (*line)
			*to++ = *line++;
	}
	*to = '\0';
	return out;
}

static bool is_literal(const char *plain)
{
	const char *rest = plain;

	if (frr_has_words(plain, "neighbor")) {
		rest = strchr(plain, ' ');
		rest = rest ? strchr(rest + 1, ' ') : NULL;
		return rest && (frr_has_words(rest + 1, "description") || frr_has_words(rest + 1, "password"));
	}
	return FRR_HAS_ANY(plain, literal);
}

char *frr_normal_line(struct frr_arena *arena, enum frr_kind context, char *line)
{
	const char *plain = frr_without_no(line);

	if (context == FRR_ROOT && (FRR_HAS_ANY(line, unsaid) || strcmp(line, "Building configuration...") == 0))
		return NULL;
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++)
		if (spellings[i].context == context && frr_has_words(plain, spellings[i].old))
			line = frr_printf(arena, "%.*s%s%s", (int)(plain - line), line, spellings[i].new,
					  plain + strlen(spellings[i].old));
	if (context == FRR_BGP && strcmp(line, "address-family ipv4") == 0)
		return frr_printf(arena, "address-family ipv4 unicast");
	if (context == FRR_BGP && strcmp(line, "address-family ipv6") == 0)
		return frr_printf(arena, "address-family ipv6 unicast");
	if (!strpbrk(line, ":/.") || is_literal(frr_without_no(line)))
		return line;
	return normal_addresses(arena, join_mask(arena, line));
}

/* Moves "ip route PREFIX GATEWAY vrf red" to the context of the VRF, where FRR prints it. */
static void move_vrf_route(struct frr_arena *arena, struct frr_node *root, struct frr_node *route)
{
	const char *plain = frr_without_no(route->text), *vrf, *rest;
	struct frr_node *context;
	size_t len;

	if (!frr_has_words(plain, "ip route") && !frr_has_words(plain, "ipv6 route"))
		return;
	vrf = strstr(plain, " vrf ");
	if (!vrf)
		return;
	len = strcspn(vrf + 5, " ");
	rest = vrf + 5 + len;
	/* frr_join() combines it with the context of the same VRF, if there is one. */
	context = frr_add_kid(arena, root, FRR_VRF, frr_printf(arena, "vrf %.*s", (int)len, vrf + 5), route->line);
	frr_add_kid(arena, context, FRR_LINE, frr_printf(arena, "%.*s%s", (int)(vrf - route->text), route->text, rest),
		    route->line);
	route->gone = true;
}

/* Drops interfaces and VRFs without lines: the kernel decides whether FRR prints them. */
static void drop_empty(struct frr_node *node)
{
	bool empty = true;

	for (size_t i = 0; i < node->n_kids; i++) {
		struct frr_node *kid = node->kids[i];

		if (kid->kind != FRR_LINE && !kid->gone)
			drop_empty(kid);
		empty &= kid->gone;
	}
	if (empty && frr_kind_stays(node->kind) && node->kind != FRR_ROOT)
		node->gone = true;
}

bool frr_entry_of(const char *text, struct frr_entry *ret_entry)
{
	static const struct {
		const char *words;
		unsigned int names; /* words that belong to the list's name, at most */
	} lists[] = {
		{ "ip prefix-list", 1 },     { "ipv6 prefix-list", 1 },		{ "access-list", 1 },
		{ "ipv6 access-list", 1 },   { "mac access-list", 1 },		{ "bgp as-path access-list", 1 },
		{ "bgp community-list", 2 }, { "bgp large-community-list", 2 }, { "bgp extcommunity-list", 2 },
	};
	struct frr_entry entry = { .list = text };
	char *end;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (!frr_has_words(text, lists[i].words))
			continue;
		entry.rule = text + strlen(lists[i].words);
		for (unsigned int n = 0; n < lists[i].names && *entry.rule; n++) {
			/*
			 * A number such as in "bgp community-list 7" stands for the word "standard" or "expanded", too.
			 */
			bool last = isdigit((unsigned char)entry.rule[1]);

			entry.rule += 1 + strcspn(entry.rule + 1, " ");
			if (last)
				break;
		}
		if (!*entry.rule)
			return false;
		entry.list_len = (size_t)(entry.rule - text);
		entry.rule++;
		entry.is_text = frr_has_words(entry.rule, "description") || frr_has_words(entry.rule, "remark");
		if (frr_has_words(entry.rule, "seq") &&
		    isdigit((unsigned char)entry.rule[3 + (entry.rule[3] == ' ')])) {
			entry.seq = strtoul(entry.rule + 4, &end, 10);
			entry.rule = *end == ' ' ? end + 1 : end;
		}
		*ret_entry = entry;
		return true;
	}
	return false;
}

struct numbered {
	struct frr_node *node;
	struct frr_entry entry;
};

int frr_entry_compare_lists(const struct frr_entry *x, const struct frr_entry *y)
{
	size_t len = x->list_len < y->list_len ? x->list_len : y->list_len;
	int order = strncmp(x->list, y->list, len);

	return order ? order : x->list_len < y->list_len ? -1 : x->list_len > y->list_len;
}

static int by_list_and_line(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;
	int order = frr_entry_compare_lists(&x->entry, &y->entry);

	return order ? order : x->node->line < y->node->line ? -1 : x->node->line > y->node->line;
}

static int by_list_and_rule(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;
	int order = frr_entry_compare_lists(&x->entry, &y->entry);

	if (!order)
		order = strcmp(x->entry.rule, y->entry.rule);
	return order ? order : by_list_and_line(a, b);
}

/* FRR ignores a rule that the list already has, and gives a rule without a number the next multiple of 5. */
static void number_entries(struct frr_arena *arena, struct frr_node *root)
{
	struct numbered *all = frr_alloc(arena, (root->n_kids + 1) * sizeof(*all));
	unsigned long last = 0;
	size_t n = 0;

	for (size_t i = 0; i < root->n_kids; i++) {
		all[n].node = root->kids[i];
		n += root->kids[i]->kind == FRR_LINE && frr_entry_of(root->kids[i]->text, &all[n].entry) &&
		     !all[n].entry.is_text;
	}
	qsort(all, n, sizeof(*all), by_list_and_rule);
	for (size_t i = 1; i < n; i++)
		all[i].node->gone = frr_entry_compare_lists(&all[i - 1].entry, &all[i].entry) == 0 &&
				    strcmp(all[i - 1].entry.rule, all[i].entry.rule) == 0;
	qsort(all, n, sizeof(*all), by_list_and_line);
	for (size_t i = 0; i < n; i++) {
		struct frr_entry *entry = &all[i].entry;

		if (!i || frr_entry_compare_lists(&all[i - 1].entry, entry) != 0)
			last = 0;
		if (all[i].node->gone)
			continue;
		if (!entry->seq) {
			entry->seq = last / 5 * 5 + 5;
			all[i].node->text = frr_printf(arena, "%.*s seq %lu %s", (int)entry->list_len, entry->list,
						       entry->seq, entry->rule);
		}
		if (entry->seq > last)
			last = entry->seq;
	}
}

void frr_normal_tree(struct frr_arena *arena, struct frr_node *root)
{
	/* Nodes that the loop adds are normalised already. */
	size_t n = root->n_kids;

	for (size_t i = 0; i < n; i++) {
		struct frr_node *kid = root->kids[i];

		if (kid->kind == FRR_BGP)
			frr_normal_bgp(arena, kid);
		else if (kid->kind == FRR_LINE)
			move_vrf_route(arena, root, kid);
	}
	frr_normal_shown(arena, root);
	number_entries(arena, root);
}

void frr_drop_unsaid(struct frr_arena *arena, const struct frr_flavor *flavor, struct frr_node *root)
{
	frr_drop_neighbor_defaults(arena, root);
	frr_drop_defaults(flavor, root);
	drop_empty(root);
}
