/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.h - what every reader of JSON needs beside jansson: limits for text of others, and members
 *
 * jansson makes up to 70 times as much memory of a text as the text has bytes ("[{},{},..."), and calls itself for each level.
 * So a text is scanned before it is parsed, which costs little.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#define JSON_TEXT_MIB	 16u
#define JSON_DEPTH_MAX	 64u
#define JSON_VALUES_MAX	 1000000u /* about 200 MB in jansson's form at most */
#define JSON_LIMITS_TEXT "more than 16 MiB, 64 levels or 1,000,000 values"

/* All members are 0 at the beginning of a text. */
struct json_scan {
	size_t n_bytes, n_values;
	unsigned int depth;
	bool in_string, escaped;
};

/* Takes the next piece of a text, which may end anywhere. false: the text is above a limit. Syntax is jansson's matter. */
bool json_scan_add(struct json_scan *scan, const char *data, size_t len);

/* As json_loads() of a text within the limits. NULL: error->text says why. */
json_t *json_parse(const char *text, size_t flags, json_error_t *error);

/*
 * The same for an answer of FRR, which passes on names of devices as they are, and may print a name that is freed already (FRR 8.4, of
 * a VXLAN that goes): where it is no UTF-8, each byte beyond ASCII is read as `?`.
 */
json_t *json_parse_bytes(const char *text, json_error_t *error);

/*
 * A text of others as a JSON string: escaped as for a terminal, so that it is valid JSON whatever its bytes are. jansson takes
 * UTF-8 only.
 */
json_t *json_printable(const char *text);

/* A member's text, owned by the object; "" where it is missing or no text. Takes NULL. */
static inline const char *json_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}
