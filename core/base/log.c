/* SPDX-License-Identifier: Apache-2.0 */
/* log.c - see log.h */
#include "base/escape.h"
#include "base/log.h"
#include "base/log_queue.h"
#include "base/util.h"

static enum evpn_log_level max_level = EVPN_LOG_INFO;

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

const char *log_line_start(enum evpn_log_level level)
{
	bool is_tty = isatty(STDERR_FILENO);

	switch (level) {
	case EVPN_LOG_ERROR:
		return is_tty ? "evpnd: error: " : "<3>";
	case EVPN_LOG_WARNING:
		return is_tty ? "evpnd: warning: " : "<4>";
	case EVPN_LOG_NOTICE:
		return is_tty ? "evpnd: " : "<5>";
	case EVPN_LOG_INFO:
		return is_tty ? "evpnd: " : "<6>";
	case EVPN_LOG_DEBUG:
		break;
	}
	/* A plugin may log at a level that the header does not know. */
	return is_tty ? "evpnd: " : "<7>";
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
