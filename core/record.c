/* SPDX-License-Identifier: Apache-2.0 */
/* record.c - see record.h */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "record.h"
#include "util.h"

#define RECORD_MAX (1 << 20)

static char *nic_path(const char *state_dir, const char *name)
{
	return xasprintf("%s/nic-%s.json", state_dir, name);
}

const struct record_nic *record_find_nic(const struct record_nics *nics, const char *name)
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

static bool read_route(const json_t *json, struct record_route *route)
{
	route->table = (uint32_t)json_integer_value(json_object_get(json, "table"));
	route->metric = (uint32_t)json_integer_value(json_object_get(json, "metric"));
	route->protocol = (uint8_t)json_integer_value(json_object_get(json, "protocol"));
	route->scope = (uint8_t)json_integer_value(json_object_get(json, "scope"));
	route->type = (uint8_t)json_integer_value(json_object_get(json, "type"));
	return get_ip(json, "dst", true, &route->dst) && ipaddr_is_set(&route->dst) &&
	       get_ip(json, "via", false, &route->via) && get_ip(json, "prefsrc", false, &route->prefsrc);
}

static bool read_nic(const json_t *json, const char *name, struct record_nic *nic)
{
	const json_t *addrs = json_object_get(json, "addresses"), *routes = json_object_get(json, "routes"), *item;
	const char *alias = json_string_value(json_object_get(json, "alias"));
	size_t i;

	snprintf(nic->name, sizeof(nic->name), "%s", name);
	nic->up = json_is_true(json_object_get(json, "up"));
	snprintf(nic->alias, sizeof(nic->alias), "%s", alias ? alias : "");
	json_array_foreach(addrs, i, item)
	{
		struct ipaddr *ip = util_append(&nic->addrs, &nic->n_addrs, sizeof(*ip));

		if (!json_is_string(item) || !ipaddr_parse(json_string_value(item), true, ip))
			return false;
	}
	json_array_foreach(routes, i, item)
	{
		if (!read_route(item, util_append(&nic->routes, &nic->n_routes, sizeof(*nic->routes))))
			return false;
	}
	return json_is_array(addrs) && json_is_array(routes);
}

int record_load_nic(const char *state_dir, const char *name, struct record_nics *nics, struct evpn_error *err)
{
	_cleanup_free_ char *path = nic_path(state_dir, name), *text = NULL;
	json_auto_t *json = NULL;
	struct record_nic nic = { 0 };
	json_error_t error;
	int r;

	r = util_read_file(path, RECORD_MAX, &text, NULL);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return evpn_fail(err, -r, "read %s: %s", path, strerror(-r));
	json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	if (!json || !read_nic(json, name, &nic)) {
		record_nic_clear(&nic);
		return evpn_fail(
			err, EINVAL,
			"%s: not a record of evpnd's (%s); it says what %s was like before it was moved: mend or "
			"remove it",
			path, json ? "a member is missing or is no address" : error.text, name);
	}
	*(struct record_nic *)util_append(&nics->items, &nics->n_items, sizeof(nic)) = nic;
	return 1;
}

static json_t *ip_json(const struct ipaddr *ip, bool with_prefix)
{
	char buf[IPADDR_TEXT_SIZE];

	return ipaddr_is_set(ip) ? json_string(ipaddr_format(ip, with_prefix, buf)) : json_null();
}

static json_t *nic_json(const struct record_nic *nic)
{
	json_t *addrs = json_array(), *routes = json_array();

	for (size_t i = 0; i < nic->n_addrs; i++)
		json_array_append_new(addrs, ip_json(&nic->addrs[i], true));
	for (size_t i = 0; i < nic->n_routes; i++) {
		const struct record_route *r = &nic->routes[i];

		json_array_append_new(routes, json_pack("{so so so sI sI si si si}", "dst", ip_json(&r->dst, true),
							"via", ip_json(&r->via, false), "prefsrc",
							ip_json(&r->prefsrc, false), "table", (json_int_t)r->table,
							"metric", (json_int_t)r->metric, "protocol", (int)r->protocol,
							"scope", (int)r->scope, "type", (int)r->type));
	}
	return json_pack("{ss sb ss so so}", "name", nic->name, "up", (int)nic->up, "alias", nic->alias, "addresses",
			 addrs, "routes", routes);
}

int record_make_dir(const char *state_dir, struct evpn_error *err)
{
	char *slash;
	_cleanup_free_ char *parent = xstrdup(state_dir);

	/* /run/evpnd and the instance's folder in it. */
	slash = strrchr(parent, '/');
	if (slash && slash != parent) {
		*slash = '\0';
		(void)mkdir(parent, 0755);
	}
	if (mkdir(state_dir, 0700) < 0 && errno != EEXIST)
		return evpn_fail(err, errno, "make the state directory %s: %s", state_dir, strerror(errno));
	return 0;
}

int record_lock(const char *state_dir, const char *instance, int *ret_fd, struct evpn_error *err)
{
	_cleanup_free_ char *path = xasprintf("%s/lock", state_dir);
	_cleanup_close_ int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return evpn_fail(err, errno, "open %s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return evpn_fail(err, errno,
				 "another evpnd acts for the instance `%s' (%s is locked: %s); stop that one, or give "
				 "this one another --instance",
				 instance, path, strerror(errno));
	*ret_fd = util_take_fd(&fd);
	return 0;
}

int record_save_nic(const char *state_dir, const struct record_nic *nic, struct evpn_error *err)
{
	_cleanup_free_ char *path = nic_path(state_dir, nic->name), *text = NULL;
	json_auto_t *json = nic_json(nic);
	const char *what = "";
	int r;

	text = json ? json_dumps(json, JSON_INDENT(1)) : NULL;
	if (!text)
		return evpn_fail(err, EINVAL, "record of %s: its alias is not UTF-8", nic->name);
	r = util_write_file(path, text, strlen(text), 0600, (uid_t)-1, (gid_t)-1, &what);
	if (r < 0)
		return evpn_fail(err, -r, "%s %s: %s", what, path, strerror(-r));
	return 0;
}

void record_nic_clear(struct record_nic *nic)
{
	free(nic->addrs);
	free(nic->routes);
	memset(nic, 0, sizeof(*nic));
}

void record_nics_clear(struct record_nics *nics)
{
	for (size_t i = 0; i < nics->n_items; i++)
		record_nic_clear(&nics->items[i]);
	free(nics->items);
	memset(nics, 0, sizeof(*nics));
}

/* NULL: there is no such file. */
static char *loaded_line(const char *conf_path, uint64_t instance)
{
	struct stat st;

	if (stat(conf_path, &st) < 0)
		return NULL;
	return xasprintf("%" PRIu64 " %ju:%ju:%jd:%jd.%09ld\n", instance, (uintmax_t)st.st_dev, (uintmax_t)st.st_ino,
			 (intmax_t)st.st_size, (intmax_t)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
}

bool record_is_loaded(const char *state_dir, const char *conf_path, uint64_t instance)
{
	_cleanup_free_ char *want = loaded_line(conf_path, instance), *path = xasprintf("%s/loaded", state_dir);
	_cleanup_free_ char *text = NULL;

	if (!want || util_read_file(path, 4096, &text, NULL) < 0)
		return false;
	return streq(text, want);
}

int record_set_loaded(const char *state_dir, const char *conf_path, uint64_t instance, struct evpn_error *err)
{
	_cleanup_free_ char *path = xasprintf("%s/loaded", state_dir), *line = loaded_line(conf_path, instance);
	const char *what = "";
	int r;

	if (!line)
		return evpn_fail(err, errno, "%s has gone while FRR loaded it: %s", conf_path, strerror(errno));
	r = util_write_file(path, line, strlen(line), 0600, (uid_t)-1, (gid_t)-1, &what);
	if (r < 0)
		return evpn_fail(err, -r, "%s %s: %s", what, path, strerror(-r));
	return 0;
}

void record_clear_loaded(const char *state_dir)
{
	_cleanup_free_ char *path = xasprintf("%s/loaded", state_dir);

	(void)unlink(path);
}
