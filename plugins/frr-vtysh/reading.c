/* SPDX-License-Identifier: Apache-2.0 */
/* reading.c - see reading.h */
#include <stdlib.h>
#include <string.h>

#include "frr-vtysh/frrdiff.h"
#include "frr-vtysh/reading.h"

#define COMMAND "show running-config"

int reading_init(struct reading *reading, struct evpn_error *err)
{
	return ask_init(&reading->ask, err);
}

void reading_free(struct reading *reading)
{
	reading_drop(reading);
	free(reading->config);
	ask_free(&reading->ask);
}

void reading_drop(struct reading *reading)
{
	vty_drop(&reading->ask.vty);
	reading->active = false;
}

/* Appends a daemon's part, from the first line that is configuration on. */
static int add_part(struct reading *reading, const char *answer)
{
	const char *part = strstr(answer, OUTPUT_FIRST_LINE);
	size_t len = part ? strlen(part) : 0;
	char *config;

	if (!part || reading->len + len >= (FRRDIFF_MAX_MIB << 20) || reading->n_parts == VTY_SHARED_PARTS_MAX)
		return -1;
	config = realloc(reading->config, reading->len + len + 1);
	if (!config)
		return -1;
	reading->config = config;
	reading->parts[reading->n_parts++] = (struct vty_shared_part){
		.at = reading->len, .keeps = vty_shared_is_keeper(reading->daemon, reading->names)
	};
	memcpy(config + reading->len, part, len + 1);
	reading->len += len;
	return 0;
}

/* The next daemon. Returns whether there is one. */
static bool take_name(struct reading *reading)
{
	size_t len;

	reading->rest += strspn(reading->rest, " ");
	len = strcspn(reading->rest, " ");
	if (len == 0 || len >= sizeof(reading->daemon))
		return false;
	memcpy(reading->daemon, reading->rest, len);
	reading->daemon[len] = '\0';
	reading->rest += len;
	return true;
}

int reading_go_on(struct reading *reading, struct output *ret_output)
{
	const char *answer;
	bool more = true;
	int r = 1;

	while (more) {
		r = ask_daemon(&reading->ask, reading->daemon, COMMAND, &answer, &reading->err);
		if (r > 0 && add_part(reading, answer) < 0)
			r = -1;
		if (r == 0)
			return 0;
		more = r > 0 && take_name(reading);
	}
	reading_drop(reading);
	if (r > 0 && vty_shared_remove_lost(reading->config, reading->parts, reading->n_parts) < 0)
		r = -1;
	if (r > 0)
		*ret_output = (struct output){ .messages = "", .daemons = reading->names, .config = reading->config };
	return r;
}

int reading_begin(struct reading *reading, struct output *ret_output)
{
	struct evpn_error ignored = { 0 };
	const char *names;

	reading_drop(reading);
	memset(&reading->err, 0, sizeof(reading->err));
	reading->len = reading->n_parts = 0;
	if (ask_daemon(&reading->ask, NULL, "show daemons", &names, &ignored) <= 0)
		return -1;
	strcpy(reading->names, names);
	reading->rest = reading->names;
	if (!take_name(reading))
		return -1;
	reading->active = true;
	return reading_go_on(reading, ret_output);
}

bool reading_handle_event(struct reading *reading, unsigned int events)
{
	return ask_handle_event(&reading->ask, events) && reading->active;
}
