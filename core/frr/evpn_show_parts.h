/* SPDX-License-Identifier: Apache-2.0 */
/* evpn_show_parts.h - between evpn_show.c and evpn_show_routes.c; no other file needs it */
#pragma once

#include <jansson.h>

#include "frr/evpn_show.h"

/* NULL: no answer, or no JSON. The caller releases it. */
json_t *evpn_show_parse(const char *answer);

/* A text of FRR's, cut, and with '?' in place of what is not printable ASCII. */
void evpn_show_copy(char *dst, size_t size, const char *text);
