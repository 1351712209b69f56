/* SPDX-License-Identifier: Apache-2.0 */
/* state_json.c - see state_json.h */
#include <ctype.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/util.h"
#include "run/state_json.h"

json_int_t state_json_int(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static bool get_ip(const json_t *object, const char *key, bool with_prefix, struct ipaddr *ip)
{
	const char *text = json_string_value(json_object_get(object, key));

	return !text || ipaddr_parse(text, with_prefix, ip);
}

static json_t *ip_json(const struct ipaddr *ip, bool with_prefix)
{
	char buf[IPADDR_TEXT_SIZE];

	return ipaddr_is_set(ip) ? json_string(ipaddr_format(ip, with_prefix, buf)) : json_null();
}

size_t state_json_bytes(const json_t *object, const char *key, uint8_t *bytes, size_t max)
{
	const char *text = json_text(object, key);
	size_t n = 0;

	for (; n < max && isxdigit((unsigned char)text[0]) && isxdigit((unsigned char)text[1]); n++, text += 2)
		sscanf(text, "%2hhx", &bytes[n]);
	return n;
}

json_t *state_bytes_json(const uint8_t *bytes, size_t n)
{
	char text[2 * NET_ROUTE_ATTRS_MAX + 1] = "";

	for (size_t i = 0; i < n; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	return json_string(text);
}

/* The seconds left until a time of day; UINT32_MAX: it never ends. */
static uint32_t get_rest(const json_t *object, const char *key)
{
	const json_t *until = json_object_get(object, key);
	json_int_t rest = json_integer_value(until) - (json_int_t)time(NULL);

	if (!json_is_integer(until))
		return UINT32_MAX;
	return rest <= 0 ? 0 : rest < UINT32_MAX ? (uint32_t)rest : UINT32_MAX - 1;
}

static json_t *rest_json(uint32_t rest)
{
	return rest == UINT32_MAX ? json_null() : json_integer((json_int_t)time(NULL) + rest);
}

int state_json_addr(const json_t *json, struct net_addr *addr)
{
	addr->ns = NET_NS_HOST;
	addr->flags = (uint32_t)state_json_int(json, "flags");
	addr->scope = (uint8_t)state_json_int(json, "scope");
	addr->proto = (uint8_t)state_json_int(json, "protocol");
	addr->metric = (uint32_t)state_json_int(json, "metric");
	net_set_name(addr->label, json_text(json, "label"));
	if (!get_ip(json, "address", true, &addr->ip) || !ipaddr_is_set(&addr->ip) ||
	    !get_ip(json, "peer", false, &addr->peer) || !get_ip(json, "broadcast", false, &addr->broadcast))
		return -1;
	addr->valid = get_rest(json, "valid_until");
	addr->preferred = get_rest(json, "preferred_until");
	addr->limited = addr->valid != UINT32_MAX || addr->preferred != UINT32_MAX;
	return addr->valid > 0;
}

json_t *state_addr_json(const struct net_addr *a)
{
	return json_pack("{so sI si si sI so so ss so so}", "address", ip_json(&a->ip, true), "flags",
			 (json_int_t)a->flags, "scope", (int)a->scope, "protocol", (int)a->proto, "metric",
			 (json_int_t)a->metric, "peer", ip_json(&a->peer, false), "broadcast",
			 ip_json(&a->broadcast, false), "label", a->label, "valid_until",
			 rest_json(a->limited ? a->valid : UINT32_MAX), "preferred_until",
			 rest_json(a->limited ? a->preferred : UINT32_MAX));
}

static bool read_hops(const json_t *hops, struct net_route *route)
{
	const json_t *item;
	size_t i;

	if (!json_is_array(hops))
		return true;
	json_array_foreach(hops, i, item)
	{
		struct net_route_more *more = net_route_more(route);
		struct net_hop *hop = &more->hops[more->n_hops];

		if (more->n_hops == NET_HOPS_MAX || !get_ip(item, "via", false, &hop->via))
			return false;
		net_set_name(hop->link, json_text(item, "link"));
		hop->weight = (uint8_t)state_json_int(item, "weight");
		hop->flags = (uint8_t)state_json_int(item, "flags");
		more->n_hops++;
	}
	return true;
}

static json_t *hops_json(const struct net_route_more *more)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < more->n_hops; i++)
		json_array_append_new(list, json_pack("{ss so si si}", "link", more->hops[i].link, "via",
						      ip_json(&more->hops[i].via, false), "weight",
						      (int)more->hops[i].weight, "flags", (int)more->hops[i].flags));
	return list;
}

/* Whole attributes alone: the kernel would reject the route otherwise. */
static bool read_attrs(const json_t *json, const char *key, struct net_route *route)
{
	struct net_route_more *more = net_route_more(route);
	size_t n = state_json_bytes(json, key, more->attrs, sizeof(more->attrs));

	more->n_attrs = (unsigned int)n;
	return n == strlen(json_text(json, key)) / 2 && n % RTA_ALIGNTO == 0;
}

/* An evpnd that did not write "attributes" wrote the content of RTA_METRICS. */
static bool read_metrics(const json_t *json, struct net_route *route)
{
	struct net_route_more *more = net_route_more(route);
	struct rtattr rta = { .rta_type = RTA_METRICS | NLA_F_NESTED };
	size_t n = state_json_bytes(json, "metrics", more->attrs + sizeof(rta), sizeof(more->attrs) - sizeof(rta));

	rta.rta_len = (unsigned short)RTA_LENGTH(n);
	memcpy(more->attrs, &rta, sizeof(rta));
	more->n_attrs = (unsigned int)RTA_ALIGN(rta.rta_len);
	return n == strlen(json_text(json, "metrics")) / 2;
}

static bool read_more(const json_t *json, struct net_route *route)
{
	uint32_t rest = get_rest(json, "until");
	struct net_route_more more = { .type = (uint8_t)state_json_int(json, "type"),
				       .tos = (uint8_t)state_json_int(json, "tos"),
				       .nexthop = (uint32_t)state_json_int(json, "nexthop"),
				       .expires = rest == UINT32_MAX ? 0 : rest };

	if (more.type || more.tos || more.nexthop || more.expires)
		*net_route_more(route) = more;
	if (json_text(json, "metrics")[0] && !read_metrics(json, route))
		return false;
	if (json_text(json, "attributes")[0] && !read_attrs(json, "attributes", route))
		return false;
	return read_hops(json_object_get(json, "hops"), route);
}

int state_json_route(const json_t *json, struct net_route *route)
{
	route->ns = NET_NS_HOST;
	route->table = (uint32_t)state_json_int(json, "table");
	route->metric = (uint32_t)state_json_int(json, "metric");
	route->protocol = (uint8_t)state_json_int(json, "protocol");
	route->scope = (uint8_t)state_json_int(json, "scope");
	route->flags = (uint8_t)state_json_int(json, "flags");
	if (!get_ip(json, "dst", true, &route->dst) || !ipaddr_is_set(&route->dst) ||
	    !get_ip(json, "via", false, &route->via) || !get_ip(json, "prefsrc", false, &route->prefsrc) ||
	    !read_more(json, route))
		return -1;
	return get_rest(json, "until") > 0;
}

json_t *state_route_json(const struct net_route *r)
{
	static const struct net_route_more none;
	const struct net_route_more *more = r->more ? r->more : &none;

	return json_pack("{so so so sI sI si si si si si sI so so so}", "dst", ip_json(&r->dst, true), "via",
			 ip_json(&r->via, false), "prefsrc", ip_json(&r->prefsrc, false), "table", (json_int_t)r->table,
			 "metric", (json_int_t)r->metric, "protocol", (int)r->protocol, "scope", (int)r->scope, "flags",
			 (int)r->flags, "type", (int)more->type, "tos", (int)more->tos, "nexthop",
			 (json_int_t)more->nexthop, "until", rest_json(more->expires ? more->expires : UINT32_MAX),
			 "hops", hops_json(more), "attributes", state_bytes_json(more->attrs, more->n_attrs));
}

bool state_json_object(const json_t *json, struct net_object *object)
{
	json_int_t kind = state_json_int(json, "kind");

	if (kind < 0 || kind >= NET_OBJECT_KIND_COUNT)
		return false;
	object->ns = NET_NS_HOST;
	object->kind = (enum net_object_kind)kind;
	snprintf(object->text, sizeof(object->text), "%s", json_text(json, "command"));
	object->size = (unsigned int)state_json_bytes(json, "message", object->message, sizeof(object->message));
	return object->size && object->size == strlen(json_text(json, "message")) / 2;
}

json_t *state_object_json(const struct net_object *object)
{
	return json_pack("{si ss so}", "kind", (int)object->kind, "command", object->text, "message",
			 state_bytes_json(object->message, object->size));
}
