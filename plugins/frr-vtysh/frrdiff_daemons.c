/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrdiff_daemons.c - which of FRR's daemons a configuration needs
 *
 * vtysh accepts a line for a daemon that does not run, and FRR does not apply or print it. So the lines of such daemons
 * are no difference, but they are reported. A daemon owns a line if no other daemon keeps it. FRR's vtysh/extract.pl
 * assigns commands to daemons; lines that several daemons keep, such as route-maps, are not in the table.
 */
#include <stdlib.h>
#include <string.h>

#include "frrdiff_tree.h"

static const struct {
	enum frr_kind parent;
	const char *words; /* '*' stands for any word */
	const char *daemon;
	bool owns;
} needs[] = {
	{ FRR_ROOT, "router bgp", "bgpd", true },
	{ FRR_ROOT, "router ospf", "ospfd", true },
	{ FRR_ROOT, "router ospf6", "ospf6d", true },
	{ FRR_ROOT, "router isis", "isisd", true },
	{ FRR_ROOT, "router openfabric", "fabricd", true },
	{ FRR_ROOT, "router rip", "ripd", true },
	{ FRR_ROOT, "router ripng", "ripngd", true },
	{ FRR_ROOT, "router eigrp", "eigrpd", true },
	{ FRR_ROOT, "router babel", "babeld", true },
	{ FRR_ROOT, "router pim", "pimd", true },
	{ FRR_ROOT, "router pim6", "pim6d", true },
	{ FRR_ROOT, "bfd", "bfdd", true },
	{ FRR_ROOT, "mpls ldp", "ldpd", true },
	{ FRR_ROOT, "l2vpn", "ldpd", true },
	{ FRR_ROOT, "pbr-map", "pbrd", true },
	{ FRR_ROOT, "vrrp", "vrrpd", true },
	{ FRR_ROOT, "ip route", "staticd", true },
	{ FRR_ROOT, "ipv6 route", "staticd", true },
	{ FRR_ROOT, "ip mroute", "staticd", true },
	{ FRR_ROOT, "ip pim", "pimd", true },
	{ FRR_ROOT, "ip igmp", "pimd", true },
	{ FRR_ROOT, "ip msdp", "pimd", true },
	{ FRR_ROOT, "ipv6 pim", "pim6d", true },
	{ FRR_ROOT, "ipv6 mld", "pim6d", true },
	{ FRR_ROOT, "nhrp", "nhrpd", true },
	{ FRR_ROOT, "debug bgp", "bgpd", true },
	{ FRR_ROOT, "debug ospf", "ospfd", true },
	{ FRR_ROOT, "debug ospf6", "ospf6d", true },
	{ FRR_ROOT, "debug isis", "isisd", true },
	{ FRR_ROOT, "debug bfd", "bfdd", true },
	{ FRR_ROOT, "debug pim", "pimd", true },
	{ FRR_ROOT, "debug igmp", "pimd", true },
	{ FRR_ROOT, "debug rip", "ripd", true },
	{ FRR_ROOT, "debug eigrp", "eigrpd", true },
	{ FRR_ROOT, "debug vrrp", "vrrpd", true },
	{ FRR_ROOT, "debug pbr", "pbrd", true },
	{ FRR_ROOT, "debug nhrp", "nhrpd", true },
	{ FRR_ROOT, "debug mpls ldp", "ldpd", true },
	{ FRR_ROOT, "debug static", "staticd", true },
	{ FRR_VRF, "ip route", "staticd", true },
	{ FRR_VRF, "ipv6 route", "staticd", true },
	{ FRR_VRF, "ip mroute", "staticd", true },
	{ FRR_VRF, "ip pim", "pimd", true },
	{ FRR_VRF, "ip igmp", "pimd", true },
	{ FRR_VRF, "ip msdp", "pimd", true },
	{ FRR_VRF, "ipv6 pim", "pim6d", true },
	{ FRR_SEGMENT, "traffic-eng", "pathd", true },
	{ FRR_INTERFACE, "ip ospf", "ospfd", true },
	{ FRR_INTERFACE, "ipv6 ospf6", "ospf6d", true },
	{ FRR_INTERFACE, "ip router isis", "isisd", true },
	{ FRR_INTERFACE, "ipv6 router isis", "isisd", true },
	{ FRR_INTERFACE, "isis", "isisd", true },
	{ FRR_INTERFACE, "ip router openfabric", "fabricd", true },
	{ FRR_INTERFACE, "ipv6 router openfabric", "fabricd", true },
	{ FRR_INTERFACE, "openfabric", "fabricd", true },
	{ FRR_INTERFACE, "ip rip", "ripd", true },
	{ FRR_INTERFACE, "ipv6 ripng", "ripngd", true },
	{ FRR_INTERFACE, "ip eigrp", "eigrpd", true },
	{ FRR_INTERFACE, "ip hello-interval eigrp", "eigrpd", true },
	{ FRR_INTERFACE, "ip hold-time eigrp", "eigrpd", true },
	{ FRR_INTERFACE, "ip summary-address eigrp", "eigrpd", true },
	{ FRR_INTERFACE, "babel", "babeld", true },
	{ FRR_INTERFACE, "ip pim", "pimd", true },
	{ FRR_INTERFACE, "ip igmp", "pimd", true },
	{ FRR_INTERFACE, "ip mroute", "pimd", true },
	{ FRR_INTERFACE, "ip multicast boundary", "pimd", true },
	{ FRR_INTERFACE, "ipv6 pim", "pim6d", true },
	{ FRR_INTERFACE, "ipv6 mld", "pim6d", true },
	{ FRR_INTERFACE, "ip nhrp", "nhrpd", true },
	{ FRR_INTERFACE, "ipv6 nhrp", "nhrpd", true },
	{ FRR_INTERFACE, "pbr-policy", "pbrd", true },
	{ FRR_INTERFACE, "vrrp", "vrrpd", true },
	/* Another daemon keeps these lines, and needs bfdd for them. */
	{ FRR_BGP, "neighbor * bfd", "bfdd", false },
	{ FRR_INTERFACE, "ip ospf bfd", "bfdd", false },
	{ FRR_INTERFACE, "ipv6 ospf6 bfd", "bfdd", false },
	{ FRR_INTERFACE, "isis bfd", "bfdd", false },
	{ FRR_INTERFACE, "ip pim bfd", "bfdd", false },
};
#define N_NEEDS (sizeof(needs) / sizeof(needs[0]))

/* Whether `daemons`, separated by blanks, contain this one. */
static bool is_running(const char *daemons, const char *name)
{
	for (const char *at = daemons; *at; at += *at == ' ') {
		size_t len = frr_word(at);

		if (len == strlen(name) && memcmp(at, name, len) == 0)
			return true;
		at += len;
	}
	return false;
}

struct missing {
	struct frr_arena *arena;
	bool is_missing[N_NEEDS]; /* the daemon of this need does not run */
	const char *lines[N_NEEDS]; /* a line that has this need */
};

static void drop_lines(struct missing *missing, struct frr_node *node)
{
	for (size_t i = 0; i < node->n_kids; i++) {
		struct frr_node *kid = node->kids[i];

		for (size_t n = 0; n < N_NEEDS && !kid->gone; n++) {
			if (!missing->is_missing[n] || needs[n].parent != node->kind ||
			    !frr_begins_like(kid->text, needs[n].words))
				continue;
			if (!missing->lines[n])
				missing->lines[n] = kid->text;
			kid->gone = needs[n].owns;
		}
		if (kid->kind != FRR_LINE && !kid->gone)
			drop_lines(missing, kid);
	}
}

/* The daemons that lines were found for, and these lines, one for each daemon. */
static void report(struct missing *missing, struct frrdiff *ret_diff)
{
	const char *names = "", *lines = "";

	for (size_t n = 0; n < N_NEEDS; n++) {
		bool is_known = !missing->lines[n];

		for (size_t i = 0; i < n && !is_known; i++)
			is_known = missing->lines[i] && strcmp(needs[i].daemon, needs[n].daemon) == 0;
		if (is_known)
			continue;
		names = frr_printf(missing->arena, "%s%s%s", names, *names ? ", " : "", needs[n].daemon);
		lines = frr_printf(missing->arena, "%s%s%.80s", lines, *lines ? "; " : "", missing->lines[n]);
		ret_diff->n_missing++;
	}
	ret_diff->missing = strdup(names);
	ret_diff->missing_for = strdup(lines);
	if (!ret_diff->missing || !ret_diff->missing_for)
		abort();
}

void frr_drop_missing(struct frr_arena *arena, struct frr_node *running, struct frr_node *wanted, const char *daemons,
		      struct frrdiff *ret_diff)
{
	struct missing missing = { .arena = arena };

	for (size_t n = 0; n < N_NEEDS; n++)
		missing.is_missing[n] = !is_running(daemons, needs[n].daemon);
	/* With FRR 10 mgmtd prints lines of other daemons, too. */
	drop_lines(&missing, running);
	memset(missing.lines, 0, sizeof(missing.lines));
	drop_lines(&missing, wanted);
	report(&missing, ret_diff);
}
