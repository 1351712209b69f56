/* SPDX-License-Identifier: Apache-2.0 */
/* evpn_show.c - see evpn_show.h; evpn_show_routes.c reads the routes */
#include <stdio.h>
#include <strings.h>

#include "base/escape.h"
#include "base/json.h"
#include "base/util.h"
#include "frr/evpn_show_parts.h"

json_t *evpn_show_parse(const char *answer)
{
	json_error_t ignored;

	return answer ? json_parse_bytes(answer, &ignored) : NULL;
}

void evpn_show_copy(char *dst, size_t size, const char *text)
{
	snprintf(dst, size, "%s", text);
	escape_in_place(dst, false);
}

static enum evpn_show_place place_of(const char *type)
{
	return streq(type, "local")    ? EVPN_LOCAL
	       : streq(type, "remote") ? EVPN_REMOTE
	       : streq(type, "auto")   ? EVPN_AUTO
				       : EVPN_NOWHERE;
}

/* The text becomes part of a command. */
static void take_mac(const char *text, char ret_mac[18])
{
	bool good = strlen(text) == 17 && strspn(text, "0123456789abcdef:") == 17;

	snprintf(ret_mac, 18, "%s", good ? text : "");
}

static void take_entry(const json_t *json, struct evpn_show_entry *entry)
{
	entry->place = place_of(json_text(json, "type"));
	take_mac(json_text(json, "mac"), entry->mac);
	evpn_show_copy(entry->device, sizeof(entry->device), json_text(json, "intf"));
	evpn_show_copy(entry->vtep, sizeof(entry->vtep), json_text(json, "remoteVtep"));
	entry->inactive = streq(json_text(json, "state"), "inactive");
	entry->duplicate = json_is_true(json_object_get(json, "isDuplicate"));
	entry->gateway = json_is_true(json_object_get(json, "defaultGateway")) ||
			 json_is_true(json_object_get(json, "sviMac"));
	entry->local_seq = json_integer_value(json_object_get(json, "localSequence"));
	entry->remote_seq = json_integer_value(json_object_get(json, "remoteSequence"));
	entry->moves = json_integer_value(json_object_get(json, "detectionCount"));
}

void evpn_show_mac(const char *answer, const char *mac, struct evpn_show_entry *ret_entry)
{
	json_auto_t *json = evpn_show_parse(answer);
	const json_t *entry = json_object_get(json, mac);

	*ret_entry = (struct evpn_show_entry){ 0 };
	if (json_is_object(entry))
		take_entry(entry, ret_entry);
}

void evpn_show_neighbor(const char *answer, struct evpn_show_entry *ret_entry)
{
	json_auto_t *json = evpn_show_parse(answer);

	*ret_entry = (struct evpn_show_entry){ 0 };
	if (json_is_object(json))
		take_entry(json, ret_entry);
}

/* FRR 8.4 has the addresses as the array "numRemoteVteps", FRR 10 objects with "ip" in the array "remoteVteps". */
size_t evpn_show_vteps(const char *answer, struct ipaddr *ret_vteps, size_t max)
{
	json_auto_t *json = evpn_show_parse(answer);
	const json_t *list = json_object_get(json, "remoteVteps");
	json_t *vtep;
	size_t i, n = 0;

	if (!json_is_array(list))
		list = json_object_get(json, "numRemoteVteps");
	json_array_foreach(list, i, vtep)
	{
		const char *text = json_is_string(vtep) ? json_string_value(vtep) : json_text(vtep, "ip");
		struct ipaddr ip;

		if (!ipaddr_parse(text, false, &ip))
			continue;
		if (n < max)
			ret_vteps[n] = ip;
		n++;
	}
	return n;
}

/* An object with a member for each VTEP, named by its address, beside their number. */
size_t evpn_show_next_hops(const char *answer, struct ipaddr *ret_vteps, size_t max)
{
	json_auto_t *json = evpn_show_parse(answer);
	const char *name;
	struct ipaddr ip;
	json_t *hop;
	size_t n = 0;

	json_object_foreach(json, name, hop)
	{
		if (!json_is_object(hop) || !ipaddr_parse(name, false, &ip))
			continue;
		if (n < max)
			ret_vteps[n] = ip;
		n++;
	}
	return n;
}

void evpn_show_next_hop_mac(const char *answer, char ret_mac[18])
{
	json_auto_t *json = evpn_show_parse(answer);

	take_mac(json_text(json, "routerMac"), ret_mac);
}

/* An import target is shown as "64514:110", from FRR 10.4 on also as "*:110". */
static void take_rts(const json_t *list, struct evpn_show_rts *rts)
{
	json_t *rt;
	size_t i;

	json_array_foreach(list, i, rt)
	{
		const char *text = json_string_value(rt);

		if (text && rts->n_items < EVPN_SHOW_RTS)
			evpn_show_copy(rts->items[rts->n_items++], EVPN_SHOW_RT,
				       strncmp(text, "RT:", 3) == 0 ? text + 3 : text);
	}
}

void evpn_show_vni(const char *answer, struct evpn_show_vni *ret_vni)
{
	json_auto_t *json = evpn_show_parse(answer);
	const char *rd = json_text(json, "rd");

	*ret_vni = (struct evpn_show_vni){ .found = json_object_get(json, "type") != NULL };
	/* The text becomes part of a command. */
	if (strlen(rd) < sizeof(ret_vni->rd) && strspn(rd, "0123456789.:") == strlen(rd))
		snprintf(ret_vni->rd, sizeof(ret_vni->rd), "%s", rd);
	take_rts(json_object_get(json, "importRts"), &ret_vni->imports);
	take_rts(json_object_get(json, "exportRts"), &ret_vni->exports);
}

static bool is_same_rt(const char *a, const char *b, bool any_as)
{
	const char *x = strrchr(a, ':'), *y = strrchr(b, ':');

	return any_as && x && y ? streq(x, y) : streq(a, b);
}

bool evpn_show_has_common_rt(const struct evpn_show_rts *route, const struct evpn_show_rts *imports, bool any_as)
{
	for (size_t i = 0; i < route->n_items; i++)
		for (size_t j = 0; j < imports->n_items; j++)
			if (is_same_rt(route->items[i], imports->items[j], any_as))
				return true;
	return false;
}

const char *evpn_show_rts_text(const struct evpn_show_rts *rts, char buf[EVPN_SHOW_RTS_TEXT])
{
	size_t len = 0;

	snprintf(buf, EVPN_SHOW_RTS_TEXT, "none");
	for (size_t i = 0; i < rts->n_items && len < EVPN_SHOW_RTS_TEXT; i++)
		len += (size_t)snprintf(buf + len, EVPN_SHOW_RTS_TEXT - len, "%s%s", i ? ", " : "", rts->items[i]);
	return buf;
}
