/* SPDX-License-Identifier: Apache-2.0 */
/* nic.c - see nic.h */
#include "base/util.h"
#include "kernel/read.h"
#include "run/nic.h"
#include "run/nic_identity.h"
#include "run/state_file.h"

static bool has_addresses(const struct net *actual, const char *nic)
{
	for (size_t i = 0; i < actual->n_addrs; i++)
		if (actual->addrs[i].ns == NET_NS_HOST && streq(actual->addrs[i].link, nic))
			return true;
	return false;
}

static const struct net_link *find_nic(const struct net *actual, const struct config_nic *wanted, bool recorded)
{
	const struct net_nic_key key = { .nic = wanted->name,
					 .outer = nic_outer_name(wanted),
					 .inner = wanted->inner,
					 .recorded = recorded,
					 .anew = true };

	return net_find_nic(actual, &key);
}

/* The record's addresses, routes and sysctls name the device. */
static void take_name(struct nic_record *former, const char *name)
{
	const char *old = nic_record_host_name(former);

	if (streq(old, name))
		return;
	for (size_t i = 0; i < former->n_sysctls; i++) {
		struct net_sysctl *sysctl = &former->sysctls[i];
		const char *setting = strrchr(sysctl->key, '/');
		const char *dir = strstr(sysctl->key, old);

		if (!setting || !dir)
			continue;
		_cleanup_free_ char *key = xasprintf("%.*s%s%s", (int)(dir - sysctl->key), sysctl->key, name, setting);

		snprintf(sysctl->key, sizeof(sysctl->key), "%s", key);
	}
	for (size_t i = 0; i < former->n_addrs; i++)
		net_set_name(former->addrs[i].link, name);
	for (size_t i = 0; i < former->n_routes; i++)
		net_set_name(former->routes[i].link, name);
	for (size_t i = 0; i < former->n_objects; i++)
		net_set_name(former->objects[i].link, name);
	net_set_name(former->host_name, name);
}

/* Takes from `nic` what is the device's own, and from the former record the settings. */
static void replace_device(struct nic_record *former, struct nic_record *nic)
{
	former->moved = false;
	former->netns = 0;
	take_name(former, nic->host_name);
	former->physical = nic->physical;
	former->identified = nic->identified;
	former->device = nic->device;
	former->group = nic->group;
	memcpy(former->mac, nic->mac, sizeof(former->mac));
	memcpy(former->address, nic->address, sizeof(former->address));
	free(former->altnames);
	former->altnames = util_take_ptr(&nic->altnames);
	free(former->dependents);
	former->dependents = util_take_ptr(&nic->dependents);
	former->n_dependents = nic->n_dependents;
	nic->n_dependents = 0;
}

/*
 * A NIC that was moved has an alias, a MAC, a link group and names that the container may have set. Those of the record are the
 * administrator's.
 */
static void keep_settings(struct nic_record *former, struct nic_record *nic)
{
	nic->moved = true;
	nic->netns = former->netns;
	memcpy(nic->alias, former->alias, sizeof(nic->alias));
	if (!former->identified)
		return;
	nic->group = former->group;
	memcpy(nic->address, former->address, sizeof(nic->address));
	free(nic->altnames);
	nic->altnames = util_take_ptr(&former->altnames);
}

/*
 * While the NIC is on the host, what it looks like there replaces its record. But a NIC that has a record and no address
 * has fallen back, bare, from a namespace that died: then the record is what counts.
 */
static int read_wanted(const struct observe_source *from, struct rtnl *host, const struct config_nic *wanted,
		       struct observation *obs, struct evpn_error *err)
{
	struct nic_record *old = nic_record_find(&obs->nics, wanted->name), nic;
	const struct net_link *link = find_nic(&obs->actual, wanted, old);
	struct nic_names names = { .instance = from->instance, .name = wanted->name };
	bool bare, same;

	if (!link || link->ns != NET_NS_HOST)
		return 0;
	/* Under another name than the record's it was put back by the kernel, or by its own administrator before it was moved. */
	names.host_name = old && old->moved ? nic_record_host_name(old) : link->name;
	bare = !has_addresses(&obs->actual, link->name);
	same = old && streq(link->nic, old->name);
	if (same && bare)
		return 0;
	if (read_nic(host, &obs->actual, link, &names, &nic, err) < 0)
		return -1;
	if (old && bare) {
		/* Another card, or a device made anew under the same name, takes over the former one's settings. */
		replace_device(old, &nic);
		old->fresh = true;
		nic_record_clear(&nic);
		return 0;
	}
	if (same && old->moved)
		keep_settings(old, &nic);
	nic.fresh = true;
	if (!old)
		old = util_append(&obs->nics.items, &obs->nics.n_items, sizeof(*old));
	nic_record_clear(old);
	*old = nic;
	return 0;
}

/* The plan compares the routes that a NIC has on the host with those of its record, and its alias. */
static int read_returned(const struct observe_source *from, struct rtnl *host, const struct nic_record *former,
			 struct net_link *link, struct observation *obs, struct evpn_error *err)
{
	const struct nic_names names = { from->instance, former->name, nic_record_host_name(former) };
	struct net *actual = &obs->actual;
	struct nic_record nic;

	if (link->ns != NET_NS_HOST)
		return 0;
	if (read_nic(host, actual, link, &names, &nic, err) < 0)
		return -1;
	for (size_t i = 0; i < nic.n_routes; i++)
		net_copy_route(util_append(&actual->routes, &actual->n_routes, sizeof(struct net_route)),
			       &nic.routes[i]);
	for (size_t i = 0; i < nic.n_objects; i++)
		*(struct net_object *)util_append(&actual->objects, &actual->n_objects,
						  sizeof(struct net_object)) = nic.objects[i];
	/* It fell back with an alias of the container's. */
	if (former->moved && !streq(nic.alias, former->alias))
		link->owner = NET_OWNER_NIC;
	nic_record_clear(&nic);
	return 0;
}

static void move_to_lost(struct observation *obs, size_t i)
{
	struct nic_records *nics = &obs->nics;

	*(struct nic_record *)util_append(&obs->lost.items, &obs->lost.n_items,
					  sizeof(struct nic_record)) = nics->items[i];
	memmove(&nics->items[i], &nics->items[i + 1], (nics->n_items - i - 1) * sizeof(*nics->items));
	nics->n_items--;
}

static struct net_link *find_device(struct net *actual, const char *nic)
{
	for (size_t i = 0; i < actual->n_links; i++)
		if (streq(actual->links[i].nic, nic))
			return &actual->links[i];
	return NULL;
}

/*
 * The kernel deletes a virtual device with its namespace. While that lives, the container may have moved the device on, into a
 * namespace of its own.
 */
static bool is_gone(const struct nic_record *nic, uint64_t netns_id)
{
	return !nic->physical && (!nic->netns || nic->netns != netns_id);
}

/* NICs with a record that the configuration does not name. */
static int read_unwanted(const struct observe_source *from, struct rtnl *host, struct observation *obs,
			 struct evpn_error *err)
{
	for (size_t i = 0; i < obs->nics.n_items;) {
		const struct nic_record *former = &obs->nics.items[i];
		struct net_link *link = find_device(&obs->actual, former->name);
		bool wanted = nic_find_wanted(from, former->name);

		if (!link && !wanted && is_gone(former, obs->netns_id)) {
			move_to_lost(obs, i);
			continue;
		}
		/* Any other NIC that is nowhere is a problem of the plan. */
		if (link && !wanted && read_returned(from, host, former, link, obs, err) < 0)
			return -1;
		i++;
	}
	net_sort(&obs->actual);
	return 0;
}

int nic_read(const struct observe_source *from, struct rtnl *host, struct observation *obs, struct evpn_error *err)
{
	const struct config *config = from->config;

	if (state_file_load_nics(from->state_dir, &obs->nics, err) < 0 || nic_identify(from, obs, err) < 0)
		return -1;
	for (size_t i = 0; !from->down && i < config->underlay.n_nics; i++)
		if (!config->underlay.nics[i].parent[0] &&
		    read_wanted(from, host, &config->underlay.nics[i], obs, err) < 0)
			return -1;
	return read_unwanted(from, host, obs, err);
}

/* A device that is made on another one has that one's MTU by default. */
static unsigned int mtu_of(const struct observation *obs, const struct config_nic *nic)
{
	const struct nic_record *former = nic_record_find(&obs->nics, nic->parent[0] ? nic->parent : nic->name);
	const struct net_link *link;

	if (nic->mtu)
		return nic->mtu;
	if (former && former->mtu)
		return former->mtu;
	link = nic->parent[0] ? net_find_link(&obs->actual, NET_NS_HOST, nic->parent)
			      : find_nic(&obs->actual, nic, former);
	return link ? link->mtu : 0;
}

unsigned int *nic_mtus(const struct config *config, const struct observation *obs)
{
	unsigned int *mtus = xcalloc(config->underlay.n_nics, sizeof(*mtus));

	for (size_t i = 0; i < config->underlay.n_nics; i++)
		mtus[i] = mtu_of(obs, &config->underlay.nics[i]);
	return mtus;
}

/* Before the move: evpnd may be killed right after it. */
static void note_moves(struct observation *obs)
{
	for (size_t i = 0; i < obs->plan.n_ops; i++) {
		const struct op *op = &obs->plan.ops[i];
		struct nic_record *nic = op->type == OP_LINK_MOVE ? nic_record_find(&obs->nics, op->link->nic) : NULL;

		if (!nic || (nic->moved && nic->netns == obs->netns_id))
			continue;
		nic->moved = nic->fresh = true;
		nic->netns = obs->netns_id;
	}
}

int nic_save(const char *state_dir, struct observation *obs, struct evpn_error *err)
{
	note_moves(obs);
	for (size_t i = 0; i < obs->nics.n_items; i++)
		if (obs->nics.items[i].fresh && state_file_save_nic(state_dir, &obs->nics.items[i], err) < 0)
			return -1;
	return 0;
}

int nic_forget_lost(const char *state_dir, const struct observation *obs, struct evpn_error *err)
{
	for (size_t i = 0; i < obs->lost.n_items; i++)
		if (state_file_remove_nic(state_dir, obs->lost.items[i].name, err) < 0)
			return -1;
	return 0;
}

int nic_forget_given_back(const char *state_dir, const struct observation *obs, const bool *failed,
			  struct evpn_error *err)
{
	for (size_t i = 0; i < obs->desired.n_links; i++) {
		const struct net_link *link = &obs->desired.links[i];

		if (link->given_back && !failed[link->group] && state_file_remove_nic(state_dir, link->nic, err) < 0)
			return -1;
	}
	return 0;
}
