/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evpn_show_routes.c - bgpd's EVPN routes; see evpn_show.h
 *
 * The answers have an object for each route distinguisher, in it one for each route, and in that "paths", an array of arrays of
 * paths. The answer about one route leaves some of these levels out, or has the array itself under the route's name. A path is shown
 * in short or in detail: then "peer" and "bestpath" are objects.
 */
#include <ctype.h>
#include <stdio.h>

#include "base/json.h"
#include "base/util.h"
#include "frr/evpn_show_parts.h"

struct walk {
	const char *rd, *prefix;
	bool (*wanted)(const struct evpn_show_path *path, const void *arg);
	const void *arg;
	struct evpn_show_paths *paths;
};

/* The text of field `number` of "[2]:[0]:[48]:[02:..]:[32]:[192.0.2.1]", from 0. */
static void take_field(const char *prefix, int number, char *dst, size_t size)
{
	const char *at = prefix;
	size_t len;

	dst[0] = '\0';
	for (int i = 0; at && i < number; i++)
		at = strstr(at, "]:[") ? strstr(at, "]:[") + 2 : NULL;
	if (!at || *at != '[')
		return;
	len = strcspn(at + 1, "]");
	if (len < size)
		snprintf(dst, size, "%.*s", (int)len, at + 1);
}

static void take_prefix(const char *prefix, struct evpn_show_path *path)
{
	char type[8], length[8], ip[IPADDR_TEXT_SIZE];

	evpn_show_copy(path->prefix, sizeof(path->prefix), prefix);
	take_field(path->prefix, 0, type, sizeof(type));
	path->type = (int)strtol(type, NULL, 10);
	if (path->type == 2) {
		take_field(path->prefix, 3, path->mac, sizeof(path->mac));
		take_field(path->prefix, 5, path->ip, sizeof(path->ip));
	} else if (path->type == 3) {
		take_field(path->prefix, 3, path->ip, sizeof(path->ip));
	} else if (path->type == 5) {
		take_field(path->prefix, 2, length, sizeof(length));
		take_field(path->prefix, 3, ip, sizeof(ip));
		snprintf(path->ip, sizeof(path->ip), "%.45s/%s", ip, length);
	}
}

/* "ET:8 RT:64512:110 MM:1, sticky MAC Rmac:..." */
static void take_communities(const char *text, struct evpn_show_path *path)
{
	for (const char *at = text; *at; at += strcspn(at, " "), at += strspn(at, " ")) {
		size_t len = strcspn(at, " ,");

		if (strncmp(at, "RT:", 3) == 0 && path->rts.n_items < EVPN_SHOW_RTS && len - 3 < EVPN_SHOW_RT) {
			char rt[EVPN_SHOW_RT];

			snprintf(rt, sizeof(rt), "%.*s", (int)len - 3, at + 3);
			evpn_show_copy(path->rts.items[path->rts.n_items++], EVPN_SHOW_RT, rt);
		} else if (strncmp(at, "MM:", 3) == 0) {
			path->seq = strtoll(at + 3, NULL, 10);
		}
	}
}

/* A number, or a text that begins with one: "110", "110/4000". */
static uint32_t number_of(const json_t *json)
{
	const char *text = json_string_value(json);

	return text ? (uint32_t)strtoul(text, NULL, 10) : (uint32_t)json_integer_value(json);
}

static uint32_t vni_of(const json_t *json)
{
	const json_t *vni = json_object_get(json, "vni");

	if (!vni)
		vni = json_object_get(json, "VNI");
	return vni ? number_of(vni) : number_of(json_object_get(json_object_get(json, "pmsi"), "label"));
}

static void take_hops(const json_t *json, struct evpn_show_path *path)
{
	const json_t *hop = json_array_get(json_object_get(json, "nexthops"), 0);

	evpn_show_copy(path->next_hop, sizeof(path->next_hop), json_text(hop, "ip"));
	path->unreachable = json_is_false(json_object_get(hop, "accessible"));
}

static void take_path(const struct walk *walk, const json_t *json)
{
	const json_t *peer = json_object_get(json, "peer"), *best = json_object_get(json, "bestpath");
	const char *from = json_is_object(peer) ? json_text(peer, "peerId") : json_text(json, "peerId");
	struct evpn_show_path path = { .seq = -1 };
	struct evpn_show_paths *paths = walk->paths;

	take_prefix(walk->prefix, &path);
	evpn_show_copy(path.rd, sizeof(path.rd), walk->rd);
	take_hops(json, &path);
	path.vni = vni_of(json);
	path.valid = json_is_true(json_object_get(json, "valid"));
	path.best = json_is_true(best) || json_is_true(json_object_get(best, "overall"));
	path.own = json_is_true(json_object_get(json, "sourced")) || streq(from, "(unspec)");
	if (!path.own && isxdigit((unsigned char)from[0]))
		evpn_show_copy(path.peer, sizeof(path.peer), from);
	take_communities(json_text(json_object_get(json, "extendedCommunity"), "string"), &path);
	if (walk->wanted && !walk->wanted(&path, walk->arg))
		return;
	if (paths->n_items < EVPN_SHOW_PATHS)
		paths->items[paths->n_items++] = path;
	else
		paths->n_more++;
}

/* An array of paths, or of arrays of them. */
static void take_list(const struct walk *walk, const json_t *list)
{
	const json_t *item, *inner;
	size_t i, j;

	for (i = 0; i < json_array_size(list); i++) {
		item = json_array_get(list, i);
		if (json_is_object(item))
			take_path(walk, item);
		for (j = 0; j < json_array_size(item); j++) {
			inner = json_array_get(item, j);
			if (json_is_object(inner))
				take_path(walk, inner);
		}
	}
}

/* Each level of objects is one of `depth`; the answers have three. */
static void take_object(const struct walk *from, json_t *object, int depth)
{
	const struct evpn_show_paths *paths = from->paths;
	size_t before = paths->n_items + paths->n_more;
	const char *key;
	json_t *value;

	take_list(from, json_object_get(object, "paths"));
	json_object_foreach(object, key, value)
	{
		struct walk walk = *from;

		if (key[0] == '[')
			walk.prefix = key;
		else if (isdigit((unsigned char)key[0]))
			walk.rd = key;
		else
			continue;
		if (json_is_array(value))
			take_list(&walk, value);
		else if (json_is_object(value) && depth > 0)
			take_object(&walk, value, depth - 1);
	}
	/* To whom it goes is said beside the paths, or above them. */
	if (paths->n_items + paths->n_more > before)
		from->paths->n_sent += json_object_size(json_object_get(object, "advertisedTo"));
}

void evpn_show_paths(const char *answer, bool (*wanted)(const struct evpn_show_path *path, const void *arg),
		     const void *arg, struct evpn_show_paths *paths)
{
	json_auto_t *json = evpn_show_parse(answer);
	const struct walk walk = { .rd = "", .prefix = "", .wanted = wanted, .arg = arg, .paths = paths };

	if (json_is_object(json))
		take_object(&walk, json, 3);
}

#define MAC_LEN	 17
#define ZERO_MAC "00:00:00:00:00:00"

struct macs {
	char (*items)[18];
	size_t n, max;
};

static void add_mac(struct macs *macs, const char *text)
{
	if (strspn(text, "0123456789abcdef:") != MAC_LEN || strncmp(text, ZERO_MAC, MAC_LEN) == 0)
		return;
	for (size_t i = 0; i < macs->n; i++)
		if (strncmp(macs->items[i], text, MAC_LEN) == 0)
			return;
	if (macs->n < macs->max)
		snprintf(macs->items[macs->n++], 18, "%.17s", text);
}

/* The end of the object that begins behind `text`. */
static const char *end_of_object(const char *text)
{
	const char *at = text + strcspn(text, "{}");
	int depth = 0;

	while (*at) {
		depth += *at == '{' ? 1 : -1;
		if (depth <= 0)
			return at;
		at += 1 + strcspn(at + 1, "{}");
	}
	return at;
}

/*
 * FRR 8.4 has the MAC right before the address in the route's name: "[48]:[02:00:00:00:00:05]:[32]:[192.0.2.1]". Since 8.5 a VNI's
 * table has the routes by address, with a MAC of zeros in the name, and the MACs in the paths.
 */
size_t evpn_show_macs_of(const char *answer, const struct ipaddr *ip, char (*ret_macs)[18], size_t max)
{
	static const char member[] = "\"mac\":\"";
	char text[IPADDR_TEXT_SIZE], key[IPADDR_TEXT_SIZE + 16];
	struct macs macs = { .items = ret_macs, .max = max };

	if (!answer)
		return 0;
	snprintf(key, sizeof(key), "]:[%u]:[%s]\":", ipaddr_bits(ip), ipaddr_format(ip, false, text));
	for (const char *at = strstr(answer, key), *end; at && macs.n < max; at = strstr(end, key)) {
		end = end_of_object(at);
		if (at - answer > MAC_LEN)
			add_mac(&macs, at - MAC_LEN);
		for (const char *mac = strstr(at, member); mac && mac < end; mac = strstr(mac + 1, member))
			add_mac(&macs, mac + strlen(member));
	}
	return macs.n;
}
