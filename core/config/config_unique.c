/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_unique.c - reports names and numbers that are used twice, and overlapping subnets; see config_parts.h
 *
 * The checks record all uses, which are sorted at the end: with thousands of VNIs, comparing each with each would take
 * minutes.
 */
#include "base/util.h"
#include "config/config_parts.h"

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
	snprintf(subnet->device, sizeof(subnet->device), "%s", device);
	subnet->ip = *ip;
	ipaddr_network(ip, &subnet->network);
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
		config_problem(r, &use->where, "%s is used twice: here as %s, at %s:%u as %s", use->key, use->as,
			       first->where.file, first->where.line, first->as);
	else
		config_problem(r, &use->where, "%s is used twice: here and at %s:%u", use->key, first->where.file,
			       first->where.line);
}

static void check_names(struct config_reader *r)
{
	const struct config_use *first = r->uses;

	if (r->n_uses)
		qsort_r(r->uses, r->n_uses, sizeof(*r->uses), compare_uses, r->config);
	for (size_t i = 1; i < r->n_uses; i++) {
		const struct config_use *use = &r->uses[i];
		/* If a VNI is used twice, so are its devices: report the VNI only. */
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

	config_problem(r, &here->where, "VRF %s: %s of %s overlaps %s of %s at %s:%u: use disjoint subnets", here->vrf,
		       ipaddr_format(&here->ip, true, mine), here->device, ipaddr_format(&there->ip, true, theirs),
		       there->device, there->where.file, there->where.line);
}

/*
 * Sorted by network address, a subnet comes after the one that contains it, with nothing but its other parts between.
 * Several addresses of one subnet on one device are allowed.
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
		if (!ipaddr_is_set(&subnet->ip) ||
		    (streq(subnet->device, outer->device) && ipaddr_compare(&subnet->network, &outer->network) == 0))
			continue;
		problem_overlap(r, subnet, outer);
	}
}

const struct config_subnet *config_find_subnets(const struct config_reader *r, const char *vrf, size_t *ret_n)
{
	size_t low = 0, high = r->n_subnets, n = 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(r->subnets[middle].vrf, vrf) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	while (low + n < r->n_subnets && streq(r->subnets[low + n].vrf, vrf))
		n++;
	*ret_n = n;
	return r->subnets + low;
}

void config_check_uses(struct config_reader *r)
{
	check_names(r);
	check_subnets(r);
}
