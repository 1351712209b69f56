/* SPDX-License-Identifier: Apache-2.0 */
/* show_bundle.c - the command bundle: all that a bug report needs, in a tar archive; see show.h */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/file.h"
#include "base/util.h"
#include "base/volume.h"
#include "bundle_parts.h"
#include "config-build.h"
#include "request.h"
#include "show.h"

/* Of a file, and of a text of evpnd's. What is longer is cut off. */
#define TEXT_MAX (16u << 20)
/* For each answer of evpnd's, unless --timeout says otherwise; a daemon of FRR that hangs takes 10 s of it. */
#define REQUEST_S 120

void bundle_add(struct bundle *bundle, const char *name, const char *text)
{
	_cleanup_free_ char *hidden = secrets_hide(&bundle->secrets, text), *shown = escape_text(hidden);
	size_t len = strlen(shown);

	tar_add(&bundle->tar, name, shown, len > TEXT_MAX ? TEXT_MAX : len);
}

/* A member whose name has a part of others: what is neither letter, digit, dot nor dash becomes '_'. */
void bundle_add_as(struct bundle *bundle, const char *folder, const char *name, const char *text)
{
	char member[100];
	size_t n = (size_t)snprintf(member, sizeof(member), "%s/", folder);

	for (; *name && n < sizeof(member) - 1; name++)
		member[n++] = strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-", *name) ? *name
														: '_';
	member[n] = '\0';
	bundle_add(bundle, member, text);
}

/* A file of the host's: as a text, or why it cannot be read. */
void bundle_add_file(struct bundle *bundle, const char *folder, const char *path)
{
	_cleanup_free_ char *text = NULL;
	int r = file_read(path, TEXT_MAX, &text, NULL);

	if (r < 0)
		text = xasprintf("[cannot be read: %s]\n", r == -EFBIG ? "it is too long" : file_fault(r));
	bundle_add_as(bundle, folder, path + (path[0] == '/'), text);
}

/* A file where the container can write: nothing is followed there. */
static void add_volume_file(struct bundle *bundle, const char *folder, const char *path)
{
	char name[NAME_MAX + 1];
	_cleanup_free_ char *text = NULL;
	_cleanup_close_ int dir = volume_open(path, name);
	int r = dir < 0 ? dir : file_read_at(dir, name, FILE_NO_LINK, TEXT_MAX, &text, NULL, NULL);

	if (r < 0)
		text = xasprintf("[cannot be read: %s]\n", volume_fault(r));
	bundle_add_as(bundle, folder, path + (path[0] == '/'), text);
}

static void add_json(struct bundle *bundle, const char *name, const json_t *json)
{
	_cleanup_free_ char *text = json_dumps(json, JSON_INDENT(1));

	bundle_add(bundle, name, text ? text : "[no memory]\n");
}

/* The answer of one command of evpnd's; NULL: it has failed, which is on stderr. */
static json_t *fetch(struct bundle *bundle, const char *command, const char *name)
{
	json_t *data;

	if (request_fetch(bundle->options, command, NULL, &data) >= 0)
		return NULL;
	if (name)
		add_json(bundle, name, data);
	return data;
}

static void add_frr(struct bundle *bundle, const json_t *tables)
{
	json_t *table;
	size_t i;

	json_array_foreach(tables, i, table)
	{
		_cleanup_free_ char *name = xasprintf("%s %s", json_text(table, "daemon"), json_text(table, "command"));
		_cleanup_free_ char *why = xasprintf("[no answer: %s]\n", json_text(table, "error"));

		bundle_add_as(bundle, "frr", name,
			      json_text(table, json_text(table, "error")[0] ? "" : "text")[0] ? json_text(table, "text")
											      : why);
	}
}

/* Where evpnd cannot name its files: evpn.conf at `known', or "" where it is by default. */
static void add_config(struct bundle *bundle, const char *known)
{
	bool is_default = streq(bundle->options->instance, "default");
	_cleanup_free_ char *path = known[0] ? xstrdup(known)
					     : xasprintf(SYSCONF_DIR "/evpnd/%s.conf",
							 is_default ? "evpn" : bundle->options->instance),
			    *text = NULL;

	if (file_read(path, TEXT_MAX, &text, NULL) >= 0)
		secrets_learn(&bundle->secrets, text);
	bundle_add_file(bundle, "config", path);
}

/* What the daemon knows, and the places of the rest. */
static void add_daemon(struct bundle *bundle)
{
	json_t *status = fetch(bundle, "status", NULL), *collected = status ? fetch(bundle, "collect", NULL) : NULL;
	const json_t *files = json_object_get(collected, "files");
	json_t *file;
	size_t i;

	bundle->pid = (pid_t)json_integer_value(json_object_get(status, "pid"));
	bundle->netns_fd = json_object_get(collected, "netns_fd")
				   ? (int)json_integer_value(json_object_get(collected, "netns_fd"))
				   : -1;
	json_array_foreach(json_object_get(collected, "secrets"), i, file)
		secrets_add(&bundle->secrets, json_string_value(file));
	/* Before anything is added: what the configuration has learned is hidden everywhere. */
	json_array_foreach(files, i, file)
	{
		_cleanup_free_ char *text = NULL;

		if (file_read(json_string_value(file), TEXT_MAX, &text, NULL) >= 0)
			secrets_learn(&bundle->secrets, text);
	}
	json_array_foreach(files, i, file) bundle_add_file(bundle, "config", json_string_value(file));
	if (!collected)
		add_config(bundle, json_text(json_object_get(status, "configuration"), "file"));
	if (json_text(collected, "frr_config")[0])
		add_volume_file(bundle, "volume", json_text(collected, "frr_config"));
	if (!status)
		return;
	add_json(bundle, "control/status.json", status);
	add_frr(bundle, json_object_get(collected, "frr"));
	json_decref(fetch(bundle, "history", "control/history.json"));
	json_decref(fetch(bundle, "metrics", "control/metrics.json"));
	json_decref(collected);
	json_decref(status);
}

static int report(const struct options *options, const struct tar *tar, const char *path, int r)
{
	if (r < 0) {
		(void)unlink(path);
		fprintf(stderr, "evpnctl: bundle: %s: %s\n", path, strerror(-r));
		return EXIT_FAILED;
	}
	if (options->json) {
		json_t *json = json_pack("{ss sI sI}", "file", path, "files", (json_int_t)tar->n_files, "bytes",
					 (json_int_t)tar->n_bytes);

		json_dumpf(json, stdout, JSON_INDENT(1));
		putchar('\n');
		json_decref(json);
	} else {
		printf("%s: %zu files, %zu KiB; passwords are hidden, names and addresses are not: look through it "
		       "before "
		       "you send it\n",
		       path, tar->n_files, tar->n_bytes >> 10);
	}
	return EXIT_DONE;
}

int show_bundle(const struct options *options, char *const *words)
{
	struct options bounded = *options;
	struct bundle bundle = { .options = &bounded, .netns_fd = -1 };
	int r;

	if (geteuid() != 0) {
		fprintf(stderr, "evpnctl: bundle: only root can read what belongs into it; use sudo\n");
		return EXIT_FAILED;
	}
	r = tar_create(&bundle.tar, words[0]);
	if (r < 0) {
		fprintf(stderr, "evpnctl: bundle: %s: %s\n", words[0],
			r == -EEXIST ? "it exists; name a new file" : strerror(-r));
		return EXIT_FAILED;
	}
	/* An evpnd that hangs is worth a report, too. */
	if (bounded.timeout_s < 0)
		bounded.timeout_s = REQUEST_S;
	add_daemon(&bundle);
	bundle_add_host(&bundle);
	secrets_clear(&bundle.secrets);
	return report(options, &bundle.tar, words[0], tar_close(&bundle.tar));
}
