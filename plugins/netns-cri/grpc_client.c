/* SPDX-License-Identifier: Apache-2.0 */
/* grpc_client.c - see grpc_client.h */
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include "lib/folder.h"
#include "lib/process.h"
#include "netns-cri/grpc_client.h"

struct transfer {
	CURL *easy; /* NULL: no transfer was begun */
	struct curl_slist *headers;
	struct cri_request request;
	struct grpc_reply reply;
	size_t used; /* of a stream: bytes of reply.body that client_next_message() has returned */
	bool ended;
	CURLcode code; /* the result, once it has ended */
	int append_error; /* why on_body() has refused data: an errno value */
	char path[128], method[32];
	int place; /* the socket that the path names, not opened (O_PATH); -1: none */
	char error[CURL_ERROR_SIZE];
};

struct client {
	int epoll;
	int timer;
	long timeout_ms;
	CURLM *multi;
	struct transfer call, stream;
};

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	struct client *client = arg;
	struct epoll_event event = { .data.fd = fd };

	if (what == CURL_POLL_REMOVE) {
		epoll_ctl(client->epoll, EPOLL_CTL_DEL, fd, NULL); /* fails if libcurl has closed it already */
		return 0;
	}
	event.events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
	if (epoll_ctl(client->epoll, EPOLL_CTL_MOD, fd, &event) < 0 &&
	    epoll_ctl(client->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		return -1;
	return 0;
}

static int on_timer(CURLM *multi, long ms, void *arg)
{
	const struct client *client = arg;
	struct itimerspec spec = { 0 };

	if (ms > 0)
		spec.it_value = (struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
	else if (ms == 0)
		spec.it_value.tv_nsec = 1;
	return timerfd_settime(client->timer, 0, &spec, NULL);
}

/* Without this callback libcurl creates sockets that are not close-on-exec. */
static curl_socket_t on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	return socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);
}

static size_t on_header(char *line, size_t size, size_t n, void *arg)
{
	struct transfer *transfer = arg;

	grpc_reply_header(&transfer->reply, line, size * n);
	return size * n;
}

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
	struct transfer *transfer = arg;
	int r = grpc_reply_append(&transfer->reply, data, size * n);

	if (r < 0)
		transfer->append_error = -r;
	return r < 0 ? 0 : size * n;
}

/*
 * Creates libcurl's multi handle. libcurl 7 also creates a pair of sockets to wake itself up, which are not
 * close-on-exec, and which it does not report. In a process with one thread they get the two lowest free descriptors.
 */
static CURLM *new_multi(int any_fd)
{
	int a = fcntl(any_fd, F_DUPFD_CLOEXEC, 0), b = fcntl(any_fd, F_DUPFD_CLOEXEC, 0);
	CURLM *multi;

	fd_close(&a);
	fd_close(&b);
	multi = curl_multi_init();
	for (int i = 0; i < 2; i++) {
		int fd = i ? b : a, flags = fd < 0 ? -1 : fcntl(fd, F_GETFD);

		if (flags >= 0)
			fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
	}
	return multi;
}

int client_open(int epoll, long timeout_ms, struct client **ret_client, struct evpn_error *err)
{
	struct client *client = calloc(1, sizeof(*client));
	struct epoll_event event = { .events = EPOLLIN };

	if (!client)
		return evpn_fail(err, ENOMEM, "%s", strerror(ENOMEM));
	if (curl_global_init(CURL_GLOBAL_NOTHING) != CURLE_OK) {
		free(client);
		return evpn_fail(err, ENOMEM, "cannot initialise libcurl");
	}
	client->epoll = epoll;
	client->timeout_ms = timeout_ms;
	client->call.place = client->stream.place = -1;
	grpc_reply_clear(&client->call.reply);
	grpc_reply_clear(&client->stream.reply);
	client->timer = event.data.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	client->multi = new_multi(epoll);
	if (client->timer < 0 || !client->multi || epoll_ctl(epoll, EPOLL_CTL_ADD, client->timer, &event) < 0) {
		client_close(client);
		return evpn_fail(err, EIO, "cannot create the timer and the event sources of libcurl");
	}
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
	*ret_client = client;
	return 0;
}

static void end_transfer(struct client *client, struct transfer *transfer)
{
	if (transfer->easy) {
		curl_multi_remove_handle(client->multi, transfer->easy);
		curl_easy_cleanup(transfer->easy);
	}
	curl_slist_free_all(transfer->headers);
	free(transfer->request.data);
	fd_close(&transfer->place);
	grpc_reply_clear(&transfer->reply);
	*transfer = (struct transfer){ .reply = transfer->reply, .place = -1 };
}

void client_cancel(struct client *client)
{
	end_transfer(client, &client->call);
	end_transfer(client, &client->stream);
}

void client_close(struct client *client)
{
	if (!client)
		return;
	client_cancel(client);
	curl_multi_cleanup(client->multi);
	fd_close(&client->timer);
	curl_global_cleanup();
	free(client);
}

static void add_header(struct transfer *transfer, const char *line)
{
	struct curl_slist *list = curl_slist_append(transfer->headers, line);

	if (list)
		transfer->headers = list;
}

/* HTTP/2 without an upgrade from HTTP/1.1, no proxy, and no reuse of connections. */
static CURLcode set_options(struct transfer *transfer, const char *url)
{
	CURL *easy = transfer->easy;
	CURLcode code = curl_easy_setopt(easy, CURLOPT_URL, url);
	char place[32];

	/* If the socket is missing, libcurl reports that, as it does when nobody listens. */
	snprintf(place, sizeof(place), "/proc/self/fd/%d", transfer->place);

	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->request.data);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)transfer->request.len);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
	if (code == CURLE_OK)
		code = curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, place);
	if (code == CURLE_OK)
		code = curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE);
	return code;
}

static int begin(struct client *client, struct transfer *transfer, const char *path, const char *service,
		 const char *method, struct cri_request request, long limit_ms, struct evpn_error *err)
{
	char url[160], limit[48];
	CURLcode code;

	end_transfer(client, transfer);
	transfer->request = request;
	snprintf(transfer->path, sizeof(transfer->path), "%s", path);
	snprintf(transfer->method, sizeof(transfer->method), "%s", method);
	snprintf(url, sizeof(url), "http://localhost/%s/%s", service, method);
	add_header(transfer, "content-type: application/grpc");
	add_header(transfer, "te: trailers");
	add_header(transfer, "expect:");
	add_header(transfer, "user-agent: evpnd");
	if (limit_ms) {
		snprintf(limit, sizeof(limit), "grpc-timeout: %ldm", limit_ms);
		add_header(transfer, limit);
	}
	/* Only root can have made a link in the path; the socket stays the same until the connection stands. */
	transfer->place = folder_open_socket(path, FOLDER_ROOT_LINKS_TO_END);
	if (transfer->place < 0 && transfer->place != -ENOENT)
		return evpn_fail(err, folder_code(transfer->place), "cannot connect to %s: %s", path,
				 folder_fault(transfer->place));
	transfer->easy = curl_easy_init();
	if (!transfer->easy || !request.data)
		return evpn_fail(err, ENOMEM, "%s", strerror(ENOMEM));
	code = set_options(transfer, url);
	curl_easy_setopt(transfer->easy, limit_ms ? CURLOPT_TIMEOUT_MS : CURLOPT_CONNECTTIMEOUT_MS, client->timeout_ms);
	if (code != CURLE_OK || curl_multi_add_handle(client->multi, transfer->easy) != CURLM_OK)
		return evpn_fail(err, EIO, "cannot start a request to %s: %s; libcurl must be built with HTTP/2", path,
				 curl_easy_strerror(code));
	return 0;
}

int client_call(struct client *client, const char *path, const char *service, const char *method,
		struct cri_request request, struct evpn_error *err)
{
	return begin(client, &client->call, path, service, method, request, client->timeout_ms, err);
}

int client_listen(struct client *client, const char *path, const char *service, const char *method,
		  struct cri_request request, struct evpn_error *err)
{
	return begin(client, &client->stream, path, service, method, request, 0, err);
}

void client_event(struct client *client, int fd, uint32_t events)
{
	int running, left, mask = 0;
	const CURLMsg *message;

	if (fd == client->timer) {
		if (!fd_timer_expired(fd))
			return;
		fd = CURL_SOCKET_TIMEOUT;
	} else {
		mask = (events & EPOLLIN ? CURL_CSELECT_IN : 0) | (events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
		       (events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
	}
	curl_multi_socket_action(client->multi, fd, mask, &running);
	while ((message = curl_multi_info_read(client->multi, &left))) {
		struct transfer *transfer = &client->call;

		if (message->msg != CURLMSG_DONE)
			continue;
		if (message->easy_handle == client->stream.easy)
			transfer = &client->stream;
		transfer->ended = true;
		transfer->code = message->data.result;
	}
}

bool client_has_answer(const struct client *client)
{
	return client->call.ended;
}

static int report_no_answer(const struct client *client, const struct transfer *transfer, struct evpn_error *err)
{
	long os_error = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &os_error);
	if (transfer->append_error)
		return evpn_fail(err, transfer->append_error, "%s: cannot store the reply to %s: %s (limit: %u bytes)",
				 transfer->path, transfer->method, strerror(transfer->append_error), GRPC_MESSAGE_MAX);
	if (transfer->code == CURLE_OPERATION_TIMEDOUT)
		return evpn_fail(err, ETIMEDOUT,
				 "%s: no reply to %s within %ld s; raise option timeout if the runtime is slow",
				 transfer->path, transfer->method, client->timeout_ms / 1000);
	if (transfer->code != CURLE_COULDNT_CONNECT)
		return evpn_fail(err, EPROTO, "%s: %s: %s", transfer->path, transfer->method,
				 transfer->error[0] ? transfer->error : curl_easy_strerror(transfer->code));
	if (os_error == ENOENT || os_error == ECONNREFUSED)
		return evpn_wait(err, "waits for the container runtime: %s: %s", transfer->path,
				 strerror((int)os_error));
	return evpn_fail(err, os_error ? (int)os_error : EIO, "cannot connect to %s: %s%s", transfer->path,
			 os_error ? strerror((int)os_error) : "failed",
			 os_error == EACCES || os_error == EPERM ? "; run evpnd as root" : "");
}

/* containerd listens before it can serve. It replies with status 2 and "server is not initialized yet" until then. */
static bool is_starting(const struct grpc_reply *reply)
{
	return reply->status == GRPC_UNAVAILABLE ||
	       (reply->status > GRPC_OK && strstr(reply->message, "not initialized yet"));
}

int client_answer(const struct client *client, const uint8_t **ret_payload, size_t *ret_len, int *ret_status,
		  enum client_reach *ret_reach, struct evpn_error *err)
{
	const struct transfer *call = &client->call;
	struct evpn_error why;
	int r;

	*ret_status = call->reply.status;
	*ret_reach = call->reply.http_status ? CLIENT_FAULT : CLIENT_UNREACHABLE;
	/* If the gRPC status was received, libcurl's opinion about the end of the HTTP/2 stream does not matter. */
	if (call->code != CURLE_OK && call->reply.status == GRPC_NO_STATUS)
		return report_no_answer(client, call, err);
	r = grpc_reply_message(&call->reply, call->method, ret_payload, ret_len, err);
	if (r > 0 || call->reply.status == GRPC_NOT_FOUND)
		*ret_reach = CLIENT_ANSWERED;
	if (r > 0)
		return r;
	if (!is_starting(&call->reply))
		return evpn_wrap(err, "%s: ", call->path);
	why = *err;
	return evpn_wait(err, "waits for the container runtime: %s: %s", call->path, why.msg);
}

enum client_stream client_stream_state(const struct client *client)
{
	const struct transfer *stream = &client->stream;

	if (!stream->easy)
		return CLIENT_NO_STREAM;
	if (!stream->ended)
		return CLIENT_STREAMING;
	return stream->reply.http_status == 0 || (stream->code != CURLE_OK && stream->reply.status == GRPC_NO_STATUS &&
						  !stream->append_error)
		       ? CLIENT_CUT_OFF
		       : CLIENT_REFUSED;
}

bool client_next_message(struct client *client, const uint8_t **ret_payload, size_t *ret_len)
{
	struct transfer *stream = &client->stream;
	struct grpc_reply *reply = &stream->reply;
	struct evpn_error ignored;

	if (!stream->easy || !reply->len)
		return false;
	if (grpc_frame(reply->body + stream->used, reply->len - stream->used, ret_payload, ret_len, &ignored) > 0) {
		stream->used += GRPC_PREFIX_LEN + *ret_len;
		return true;
	}
	if (stream->used) {
		memmove(reply->body, reply->body + stream->used, reply->len - stream->used);
		reply->len -= stream->used;
		stream->used = 0;
	}
	return false;
}
