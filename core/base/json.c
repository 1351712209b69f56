/* SPDX-License-Identifier: Apache-2.0 */
/* json.c - see json.h */
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/json.h"
#include "base/util.h"

static void scan_char(struct json_scan *scan, char c)
{
	if (scan->in_string) {
		scan->in_string = scan->escaped || c != '"';
		scan->escaped = !scan->escaped && c == '\\';
		return;
	}
	switch (c) {
	case '"':
		scan->in_string = true;
		break;
	case '[':
	case '{':
		scan->depth++;
		scan->n_values++;
		break;
	case ']':
	case '}':
		scan->depth -= scan->depth > 0;
		break;
	case ',':
		scan->n_values++;
		break;
	default:
		break;
	}
}

bool json_scan_add(struct json_scan *scan, const char *data, size_t len)
{
	scan->n_bytes += len;
	if (scan->n_bytes >> 20 >= JSON_TEXT_MIB)
		return false;
	for (size_t i = 0; i < len; i++) {
		scan_char(scan, data[i]);
		if (scan->depth > JSON_DEPTH_MAX || scan->n_values > JSON_VALUES_MAX)
			return false;
	}
	return true;
}

json_t *json_printable(const char *text)
{
	_cleanup_free_ char *shown = escape_text(text);

	return json_string(shown);
}

json_t *json_parse(const char *text, size_t flags, json_error_t *error)
{
	struct json_scan scan = { 0 };

	if (json_scan_add(&scan, text, strlen(text)))
		return json_loads(text, flags, error);
	*error = (json_error_t){ .line = -1 };
	snprintf(error->text, sizeof(error->text), "it has " JSON_LIMITS_TEXT);
	return NULL;
}

json_t *json_parse_bytes(const char *text, json_error_t *error)
{
	_cleanup_free_ char *copy = NULL;
	json_t *json = json_parse(text, 0, error);
	bool replaced = false;

	if (json)
		return json;
	copy = xstrdup(text);
	for (char *c = copy; *c; c++) {
		if ((unsigned char)*c < 0x80)
			continue;
		*c = '?';
		replaced = true;
	}
	return replaced ? json_parse(copy, 0, error) : NULL;
}
