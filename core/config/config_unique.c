/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_unique.c - what may be in evpn.conf once only; see config_parse.h
 *
 * Names, numbers and subnets are collected while the file is walked, then sorted: a file with thousands of VNIs is
 * checked in the time that sorting takes.
 */
#include "config_parts.h"
#include "net.h"
#include "util.h"

struct config_use *config_use(struct config_reader *r, const config_setting_t *s, char *key, char *as)
{
	struct config_use *use = util_append(&r->uses, &r->n_uses, sizeof(*use));

	use->key = key;
	use->as = as;
	use->where = config_place(r, s);
	use->order = r->n_uses;
	return use;
}

void config_use_subnet(struct config_reader *r, const config_setting_t *s, const char *vrf, const char *device,
		       const struct ipaddr *ip)
{
	struct config_subnet *subnet = util_append(&r->subnets, &r->n_subnets, sizeof(*subnet));

	subnet->vrf = vrf;
	net_set_name(subnet->device, device);
	subnet->ip = *ip;
	/* Number 0 of a subnet is its own address; it always fits. */
	ipaddr_nth(ip, 0, &subnet->network);
	subnet->network.prefixlen = ip->prefixlen;
	subnet->where = config_place(r, s);
	subnet->order = r->n_subnets;
}

static int compare_uses(const void *a, const void *b, void *config)
{
	const struct config_use *x = a, *y = b;
	int d = strcmp(x->key, y->key);

	if (d == 0)
		d = config_where_compare(config, &x->where, &y->where);
	return d ? d : (x->order > y->order) - (x->order < y->order);
}

static int compare_subnets(const void *a, const void *b, void *config)
{
	const struct config_subnet *x = a, *y = b;
	int d = strcmp(x->vrf, y->vrf);

	if (d == 0)
		d = ipaddr_compare(&x->network, &y->network);
	if (d == 0)
		d = config_where_compare(config, &x->where, &y->where);
	return d ? d : (x->order > y->order) - (x->order < y->order);
}

static void problem_use(struct config_reader *r, const struct config_use *use, const struct config_use *first)
{
	if (use->as && first->as)
		config_problem(r, &use->where, "%s is there twice: here as %s, in %s:%u as %s", use->key, use->as,
			       first->where.file, first->where.line, first->as);
	else
		config_problem(r, &use->where, "%s is there twice: here and in %s:%u", use->key, first->where.file,
			       first->where.line);
}

static void check_names(struct config_reader *r)
{
	const struct config_use *first = r->uses;

	if (r->n_uses)
		qsort_r(r->uses, r->n_uses, sizeof(*r->uses), compare_uses, r->config);
	for (size_t i = 1; i < r->n_uses; i++) {
		const struct config_use *use = &r->uses[i];
		/* A VNI that is there twice has its devices twice as well: one error is enough. */
		bool same_vni = use->made_for && use->made_for == first->made_for;

		if (!streq(use->key, first->key))
			first = use;
		else if (!(use->shared && first->shared) && !same_vni)
			problem_use(r, use, first);
	}
}

static void problem_overlap(struct config_reader *r, const struct config_subnet *a, const struct config_subnet *b)
{
	bool swap = config_where_compare(r->config, &a->where, &b->where) < 0;
	const struct config_subnet *here = swap ? b : a, *there = swap ? a : b;
	char mine[IPADDR_TEXT_SIZE], theirs[IPADDR_TEXT_SIZE];

	config_problem(r, &here->where, "VRF %s: %s of %s overlaps with %s of %s in %s:%u", here->vrf,
		       ipaddr_format(&here->ip, true, mine), here->device, ipaddr_format(&there->ip, true, theirs),
		       there->device, there->where.file, there->where.line);
}

/*
 * Sorted by network, a subnet comes right after the one that contains it, or after others that are in there. Several
 * addresses of one subnet on one device are fine.
 */
static void check_subnets(struct config_reader *r)
{
	const struct config_subnet *outer = r->subnets;

	if (r->n_subnets)
		qsort_r(r->subnets, r->n_subnets, sizeof(*r->subnets), compare_subnets, r->config);
	for (size_t i = 1; i < r->n_subnets; i++) {
		const struct config_subnet *subnet = &r->subnets[i];

		if (!streq(subnet->vrf, outer->vrf) || !ipaddr_overlap(&subnet->network, &outer->network)) {
			outer = subnet;
			continue;
		}
		if (streq(subnet->device, outer->device) && ipaddr_compare(&subnet->network, &outer->network) == 0)
			continue;
		problem_overlap(r, subnet, outer);
	}
}

void config_check_uses(struct config_reader *r)
{
	check_names(r);
	check_subnets(r);
}
