/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_rd.c - derives the route distinguishers that evpn.conf does not set; see config_parts.h
 *
 * bgpd numbers them in the order in which it meets the VNIs, which is another one after each restart (FRR issue 21266).
 * Here a distinguisher is the router ID and a number that follows from the VNI. The number has 16 bits (RFC 4364,
 * 4.2, type 1). Types 0 and 2 have room for more with an AS in front, but then all nodes of an AS have the same one,
 * and a route reflector passes on one of them only.
 *
 * The numbers are those from 32768 on. A VNI has bgpd's own distinguisher until bgpd reads the line `rd`, and bgpd gives the
 * numbers 2, 3, ...: with 1,000 VNIs the one that had 1001 for a moment took the routes of VNI 1001 along when it let go of it.
 */
#include "base/util.h"
#include "config/config_parts.h"

#define NUMBERS 65536
#define FIRST	32768

struct numbers {
	bool taken[NUMBERS];
	char router_id[IPADDR_TEXT_SIZE];
};

/* The number is in use if the distinguisher is one of this router ID, set in the file. */
static void take(struct numbers *numbers, const char *rd)
{
	size_t len = strlen(numbers->router_id);

	if (rd && strncmp(rd, numbers->router_id, len) == 0 && rd[len] == ':')
		numbers->taken[strtoul(rd + len + 1, NULL, 10) % NUMBERS] = true;
}

static void derive(struct numbers *numbers, struct config_evpn *evpn, unsigned int number)
{
	if (numbers->taken[number])
		return;
	numbers->taken[number] = true;
	evpn->rd = xasprintf("%s:%u", numbers->router_id, number);
}

/* 32768 and the VNI, if that has 15 bits. */
static void derive_same(struct numbers *numbers, struct config_evpn *evpn, uint32_t vni)
{
	if (!evpn->rd && vni < NUMBERS - FIRST)
		derive(numbers, evpn, FIRST + vni);
}

/* Else the first free number from the VNI's lower 15 bits on. With 32,768 VNIs there is none left: bgpd chooses. */
static void derive_next(struct numbers *numbers, struct config_evpn *evpn, uint32_t vni)
{
	for (unsigned int i = 0; i < NUMBERS - FIRST && !evpn->rd; i++)
		derive(numbers, evpn, FIRST + (vni + i) % (NUMBERS - FIRST));
}

void config_derive_rds(struct config *config)
{
	_cleanup_free_ struct numbers *numbers = xcalloc(1, sizeof(*numbers));
	static void (*const steps[])(struct numbers *, struct config_evpn *, uint32_t) = { derive_same, derive_next };

	if (!ipaddr_is_set(&config->frr.router_id))
		return;
	ipaddr_format(&config->frr.router_id, false, numbers->router_id);
	for (size_t i = 0; i < config->n_l3vnis; i++)
		take(numbers, config->l3vnis[i].evpn.rd);
	for (size_t i = 0; i < config->n_l2vnis; i++)
		take(numbers, config->l2vnis[i].evpn.rd);
	for (size_t step = 0; step < ARRAY_LEN(steps); step++) {
		for (size_t i = 0; i < config->n_l3vnis; i++)
			steps[step](numbers, &config->l3vnis[i].evpn, config->l3vnis[i].vni);
		for (size_t i = 0; i < config->n_l2vnis; i++)
			steps[step](numbers, &config->l2vnis[i].evpn, config->l2vnis[i].vni);
	}
}
