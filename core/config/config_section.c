/* SPDX-License-Identifier: Apache-2.0 */
/* config_section.c - reads groups and lists of evpn.conf by the tables of keys; see config_parts.h */
#include "base/util.h"
#include "config/config_parts.h"

static const struct config_key *find_key(const struct config_section *section, const char *name)
{
	for (const struct config_key *key = section->keys; key->name; key++)
		if (streq(key->name, name))
			return key;
	return NULL;
}

static void problem_key(struct config_reader *r, const config_setting_t *s, const struct config_section *section)
{
	const char *words[32], *near;
	struct config_where where = config_place(r, s);
	size_t n = 0;

	for (const struct config_key *key = section->keys; key->name && n < ARRAY_LEN(words) - 1; key++)
		if (key->read)
			words[n++] = key->name;
	words[n] = NULL;
	near = util_near_miss(s->name, words);
	if (near)
		config_problem(r, &where, "%s: unknown key `%.64s', did you mean `%s'?", section->path, s->name, near);
	else
		config_problem(r, &where, "%s: unknown key `%.64s': see evpn.conf(5)", section->path, s->name);
}

static void problem_missing(struct config_reader *r, const struct config_where *where,
			    const struct config_section *section, const struct config_key *key)
{
	if (section->path[0])
		config_problem(r, where, "%s: required key `%s' is missing", section->path, key->name);
	else
		config_problem(r, where, "required group `%s' is missing", key->name);
}

void config_read_section(struct config_reader *r, const config_setting_t *s, const struct config_section *section,
			 void *base)
{
	struct config_where where = config_place(r, s);
	unsigned int n = (unsigned int)config_setting_length(s);

	if (section->where != CONFIG_NO_WHERE)
		*(struct config_where *)((char *)base + section->where) = where;
	for (unsigned int i = 0; i < n; i++) {
		const config_setting_t *member = config_setting_get_elem(s, i);
		const struct config_key *key = find_key(section, member->name);
		struct config_where at = config_place(r, member);

		if (key && key->read)
			key->read(r, member, key, base);
		else if (key)
			config_problem(r, &at, "%s: `%s' is not a key of this group: %s", section->path, key->name,
				       key->elsewhere);
		else if (section->other)
			section->other(r, member);
		else
			problem_key(r, member, section);
	}
	for (const struct config_key *key = section->keys; key->name; key++)
		if (key->required && !config_setting_get_member(s, key->name))
			problem_missing(r, &where, section, key);
}

void config_read_list(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base,
		      size_t size, const char *example, config_read_fn *read)
{
	unsigned int n = config_setting_is_array(s) || config_setting_is_list(s)
				 ? (unsigned int)config_setting_length(s)
				 : 0;
	char *array = xcalloc(n, size);

	*(void **)((char *)base + key->offset) = array;
	*(size_t *)((char *)base + key->count) = n;
	if (!config_setting_is_array(s) && !config_setting_is_list(s))
		config_problem_value(r, s, "a list, for example %s", example);
	for (unsigned int i = 0; i < n; i++)
		read(r, config_setting_get_elem(s, i), key, array + i * size);
}

static void read_group(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *to)
{
	if (config_setting_is_group(s))
		config_read_section(r, s, key->section, to);
	else
		config_problem_value(r, s, "a group, { ... }");
}

void value_read_group(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	read_group(r, s, key, (char *)base + key->offset);
}

void value_read_groups(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	config_read_list(r, s, key, base, key->section->size, "( { ... }, { ... } )", read_group);
}

void config_keys(const struct config_section *section, void (*each)(const char *group, const char *key, void *arg),
		 void *arg)
{
	for (const struct config_key *key = section->keys; key->name; key++) {
		if (key->read)
			each(section->path, key->name, arg);
		if (key->section)
			config_keys(key->section, each, arg);
	}
}
