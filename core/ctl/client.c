/* SPDX-License-Identifier: Apache-2.0 */
/* client.c - one connection of the control socket: bytes in, bytes out, limits; see ctl_parts.h */
#include <errno.h>
#include <sys/epoll.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/util.h"
#include "ctl/ctl_parts.h"

#define BLOCK_SIZE  65536
#define ACCURACY_US 1000

static void free_client(struct ctl_client *client)
{
	if (client->command && client->command->end)
		client->command->end(client);
	sd_event_source_disable_unref(client->io);
	sd_event_source_disable_unref(client->timer);
	close(client->fd);
	json_decref(client->args);
	free(client->in);
	free(client->out);
	free(client);
}

void ctl_client_sweep(struct ctl *ctl)
{
	if (ctl->busy)
		return;
	for (struct ctl_client **at = &ctl->clients; *at;) {
		struct ctl_client *client = *at;

		if (!client->gone) {
			at = &client->next;
			continue;
		}
		*at = client->next;
		ctl->n_clients--;
		free_client(client);
	}
}

void ctl_client_free_all(struct ctl *ctl)
{
	for (struct ctl_client *client = ctl->clients; client; client = client->next)
		client->gone = true;
	ctl_client_sweep(ctl);
}

static void set_timer(struct ctl_client *client, uint64_t ms)
{
	sd_event_source_set_time_relative(client->timer, ms * 1000);
	sd_event_source_set_enabled(client->timer, ms ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
}

/* Sends what waits, as much as the client takes. */
static void flush(struct ctl_client *client)
{
	while (client->n_sent < client->n_out) {
		ssize_t n = send(client->fd, client->out + client->n_sent, client->n_out - client->n_sent,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EAGAIN)
			break;
		if (n <= 0) {
			client->gone = true;
			return;
		}
		client->n_sent += (size_t)n;
		set_timer(client, CTL_STALL_MS);
	}
	if (client->n_sent < client->n_out) {
		sd_event_source_set_io_events(client->io, EPOLLIN | EPOLLOUT);
		return;
	}
	client->n_sent = client->n_out = 0;
	client->gone |= client->replied;
	sd_event_source_set_io_events(client->io, EPOLLIN);
	set_timer(client, 0);
}

static void add_bytes(struct ctl_client *client, const char *bytes, size_t len)
{
	size_t left = client->n_out - client->n_sent;

	if (client->gone)
		return;
	if (left + len > (client->follows ? CTL_EVENTS_MAX : CTL_ANSWER_MAX)) {
		client->gone = true;
		return;
	}
	if (left)
		memmove(client->out, client->out + client->n_sent, left);
	client->out = xrealloc_array(client->out, left + len, 1);
	memcpy(client->out + left, bytes, len);
	client->n_sent = 0;
	client->n_out = left + len;
	if (left == 0)
		set_timer(client, CTL_STALL_MS);
}

static void send_line(struct ctl_client *client, json_t *line)
{
	_cleanup_free_ char *text = json_dumps(line, JSON_COMPACT);

	json_decref(line);
	/* jansson refuses what is not UTF-8; every text of evpnd's was escaped before. */
	if (!text) {
		client->gone = true;
		return;
	}
	add_bytes(client, text, strlen(text));
	add_bytes(client, "\n", 1);
	if (!client->gone)
		flush(client);
}

void ctl_send(struct ctl_client *client, const char *type, const char *key, json_t *value)
{
	send_line(client, json_pack("{si ss so*}", "version", CTL_VERSION, "type", type, key, value));
}

void ctl_reply(struct ctl_client *client, json_t *data)
{
	client->replied = true;
	ctl_send(client, "result", "data", data);
}

void ctl_reply_error(struct ctl_client *client, const char *code, const char *text)
{
	client->replied = true;
	ctl_send(client, "error", "error", json_pack("{ss ss+}", "code", code, "text", text, ""));
}

void ctl_reply_rejected(struct ctl_client *client, const char *text, const struct config_errors *errors)
{
	client->replied = true;
	ctl_send(client, "error", "error",
		 json_pack("{ss so so}", "code", "Rejected", "text", json_printable(text), "errors",
			   ctl_lines(errors->lines, errors->n_lines)));
}

/* The end of the request, or of what was sent. */
static void take_bytes(struct ctl_client *client, const char *block, size_t len)
{
	size_t max = client->peer.uid == 0 ? CTL_REQUEST_MAX : CTL_REQUEST_MAX_USER;
	const char *end;

	/* After its request a client has nothing more to say. */
	if (client->command || client->replied)
		return;
	if (client->n_in + len > max) {
		ctl_reply_error(client, "TooLong", "the request is too long");
		return;
	}
	if (client->n_in + len > client->in_size) {
		client->in_size = (client->n_in + len) * 2;
		client->in = xrealloc_array(client->in, client->in_size, 1);
	}
	memcpy(client->in + client->n_in, block, len);
	end = memchr(client->in + client->n_in, '\n', len);
	client->n_in += len;
	if (end) {
		ctl_request(client, client->in, (size_t)(end - client->in));
		free(util_take_ptr(&client->in));
		client->n_in = client->in_size = 0;
		/* It waits for evpnd now, not the reverse. */
		if (!client->gone && client->n_sent == client->n_out)
			set_timer(client, 0);
	}
}

static void read_once(struct ctl_client *client)
{
	char block[BLOCK_SIZE];
	ssize_t n = recv(client->fd, block, sizeof(block), MSG_DONTWAIT);

	if (n > 0)
		take_bytes(client, block, (size_t)n);
	else if (n == 0 || errno != EAGAIN)
		client->gone = true;
}

bool ctl_client_is_behind(const struct ctl_client *client)
{
	return client->n_sent < client->n_out;
}

static void again(struct ctl_client *client)
{
	struct evpn_error err = { 0 };

	if (!client->gone && !client->replied && client->command && client->command->again &&
	    client->command->again(client, &err) < 0)
		ctl_reply_error(client, "Failed", err.msg);
}

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct ctl_client *client = arg;
	struct ctl *ctl = client->ctl;

	ctl->busy++;
	if (revents & EPOLLOUT) {
		flush(client);
		if (!ctl_client_is_behind(client))
			again(client);
	}
	if (!client->gone && (revents & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		read_once(client);
	ctl->busy--;
	ctl_client_sweep(ctl);
	return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *arg)
{
	struct ctl_client *client = arg;

	client->gone = true;
	ctl_client_sweep(client->ctl);
	return 0;
}

static size_t count_of_user(const struct ctl *ctl, uid_t uid)
{
	size_t n = 0;

	for (const struct ctl_client *client = ctl->clients; client; client = client->next)
		n += client->peer.uid == uid;
	return n;
}

/* Whether the group that may look is the peer's own or one of its others (SO_PEERGROUPS, unix(7)). */
static bool is_in_group(int fd, const struct ucred *peer, uint32_t group)
{
	gid_t groups[512];
	socklen_t len = sizeof(groups);

	if (group == UINT32_MAX)
		return false;
	if (peer->gid == group)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) < 0)
		return false;
	for (size_t i = 0; i < len / sizeof(groups[0]); i++)
		if (groups[i] == group)
			return true;
	return false;
}

/* NULL: the client is let in. */
static const char *find_objection(const struct ctl *ctl, int fd, const struct ucred *peer)
{
	if (ctl->n_clients >= CTL_CLIENTS_MAX)
		return "too many connections";
	if (peer->uid == 0)
		return NULL;
	if (!is_in_group(fd, peer, ctl->group))
		return "neither root nor in control.group of evpn.conf";
	return count_of_user(ctl, peer->uid) >= CTL_CLIENTS_OF_USER ? "too many connections of this user" : NULL;
}

/* One line a minute is enough to find who it is. */
static void log_refusal(struct ctl *ctl, const struct ucred *peer, const char *why)
{
	uint64_t now = clock_ms();

	if (ctl->refused_ms && now - ctl->refused_ms < 60000)
		return;
	ctl->refused_ms = now;
	log_warning("control socket: refused user %u, process %d: %s", peer->uid, peer->pid, why);
}

void ctl_client_add(struct ctl *ctl, int fd)
{
	struct ctl_client *client;
	struct ucred peer = { .uid = UINT32_MAX };
	socklen_t len = sizeof(peer);
	const char *why;
	int r;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0) {
		close(fd);
		return;
	}
	why = find_objection(ctl, fd, &peer);
	if (why) {
		log_refusal(ctl, &peer, why);
		close(fd);
		return;
	}
	client = xcalloc(1, sizeof(*client));
	*client = (struct ctl_client){ .ctl = ctl, .next = ctl->clients, .fd = fd, .peer = peer };
	ctl->clients = client;
	ctl->n_clients++;
	r = sd_event_add_io(ctl->host->event, &client->io, fd, EPOLLIN, on_io, client);
	if (r >= 0)
		r = sd_event_add_time_relative(ctl->host->event, &client->timer, CLOCK_MONOTONIC,
					       CTL_REQUEST_MS * 1000ull, ACCURACY_US, on_timer, client);
	if (r < 0) {
		client->gone = true;
		ctl_client_sweep(ctl);
	}
}

void ctl_client_again(struct ctl *ctl)
{
	for (struct ctl_client *client = ctl->clients; client; client = client->next)
		again(client);
	ctl_client_sweep(ctl);
}
