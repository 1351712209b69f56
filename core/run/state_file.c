/* SPDX-License-Identifier: Apache-2.0 */
/* state_file.c - see state_file.h */
#include <errno.h>

#include "base/file.h"
#include "base/json.h"
#include "base/util.h"
#include "run/state_file.h"
#include "run/state_json.h"

#define RECORD_MAX (1 << 20)

static char *nic_path(const char *state_dir, const char *name)
{
	return xasprintf("%s/nic-%s.json", state_dir, name);
}

static char *netns_path(const char *state_dir)
{
	return xasprintf("%s/netns.json", state_dir);
}

static char *host_path(const char *state_dir)
{
	return xasprintf("%s/host.json", state_dir);
}

/* NULL: the kernel does not tell. The caller frees it. */
static char *read_boot_id(void)
{
	char *boot = NULL;

	return file_read("/proc/sys/kernel/random/boot_id", 64, &boot, NULL) < 0 ? NULL : boot;
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

/* The kernel begins to count again at each boot. */
static uint64_t read_serial(const json_t *json)
{
	_cleanup_free_ char *boot = read_boot_id();

	return boot && streq(json_text(json, "boot"), boot) ? (uint64_t)state_json_int(json, "serial") : 0;
}

static void read_device(const json_t *json, struct nic_record *nic)
{
	struct net_device *device = &nic->device;
	const char *altnames = json_text(json, "altnames");

	nic->identified = json_is_object(json);
	device->serial = read_serial(json);
	snprintf(device->kind, sizeof(device->kind), "%s", json_text(json, "kind"));
	device->permanent = json_is_true(json_object_get(json, "permanent"));
	snprintf(device->parent, sizeof(device->parent), "%s", json_text(json, "parent"));
	snprintf(device->port, sizeof(device->port), "%s", json_text(json, "port"));
	state_json_bytes(json, "address", nic->address, sizeof(nic->address));
	nic->group = (uint32_t)state_json_int(json, "group");
	nic->netns = device->serial ? (uint64_t)state_json_int(json, "netns") : 0;
	nic->altnames = altnames[0] ? xstrdup(altnames) : NULL;
}

static bool read_nic(const json_t *json, const char *name, struct nic_record *nic)
{
	const json_t *addrs = json_object_get(json, "addresses"), *routes = json_object_get(json, "routes"), *item;
	const char *host_name = json_text(json, "host_name");
	size_t i;

	net_set_name(nic->name, name);
	/* An evpnd that did not write it found a NIC by the kernel's name alone. */
	net_set_name(nic->host_name, host_name[0] ? host_name : name);
	nic->up = json_is_true(json_object_get(json, "up"));
	nic->physical = json_is_true(json_object_get(json, "physical"));
	read_device(json_object_get(json, "device"), nic);
	/* An evpnd that did not write it saved a record before a move alone. */
	nic->moved = !nic->identified || json_is_true(json_object_get(json, "moved"));
	nic->mtu = (unsigned int)state_json_int(json, "mtu");
	state_json_bytes(json, "mac", nic->mac, sizeof(nic->mac));
	snprintf(nic->alias, sizeof(nic->alias), "%s", json_text(json, "alias"));
	json_array_foreach(addrs, i, item)
	{
		struct net_addr addr = { .order = (uint32_t)i };
		int r = state_json_addr(item, &addr);

		if (r < 0)
			return false;
		net_set_name(addr.link, nic->host_name);
		if (r > 0)
			*(struct net_addr *)util_append(&nic->addrs, &nic->n_addrs, sizeof(addr)) = addr;
	}
	json_array_foreach(routes, i, item)
	{
		struct net_route route = { .order = (uint32_t)i };
		int r = state_json_route(item, &route);

		net_set_name(route.link, nic->host_name);
		if (r > 0)
			*(struct net_route *)util_append(&nic->routes, &nic->n_routes, sizeof(route)) = route;
		else
			free(route.more);
		if (r < 0)
			return false;
	}
	json_array_foreach(json_object_get(json, "objects"), i, item)
	{
		struct net_object *object = util_append(&nic->objects, &nic->n_objects, sizeof(*object));

		if (!state_json_object(item, object))
			return false;
		net_set_name(object->link, nic->host_name);
	}
	return read_sysctls(json_object_get(json, "sysctls"), NET_NS_HOST, &nic->sysctls, &nic->n_sysctls) &&
	       json_is_array(addrs) && json_is_array(routes);
}

/* 1: *ret_json is the file's content; 0: there is no such file. The caller frees it. */
static int load(const char *path, json_t **ret_json, struct evpn_error *err)
{
	_cleanup_free_ char *text = NULL;
	json_error_t error;
	int r = file_read(path, RECORD_MAX, &text, NULL);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return evpn_fail(err, -r, "read %s: %s", path, file_fault(r));
	*ret_json = json_parse(text, JSON_REJECT_DUPLICATES, &error);
	if (!*ret_json)
		return evpn_fail(err, EINVAL, "%s: cannot be read as a record: %s; correct or remove it", path,
				 error.text);
	return 1;
}

static int save(const char *path, const json_t *json, struct evpn_error *err)
{
	_cleanup_free_ char *text = json ? json_dumps(json, JSON_INDENT(1)) : NULL;
	const char *what = "";
	int r;

	if (!text)
		return evpn_fail(err, EINVAL, "%s: cannot be written: the NIC's alias is not UTF-8", path);
	r = util_write_file(path, text, strlen(text), 0600, (uid_t)-1, (gid_t)-1, &what);
	return r < 0 ? evpn_fail(err, -r, "%s %s: %s", what, path, strerror(-r)) : 0;
}

static int load_nic(const char *state_dir, const char *name, struct nic_records *nics, struct evpn_error *err)
{
	_cleanup_free_ char *path = nic_path(state_dir, name);
	json_auto_t *json = NULL;
	struct nic_record nic = { 0 };
	int r = load(path, &json, err);

	if (r <= 0)
		return r;
	if (!read_nic(json, name, &nic)) {
		nic_record_clear(&nic);
		return evpn_fail(err, EINVAL,
				 "%s: cannot be read as a record of NIC %s, as it was before it was moved: a member is "
				 "missing, or is "
				 "no address; correct or remove it",
				 path, name);
	}
	*(struct nic_record *)util_append(&nics->items, &nics->n_items, sizeof(nic)) = nic;
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
	return strcmp(((const struct nic_record *)a)->name, ((const struct nic_record *)b)->name);
}

int state_file_load_nics(const char *state_dir, struct nic_records *nics, struct evpn_error *err)
{
	_cleanup_closedir_ DIR *dir = opendir(state_dir);
	const struct dirent *entry;
	char name[IFNAMSIZ];
	int r = 0;

	if (!dir)
		return errno == ENOENT ? 0 : evpn_fail(err, errno, "read %s: %s", state_dir, strerror(errno));
	while (r >= 0 && (errno = 0, entry = readdir(dir)))
		if (nic_name(entry->d_name, name))
			r = load_nic(state_dir, name, nics, err);
	/* Without a record its NIC would stay in FRR's namespace. */
	if (r >= 0 && errno)
		r = evpn_fail(err, errno, "read %s: %s", state_dir, strerror(errno));
	/* readdir(3) has no order, and the plan's order follows this one. */
	if (nics->n_items)
		qsort(nics->items, nics->n_items, sizeof(*nics->items), by_name);
	return r < 0 ? -1 : 0;
}

static json_t *sysctls_json(const struct net_sysctl *sysctls, size_t n, enum net_ns ns)
{
	json_t *json = json_object();

	for (size_t i = 0; i < n; i++)
		if (sysctls[i].ns == ns)
			json_object_set_new(json, sysctls[i].key, json_string(sysctls[i].value));
	return json;
}

static json_t *device_json(const struct nic_record *nic)
{
	const struct net_device *device = &nic->device;
	_cleanup_free_ char *boot = read_boot_id();

	return json_pack("{sI ss ss sb ss ss so sI sI ss}", "serial", (json_int_t)device->serial, "boot",
			 boot ? boot : "", "kind", device->kind, "permanent", (int)device->permanent, "parent",
			 device->parent, "port", device->port, "address",
			 state_bytes_json(nic->address, sizeof(nic->address)), "group", (json_int_t)nic->group, "netns",
			 (json_int_t)nic->netns, "altnames", nic->altnames ? nic->altnames : "");
}

int state_file_save_nic(const char *state_dir, const struct nic_record *nic, struct evpn_error *err)
{
	_cleanup_free_ char *path = nic_path(state_dir, nic->name);
	json_t *addrs = json_array(), *routes = json_array(), *objects = json_array();
	json_auto_t *json = NULL;

	for (size_t i = 0; i < nic->n_addrs; i++)
		json_array_append_new(addrs, state_addr_json(&nic->addrs[i]));
	for (size_t i = 0; i < nic->n_routes; i++)
		json_array_append_new(routes, state_route_json(&nic->routes[i]));
	for (size_t i = 0; i < nic->n_objects; i++)
		json_array_append_new(objects, state_object_json(&nic->objects[i]));
	json = json_pack("{ss ss sb sb sb sI so ss so so so so}", "name", nic->name, "host_name", nic->host_name, "up",
			 (int)nic->up, "moved", (int)nic->moved, "physical", (int)nic->physical, "mtu",
			 (json_int_t)nic->mtu, "mac", state_bytes_json(nic->mac, sizeof(nic->mac)), "alias", nic->alias,
			 "addresses", addrs, "routes", routes, "objects", objects, "sysctls",
			 sysctls_json(nic->sysctls, nic->n_sysctls, NET_NS_HOST));
	if (json && nic->identified)
		json_object_set_new(json, "device", device_json(nic));
	return save(path, json, err);
}

int state_file_remove_nic(const char *state_dir, const char *name, struct evpn_error *err)
{
	_cleanup_free_ char *path = nic_path(state_dir, name);

	return util_remove_file(path, err);
}

int state_file_load_netns(const char *state_dir, uint64_t id, struct net *net, struct evpn_error *err)
{
	_cleanup_free_ char *path = netns_path(state_dir);
	json_auto_t *json = NULL;
	struct net_link *lo;
	int r = load(path, &json, err);

	/* A record of another namespace is out of date: that namespace is gone. */
	if (r <= 0 || (uint64_t)state_json_int(json, "netns") != id)
		return r < 0 ? r : 0;
	if (!read_sysctls(json_object_get(json, "sysctls"), NET_NS_FRR, &net->sysctls, &net->n_sysctls))
		return evpn_fail(err, EINVAL, "%s: cannot be read as a record: its sysctls are no texts; remove it",
				 path);
	lo = util_append(&net->links, &net->n_links, sizeof(*lo));
	lo->ns = NET_NS_FRR;
	lo->up = json_is_true(json_object_get(json, "lo_up"));
	net_set_name(lo->name, "lo");
	return 1;
}

int state_file_save_netns(const char *state_dir, uint64_t id, const struct net *net, struct evpn_error *err)
{
	_cleanup_free_ char *path = netns_path(state_dir);
	const struct net_link *lo = net_find_link(net, NET_NS_FRR, "lo");
	json_auto_t *json = json_pack("{sI sb so}", "netns", (json_int_t)id, "lo_up", lo && lo->up, "sysctls",
				      sysctls_json(net->sysctls, net->n_sysctls, NET_NS_FRR));

	return save(path, json, err);
}

/* Of each sysctl, the former value and that which evpnd has written. */
int state_file_load_host(const char *state_dir, struct net *net, struct evpn_error *err)
{
	_cleanup_free_ char *path = host_path(state_dir);
	json_auto_t *json = NULL;
	const char *key, *former, *written;
	json_t *value;
	int r = load(path, &json, err);

	if (r <= 0)
		return r;
	json_object_foreach(json_object_get(json, "sysctls"), key, value)
	{
		struct net_sysctl *sysctl;

		if (json_unpack(value, "[ss]", &former, &written) < 0)
			return evpn_fail(err, EINVAL,
					 "%s: cannot be read as a record: its sysctls are no texts; remove it", path);
		sysctl = util_append(&net->sysctls, &net->n_sysctls, sizeof(*sysctl));
		sysctl->ns = NET_NS_HOST;
		snprintf(sysctl->key, sizeof(sysctl->key), "%s", key);
		snprintf(sysctl->value, sizeof(sysctl->value), "%s", former);
		snprintf(sysctl->written, sizeof(sysctl->written), "%s", written);
	}
	return 1;
}

int state_file_save_host(const char *state_dir, const struct net *net, struct evpn_error *err)
{
	_cleanup_free_ char *path = host_path(state_dir);
	json_auto_t *json = json_object();
	json_t *sysctls = json_object();

	for (size_t i = 0; i < net->n_sysctls; i++)
		if (net->sysctls[i].ns == NET_NS_HOST)
			json_object_set_new(sysctls, net->sysctls[i].key,
					    json_pack("[ss]", net->sysctls[i].value, net->sysctls[i].written));
	json_object_set_new(json, "sysctls", sysctls);
	return save(path, json, err);
}
