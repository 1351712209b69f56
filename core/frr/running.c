/* SPDX-License-Identifier: Apache-2.0 */
/* running.c - see running.h */
#include <inttypes.h>

#include "base/escape.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/line_set.h"
#include "base/textdiff.h"
#include "base/util.h"
#include "frr/frrconf.h"
#include "frr/running.h"

/* A configuration with 4,000 VRFs has about 2 MiB. */
#define RUNNING_MAX (64u << 20)
/* Bytes of a difference, which goes to logs and terminals. */
#define DIFF_MAX  3000
#define CUT	  "...\n"
#define FILE_NAME "frr.running"
/* In the file, in front of a daemon's text. No line of a text begins with it: comments are left out. */
#define PART_MARK "! daemon "

void running_clear(struct running *running)
{
	for (size_t i = 0; i < running->n_parts; i++) {
		free(running->parts[i].daemon);
		free(running->parts[i].text);
	}
	free(running->parts);
	*running = (struct running){ 0 };
}

/* Comments, and lines that are no configuration but depend on the moment. */
static bool is_left_out(const char *line)
{
	static const char *const starts[] = {
		"!",	"\n", "\r", "Building configuration", "Current configuration", "frr version ", "frr defaults ",
		"end\n"
	};

	for (size_t i = 0; i < ARRAY_LEN(starts); i++)
		if (strncmp(line, starts[i], strlen(starts[i])) == 0)
			return true;
	return line[strspn(line, " ")] == '!' || line[0] == '\0';
}

static void add_part(struct running *running, const char *daemon, char *text)
{
	struct running_part *part = util_append(&running->parts, &running->n_parts, sizeof(*part));

	part->daemon = xstrdup(daemon);
	part->text = text;
}

void running_add(struct running *running, const char *daemon, const char *answer)
{
	char *text = xcalloc(1, strlen(answer) + 2), *to = text;

	for (const char *line = answer, *end; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		if (is_left_out(line))
			continue;
		to = mempcpy(to, line, (size_t)(end - line));
		*to++ = '\n';
	}
	*to = '\0';
	add_part(running, daemon, text);
}

static const struct running_part *find(const struct running *running, const char *daemon)
{
	for (size_t i = 0; i < running->n_parts; i++)
		if (streq(running->parts[i].daemon, daemon))
			return &running->parts[i];
	return NULL;
}

const char *running_find_missing(const struct running *before, const struct running *now)
{
	for (size_t i = 0; i < before->n_parts; i++)
		if (!find(now, before->parts[i].daemon))
			return before->parts[i].daemon;
	return NULL;
}

bool running_same(const struct running *a, const struct running *b)
{
	if (a->n_parts != b->n_parts)
		return false;
	for (size_t i = 0; i < a->n_parts; i++) {
		const struct running_part *other = find(b, a->parts[i].daemon);

		if (!other || !streq(a->parts[i].text, other->text))
			return false;
	}
	return true;
}

uint64_t running_hash(const struct running *running)
{
	uint64_t hash = HASH_START64;

	for (size_t i = 0; i < running->n_parts; i++) {
		const struct running_part *part = &running->parts[i];

		hash = hash_bytes64(hash, part->daemon, strlen(part->daemon) + 1);
		hash = hash_bytes64(hash, part->text, strlen(part->text) + 1);
	}
	return hash ? hash : 1;
}

static void add_diff(FILE *out, const char *daemon, const char *before, const char *after)
{
	_cleanup_free_ char *from = frrconf_mask(before, NULL), *to = frrconf_mask(after, before);
	_cleanup_free_ char *diff = textdiff_unified(from, to);

	if (diff[0])
		fprintf(out, "--- %s\n+++ %s, now\n%s", daemon, daemon, diff);
}

static void collect_lines(const struct running *running, struct line_set *set)
{
	for (size_t i = 0; i < running->n_parts; i++)
		line_set_add(set, running->parts[i].text);
	line_set_sort(set);
}

/*
 * Whether a daemon that only one side has shows a line that no daemon of the other side shows. Each daemon shows the host name and
 * where to log: one that is started or ended and has nothing else is no change of the configuration.
 */
static bool has_own_line(const struct running_part *part, const struct line_set *others)
{
	for (const char *line = part->text, *end; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		if (!line_set_has(others, line, (size_t)(end - line)))
			return true;
	}
	return false;
}

char *running_diff(const struct running *before, const struct running *now)
{
	_cleanup_(line_set_clear) struct line_set lines_before = { 0 }, lines_now = { 0 };
	char *text = NULL;
	size_t len = 0;
	FILE *out = xopen_text(&text, &len);

	collect_lines(before, &lines_before);
	collect_lines(now, &lines_now);
	for (size_t i = 0; i < before->n_parts; i++) {
		const struct running_part *part = &before->parts[i], *other = find(now, part->daemon);

		if (other || has_own_line(part, &lines_now))
			add_diff(out, part->daemon, part->text, other ? other->text : "");
	}
	for (size_t i = 0; i < now->n_parts; i++)
		if (!find(before, now->parts[i].daemon) && has_own_line(&now->parts[i], &lines_before))
			add_diff(out, now->parts[i].daemon, "", now->parts[i].text);
	xclose_text(out);
	escape_in_place(text, true);
	if (len > DIFF_MAX)
		strcpy(text + DIFF_MAX - strlen(CUT), CUT);
	return text;
}

int running_save(const struct running *running, const char *state_dir, struct evpn_error *err)
{
	_cleanup_free_ char *path = xasprintf("%s/" FILE_NAME, state_dir), *text = NULL;
	const char *what = "";
	size_t len = 0;
	FILE *out = xopen_text(&text, &len);
	int r;

	fprintf(out, "%" PRIu64 "\n", running->instance);
	for (size_t i = 0; i < running->n_parts; i++)
		fprintf(out, PART_MARK "%s\n%s", running->parts[i].daemon, running->parts[i].text);
	xclose_text(out);
	r = util_write_file(path, text, len, 0600, (uid_t)-1, (gid_t)-1, &what);
	return r < 0 ? evpn_fail(err, -r, "%s %s: %s", what, path, strerror(-r)) : 0;
}

void running_load(struct running *running, const char *state_dir)
{
	_cleanup_free_ char *path = xasprintf("%s/" FILE_NAME, state_dir), *text = NULL;
	char *line, *end;

	running_clear(running);
	if (file_read(path, RUNNING_MAX, &text, NULL) < 0)
		return;
	running->instance = strtoull(text, &end, 10);
	if (*end != '\n') {
		running_clear(running);
		return;
	}
	for (line = end + 1; strncmp(line, PART_MARK, strlen(PART_MARK)) == 0; line = end) {
		char *daemon = line + strlen(PART_MARK), *body = strchrnul(daemon, '\n');

		if (*body)
			*body++ = '\0';
		end = strncmp(body, PART_MARK, strlen(PART_MARK)) == 0 ? body : strstr(body, "\n" PART_MARK);
		if (end && end != body)
			end++;
		if (!end)
			end = body + strlen(body);
		add_part(running, daemon, xasprintf("%.*s", (int)(end - body), body));
	}
}

void running_forget(const char *state_dir)
{
	_cleanup_free_ char *path = xasprintf("%s/" FILE_NAME, state_dir);

	(void)unlink(path);
}
