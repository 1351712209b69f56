/* SPDX-License-Identifier: Apache-2.0 */
/*
 * last_good.h - saves the last configuration without errors, for a start with one that is missing or has errors
 */
#pragma once

#include "config/config.h"
#include "evpn-plugin.h"

/*
 * Writes config->text to `path` (mode 0600; creates the directory), unless the file has this text already. 0, or <0
 * with err.
 */
int last_good_save(const char *path, const struct config *config, struct evpn_error *err);

/* When the file was written, "2026-11-24 13:04:05"; the caller frees it. NULL: there is no file. */
char *last_good_date(const char *path);
