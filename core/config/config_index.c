/* SPDX-License-Identifier: Apache-2.0 */
/* config_index.c - group node: the number of this node, and where it comes from; see config_parts.h and config_index.h */
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/util.h"
#include "config/config_index.h"
#include "config/config_parts.h"

/* Bytes of a file that holds a number. */
#define MAX_FILE 4096

static const char *state_dir;

void config_index_set_dir(const char *dir)
{
	state_dir = dir;
}

bool config_parse_index(const char *text, uint32_t *ret_index)
{
	size_t digits = strspn(text, "0123456789"), blanks = strspn(text + digits, " \t\r\n");
	unsigned long long n = strtoull(text, NULL, 10);

	if (digits == 0 || digits > 10 || text[digits + blanks] || n > UINT32_MAX)
		return false;
	*ret_index = (uint32_t)n;
	return true;
}

static void read_index(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	r->config->node.has_index = true;
	value_read_number(r, s, key, base);
}

static void take_text(struct config_reader *r, const config_setting_t *s, const char *text)
{
	struct config_where where = config_place(r, s);
	_cleanup_free_ char *quoted = NULL;

	if (config_parse_index(text, &r->config->node.index))
		return;
	quoted = config_quote(text);
	config_problem(r, &where, "node.index_from: %.200s holds %s, expected a whole number",
		       config_setting_get_string(s), quoted);
}

static void read_env(struct config_reader *r, const config_setting_t *s, const char *name)
{
	const char *text = getenv(name);
	struct config_where where = config_place(r, s);

	if (text)
		take_text(r, s, text);
	else
		config_problem(r, &where, "node.index_from: environment variable %.64s is not set", name);
}

/* NULL: reported. The caller frees it. */
static char *read_path(struct config_reader *r, const config_setting_t *s, const char *path, size_t max)
{
	struct config_where where = config_place(r, s);
	char *content = NULL;
	int e = file_read(path, max, &content, NULL);

	r->config->node.index_file = xstrdup(path);
	if (e < 0)
		config_problem(r, &where, "node.index_from: cannot read %.200s: %s", path, config_file_fault(r, e));
	return content;
}

static void read_file(struct config_reader *r, const config_setting_t *s, const char *path)
{
	_cleanup_free_ char *content = read_path(r, s, path, MAX_FILE);

	if (content)
		take_text(r, s, content);
}

static void read_map(struct config_reader *r, const config_setting_t *s, const char *path)
{
	_cleanup_free_ char *content = read_path(r, s, path, CONFIG_MAX_MAP);

	if (content)
		config_index_from_map(r, s, content);
}

/* The first IPv4 address of the interface that other hosts can reach. False: it has none here. */
static bool find_address(const char *name, struct ipaddr *ret)
{
	struct ifaddrs *list = NULL;
	bool found = false;

	if (getifaddrs(&list) < 0)
		return false;
	for (const struct ifaddrs *i = list; i && !found; i = i->ifa_next) {
		struct ipaddr ip = { .family = AF_INET };
		const struct sockaddr_in *address = (const struct sockaddr_in *)(const void *)i->ifa_addr,
					 *mask = (const struct sockaddr_in *)(const void *)i->ifa_netmask;

		if (!address || !mask || address->sin_family != AF_INET)
			continue;
		/* An address has a label, most often the name of the interface; aliases have "NAME:SUFFIX". */
		if (strncmp(i->ifa_name, name, strlen(name)) != 0 ||
		    (i->ifa_name[strlen(name)] && i->ifa_name[strlen(name)] != ':'))
			continue;
		memcpy(ip.bytes, &address->sin_addr, 4);
		ip.prefixlen = (uint8_t)__builtin_popcount(mask->sin_addr.s_addr);
		found = !ipaddr_is_loopback(&ip) && !ipaddr_is_link_local(&ip);
		if (found)
			*ret = ip;
	}
	freeifaddrs(list);
	return found;
}

static char *kept_file(void)
{
	return state_dir ? xasprintf("%s/node-index", state_dir) : NULL;
}

/* The file has "NAME NUMBER": another interface's number is not that of this one. */
static bool read_kept(const char *name, uint32_t *ret_index)
{
	_cleanup_free_ char *file = kept_file(), *text = NULL;
	size_t len = strlen(name);

	return file && file_read(file, MAX_FILE, &text, NULL) >= 0 && strncmp(text, name, len) == 0 &&
	       text[len] == ' ' && config_parse_index(text + len + 1, ret_index);
}

int config_index_keep(const struct config *config, struct evpn_error *err)
{
	const char *name = config->node.index_interface, *what = "";
	_cleanup_free_ char *file = name[0] ? kept_file() : NULL, *text = NULL;
	uint32_t kept;
	int r;

	if (!file || (read_kept(name, &kept) && kept == config->node.index))
		return 0;
	text = xasprintf("%s %u\n", name, config->node.index);
	r = util_write_file(file, text, strlen(text), 0644, (uid_t)-1, (gid_t)-1, &what);
	return r < 0 ? evpn_fail(err, -r, "%s: %s: %s", file, what, strerror(-r)) : 0;
}

static void problem_source(struct config_reader *r, const config_setting_t *s)
{
	config_problem_value(r, s, "\"env:NAME\", \"file:/PATH\", \"map:/PATH\" or \"interface:NAME\"");
}

/* "NAME" or "NAME/LENGTH": the bits of the address behind its own prefix length, or behind that one. */
static void read_interface(struct config_reader *r, const config_setting_t *s, const char *text)
{
	char *to = r->config->node.index_interface;
	struct config_where where = config_place(r, s);
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	char shown[IPADDR_TEXT_SIZE];
	uint32_t length = 0, host = 0;
	struct ipaddr ip;

	if (len == 0 || len >= IFNAMSIZ ||
	    (slash && (!config_parse_index(slash + 1, &length) || length < 1 || length > 31))) {
		problem_source(r, s);
		return;
	}
	snprintf(to, IFNAMSIZ, "%.*s", (int)len, text);
	if (!find_address(to, &ip)) {
		if (read_kept(to, &r->config->node.index))
			return;
		/* At boot the host may not have configured it yet. */
		r->transient = true;
		config_problem(r, &where,
			       "node.index_from: %s has no IPv4 address yet: give it one, or name another interface",
			       to);
		return;
	}
	if (length)
		ip.prefixlen = (uint8_t)length;
	for (int i = 0; i < 4; i++)
		host = host << 8 | ip.bytes[i];
	if (ip.prefixlen > 31)
		config_problem(r, &where,
			       "node.index_from: %s of %s has no bits behind its prefix length: write "
			       "\"interface:%s/LENGTH\"",
			       ipaddr_format(&ip, true, shown), to, to);
	else
		r->config->node.index = host & (UINT32_MAX >> ip.prefixlen);
}

static void read_index_from(struct config_reader *r, const config_setting_t *s, const struct config_key *key,
			    void *base)
{
	static const struct {
		const char *start; /* the character behind belongs to the name */
		void (*read)(struct config_reader *r, const config_setting_t *s, const char *name);
	} sources[] = {
		{ "env:", read_env },
		{ "interface:", read_interface },
		{ "file:", read_file },
		{ "map:", read_map },
	};
	const char *from = config_setting_get_string(s);

	r->config->node.has_index = true;
	for (size_t i = 0; from && i < ARRAY_LEN(sources); i++) {
		const char *name = from + strlen(sources[i].start);
		bool is_path = sources[i].read == read_file || sources[i].read == read_map;

		if (strncmp(from, sources[i].start, strlen(sources[i].start)) != 0 || !*name ||
		    (is_path && *name != '/'))
			continue;
		sources[i].read(r, s, name);
		return;
	}
	problem_source(r, s);
}

const struct config_section config_node_section = {
	.path = "node",
	.size = sizeof(struct config),
	.where = CONFIG_NO_WHERE,
	.keys =
		(const struct config_key[]){
			{ "index", read_index, MEMBER(struct config, node.index), RANGE(0, UINT32_MAX) },
			{ "index_from", read_index_from },
			{ NULL },
		},
};

/* Other groups need the number, wherever in the file it is. */
void config_read_node(struct config_reader *r)
{
	const config_setting_t *s = config_setting_get_member(r->root, "node");
	size_t n = r->n_problems;

	if (s)
		value_read_group(r, s, &(struct config_key){ .section = &config_node_section }, r->config);
	r->index_is_bad = r->n_problems > n;
}

/* The group is in the table of the top level for its name, and has been read before. */
void value_read_nothing(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
}
