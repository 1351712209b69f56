/* SPDX-License-Identifier: Apache-2.0 */
/* nic_identity.c - see nic_identity.h */
#include "base/util.h"
#include "kernel/read.h"
#include "run/nic_identity.h"

const struct config_nic *nic_find_wanted(const struct observe_source *from, const char *name)
{
	const struct config *config = from->config;

	for (size_t i = 0; !from->down && i < config->underlay.n_nics; i++)
		if (!config->underlay.nics[i].parent[0] && streq(config->underlay.nics[i].name, name))
			return &config->underlay.nics[i];
	return NULL;
}

const char *nic_outer_name(const struct config_nic *wanted)
{
	return wanted->altname[0] ? wanted->altname : wanted->name;
}

/* The entry of evpn.conf that names this link of the host. */
static const struct config_nic *find_by_link(const struct observe_source *from, const struct net_link *link)
{
	const struct config *config = from->config;

	for (size_t i = 0; !from->down && i < config->underlay.n_nics; i++)
		if (!config->underlay.nics[i].parent[0] &&
		    net_is_called(link, nic_outer_name(&config->underlay.nics[i])))
			return &config->underlay.nics[i];
	return NULL;
}

struct serials {
	const struct observe_source *from;
	const struct nic_records *nics;
};

/* A device of another kind than any NIC is none, and there may be thousands. */
static bool needs_serial(const struct net_link *link, void *arg)
{
	const struct serials *serials = arg;

	for (size_t i = 0; i < serials->nics->n_items; i++)
		if (serials->nics->items[i].identified ? streq(serials->nics->items[i].device.kind, link->device.kind)
						       : serials->nics->items[i].physical == !link->device.kind[0])
			return true;
	/* It gets a record now. */
	return link->ns == NET_NS_HOST && find_by_link(serials->from, link);
}

/*
 * On the host a device that was never moved is the administrator's: under another name, it is another NIC. One that was moved may
 * have any name: the container's, or the kernel's if its own was taken when the namespace ended.
 */
static bool may_be(const struct nic_record *nic, enum nic_match match, const struct net_link *link)
{
	if (link->inward && match != NIC_SURE)
		return false;
	return link->ns == NET_NS_FRR || nic->moved || link->owner == NET_OWNER_NIC ||
	       streq(link->name, nic_record_host_name(nic));
}

/* Where the devices cannot be told apart, the one in its place is the more likely one. Less is better. */
static unsigned int rank(const struct nic_record *nic, const struct config_nic *wanted, enum nic_match match,
			 const struct net_link *link)
{
	bool in_place = streq(link->name, link->ns == NET_NS_HOST ? nic_record_host_name(nic)
					  : wanted		  ? wanted->inner
								  : "");

	/* The name alone proves nothing: without our mark it is not even likely. */
	if (match == NIC_LIKELY && !nic->physical && link->owner != NET_OWNER_NIC &&
	    !(link->ns == NET_NS_HOST && in_place))
		return 4;
	return (match == NIC_SURE ? 0 : 2) + (in_place ? 0 : 1);
}

static struct net_link *find_device(const struct observe_source *from, const struct nic_record *nic, struct net *actual)
{
	const struct config_nic *wanted = nic_find_wanted(from, nic->name);
	struct net_link *best = NULL;
	unsigned int lowest = 4;

	for (size_t i = 0; i < actual->n_links; i++) {
		struct net_link *link = &actual->links[i];
		enum nic_match match = link->nic[0] ? NIC_OTHER : nic_record_match(nic, link);

		if (match == NIC_OTHER || !may_be(nic, match, link) || rank(nic, wanted, match, link) >= lowest)
			continue;
		lowest = rank(nic, wanted, match, link);
		best = link;
	}
	return best;
}

/* On the host its alias may be the administrator's, which the NIC has after it was given back. */
static void take_as_nic(const struct nic_record *nic, struct net_link *link)
{
	net_set_name(link->nic, nic->name);
	link->unmarked = link->ns == NET_NS_FRR && link->owner != NET_OWNER_NIC;
	link->leaving = false;
	if (link->ns == NET_NS_FRR || net_is_ours(link))
		link->owner = NET_OWNER_NIC;
}

/* Without a record there is nothing but the mark and the name to go by. Such a NIC is never given back. */
static bool lost_its_record(const struct observe_source *from, const struct nic_records *nics,
			    const struct net_link *link)
{
	const struct config *config = from->config;

	for (size_t i = 0; !from->down && i < config->underlay.n_nics; i++) {
		const struct config_nic *wanted = &config->underlay.nics[i];

		if (!wanted->parent[0] && !nic_record_find(nics, wanted->name) &&
		    (link->ns == NET_NS_FRR ? streq(link->name, wanted->inner)
					    : net_is_called(link, nic_outer_name(wanted))))
			return true;
	}
	return false;
}

/*
 * A device that appears under the NIC's name on the host takes its place and gets its addresses and routes: it was made anew, or
 * the card was changed. The container must not be able to make such a device.
 */
static const char *find_impostor(const struct nic_record *nic, const struct net_link *link)
{
	if (link->inward)
		return "it leads into FRR's namespace, so the container may have made it; delete it, or give the NIC "
		       "another "
		       "name";
	if (nic && nic->moved &&
	    (nic->identified ? !streq(nic->device.kind, link->device.kind) : nic->physical != !link->device.kind[0]))
		return "it is of another kind than the NIC that evpnd moved, so the container may have made it; delete "
		       "it, "
		       "or, if you have replaced the NIC, delete the NIC's record in the state directory";
	return NULL;
}

static void mark_impostors(const struct observe_source *from, const struct nic_records *nics, struct net *actual)
{
	for (size_t i = 0; i < actual->n_links; i++) {
		struct net_link *link = &actual->links[i];
		const struct config_nic *wanted = link->ns == NET_NS_HOST && !link->nic[0] ? find_by_link(from, link)
											   : NULL;

		if (wanted)
			link->impostor = find_impostor(nic_record_find(nics, wanted->name), link);
	}
}

int nic_identify(const struct observe_source *from, struct observation *obs, struct evpn_error *err)
{
	struct serials serials = { .from = from, .nics = &obs->nics };
	struct net *actual = &obs->actual;

	if (read_serials(from->netns_fd, actual, needs_serial, &serials, err) < 0)
		return -1;
	for (size_t i = 0; i < obs->nics.n_items; i++) {
		struct net_link *link = find_device(from, &obs->nics.items[i], actual);

		if (link)
			take_as_nic(&obs->nics.items[i], link);
	}
	for (size_t i = 0; i < actual->n_links; i++) {
		struct net_link *link = &actual->links[i];

		if (link->owner == NET_OWNER_NIC && !link->nic[0] && !lost_its_record(from, &obs->nics, link))
			link->owner = NET_OWNER_FORGED;
	}
	mark_impostors(from, &obs->nics, actual);
	return 0;
}
