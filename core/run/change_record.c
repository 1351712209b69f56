/* SPDX-License-Identifier: Apache-2.0 */
/* change_record.c - see change_record.h */
#include <errno.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/json.h"
#include "base/util.h"
#include "run/change_record.h"

#define RECORD_VERSION 1
/* Bytes. evpn.conf with its files has 8 MiB at most, twice, and each byte is two at most. */
#define RECORD_MAX (64u << 20)
#define TEXT_MAX   (16u << 20)
#define FILES_MAX  10001

/* Of an evpn.conf that is not there yet: it may have passwords. */
#define NEW_MODE 0640

void change_record_clear(struct change_record *record)
{
	for (size_t i = 0; i < record->n_former; i++) {
		free(record->former[i].path);
		free(record->former[i].text);
	}
	free(record->former);
	free(record->name);
	free(record->text);
	free(record->check);
	free(record->boot);
	change_view_clear(&record->before);
	*record = (struct change_record){ 0 };
}

void change_file_look(struct change_file *file)
{
	struct stat st;

	file->mode = NEW_MODE;
	file->uid = file->gid = 0;
	if (stat(file->path, &st) < 0)
		return;
	file->mode = st.st_mode & 07777;
	file->uid = st.st_uid;
	file->gid = st.st_gid;
}

void change_record_take_former(struct change_record *record, const char *path, const struct config *config)
{
	for (size_t i = 0; i < config->n_files; i++) {
		struct change_file *file = util_append(&record->former, &record->n_former, sizeof(*file));
		const char *name = i == 0 ? path : config->files[i];
		char *real = realpath(name, NULL);

		file->path = real ? real : xstrdup(name);
		file->text = xstrdup(config->texts[i]);
		change_file_look(file);
	}
}

char *change_record_boot(void)
{
	char *boot = NULL;

	if (file_read("/proc/sys/kernel/random/boot_id", 64, &boot, NULL) < 0)
		return xstrdup("");
	boot[strcspn(boot, "\n")] = '\0';
	return boot;
}

/* A text of any bytes as JSON: byte N is the character U+00NN. */
static json_t *bytes_json(const char *text)
{
	size_t len = strlen(text), n = 0;
	_cleanup_free_ char *utf8 = xcalloc(2 * len + 1, 1);

	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if (*p < 0x80) {
			utf8[n++] = (char)*p;
			continue;
		}
		utf8[n++] = (char)(0xc0 | *p >> 6);
		utf8[n++] = (char)(0x80 | (*p & 0x3f));
	}
	return json_stringn(utf8, n);
}

/* NULL: it is no such text. The caller frees it. */
static char *take_bytes(const json_t *object, const char *key)
{
	const char *utf8 = json_string_value(json_object_get(object, key));
	_cleanup_free_ char *text = utf8 ? xcalloc(strlen(utf8) + 1, 1) : NULL;
	size_t n = 0;

	for (const unsigned char *p = (const unsigned char *)utf8; utf8 && *p; p++) {
		if (*p < 0x80) {
			text[n++] = (char)*p;
			continue;
		}
		/* Of two bytes; jansson has checked that it is UTF-8. */
		if (*p > 0xc3)
			return NULL;
		text[n] = (char)((*p & 3) << 6 | (p[1] & 0x3f));
		n++;
		p++;
	}
	return util_take_ptr(&text);
}

static json_t *former_json(const struct change_record *record)
{
	json_t *array = json_array();

	for (size_t i = 0; i < record->n_former; i++) {
		const struct change_file *file = &record->former[i];

		json_array_append_new(array, json_pack("{so so si si si}", "path", bytes_json(file->path), "text",
						       bytes_json(file->text), "mode", (int)file->mode, "uid",
						       (int)file->uid, "gid", (int)file->gid));
	}
	return array;
}

static json_t *record_json(const struct change_record *record)
{
	const struct change *change = &record->change;
	json_t *json = json_pack("{si ss si sI sI sI sb sb sb ss so so sI so so}", "version", RECORD_VERSION, "phase",
				 change_phase_name(change->phase), "why", (int)change->why, "limit_ms",
				 (json_int_t)change->terms.limit_ms, "verify_ms", (json_int_t)change->terms.verify_ms,
				 "deadline_ms", (json_int_t)change->deadline_ms, "checks", (int)change->terms.checks,
				 "asks", (int)change->terms.asks, "confirmed", (int)change->confirmed, "boot",
				 record->boot, "name", bytes_json(record->name), "text", bytes_json(record->text),
				 "epoch", (json_int_t)record->epoch, "before", change_view_json(&record->before),
				 "former", former_json(record));

	if (record->check)
		json_object_set_new(json, "check", bytes_json(record->check));
	return json;
}

int change_record_save(const char *path, const struct change_record *record, struct evpn_error *err)
{
	json_auto_t *json = record_json(record);
	_cleanup_free_ char *text = json_dumps(json, JSON_INDENT(1)), *dir = xstrdup(path);
	const char *what = "write";
	char *slash = strrchr(dir, '/');
	int r = text ? 0 : -EILSEQ;

	if (slash && slash != dir) {
		*slash = '\0';
		(void)mkdir(dir, 0755);
	}
	if (r == 0)
		r = util_write_file(path, text, strlen(text), 0600, (uid_t)-1, (gid_t)-1, &what);
	return r < 0 ? evpn_fail(err, -r, "cannot save the former configuration: %s %s: %s", what, path, strerror(-r))
		     : 0;
}

static bool parse_former(json_t *array, struct change_record *record)
{
	json_t *entry;
	size_t i;

	json_array_foreach(array, i, entry)
	{
		struct change_file *file = util_append(&record->former, &record->n_former, sizeof(*file));

		file->path = take_bytes(entry, "path");
		file->text = take_bytes(entry, "text");
		file->mode = (mode_t)json_integer_value(json_object_get(entry, "mode")) & 07777;
		file->uid = (uid_t)json_integer_value(json_object_get(entry, "uid"));
		file->gid = (gid_t)json_integer_value(json_object_get(entry, "gid"));
		if (!file->path || file->path[0] != '/' || !file->text)
			return false;
	}
	return record->n_former > 0 && record->n_former <= FILES_MAX;
}

static bool parse(const json_t *json, struct change_record *record)
{
	struct change *change = &record->change;
	const char *phase = json_text(json, "phase");

	if (json_integer_value(json_object_get(json, "version")) != RECORD_VERSION)
		return false;
	change->phase = streq(phase, change_phase_name(CHANGE_REVERTING)) ? CHANGE_REVERTING : CHANGE_TRIAL;
	change->why = (enum change_why)json_integer_value(json_object_get(json, "why"));
	if (change->why > CHANGE_AFTER_BOOT)
		return false;
	change->terms = (struct change_terms){
		.undoes = true,
		.checks = json_is_true(json_object_get(json, "checks")),
		.asks = json_is_true(json_object_get(json, "asks")),
		.limit_ms = (uint64_t)json_integer_value(json_object_get(json, "limit_ms")),
		.verify_ms = (uint64_t)json_integer_value(json_object_get(json, "verify_ms")),
	};
	change->deadline_ms = (uint64_t)json_integer_value(json_object_get(json, "deadline_ms"));
	change->confirmed = json_is_true(json_object_get(json, "confirmed"));
	record->boot = xstrdup(json_text(json, "boot"));
	record->epoch = json_integer_value(json_object_get(json, "epoch"));
	record->name = take_bytes(json, "name");
	record->text = take_bytes(json, "text");
	record->check = take_bytes(json, "check");
	return record->name && record->text && (!change->terms.checks || record->check) &&
	       change_view_parse(json_object_get(json, "before"), &record->before) &&
	       parse_former(json_object_get(json, "former"), record);
}

int change_record_load(const char *path, struct change_record *record, struct evpn_error *err)
{
	_cleanup_free_ char *text = NULL;
	json_auto_t *json = NULL;
	json_error_t error;
	int r = file_read(path, RECORD_MAX, &text, NULL);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return evpn_fail(err, -r, "cannot read %s: %s", path, file_fault(r));
	json = json_loads(text, 0, &error);
	if (!json || !parse(json, record)) {
		change_record_clear(record);
		return evpn_fail(err, EINVAL, "%s is not the record of a change", path);
	}
	return 1;
}

int change_file_write(const struct change_file *file, const char *text, struct evpn_error *err)
{
	const char *what = "write";
	int r = util_write_file(file->path, text, strlen(text), file->mode, file->uid, file->gid, &what);

	return r < 0 ? evpn_fail(err, -r, "cannot replace %s: %s: %s", file->path, what, strerror(-r)) : 0;
}

/* Keeps what another program has written in the place of `file`. */
static int keep(const struct change_file *file, const char *text, void (*kept)(const char *path),
		struct evpn_error *err)
{
	_cleanup_free_ char *path = xasprintf("%s.before-revert", file->path);
	struct change_file copy = *file;

	copy.path = path;
	if (change_file_write(&copy, text, err) < 0)
		return -1;
	kept(path);
	return 0;
}

int change_record_restore(const struct change_record *record, void (*kept)(const char *path), struct evpn_error *err)
{
	/* The included files first: evpn.conf needs them. */
	for (size_t i = record->n_former; i-- > 0;) {
		const struct change_file *file = &record->former[i];
		_cleanup_free_ char *text = NULL;
		bool readable = file_read(file->path, TEXT_MAX, &text, NULL) == 0;

		if (readable && streq(text, file->text))
			continue;
		if (readable && !(i == 0 && streq(text, record->text)) && keep(file, text, kept, err) < 0)
			return -1;
		if (change_file_write(file, file->text, err) < 0)
			return -1;
	}
	return 0;
}
