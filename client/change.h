/* SPDX-License-Identifier: Apache-2.0 */
/*
 * change.h - the commands that preview, make and undo a change of evpn.conf; each returns the exit code
 *
 * The text of a file goes to evpnd, not its path: evpnd's unit hides some directories from it.
 */
#pragma once

#include "options.h"

int change_plan(const struct options *options, char *const *words);
int change_apply(const struct options *options, char *const *words);
int change_revert(const struct options *options, char *const *words);
