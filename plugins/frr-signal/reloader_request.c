/* SPDX-License-Identifier: Apache-2.0 */
/* reloader_request.c - see reloader.h; the protocol is described in evpn-reloader(8) */
#include <string.h>

#include "reloader.h"

/* vtysh takes abbreviations: any beginning of these words will do. */
static bool shows_configuration(const char *word)
{
	static const char *const words[] = { "running-config", "startup-config", "configuration" };
	size_t len = strcspn(word, " ");

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(word, words[i], len) == 0)
			return true;
	return false;
}

/* The reason why the command may not be run, or NULL. */
static const char *check_command(const char *command, const struct options *options)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ._:/-";

	if (command[strspn(command, allowed)])
		return "only letters, digits, spaces and ._:/- may stand in a command";
	command += 4;
	command += strspn(command, " ");
	if (!options->allow_running_config && shows_configuration(command))
		return "a configuration has passwords in it: see --allow-running-config";
	return NULL;
}

static bool take_word(char *ret, size_t size, const char **at, const char *allowed)
{
	size_t n = strspn(*at, allowed);

	if (n == 0 || n >= size || ((*at)[n] != ' ' && (*at)[n] != '\0'))
		return false;
	memcpy(ret, *at, n);
	ret[n] = '\0';
	*at += n + ((*at)[n] == ' ');
	return true;
}

enum status request_parse(const char *line, const struct options *options, struct request *ret_request,
			  const char **ret_why)
{
	static const char word[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._/-";
	struct request request = { .kind = JOB_NONE };
	const char *at = line + strlen(WIRE_HELLO);

	if (strncmp(line, WIRE_HELLO, strlen(WIRE_HELLO)) != 0) {
		*ret_why = "this is evpn-reloader, protocol 1: see evpn-reloader(8)";
		return STATUS_INVALID;
	}
	if (strncmp(at, "reload ", 7) == 0) {
		request.kind = JOB_RELOAD;
		at += 7;
		if (!take_word(request.generation, sizeof(request.generation), &at, word) ||
		    (*at && !take_word(request.sum, sizeof(request.sum), &at, "0123456789abcdef")) || *at) {
			*ret_why = "expected: reload GENERATION [SUM]";
			return STATUS_INVALID;
		}
	} else if (strncmp(at, "show ", 5) == 0) {
		request.kind = JOB_SHOW;
		request.command = at;
		*ret_why = check_command(at, options);
		if (*ret_why)
			return STATUS_DENIED;
	} else if (strcmp(at, "watch") == 0) {
		request.watch = true;
	} else if (strcmp(at, "status") != 0) {
		*ret_why = "expected: reload GENERATION [SUM], show ..., watch, or status";
		return STATUS_INVALID;
	}
	*ret_request = request;
	return STATUS_OK;
}
