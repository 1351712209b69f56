/* SPDX-License-Identifier: Apache-2.0 */
/* config.c - config_load() and look-ups; see config.h. config_parts.h lists the files that read evpn.conf. */
#include <stdarg.h>
#include <strings.h>

#include "base/escape.h"
#include "base/file.h"
#include "base/util.h"
#include "config/config_join.h"
#include "config/config_parts.h"

/* Searches for a similar name in one file: each walks all names, so 4,000 wrong names would take minutes. */
#define MAX_HINTS    32
#define DEFAULT_MODE 0640
/* Seconds. A session is established within FRR's connect timer, 10 s for a neighbor that answers. */
#define DEFAULT_HEALTH_INTERVAL 10
#define DEFAULT_HEALTH_GRACE	30

static void add_line(struct config_errors *errors, char *line)
{
	char **slot = util_append(&errors->lines, &errors->n_lines, sizeof(*slot));

	*slot = line;
}

static char *place_text(const struct config_where *where, const char *text)
{
	/* The root group, which lacks a required key, has line 0; editors want 1. */
	_cleanup_free_ char *line = where && where->file
					    ? xasprintf("%s:%u: %s", where->file, where->line ? where->line : 1, text)
					    : xstrdup(text);

	return escape_line(line, ESCAPE_LINE_MAX);
}

void config_errors_add(struct config_errors *errors, const struct config_where *where, const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;

	va_start(ap, format);
	text = xvasprintf(format, ap);
	va_end(ap);
	add_line(errors, place_text(where, text));
}

void config_errors_clear(struct config_errors *errors)
{
	util_free_strings(errors->lines, errors->n_lines);
	util_free_strings(errors->files, errors->n_files);
	*errors = (struct config_errors){ 0 };
}

static void fill_problem(struct config_problem *problem, size_t order, const struct config_where *where, char *text)
{
	problem->text = text;
	if (where)
		problem->where = *where;
	problem->order = order;
}

void config_problem(struct config_reader *r, const struct config_where *where, const char *format, ...)
{
	struct config_problem *problem = util_append(&r->problems, &r->n_problems, sizeof(*problem));
	va_list ap;

	va_start(ap, format);
	fill_problem(problem, r->n_problems, where, xvasprintf(format, ap));
	va_end(ap);
}

void config_warning(struct config_reader *r, const struct config_where *where, const char *format, ...)
{
	struct config_problem *warning = util_append(&r->warnings, &r->n_warnings, sizeof(*warning));
	va_list ap;

	va_start(ap, format);
	fill_problem(warning, r->n_warnings, where, xvasprintf(format, ap));
	va_end(ap);
}

static size_t file_index(const struct config *config, const char *file)
{
	size_t i = 0;

	while (i < config->n_files && config->files[i] != file)
		i++;
	return i;
}

int config_where_compare(const struct config *config, const struct config_where *a, const struct config_where *b)
{
	size_t x = a->line, y = b->line;

	if (a->file != b->file) {
		x = file_index(config, a->file);
		y = file_index(config, b->file);
	}
	return (x > y) - (x < y);
}

static int compare_problems(const void *a, const void *b, void *config)
{
	const struct config_problem *x = a, *y = b;
	int d = config_where_compare(config, &x->where, &y->where);

	return d ? d : (x->order > y->order) - (x->order < y->order);
}

struct config_where config_place(struct config_reader *r, const config_setting_t *s)
{
	return join_place(r->join, config_setting_source_line(s));
}

/* Where a line of file number `file` begins; NULL: there is none. */
static const char *find_line(const struct config_reader *r, size_t file, unsigned int line)
{
	const char *p = file < r->config->n_files ? r->config->texts[file] : NULL;

	for (unsigned int i = 1; p && i < line; i++) {
		p = strchr(p, '\n');
		p = p ? p + 1 : NULL;
	}
	return p;
}

/* The line without leading blanks; "" if there is none. The caller frees it. */
static char *line_text(const struct config_reader *r, size_t file, unsigned int line)
{
	const char *p = find_line(r, file, line);

	p = p ? p + strspn(p, " \t\r\n") : "";
	return strndup(p, strcspn(p, "\r\n"));
}

/* Skips blanks, counting lines. */
static const char *skip_blanks(const char *p, unsigned int *line)
{
	for (; *p && strchr(" \t\r\n", *p); p++)
		*line += *p == '\n';
	return p;
}

/*
 * Walks over a string of libconfig, behind its first quote, until `number` line breaks are behind: that of the file, "\n"
 * and "\x0a". Returns where that is, or the closing quote.
 */
static const char *walk_string(const char *p, unsigned int *number, unsigned int *line)
{
	while (*p && *p != '"' && *number) {
		bool escaped = *p == '\\';

		*number -= *p == '\n' || (escaped && (p[1] == 'n' || strncasecmp(p + 1, "x0a", 3) == 0));
		*line += *p == '\n';
		p += escaped && p[1] && p[1] != '\n' ? 2 : 1;
	}
	return p;
}

struct config_where config_string_place(struct config_reader *r, const config_setting_t *s, unsigned int number)
{
	struct config_where where = config_place(r, s), found = where;
	const char *p = find_line(r, file_index(r->config, where.file), where.line);

	p = p ? strstr(p, s->name) : NULL;
	p = p ? skip_blanks(p + strlen(s->name), &found.line) : "";
	if (*p != '=' && *p != ':')
		return where;
	/* Strings that follow each other are one. */
	for (p = skip_blanks(p + 1, &found.line); *p == '"'; p = skip_blanks(p + 1, &found.line)) {
		p = walk_string(p + 1, &number, &found.line);
		if (*p != '"')
			return number ? where : found;
	}
	return where;
}

/* libconfig stops at the first syntax error. */
static void problem_syntax(struct config_reader *r, const config_t *lib)
{
	struct config_where where = join_place(r->join, (unsigned int)config_error_line(lib));
	_cleanup_free_ char *text = line_text(r, file_index(r->config, where.file), where.line);

	if (text && *text)
		config_problem(r, &where, "%s at this line or just before it: `%.80s'", config_error_text(lib), text);
	else
		config_problem(r, &where, "%s at this line or just before it", config_error_text(lib));
}

const char *config_file_fault(struct config_reader *r, int e)
{
	r->transient |= util_is_transient(-e);
	return file_fault(e);
}

static void read_files(struct config_reader *r, config_t *lib)
{
	if (!config_scan(r))
		return;
	if (!config_read_string(lib, join_text(r->join))) {
		problem_syntax(r, lib);
		return;
	}
	r->root = config_root_setting(lib);
	config_read_node(r);
	config_read_section(r, r->root, &config_root_section, r->config);
	config_fill_defaults(r);
	config_check(r);
	if (r->n_problems == 0)
		r->config->text = config_text(lib);
}

static void reader_clear(struct config_reader *r)
{
	for (size_t i = 0; i < r->n_problems; i++)
		free(r->problems[i].text);
	for (size_t i = 0; i < r->n_warnings; i++)
		free(r->warnings[i].text);
	join_free(r->join);
	for (size_t i = 0; i < r->n_uses; i++) {
		free(r->uses[i].key);
		free(r->uses[i].as);
	}
	free(r->problems);
	free(r->warnings);
	free(r->uses);
	free(r->subnets);
	free(r->long_numbers);
	free(r->dir);
}

static void sort_problems(struct config_problem *problems, size_t n, struct config *config)
{
	if (n)
		qsort_r(problems, n, sizeof(*problems), compare_problems, config);
}

static void take_warnings(struct config_reader *r)
{
	struct config *config = r->config;

	sort_problems(r->warnings, r->n_warnings, config);
	for (size_t i = 0; i < r->n_warnings; i++) {
		char *line = place_text(&r->warnings[i].where, r->warnings[i].text);

		/* A device that has its name in both namespaces is looked at twice. */
		if (config->n_warnings && streq(line, config->warnings[config->n_warnings - 1]))
			free(line);
		else
			*(char **)util_append(&config->warnings, &config->n_warnings, sizeof(char *)) = line;
	}
}

static struct config *load(const char *path, const char *text, const char *name, struct config_errors *errors)
{
	const char *slash = strrchr(path, '/');
	_cleanup_(config_freep) struct config *config = xcalloc(1, sizeof(*config));
	_cleanup_(reader_clear) struct config_reader r = {
		.config = config, .path = path, .given = text, .name = name, .hints = MAX_HINTS
	};
	config_t lib;

	r.join = join_new();
	r.dir = xasprintf("%.*s", slash ? (int)(slash - path) + 1 : 0, path);
	config->frr.owner.number = config->frr.group.number = config->control.group.number = UINT32_MAX;
	config->frr.mode = DEFAULT_MODE;
	config->health.interval = DEFAULT_HEALTH_INTERVAL;
	config->health.grace = DEFAULT_HEALTH_GRACE;
	config_init(&lib);
	read_files(&r, &lib);
	config_destroy(&lib);

	if (r.n_problems == 0) {
		config_finish(config);
		take_warnings(&r);
		return util_take_ptr(&config);
	}
	sort_problems(r.problems, r.n_problems, config);
	for (size_t i = 0; i < r.n_problems; i++)
		add_line(errors, place_text(&r.problems[i].where, r.problems[i].text));
	config_errors_take_files(errors, config);
	errors->transient |= r.transient;
	return NULL;
}

struct config *config_load(const char *path, struct config_errors *errors)
{
	return load(path, NULL, NULL, errors);
}

struct config *config_load_text(const char *path, const char *text, const char *name, struct config_errors *errors)
{
	return load(path, text, name, errors);
}

const struct config_l3vni *config_find_vrf(const struct config *config, const char *name)
{
	size_t low = 0, high = config->n_l3vnis;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int d = strcmp(name, config->by_vrf[middle]->vrf);

		if (d == 0)
			return config->by_vrf[middle];
		if (d < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct config_nic *config_awaits_lease(const struct config *config)
{
	const struct config_nic *nic = config->underlay.vtep_nic;

	return nic && !ipaddr_is_set(&config->underlay.vtep) ? nic : NULL;
}

bool config_wants_dhcp(const struct config *config)
{
	for (size_t i = 0; i < config->underlay.n_nics; i++)
		if (config->underlay.nics[i].dhcp)
			return true;
	return false;
}

bool config_wants_ovs(const struct config *config)
{
	for (size_t i = 0; i < config->n_l2vnis; i++)
		if (config->l2vnis[i].host.ovs_bridge[0])
			return true;
	return false;
}

bool config_wants_vlans(const struct config *config)
{
	if (config->trunk.bridge[0])
		return true;
	for (size_t i = 0; i < config->n_l2vnis; i++)
		if (config->l2vnis[i].host.bridge[0] && config->l2vnis[i].host.vlan)
			return true;
	return false;
}

bool config_wants_relay(const struct config *config)
{
	for (size_t i = 0; i < config->n_l2vnis; i++)
		if (config->l2vnis[i].host.set && config->l2vnis[i].arp_suppression && !config->vxlan.single)
			return true;
	return false;
}

const struct config_plugin_group *config_find_group(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->n_groups; i++)
		if (streq(config->groups[i].name, name))
			return &config->groups[i];
	return NULL;
}
