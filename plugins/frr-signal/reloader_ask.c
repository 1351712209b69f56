/* SPDX-License-Identifier: Apache-2.0 */
/* reloader_ask.c - see reloader_client.h */
#include <string.h>

#include "frr-signal/reloader_client.h"

/* Answers with a text of the question's, which stays its own. */
static void answer(struct client *client, enum status status, const char *error, const char *text, size_t len)
{
	struct result result = { .status = status, .error = error };
	/* client_answer() only reads the body. */
	union {
		const char *given;
		char *wanted;
	} data = { .given = text };

	result.body = (struct text){ .data = data.wanted, .len = len };
	client_answer(client, &result, "-");
}

static void answer_failed(struct client *client, const struct evpn_error *err)
{
	answer(client, STATUS_FAILED, protocol_error_name(err->code), err->msg, strlen(err->msg));
}

/* Answers if the question has an outcome. */
static void check(struct client *client)
{
	const struct vty *vty = &client->vty;

	if (vty->outcome > 0)
		answer(client, STATUS_OK, NULL, vty->answer.text, vty->answer.len);
	else if (vty->outcome < 0)
		answer_failed(client, &vty->err);
}

void ask_begin(struct client *client, const struct daemons *daemons)
{
	const struct vty_place place = { .root = -1, .dir = daemons->dir, .pathspace = daemons->pathspace };
	struct evpn_error err = { 0 };
	char names[VTY_NAMES_SIZE];

	if (client->request.daemon[0]) {
		client->state = CLIENT_ASKING;
		vty_begin(&client->vty, &place, client->request.daemon, client->request.command, VTY_LIMIT_MS);
		check(client);
	} else if (vty_list_daemons(&place, names, &err) < 0) {
		answer_failed(client, &err);
	} else {
		answer(client, STATUS_OK, NULL, names, strlen(names));
	}
}

void ask_handle(struct client *client)
{
	vty_handle(&client->vty);
	check(client);
}
