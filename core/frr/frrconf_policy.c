/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrconf_policy.c - route-maps for the neighbors in the fabric and for Type-5 routes, prefix lists for routes from
 * hosts; see frrconf_parts.h
 *
 * A node announces no routes of the fabric back to the fabric: behind two leaf switches it would otherwise carry the
 * traffic between them as soon as their own links fail. evpnd-fabric-in marks the routes of a neighbor with
 * FABRIC_TAG, evpnd-fabric-out rejects routes with this tag. The mark is a tag and no community because bgpd keeps a
 * tag to itself: route reflectors cannot remove a community from a route that they reflect (subgroup_announce_check in
 * bgp_route.c), and a host, or another node with `transit', would get and return it.
 *
 * A route that another VRF or EVPN has imported has the tag of the route that it is a copy of. What bgpd announces of
 * it into EVPN is a route of this node nevertheless, with the VTEP as next hop, which no route of a neighbor has.
 */
#include <stdlib.h>
#include <sys/socket.h>

#include "base/util.h"
#include "frr/frrconf_parts.h"
#include "model/net.h"

#define FABRIC_TAG 0x6576706eu /* "evpn" */

/* Clients of a route reflector want the routes of all others, and all others want theirs. */
static bool is_fabric(const struct config_neighbor *n)
{
	return !n->transit && !n->route_reflector_client;
}

/* The next word of the line, which ends at `end`, and what follows it; at the end an empty word. */
static const char *next_word(const char **at, const char *end, size_t *ret_len)
{
	const char *word;

	while (*at < end && (**at == ' ' || **at == '\t'))
		(*at)++;
	word = *at;
	while (*at < end && **at != ' ' && **at != '\t')
		(*at)++;
	*ret_len = (size_t)(*at - word);
	return word;
}

/* Whether the line begins with these words. "*" is any word; keywords may be cut, as vtysh accepts them, others have a "=". */
static bool line_has(const char *line, const char *end, const char *words)
{
	const char *words_end = words + strlen(words);
	size_t want, have;

	while (words < words_end) {
		const char *word = next_word(&words, words_end, &want), *found = next_word(&line, end, &have);
		bool exact = *word == '=';

		word += exact;
		want -= exact;
		if (!have || (*word != '*' && (have > want || (exact && have < want) || memcmp(word, found, have))))
			return false;
	}
	return true;
}

/* Whether the line enters the address family. "address-family ipv4" is that of unicast routes. */
static bool enters_family(const char *line, const char *end, const char *family)
{
	_cleanup_free_ char *whole = xasprintf("address-family %s", family);
	_cleanup_free_ char *half = xasprintf("address-family %.*s", (int)strcspn(family, " "), family);
	_cleanup_free_ char *more = xasprintf("%s *", half);

	return line_has(line, end, whole) ||
	       (strstr(family, " unicast") && line_has(line, end, half) && !line_has(line, end, more));
}

/*
 * Whether frr.extra gives the neighbor a route-map of its own: a neighbor has one for each direction, and the last line
 * counts, so that frr-reload.py would set ours again at each reload.
 */
static bool has_own_map(const struct frrconf *f, const char *peer, const char *family, const char *direction)
{
	_cleanup_free_ char *wanted = xasprintf("neighbor =%s route-map * %s", peer, direction);
	const char *text = f->config->frr.extra;
	bool in_vrf = false, in_family = false;

	for (const char *end; *text; text = *end ? end + 1 : end) {
		end = strchrnul(text, '\n');
		if (line_has(text, end, "router bgp"))
			in_vrf = line_has(text, end, "router bgp * vrf");
		if (line_has(text, end, "router bgp") || line_has(text, end, "exit-address-family"))
			in_family = streq(family, "ipv4 unicast");
		if (line_has(text, end, "address-family"))
			in_family = enters_family(text, end, family);
		if (!in_vrf && in_family && line_has(text, end, wanted))
			return true;
	}
	return false;
}

void frrconf_print_fabric_maps(struct frrconf *f, const struct config_neighbor *n, const char *peer, const char *family)
{
	static const char *const directions[] = { "in", "out" };

	for (size_t i = 0; is_fabric(n) && i < ARRAY_LEN(directions); i++)
		if (!has_own_map(f, peer, family, directions[i]))
			fprintf(f->out, "  neighbor %s route-map evpnd-fabric-%s %s\n", peer, directions[i],
				directions[i]);
}

static void print_fabric(struct frrconf *f)
{
	const struct ipaddr *vtep = &f->config->underlay.vtep;
	char text[IPADDR_TEXT_SIZE];
	bool wanted = false;

	for (size_t i = 0; i < f->n_neighbors; i++)
		wanted |= is_fabric(f->neighbors[i]);
	if (!wanted)
		return;
	fprintf(f->out, "route-map evpnd-fabric-in permit 5\n set tag %u\nexit\n!\n", FABRIC_TAG);
	fprintf(f->out, "route-map evpnd-fabric-out permit 5\n match %s next-hop address %s\nexit\n!\n",
		vtep->family == AF_INET6 ? "ipv6" : "ip", ipaddr_format(vtep, false, text));
	fprintf(f->out, "route-map evpnd-fabric-out deny 10\n match tag %u\nexit\n!\n", FABRIC_TAG);
	fputs("route-map evpnd-fabric-out permit 15\nexit\n!\n", f->out);
}

bool frrconf_redistributes_kernel(const struct config_l3vni *l3, uint8_t family)
{
	for (size_t i = 0; i < l3->n_redistribute; i++)
		if (streq(l3->redistribute[i], "kernel"))
			return true;
	for (size_t i = 0; i < l3->n_routes; i++)
		if (l3->routes[i].prefix.family == family)
			return true;
	return false;
}

/*
 * The unreachable routes of a VRF, its default among them, are kernel routes for zebra: where they are the only ones it redistributes
 * them, and they would draw the traffic of all nodes. Of NET_UNREACHABLE_METRIC, it takes the first byte for the distance.
 */
static void print_kernel(struct frrconf *f)
{
	bool wanted = false;

	for (size_t i = 0; i < f->config->n_l3vnis; i++)
		wanted |= frrconf_redistributes_kernel(&f->config->l3vnis[i], AF_INET) ||
			  frrconf_redistributes_kernel(&f->config->l3vnis[i], AF_INET6);
	if (!wanted)
		return;
	fprintf(f->out, "route-map evpnd-kernel deny 5\n match metric %u\nexit\n!\n",
		NET_UNREACHABLE_METRIC & 0xffffff);
	fputs("route-map evpnd-kernel permit 10\nexit\n!\n", f->out);
}

bool frrconf_has_map(const struct config_l3vni *l3)
{
	return l3->n_import_vrfs && l3->advertise.bits && !l3->advertise_imported;
}

/* bgpd keeps the VRF that an imported route is from: `match source-vrf' selects by it. */
static void print_map(struct frrconf *f, const struct config_l3vni *l3)
{
	unsigned int seq = 0;

	for (size_t i = 0; i < l3->n_import_vrfs; i++) {
		seq += 5;
		fprintf(f->out, "route-map evpnd-own-%s deny %u\n match source-vrf %s\nexit\n!\n", l3->vrf, seq,
			l3->import_vrfs[i]);
	}
	fprintf(f->out, "route-map evpnd-own-%s permit %u\nexit\n!\n", l3->vrf, seq + 5);
}

/* Sorted by name, as FRR 10 shows them. */
void frrconf_print_maps(struct frrconf *f)
{
	frrconf_print_exit_maps(f);
	print_fabric(f);
	print_kernel(f);
	for (size_t i = 0; i < f->config->n_l3vnis; i++)
		if (frrconf_has_map(f->config->by_vrf[i]))
			print_map(f, f->config->by_vrf[i]);
}

/* A prefix list of one family. */
struct list {
	char *name;
	const struct config_accept *entries;
	size_t n_entries;
};

static int compare_lists(const void *a, const void *b)
{
	return strcmp(((const struct list *)a)->name, ((const struct list *)b)->name);
}

/* A family without entries accepts nothing, so it denies any. */
static void print_list(struct frrconf *f, const struct list *list, uint8_t family)
{
	const char *ip = family == AF_INET6 ? "ipv6" : "ip";
	char text[IPADDR_TEXT_SIZE];
	unsigned int seq = 0;

	for (size_t i = 0; i < list->n_entries; i++) {
		const struct config_accept *accept = &list->entries[i];

		if (accept->prefix.family != family)
			continue;
		seq += 5;
		fprintf(f->out, "%s prefix-list %s seq %u permit %s", ip, list->name, seq,
			ipaddr_format(&accept->prefix, true, text));
		if (accept->ge)
			fprintf(f->out, " ge %u", accept->ge);
		if (accept->le)
			fprintf(f->out, " le %u", accept->le);
		fputc('\n', f->out);
	}
	if (!seq)
		fprintf(f->out, "%s prefix-list %s seq 5 deny any\n", ip, list->name);
}

static void add_list(struct list **lists, size_t *n, char *name, const struct config_accept *entries, size_t n_entries)
{
	*(struct list *)util_append(lists, n, sizeof(struct list)) = (struct list){ name, entries, n_entries };
}

/* The lists of one VRF in this family. */
static void add_lists(struct list **lists, size_t *n, const struct config_l3vni *l3, uint8_t family)
{
	const struct config_exit *exit = &l3->exit;

	if (l3->host.filters && config_host_address(&l3->host, family))
		add_list(lists, n, xasprintf("evpnd-%s", l3->vrf), l3->host.accept, l3->host.n_accept);
	if (frrconf_returns(l3, family))
		add_list(lists, n, xasprintf("evpnd-%s:announce", l3->vrf), exit->announce, exit->n_announce);
	if (frrconf_leaves(l3, family))
		add_list(lists, n, xasprintf("evpnd-%s:exit", l3->vrf), exit->prefixes, exit->n_prefixes);
}

void frrconf_print_lists(struct frrconf *f)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };

	for (size_t k = 0; k < ARRAY_LEN(families); k++) {
		_cleanup_free_ struct list *lists = NULL;
		size_t n = 0;

		for (size_t i = 0; i < f->config->n_l3vnis; i++)
			add_lists(&lists, &n, f->config->by_vrf[i], families[k]);
		if (!n)
			continue;
		/* As FRR shows them. */
		qsort(lists, n, sizeof(*lists), compare_lists);
		for (size_t i = 0; i < n; i++) {
			print_list(f, &lists[i], families[k]);
			free(lists[i].name);
		}
		fputs("!\n", f->out);
	}
}
