/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_scan.c - checks the text of evpn.conf before libconfig parses it: included files, large numbers, and what is
 * never closed
 *
 * libconfig opens no file: it would wait for a FIFO's writer, and 1.5 exits the process when it includes a directory. So
 * the files are read here, and joined to one text (config_join.h). libconfig 1.5 also truncates a number of more than 32 bits without a final L: `vni = 4294967396` would be VNI 100. It takes
 * the end of the file for the end of a comment or a string: a comment that is never closed would delete all VNIs behind
 * it. So the files are scanned first, by the lexical rules of libconfig.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>

#include "base/file.h"
#include "base/hidden.h"
#include "base/util.h"
#include "config/config_join.h"
#include "config/config_parts.h"

/* The largest file; libconfig makes up to 90 times as much memory of it. */
#define MAX_MIB 8u
/* Deeper than any key of evpn.conf. libconfig calls itself for each level. */
#define MAX_OPEN 32
/* libconfig compares each key of a group with all keys before it. */
#define MAX_KEYS 1000
/* MAX_INCLUDE_DEPTH of libconfig. */
#define MAX_DEPTH 10
/* A comment, a string, a word, a row of blanks: libconfig reads it anew for each 8 KiB of it. */
#define MAX_TOKEN_KIB 256
/* Digits of a number that a message shows. */
#define MAX_DIGITS 40

/* A bracket that is open, and how many keys are in it. */
struct bracket {
	unsigned int line, n_keys;
};

/* The file that is scanned, and the one that includes it. */
struct scan {
	struct config_reader *r;
	const struct scan *parent;
	const char *file;
	const char *p;
	unsigned int line, depth;
	const char *copied; /* the text up to here is in r->join */
	struct bracket open[MAX_OPEN + 1]; /* those that are open here; the first one is the file itself */
	size_t n_open; /* without the first one */
	bool line_start; /* this line has only blanks so far */
	bool again; /* an earlier @include has named this file, too: its numbers are reported */
	bool good;
};

static bool scan_file(struct config_reader *r, const struct scan *parent, char *path);

static struct config_where here(const struct scan *s)
{
	return (struct config_where){ .file = s->file, .line = s->line };
}

/* Reports a fault of the text at `line`. libconfig must not parse it. */
#define FAULT(s, at, ...)                                                         \
	do {                                                                      \
		struct config_where where_ = { .file = (s)->file, .line = (at) }; \
		config_problem((s)->r, &where_, __VA_ARGS__);                     \
		(s)->good = false;                                                \
	} while (0)

/*
 * A forgotten end makes a comment last until the end of the next one. The lines between are configuration that would be
 * missing without a message, so a line in a comment must not begin another comment.
 */
static void skip_long_comment(struct scan *s)
{
	unsigned int begin = s->line;
	bool line_start = false;

	for (s->p += 2; *s->p && !(s->p[0] == '*' && s->p[1] == '/'); s->p++) {
		if (line_start && s->p[0] == '/' && s->p[1] == '*')
			FAULT(s, begin,
			      "the comment that begins here lasts beyond line %u, where another one begins: end it "
			      "with */",
			      s->line);
		s->line += *s->p == '\n';
		line_start = *s->p == '\n' || (line_start && (*s->p == ' ' || *s->p == '\t'));
	}
	if (!*s->p)
		FAULT(s, begin, "the comment that begins here is never closed: end it with */");
	s->p += *s->p ? 2 : 0;
}

static void skip_comment(struct scan *s)
{
	if (s->p[0] == '/' && s->p[1] == '*')
		skip_long_comment(s);
	else
		s->p += strcspn(s->p, "\n");
}

static void skip_string(struct scan *s)
{
	unsigned int begin = s->line;

	for (s->p++; *s->p && *s->p != '"'; s->p++) {
		if (s->p[0] == '\\' && (s->p[1] == '"' || s->p[1] == '\\'))
			s->p++;
		s->line += *s->p == '\n';
	}
	if (!*s->p)
		FAULT(s, begin, "the string that begins here is never closed: end it with a double quote");
	s->p += *s->p ? 1 : 0;
}

/* One that closes nothing, or something else, is libconfig's to report. */
static void scan_bracket(struct scan *s)
{
	if (!strchr("{[(", *s->p)) {
		s->n_open -= s->n_open > 0;
		s->p++;
		return;
	}
	if (s->n_open == MAX_OPEN) {
		FAULT(s, s->line, "more than %d brackets are open here; no key of evpn.conf is that deep", MAX_OPEN);
		s->p += strlen(s->p);
		return;
	}
	s->open[++s->n_open] = (struct bracket){ .line = s->line };
	s->p++;
}

static void scan_equals(struct scan *s)
{
	struct bracket *group = &s->open[s->n_open];

	if (++group->n_keys > MAX_KEYS) {
		FAULT(s, s->line, "the group has more than %d keys here; no group of evpn.conf has that many",
		      MAX_KEYS);
		s->p += strlen(s->p);
		return;
	}
	s->p++;
}

/* The number from `start` to s->p cannot be read as it is meant. */
static void problem_number(struct scan *s, const char *start, bool lacks_l)
{
	struct config_where where = here(s), *slot;
	bool is_long = s->p - start > MAX_DIGITS;
	int len = is_long ? MAX_DIGITS : (int)(s->p - start);

	if (s->again)
		return;
	if (lacks_l)
		config_problem(s->r, &where, "number %.*s does not fit into 32 bits: append L to it", len, start);
	else
		config_problem(s->r, &where,
			       "number %.*s%s is out of range: keys take 0 to 4294967295 (options of plugins: 64 bits, "
			       "with L behind)",
			       len, start, is_long ? "..." : "");
	slot = util_append(&s->r->long_numbers, &s->r->n_long_numbers, sizeof(*slot));
	*slot = where;
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
	/* With a fraction or an exponent it is a float for libconfig; no key takes one, which is reported later. */
	if (!hex && (*end == '.' || *end == 'e' || *end == 'E')) {
		s->p = end + strspn(end, "0123456789.eE+-");
		return;
	}
	s->p = end > start ? end : start + 1;
	if (*s->p == 'L')
		s->p += strspn(s->p, "L");
	else
		max = INT_MAX;
	if (errno == ERANGE || number > max)
		problem_number(s, start, errno != ERANGE && number <= UINT32_MAX && *start != '-');
}

/* Follows `@include "FILE"` at the start of a line. Any other @ is a syntax error, which libconfig reports. */
static void scan_include(struct scan *s)
{
	const char *directive = s->p, *p = directive + strlen("@include"), *end;
	size_t blanks;

	if (!s->line_start || strncmp(s->p, "@include", strlen("@include")) != 0 || (blanks = strspn(p, " \t")) == 0 ||
	    p[blanks] != '"') {
		s->p++;
		return;
	}
	p += blanks + 1;
	end = strpbrk(p, "\"\\\n");
	if (!end || *end != '"') {
		FAULT(s, s->line, "@include: expected a file name in double quotes, without backslashes");
		s->p = end ? end : p + strlen(p);
		return;
	}

	_cleanup_free_ char *name = strndup(p, (size_t)(end - p));

	s->p = end + 1;
	if (!name || !name[0] || name[0] == '/') {
		FAULT(s, s->line, "@include \"%.200s\": use a path relative to the directory of %s", name ? name : "",
		      s->r->path);
		return;
	}
	join_add(s->r->join, s->copied, directive);
	s->copied = s->p;
	if (!scan_file(s->r, s, xasprintf("%s%s", s->r->dir, name)))
		s->good = false;
	join_begin(s->r->join, s->file, s->line);
	/* What follows on the line is no beginning of a line, where libconfig looks for @include. */
	join_put(s->r->join, "/**/");
}

static void scan_text(struct scan *s)
{
	while (*s->p) {
		const char *start = s->p;
		char c = *s->p;

		if (c == '#' || (c == '/' && (s->p[1] == '/' || s->p[1] == '*'))) {
			skip_comment(s);
		} else if (c == '"') {
			skip_string(s);
		} else if (c == '@') {
			scan_include(s);
		} else if (strchr("{}[]()", c)) {
			scan_bracket(s);
		} else if (c == '=' || c == ':') {
			scan_equals(s);
		} else if (isalpha((unsigned char)c) || c == '*') {
			s->p += strspn(s->p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_*");
		} else if (isdigit((unsigned char)c) || c == '-' || c == '+' || c == '.') {
			scan_number(s);
		} else if (c == ' ' || c == '\t') {
			s->p += strspn(s->p, " \t");
		} else {
			s->line += c == '\n';
			s->p++;
		}
		if (s->p - start > MAX_TOKEN_KIB * 1024) {
			FAULT(s, s->line, "what ends here has more than %d KiB: write a string in several parts",
			      MAX_TOKEN_KIB);
			return;
		}
		s->line_start = c == '\n' || (s->line_start && (c == ' ' || c == '\t'));
	}
	/* The outermost: what is missing may be missing anywhere behind it. */
	if (s->good && s->n_open)
		FAULT(s, s->open[1].line,
		      "the bracket that is opened here is never closed: add what is missing; the file may be cut");
}

/* Whether the file is text as libconfig reads it. False: reported. */
static bool is_text(struct scan *s, size_t len)
{
	static const struct {
		const char *bytes, *name;
		size_t n;
	} marks[] = { { "\xef\xbb\xbf", "UTF-8", 3 }, { "\xff\xfe", "UTF-16", 2 }, { "\xfe\xff", "UTF-16", 2 } };

	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		if (len < marks[i].n || memcmp(s->p, marks[i].bytes, marks[i].n) != 0)
			continue;
		FAULT(s, 1, "the file begins with a byte order mark (%s): save it as UTF-8 without one", marks[i].name);
		return false;
	}
	if (strlen(s->p) == len)
		return true;
	for (const char *p = s->p; *p; p++)
		s->line += *p == '\n';
	FAULT(s, s->line, "NUL byte in the file: evpn.conf is a text file");
	return false;
}

/* Adds `path` to config->files, unless it is there already; takes it over. Returns its index. */
static size_t add_file(struct config_reader *r, char *path)
{
	size_t n_texts = r->config->n_files;
	char **slot;

	for (size_t i = 0; i < r->config->n_files; i++) {
		/* A given text is at the place of `path`, under another name. */
		if (streq(r->config->files[i], path) || (i == 0 && r->given && streq(r->path, path))) {
			free(path);
			return i;
		}
	}
	slot = util_append(&r->config->files, &r->config->n_files, sizeof(*slot));
	*slot = path;
	util_append(&r->config->texts, &n_texts, sizeof(*r->config->texts));
	return r->config->n_files - 1;
}

/* Whether the file may be included here. False: reported. */
static bool may_include(const struct scan *s, const struct config_where *by)
{
	for (const struct scan *p = s->parent; p; p = p->parent)
		if (p->file == s->file) {
			config_problem(s->r, by, "@include \"%.200s\": the file includes itself: remove this line",
				       s->file);
			return false;
		}
	if (s->depth > MAX_DEPTH)
		config_problem(s->r, by, "@include \"%.200s\": more than 10 levels of included files", s->file);
	else if (join_is_full(s->r->join))
		config_problem(s->r, by,
			       "@include \"%.200s\": with this file the configuration has more than 8 MiB or 10000 "
			       "included files: include each file once",
			       s->file);
	else
		return true;
	return false;
}

static bool read_text(struct scan *s, size_t i, const struct config_where *by)
{
	char **slot = &s->r->config->texts[i];
	size_t len = 0;
	int e = 0;

	if (!s->parent && s->r->given) {
		*slot = xstrdup(s->r->given);
		len = strlen(*slot);
	} else {
		e = file_read(s->file, (size_t)MAX_MIB << 20, slot, &len);
	}
	s->p = *slot;
	if (e < 0 && s->parent)
		config_problem(s->r, by, "@include \"%.200s\": %s%s", s->file, config_file_fault(s->r, e),
			       hidden_hint(s->file));
	else if (e < 0)
		config_problem(s->r, NULL, "cannot read %s: %s%s", s->file, config_file_fault(s->r, e),
			       hidden_hint(s->file));
	return e == 0 && is_text(s, len);
}

static bool scan_file(struct config_reader *r, const struct scan *parent, char *path)
{
	struct config_where by = { .file = parent ? parent->file : NULL, .line = parent ? parent->line : 0 };
	size_t n = r->config->n_files, i = add_file(r, path);
	struct scan s = { .r = r, .parent = parent, .file = r->config->files[i], .line = 1, .line_start = true };

	s.good = true;
	s.again = i < n;
	s.depth = parent ? parent->depth + 1 : 0;
	/* What is wrong with a file is reported once. */
	if (!may_include(&s, &by) || (s.again && !r->config->texts[i]) || (!s.again && !read_text(&s, i, &by)))
		return false;
	s.p = s.copied = r->config->texts[i];
	join_begin(r->join, s.file, 1);
	scan_text(&s);
	join_add(r->join, s.copied, s.p);
	return s.good;
}

bool config_scan(struct config_reader *r)
{
	return scan_file(r, NULL, xstrdup(r->given ? r->name : r->path));
}
