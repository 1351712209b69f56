/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrconf_exit.c - the ways out of VRFs by the default VRF, l3vnis.exit: `import vrf' with route-maps and prefix lists; see
 * frrconf_parts.h
 *
 * For VRF red, evpnd-exit-red lets in of the default VRF what the prefix list evpnd-red:exit permits, and evpnd-exit lets into the
 * default VRF what evpnd-red:announce permits. bgpd announces imported routes as Type-5 routes of the VRF, as long as the default VRF
 * has them.
 *
 * In either direction such a route has the AS path with which it came, with the AS of the leaf switch, which would reject it. So these
 * AS are removed. FRR 8.4 cannot remove all.
 *
 * In the default VRF, the tag of evpnd-fabric-in would keep the VRF's routes from other nodes from the fabric: see frrconf_policy.c.
 */
#include <stdlib.h>
#include <sys/socket.h>

#include "base/util.h"
#include "frr/frrconf_parts.h"

#define EXIT_TAG 0x65766578u /* "evex" */

static const uint8_t families[] = { AF_INET, AF_INET6 };

static bool has_family(const struct config_accept *accept, size_t n, uint8_t family)
{
	for (size_t i = 0; i < n; i++)
		if (accept[i].prefix.family == family)
			return true;
	return false;
}

bool frrconf_leaves(const struct config_l3vni *l3, uint8_t family)
{
	return has_family(l3->exit.prefixes, l3->exit.n_prefixes, family);
}

bool frrconf_returns(const struct config_l3vni *l3, uint8_t family)
{
	return has_family(l3->exit.announce, l3->exit.n_announce, family);
}

static int compare_numbers(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void add_as(uint32_t **list, size_t *n, uint32_t as, uint32_t own)
{
	for (size_t i = 0; i < *n; i++)
		if ((*list)[i] == as)
			return;
	if (as && as != own)
		*(uint32_t *)util_append(list, n, sizeof(as)) = as;
}

static void print_excluded(struct frrconf *f, const struct config_exit *exit)
{
	const struct config_frr *frr = &f->config->frr;
	_cleanup_free_ uint32_t *list = NULL;
	size_t n = 0;

	for (size_t i = 0; i < frr->n_neighbors; i++)
		if (frr->neighbors[i].session.remote == CONFIG_REMOTE_ASN)
			add_as(&list, &n, frr->neighbors[i].session.asn, frr->asn);
	for (size_t i = 0; i < exit->n_exclude_as; i++)
		add_as(&list, &n, exit->exclude_as[i], frr->asn);
	if (!n)
		return;
	qsort(list, n, sizeof(*list), compare_numbers);
	fputs(" set as-path exclude", f->out);
	for (size_t i = 0; i < n; i++)
		fprintf(f->out, " %u", list[i]);
	fputc('\n', f->out);
}

static void print_match(struct frrconf *f, uint8_t family, const char *vrf, const char *list, const char *from)
{
	fprintf(f->out, " match %s address prefix-list evpnd-%s:%s\n", family == AF_INET6 ? "ipv6" : "ip", vrf, list);
	fprintf(f->out, " match source-vrf %s\n", from);
}

/* All VRFs that a VRF imports from share one map. */
static void print_import(struct frrconf *f, const struct config_l3vni *l3)
{
	unsigned int seq = 0;

	for (size_t k = 0; k < ARRAY_LEN(families); k++) {
		if (!frrconf_leaves(l3, families[k]))
			continue;
		seq += 5;
		fprintf(f->out, "route-map evpnd-exit-%s permit %u\n", l3->vrf, seq);
		print_match(f, families[k], l3->vrf, "exit", "default");
		print_excluded(f, &l3->exit);
		for (uint32_t i = 0; i < l3->exit.prepend; i++)
			fprintf(f->out, "%s %u", i ? "" : " set as-path prepend", f->config->frr.asn);
		fputs(l3->exit.prepend ? "\nexit\n!\n" : "exit\n!\n", f->out);
	}
	if (!seq || !l3->n_import_vrfs)
		return;
	fprintf(f->out, "route-map evpnd-exit-%s deny %u\n match source-vrf default\nexit\n!\n", l3->vrf, seq + 5);
	fprintf(f->out, "route-map evpnd-exit-%s permit %u\nexit\n!\n", l3->vrf, seq + 10);
}

void frrconf_print_exit_maps(struct frrconf *f)
{
	unsigned int seq = 0;

	for (size_t i = 0; i < f->config->n_l3vnis; i++)
		for (size_t k = 0; k < ARRAY_LEN(families); k++) {
			const struct config_l3vni *l3 = f->config->by_vrf[i];

			if (!frrconf_returns(l3, families[k]))
				continue;
			seq += 5;
			fprintf(f->out, "route-map evpnd-exit permit %u\n", seq);
			print_match(f, families[k], l3->vrf, "announce", l3->vrf);
			print_excluded(f, &l3->exit);
			fprintf(f->out, " set tag %u\nexit\n!\n", EXIT_TAG);
		}
	for (size_t i = 0; i < f->config->n_l3vnis; i++)
		print_import(f, f->config->by_vrf[i]);
}

/* The map first: bgpd would import everything until it reads it. */
void frrconf_print_exit(struct frrconf *f, const struct config_l3vni *l3, uint8_t family)
{
	if (frrconf_leaves(l3, family))
		fprintf(f->out, "  import vrf route-map evpnd-exit-%s\n  import vrf default\n", l3->vrf);
}

void frrconf_print_returns(struct frrconf *f, uint8_t family)
{
	bool first = true;

	for (size_t i = 0; i < f->config->n_l3vnis; i++) {
		if (!frrconf_returns(f->config->by_vrf[i], family))
			continue;
		if (first)
			fputs("  import vrf route-map evpnd-exit\n", f->out);
		first = false;
		fprintf(f->out, "  import vrf %s\n", f->config->by_vrf[i]->vrf);
	}
}
