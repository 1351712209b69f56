/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h - lines on stderr
 *
 * Under systemd or podman each line begins with its priority, "<4>", sd-daemon(3); on a terminal with a word. Errors
 * are logged by the pipeline alone, exactly once; everybody else returns them.
 */
#pragma once

#include <stdarg.h>

#include "evpn-plugin.h"

/* Lines above this level are dropped; the default is EVPN_LOG_INFO. */
void log_set_level(enum evpn_log_level level);

/* "error", "warning", "notice", "info", "debug" -> *ret_level; -1: none of these. */
int log_parse_level(const char *text, enum evpn_log_level *ret_level);

void log_line(enum evpn_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_vline(enum evpn_log_level level, const char *prefix, const char *format, va_list ap)
	__attribute__((format(printf, 3, 0)));

#define log_error(...)	 log_line(EVPN_LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(EVPN_LOG_WARNING, __VA_ARGS__)
#define log_notice(...)	 log_line(EVPN_LOG_NOTICE, __VA_ARGS__)
#define log_info(...)	 log_line(EVPN_LOG_INFO, __VA_ARGS__)
#define log_debug(...)	 log_line(EVPN_LOG_DEBUG, __VA_ARGS__)
