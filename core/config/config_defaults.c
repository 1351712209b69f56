/* SPDX-License-Identifier: Apache-2.0 */
/* config_session.c - passwords of sessions, what follows for BGP from other values, and its memory; see config_parse.h */
#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "config_parts.h"
#include "util.h"

/* TCP_MD5SIG_MAXKEYLEN, which is FRR's limit too. */
#define MAX_PASSWORD 80
#define BOTH	     (CONFIG_IPV4 | CONFIG_IPV6)

/* Why the text is no password that FRR can read from its file; NULL: it is one. */
static const char *password_fault(const char *text)
{
	if (!text[0])
		return "holds no password";
	if (strchr(text, '\n'))
		return "holds more than one line";
	if (strlen(text) > MAX_PASSWORD)
		return "holds more than 80 characters, which TCP cannot take as a key";
	for (const char *p = text; *p; p++)
		if (*p <= ' ' || *p > '~')
			return "holds a blank or a character that is not printable ASCII, which FRR cannot take";
	return NULL;
}

/* Why others could have read or written it; NULL: it is safe. */
static const char *safety_fault(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return strerror(errno);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return "does not belong to root";
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		return "is open to others than its owner: want mode 0600 or 0400";
	return NULL;
}

void config_read_password(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	static const struct config_key file = { MEMBER(struct config_session, password_file) };
	struct config_session *session = (struct config_session *)((char *)base + key->offset);
	struct config_where where = config_place(r, s);
	_cleanup_free_ char *text = NULL;
	const char *fault;
	size_t len = 0;
	int e;

	value_read_path(r, s, &file, session);
	if (!session->password_file)
		return;
	fault = safety_fault(session->password_file);
	if (!fault) {
		/* A longer one is too long as well. */
		e = config_read_regular(session->password_file, 4 * MAX_PASSWORD, &text, &len);
		fault = e == -EINVAL ? "is not a regular file" : e < 0 ? strerror(-e) : NULL;
	}
	if (!fault) {
		if (len && text[len - 1] == '\n')
			text[--len] = '\0';
		fault = password_fault(text);
	}
	if (fault)
		config_problem(r, &where, "password_file %s %s", session->password_file, fault);
	else
		session->password = util_take_ptr(&text);
}

static unsigned int family_of(const struct ipaddr *ip)
{
	return ip->family == AF_INET ? CONFIG_IPV4 : ip->family == AF_INET6 ? CONFIG_IPV6 : 0;
}

static unsigned int families_of(const struct ipaddr *ips, size_t n)
{
	unsigned int bits = 0;

	for (size_t i = 0; i < n; i++)
		bits |= family_of(&ips[i]);
	return bits;
}

static struct config_l3vni *find_vrf(struct config *config, const char *name)
{
	const struct config_l3vni *found = config_find_vrf(config, name);

	return found ? &config->l3vnis[found - config->l3vnis] : NULL;
}

/* What a VRF routes here. One that has nothing of its own may route both for others. */
static void find_families(struct config *config)
{
	for (size_t i = 0; i < config->n_l3vnis; i++) {
		struct config_l3vni *l3 = &config->l3vnis[i];

		l3->families = families_of(l3->host.peer_addresses, l3->host.n_peer_addresses);
		for (size_t k = 0; k < l3->n_routes; k++)
			l3->families |= family_of(&l3->routes[k].prefix);
		if (l3->advertise.set)
			l3->families |= l3->advertise.bits;
	}
	for (size_t i = 0; i < config->n_l2vnis; i++) {
		const struct config_l2vni *l2 = &config->l2vnis[i];
		struct config_l3vni *l3 = l2->vrf[0] ? find_vrf(config, l2->vrf) : NULL;

		if (l3)
			l3->families |= families_of(l2->gateways, l2->n_gateways);
	}
	for (size_t i = 0; i < config->n_l3vnis; i++)
		if (!config->l3vnis[i].families)
			config->l3vnis[i].families = BOTH;
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* As FRR keeps them. */
static void sort_targets(struct config_evpn *evpn)
{
	if (evpn->n_import_rts)
		qsort(evpn->import_rts, evpn->n_import_rts, sizeof(*evpn->import_rts), compare_strings);
	if (evpn->n_export_rts)
		qsort(evpn->export_rts, evpn->n_export_rts, sizeof(*evpn->export_rts), compare_strings);
}

void config_frr_finish(struct config *config)
{
	find_families(config);
	for (size_t i = 0; i < config->n_l2vnis; i++)
		sort_targets(&config->l2vnis[i].evpn);
	for (size_t i = 0; i < config->n_l3vnis; i++) {
		struct config_l3vni *l3 = &config->l3vnis[i];

		sort_targets(&l3->evpn);
		if (l3->advertise.set)
			continue;
		l3->advertise.bits = l3->families;
		for (size_t k = 0; l3->advertise_imported && k < l3->n_import_vrfs; k++)
			l3->advertise.bits |= config_find_vrf(config, l3->import_vrfs[k])->families;
	}
	for (size_t i = 0; i < config->frr.n_neighbors; i++) {
		struct config_families *families = &config->frr.neighbors[i].families;

		if (!families->set)
			families->bits = CONFIG_EVPN | family_of(&config->underlay.vtep);
	}
}

const struct ipaddr *config_host_address(const struct config_host *host, uint8_t family)
{
	for (size_t i = 0; host->session.asn && i < host->n_addresses; i++)
		for (size_t k = 0; k < host->n_peer_addresses; k++)
			if ((family == AF_UNSPEC || host->addresses[i].family == family) &&
			    host->addresses[i].prefixlen == host->peer_addresses[k].prefixlen &&
			    ipaddr_overlap(&host->addresses[i], &host->peer_addresses[k]))
				return &host->addresses[i];
	return NULL;
}

void config_session_clear(struct config_session *session)
{
	/* In the clear it need not outlive its use. */
	if (session->password)
		explicit_bzero(session->password, strlen(session->password));
	free(session->password);
	free(session->password_file);
	free(session->bfd_profile);
}

void config_evpn_clear(struct config_evpn *evpn)
{
	free(evpn->rd);
	util_free_strings(evpn->import_rts, evpn->n_import_rts);
	util_free_strings(evpn->export_rts, evpn->n_export_rts);
}

void config_frr_clear(struct config_frr *frr)
{
	for (size_t i = 0; i < frr->n_neighbors; i++) {
		free(frr->neighbors[i].allowas_in);
		config_session_clear(&frr->neighbors[i].session);
	}
	for (size_t i = 0; i < frr->n_bfd_profiles; i++)
		free(frr->bfd_profiles[i].name);
	free(frr->neighbors);
	free(frr->bfd_profiles);
	free(frr->config);
	free(frr->source);
	free(frr->check);
	free(frr->hostname);
	free(frr->extra);
}
