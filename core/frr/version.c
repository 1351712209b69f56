/* SPDX-License-Identifier: Apache-2.0 */
/* version.c - see version.h */
#include <stdio.h>
#include <sys/socket.h>

#include "base/util.h"
#include "frr/version.h"

enum severity { WARN, REFUSE };

#define MACVLAN_CRASH                                                                                                \
	"crashes on a macvlan whose parent is in another namespace (FRR issue 15370): use FRR 9.1.1 or later, or a " \
	"VLAN, or the interface itself"
#define NEVER             \
	{                 \
		~0u, 0, 0 \
	}

/* Versions from `from` on and before `fixed` fail. */
struct fault {
	unsigned int feature;
	struct version from, fixed;
	enum severity severity;
	const char *text; /* behind "FRR 8.4.4 " */
};

static const struct fault faults[] = {
	{ VERSION_IPV6_VTEP,
	  { 0, 0, 0 },
	  { 10, 6, 0 },
	  REFUSE,
	  "has no IPv6 VTEP and would announce its router ID as next hop: use FRR 10.6 or later, or an IPv4 VTEP" },
	{ VERSION_IPV6_VTEP_L3,
	  { 10, 6, 0 },
	  NEVER,
	  WARN,
	  "may announce Type-5 routes with the router ID as next hop after a start (FRR issue 23268); evpnd's health "
	  "check reports that as NextHopMismatch" },
	{ VERSION_MACVLAN, { 0, 0, 0 }, { 8, 5, 5 }, REFUSE, MACVLAN_CRASH },
	{ VERSION_MACVLAN, { 9, 0, 0 }, { 9, 0, 3 }, REFUSE, MACVLAN_CRASH },
	{ VERSION_MACVLAN, { 9, 1, 0 }, { 9, 1, 1 }, REFUSE, MACVLAN_CRASH },
	{ VERSION_SINGLE,
	  { 0, 0, 0 },
	  { 9, 0, 0 },
	  REFUSE,
	  "does not know a VXLAN device that serves several VNIs: use FRR 9.0 or later, or remove `mode' from vxlan" },
	{ VERSION_SESSIONS,
	  { 10, 1, 0 },
	  NEVER,
	  WARN,
	  "withdraws EVPN routes from the kernel when one of several sessions is cleared, until it is established "
	  "again "
	  "(FRR issue 18240)" },
	{ VERSION_SESSIONS,
	  { 10, 4, 0 },
	  { 10, 5, 0 },
	  WARN,
	  "may keep EVPN routes of a neighbor whose session has ended (FRR issue 19605)" },
	{ VERSION_ANY,
	  { 10, 4, 1 },
	  { 10, 4, 2 },
	  WARN,
	  "may lose EVPN routes after a boot until FRR is restarted (FRR issue 19756)" },
	{ VERSION_ANY,
	  { 0, 0, 0 },
	  { 10, 7, 0 },
	  WARN,
	  "may miss that an underlay link went down and up quickly while zebra is busy (FRR pull request 21769)" },
	{ VERSION_ANY,
	  { 0, 0, 0 },
	  { 8, 5, 1 },
	  WARN,
	  "drops an address that comes right behind its new link (FRR issue 13288); evpnd waits until zebra lists the "
	  "link" },
};

bool version_parse(const char *answer, struct version *ret_version)
{
	const char *text = strstr(answer, "FRRouting ");

	*ret_version = (struct version){ 0 };
	return text && sscanf(text, "FRRouting %5u.%5u.%5u", &ret_version->major, &ret_version->minor,
			      &ret_version->patch) >= 2;
}

unsigned int version_features(const struct config *config)
{
	unsigned int features = VERSION_ANY, n = 0;

	if (config->underlay.vtep.family == AF_INET6)
		features |= VERSION_IPV6_VTEP | (config->n_l3vnis ? VERSION_IPV6_VTEP_L3 : 0u);
	if (config->vxlan.single)
		features |= VERSION_SINGLE;
	for (size_t i = 0; i < config->underlay.n_nics; i++)
		if (config->underlay.nics[i].macvlan)
			features |= VERSION_MACVLAN;
	for (size_t i = 0; i < config->frr.n_neighbors; i++)
		n += config->frr.neighbors[i].families.bits & CONFIG_EVPN ? 1u : 0u;
	return n > 1 ? features | VERSION_SESSIONS : features;
}

bool version_matters(unsigned int features)
{
	for (size_t i = 0; i < ARRAY_LEN(faults); i++)
		if (faults[i].severity == REFUSE && (faults[i].feature & features))
			return true;
	return false;
}

static int compare(const struct version *a, const struct version *b)
{
	if (a->major != b->major)
		return a->major < b->major ? -1 : 1;
	if (a->minor != b->minor)
		return a->minor < b->minor ? -1 : 1;
	return a->patch < b->patch ? -1 : a->patch > b->patch;
}

bool version_same(const struct version *a, const struct version *b)
{
	return compare(a, b) == 0;
}

static bool meets(const struct fault *fault, const struct version *version, unsigned int features)
{
	return (fault->feature & features) && compare(version, &fault->from) >= 0 &&
	       compare(version, &fault->fixed) < 0;
}

bool version_check(const struct version *version, unsigned int features, struct evpn_error *err)
{
	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		const struct fault *fault = &faults[i];

		if (fault->severity != REFUSE || !meets(fault, version, features))
			continue;
		evpn_fail(err, EVPN_ERROR_REFUSED, "FRR %u.%u.%u %s", version->major, version->minor, version->patch,
			  fault->text);
		return false;
	}
	return true;
}

size_t version_warn(const struct version *version, unsigned int features, void (*each)(const char *text, void *arg),
		    void *arg)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		_cleanup_free_ char *text = NULL;

		if (faults[i].severity != WARN || !meets(&faults[i], version, features))
			continue;
		text = xasprintf("FRR %u.%u.%u %s", version->major, version->minor, version->patch, faults[i].text);
		each(text, arg);
		n++;
	}
	return n;
}
