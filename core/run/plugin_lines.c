/* SPDX-License-Identifier: Apache-2.0 */
/* plugin_lines.c - see plugin_lines.h */
#include "run/plugin_lines.h"

#define LINE_MS	 (1000 / PLUGIN_LINES_PER_SECOND)
#define LIMIT_MS (PLUGIN_LINES_BURST * LINE_MS)
/* The debt at which a plugin is listened to again. */
#define RESUME_MS (LIMIT_MS * 9 / 10)

enum plugin_line plugin_lines_take(struct plugin_lines *lines, uint64_t now_ms)
{
	uint64_t passed = now_ms > lines->settled_ms ? now_ms - lines->settled_ms : 0;
	bool was_dropping = lines->dropping;

	lines->debt_ms -= passed < lines->debt_ms ? passed : lines->debt_ms;
	lines->settled_ms += passed;
	if (lines->dropping ? lines->debt_ms > RESUME_MS : lines->debt_ms + LINE_MS > LIMIT_MS) {
		lines->dropping = true;
		lines->n_dropped++;
		return was_dropping ? PLUGIN_LINE_DROP : PLUGIN_LINE_DROP_FIRST;
	}
	lines->dropping = false;
	lines->debt_ms += LINE_MS;
	return was_dropping ? PLUGIN_LINE_LOG_AGAIN : PLUGIN_LINE_LOG;
}
