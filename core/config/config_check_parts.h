/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_check_parts.h - shared by the files that compare values of evpn.conf with each other; see config_parts.h
 */
#pragma once

#include "base/util.h"
#include "config/config_parts.h"

struct checker {
	struct config_reader *r;
	struct config *config;
	const char **vrfs; /* the VRFs of all L3VNIs, sorted; NULL at the end */
	size_t n_vrfs;
};

/* Member `name` of group s, or s itself if it has none: an error always has a line to point to. */
static inline const config_setting_t *member(const config_setting_t *s, const char *name)
{
	const config_setting_t *found = config_setting_is_group(s) ? config_setting_get_member(s, name) : NULL;

	return found ? found : s;
}

/* Element i of list s, or s itself, as member(). */
static inline const config_setting_t *element(const config_setting_t *s, size_t i)
{
	const config_setting_t *found = config_setting_is_aggregate(s) ? config_setting_get_elem(s, (unsigned int)i)
								       : NULL;

	return found ? found : s;
}

static inline bool has(const config_setting_t *s, const char *name)
{
	return member(s, name) != s;
}

/* Warns of setting s. */
#define WARNING(c, s, ...)                                              \
	do {                                                            \
		struct config_where where_ = config_place((c)->r, (s)); \
		config_warning((c)->r, &where_, __VA_ARGS__);           \
	} while (0)

/* Reports a problem at setting s. */
#define PROBLEM(c, s, ...)                                              \
	do {                                                            \
		struct config_where where_ = config_place((c)->r, (s)); \
		config_problem((c)->r, &where_, __VA_ARGS__);           \
	} while (0)

/* config_check_exit.c: checks `ge' and `le' of the prefixes of a list, `path' for messages, and that each is there once. */
void config_check_ranges(struct checker *c, const config_setting_t *list, const char *path, uint32_t vni,
			 const struct config_accept *accept, size_t n);

/* The two namespaces that have devices. */
enum { HOST, FRR };

/* config_check.c: records that setting `s` uses a device; takes over `as`. Valid until the next call. */
struct config_use *config_use_device(struct checker *c, const config_setting_t *s, int ns, const char *name, char *as);

/* config_underlay.c: the part of config_check() for groups underlay and node. Sets the VTEP where it is derived. */
void config_check_underlay(struct checker *c);

/* config_range.c: ranges, VLANs, and what VNIs on a single device cannot have. */
void config_check_single(struct checker *c);

/* config_trunk.c: the devices of host.trunk, and the VLANs that it carries. */
void config_check_trunk(struct checker *c);

/* config_device.c: whether EVPN needs this device in FRR's namespace: lo, an underlay NIC, or one that evpnd makes. */
bool config_needs_device(const struct config *config, const char *name);
