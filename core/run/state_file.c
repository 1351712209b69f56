/* SPDX-License-Identifier: Apache-2.0 */
/* record_nic.c - what a NIC and FRR's namespace were like before evpnd touched them, as JSON files; see record.h */
#include <dirent.h>
#include <errno.h>
#include <jansson.h>

#include "nic_record.h"
#include "util.h"

#define RECORD_MAX (1 << 20)

static char *nic_path(const char *state_dir, const char *name)
{
	return xasprintf("%s/nic-%s.json", state_dir, name);
}

static char *netns_path(const char *state_dir)
{
	return xasprintf("%s/netns.json", state_dir);
}

struct record_nic *record_find_nic(const struct record_nics *nics, const char *name)
{
	for (size_t i = 0; i < nics->n_items; i++)
		if (streq(nics->items[i].name, name))
			return &nics->items[i];
	return NULL;
}

/* Absent or null is "none"; a text that is no address makes the record unreadable. */
static bool get_ip(const json_t *object, const char *key, bool with_prefix, struct ipaddr *ip)
{
	const char *text = json_string_value(json_object_get(object, key));

	return !text || ipaddr_parse(text, with_prefix, ip);
}

static json_int_t get_int(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static const char *get_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* Pairs of hexadecimal digits. Returns how many bytes, at most `max`. */
static size_t get_bytes(const json_t *object, const char *key, uint8_t *bytes, size_t max)
{
	const char *text = get_text(object, key);
	size_t n = 0;

	for (; n < max && sscanf(text, "%2hhx", &bytes[n]) == 1; n++)
		text += 2;
	return n;
}

static json_t *bytes_json(const uint8_t *bytes, size_t n)
{
	char text[2 * NET_METRICS_MAX + 1] = "";

	for (size_t i = 0; i < n; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	return json_string(text);
}

static bool read_addr(const json_t *json, struct net_addr *addr)
{
	addr->ns = NET_NS_HOST;
	addr->flags = (uint32_t)get_int(json, "flags");
	addr->scope = (uint8_t)get_int(json, "scope");
	addr->proto = (uint8_t)get_int(json, "protocol");
	net_set_name(addr->label, get_text(json, "label"));
	return get_ip(json, "address", true, &addr->ip) && ipaddr_is_set(&addr->ip) &&
	       get_ip(json, "peer", false, &addr->peer) && get_ip(json, "broadcast", false, &addr->broadcast);
}

static bool read_route(const json_t *json, struct net_route *route)
{
	route->ns = NET_NS_HOST;
	route->table = (uint32_t)get_int(json, "table");
	route->metric = (uint32_t)get_int(json, "metric");
	route->protocol = (uint8_t)get_int(json, "protocol");
	route->scope = (uint8_t)get_int(json, "scope");
	route->flags = (uint8_t)get_int(json, "flags");
	route->n_metrics = (uint8_t)get_bytes(json, "metrics", route->metrics, sizeof(route->metrics));
	return get_ip(json, "dst", true, &route->dst) && ipaddr_is_set(&route->dst) &&
	       get_ip(json, "via", false, &route->via) && get_ip(json, "prefsrc", false, &route->prefsrc);
}

static bool read_sysctls(json_t *json, enum net_ns ns, struct net_sysctl **sysctls, size_t *n_sysctls)
{
	const char *key;
	json_t *value;

	json_object_foreach(json, key, value)
	{
		struct net_sysctl *sysctl = util_append(sysctls, n_sysctls, sizeof(*sysctl));

		sysctl->ns = ns;
		snprintf(sysctl->key, sizeof(sysctl->key), "%s", key);
		snprintf(sysctl->value, sizeof(sysctl->value), "%s",
			 json_is_string(value) ? json_string_value(value) : "");
		if (!sysctl->value[0])
			return false;
	}
	return json_is_object(json);
}

static bool read_nic(const json_t *json, const char *name, struct record_nic *nic)
{
	const json_t *addrs = json_object_get(json, "addresses"), *routes = json_object_get(json, "routes"), *item;
	size_t i;

	net_set_name(nic->name, name);
	nic->up = json_is_true(json_object_get(json, "up"));
	nic->physical = json_is_true(json_object_get(json, "physical"));
	nic->mtu = (unsigned int)get_int(json, "mtu");
	get_bytes(json, "mac", nic->mac, sizeof(nic->mac));
	snprintf(nic->alias, sizeof(nic->alias), "%s", get_text(json, "alias"));
	json_array_foreach(addrs, i, item)
	{
		if (!read_addr(item, util_append(&nic->addrs, &nic->n_addrs, sizeof(*nic->addrs))))
			return false;
		net_set_name(nic->addrs[i].link, name);
	}
	json_array_foreach(routes, i, item)
	{
		if (!read_route(item, util_append(&nic->routes, &nic->n_routes, sizeof(*nic->routes))))
			return false;
		net_set_name(nic->routes[i].link, name);
	}
	return read_sysctls(json_object_get(json, "sysctls"), NET_NS_HOST, &nic->sysctls, &nic->n_sysctls) &&
	       json_is_array(addrs) && json_is_array(routes);
}

/* 1: *ret_json is the file's content; 0: there is no such file. The caller frees it. */
static int load(const char *path, json_t **ret_json, struct evpn_error *err)
{
	_cleanup_free_ char *text = NULL;
	json_error_t error;
	int r = util_read_file(path, RECORD_MAX, &text, NULL);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return evpn_fail(err, -r, "read %s: %s", path, strerror(-r));
	*ret_json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	if (!*ret_json)
		return evpn_fail(err, EINVAL, "%s: not a record of evpnd's: %s; mend or remove it", path, error.text);
	return 1;
}

static int save(const char *path, const json_t *json, struct evpn_error *err)
{
	_cleanup_free_ char *text = json ? json_dumps(json, JSON_INDENT(1)) : NULL;
	const char *what = "";
	int r;

	if (!text)
		return evpn_fail(err, EINVAL, "%s cannot be written: an alias is not UTF-8", path);
	r = util_write_file(path, text, strlen(text), 0600, (uid_t)-1, (gid_t)-1, &what);
	return r < 0 ? evpn_fail(err, -r, "%s %s: %s", what, path, strerror(-r)) : 0;
}

static int load_nic(const char *state_dir, const char *name, struct record_nics *nics, struct evpn_error *err)
{
	_cleanup_free_ char *path = nic_path(state_dir, name);
	json_auto_t *json = NULL;
	struct record_nic nic = { 0 };
	int r = load(path, &json, err);

	if (r <= 0)
		return r;
	if (!read_nic(json, name, &nic)) {
		record_nic_clear(&nic);
		return evpn_fail(
			err, EINVAL,
			"%s: not a record of evpnd's (a member is missing or is no address); it says what %s was like "
			"before it was moved: mend or remove it",
			path, name);
	}
	*(struct record_nic *)util_append(&nics->items, &nics->n_items, sizeof(nic)) = nic;
	return 1;
}

/* "nic-NAME.json" -> NAME; false: another file. */
static bool nic_name(const char *file, char name[IFNAMSIZ])
{
	size_t len = strlen(file);

	if (len <= 9 || len - 9 >= IFNAMSIZ || strncmp(file, "nic-", 4) != 0 || !streq(file + len - 5, ".json"))
		return false;
	memcpy(name, file + 4, len - 9);
	name[len - 9] = '\0';
	return true;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct record_nic *)a)->name, ((const struct record_nic *)b)->name);
}

int record_load_nics(const char *state_dir, struct record_nics *nics, struct evpn_error *err)
{
	DIR *dir = opendir(state_dir);
	const struct dirent *entry;
	char name[IFNAMSIZ];
	int r = 0;

	if (!dir)
		return errno == ENOENT ? 0 : evpn_fail(err, errno, "read %s: %s", state_dir, strerror(errno));
	while (r >= 0 && (entry = readdir(dir)))
		if (nic_name(entry->d_name, name))
			r = load_nic(state_dir, name, nics, err);
	closedir(dir);
	/* A directory has no order of its own; plans shall have one. */
	if (nics->n_items)
		qsort(nics->items, nics->n_items, sizeof(*nics->items), by_name);
	return r < 0 ? -1 : 0;
}

static json_t *ip_json(const struct ipaddr *ip, bool with_prefix)
{
	char buf[IPADDR_TEXT_SIZE];

	return ipaddr_is_set(ip) ? json_string(ipaddr_format(ip, with_prefix, buf)) : json_null();
}

static json_t *addr_json(const struct net_addr *a)
{
	return json_pack("{so sI si si so so ss}", "address", ip_json(&a->ip, true), "flags", (json_int_t)a->flags,
			 "scope", (int)a->scope, "protocol", (int)a->proto, "peer", ip_json(&a->peer, false),
			 "broadcast", ip_json(&a->broadcast, false), "label", a->label);
}

static json_t *route_json(const struct net_route *r)
{
	return json_pack("{so so so sI sI si si si so}", "dst", ip_json(&r->dst, true), "via", ip_json(&r->via, false),
			 "prefsrc", ip_json(&r->prefsrc, false), "table", (json_int_t)r->table, "metric",
			 (json_int_t)r->metric, "protocol", (int)r->protocol, "scope", (int)r->scope, "flags",
			 (int)r->flags, "metrics", bytes_json(r->metrics, r->n_metrics));
}

static json_t *sysctls_json(const struct net_sysctl *sysctls, size_t n)
{
	json_t *json = json_object();

	for (size_t i = 0; i < n; i++)
		json_object_set_new(json, sysctls[i].key, json_string(sysctls[i].value));
	return json;
}

int record_save_nic(const char *state_dir, const struct record_nic *nic, struct evpn_error *err)
{
	_cleanup_free_ char *path = nic_path(state_dir, nic->name);
	json_t *addrs = json_array(), *routes = json_array();
	json_auto_t *json = NULL;

	for (size_t i = 0; i < nic->n_addrs; i++)
		json_array_append_new(addrs, addr_json(&nic->addrs[i]));
	for (size_t i = 0; i < nic->n_routes; i++)
		json_array_append_new(routes, route_json(&nic->routes[i]));
	json = json_pack("{ss sb sb sI so ss so so so}", "name", nic->name, "up", (int)nic->up, "physical",
			 (int)nic->physical, "mtu", (json_int_t)nic->mtu, "mac", bytes_json(nic->mac, sizeof(nic->mac)),
			 "alias", nic->alias, "addresses", addrs, "routes", routes, "sysctls",
			 sysctls_json(nic->sysctls, nic->n_sysctls));
	return save(path, json, err);
}

void record_remove_nic(const char *state_dir, const char *name)
{
	_cleanup_free_ char *path = nic_path(state_dir, name);

	(void)unlink(path);
}

void record_nic_clear(struct record_nic *nic)
{
	free(nic->addrs);
	free(nic->routes);
	free(nic->sysctls);
	memset(nic, 0, sizeof(*nic));
}

void record_nics_clear(struct record_nics *nics)
{
	for (size_t i = 0; i < nics->n_items; i++)
		record_nic_clear(&nics->items[i]);
	free(nics->items);
	memset(nics, 0, sizeof(*nics));
}

int record_load_netns(const char *state_dir, uint64_t id, struct net *net, struct evpn_error *err)
{
	_cleanup_free_ char *path = netns_path(state_dir);
	json_auto_t *json = NULL;
	struct net_link *lo;
	int r = load(path, &json, err);

	/* An older FRR's namespace is gone, and what it was like with it. */
	if (r <= 0 || (uint64_t)get_int(json, "netns") != id)
		return r < 0 ? r : 0;
	if (!read_sysctls(json_object_get(json, "sysctls"), NET_NS_FRR, &net->sysctls, &net->n_sysctls))
		return evpn_fail(err, EINVAL, "%s: not a record of evpnd's: its sysctls are no texts; remove it", path);
	lo = util_append(&net->links, &net->n_links, sizeof(*lo));
	lo->ns = NET_NS_FRR;
	lo->up = json_is_true(json_object_get(json, "lo_up"));
	net_set_name(lo->name, "lo");
	return 1;
}

int record_save_netns(const char *state_dir, uint64_t id, const struct net *net, struct evpn_error *err)
{
	_cleanup_free_ char *path = netns_path(state_dir);
	const struct net_link *lo = net_find_link(net, NET_NS_FRR, "lo");
	json_auto_t *json = json_pack("{sI sb so}", "netns", (json_int_t)id, "lo_up", lo && lo->up, "sysctls",
				      sysctls_json(net->sysctls, net->n_sysctls));

	return save(path, json, err);
}
