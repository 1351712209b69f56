/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrdiff_shown.c - lines that FRR accepts and never prints, prints elsewhere, or prints without having got them
 */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frrdiff_bgp.h"

/* Moves lines that can be given in an instance, but belong to the daemon: FRR prints them outside. */
static void move_out(struct frr_arena *arena, struct frr_node *root, struct frr_node *bgp)
{
	for (size_t i = 0; i < bgp->n_kids; i++) {
		struct frr_node *kid = bgp->kids[i];

		if (kid->gone || !frr_has_words(kid->text, "bgp route-map delay-timer"))
			continue;
		frr_add_kid(arena, root, FRR_LINE, kid->text, kid->line);
		kid->gone = true;
	}
}

/*
 * FRR prints "neighbor X bfd" in addition to "neighbor X bfd profile P". It does not print timers, which belong to
 * bfdd.
 */
static void add_bfd_lines(struct frr_arena *arena, struct frr_node *bgp, const struct neighbors *neighbors)
{
	bool *plain = frr_alloc(arena, (neighbors->n + 1) * sizeof(bool)), *more = frr_alloc(arena, neighbors->n + 1);

	for (size_t i = 0; i < bgp->n_kids; i++) {
		struct frr_node *kid = bgp->kids[i];
		const char *rest;
		const struct neighbor *neighbor = kid->gone ? NULL : frr_line_neighbor(neighbors, kid->text, &rest);

		if (!neighbor || !frr_has_words(rest, "bfd"))
			continue;
		if (frr_has_words(rest, "bfd profile") || frr_has_words(rest, "bfd check-control-plane-failure"))
			more[neighbor - neighbors->all] = true;
		else if (strcmp(rest, "bfd") == 0)
			plain[neighbor - neighbors->all] = true;
		else
			kid->gone = more[neighbor - neighbors->all] = true;
	}
	for (size_t i = 0; i < neighbors->n; i++)
		if (more[i] && !plain[i])
			frr_add_kid(arena, bgp, FRR_LINE,
				    frr_printf(arena, "neighbor %.*s bfd", (int)neighbors->all[i].len,
					       neighbors->all[i].name),
				    neighbors->all[i].definition->line);
}

/* Drops defaults: extended next hops for neighbours on an interface, and sending all communities. */
static void drop_neighbor_defaults(struct frr_node *node, const struct neighbors *neighbors)
{
	for (size_t i = 0; i < node->n_kids; i++) {
		struct frr_node *kid = node->kids[i];
		const struct neighbor *neighbor;
		const char *rest;

		if (kid->kind != FRR_LINE) {
			drop_neighbor_defaults(kid, neighbors);
			continue;
		}
		if (kid->gone || frr_without_no(kid->text) != kid->text)
			continue;
		neighbor = frr_line_neighbor(neighbors, kid->text, &rest);
		if (!neighbor)
			continue;
		kid->gone = (neighbor->is_interface && strcmp(rest, "capability extended-nexthop") == 0) ||
			    (!neighbor->group && frr_has_words(rest, "send-community"));
	}
}

/* Drops a VNI's route target if it equals the one that FRR derives: AS number and VNI. */
static void drop_vni_targets(struct frr_arena *arena, struct frr_node *family, const char *asn)
{
	for (size_t i = 0; i < family->n_kids; i++) {
		struct frr_node *vni = family->kids[i];
		const char *target;

		if (vni->kind != FRR_BGP_VNI)
			continue;
		target = frr_printf(arena, "%lu:%s", strtoul(asn, NULL, 10) & 0xffff,
				    frr_after(vni->text, strlen("vni")));
		for (size_t j = 0; j < vni->n_kids; j++) {
			const char *text = vni->kids[j]->text, *last = strrchr(text, ' ');

			if (last && frr_has_words(text, "route-target"))
				vni->kids[j]->gone |= strcmp(last + 1, target) == 0;
		}
	}
}

/* FRR prints "import vrf route-map" as "route-map vpn import" as long as no VRF is imported. */
static void rename_import_map(struct frr_arena *arena, struct frr_node *family)
{
	struct frr_node *map = NULL;

	for (size_t i = 0; i < family->n_kids; i++) {
		struct frr_node *kid = family->kids[i];

		if (kid->gone || !frr_has_words(kid->text, "import vrf"))
			continue;
		if (!frr_has_words(kid->text, "import vrf route-map"))
			return;
		map = kid;
	}
	if (map)
		map->text = frr_printf(arena, "route-map vpn import%s", map->text + strlen("import vrf route-map"));
}

/* bgpd limits the keepalive time to a third of the hold time. */
static void bound_timers(struct frr_arena *arena, struct frr_node *bgp)
{
	for (size_t i = 0; i < bgp->n_kids; i++) {
		struct frr_node *kid = bgp->kids[i];
		unsigned long keepalive, hold;
		char *end;
		const char *timers, *rest;
		size_t len;

		timers = frr_neighbor_of(kid->text, &len, &rest) ? rest : kid->text;
		if (kid->gone || (strncmp(timers, "timers ", 7) && strncmp(timers, "timers bgp ", 11)))
			continue;
		timers = strpbrk(timers, "0123456789");
		if (!timers)
			continue;
		keepalive = strtoul(timers, &end, 10);
		hold = *end == ' ' && isdigit((unsigned char)end[1]) ? strtoul(end + 1, NULL, 10) : ULONG_MAX;
		if (keepalive <= hold / 3)
			continue;
		kid->text = frr_printf(arena, "%.*s%lu %lu", (int)(timers - kid->text), kid->text, hold / 3, hold);
	}
}

static void normal_instance(struct frr_arena *arena, struct frr_node *root, struct frr_node *bgp)
{
	struct neighbors neighbors = frr_neighbors(arena, bgp);

	move_out(arena, root, bgp);
	bound_timers(arena, bgp);
	add_bfd_lines(arena, bgp, &neighbors);
	for (size_t i = 0; i < bgp->n_kids; i++) {
		if (bgp->kids[i]->kind == FRR_BGP_EVPN)
			drop_vni_targets(arena, bgp->kids[i], frr_after(bgp->text, strlen("router bgp")));
		else if (bgp->kids[i]->kind == FRR_BGP_AF)
			rename_import_map(arena, bgp->kids[i]);
	}
}

/* FRR prints "passive-interface eth0" of `router ospf` as "ip ospf passive" of the interface. */
static void move_passive(struct frr_arena *arena, struct frr_node *root, struct frr_node *ospf)
{
	for (size_t i = 0; i < ospf->n_kids; i++) {
		struct frr_node *kid = ospf->kids[i], *interface;
		const char *text = frr_without_no(kid->text), *name, *address;

		if (!frr_has_words(text, "passive-interface") || !strchr(text, ' '))
			continue;
		name = strchr(text, ' ') + 1;
		if (strcmp(name, "default") == 0)
			continue;
		address = name + strcspn(name, " ");
		interface = frr_add_kid(arena, root, FRR_INTERFACE,
					frr_printf(arena, "interface %.*s", (int)(address - name), name), kid->line);
		frr_add_kid(arena, interface, FRR_LINE,
			    frr_printf(arena, "%sip ospf passive%s", text == kid->text ? "" : "no ", address),
			    kid->line);
		kid->gone = true;
	}
}

/* FRR creates the default instance together with an instance of a VRF. */
static void add_default_instance(struct frr_arena *arena, struct frr_node *root)
{
	const struct frr_node *other = NULL;
	const char *asn;

	for (size_t i = 0; i < root->n_kids; i++) {
		if (root->kids[i]->kind != FRR_BGP || root->kids[i]->gone)
			continue;
		if (!strstr(root->kids[i]->text, " vrf ") && !strstr(root->kids[i]->text, " view "))
			return;
		other = other ? other : root->kids[i];
	}
	if (!other)
		return;
	asn = frr_after(other->text, strlen("router bgp"));
	frr_add_kid(arena, root, FRR_BGP, frr_printf(arena, "router bgp %.*s", (int)frr_word(asn), asn), other->line);
}

void frr_normal_shown(struct frr_arena *arena, struct frr_node *root)
{
	size_t n = root->n_kids;

	for (size_t i = 0; i < n; i++) {
		struct frr_node *kid = root->kids[i];

		if (kid->kind == FRR_BGP)
			normal_instance(arena, root, kid);
		else if (frr_has_words(kid->text, "router ospf"))
			move_passive(arena, root, kid);
	}
	add_default_instance(arena, root);
}

void frr_drop_neighbor_defaults(struct frr_arena *arena, struct frr_node *root)
{
	for (size_t i = 0; i < root->n_kids; i++) {
		struct neighbors neighbors;

		if (root->kids[i]->kind != FRR_BGP)
			continue;
		neighbors = frr_neighbors(arena, root->kids[i]);
		drop_neighbor_defaults(root->kids[i], &neighbors);
	}
}
