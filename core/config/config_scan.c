/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_scan.c - what has to be known of the text before libconfig reads it
 *
 * libconfig 1.5 ends the process when it is told to read a directory, says "cannot open include file" without the
 * name, and cuts a number of more than 32 bits that has no L after it: `vni = 4294967396` would be VNI 100. So the
 * files are walked once, by the lexical rules of libconfig, for these three.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

#include "config_parts.h"
#include "util.h"

#define FILE_MAX_SIZE (64 << 20)
/* libconfig's own limit. */
#define MAX_DEPTH 10

/* The file that is being walked, and the one that includes it. */
struct scan {
	struct config_reader *r;
	const struct scan *parent;
	const char *file;
	const char *p;
	unsigned int line, depth;
	bool line_start; /* only blanks so far in this line */
	bool good;
};

static bool scan_file(struct config_reader *r, const struct scan *parent, char *path);

static void problem(struct scan *s, const char *what, const char *detail)
{
	struct config_where where = { .file = s->file, .line = s->line };

	config_problem(s->r, &where, "%s%s", what, detail);
}

static void skip_comment(struct scan *s)
{
	if (s->p[0] == '/' && s->p[1] == '*') {
		for (s->p += 2; *s->p && !(s->p[0] == '*' && s->p[1] == '/'); s->p++)
			s->line += *s->p == '\n';
		s->p += *s->p ? 2 : 0;
		return;
	}
	while (*s->p && *s->p != '\n')
		s->p++;
}

static void skip_string(struct scan *s)
{
	for (s->p++; *s->p && *s->p != '"'; s->p++) {
		if (s->p[0] == '\\' && (s->p[1] == '"' || s->p[1] == '\\'))
			s->p++;
		s->line += *s->p == '\n';
	}
	s->p += *s->p ? 1 : 0;
}

static void scan_number(struct scan *s)
{
	const char *start = s->p, *digits = start + (*start == '-' || *start == '+');
	bool hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X') && isxdigit((unsigned char)digits[2]);
	unsigned long long number, max = LLONG_MAX;
	char *end;

	if (!isdigit((unsigned char)*digits) && *digits != '.') {
		s->p++;
		return;
	}
	errno = 0;
	number = strtoull(digits, &end, hex ? 16 : 10);
	/* A fraction or an exponent: libconfig has it as a float, which no key wants. */
	if (!hex && (*end == '.' || *end == 'e' || *end == 'E')) {
		s->p = end + strspn(end, "0123456789.eE+-");
		return;
	}
	s->p = end > start ? end : start + 1;
	if (*s->p == 'L')
		s->p += strspn(s->p, "L");
	else
		max = INT_MAX;
	if (errno == ERANGE || number > max) {
		struct config_where where = { .file = s->file, .line = s->line };
		struct config_where *slot;

		config_problem(s->r, &where,
			       max == INT_MAX ? "the number %.*s is more than 2147483647: put an L behind it"
					      : "the number %.*s is too large",
			       (int)(s->p - start), start);
		slot = util_append(&s->r->long_numbers, &s->r->n_long_numbers, sizeof(*slot));
		*slot = where;
	}
}

/* At `@include "`, at the start of a line. Another use of @ is a syntax error, and libconfig says so. */
static void scan_include(struct scan *s)
{
	const char *p = s->p + strlen("@include"), *end;
	size_t blanks;

	if (!s->line_start || strncmp(s->p, "@include", strlen("@include")) != 0 || (blanks = strspn(p, " \t")) == 0 ||
	    p[blanks] != '"') {
		s->p++;
		return;
	}
	p += blanks + 1;
	end = strpbrk(p, "\"\\\n");
	if (!end || *end != '"') {
		problem(s, "@include: want a file name between quotation marks, without backslash", "");
		s->good = false;
		s->p = end ? end : p + strlen(p);
		return;
	}

	_cleanup_free_ char *name = strndup(p, (size_t)(end - p));

	s->p = end + 1;
	if (!name || !name[0] || name[0] == '/') {
		problem(s, "@include: want a file name relative to the directory of ", s->r->path);
		s->good = false;
		return;
	}
	if (!scan_file(s->r, s, xasprintf("%s%s", s->r->dir, name)))
		s->good = false;
}

static void scan_text(struct scan *s)
{
	while (*s->p) {
		char c = *s->p;

		if (c == '#' || (c == '/' && (s->p[1] == '/' || s->p[1] == '*'))) {
			skip_comment(s);
		} else if (c == '"') {
			skip_string(s);
		} else if (c == '@') {
			scan_include(s);
		} else if (isalpha((unsigned char)c) || c == '*') {
			s->p += strspn(s->p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_*");
		} else if (isdigit((unsigned char)c) || c == '-' || c == '+' || c == '.') {
			scan_number(s);
		} else {
			s->line += c == '\n';
			s->p++;
		}
		s->line_start = c == '\n' || (s->line_start && (c == ' ' || c == '\t'));
	}
}

int config_read_regular(const char *path, size_t max, char **ret_text, size_t *ret_len)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	return util_read_file(path, max, ret_text, ret_len);
}

/* The file's place in config->files, where it now is in any case. `path` is handed over. */
static size_t add_file(struct config_reader *r, char *path)
{
	char **slot;

	for (size_t i = 0; i < r->config->n_files; i++) {
		if (streq(r->config->files[i], path)) {
			free(path);
			return i;
		}
	}
	slot = util_append(&r->config->files, &r->config->n_files, sizeof(*slot));
	*slot = path;
	util_append(&r->texts, &r->n_texts, sizeof(*r->texts));
	return r->config->n_files - 1;
}

static bool scan_file(struct config_reader *r, const struct scan *parent, char *path)
{
	struct config_where by = { .file = parent ? parent->file : NULL, .line = parent ? parent->line : 0 };
	size_t n = r->config->n_files, i = add_file(r, path), len = 0;
	struct scan s = { .r = r, .parent = parent, .file = r->config->files[i], .line = 1, .line_start = true };
	int e;

	s.good = true;
	s.depth = parent ? parent->depth + 1 : 0;
	for (const struct scan *p = parent; p; p = p->parent) {
		if (p->file == s.file || s.depth > MAX_DEPTH) {
			config_problem(r, &by, "@include \"%s\": %s", s.file,
				       p->file == s.file ? "the file includes itself" : "more than 10 files deep");
			return false;
		}
	}
	/* A second time in another place: its text has been looked at. */
	if (i < n)
		return r->texts[i] != NULL;
	e = config_read_regular(s.file, FILE_MAX_SIZE, &r->texts[i], &len);
	if (e < 0) {
		const char *why = e == -EINVAL ? "not a regular file" : strerror(-e);

		if (parent)
			config_problem(r, &by, "@include \"%s\": %s", s.file, why);
		else
			config_problem(r, NULL, "%s: %s", s.file, why);
		return false;
	}
	s.p = r->texts[i];
	scan_text(&s);
	if (s.p != r->texts[i] + len) {
		problem(&s, "a NUL byte in the text", "");
		return false;
	}
	return s.good;
}

bool config_scan(struct config_reader *r)
{
	return scan_file(r, NULL, xstrdup(r->path));
}
