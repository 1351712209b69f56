/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrdiff_defaults.c - lines that say what FRR does by default, so that it does not print them
 *
 * The defaults depend on FRR's version and on its profile (frr_profile in /etc/frr/daemons), which the line "frr
 * defaults" of the running configuration names. They are FRR_CFG_DEFAULT_BOOL and FRR_CFG_DEFAULT_ULONG in FRR's source.
 * A line "frr defaults" of the wanted configuration sets the defaults of instances that are made after it; those that exist
 * keep what they were made with. So it is set before the first instance, and does not count afterwards.
 */
#include <stdlib.h>
#include <string.h>

#include "frrdiff_tree.h"

enum when { NEVER, TRADITIONAL, DATACENTER, BOTH };

/* Lines that are on or off. The one that is the default is not printed. */
static const struct {
	enum frr_kind kind;
	const char *text;
	enum when is_on;
	unsigned long since; /* FRR's major version */
} switches[] = {
	{ FRR_INTERFACE, "link-detect", BOTH, 0 },
	{ FRR_INTERFACE, "ipv6 nd suppress-ra", BOTH, 0 },
	{ FRR_BFD_SUB, "shutdown", NEVER, 0 },
	{ FRR_BGP, "bgp log-neighbor-changes", DATACENTER, 0 },
	{ FRR_BGP, "bgp ebgp-requires-policy", TRADITIONAL, 0 },
	{ FRR_BGP, "bgp network import-check", BOTH, 0 },
	{ FRR_BGP, "bgp suppress-duplicates", BOTH, 0 },
	{ FRR_BGP, "bgp deterministic-med", DATACENTER, 0 },
	{ FRR_BGP, "bgp default show-hostname", DATACENTER, 0 },
	{ FRR_BGP, "bgp default show-nexthop-hostname", DATACENTER, 0 },
	{ FRR_BGP, "bgp fast-external-failover", BOTH, 0 },
	{ FRR_BGP, "bgp hard-administrative-reset", BOTH, 8 },
	{ FRR_BGP, "bgp graceful-restart notification", BOTH, 8 },
	{ FRR_BGP, "bgp default software-version-capability", DATACENTER, 9 },
	{ FRR_BGP, "bgp default dynamic-capability", DATACENTER, 10 },
	{ FRR_BGP, "bgp enforce-first-as", BOTH, 10 },
	{ FRR_ROUTER, "log-adjacency-changes", DATACENTER, 0 },
	{ FRR_ROOT, "ip nht resolve-via-default", TRADITIONAL, 10 },
	{ FRR_ROOT, "ipv6 nht resolve-via-default", TRADITIONAL, 10 },
	{ FRR_VRF, "ip nht resolve-via-default", TRADITIONAL, 10 },
	{ FRR_VRF, "ipv6 nht resolve-via-default", TRADITIONAL, 10 },
};

static const struct {
	enum frr_kind kind;
	const char *text;
	enum when when;
} values[] = {
	/* The families of neighbours depend on "no bgp default ipv4-unicast", so that line always counts. */
	{ FRR_BGP, "bgp default ipv4-unicast", BOTH },	   { FRR_BGP, "timers bgp 60 180", TRADITIONAL },
	{ FRR_BGP, "timers bgp 3 9", DATACENTER },	   { FRR_BGP, "bgp minimum-holdtime 180", TRADITIONAL },
	{ FRR_BGP, "bgp minimum-holdtime 9", DATACENTER }, { FRR_BFD_SUB, "detect-multiplier 3", BOTH },
	{ FRR_BFD_SUB, "receive-interval 300", BOTH },	   { FRR_BFD_SUB, "transmit-interval 300", BOTH },
};

/* The text behind the first line that begins with these words; NULL: there is none. */
static const char *find_line(const char *text, const char *words)
{
	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		if (strncmp(text, words, strlen(words)) == 0)
			return text + strlen(words);
	return NULL;
}

struct frr_flavor frr_flavor_of(const char *running)
{
	const char *version = find_line(running, "frr version "), *profile = find_line(running, "frr defaults ");

	return (struct frr_flavor){ .version = version ? strtoul(version, NULL, 10) : 0,
				    .datacenter = profile &&
						  strncmp(profile, "datacenter", strlen("datacenter")) == 0 };
}

const char *frr_new_profile(struct frr_arena *arena, const struct frr_node *running_root, const char *running,
			    const char *wanted)
{
	const char *profile = find_line(wanted, "frr defaults "), *now = find_line(running, "frr defaults ");
	size_t len = profile ? strcspn(profile, "\r\n") : 0;

	for (size_t i = 0; i < running_root->n_kids; i++)
		if (running_root->kids[i]->kind == FRR_BGP && !running_root->kids[i]->gone)
			return NULL;
	if (!len || (now && strncmp(profile, now, len) == 0 && strcspn(now, "\r\n") == len))
		return NULL;
	return frr_printf(arena, "frr defaults %.*s", (int)len, profile);
}

/* Before `since` the switch does not exist, or is off; 8 is the oldest version whose defaults are known. */
static bool is_on(const struct frr_flavor *flavor, size_t i)
{
	enum when now = flavor->datacenter ? DATACENTER : TRADITIONAL;

	return (switches[i].is_on & now) && (flavor->version >= switches[i].since || switches[i].since <= 8);
}

static bool is_default(const struct frr_flavor *flavor, const struct frr_node *node)
{
	enum when now = flavor->datacenter ? DATACENTER : TRADITIONAL;
	const char *plain = frr_without_no(node->text);
	enum frr_kind kind = node->parent->kind;

	/* isisd has no such default. */
	if (kind == FRR_ROUTER && !frr_has_words(node->parent->text, "router ospf") &&
	    !frr_has_words(node->parent->text, "router ospf6"))
		return false;
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		if (switches[i].kind == kind && strcmp(switches[i].text, plain) == 0)
			return (plain == node->text) == is_on(flavor, i);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (values[i].kind == kind && (values[i].when & now) && strcmp(values[i].text, node->text) == 0)
			return true;
	return false;
}

void frr_drop_defaults(const struct frr_flavor *flavor, struct frr_node *node)
{
	for (size_t i = 0; i < node->n_kids; i++) {
		struct frr_node *kid = node->kids[i];

		if (kid->kind != FRR_LINE)
			frr_drop_defaults(flavor, kid);
		else if (!kid->gone)
			kid->gone = is_default(flavor, kid);
	}
}
