/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_checker.h - what the files share that compare values of evpn.conf with each other; see config_parse.h
 */
#pragma once

#include "config_parts.h"
#include "util.h"

struct checker {
	struct config_reader *r;
	struct config *config;
	const char **vrfs; /* sorted; NULL at the end */
	size_t n_vrfs;
};

/* The setting `name` of group s; s itself where it has none, so that an error has a line in any case. */
static inline const config_setting_t *member(const config_setting_t *s, const char *name)
{
	const config_setting_t *found = config_setting_is_group(s) ? config_setting_get_member(s, name) : NULL;

	return found ? found : s;
}

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

#define PROBLEM(c, s, ...)                                              \
	do {                                                            \
		struct config_where where_ = config_place((c)->r, (s)); \
		config_problem((c)->r, &where_, __VA_ARGS__);           \
	} while (0)
