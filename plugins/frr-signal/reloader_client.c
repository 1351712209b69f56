/* SPDX-License-Identifier: Apache-2.0 */
/* reloader_client.c - see reloader_client.h; the protocol is described in evpn-reloader(8) */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "frr-signal/reloader_client.h"

/* How long a client may take to send its request, and pause while it receives the answer. */
#define CLIENT_LIMIT_MS 5000

const char *client_status_word(enum status status)
{
	static const char *const words[] = { "ok", "notready", "refused", "failed", "denied", "invalid" };

	return words[status];
}

void client_open(struct client *client, int fd, bool denied)
{
	client->fd = fd;
	client->vty = (struct vty)VTY_CLOSED;
	client->denied = denied;
	client->state = CLIENT_READING;
	client->deadline = clock_ms() + CLIENT_LIMIT_MS;
}

void client_close(struct client *client)
{
	close(client->fd);
	text_free(&client->answer);
	vty_drop(&client->vty);
	memset(client, 0, sizeof(*client));
}

enum client_line client_read(struct client *client)
{
	ssize_t n = recv(client->fd, client->line + client->len, sizeof(client->line) - 1 - client->len, 0);
	char *end;

	if (n < 0 && errno == EAGAIN)
		return CLIENT_LINE_INCOMPLETE;
	if (n <= 0) {
		client_close(client);
		return CLIENT_LINE_INCOMPLETE;
	}
	client->len += (size_t)n;
	client->line[client->len] = '\0';
	end = strchr(client->line, '\n');
	if (end) {
		*end = '\0';
		if (end > client->line && end[-1] == '\r')
			end[-1] = '\0';
		return CLIENT_LINE_COMPLETE;
	}
	if (client->len == sizeof(client->line) - 1 || strlen(client->line) != client->len)
		return CLIENT_LINE_INVALID;
	return CLIENT_LINE_INCOMPLETE;
}

void client_write(struct client *client)
{
	while (client->sent < client->answer.len) {
		ssize_t n = send(client->fd, client->answer.data + client->sent, client->answer.len - client->sent,
				 MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0)
			break;
		client->sent += (size_t)n;
		client->deadline = clock_ms() + CLIENT_LIMIT_MS;
	}
	client_close(client);
}

void client_answer(struct client *client, const struct result *result, const char *generation)
{
	const size_t max = PROTOCOL_BODY_MAX + PROTOCOL_LINE_SIZE;
	const struct text *body = &result->body;

	text_printf(&client->answer, max, "%s%s duration_ms=%lld generation=%s changed=%d%s%s%s length=%zu\n",
		    PROTOCOL_HELLO, client_status_word(result->status), (long long)result->duration_ms, generation,
		    result->changed, result->restored ? " restored=1" : "", result->error ? " error=" : "",
		    result->error ? result->error : "", body->len);
	text_append(&client->answer, body->data ? body->data : "", body->len, max);
	client->state = CLIENT_WRITING;
	client->deadline = clock_ms() + CLIENT_LIMIT_MS;
	client_write(client);
}

void client_answer_text(struct client *client, enum status status, const char *text)
{
	struct result result = { .status = status };

	text_printf(&result.body, PROTOCOL_LINE_SIZE, "%s\n", text);
	client_answer(client, &result, "-");
	text_free(&result.body);
}

bool client_is_timed(const struct client *client)
{
	return client->state == CLIENT_READING || client->state == CLIENT_WRITING;
}
