/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_look.c - the commands status, events and history; see ctl_parts.h */
#include <errno.h>

#include "base/util.h"
#include "ctl/ctl_parts.h"

/* `vni' (0: all): one line of the VNIs, or none of them with "vnis": false. */
static int reply_status(struct ctl_client *client, struct evpn_error *err)
{
	json_int_t vni = 0;
	json_t *status, *vnis, *entry;
	size_t i;

	if (ctl_arg_number(client, "vni", 1, 0xffffff, &vni, err) < 0)
		return -1;
	status = ctl_status(client->ctl);
	vnis = ctl_status_vnis(client->ctl);
	json_object_set_new(status, "vnis", vnis);
	if (vni) {
		json_t *found = NULL;

		json_array_foreach(vnis, i, entry)
		{
			if (json_integer_value(json_object_get(entry, "vni")) == vni)
				found = entry;
		}
		if (!found) {
			json_decref(status);
			return evpn_fail(err, ENOENT, "VNI %lld is not in evpn.conf", (long long)vni);
		}
		json_object_set_new(status, "vnis", json_pack("[O]", found));
	}
	ctl_reply(client, status);
	return 1;
}

/* The time of the last health check when the request came. */
struct fresh {
	uint64_t checked_ms;
};

int ctl_cmd_status(struct ctl_client *client, struct evpn_error *err)
{
	const struct control_host *host = client->ctl->host;
	const json_t *fresh = json_object_get(client->args, "fresh");
	struct fresh *state;

	if (fresh && !json_is_boolean(fresh))
		return evpn_fail(err, EINVAL, "argument `fresh' is not true or false");
	if (!json_is_true(fresh))
		return reply_status(client, err);
	state = xcalloc(1, sizeof(*state));
	state->checked_ms = host->daemon->health.last_ms;
	client->state = state;
	if (!host->check_health(host->evpnd) || host->daemon->health.unable)
		return reply_status(client, err);
	return client->replied ? 1 : ctl_cmd_status_again(client, err);
}

int ctl_cmd_status_again(struct ctl_client *client, struct evpn_error *err)
{
	const struct daemon *daemon = client->ctl->host->daemon;
	const struct fresh *state = client->state;

	if (daemon->state.phase == PIPELINE_CONVERGED && !daemon->health.unable &&
	    daemon->health.last_ms == state->checked_ms)
		return 0;
	return reply_status(client, err);
}

void ctl_cmd_status_end(struct ctl_client *client)
{
	free(client->state);
}

int ctl_cmd_events(struct ctl_client *client, struct evpn_error *err)
{
	ctl_journal_follow(client);
	/* So that a client that compares knows from where. */
	ctl_send(client, "status", "data", ctl_status(client->ctl));
	return 0;
}

int ctl_cmd_history(struct ctl_client *client, struct evpn_error *err)
{
	ctl_reply(client, json_pack("{sO}", "runs", client->ctl->journal.history));
	return 1;
}
