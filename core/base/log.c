/* SPDX-License-Identifier: Apache-2.0 */
/* log.c - see log.h */
#include "log.h"
#include "util.h"

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

static void start_line(enum evpn_log_level level, const char *prefix)
{
	if (!isatty(STDERR_FILENO))
		fprintf(stderr, "<%d>", (int)level);
	else if (level <= EVPN_LOG_WARNING)
		fprintf(stderr, "evpnd: %s: ", level == EVPN_LOG_ERROR ? "error" : "warning");
	else
		fputs("evpnd: ", stderr);
	if (prefix)
		fprintf(stderr, "%s: ", prefix);
}

void log_vline(enum evpn_log_level level, const char *prefix, const char *format, va_list ap)
{
	_cleanup_free_ char *text = NULL;
	char *line, *save = NULL;

	if (level > max_level || vasprintf(&text, format, ap) < 0)
		return;
	/* A quoted tool may say several lines: each gets its priority. */
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		start_line(level, prefix);
		fprintf(stderr, "%s\n", line);
	}
}

void log_line(enum evpn_log_level level, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	log_vline(level, NULL, format, ap);
	va_end(ap);
}
