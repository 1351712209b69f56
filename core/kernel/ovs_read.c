/* SPDX-License-Identifier: Apache-2.0 */
/* ovs_read.c - bridges and ports of Open vSwitch as they are; see ovs.h */
#include "base/util.h"
#include "kernel/ovs_parts.h"

/* RFC 7047 5.1: a set of one element may stand as the element alone. */
static size_t set_size(const json_t *set)
{
	const char *tag = json_string_value(json_array_get(set, 0));

	return tag && streq(tag, "set") ? json_array_size(json_array_get(set, 1)) : 1;
}

static const json_t *set_element(const json_t *set, size_t i)
{
	const char *tag = json_string_value(json_array_get(set, 0));

	return tag && streq(tag, "set") ? json_array_get(json_array_get(set, 1), i) : set;
}

/* Of ["uuid", TEXT]; "" if it is something else. */
static const char *uuid_text(const json_t *uuid)
{
	const char *text = json_string_value(json_array_get(uuid, 1));

	return text ? text : "";
}

static bool has_mark(const json_t *row, const char *instance)
{
	const json_t *pairs = json_array_get(json_object_get(row, "external_ids"), 1), *pair;
	size_t i;

	json_array_foreach(pairs, i, pair)
	{
		const char *key = json_string_value(json_array_get(pair, 0));
		const char *value = json_string_value(json_array_get(pair, 1));

		if (key && value && streq(key, OVS_MARK_KEY))
			return streq(value, instance);
	}
	return false;
}

static bool take_name(const json_t *row, char name[IFNAMSIZ])
{
	const char *text = json_string_value(json_object_get(row, "name"));

	if (!text || strlen(text) >= IFNAMSIZ)
		return false;
	net_set_name(name, text);
	return true;
}

/* Notes in `where`, by uuid, which bridge a port is in. */
static void take_bridge(const json_t *row, struct net *net, json_t *where)
{
	const json_t *ports = json_object_get(row, "ports");
	struct net_ovs_bridge bridge = { 0 };

	if (!take_name(row, bridge.name))
		return;
	*(struct net_ovs_bridge *)util_append(&net->ovs_bridges, &net->n_ovs_bridges, sizeof(bridge)) = bridge;
	for (size_t i = 0; i < set_size(ports); i++)
		json_object_set_new(where, uuid_text(set_element(ports, i)), json_string(bridge.name));
}

static void take_port(const json_t *row, struct ovs *ovs, struct net *net, const json_t *where)
{
	const char *bridge = json_string_value(json_object_get(where, uuid_text(json_object_get(row, "_uuid"))));
	struct net_ovs_port port = { 0 };

	port.owner = has_mark(row, ovs->instance) ? NET_OWNER_OURS : NET_OWNER_FOREIGN;
	ovs->n_ours += port.owner == NET_OWNER_OURS;
	if (!take_name(row, port.name) || !bridge)
		return;
	net_set_name(port.bridge, bridge);
	/* A set of at most one number; one element may stand as itself. */
	port.tag = (uint16_t)json_integer_value(set_element(json_object_get(row, "tag"), 0));
	*(struct net_ovs_port *)util_append(&net->ovs_ports, &net->n_ovs_ports, sizeof(port)) = port;
}

static json_t *question(void)
{
	return json_pack("[{s:s, s:s, s:[], s:[ss]}, {s:s, s:s, s:[], s:[ssss]}]", "op", "select", "table", "Bridge",
			 "where", "columns", "name", "ports", "op", "select", "table", "Port", "where", "columns",
			 "_uuid", "name", "external_ids", "tag");
}

int ovs_read(struct ovs *ovs, struct net *net, struct evpn_error *err)
{
	json_auto_t *results = NULL, *where = NULL;
	const json_t *row;
	size_t i;
	int r;

	if (!ovs->request)
		return ovs_ask(ovs, question(), err);
	r = ovs_answer(ovs, &results, NULL, err);
	if (r <= 0)
		return r;
	where = json_object();
	json_array_foreach(ovs_rows(results, 0), i, row)
	{
		take_bridge(row, net, where);
	}
	ovs->n_ours = 0;
	json_array_foreach(ovs_rows(results, 1), i, row)
	{
		take_port(row, ovs, net, where);
	}
	ovs->was_read = true;
	return 1;
}

int ovs_read_needed(struct ovs *ovs, bool wanted, struct net *net)
{
	struct evpn_error err = { 0 };
	int r;

	if (!ovs->request && !ovs_is_needed(ovs, wanted))
		return 1;
	r = ovs_read(ovs, net, &err);
	if (r < 0 && wanted)
		net->ovs_fault = xstrdup(err.msg);
	return r == 0 ? 0 : 1;
}
