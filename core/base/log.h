/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h - log lines on stderr
 *
 * Where stderr is the journal each line begins with its priority, "<4>" (sd-daemon(3)); elsewhere, on a terminal, in a file or the
 * log of a container, with a word. Only
 * run/report.c logs errors, each once: every other function returns them in a struct evpn_error. A warning is logged where
 * the work goes on in spite of it.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>

#include "evpn-plugin.h"

/* Lines above this level are dropped. Default: EVPN_LOG_INFO. */
void log_set_level(enum evpn_log_level level);

/* Whether lines of this level are logged. For a text that costs time to make. */
bool log_is_shown(enum evpn_log_level level);

/* "error", "warning", "notice", "info", "debug" -> *ret_level. 0, or -1: it is none of these. */
int log_parse_level(const char *text, enum evpn_log_level *ret_level);

/*
 * How lines begin: "priority", "text", or "auto" as above, the default, which the environment variable EVPND_LOG_PREFIX replaces.
 * 0, or -1: it is none of these.
 */
int log_set_prefix(const char *text);

/*
 * A message of several lines is logged as several lines, each with its priority; each is escaped and cut (escape.h).
 * `prefix` may be NULL.
 */
void log_line(enum evpn_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_vline(enum evpn_log_level level, const char *prefix, const char *format, va_list ap)
	__attribute__((format(printf, 3, 0)));

/* How a line of this level begins: its priority or a word. For a text that is logged by other means. */
const char *log_line_start(enum evpn_log_level level);

#define log_error(...)	 log_line(EVPN_LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(EVPN_LOG_WARNING, __VA_ARGS__)
#define log_notice(...)	 log_line(EVPN_LOG_NOTICE, __VA_ARGS__)
#define log_info(...)	 log_line(EVPN_LOG_INFO, __VA_ARGS__)
#define log_debug(...)	 log_line(EVPN_LOG_DEBUG, __VA_ARGS__)
