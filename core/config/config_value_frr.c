/* SPDX-License-Identifier: Apache-2.0 */
/* config_value_frr.c - reads values of BGP sessions and of the BGP keys of VNIs; see config_parts.h */
#include <arpa/inet.h>
#include <ctype.h>
#include <sys/socket.h>

#include "base/util.h"
#include "config/config_parts.h"

#define MAX_DESCRIPTION 80

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
		config_problem_value(r, s, "true, false or the name of an entry of frr.bfd_profiles");
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

/* A decimal number without leading zeros, which FRR would remove: the running configuration would always differ. */
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

/* "AS:NUMBER" or "ADDRESS:NUMBER": six bytes for both, so NUMBER has two behind four (RFC 4364, 4.2). */
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

void config_read_rd(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	const char *text = config_setting_get_string(s);

	if (text && is_distinguisher(text))
		*(char **)((char *)base + key->offset) = xstrdup(text);
	else
		config_problem_value(r, s,
				     "\"AS:NUMBER\" or \"ADDRESS:NUMBER\" (NUMBER at most 65535 after an ADDRESS or an "
				     "AS above 65535)");
}

/* FRR reduces spaces to one; other characters could be taken for something else on the way through vtysh. */
void config_read_description(struct config_reader *r, const config_setting_t *s, const struct config_key *key,
			     void *base)
{
	const char *text = config_setting_get_string(s);
	size_t len = text ? strlen(text) : 0;
	bool good = len > 0 && len <= MAX_DESCRIPTION && text[0] != ' ' && text[len - 1] != ' ' && !strstr(text, "  ");

	for (size_t i = 0; i < len; i++)
		good &= text[i] >= ' ' && text[i] <= '~';
	if (good)
		*(char **)((char *)base + key->offset) = xstrdup(text);
	else
		config_problem_value(r, s, "1 to %d printable ASCII characters, with single spaces between words",
				     MAX_DESCRIPTION);
}
