/* SPDX-License-Identifier: Apache-2.0 */
/* config_map.c - the file of node.index_from = "map:/PATH": the numbers of all nodes by name; see config_parts.h */
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "base/util.h"
#include "config/config_parts.h"

/* A wrong file may be of another kind altogether: the first errors say so. */
#define MAX_ERRORS 20
#define MAX_NAME   253 /* of a host in the DNS */

struct entry {
	const char *name;
	uint32_t number;
	unsigned int line;
};

struct map {
	struct config_reader *r;
	const char *path;
	struct entry *entries;
	size_t n_entries, n_errors;
};

static bool may_report(struct map *map)
{
	return map->n_errors++ < MAX_ERRORS;
}

/* "NAME NUMBER", with a comment behind. `text' is changed. */
static void take_line(struct map *map, char *text, unsigned int line)
{
	static const char blanks[] = " \t\r";
	struct entry entry = { .line = line };
	struct config_where where = { map->path, line };
	char *save = NULL, *number;

	text[strcspn(text, "#")] = '\0';
	entry.name = strtok_r(text, blanks, &save);
	if (!entry.name)
		return;
	number = strtok_r(NULL, blanks, &save);
	if (!number || !config_parse_index(number, &entry.number) || strtok_r(NULL, blanks, &save) ||
	    strlen(entry.name) > MAX_NAME) {
		_cleanup_free_ char *quoted = config_quote(entry.name);

		if (may_report(map))
			config_problem(map->r, &where,
				       "expected the name of a node and its number, found a line that begins with %s",
				       quoted);
		return;
	}
	*(struct entry *)util_append(&map->entries, &map->n_entries, sizeof(entry)) = entry;
}

static void take_lines(struct map *map, char *content)
{
	char *line = content;

	for (unsigned int i = 1; line; i++) {
		char *end = strchr(line, '\n');

		if (end)
			*end++ = '\0';
		take_line(map, line, i);
		line = end;
	}
}

static int compare_lines(const struct entry *x, const struct entry *y)
{
	return (x->line > y->line) - (x->line < y->line);
}

static int compare_names(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int d = strcasecmp(x->name, y->name);

	return d ? d : compare_lines(x, y);
}

static int compare_numbers(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int d = (x->number > y->number) - (x->number < y->number);

	return d ? d : compare_lines(x, y);
}

/* Two nodes with one number have one VTEP: traffic of either goes to the other. */
static void find_doubles(struct map *map)
{
	struct entry *e = map->entries;

	if (!map->n_entries)
		return;
	qsort(e, map->n_entries, sizeof(*e), compare_numbers);
	for (size_t i = 1; i < map->n_entries; i++) {
		struct config_where where = { map->path, e[i].line };

		if (e[i].number == e[i - 1].number && may_report(map))
			config_problem(map->r, &where,
				       "number %u is that of %.64s in line %u, too: give each node its own",
				       e[i].number, e[i - 1].name, e[i - 1].line);
	}
	qsort(e, map->n_entries, sizeof(*e), compare_names);
	for (size_t i = 1; i < map->n_entries; i++) {
		struct config_where where = { map->path, e[i].line };

		if (strcasecmp(e[i].name, e[i - 1].name) == 0 && may_report(map))
			config_problem(map->r, &where, "node %.64s is in line %u, too: remove one", e[i].name,
				       e[i - 1].line);
	}
}

/* Host names do not tell upper from lower case (RFC 4343). */
static const struct entry *find(const struct map *map, const char *name)
{
	const struct entry key = { .name = name };

	for (size_t i = 0; i < map->n_entries; i++)
		if (strcasecmp(map->entries[i].name, key.name) == 0)
			return &map->entries[i];
	return NULL;
}

void config_index_from_map(struct config_reader *r, const config_setting_t *s, char *content)
{
	struct map map = { .r = r, .path = r->config->node.index_file };
	struct config_where where = config_place(r, s);
	const char *env = getenv("NODE_NAME");
	char host[MAX_NAME + 2] = "";
	_cleanup_free_ char *name = NULL, *label = NULL, *quoted = NULL;
	const struct entry *entry;

	gethostname(host, sizeof(host) - 1);
	name = xstrdup(env && env[0] ? env : host);
	label = strndup(name, strcspn(name, "."));
	take_lines(&map, content);
	find_doubles(&map);
	entry = find(&map, name);
	/* "node7.example.com", where the file has "node7". */
	if (!entry)
		entry = find(&map, label);
	quoted = config_quote(name);
	if (entry)
		r->config->node.index = entry->number;
	else if (!map.n_errors)
		config_problem(r, &where, "node.index_from: %.200s has no line for this node, %s (%s)", map.path,
			       quoted, env && env[0] ? "NODE_NAME" : "its host name");
	free(map.entries);
}
