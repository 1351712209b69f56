/* SPDX-License-Identifier: Apache-2.0 */
/* steps_nic.c - see steps_nic.h */
#include "read.h"
#include "log.h"
#include "nic.h"
#include "util.h"

static const struct config_nic *find_wanted(const struct run *run, const char *name)
{
	const struct config *config = run->config;

	for (size_t i = 0; !run->options.down && i < config->underlay.n_nics; i++)
		if (!config->underlay.nics[i].parent[0] && streq(config->underlay.nics[i].name, name))
			return &config->underlay.nics[i];
	return NULL;
}

static bool has_addresses(const struct net *actual, const char *nic)
{
	for (size_t i = 0; i < actual->n_addrs; i++)
		if (actual->addrs[i].ns == NET_NS_HOST && streq(actual->addrs[i].link, nic))
			return true;
	return false;
}

/*
 * A NIC's former state: its record; or, while it is still on the host, what it looks like there. But a NIC without an
 * address that has a record has fallen back, bare, from a namespace that died: then the record is what counts.
 */
static int read_wanted(struct run *run, const struct config_nic *wanted)
{
	struct record_nic *old = record_find_nic(&run->nics, wanted->name), nic;
	const struct net_link *link = net_find_nic(&run->actual, wanted->name, wanted->inner,
						   old ? old->mac : (uint8_t[6]){ 0 });

	if (!link || link->ns != NET_NS_HOST)
		return 0;
	if (old && !has_addresses(&run->actual, link->name)) {
		/* Made anew under the name, or another card: it is meant to be what the former one was. */
		old->fresh = memcmp(old->mac, link->hw_mac, sizeof(old->mac)) != 0;
		memcpy(old->mac, link->hw_mac, sizeof(old->mac));
		return 0;
	}
	if (actual_read_nic(run->rtnl[NET_NS_HOST], &run->actual, link, run->options.instance, wanted->name, &nic,
			    &run->err) < 0)
		return -1;
	nic.fresh = true;
	if (!old)
		old = util_append(&run->nics.items, &run->nics.n_items, sizeof(*old));
	record_nic_clear(old);
	*old = nic;
	return 0;
}

/* A NIC that goes back, or has gone: its routes on the host are what is compared with its record. */
static int read_returned(struct run *run, const struct record_nic *former, const struct net_link *link)
{
	struct record_nic nic;

	if (link->ns != NET_NS_HOST)
		return 0;
	if (actual_read_nic(run->rtnl[NET_NS_HOST], &run->actual, link, run->options.instance, former->name, &nic,
			    &run->err) < 0)
		return -1;
	for (size_t i = 0; i < nic.n_routes; i++)
		*(struct net_route *)util_append(&run->actual.routes, &run->actual.n_routes,
						 sizeof(struct net_route)) = nic.routes[i];
	record_nic_clear(&nic);
	return 0;
}

static void forget(struct run *run, size_t i)
{
	struct record_nics *nics = &run->nics;

	log_warning(
		"NIC %s cannot be given back: it is neither on the host nor in FRR's namespace; a virtual device goes "
		"with its namespace",
		nics->items[i].name);
	if (!run->options.dry_run)
		record_remove_nic(run->options.state_dir, nics->items[i].name);
	record_nic_clear(&nics->items[i]);
	memmove(&nics->items[i], &nics->items[i + 1], (nics->n_items - i - 1) * sizeof(*nics->items));
	nics->n_items--;
}

/* NICs with a record that the configuration does not name. */
static int read_all_returned(struct run *run)
{
	for (size_t i = 0; i < run->nics.n_items;) {
		const struct record_nic *former = &run->nics.items[i];
		const struct net_link *link = net_find_nic(&run->actual, former->name, former->name, former->mac);

		if (find_wanted(run, former->name)) {
			i++;
		} else if (!link && !former->physical) {
			forget(run, i);
		} else if (!link) {
			i++; /* the plan says so */
		} else if (read_returned(run, former, link) < 0) {
			return -1;
		} else {
			i++;
		}
	}
	net_sort(&run->actual);
	return 0;
}

int steps_nic_read(struct run *run)
{
	const struct config *config = run->config;
	const char *state_dir = run->options.state_dir;

	if (record_load_nics(state_dir, &run->nics, &run->err) < 0)
		return -1;
	if (run->rtnl[NET_NS_FRR])
		run->netns_id = rtnl_netns(run->rtnl[NET_NS_FRR]);
	if (run->rtnl[NET_NS_FRR] && record_load_netns(state_dir, run->netns_id, &run->former, &run->err) < 0)
		return -1;
	for (size_t i = 0; !run->options.down && i < config->underlay.n_nics; i++)
		if (!config->underlay.nics[i].parent[0] && read_wanted(run, &config->underlay.nics[i]) < 0)
			return -1;
	return read_all_returned(run);
}

/* As configured; else as on the host, which its record says; one made on another as that one's. 0: it is not there. */
static unsigned int mtu_of(const struct run *run, const struct config_nic *nic)
{
	const struct record_nic *former = record_find_nic(&run->nics, nic->parent[0] ? nic->parent : nic->name);
	const struct net_link *link;

	if (nic->mtu)
		return nic->mtu;
	if (former && former->mtu)
		return former->mtu;
	link = nic->parent[0]
		       ? net_find_link(&run->actual, NET_NS_HOST, nic->parent)
		       : net_find_nic(&run->actual, nic->name, nic->inner, former ? former->mac : (uint8_t[6]){ 0 });
	return link ? link->mtu : 0;
}

unsigned int *steps_nic_mtus(const struct run *run)
{
	unsigned int *mtus = xcalloc(run->config->underlay.n_nics, sizeof(*mtus));

	for (size_t i = 0; i < run->config->underlay.n_nics; i++)
		mtus[i] = mtu_of(run, &run->config->underlay.nics[i]);
	return mtus;
}

/* What the plan changes of FRR's namespace itself, as it is now; what was recorded before stays recorded. */
static int save_former(struct run *run)
{
	bool is_new = run->former.n_links == 0;
	size_t n = run->former.n_sysctls;

	if (is_new) {
		struct net_link *lo = util_append(&run->former.links, &run->former.n_links, sizeof(*lo));
		const struct net_link *now = net_find_link(&run->actual, NET_NS_FRR, "lo");

		lo->ns = NET_NS_FRR;
		lo->up = now && now->up;
		net_set_name(lo->name, "lo");
	}
	for (size_t i = 0; i < run->desired.n_sysctls; i++) {
		const struct net_sysctl *want = &run->desired.sysctls[i], *now;

		if (want->ns != NET_NS_FRR || want->link[0] || net_find_sysctl(&run->former, want->ns, want->key))
			continue;
		now = net_find_sysctl(&run->actual, want->ns, want->key);
		if (now)
			*(struct net_sysctl *)util_append(&run->former.sysctls, &run->former.n_sysctls,
							  sizeof(*now)) = *now;
	}
	if (!is_new && run->former.n_sysctls == n)
		return 0;
	net_sort(&run->former);
	return record_save_netns(run->options.state_dir, run->netns_id, &run->former, &run->err);
}

int steps_nic_save(struct run *run)
{
	for (size_t i = 0; i < run->nics.n_items; i++)
		if (run->nics.items[i].fresh &&
		    record_save_nic(run->options.state_dir, &run->nics.items[i], &run->err) < 0)
			return -1;
	return save_former(run);
}

void steps_nic_forget(struct run *run)
{
	for (size_t i = 0; i < run->desired.n_links; i++) {
		const struct net_link *link = &run->desired.links[i];

		if (link->returned && !run->failed[link->group])
			record_remove_nic(run->options.state_dir, link->name);
	}
}
