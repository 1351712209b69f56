/* SPDX-License-Identifier: Apache-2.0 */
/* ovs_port.c - ports of Open vSwitch added and deleted; see ovs.h */
#include <errno.h>

#include "base/clock.h"
#include "base/util.h"
#include "kernel/ovs_parts.h"

/* ovs_await waits so long at most, and leaves so much of the run's time. */
#define AWAIT_MS 1500
#define LEAVE_MS 500

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

static json_t *make_tag(uint16_t tag)
{
	return tag ? json_integer(tag) : json_pack("[s[]]", "set");
}

static json_t *addition(const struct ovs *ovs, const struct net_ovs_port *port)
{
	json_t *operations = json_array();

	json_array_append_new(operations, expect_rows("Bridge", port->bridge, 1));
	json_array_append_new(operations, expect_rows("Port", port->name, 0));
	json_array_append_new(operations, expect_rows("Interface", port->name, 0));
	json_array_append_new(operations, json_pack("{s:s, s:s, s:s, s:{s:s, s:s, s:o}}", "op", "insert", "table",
						    "Interface", "uuid-name", "interface", "row", "name", port->name,
						    "type", "", "external_ids", ovs_make_mark(ovs)));
	json_array_append_new(operations,
			      json_pack("{s:s, s:s, s:s, s:{s:s, s:[ss], s:o, s:o}}", "op", "insert", "table", "Port",
					"uuid-name", "port", "row", "name", port->name, "interfaces", "named-uuid",
					"interface", "external_ids", ovs_make_mark(ovs), "tag", make_tag(port->tag)));
	json_array_append_new(operations, json_pack("{s:s, s:s, s:[[sss]], s:[[ss[ss]]]}", "op", "mutate", "table",
						    "Bridge", "where", "name", "==", port->bridge, "mutations", "ports",
						    "insert", "named-uuid", "port"));
	return operations;
}

/* A run with many ports may take longer. */
static int begin_port(struct ovs *ovs, json_t *operations, struct evpn_error *err)
{
	ovs->left_us += OVS_PORT_MS * 1000;
	return ovs_ask(ovs, operations, err);
}

static int begin_add(struct ovs *ovs, const struct net_ovs_port *port, struct evpn_error *err)
{
	if (ovs_forget_note(ovs, err) < 0)
		return -1;
	/* Even without an answer it may have been added. */
	ovs->n_ours++;
	return begin_port(ovs, addition(ovs, port), err);
}

/* The world has changed between plan and deed. */
static int tell_condition(const struct ovs *ovs, size_t failed, struct evpn_error *err)
{
	static const char *const conditions[] = {
		"there is no such bridge any more",
		"a port of that name is there already, and is not ours",
		"an interface of that name is there already in another port",
	};

	if (failed < ARRAY_LEN(conditions))
		return evpn_fail(err, failed == 0 ? ENODEV : EEXIST, "Open vSwitch's database at %s: %s", ovs->socket,
				 conditions[failed]);
	err->code = EIO;
	return -1;
}

int ovs_port_add(struct ovs *ovs, const struct net_ovs_port *port, struct evpn_error *err)
{
	json_auto_t *results = NULL;
	size_t failed = SIZE_MAX;
	int r;

	if (!ovs->request)
		return begin_add(ovs, port, err);
	r = ovs_answer(ovs, &results, &failed, err);
	if (r >= 0)
		return r;
	/* The server has answered that nothing was added. */
	if (err->code == EIO || err->code == OVSDB_CONDITION)
		ovs->n_ours--;
	return err->code == OVSDB_CONDITION ? tell_condition(ovs, failed, err) : -1;
}

/* With its mark as a condition: another program's port of that name is left alone. */
static json_t *change(const struct ovs *ovs, const struct net_ovs_port *port)
{
	return json_pack("[{s:s, s:s, s:[[sss], [sso]], s:{s:o}}]", "op", "update", "table", "Port", "where", "name",
			 "==", port->name, "external_ids", "includes", ovs_make_mark(ovs), "row", "tag",
			 make_tag(port->tag));
}

int ovs_port_set(struct ovs *ovs, const struct net_ovs_port *port, struct evpn_error *err)
{
	json_auto_t *results = NULL;

	if (!ovs->request)
		return begin_port(ovs, change(ovs, port), err);
	return ovs_answer(ovs, &results, NULL, err);
}

static json_t *search(const struct ovs *ovs, const char *name)
{
	return json_pack("[{s:s, s:s, s:[[sss], [sso]], s:[s]}]", "op", "select", "table", "Port", "where", "name",
			 "==", name, "external_ids", "includes", ovs_make_mark(ovs), "columns", "_uuid");
}

/*
 * ovs-vswitchd.conf.db(5): cur_cfg follows next_cfg, which we raise, once ovs-vswitchd has done what the database says.
 */
static json_t *deletion(const struct ovs *ovs, const char *name)
{
	json_t *operations = json_array(), *uuid = ovs->port_uuid;

	json_array_append_new(operations, json_pack("{s:s, s:s, s:[[ssO], [sso]], s:[s], s:s, s:[{s:s}], s:i}", "op",
						    "wait", "table", "Port", "where", "_uuid", "==", uuid,
						    "external_ids", "includes", ovs_make_mark(ovs), "columns", "name",
						    "until", "==", "rows", "name", name, "timeout", 0));
	json_array_append_new(operations,
			      json_pack("{s:s, s:s, s:[[ssO]], s:[[ssO]]}", "op", "mutate", "table", "Bridge", "where",
					"ports", "includes", uuid, "mutations", "ports", "delete", uuid));
	json_array_append_new(operations, json_pack("{s:s, s:s, s:[], s:[[ssi]]}", "op", "mutate", "table",
						    "Open_vSwitch", "where", "mutations", "next_cfg", "+=", 1));
	json_array_append_new(operations, json_pack("{s:s, s:s, s:[], s:[s]}", "op", "select", "table", "Open_vSwitch",
						    "where", "columns", "next_cfg"));
	return operations;
}

/* 1: there is none of ours. 0: not yet; once it is found, its deletion begins. */
static int on_search(struct ovs *ovs, const char *name, struct evpn_error *err)
{
	json_auto_t *results = NULL;
	int r = ovs_answer(ovs, &results, NULL, err);

	if (r <= 0)
		return r;
	ovs->port_uuid = json_incref(json_object_get(json_array_get(ovs_rows(results, 0), 0), "_uuid"));
	return ovs->port_uuid ? ovs_ask(ovs, deletion(ovs, name), err) : 1;
}

static int on_deletion(struct ovs *ovs, struct evpn_error *err)
{
	json_auto_t *results = NULL;
	int r = ovs_answer(ovs, &results, NULL, err);

	if (r > 0)
		ovs->config_wanted = json_integer_value(
			json_object_get(json_array_get(ovs_rows(results, 3), 0), "next_cfg"));
	/* It has gone meanwhile, or is another's now. */
	return r < 0 && err->code == OVSDB_CONDITION ? 1 : r;
}

int ovs_port_delete(struct ovs *ovs, const struct net_ovs_port *port, struct evpn_error *err)
{
	int r;

	if (!ovs->request)
		return begin_port(ovs, search(ovs, port->name), err);
	r = ovs->port_uuid ? on_deletion(ovs, err) : on_search(ovs, port->name, err);
	if (r == 0)
		return 0;
	json_decref(util_take_ptr(&ovs->port_uuid));
	ovs->n_ours -= r > 0 && ovs->n_ours > 0;
	return r;
}

/* The server holds its answer back until cur_cfg is another one than we know, or the time is over. */
static json_t *wait_for_config(const struct ovs *ovs, unsigned int ms)
{
	return json_pack("[{s:s, s:s, s:[], s:[s], s:s, s:[{s:I}], s:i}, {s:s, s:s, s:[], s:[s]}]", "op", "wait",
			 "table", "Open_vSwitch", "where", "columns", "cur_cfg", "until", "!=", "rows", "cur_cfg",
			 (json_int_t)ovs->config_seen, "timeout", (int)ms, "op", "select", "table", "Open_vSwitch",
			 "where", "columns", "cur_cfg");
}

static int ask_config(struct ovs *ovs)
{
	uint64_t now = clock_us();
	unsigned int ms = now < ovs->await_until_us ? (unsigned int)(ovs->await_until_us - now) / 1000 : 0;
	struct evpn_error err;

	if (ms == 0 || ovs_ask(ovs, wait_for_config(ovs, ms), &err) < 0)
		return 1;
	return 0;
}

static int begin_await(struct ovs *ovs)
{
	unsigned int left = ovs_left_ms(ovs), ms = left > LEAVE_MS ? left - LEAVE_MS : 0;

	ovs->config_seen = -1;
	ovs->await_until_us = clock_us() + (ms < AWAIT_MS ? ms : AWAIT_MS) * 1000;
	return ask_config(ovs);
}

/* 1: there is nothing more to wait for. */
static int on_config(struct ovs *ovs)
{
	json_auto_t *results = NULL;
	struct evpn_error err;
	int r = ovs_answer(ovs, &results, NULL, &err);
	const json_t *now;

	if (r <= 0)
		return r == 0 ? 0 : 1;
	now = json_object_get(json_array_get(ovs_rows(results, 1), 0), "cur_cfg");
	if (!now || json_integer_value(now) == ovs->config_seen || json_integer_value(now) >= ovs->config_wanted)
		return 1;
	ovs->config_seen = json_integer_value(now);
	return ask_config(ovs);
}

int ovs_await(struct ovs *ovs)
{
	int r;

	if (!ovs->config_wanted)
		return 1;
	r = ovs->request ? on_config(ovs) : begin_await(ovs);
	if (r > 0)
		ovs->config_wanted = 0;
	return r;
}
