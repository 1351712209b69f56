/* SPDX-License-Identifier: Apache-2.0 */
/* frrconf.c - frr.conf as a whole: its blocks in their order, neighbors and BFD profiles sorted; see frrconf.h */
#include <stdlib.h>
#include <sys/socket.h>

#include "base/line_set.h"
#include "base/util.h"
#include "config/frr_names.h"
#include "frr/frrconf_parts.h"

/* bfdd's values without a line in frr.conf. */
#define DEFAULT_BFD_INTERVAL 300
#define DEFAULT_BFD_DETECT   3

char *frrconf_peer(const struct config_neighbor *n)
{
	char text[IPADDR_TEXT_SIZE];

	/* A range is a peer group in FRR. Its name is derived from the subnet, so that no two ranges share one. */
	if (ipaddr_is_set(&n->listen))
		return xasprintf(FRR_RANGE_PREFIX "%s-%u", ipaddr_format(&n->listen, false, text), n->listen.prefixlen);
	return xstrdup(n->interface[0] ? n->interface : ipaddr_format(&n->address, false, text));
}

/* bgpd shows peer groups, then interfaces, then addresses (bgp_config_write, peer_cmp in bgpd.c). */
static int rank(const struct config_neighbor *n)
{
	return ipaddr_is_set(&n->listen) ? 0 : n->interface[0] ? 1 : 2;
}

static int compare_neighbors(const void *a, const void *b)
{
	const struct config_neighbor *x = *(const struct config_neighbor *const *)a;
	const struct config_neighbor *y = *(const struct config_neighbor *const *)b;
	_cleanup_free_ char *left = NULL, *right = NULL;

	if (rank(x) != rank(y))
		return rank(x) - rank(y);
	if (rank(x) == 2)
		return ipaddr_compare(&x->address, &y->address);
	left = frrconf_peer(x);
	right = frrconf_peer(y);
	return rank(x) == 1 ? strverscmp(left, right) : strcmp(left, right);
}

static int compare_profiles(const void *a, const void *b)
{
	const struct config_bfd_profile *x = *(const struct config_bfd_profile *const *)a;
	const struct config_bfd_profile *y = *(const struct config_bfd_profile *const *)b;

	return strcmp(x->name, y->name);
}

static void print_vrfs(struct frrconf *f)
{
	for (size_t i = 0; i < f->config->n_l3vnis; i++)
		fprintf(f->out, "vrf %s\n vni %u\nexit-vrf\n!\n", f->config->by_vrf[i]->vrf, f->config->by_vrf[i]->vni);
}

static int compare_subnets(const void *a, const void *b)
{
	return ipaddr_compare(a, b);
}

/* The subnets of the IPv6 gateways, each once: zebra before 10 does not take them from the addresses. */
static void print_prefixes(struct frrconf *f, const struct config_l2vni *l2)
{
	_cleanup_free_ struct ipaddr *subnets = xcalloc(l2->n_gateways, sizeof(*subnets));
	char text[IPADDR_TEXT_SIZE];
	size_t n = 0;

	for (size_t i = 0; i < l2->n_gateways; i++) {
		if (l2->gateways[i].family != AF_INET6)
			continue;
		ipaddr_nth(&l2->gateways[i], 0, &subnets[n]);
		subnets[n++].prefixlen = l2->gateways[i].prefixlen;
	}
	qsort(subnets, n, sizeof(*subnets), compare_subnets);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || ipaddr_compare(&subnets[i - 1], &subnets[i]))
			fprintf(f->out, " ipv6 nd prefix %s\n", ipaddr_format(&subnets[i], true, text));
}

/* zebra sends no router advertisements of its own accord, except for unnumbered neighbors of bgpd. */
static void print_interfaces(struct frrconf *f)
{
	for (size_t i = 0; i < f->config->n_l2vnis; i++) {
		const struct config_l2vni *l2 = &f->config->l2vnis[i];

		if (!l2->ra)
			continue;
		fprintf(f->out, "interface br%u\n", l2->vni);
		print_prefixes(f, l2);
		fputs(" no ipv6 nd suppress-ra\nexit\n!\n", f->out);
	}
}

static void print_profiles(struct frrconf *f)
{
	if (!f->config->frr.n_bfd_profiles)
		return;
	fputs("bfd\n", f->out);
	for (size_t i = 0; i < f->config->frr.n_bfd_profiles; i++) {
		const struct config_bfd_profile *p = f->profiles[i];

		fprintf(f->out, " profile %s\n", p->name);
		if (p->detect_multiplier && p->detect_multiplier != DEFAULT_BFD_DETECT)
			fprintf(f->out, "  detect-multiplier %u\n", p->detect_multiplier);
		if (p->transmit_interval && p->transmit_interval != DEFAULT_BFD_INTERVAL)
			fprintf(f->out, "  transmit-interval %u\n", p->transmit_interval);
		if (p->receive_interval && p->receive_interval != DEFAULT_BFD_INTERVAL)
			fprintf(f->out, "  receive-interval %u\n", p->receive_interval);
		fputs(" exit\n !\n", f->out);
	}
	fputs("exit\n!\n", f->out);
}

/* FRR shows the level `debugging', the highest, without its name. */
static void print_log(struct frrconf *f, const char *to, const char *level)
{
	if (level)
		fprintf(f->out, "log %s%s%s\n", to, streq(level, "debugging") ? "" : " ",
			streq(level, "debugging") ? "" : level);
}

static void print_head(struct frrconf *f)
{
	const struct config_frr *frr = &f->config->frr;

	fputs(FRRCONF_FIRST_LINE "\n", f->out);
	if (frr->defaults)
		fprintf(f->out, "frr defaults %s\n", frr->defaults);
	if (frr->hostname)
		fprintf(f->out, "hostname %s\n", frr->hostname);
	print_log(f, "stdout", frr->log.to_stdout);
	print_log(f, "syslog", frr->log.to_syslog);
	if (frr->defaults || frr->hostname || frr->log.to_stdout || frr->log.to_syslog)
		fputs("!\n", f->out);
}

static void print(struct frrconf *f)
{
	const struct config_frr *frr = &f->config->frr;
	size_t len = strlen(frr->extra);

	print_head(f);
	/* Before `router bgp': behind it, frr-reload.py of FRR 8.4 takes `vrf red' for `vrf-policy red'. */
	print_vrfs(f);
	print_interfaces(f);
	frrconf_print_maps(f);
	frrconf_print_bgp(f);
	frrconf_print_lists(f);
	/*
	 * A switch may announce a default route only. zebra before 10.0 does not resolve a VTEP, or another next hop, by
	 * it; later versions do (profile traditional), and do not show these lines.
	 */
	fputs("ip nht resolve-via-default\n!\nipv6 nht resolve-via-default\n!\n", f->out);
	print_profiles(f);
	fprintf(f->out, "%s%s", frr->extra, len && frr->extra[len - 1] != '\n' ? "\n" : "");
}

char *frrconf_make(const struct config *config)
{
	const struct config_frr *frr = &config->frr;
	_cleanup_free_ const struct config_neighbor **neighbors = xcalloc(frr->n_neighbors, sizeof(*neighbors));
	_cleanup_free_ const struct config_bfd_profile **profiles = xcalloc(frr->n_bfd_profiles, sizeof(*profiles));
	struct frrconf f = { .config = config, .neighbors = neighbors, .n_neighbors = frr->n_neighbors };
	char *text = NULL;
	size_t len;

	for (size_t i = 0; i < frr->n_neighbors; i++)
		neighbors[i] = &frr->neighbors[i];
	for (size_t i = 0; i < frr->n_bfd_profiles; i++)
		profiles[i] = &frr->bfd_profiles[i];
	qsort(neighbors, frr->n_neighbors, sizeof(*neighbors), compare_neighbors);
	qsort(profiles, frr->n_bfd_profiles, sizeof(*profiles), compare_profiles);
	f.profiles = profiles;
	f.out = xopen_text(&text, &len);
	print(&f);
	xclose_text(f.out);
	return text;
}

/* Where the secret of this line begins: behind the first of these words; NULL: it has none. BGP's, OSPF's, RIP's and IS-IS'. */
static const char *find_secret(const char *line, size_t len)
{
	static const char *const words[] = { "password ", "authentication-key ", " md5 ", "key-string ",
					     "authentication string " };
	const char *first = NULL;

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		const char *found = memmem(line, len, words[i], strlen(words[i]));

		if (found && (!first || found + strlen(words[i]) < first))
			first = found + strlen(words[i]);
	}
	return first;
}

char *frrconf_mask(const char *text, const char *other)
{
	_cleanup_(line_set_clear) struct line_set others = { 0 };
	char *masked = NULL;
	size_t size;
	FILE *out = xopen_text(&masked, &size);

	line_set_add(&others, other ? other : "");
	line_set_sort(&others);
	while (*text) {
		const char *end = strchrnul(text, '\n');
		size_t len = (size_t)(end - text);
		const char *secret = find_secret(text, len);

		if (secret)
			fprintf(out, "%.*s<hidden%s>", (int)(secret - text), text,
				other && !line_set_has(&others, text, len) ? ", changed" : "");
		else
			fwrite(text, 1, len, out);
		if (*end)
			fputc('\n', out);
		text = *end ? end + 1 : end;
	}
	xclose_text(out);
	return masked;
}
