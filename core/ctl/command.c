/* SPDX-License-Identifier: Apache-2.0 */
/* command.c - the table of commands, and how a request finds its command; see ctl_parts.h */
#include <errno.h>

#include "base/json.h"
#include "base/log.h"
#include "base/util.h"
#include "ctl/ctl_parts.h"

static const struct ctl_command commands[] = {
	{ "status", false, ctl_cmd_status, ctl_cmd_status_again, ctl_cmd_status_end },
	{ "events", false, ctl_cmd_events, NULL, NULL },
	{ "history", false, ctl_cmd_history, NULL, NULL },
	{ "explain", false, ctl_cmd_explain, NULL, ctl_cmd_explain_end },
	{ "metrics", false, ctl_cmd_metrics, NULL, NULL },
	{ "wait", false, ctl_cmd_wait, ctl_cmd_wait_again, ctl_cmd_wait_end },
	{ "collect", true, ctl_cmd_collect, NULL, ctl_cmd_collect_end },
	{ "retry", true, ctl_cmd_retry, ctl_cmd_wait_again, ctl_cmd_wait_end },
	{ "reload", true, ctl_cmd_reload, ctl_cmd_wait_again, ctl_cmd_wait_end },
	{ "up", true, ctl_cmd_up, ctl_cmd_wait_again, ctl_cmd_wait_end },
	{ "down", true, ctl_cmd_down, ctl_cmd_wait_again, ctl_cmd_wait_end },
	{ "plan", true, ctl_cmd_plan, NULL, ctl_cmd_plan_end },
	{ "apply", true, ctl_cmd_apply, ctl_cmd_apply_again, ctl_cmd_apply_end },
	{ "confirm", true, ctl_cmd_confirm, NULL, NULL },
	{ "revert", true, ctl_cmd_revert, ctl_cmd_apply_again, ctl_cmd_apply_end },
	{ "log-level", true, ctl_cmd_log_level, NULL, NULL },
};

static const struct ctl_command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (streq(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static void begin(struct ctl_client *client, const char *name)
{
	const struct ctl_command *command = find_command(name);
	struct evpn_error err = { 0 };

	if (!command) {
		ctl_reply_error(client, "UnknownCommand", "evpnd has no such command; is evpnctl newer than evpnd?");
		return;
	}
	if (command->root && client->peer.uid != 0) {
		log_warning("control socket: user %u, process %d may not `%s': only root may do that", client->peer.uid,
			    client->peer.pid, command->name);
		ctl_reply_error(client, "Forbidden", "only root may do that");
		return;
	}
	log_debug("control socket: user %u, process %d: %s", client->peer.uid, client->peer.pid, command->name);
	client->command = command;
	if (command->begin(client, &err) < 0)
		ctl_reply_error(client, err.code == EINVAL ? "BadRequest" : "Failed", err.msg);
}

void ctl_request(struct ctl_client *client, const char *text, size_t len)
{
	struct json_scan scan = { 0 };
	json_auto_t *request = json_scan_add(&scan, text, len) ? json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL)
							       : NULL;
	json_t *args = json_object_get(request, "args");
	const json_t *version = json_object_get(request, "version");

	if (!json_is_object(request) || !json_is_integer(version) || (args && !json_is_object(args)))
		ctl_reply_error(client, "BadRequest",
				"a request is one line, a JSON object with `version', `command' and `args'");
	else if (json_integer_value(version) != CTL_VERSION)
		ctl_reply_error(client, "BadVersion", "evpnd speaks version 1 of the control protocol");
	else {
		client->args = args ? json_incref(args) : json_object();
		begin(client, json_text(request, "command"));
	}
}
