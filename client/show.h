/* SPDX-License-Identifier: Apache-2.0 */
/*
 * show.h - evpnd's answers for people: tables and sentences on stdout
 */
#pragma once

#include "base/json.h"

struct show_options {
	bool color;
	bool folds; /* VNIs with neighboring numbers and the same state are one line */
};

/* "healthy" etc. in its color. Only the text itself is colored, so that columns stay. */
void show_state(const struct show_options *options, const char *state, int width);

/* The whole status; with one VNI alone: that one in full. */
void show_status(const json_t *status, bool one_vni, const struct show_options *options);

/* One event in one line. */
void show_event(const json_t *event, const struct show_options *options);

/* The runs, the oldest first. */
void show_history(const json_t *history, const struct show_options *options);
