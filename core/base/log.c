/* SPDX-License-Identifier: Apache-2.0 */
/* log.c - see log.h */
#include <sys/stat.h>

#include "base/escape.h"
#include "base/log.h"
#include "base/log_queue.h"
#include "base/util.h"

enum log_prefix { LOG_PREFIX_UNSET, LOG_PREFIX_AUTO, LOG_PREFIX_PRIORITY, LOG_PREFIX_TEXT };

static enum evpn_log_level max_level = EVPN_LOG_INFO;
static enum log_prefix prefix_kind;

static const struct {
	enum evpn_log_level level;
	const char *name;
} levels[] = {
	{ EVPN_LOG_ERROR, "error" }, { EVPN_LOG_WARNING, "warning" }, { EVPN_LOG_NOTICE, "notice" },
	{ EVPN_LOG_INFO, "info" },   { EVPN_LOG_DEBUG, "debug" },
};

void log_set_level(enum evpn_log_level level)
{
	max_level = level;
}

bool log_is_shown(enum evpn_log_level level)
{
	return level <= max_level;
}

int log_parse_level(const char *text, enum evpn_log_level *ret_level)
{
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		if (streq(levels[i].name, text)) {
			*ret_level = levels[i].level;
			return 0;
		}
	}
	return -1;
}

/* systemd tells a service which socket of the journal its output is (systemd.exec(5)); it may have been redirected since. */
static bool is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev = 0, inode = 0;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &dev, &inode) == 2 && fstat(STDERR_FILENO, &st) == 0 &&
	       st.st_dev == dev && st.st_ino == inode;
}

int log_set_prefix(const char *text)
{
	static const char *const words[] = { "auto", "priority", "text" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (!streq(words[i], text))
			continue;
		prefix_kind = LOG_PREFIX_AUTO + (enum log_prefix)i;
		return 0;
	}
	return -1;
}

static bool has_priority(void)
{
	const char *env = getenv("EVPND_LOG_PREFIX");

	if (prefix_kind == LOG_PREFIX_UNSET && (!env || log_set_prefix(env) < 0))
		prefix_kind = LOG_PREFIX_AUTO;
	if (prefix_kind == LOG_PREFIX_AUTO)
		prefix_kind = is_journal() ? LOG_PREFIX_PRIORITY : LOG_PREFIX_TEXT;
	return prefix_kind == LOG_PREFIX_PRIORITY;
}

const char *log_line_start(enum evpn_log_level level)
{
	bool priority = has_priority();

	switch (level) {
	case EVPN_LOG_ERROR:
		return priority ? "<3>" : "evpnd: error: ";
	case EVPN_LOG_WARNING:
		return priority ? "<4>" : "evpnd: warning: ";
	case EVPN_LOG_NOTICE:
		return priority ? "<5>" : "evpnd: ";
	case EVPN_LOG_INFO:
		return priority ? "<6>" : "evpnd: ";
	case EVPN_LOG_DEBUG:
		break;
	}
	/* A plugin may log at a level that the header does not know. */
	return priority ? "<7>" : "evpnd: ";
}

static char *make_start(enum evpn_log_level level, const char *prefix)
{
	return xasprintf("%s%s%s", log_line_start(level), prefix ? prefix : "", prefix ? ": " : "");
}

void log_vline(enum evpn_log_level level, const char *prefix, const char *format, va_list ap)
{
	_cleanup_free_ char *text = NULL, *name = prefix ? escape_line(prefix, ESCAPE_LINE_MAX) : NULL;
	char *line, *save = NULL;

	if (!log_is_shown(level) || vasprintf(&text, format, ap) < 0)
		return;
	/* A quoted tool may print several lines: each gets its priority. */
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		_cleanup_free_ char *shown = escape_line(line, ESCAPE_LINE_MAX), *start = make_start(level, name);
		_cleanup_free_ char *whole = xasprintf("%s%s\n", start, shown);

		log_queue_add(whole, strlen(whole));
	}
}

void log_line(enum evpn_log_level level, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	log_vline(level, NULL, format, ap);
	va_end(ap);
}
