/* SPDX-License-Identifier: Apache-2.0 */
/* reloader_request.c - see reloader.h; the protocol is described in evpn-reloader(8) */
#include <string.h>

#include "frr-signal/reloader.h"

/* vtysh accepts abbreviations: any beginning of these words shows the configuration. */
static bool shows_configuration(const char *word)
{
	static const char *const words[] = { "running-config", "startup-config", "configuration" };
	size_t len = strcspn(word, " ");

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(word, words[i], len) == 0)
			return true;
	return false;
}

/* Whether the command may be run; if not, *ret_why is the reason. */
static bool is_allowed(const char *command, bool with_passwords, const char **ret_why)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ._:/-";

	if (command[strspn(command, allowed)]) {
		*ret_why = "a command may only contain letters, digits, spaces and ._:/-";
		return false;
	}
	command += 4;
	command += strspn(command, " ");
	if (!with_passwords && shows_configuration(command)) {
		*ret_why = "FRR's configuration contains passwords; evpn-reloader shows it only with "
			   "--allow-running-config";
		return false;
	}
	return true;
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

/* "DAEMON show ..." */
static enum status parse_question(const char *at, const struct options *options, struct request *ret_request,
				  const char **ret_why)
{
	/* The clients of a unix socket are root and evpn-reloader's user, who can read frr.conf itself. */
	bool with_passwords = options->allow_running_config || strncmp(options->listen, "unix:", 5) == 0;
	struct request request = { .kind = JOB_NONE, .asks = true };
	struct evpn_error ignored;

	if (!take_word(request.daemon, sizeof(request.daemon), &at, "abcdefghijklmnopqrstuvwxyz0123456789-") ||
	    vty_check(request.daemon, at, &ignored) < 0) {
		*ret_why = "expected: ask DAEMON show ...";
		return STATUS_DENIED;
	}
	if (!is_allowed(at, with_passwords, ret_why))
		return STATUS_DENIED;
	request.command = at;
	*ret_request = request;
	return STATUS_OK;
}

enum status request_parse(const char *line, const struct options *options, struct request *ret_request,
			  const char **ret_why)
{
	static const char word[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._/-";
	struct request request = { .kind = JOB_NONE };
	const char *at = line + strlen(PROTOCOL_HELLO);

	if (strncmp(line, PROTOCOL_HELLO, strlen(PROTOCOL_HELLO)) != 0) {
		*ret_why = "not a request of evpn-reloader's protocol 1, see evpn-reloader(8)";
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
		if (!is_allowed(at, options->allow_running_config, ret_why))
			return STATUS_DENIED;
	} else if (strncmp(at, "ask ", 4) == 0) {
		return parse_question(at + 4, options, ret_request, ret_why);
	} else if (strcmp(at, "daemons") == 0) {
		request.asks = true;
	} else if (strcmp(at, "watch") == 0) {
		request.watch = true;
	} else if (strcmp(at, "status") != 0) {
		*ret_why = "expected: reload GENERATION [SUM], show ..., ask ..., daemons, watch, or status";
		return STATUS_INVALID;
	}
	*ret_request = request;
	return STATUS_OK;
}
