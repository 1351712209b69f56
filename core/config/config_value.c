/* SPDX-License-Identifier: Apache-2.0 */
/* config_value.c - single values of evpn.conf, read by tables of keys; see config_parse.h */
#include <sys/socket.h>

#include "config_parts.h"
#include "net.h"
#include "util.h"

#define WANT_ADDRESS "an address"
#define WANT_PREFIX  "an address with its prefix length, like \"192.0.2.1/24\""

/* "l3vnis.host.asn"; elements of lists have no name. */
static char *path_of(const config_setting_t *s)
{
	char *path = xstrdup("");

	for (; s && s->parent; s = s->parent) {
		char *longer;

		if (!s->name)
			continue;
		longer = xasprintf("%s%s%s", s->name, *path ? "." : "", path);
		free(path);
		path = longer;
	}
	return path;
}

/* Of an int of either size. */
static long long number_of(const config_setting_t *s)
{
	return config_setting_type(s) == CONFIG_TYPE_INT ? config_setting_get_int(s) : config_setting_get_int64(s);
}

char *config_value_text(const config_setting_t *s)
{
	switch (config_setting_type(s)) {
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return xasprintf("%lld", number_of(s));
	case CONFIG_TYPE_FLOAT:
		return xasprintf("%g", config_setting_get_float(s));
	case CONFIG_TYPE_STRING:
		return xstrdup(config_setting_get_string(s));
	case CONFIG_TYPE_BOOL:
		return xstrdup(config_setting_get_bool(s) ? "true" : "false");
	case CONFIG_TYPE_GROUP:
		return xstrdup("a group { }");
	case CONFIG_TYPE_ARRAY:
		return xstrdup("an array [ ]");
	default:
		return xstrdup("a list ( )");
	}
}

void config_problem_value(struct config_reader *r, const config_setting_t *s, const char *want)
{
	_cleanup_free_ char *path = path_of(s), *value = config_value_text(s);
	const char *quote = config_setting_type(s) == CONFIG_TYPE_STRING ? "\"" : "";
	struct config_where where = config_place(r, s);

	config_problem(r, &where, "%s: want %s, not %s%s%s", path, want, quote, value, quote);
}

bool config_get_number(struct config_reader *r, const config_setting_t *s, long long *ret_number, bool *ret_reported)
{
	struct config_where where = config_place(r, s);

	*ret_reported = false;
	if (config_setting_type(s) != CONFIG_TYPE_INT && config_setting_type(s) != CONFIG_TYPE_INT64)
		return false;
	for (size_t i = 0; i < r->n_long_numbers; i++)
		if (r->long_numbers[i].line == where.line && r->long_numbers[i].file == where.file)
			*ret_reported = true;
	*ret_number = number_of(s);
	return !*ret_reported;
}

void value_read_number(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	_cleanup_free_ char *want = xasprintf("a whole number from %u to %u", key->min, key->max);
	uint32_t *to = (uint32_t *)((char *)base + key->offset);
	bool reported;
	long long n;

	if (config_get_number(r, s, &n, &reported) && n >= key->min && n <= key->max)
		*to = (uint32_t)n;
	else if (!reported)
		config_problem_value(r, s, want);
}

void value_read_bool(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	if (config_setting_type(s) == CONFIG_TYPE_BOOL)
		*(bool *)((char *)base + key->offset) = config_setting_get_bool(s);
	else
		config_problem_value(r, s, "true or false");
}

static void read_string(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base,
			bool (*good)(const char *), const char *want)
{
	const char *text = config_setting_get_string(s);

	if (text && good(text))
		*(char **)((char *)base + key->offset) = xstrdup(text);
	else
		config_problem_value(r, s, want);
}

static bool is_any_text(const char *text)
{
	return true;
}

static bool is_not_empty(const char *text)
{
	return text[0] != '\0';
}

static bool is_path(const char *text)
{
	return text[0] == '/' && text[strlen(text) - 1] != '/';
}

static bool is_path_or_none(const char *text)
{
	return text[0] == '\0' || is_path(text);
}

void value_read_text(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	read_string(r, s, key, base, is_any_text, "a string");
}

void value_read_string(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	read_string(r, s, key, base, is_not_empty, "a string that is not empty");
}

void value_read_path(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	read_string(r, s, key, base, is_path, "the absolute path of a file");
}

void value_read_path_or_none(struct config_reader *r, const config_setting_t *s, const struct config_key *key,
			     void *base)
{
	read_string(r, s, key, base, is_path_or_none, "the absolute path of a file, or \"\" for none");
}

/* What the kernel takes as a device name, less what it or FRR keeps for itself. */
static bool is_device(const char *name)
{
	static const char *const taken[] = { "lo", "all", "default", ".", ".." };
	size_t len = strlen(name);

	for (size_t i = 0; i < ARRAY_LEN(taken); i++)
		if (streq(name, taken[i]))
			return false;
	for (size_t i = 0; i < len; i++)
		if (name[i] <= ' ' || name[i] > '~' || strchr("/:%", name[i]))
			return false;
	return len > 0 && len < IFNAMSIZ;
}

#define WANT_DEVICE \
	"a device name: 1 to 15 characters of ASCII, no blanks, none of `/', `:', `%', and not lo, all or default"

void value_read_device(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	const char *name = config_setting_get_string(s);

	if (name && is_device(name))
		net_set_name((char *)base + key->offset, name);
	else
		config_problem_value(r, s, WANT_DEVICE);
}

/* An array or a list; elements are judged by whoever reads them. Else it is reported, and there are none. */
static unsigned int count_elements(struct config_reader *r, const config_setting_t *s, const char *want)
{
	if (config_setting_is_array(s) || config_setting_is_list(s))
		return (unsigned int)config_setting_length(s);
	config_problem_value(r, s, want);
	return 0;
}

static void *make_array(const struct config_key *key, void *base, size_t n, size_t size)
{
	void *array = xcalloc(n, size);

	*(void **)((char *)base + key->offset) = array;
	*(size_t *)((char *)base + key->count) = n;
	return array;
}

static bool is_word(const char *text, const char *const *words)
{
	for (; words && *words; words++)
		if (streq(text, *words))
			return true;
	return !words && is_device(text);
}

static char *word_list(const char *const *words)
{
	char *list = xstrdup("one of");

	for (; *words; words++) {
		char *longer = xasprintf("%s \"%s\"", list, *words);

		free(list);
		list = longer;
	}
	return list;
}

void value_read_words(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	unsigned int n = count_elements(r, s, "an array of strings, [ \"...\" ]");
	_cleanup_free_ char *want = key->words ? word_list(key->words) : xstrdup(WANT_DEVICE);
	char **words = make_array(key, base, n, sizeof(*words));

	for (unsigned int i = 0; i < n; i++) {
		const config_setting_t *element = config_setting_get_elem(s, i);
		const char *text = config_setting_get_string(element);

		words[i] = xstrdup(text ? text : "");
		if (!text || !is_word(text, key->words))
			config_problem_value(r, element, want);
	}
}

/* Why nothing can live at this address; NULL: it can. */
static const char *address_fault(const struct ipaddr *ip, bool link_local_too)
{
	static const uint8_t broadcast[4] = { 255, 255, 255, 255 };

	if (ipaddr_is_any(ip))
		return "the address of no host";
	if (ipaddr_is_loopback(ip))
		return "a loopback address";
	if (ipaddr_is_multicast(ip))
		return "a multicast address";
	if (ip->family == AF_INET && memcmp(ip->bytes, broadcast, 4) == 0)
		return "the broadcast address";
	if (link_local_too && ipaddr_is_link_local(ip))
		return "a link-local address, which no other network reaches";
	return NULL;
}

static void problem_fault(struct config_reader *r, const config_setting_t *s, const char *fault)
{
	_cleanup_free_ char *path = path_of(s);
	struct config_where where = config_place(r, s);

	config_problem(r, &where, "%s: %s is %s", path, config_setting_get_string(s), fault);
}

/* False: reported, and *to is left unset. */
static bool read_ip(struct config_reader *r, const config_setting_t *s, bool with_prefix, struct ipaddr *to)
{
	const char *text = config_setting_get_string(s);
	const char *want = with_prefix ? WANT_PREFIX : WANT_ADDRESS;
	struct ipaddr other;

	if (text && ipaddr_parse(text, with_prefix, to))
		return true;
	if (!with_prefix && text && ipaddr_parse(text, true, &other))
		want = "an address without a prefix length";
	config_problem_value(r, s, want);
	return false;
}

void value_read_address(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	struct ipaddr *to = (struct ipaddr *)((char *)base + key->offset), ip;
	const char *fault;

	if (!read_ip(r, s, false, &ip))
		return;
	fault = address_fault(&ip, true);
	if (fault)
		problem_fault(r, s, fault);
	else
		*to = ip;
}

void value_read_addresses(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	unsigned int n = count_elements(r, s, "an array of addresses, [ \"192.0.2.1/24\" ]");
	struct ipaddr *ips = make_array(key, base, n, sizeof(*ips));

	for (unsigned int i = 0; i < n; i++) {
		const config_setting_t *element = config_setting_get_elem(s, i);
		const char *fault;
		struct ipaddr ip;

		if (!read_ip(r, element, true, &ip))
			continue;
		fault = ip.prefixlen == 0 ? "all of the Internet as one link" : address_fault(&ip, false);
		if (fault)
			problem_fault(r, element, fault);
		else
			ips[i] = ip;
	}
}

void value_read_subnet(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	struct ipaddr *to = (struct ipaddr *)((char *)base + key->offset), ip, network;
	char text[IPADDR_TEXT_SIZE];
	const char *fault = NULL;

	if (!read_ip(r, s, true, &ip))
		return;
	/* Number 0 of a subnet is its own address; it always fits. */
	ipaddr_nth(&ip, 0, &network);
	network.prefixlen = ip.prefixlen;
	if (ip.prefixlen)
		fault = address_fault(&ip, false);
	if (ipaddr_compare(&ip, &network) != 0) {
		_cleanup_free_ char *want = xasprintf("the address of a subnet, \"%s\"",
						      ipaddr_format(&network, true, text));

		config_problem_value(r, s, want);
	} else if (fault) {
		problem_fault(r, s, fault);
	} else {
		*to = ip;
	}
}

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
	config_problem(r, &where, "%s: no such key `%s'%s%s%s", section->path, s->name, near ? ", did you mean `" : "",
		       near ? near : "", near ? "'?" : "");
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
			config_problem(r, &at, "%s: `%s' %s", section->path, member->name, key->elsewhere);
		else if (section->other)
			section->other(r, member);
		else
			problem_key(r, member, section);
	}
	for (const struct config_key *key = section->keys; key->name; key++)
		if (key->required && !config_setting_get_member(s, key->name))
			config_problem(r, &where, "%s%s`%s' is missing", section->path, section->path[0] ? ": " : "",
				       key->name);
}

void value_read_group(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	if (config_setting_is_group(s))
		config_read_section(r, s, key->section, (char *)base + key->offset);
	else
		config_problem_value(r, s, "a group, { ... }");
}

void value_read_groups(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	unsigned int n = count_elements(r, s, "a list of groups, ( { ... }, { ... } )");
	char *array = make_array(key, base, n, key->section->size);

	for (unsigned int i = 0; i < n; i++) {
		const config_setting_t *element = config_setting_get_elem(s, i);

		if (config_setting_is_group(element))
			config_read_section(r, element, key->section, array + i * key->section->size);
		else
			config_problem_value(r, element, "a group, { ... }");
	}
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
