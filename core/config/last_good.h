/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lastgood.h - the last configuration that was taken, kept for a start that finds a bad one, or none
 */
#pragma once

#include "config.h"
#include "evpn-plugin.h"

/* Writes config->text to `path` (0600, with its directory), unless it is there already. 0 or <0. */
int lastgood_save(const char *path, const struct config *config, struct evpn_error *err);

/* "2026-11-24 13:04:05", when it was written; to be freed. NULL: there is none. */
char *lastgood_date(const char *path);

void lastgood_forget(const char *path);
