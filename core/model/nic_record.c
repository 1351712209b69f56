/* SPDX-License-Identifier: Apache-2.0 */
/* nic_record.c - see nic_record.h */
#include <stdarg.h>
#include <stdio.h>

#include "base/util.h"
#include "model/nic_record.h"

static bool same_mac(const struct nic_record *nic, const struct net_link *link)
{
	static const uint8_t unknown[6];

	return memcmp(nic->mac, unknown, sizeof(unknown)) != 0 && memcmp(nic->mac, link->hw_mac, sizeof(nic->mac)) == 0;
}

/* A kernel that was replaced may say more or less about the hardware. */
static bool agrees(const char *a, const char *b)
{
	return !a[0] || !b[0] || streq(a, b);
}

static bool same_hardware(const struct nic_record *nic, const struct net_link *link)
{
	return link->device.permanent && same_mac(nic, link) && agrees(nic->device.parent, link->device.parent) &&
	       agrees(nic->device.port, link->device.port);
}

enum nic_match nic_record_match(const struct nic_record *nic, const struct net_link *link)
{
	const struct net_device *was = &nic->device, *is = &link->device;

	/* All virtual devices have a kind. */
	if (!nic->identified)
		return nic->physical == !is->kind[0] && same_mac(nic, link) ? NIC_LIKELY : NIC_OTHER;
	if (!streq(was->kind, is->kind))
		return NIC_OTHER;
	if (was->serial && was->serial == is->serial)
		return NIC_SURE;
	/* A driver that is loaded again makes a new device of the same hardware. */
	if (!was->kind[0] && was->permanent)
		return same_hardware(nic, link) ? NIC_LIKELY : NIC_OTHER;
	return !(was->serial && is->serial) && same_mac(nic, link) ? NIC_LIKELY : NIC_OTHER;
}

const char *nic_record_host_name(const struct nic_record *nic)
{
	return nic->host_name[0] ? nic->host_name : nic->name;
}

void nic_add_dependent(struct nic_record *nic, enum net_dependent_kind kind, const char *format, ...)
{
	struct net_dependent *dependent = util_append(&nic->dependents, &nic->n_dependents, sizeof(*dependent));
	va_list ap;

	dependent->kind = kind;
	va_start(ap, format);
	vsnprintf(dependent->text, sizeof(dependent->text), format, ap);
	va_end(ap);
}

struct nic_record *nic_record_find(const struct nic_records *nics, const char *name)
{
	for (size_t i = 0; i < nics->n_items; i++)
		if (streq(nics->items[i].name, name))
			return &nics->items[i];
	return NULL;
}

void nic_record_clear(struct nic_record *nic)
{
	free(nic->addrs);
	net_free_routes(nic->routes, nic->n_routes);
	free(nic->objects);
	free(nic->sysctls);
	free(nic->altnames);
	free(nic->dependents);
	memset(nic, 0, sizeof(*nic));
}

void nic_records_clear(struct nic_records *nics)
{
	for (size_t i = 0; i < nics->n_items; i++)
		nic_record_clear(&nics->items[i]);
	free(nics->items);
	memset(nics, 0, sizeof(*nics));
}
