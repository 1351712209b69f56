/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evpn-plugin-options.h - reads the options of a plugin; to be used in its open()
 *
 * Each function returns 0, or -1 with err filled in: the message names the option, its value and what is allowed. If the
 * option is not set, the output becomes `fallback`. Outputs are touched only on success; texts belong to the host and live
 * until close. evpn-plugin(3), Option helpers, describes them.
 *
 *	if (evpn_option_required(host, "path", "a network namespace", err) < 0 ||
 *	    evpn_option_path(host, "path", NULL, &self->path, err) < 0 ||
 *	    evpn_option_unsigned(host, "timeout", 30, 1, 3600, "seconds", &self->timeout, err) < 0)
 *		return -1;
 *
 * Header only; C99 or later, and C++.
 */
#ifndef EVPN_PLUGIN_OPTIONS_H
#define EVPN_PLUGIN_OPTIONS_H

#include <evpn-plugin.h>

#if defined(__cplusplus) || (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 199901L)
#include <errno.h>
#include <limits.h>
#ifndef __cplusplus
#include <stdbool.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of a path with its NUL: PATH_MAX of Linux, less room for a short name behind it, as "/PID/ns/net". */
#define EVPN_OPTION_PATH_SIZE 4064

/* Fails if the option is not set. `what` says what to set it to. */
static EVPN_UNUSED int evpn_option_required(const struct evpn_host *host, const char *key, const char *what,
					    struct evpn_error *err)
{
	if (!host->option(host, key))
		return evpn_fail(err, EINVAL, "option %s is missing: set it to %s", key, what);
	return 0;
}

/* A text that is not empty. */
static EVPN_UNUSED int evpn_option_text(const struct evpn_host *host, const char *key, const char *fallback,
					const char **ret_text, struct evpn_error *err)
{
	const char *text = host->option(host, key);

	if (text && !text[0])
		return evpn_fail(err, EINVAL, "%s = \"\": must not be empty; remove the option to use its default",
				 key);
	*ret_text = text ? text : fallback;
	return 0;
}

/* An absolute path: evpnd's working directory is not the one of the operator. */
static EVPN_UNUSED int evpn_option_path(const struct evpn_host *host, const char *key, const char *fallback,
					const char **ret_path, struct evpn_error *err)
{
	const char *path = host->option(host, key);

	if (path && (path[0] != '/' || strlen(path) >= EVPN_OPTION_PATH_SIZE))
		return evpn_fail(err, EINVAL, "%s = \"%.200s\": must be an absolute path of less than %d characters",
				 key, path, EVPN_OPTION_PATH_SIZE);
	*ret_path = path ? path : fallback;
	return 0;
}

/* true or false. */
static EVPN_UNUSED int evpn_option_bool(const struct evpn_host *host, const char *key, bool fallback, bool *ret_value,
					struct evpn_error *err)
{
	const char *text = host->option(host, key);

	if (text && strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
		return evpn_fail(err, EINVAL, "%s = \"%.200s\": must be true or false", key, text);
	*ret_value = text ? strcmp(text, "true") == 0 : fallback;
	return 0;
}

/* A decimal number from `min` to `max`. `unit` is for the message, as "seconds"; NULL: the number has none. */
static EVPN_UNUSED int evpn_option_unsigned(const struct evpn_host *host, const char *key, unsigned int fallback,
					    unsigned int min, unsigned int max, const char *unit,
					    unsigned int *ret_value, struct evpn_error *err)
{
	const char *text = host->option(host, key), *c = text;
	bool is_number = text && text[0];
	unsigned int value = 0;

	for (; is_number && *c; c++) {
		unsigned int digit = (unsigned int)(*c - '0');

		is_number = *c >= '0' && *c <= '9' && value <= (UINT_MAX - digit) / 10;
		value = is_number ? value * 10 + digit : 0;
	}
	if (text && (!is_number || value < min || value > max))
		return evpn_fail(err, EINVAL, "%s = %.200s: must be a number%s%s from %u to %u", key, text,
				 unit ? " of " : "", unit ? unit : "", min, max);
	*ret_value = text ? value : fallback;
	return 0;
}

#ifdef __cplusplus
}
#endif
#endif

#endif
