/* SPDX-License-Identifier: Apache-2.0 */
/* ovs.c - see ovs.h */
#include <errno.h>

#include "ovs.h"
#include "ovsdb.h"
#include "util.h"

#define MARK_KEY "evpnd"
/* Less than OVSDB_LIMIT_MS, so that the server's own word for it comes in time. */
#define RELEASE_MS 1500

const char *ovs_socket(const char *configured)
{
	static const char *const usual[] = { "/run/openvswitch/db.sock", "/var/run/openvswitch/db.sock" };

	if (configured)
		return configured;
	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		if (access(usual[i], F_OK) == 0)
			return usual[i];
	return usual[0];
}

static json_t *rows_of(const json_t *results, size_t i)
{
	return json_object_get(json_array_get(results, i), "rows");
}

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

		if (key && value && streq(key, MARK_KEY))
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

static void take_port(const json_t *row, const char *instance, struct net *net, const json_t *where)
{
	const char *bridge = json_string_value(json_object_get(where, uuid_text(json_object_get(row, "_uuid"))));
	struct net_ovs_port port = { 0 };

	if (!take_name(row, port.name) || !bridge)
		return;
	net_set_name(port.bridge, bridge);
	port.owner = has_mark(row, instance) ? NET_OWNER_OURS : NET_OWNER_FOREIGN;
	*(struct net_ovs_port *)util_append(&net->ovs_ports, &net->n_ovs_ports, sizeof(port)) = port;
}

int ovs_read(const char *socket, const char *instance, struct net *net, struct evpn_error *err)
{
	json_t *operations = json_pack("[{s:s, s:s, s:[], s:[ss]}, {s:s, s:s, s:[], s:[sss]}]", "op", "select", "table",
				       "Bridge", "where", "columns", "name", "ports", "op", "select", "table", "Port",
				       "where", "columns", "_uuid", "name", "external_ids");
	json_auto_t *results = NULL, *where = NULL;
	const json_t *row;
	size_t i;

	if (ovsdb_transact(socket, operations, &results, NULL, err) < 0)
		return -1;
	where = json_object();
	json_array_foreach(rows_of(results, 0), i, row)
	{
		take_bridge(row, net, where);
	}
	json_array_foreach(rows_of(results, 1), i, row)
	{
		take_port(row, instance, net, where);
	}
	return 0;
}

void ovs_read_wanted(const char *socket, const char *instance, bool wanted, struct net *net)
{
	struct evpn_error err = { 0 };

	if (!wanted && access(socket, F_OK) < 0)
		return;
	if (ovs_read(socket, instance, net, &err) < 0 && wanted)
		net->ovs_fault = xstrdup(err.msg);
}

/* That exactly `n` rows of the table have this name, now: a condition of the transaction, not a moment before it. */
static json_t *expect_rows(const char *table, const char *name, int n)
{
	json_t *operation = json_pack("{s:s, s:s, s:[[sss]], s:[s], s:s, s:[], s:i}", "op", "wait", "table", table,
				      "where", "name", "==", name, "columns", "name", "until", "==", "rows", "timeout",
				      0);

	if (n)
		json_array_append_new(json_object_get(operation, "rows"), json_pack("{s:s}", "name", name));
	return operation;
}

static json_t *make_mark(const char *instance)
{
	return json_pack("[s[[ss]]]", "map", MARK_KEY, instance);
}

int ovs_port_add(const char *socket, const char *instance, const struct net_ovs_port *port, struct evpn_error *err)
{
	static const char *const conditions[] = {
		"there is no such bridge any more",
		"a port of that name is there already, and is not ours",
		"an interface of that name is there already in another port",
	};
	json_t *operations = json_array();
	json_auto_t *results = NULL;
	size_t failed = ARRAY_LEN(conditions);

	json_array_append_new(operations, expect_rows("Bridge", port->bridge, 1));
	json_array_append_new(operations, expect_rows("Port", port->name, 0));
	json_array_append_new(operations, expect_rows("Interface", port->name, 0));
	json_array_append_new(operations, json_pack("{s:s, s:s, s:s, s:{s:s, s:s, s:o}}", "op", "insert", "table",
						    "Interface", "uuid-name", "interface", "row", "name", port->name,
						    "type", "", "external_ids", make_mark(instance)));
	json_array_append_new(operations,
			      json_pack("{s:s, s:s, s:s, s:{s:s, s:[ss], s:o}}", "op", "insert", "table", "Port",
					"uuid-name", "port", "row", "name", port->name, "interfaces", "named-uuid",
					"interface", "external_ids", make_mark(instance)));
	json_array_append_new(operations, json_pack("{s:s, s:s, s:[[sss]], s:[[ss[ss]]]}", "op", "mutate", "table",
						    "Bridge", "where", "name", "==", port->bridge, "mutations", "ports",
						    "insert", "named-uuid", "port"));
	if (ovsdb_transact(socket, operations, &results, &failed, err) == 0)
		return 0;
	if (err->code == OVSDB_CONDITION && failed < ARRAY_LEN(conditions))
		return evpn_fail(err, failed == 0 ? ENODEV : EEXIST, "Open vSwitch's database at %s: %s", socket,
				 conditions[failed]);
	return -1;
}

/* 1: *ret_uuid, owned by the caller, is our port's; 0: there is none of that name that is ours. */
static int find_port(const char *socket, const char *instance, const char *name, json_t **ret_uuid,
		     struct evpn_error *err)
{
	json_t *operations = json_pack("[{s:s, s:s, s:[[sss], [sso]], s:[s]}]", "op", "select", "table", "Port",
				       "where", "name", "==", name, "external_ids", "includes", make_mark(instance),
				       "columns", "_uuid");
	json_auto_t *results = NULL;
	json_t *uuid;

	if (ovsdb_transact(socket, operations, &results, NULL, err) < 0)
		return -1;
	uuid = json_object_get(json_array_get(rows_of(results, 0), 0), "_uuid");
	if (!uuid)
		return 0;
	*ret_uuid = json_incref(uuid);
	return 1;
}

/*
 * ovs-vswitchd.conf.db(5): whoever raises next_cfg sees cur_cfg follow once ovs-vswitchd has done what the database
 * says. *ret_cfg is the number to wait for.
 */
static int delete_port(const char *socket, const json_t *uuid, const char *name, const char *instance, int64_t *ret_cfg,
		       struct evpn_error *err)
{
	json_t *operations = json_array();
	json_auto_t *results = NULL;
	const json_t *cfg;

	json_array_append_new(operations, json_pack("{s:s, s:s, s:[[ssO], [sso]], s:[s], s:s, s:[{s:s}], s:i}", "op",
						    "wait", "table", "Port", "where", "_uuid", "==", uuid,
						    "external_ids", "includes", make_mark(instance), "columns", "name",
						    "until", "==", "rows", "name", name, "timeout", 0));
	json_array_append_new(operations,
			      json_pack("{s:s, s:s, s:[[ssO]], s:[[ssO]]}", "op", "mutate", "table", "Bridge", "where",
					"ports", "includes", uuid, "mutations", "ports", "delete", uuid));
	json_array_append_new(operations, json_pack("{s:s, s:s, s:[], s:[[ssi]]}", "op", "mutate", "table",
						    "Open_vSwitch", "where", "mutations", "next_cfg", "+=", 1));
	json_array_append_new(operations, json_pack("{s:s, s:s, s:[], s:[s]}", "op", "select", "table", "Open_vSwitch",
						    "where", "columns", "next_cfg"));
	if (ovsdb_transact(socket, operations, &results, NULL, err) < 0)
		return err->code == OVSDB_CONDITION ? 0 : -1;
	cfg = json_object_get(json_array_get(rows_of(results, 3), 0), "next_cfg");
	*ret_cfg = json_integer_value(cfg);
	return 0;
}

/* The server holds its answer back until cur_cfg is another one than we know, or the time is over. */
void ovs_await(const char *socket, int64_t cfg)
{
	json_int_t current = -1;

	while (current < cfg) {
		json_t *operations = json_pack(
			"[{s:s, s:s, s:[], s:[s], s:s, s:[{s:I}], s:i}, {s:s, s:s, s:[], s:[s]}]", "op", "wait",
			"table", "Open_vSwitch", "where", "columns", "cur_cfg", "until", "!=", "rows", "cur_cfg",
			current, "timeout", RELEASE_MS, "op", "select", "table", "Open_vSwitch", "where", "columns",
			"cur_cfg");
		json_auto_t *results = NULL;
		struct evpn_error err = { 0 };
		const json_t *now;

		if (ovsdb_transact(socket, operations, &results, NULL, &err) < 0)
			return;
		now = json_object_get(json_array_get(rows_of(results, 1), 0), "cur_cfg");
		if (!now || json_integer_value(now) == current)
			return;
		current = json_integer_value(now);
	}
}

int ovs_port_delete(const char *socket, const char *instance, const struct net_ovs_port *port, int64_t *ret_cfg,
		    struct evpn_error *err)
{
	json_auto_t *uuid = NULL;
	int r = find_port(socket, instance, port->name, &uuid, err);

	return r > 0 ? delete_port(socket, uuid, port->name, instance, ret_cfg, err) : r;
}
