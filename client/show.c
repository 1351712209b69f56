/* SPDX-License-Identifier: Apache-2.0 */
/* show.c - words that all of evpnctl's output shares; see show.h */
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "show.h"

static const char *color_of(const char *state)
{
	static const char *const good[] = { "healthy", "up", "Established", "applied", "ok", "done" };
	static const char *const bad[] = { "failed", "degraded",   "down",    "Active", "Connect",
					   "Idle",   "no-carrier", "missing", "broken" };

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		if (streq(good[i], state))
			return "\033[32m";
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (streq(bad[i], state))
			return "\033[31m";
	return "\033[33m";
}

void show_state(const struct options *options, const char *state, int width)
{
	int pad = width - (int)strlen(state);

	if (options->color && state[0])
		printf("%s%s\033[0m", color_of(state), state);
	else
		fputs(state, stdout);
	printf("%*s", pad > 0 ? pad : 0, "");
}

void show_text(const struct options *options, char *const *words, const json_t *data)
{
	if (json_text(data, "text")[0])
		printf("%s\n", json_text(data, "text"));
}

void show_metrics(const struct options *options, char *const *words, const json_t *data)
{
	fputs(json_text(data, "metrics"), stdout);
}
