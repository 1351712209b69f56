/* SPDX-License-Identifier: Apache-2.0 */
/* frrconf_policy.c - what FRR takes from a host, and what it does not tell others; see frrconf_parts.h */
#include <sys/socket.h>

#include "frrconf_parts.h"
#include "util.h"

bool frrconf_has_map(const struct config_l3vni *l3)
{
	return l3->n_import_vrfs && l3->advertise.bits && !l3->advertise_imported;
}

/* A leaked route knows the VRF that it is from (FRR: `match source-vrf'). */
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

void frrconf_print_maps(struct frrconf *f)
{
	for (size_t i = 0; i < f->config->n_l3vnis; i++)
		if (frrconf_has_map(f->config->by_vrf[i]))
			print_map(f, f->config->by_vrf[i]);
}

/* Whether there was something to print. */
static bool print_accept(struct frrconf *f, const struct config_l3vni *l3, uint8_t family)
{
	const char *ip = family == AF_INET6 ? "ipv6" : "ip";
	char text[IPADDR_TEXT_SIZE];
	unsigned int seq = 0;

	if (!l3->host.filters || !config_host_address(&l3->host, family))
		return false;
	for (size_t i = 0; i < l3->host.n_accept; i++) {
		const struct config_accept *accept = &l3->host.accept[i];

		if (accept->prefix.family != family)
			continue;
		seq += 5;
		fprintf(f->out, "%s prefix-list evpnd-%s seq %u permit %s", ip, l3->vrf, seq,
			ipaddr_format(&accept->prefix, true, text));
		if (accept->ge)
			fprintf(f->out, " ge %u", accept->ge);
		if (accept->le)
			fprintf(f->out, " le %u", accept->le);
		fputc('\n', f->out);
	}
	if (!seq)
		fprintf(f->out, "%s prefix-list evpnd-%s seq 5 deny any\n", ip, l3->vrf);
	return true;
}

void frrconf_print_lists(struct frrconf *f)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };

	for (size_t k = 0; k < ARRAY_LEN(families); k++) {
		bool listed = false;

		for (size_t i = 0; i < f->config->n_l3vnis; i++)
			listed |= print_accept(f, f->config->by_vrf[i], families[k]);
		if (listed)
			fputs("!\n", f->out);
	}
}
