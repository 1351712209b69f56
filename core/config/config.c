/* SPDX-License-Identifier: Apache-2.0 */
/* config.c - see config.h; how the file is read stands in config_parse.h */
#include <stdarg.h>
#include <sys/socket.h>

#include "config_parts.h"
#include "net.h"
#include "util.h"

/* Near misses are looked for among the names of a file only so often: 4,000 slips would cost minutes. */
#define MAX_HINTS    32
#define DEFAULT_MODE 0640

static void add_line(struct config_errors *errors, char *line)
{
	char **slot = util_append(&errors->lines, &errors->n_lines, sizeof(*slot));

	*slot = line;
}

static char *place_text(const struct config_where *where, const char *text)
{
	/* What is missing at the top of the file is nowhere; an editor goes to line 1. */
	return where && where->file ? xasprintf("%s:%u: %s", where->file, where->line ? where->line : 1, text)
				    : xstrdup(text);
}

__attribute__((format(printf, 1, 0))) static char *format_text(const char *format, va_list ap)
{
	char *text;

	if (vasprintf(&text, format, ap) < 0)
		return xstrdup("out of memory");
	return text;
}

void config_errors_add(struct config_errors *errors, const struct config_where *where, const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;

	va_start(ap, format);
	text = format_text(format, ap);
	va_end(ap);
	add_line(errors, place_text(where, text));
}

void config_errors_clear(struct config_errors *errors)
{
	util_free_strings(errors->lines, errors->n_lines);
	util_free_strings(errors->files, errors->n_files);
	*errors = (struct config_errors){ 0 };
}

void config_problem(struct config_reader *r, const struct config_where *where, const char *format, ...)
{
	struct config_problem *problem = util_append(&r->problems, &r->n_problems, sizeof(*problem));
	va_list ap;

	va_start(ap, format);
	problem->text = format_text(format, ap);
	va_end(ap);
	if (where)
		problem->where = *where;
	problem->order = r->n_problems;
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

/* libconfig has the name of an included file as written, newer versions with the directory in front. */
static const char *our_file(struct config_reader *r, const char *name)
{
	_cleanup_free_ char *path = NULL;

	if (name == r->seen_name && name)
		return r->seen_file;
	path = xasprintf("%s%s", r->dir, name ? name : "");
	r->seen_name = name;
	r->seen_file = r->config->files[0];
	for (size_t i = 0; name && !streq(name, r->path) && i < r->config->n_files; i++)
		if (streq(r->config->files[i], path) || streq(r->config->files[i], name))
			r->seen_file = r->config->files[i];
	return r->seen_file;
}

struct config_where config_place(struct config_reader *r, const config_setting_t *s)
{
	return (struct config_where){ .file = our_file(r, config_setting_source_file(s)),
				      .line = config_setting_source_line(s) };
}

/* The text of a line of file number `file`, without the blanks around it. */
static char *line_text(const struct config_reader *r, size_t file, unsigned int line)
{
	const char *p = file < r->n_texts ? r->texts[file] : NULL;

	for (unsigned int i = 1; p && i < line; i++) {
		p = strchr(p, '\n');
		p = p ? p + 1 : NULL;
	}
	p = p ? p + strspn(p, " \t\r\n") : "";
	return strndup(p, strcspn(p, "\r\n"));
}

/* libconfig stops at the first one. */
static void problem_syntax(struct config_reader *r, const config_t *lib)
{
	unsigned int line = (unsigned int)config_error_line(lib);
	struct config_where where = { .file = our_file(r, config_error_file(lib)), .line = line };
	_cleanup_free_ char *text = line_text(r, file_index(r->config, where.file), line);

	if (config_error_type(lib) == CONFIG_ERR_FILE_IO)
		config_problem(r, NULL, "%s: cannot be read", r->path);
	else
		config_problem(r, &where, "%s%s%.80s%s", config_error_text(lib),
			       text && *text ? ", in this line or just before: `" : "", text ? text : "",
			       text && *text ? "'" : "");
}

static int compare_l3vnis(const void *a, const void *b)
{
	const struct config_l3vni *x = a, *y = b;

	return (x->vni > y->vni) - (x->vni < y->vni);
}

static int compare_l2vnis(const void *a, const void *b)
{
	const struct config_l2vni *x = a, *y = b;

	return (x->vni > y->vni) - (x->vni < y->vni);
}

static void default_peer(struct config_host *host, uint32_t vni)
{
	if (host->set && !host->peer[0])
		snprintf(host->peer, sizeof(host->peer), "pe%u", vni);
}

/* The settings of the lists are looked at to tell what is missing from what is wrong. */
static void fill_defaults(struct config_reader *r)
{
	struct config *config = r->config;
	const config_setting_t *l3vnis = config_setting_get_member(r->root, "l3vnis");

	for (size_t i = 0; i < config->n_l3vnis; i++) {
		const config_setting_t *s = config_setting_get_elem(l3vnis, (unsigned int)i);

		if (config_setting_is_group(s) && !config_setting_get_member(s, "table"))
			config->l3vnis[i].table = config->l3vnis[i].vni;
		default_peer(&config->l3vnis[i].host, config->l3vnis[i].vni);
	}
	for (size_t i = 0; i < config->n_l2vnis; i++)
		default_peer(&config->l2vnis[i].host, config->l2vnis[i].vni);
	if (!config->frr.extra)
		config->frr.extra = xstrdup("");
}

static int compare_vrfs(const void *a, const void *b)
{
	const struct config_l3vni *const *x = a, *const *y = b;

	return strcmp((*x)->vrf, (*y)->vrf);
}

/* What needs the values to be good. */
static void finish(struct config *config)
{
	if (config->n_l3vnis)
		qsort(config->l3vnis, config->n_l3vnis, sizeof(*config->l3vnis), compare_l3vnis);
	if (config->n_l2vnis)
		qsort(config->l2vnis, config->n_l2vnis, sizeof(*config->l2vnis), compare_l2vnis);
	config->by_vrf = xcalloc(config->n_l3vnis, sizeof(*config->by_vrf));
	for (size_t i = 0; i < config->n_l3vnis; i++)
		config->by_vrf[i] = &config->l3vnis[i];
	qsort(config->by_vrf, config->n_l3vnis, sizeof(*config->by_vrf), compare_vrfs);
	if (!ipaddr_is_set(&config->frr.router_id) && config->underlay.vtep.family == AF_INET)
		config->frr.router_id = config->underlay.vtep;
	config_frr_finish(config);
}

static void read_files(struct config_reader *r, config_t *lib)
{
	size_t len = strlen(r->dir);
	_cleanup_free_ char *include_dir = xstrdup(len ? r->dir : ".");

	if (!config_scan(r))
		return;
	if (len > 1)
		include_dir[len - 1] = '\0';
	config_set_include_dir(lib, include_dir);
	if (!config_read_file(lib, r->path)) {
		problem_syntax(r, lib);
		return;
	}
	r->root = config_root_setting(lib);
	config_read_section(r, r->root, &config_root_section, r->config);
	fill_defaults(r);
	config_check(r);
	if (r->n_problems == 0)
		r->config->text = config_text(lib);
}

static void reader_clear(struct config_reader *r)
{
	for (size_t i = 0; i < r->n_problems; i++)
		free(r->problems[i].text);
	util_free_strings(r->texts, r->n_texts);
	for (size_t i = 0; i < r->n_uses; i++) {
		free(r->uses[i].key);
		free(r->uses[i].as);
	}
	free(r->problems);
	free(r->uses);
	free(r->subnets);
	free(r->long_numbers);
	free(r->dir);
}

struct config *config_load(const char *path, struct config_errors *errors)
{
	const char *slash = strrchr(path, '/');
	_cleanup_(config_freep) struct config *config = xcalloc(1, sizeof(*config));
	_cleanup_(reader_clear) struct config_reader r = { .config = config, .path = path, .hints = MAX_HINTS };
	config_t lib;

	r.dir = xasprintf("%.*s", slash ? (int)(slash - path) + 1 : 0, path);
	config->frr.uid = (uid_t)-1;
	config->frr.gid = (gid_t)-1;
	config->frr.mode = DEFAULT_MODE;
	config_init(&lib);
	read_files(&r, &lib);
	config_destroy(&lib);

	if (r.n_problems == 0) {
		finish(config);
		return util_take_ptr(&config);
	}
	qsort_r(r.problems, r.n_problems, sizeof(*r.problems), compare_problems, config);
	for (size_t i = 0; i < r.n_problems; i++)
		add_line(errors, place_text(&r.problems[i].where, r.problems[i].text));
	config_errors_take_files(errors, config);
	return NULL;
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

bool config_wants_ovs(const struct config *config)
{
	for (size_t i = 0; i < config->n_l2vnis; i++)
		if (config->l2vnis[i].host.ovs_bridge[0])
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

static void host_clear(struct config_host *host)
{
	free(host->addresses);
	free(host->peer_addresses);
	free(host->accept);
	config_session_clear(&host->session);
}

static void groups_free(struct config *config)
{
	for (size_t i = 0; i < config->n_groups; i++) {
		struct config_plugin_group *group = &config->groups[i];

		for (size_t k = 0; k < group->n_options; k++) {
			free(group->options[k].key);
			free(group->options[k].value);
		}
		free(group->options);
		free(group->name);
	}
	free(config->groups);
}

static void vnis_free(struct config *config)
{
	for (size_t i = 0; i < config->n_l3vnis; i++) {
		struct config_l3vni *l3 = &config->l3vnis[i];

		host_clear(&l3->host);
		config_evpn_clear(&l3->evpn);
		util_free_strings(l3->redistribute, l3->n_redistribute);
		util_free_strings(l3->import_vrfs, l3->n_import_vrfs);
		free(l3->routes);
	}
	for (size_t i = 0; i < config->n_l2vnis; i++) {
		host_clear(&config->l2vnis[i].host);
		config_evpn_clear(&config->l2vnis[i].evpn);
		free(config->l2vnis[i].gateways);
	}
	free(config->by_vrf);
	free(config->l3vnis);
	free(config->l2vnis);
}

void config_free(struct config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->underlay.n_nics; i++)
		free(config->underlay.nics[i].addresses);
	free(config->underlay.nics);
	free(config->netns.name);
	free(config->frr_plugin.name);
	groups_free(config);
	vnis_free(config);
	config_frr_clear(&config->frr);
	free(config->ovs_socket);
	free(config->node.index_file);
	free(config->text);
	util_free_strings(config->files, config->n_files);
	free(config);
}

void config_freep(struct config **config)
{
	config_free(*config);
}
