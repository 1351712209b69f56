/* SPDX-License-Identifier: Apache-2.0 */
/* config_schema_underlay.c - the tables of the keys of group underlay, and their readers; see config_parts.h */
#include "base/util.h"
#include "config/config_lease.h"
#include "config/config_parts.h"

/* What is applied is an address like one of evpn.conf. */
static void take_lease(struct config_nic *nic)
{
	config_lease_read(nic->inner, &nic->lease);
	if (nic->lease.in_force && !nic->n_addresses) {
		nic->addresses = xcalloc(1, sizeof(*nic->addresses));
		nic->addresses[nic->n_addresses++] = nic->lease.address;
	}
}

static void read_nics(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	value_read_groups(r, s, key, base);
	for (size_t i = 0; i < r->config->underlay.n_nics; i++) {
		const config_setting_t *nic = config_setting_get_elem(s, (unsigned int)i);

		struct config_nic *made = &r->config->underlay.nics[i];

		made->keep_addresses = config_setting_is_group(nic) && !config_setting_get_member(nic, "addresses") &&
				       !made->dhcp;
		if (!made->inner[0])
			memcpy(made->inner, made->name, sizeof(made->inner));
		/* The records and messages need a name that is no longer than the kernel's. */
		if (made->altname[0])
			memcpy(made->name, made->inner, sizeof(made->name));
		if (made->dhcp)
			take_lease(made);
	}
}

/* A name that is longer than the kernel's can only be one of the device's other names (ip link property). */
static void read_nic_name(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	struct config_nic *nic = base;
	const char *name = config_setting_get_string(s);
	const config_setting_t *entry = config_setting_parent(s);

	if (!name || !config_is_altname(name) || config_setting_get_member(entry, "parent"))
		value_read_device(r, s, key, base);
	else if (config_setting_get_member(entry, "rename"))
		snprintf(nic->altname, sizeof(nic->altname), "%s", name);
	else
		config_problem_unusable(r, s,
					"is longer than 15 characters, so it can only be an alternative name of the "
					"interface: set `rename' to its name in FRR's namespace");
}

/* "nic": config_underlay.c finds the address. */
static void read_vtep(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	const char *text = config_setting_get_string(s);

	if (text && streq(text, "nic"))
		r->vtep_is_nic = true;
	else if (config_setting_is_group(s))
		config_read_pool(r, s, false, &r->config->underlay.vtep, &r->vtep_pool);
	else
		value_read_address(r, s, key, base);
}

static void read_vtep_pool(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	value_read_subnet(r, s, &(struct config_key){ .offset = 0 }, &r->vtep_pool);
}

static const char *const may_lose_words[] = { "stacked", "tc", "routes", NULL };

static const struct config_section nic_section = {
	.path = "underlay.interfaces",
	.size = sizeof(struct config_nic),
	.where = offsetof(struct config_nic, where),
	.keys =
		(const struct config_key[]){
			{ "name", read_nic_name, MEMBER(struct config_nic, name), .required = true },
			{ "addresses", value_read_addresses, MEMBERS(struct config_nic, addresses, n_addresses) },
			{ "dhcp", value_read_bool, MEMBER(struct config_nic, dhcp) },
			{ "rename", value_read_device, MEMBER(struct config_nic, inner) },
			{ "parent", value_read_device, MEMBER(struct config_nic, parent) },
			{ "vlan", value_read_u16, MEMBER(struct config_nic, vlan), RANGE(1, 4094) },
			{ "macvlan", value_read_bool, MEMBER(struct config_nic, macvlan) },
			{ "mtu", value_read_number, MEMBER(struct config_nic, mtu), RANGE(1280, 65535) },
			{ "takes_default_route", value_read_bool, MEMBER(struct config_nic, takes_default_route) },
			{ "may_lose", value_read_words, MEMBERS(struct config_nic, may_lose, n_may_lose),
			  .words = may_lose_words },
			{ NULL },
		},
};

const struct config_section config_underlay_section = {
	.path = "underlay",
	.size = sizeof(struct config),
	.where = offsetof(struct config, underlay.where),
	.keys =
		(const struct config_key[]){
			{ "interfaces", read_nics, MEMBERS(struct config, underlay.nics, underlay.n_nics),
			  .section = &nic_section },
			{ "vtep", read_vtep, MEMBER(struct config, underlay.vtep) },
			{ "vtep_pool", read_vtep_pool },
			{ NULL },
		},
};
