/* SPDX-License-Identifier: Apache-2.0 */
/* config_value.c - reads single values of evpn.conf, and reports wrong ones; see config_parts.h */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdarg.h>

#include "base/escape.h"
#include "base/util.h"
#include "config-build.h"
#include "config/config_parts.h"

/* Bytes of a value that a message shows. */
#define MAX_QUOTED 120

char *config_path(const config_setting_t *s)
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

/* libconfig has two types of whole numbers. */
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

/* A message is one line, but a value may be a whole frr.conf or contain line breaks. */
char *config_quote(const char *text)
{
	_cleanup_free_ char *escaped = escape_line(text, MAX_QUOTED);

	return xasprintf("\"%s\"", escaped);
}

/* The value as shown in messages. The caller frees it. */
static char *shown_value(const config_setting_t *s)
{
	return config_setting_type(s) == CONFIG_TYPE_STRING ? config_quote(config_setting_get_string(s))
							    : config_value_text(s);
}

__attribute__((format(printf, 4, 0))) static void problem_value(struct config_reader *r, const config_setting_t *s,
								bool is_expected, const char *format, va_list ap)
{
	_cleanup_free_ char *path = config_path(s), *value = shown_value(s), *text = xvasprintf(format, ap);
	struct config_where where = config_place(r, s);

	if (is_expected)
		config_problem(r, &where, "%s: expected %s, found %s", path, text, value);
	else
		config_problem(r, &where, "%s: %s %s", path, value, text);
}

void config_problem_value(struct config_reader *r, const config_setting_t *s, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	problem_value(r, s, true, format, ap);
	va_end(ap);
}

void config_problem_unusable(struct config_reader *r, const config_setting_t *s, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	problem_value(r, s, false, format, ap);
	va_end(ap);
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
	uint32_t *to = (uint32_t *)((char *)base + key->offset);
	bool reported;
	long long n;

	if (config_get_number(r, s, &n, &reported) && n >= key->min && n <= key->max)
		*to = (uint32_t)n;
	else if (!reported)
		config_problem_value(r, s, "a whole number from %u to %u", key->min, key->max);
}

void value_read_u16(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	uint32_t n = 0;

	value_read_number(r, s, &(struct config_key){ .min = key->min, .max = key->max }, &n);
	*(uint16_t *)((char *)base + key->offset) = (uint16_t)n;
}

void value_read_bool(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	if (config_setting_type(s) == CONFIG_TYPE_BOOL)
		*(bool *)((char *)base + key->offset) = config_setting_get_bool(s);
	else
		config_problem_value(r, s, "true or false");
}

/* False: the value is no string, or `good` rejects it. */
static bool read_string(const config_setting_t *s, const struct config_key *key, void *base, bool (*good)(const char *))
{
	const char *text = config_setting_get_string(s);

	if (!text || !good(text))
		return false;
	*(char **)((char *)base + key->offset) = xstrdup(text);
	return true;
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
	if (!read_string(s, key, base, is_any_text))
		config_problem_value(r, s, "a string");
}

void value_read_string(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	if (!read_string(s, key, base, is_not_empty))
		config_problem_value(r, s, "a non-empty string");
}

void value_read_path(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	if (!read_string(s, key, base, is_path))
		config_problem_value(r, s, "the absolute path of a file");
}

void value_read_path_or_none(struct config_reader *r, const config_setting_t *s, const struct config_key *key,
			     void *base)
{
	if (!read_string(s, key, base, is_path_or_none))
		config_problem_value(r, s, "the absolute path of a file, or \"\" for none");
}

/*
 * Names that mean something else: lo and the sysctl directories all and default; a file of sysfs; for vtysh the target of
 * a static route (Null0, blackhole, reject), and the keyword of `import vrf route-map NAME'. An address is no name for
 * either iproute2 or vtysh.
 */
static bool is_taken(const char *name)
{
	static const char *const taken[] = { "lo",    "all",	   "default", "bonding_masters",
					     "Null0", "blackhole", "reject",  "route-map" };
	struct ipaddr ip;

	for (size_t i = 0; i < ARRAY_LEN(taken); i++)
		if (streq(name, taken[i]))
			return true;
	return ipaddr_parse(name, false, &ip);
}

/*
 * The kernel accepts more (dev_valid_name), but vtysh takes `?' for a question and `|' for a pipe, iproute2 what begins
 * with `-' for an option, sysctl(8) `=' for the value, Open vSwitch `,' for the end, and shells the rest.
 */
static bool has_device_letters(const char *name)
{
	for (size_t i = 0; name[i]; i++)
		if (!isalnum((unsigned char)name[i]) && (!strchr("._-+~", name[i]) || (i == 0 && name[i] != '_')))
			return false;
	return true;
}

static bool is_device(const char *name)
{
	size_t len = strlen(name);

	return has_device_letters(name) && len > 0 && len < IFNAMSIZ && !is_taken(name);
}

bool config_is_altname(const char *name)
{
	size_t len = strlen(name);

	return has_device_letters(name) && len >= IFNAMSIZ && len < CONFIG_ALTNAME_SIZE;
}

static void problem_device(struct config_reader *r, const config_setting_t *s)
{
	config_problem_value(r, s,
			     "a device name: 1 to 15 letters, digits and `._-+~', the first a letter, a digit or `_'; "
			     "not lo, all, default or another word in \"Types\" of evpn.conf(5)");
}

void value_read_device(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	const char *name = config_setting_get_string(s);

	if (name && is_device(name))
		snprintf((char *)base + key->offset, IFNAMSIZ, "%s", name);
	else
		problem_device(r, s);
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
	char *list = xstrdup("");

	for (; *words; words++) {
		char *longer = xasprintf("%s%s\"%s\"", list, *list ? ", " : "", *words);

		free(list);
		list = longer;
	}
	return list;
}

static void read_word(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *to)
{
	const char *text = config_setting_get_string(s);
	_cleanup_free_ char *list = NULL;

	*(char **)to = xstrdup(text ? text : "");
	if (text && is_word(text, key->words))
		return;
	if (key->words) {
		list = word_list(key->words);
		config_problem_value(r, s, "one of %s", list);
	} else {
		problem_device(r, s);
	}
}

void value_read_word(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	read_word(r, s, key, (char *)base + key->offset);
}

void value_read_words(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	config_read_list(r, s, key, base, sizeof(char *), "[ \"red\", \"blue\" ]", read_word);
}

/* The ids that a name has here need not be those in FRR's image, so a number does as well. */
static bool parse_id(const config_setting_t *s, uint32_t *ret_id)
{
	long long n = -1;

	if (config_setting_type(s) == CONFIG_TYPE_INT)
		n = config_setting_get_int(s);
	else if (config_setting_type(s) == CONFIG_TYPE_INT64)
		n = config_setting_get_int64(s);
	else if (config_setting_get_string(s) && isdigit((unsigned char)config_setting_get_string(s)[0]))
		return config_parse_index(config_setting_get_string(s), ret_id) && *ret_id != UINT32_MAX;
	if (n < 0 || n >= UINT32_MAX)
		return false;
	*ret_id = (uint32_t)n;
	return true;
}

/* Whether there is such a name is config_check.c's to say. */
void value_read_id(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	struct config_id *id = (struct config_id *)((char *)base + key->offset);
	const char *text = config_setting_get_string(s);

	id->where = config_place(r, s);
	if (text && text[0] && !isdigit((unsigned char)text[0]))
		id->name = xstrdup(text);
	else if (!parse_id(s, &id->number))
		config_problem_value(r, s, "a name or a number");
}

/* "ADDRESS:PORT", an IPv6 address in brackets. */
static bool parse_listen(const char *text, struct sockaddr_storage *ret)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : 0;
	bool six = text[0] == '[' && len > 2 && text[len - 1] == ']';
	struct sockaddr_in *in = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret;
	char address[INET6_ADDRSTRLEN];
	uint32_t port;

	if (!colon || !config_parse_index(colon + 1, &port) || port < 1 || port > 65535 || len >= sizeof(address))
		return false;
	snprintf(address, sizeof(address), "%.*s", (int)(six ? len - 2 : len), text + six);
	if (six) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons((uint16_t)port);
		return inet_pton(AF_INET6, address, &in6->sin6_addr) == 1;
	}
	in->sin_family = AF_INET;
	in->sin_port = htons((uint16_t)port);
	return inet_pton(AF_INET, address, &in->sin_addr) == 1;
}

void value_read_listen(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	const char *text = config_setting_get_string(s);

	if (!text || !parse_listen(text, &r->config->metrics.address)) {
		config_problem_value(r, s, "an address and a port, for example \"127.0.0.1:9470\" or \"[::1]:9470\"");
		return;
	}
#ifndef HAVE_MICROHTTPD
	config_problem_unusable(r, s, "cannot be served: evpnd was built without libmicrohttpd");
#endif
	r->config->metrics.listen = xstrdup(text);
}
