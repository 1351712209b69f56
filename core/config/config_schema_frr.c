/* SPDX-License-Identifier: Apache-2.0 */
/* config_schema_frr.c - the tables of the keys of group frr, and of the BGP keys of VNIs; see config_parts.h */
#include <ctype.h>
#include <sys/socket.h>

#include "base/util.h"
#include "config/config_parts.h"

/* Limits of FRR. */
#define MAX_TIMER    65535
#define MAX_HOSTNAME 63
#define MAX_PROFILE  64

/* libconfig has no octal numbers: 0640 is the decimal 640. So the digits of either are read as octal ones. */
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
	if (!(r->config->frr.mode & 0444))
		config_problem_unusable(r, s, "lets no user read frr.conf, so FRR cannot read it: use \"0640\"");
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
	else if (config_setting_is_group(s))
		value_read_as(r, s, &(struct config_key){ MEMBER(struct config_session, asn) }, session);
	else if (config_get_number(r, s, &n, &reported) && n >= 1 && n <= UINT32_MAX)
		session->asn = (uint32_t)n;
	else if (text || !reported)
		config_problem_value(r, s, "a whole number from 1 to 4294967295, \"internal\" or \"external\"");
}

/* keepalive and hold default to each other: RFC 4271, 4.4 recommends a third of the hold time for keepalives. */
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

static void read_target(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *to)
{
	static const struct config_key one = { .offset = 0 };
	char *target = NULL;

	config_read_rd(r, s, &one, &target);
	*(char **)to = target ? target : xstrdup("");
}

static void read_targets(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	config_read_list(r, s, key, base, sizeof(char *), "[ \"64512:100\" ]", read_target);
}

static void read_name(struct config_reader *r, const config_setting_t *s, char **to, size_t max, const char *what)
{
	const char *text = config_setting_get_string(s);
	size_t len = text ? strlen(text) : 0;
	bool good = len > 0 && len <= max;

	for (size_t i = 0; i < len; i++)
		good &= isalnum((unsigned char)text[i]) || strchr(".-_", text[i]);
	if (good)
		*to = xstrdup(text);
	else
		config_problem_value(r, s, "%s of 1 to %zu letters, digits, `.', `-' and `_'", what, max);
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

static void read_drift(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	const char *text = config_setting_get_string(s);

	*(bool *)((char *)base + key->offset) = text && streq(text, "report");
	if (!text || (!streq(text, "repair") && !streq(text, "report")))
		config_problem_value(r, s, "\"repair\" or \"report\"");
}

/* An address, or a device whose address is used. */
static void read_source(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	static const struct config_key address = { MEMBER(struct config_neighbor, source) };
	static const struct config_key device = { MEMBER(struct config_neighbor, source_interface) };
	const char *text = config_setting_get_string(s);

	/* The VTEP is on lo, which evpn.conf names nowhere else. */
	if (text && streq(text, "lo"))
		strcpy(((struct config_neighbor *)base)->source_interface, text);
	else if (text && (strchr(text, ':') || !text[strspn(text, "0123456789./")]))
		value_read_address(r, s, &address, base);
	else
		value_read_device(r, s, &device, base);
}

static const struct config_key limit_keys[] = {
	{ "prefixes", value_read_number, MEMBER(struct config_limit, prefixes), RANGE(1, UINT32_MAX),
	  .required = true },
	{ "warning_only", value_read_bool, MEMBER(struct config_limit, warning_only) },
	{ "restart", value_read_number, MEMBER(struct config_limit, restart), RANGE(1, 65535) },
	{ NULL },
};

const struct config_section config_l3_limit_section = { "l3vnis.host.maximum_prefix", limit_keys,
							sizeof(struct config_limit), CONFIG_NO_WHERE, NULL };
static const struct config_section limit_section = { "frr.neighbors.maximum_prefix", limit_keys,
						     sizeof(struct config_limit), CONFIG_NO_WHERE, NULL };

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

void config_read_exit(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	((struct config_exit *)((char *)base + key->offset))->set = true;
	value_read_group(r, s, key, base);
}

static void read_denied(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *to)
{
	value_read_subnet(r, s, &(struct config_key){ .offset = 0 }, to);
}

static void read_deny(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	config_read_list(r, s, key, base, sizeof(struct ipaddr), "[ \"100.64.0.0/15\" ]", read_denied);
}

static void read_excluded(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *to)
{
	value_read_number(r, s, &(struct config_key){ .min = 1, .max = UINT32_MAX }, to);
}

static void read_exclude_as(struct config_reader *r, const config_setting_t *s, const struct config_key *key,
			    void *base)
{
	config_read_list(r, s, key, base, sizeof(uint32_t), "[ 64512, 64513 ]", read_excluded);
}

static const struct config_key prefix_keys[] = {
	{ "prefix", value_read_subnet, MEMBER(struct config_accept, prefix), .required = true },
	{ "ge", value_read_number, MEMBER(struct config_accept, ge), RANGE(1, 128) },
	{ "le", value_read_number, MEMBER(struct config_accept, le), RANGE(1, 128) },
	{ NULL },
};

const struct config_section config_accept_section = { "l3vnis.host.accept", prefix_keys, sizeof(struct config_accept),
						      offsetof(struct config_accept, where), NULL };
static const struct config_section exit_prefixes_section = { "l3vnis.exit.prefixes", prefix_keys,
							     sizeof(struct config_accept),
							     offsetof(struct config_accept, where), NULL };
static const struct config_section exit_announce_section = { "l3vnis.exit.announce", prefix_keys,
							     sizeof(struct config_accept),
							     offsetof(struct config_accept, where), NULL };

const struct config_section config_exit_section = {
	.path = "l3vnis.exit",
	.size = sizeof(struct config_exit),
	.where = offsetof(struct config_exit, where),
	.keys =
		(const struct config_key[]){
			{ "prefixes", value_read_groups, MEMBERS(struct config_exit, prefixes, n_prefixes),
			  .section = &exit_prefixes_section, .required = true },
			{ "announce", value_read_groups, MEMBERS(struct config_exit, announce, n_announce),
			  .section = &exit_announce_section },
			{ "deny", read_deny, MEMBERS(struct config_exit, deny, n_deny) },
			{ "exclude_as", read_exclude_as, MEMBERS(struct config_exit, exclude_as, n_exclude_as) },
			{ "prepend", value_read_number, MEMBER(struct config_exit, prepend), RANGE(0, 10) },
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
			{ "description", config_read_description, MEMBER(struct config_neighbor, session.description) },
			{ "update_source", read_source },
			{ "passive", value_read_bool, MEMBER(struct config_neighbor, session.passive) },
			{ "maximum_prefix", value_read_group, MEMBER(struct config_neighbor, session.limit),
			  .section = &limit_section },
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
			{ "transit", value_read_bool, MEMBER(struct config_neighbor, transit) },
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

/* As FRR names them (zlog_priority in lib/log.c). */
static const char *const log_levels[] = { "emergencies",   "alerts",	    "critical",	 "errors", "warnings",
					  "notifications", "informational", "debugging", NULL };

static const struct config_section log_section = {
	.path = "frr.log",
	.where = CONFIG_NO_WHERE,
	.keys =
		(const struct config_key[]){
			{ "syslog", value_read_word, MEMBER(struct config_frr, log.to_syslog), .words = log_levels },
			{ "stdout", value_read_word, MEMBER(struct config_frr, log.to_stdout), .words = log_levels },
			{ NULL },
		},
};

static const char *const profiles[] = { "traditional", "datacenter", NULL };

const struct config_section config_frr_section = {
	.path = "frr",
	.size = sizeof(struct config_frr),
	.where = offsetof(struct config_frr, where),
	.keys =
		(const struct config_key[]){
			{ "config", value_read_path, MEMBER(struct config_frr, config), .required = true },
			{ "source", value_read_path, MEMBER(struct config_frr, source) },
			{ "check", value_read_path_or_none, MEMBER(struct config_frr, check) },
			{ "owner", value_read_id, MEMBER(struct config_frr, owner) },
			{ "group", value_read_id, MEMBER(struct config_frr, group) },
			{ "mode", read_mode },
			{ "asn", value_read_as, MEMBER(struct config_frr, asn) },
			{ "router_id", value_read_address, MEMBER(struct config_frr, router_id) },
			{ "hostname", read_hostname, MEMBER(struct config_frr, hostname) },
			{ "defaults", value_read_word, MEMBER(struct config_frr, defaults), .words = profiles },
			{ "log", value_read_group, .section = &log_section },
			{ "log_neighbor_changes", value_read_bool, MEMBER(struct config_frr, log_neighbor_changes) },
			{ "cluster_id", value_read_address, MEMBER(struct config_frr, cluster_id) },
			{ "listen_limit", value_read_number, MEMBER(struct config_frr, listen_limit), RANGE(1, 65535) },
			{ "graceful_restart", value_read_bool, MEMBER(struct config_frr, graceful_restart) },
			{ "neighbors", value_read_groups, MEMBERS(struct config_frr, neighbors, n_neighbors),
			  .section = &neighbor_section },
			{ "bfd_profiles", value_read_groups, MEMBERS(struct config_frr, bfd_profiles, n_bfd_profiles),
			  .section = &profile_section },
			{ "extra", value_read_text, MEMBER(struct config_frr, extra) },
			{ "drift", read_drift, MEMBER(struct config_frr, reports_drift) },
			{ NULL },
		},
};
