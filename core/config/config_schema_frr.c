/* SPDX-License-Identifier: Apache-2.0 */
/* config_frr.c - group frr of evpn.conf, and what BGP has of VNIs; see config_parse.h */
#include <arpa/inet.h>
#include <ctype.h>
#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>

#include "config_parts.h"
#include "util.h"

/* FRR's own limits. */
#define MAX_TIMER    65535
#define MAX_HOSTNAME 63
#define MAX_PROFILE  64

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

static void read_owner(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	const char *name = config_setting_get_string(s);
	const struct passwd *entry = name ? getpwnam(name) : NULL;

	if (entry)
		r->config->frr.uid = entry->pw_uid;
	else if (!parse_id(s, &r->config->frr.uid))
		config_problem_value(r, s, "a user of this host, or the number it has in FRR's image");
}

static void read_group_id(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	const char *name = config_setting_get_string(s);
	const struct group *entry = name ? getgrnam(name) : NULL;

	if (entry)
		r->config->frr.gid = entry->gr_gid;
	else if (!parse_id(s, &r->config->frr.gid))
		config_problem_value(r, s, "a group of this host, or the number it has in FRR's image");
}

/* libconfig knows no octal numbers: 0640 comes as the decimal 640. The digits are taken as written, either way. */
static void read_mode(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	const char *text = config_setting_get_string(s);
	char digits[16];

	if (config_setting_type(s) == CONFIG_TYPE_INT && config_setting_get_format(s) == CONFIG_FORMAT_DEFAULT) {
		snprintf(digits, sizeof(digits), "%d", config_setting_get_int(s));
		text = digits;
	}
	if (text && text[0] && strlen(text) <= 4 && text[strspn(text, "01234567")] == '\0' &&
	    strtoul(text, NULL, 8) <= 0777)
		r->config->frr.mode = (mode_t)strtoul(text, NULL, 8);
	else
		config_problem_value(r, s, "file permissions in octal digits, \"0000\" to \"0777\"");
}

static void read_allowas_in(struct config_reader *r, const config_setting_t *s, const struct config_key *key,
			    void *base)
{
	char **to = (char **)((char *)base + key->offset);
	const char *text = config_setting_get_string(s);

	if (text && streq(text, "origin"))
		*to = xstrdup(text);
	else if (config_setting_type(s) == CONFIG_TYPE_INT && config_setting_get_int(s) >= 1 &&
		 config_setting_get_int(s) <= 10)
		*to = xasprintf("%d", config_setting_get_int(s));
	else
		config_problem_value(r, s, "\"origin\" or a number from 1 to 10");
}

static void read_asn(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	struct config_session *session = (struct config_session *)((char *)base + key->offset);
	const char *text = config_setting_get_string(s);
	bool reported;
	long long n;

	if (text && streq(text, "internal"))
		session->remote = CONFIG_REMOTE_INTERNAL;
	else if (text && streq(text, "external"))
		session->remote = CONFIG_REMOTE_EXTERNAL;
	else if (config_get_number(r, s, &n, &reported) && n >= 1 && n <= UINT32_MAX)
		session->asn = (uint32_t)n;
	else if (text || !reported)
		config_problem_value(r, s, "a whole number from 1 to 4294967295, or \"internal\" or \"external\"");
}

void config_read_bfd(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	struct config_session *session = (struct config_session *)((char *)base + key->offset);
	const char *name = config_setting_get_string(s);

	if (config_setting_type(s) == CONFIG_TYPE_BOOL) {
		session->bfd = config_setting_get_bool(s);
	} else if (name && name[0]) {
		session->bfd = true;
		session->bfd_profile = xstrdup(name);
	} else {
		config_problem_value(r, s, "true, false or the name of one of frr.bfd_profiles");
	}
}

void config_read_restart(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	struct config_session *session = (struct config_session *)((char *)base + key->offset);
	const char *text = config_setting_get_string(s);

	if (config_setting_type(s) == CONFIG_TYPE_BOOL)
		session->restart = config_setting_get_bool(s) ? CONFIG_RESTART_ON : CONFIG_RESTART_OFF;
	else if (text && streq(text, "helper"))
		session->restart = CONFIG_RESTART_HELPER;
	else
		config_problem_value(r, s, "true, false or \"helper\"");
}

/* Of keepalive and hold, one says the other: three keepalives may be lost (RFC 4271, 4.4). */
void config_read_timers(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	struct config_timers *timers = (struct config_timers *)((char *)base + key->offset);
	bool keepalive, hold;

	value_read_group(r, s, key, base);
	if (!config_setting_is_group(s))
		return;
	keepalive = config_setting_get_member(s, "keepalive") != NULL;
	hold = config_setting_get_member(s, "hold") != NULL;
	timers->set = keepalive || hold;
	if (!keepalive)
		timers->keepalive = timers->hold / 3;
	else if (!hold)
		timers->hold = timers->keepalive > MAX_TIMER / 3 ? MAX_TIMER : timers->keepalive * 3;
}

const char *const config_ip_families[] = { "ipv4", "ipv6", NULL };
const char *const config_bgp_families[] = { "ipv4", "ipv6", "evpn", NULL };

void config_read_families(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	struct config_families *families = (struct config_families *)((char *)base + key->offset);
	struct {
		char **words;
		size_t n;
	} list = { NULL, 0 };
	const struct config_key words = { .offset = 0, .count = sizeof(char **), .words = key->words };

	families->set = true;
	value_read_words(r, s, &words, &list);
	for (size_t i = 0; i < list.n; i++)
		for (unsigned int bit = 0; key->words[bit]; bit++)
			if (streq(list.words[i], key->words[bit]))
				families->bits |= 1u << bit;
	util_free_strings(list.words, list.n);
}

/* A decimal number as FRR writes it: no leading zeros. */
static bool parse_part(const char *text, size_t len, unsigned long max, unsigned long *ret_number)
{
	unsigned long n = 0;

	if (len == 0 || len > 10 || (text[0] == '0' && len > 1))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!isdigit((unsigned char)text[i]))
			return false;
		n = n * 10 + (unsigned long)(text[i] - '0');
	}
	*ret_number = n;
	return n <= max;
}

/* "AS:NUMBER" or "ADDRESS:NUMBER": eight bytes with two of type, so one half is short if the other is long (RFC 4364, 4.2). */
static bool is_distinguisher(const char *text)
{
	const char *colon = strchr(text, ':');
	_cleanup_free_ char *left = colon ? strndup(text, (size_t)(colon - text)) : NULL;
	unsigned long as = 0, number;
	struct in_addr address;
	bool is_as = left && parse_part(left, strlen(left), UINT32_MAX, &as);

	if (!left || (!is_as && inet_pton(AF_INET, left, &address) != 1))
		return false;
	return parse_part(colon + 1, strlen(colon + 1), is_as && as <= UINT16_MAX ? UINT32_MAX : UINT16_MAX, &number);
}

#define WANT_DISTINGUISHER "\"AS:NUMBER\" or \"ADDRESS:NUMBER\", with a number up to 65535 if the AS is above that"

void config_read_rd(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	const char *text = config_setting_get_string(s);

	if (text && is_distinguisher(text))
		*(char **)((char *)base + key->offset) = xstrdup(text);
	else
		config_problem_value(r, s, WANT_DISTINGUISHER);
}

static void read_targets(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	static const struct config_key one = { .offset = 0 };
	char ***to = (char ***)((char *)base + key->offset);
	size_t *n = (size_t *)((char *)base + key->count);

	if (!config_setting_is_array(s) && !config_setting_is_list(s)) {
		config_problem_value(r, s, "an array of route targets, [ \"64512:100\" ]");
		return;
	}
	for (int i = 0; i < config_setting_length(s); i++) {
		char *target = NULL;

		config_read_rd(r, config_setting_get_elem(s, (unsigned int)i), &one, &target);
		*(char **)util_append(to, n, sizeof(**to)) = target ? target : xstrdup("");
	}
}

static void read_name(struct config_reader *r, const config_setting_t *s, char **to, size_t max, const char *what)
{
	const char *text = config_setting_get_string(s);
	_cleanup_free_ char *want = xasprintf("%s: 1 to %zu letters, digits, `.', `-' and `_'", what, max);
	size_t len = text ? strlen(text) : 0;
	bool good = len > 0 && len <= max;

	for (size_t i = 0; i < len; i++)
		good &= isalnum((unsigned char)text[i]) || strchr(".-_", text[i]);
	if (good)
		*to = xstrdup(text);
	else
		config_problem_value(r, s, want);
}

static void read_hostname(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	read_name(r, s, (char **)((char *)base + key->offset), MAX_HOSTNAME, "a host name");
}

static void read_profile_name(struct config_reader *r, const config_setting_t *s, const struct config_key *key,
			      void *base)
{
	read_name(r, s, (char **)((char *)base + key->offset), MAX_PROFILE, "a name");
}

static const struct config_key timers_keys[] = {
	{ "keepalive", value_read_number, MEMBER(struct config_timers, keepalive), RANGE(1, MAX_TIMER) },
	{ "hold", value_read_number, MEMBER(struct config_timers, hold), RANGE(3, MAX_TIMER) },
	{ "connect", value_read_number, MEMBER(struct config_timers, connect), RANGE(1, MAX_TIMER) },
	{ NULL },
};

const struct config_section config_l3_timers_section = { "l3vnis.host.timers", timers_keys,
							 sizeof(struct config_timers), CONFIG_NO_WHERE, NULL };
static const struct config_section timers_section = { "frr.neighbors.timers", timers_keys, sizeof(struct config_timers),
						      CONFIG_NO_WHERE, NULL };

static const struct config_key targets_keys[] = {
	{ "import", read_targets, MEMBERS(struct config_evpn, import_rts, n_import_rts) },
	{ "export", read_targets, MEMBERS(struct config_evpn, export_rts, n_export_rts) },
	{ NULL },
};

const struct config_section config_l3_targets_section = { "l3vnis.route_targets", targets_keys,
							  sizeof(struct config_evpn), CONFIG_NO_WHERE, NULL };
const struct config_section config_l2_targets_section = { "l2vnis.route_targets", targets_keys,
							  sizeof(struct config_evpn), CONFIG_NO_WHERE, NULL };

const struct config_section config_accept_section = {
	.path = "l3vnis.host.accept",
	.size = sizeof(struct config_accept),
	.where = offsetof(struct config_accept, where),
	.keys =
		(const struct config_key[]){
			{ "prefix", value_read_subnet, MEMBER(struct config_accept, prefix), .required = true },
			{ "ge", value_read_number, MEMBER(struct config_accept, ge), RANGE(1, 128) },
			{ "le", value_read_number, MEMBER(struct config_accept, le), RANGE(1, 128) },
			{ NULL },
		},
};

static const struct config_section neighbor_section = {
	.path = "frr.neighbors",
	.size = sizeof(struct config_neighbor),
	.where = offsetof(struct config_neighbor, where),
	.keys =
		(const struct config_key[]){
			{ "address", value_read_address, MEMBER(struct config_neighbor, address) },
			{ "interface", value_read_device, MEMBER(struct config_neighbor, interface) },
			{ "listen", value_read_subnet, MEMBER(struct config_neighbor, listen) },
			{ "asn", read_asn, MEMBER(struct config_neighbor, session), .required = true },
			{ "families", config_read_families, MEMBER(struct config_neighbor, families),
			  .words = config_bgp_families },
			{ "timers", config_read_timers, MEMBER(struct config_neighbor, session.timers),
			  .section = &timers_section },
			{ "password_file", config_read_password, MEMBER(struct config_neighbor, session) },
			{ "ebgp_multihop", value_read_number, MEMBER(struct config_neighbor, ebgp_multihop),
			  RANGE(2, 254) },
			{ "allowas_in", read_allowas_in, MEMBER(struct config_neighbor, allowas_in) },
			{ "route_reflector_client", value_read_bool,
			  MEMBER(struct config_neighbor, route_reflector_client) },
			{ "bfd", config_read_bfd, MEMBER(struct config_neighbor, session) },
			{ "graceful_restart", config_read_restart, MEMBER(struct config_neighbor, session) },
			{ NULL },
		},
};

static const struct config_section profile_section = {
	.path = "frr.bfd_profiles",
	.size = sizeof(struct config_bfd_profile),
	.where = offsetof(struct config_bfd_profile, where),
	.keys =
		(const struct config_key[]){
			{ "name", read_profile_name, MEMBER(struct config_bfd_profile, name), .required = true },
			{ "receive_interval", value_read_number, MEMBER(struct config_bfd_profile, receive_interval),
			  RANGE(10, 60000) },
			{ "transmit_interval", value_read_number, MEMBER(struct config_bfd_profile, transmit_interval),
			  RANGE(10, 60000) },
			{ "detect_multiplier", value_read_number, MEMBER(struct config_bfd_profile, detect_multiplier),
			  RANGE(2, 255) },
			{ NULL },
		},
};

const struct config_section config_frr_section = {
	.path = "frr",
	.size = sizeof(struct config_frr),
	.where = offsetof(struct config_frr, where),
	.keys =
		(const struct config_key[]){
			{ "config", value_read_path, MEMBER(struct config_frr, config), .required = true },
			{ "source", value_read_path, MEMBER(struct config_frr, source) },
			{ "check", value_read_path_or_none, MEMBER(struct config_frr, check) },
			{ "owner", read_owner },
			{ "group", read_group_id },
			{ "mode", read_mode },
			{ "asn", value_read_number, MEMBER(struct config_frr, asn), RANGE(1, UINT32_MAX) },
			{ "router_id", value_read_address, MEMBER(struct config_frr, router_id) },
			{ "hostname", read_hostname, MEMBER(struct config_frr, hostname) },
			{ "graceful_restart", value_read_bool, MEMBER(struct config_frr, graceful_restart) },
			{ "neighbors", value_read_groups, MEMBERS(struct config_frr, neighbors, n_neighbors),
			  .section = &neighbor_section },
			{ "bfd_profiles", value_read_groups, MEMBERS(struct config_frr, bfd_profiles, n_bfd_profiles),
			  .section = &profile_section },
			{ "extra", value_read_text, MEMBER(struct config_frr, extra) },
			{ NULL },
		},
};
