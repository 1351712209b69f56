/* SPDX-License-Identifier: Apache-2.0 */
/* health_parts.h - between the files that read FRR's answers; no other file needs it */
#pragma once

#include <jansson.h>

#include "frr/health.h"

/*
 * An answer as JSON, to be released by the caller. Without EVPN some commands of FRR 8.4 print nothing, which counts as an
 * empty object. NULL: it is no JSON; then an item says so of `daemon`.
 */
json_t *health_parse(const char *answer, const char *daemon, const char *command, struct health_report *report);
