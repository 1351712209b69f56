/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin_lines.h - how many lines a plugin may log; pure
 *
 * A plugin may log a burst of lines, and a lasting rate. Above that its lines are dropped and counted, until a tenth of a burst
 * is free again.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Lines at once, and all the time. */
#define PLUGIN_LINES_BURST	200
#define PLUGIN_LINES_PER_SECOND 10

/* Starts zeroed. */
struct plugin_lines {
	uint64_t debt_ms; /* each line costs a part of a second, which time pays off */
	uint64_t settled_ms; /* the debt is that of this time */
	bool dropping;
	unsigned int n_dropped; /* since `dropping` was set */
};

enum plugin_line {
	PLUGIN_LINE_LOG,
	PLUGIN_LINE_LOG_AGAIN, /* the first one after n_dropped lines, which the caller reports and resets */
	PLUGIN_LINE_DROP_FIRST, /* the limit is reached with this line: the caller says so */
	PLUGIN_LINE_DROP
};

/* What becomes of a line at `now_ms` (clock_ms). */
enum plugin_line plugin_lines_take(struct plugin_lines *lines, uint64_t now_ms);
