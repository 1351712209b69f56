/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_look.c - the commands status, events and history; see ctl_parts.h */
#include <errno.h>

#include "base/util.h"
#include "ctl/ctl_parts.h"

/* What a status request wants. */
struct status_request {
	json_int_t vni; /* 0: all */
	bool watches; /* and again after each change */
	uint64_t checked_ms; /* fresh: the time of the last health check when the request came */
	uint64_t n_changes; /* watches: of the daemon, when the last status was sent */
};

static json_t *find_vni(json_t *vnis, json_int_t number)
{
	json_t *vni;
	size_t i;

	json_array_foreach(vnis, i, vni)
	{
		if (json_integer_value(json_object_get(vni, "vni")) == number)
			return vni;
	}
	return NULL;
}

/* NULL: err says that there is no such VNI. */
static json_t *make_status(const struct ctl_client *client, json_int_t vni, struct evpn_error *err)
{
	json_t *status = ctl_status(client->ctl), *vnis = ctl_status_vnis(client->ctl), *one;

	if (!vni) {
		json_object_set_new(status, "vnis", vnis);
		return status;
	}
	one = find_vni(vnis, vni);
	if (one) {
		json_object_set_new(one, "links", ctl_status_devices(client->ctl->host->daemon, one));
		json_object_set_new(status, "vnis", json_pack("[O]", one));
	} else {
		json_decref(status);
		status = NULL;
		evpn_fail(err, ENOENT, "VNI %lld is not in evpn.conf", (long long)vni);
	}
	json_decref(vnis);
	return status;
}

static int reply_status(struct ctl_client *client, struct evpn_error *err)
{
	struct status_request *request = client->state;
	json_t *status = make_status(client, request->vni, err);

	if (!status)
		return -1;
	if (!request->watches) {
		ctl_reply(client, status);
		return 1;
	}
	request->n_changes = client->ctl->n_changes;
	ctl_send(client, "status", "data", status);
	return 0;
}

int ctl_cmd_status(struct ctl_client *client, struct evpn_error *err)
{
	const struct control_host *host = client->ctl->host;
	struct status_request *request = xcalloc(1, sizeof(*request));
	bool fresh = false;

	client->state = request;
	if (ctl_arg_number(client, "vni", 1, 0xffffff, &request->vni, err) < 0 ||
	    ctl_arg_flag(client, "watch", &request->watches, err) < 0 || ctl_arg_flag(client, "fresh", &fresh, err) < 0)
		return -1;
	request->checked_ms = host->daemon->health.last_ms;
	if (!fresh || !host->check_health(host->evpnd) || host->daemon->health.unable)
		return reply_status(client, err);
	return client->replied ? 1 : ctl_cmd_status_again(client, err);
}

/* One that watches gets the newest status when it has taken the last one, not all in between. */
static int watch_again(struct ctl_client *client, struct evpn_error *err)
{
	const struct status_request *request = client->state;

	if (request->n_changes == client->ctl->n_changes || ctl_client_is_behind(client))
		return 0;
	return reply_status(client, err);
}

int ctl_cmd_status_again(struct ctl_client *client, struct evpn_error *err)
{
	const struct daemon *daemon = client->ctl->host->daemon;
	const struct status_request *request = client->state;

	if (request->watches)
		return watch_again(client, err);
	if (daemon->state.phase == PIPELINE_CONVERGED && !daemon->health.unable &&
	    daemon->health.last_ms == request->checked_ms)
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
