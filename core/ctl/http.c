/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http.c - see http.h; by libmicrohttpd
 *
 * The server has no thread: its epoll descriptor is one of the daemon's event loop. It listens where evpn.conf says
 * (metrics.listen), in the host's namespace. Only GET and HEAD are answered, connections are few and their memory and time bounded.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "config-build.h"
#include "ctl/http.h"

#define CONNECTIONS_MAX 16
#define CONNECTION_S	10u
#define MEMORY_MAX	(16u << 10)
/*
 * At its limit of connections the server does not listen. When some have ended, the first call closes them, the second one
 * counts them no more, and the third one listens again: it has no event for any of this (libmicrohttpd 0.9.75).
 */
#define RUNS 3

struct http {
	const struct http_source *source;
	struct MHD_Daemon *server;
	sd_event_source *io, *timer;
};

static enum MHD_Result reply(struct MHD_Connection *connection, unsigned int status, const char *type, const char *text)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(strlen(text), (void *)(uintptr_t)text,
									MHD_RESPMEM_MUST_COPY);
	enum MHD_Result r;

	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	r = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return r;
}

/* A probe's question: 200 while the node does what evpn.conf says, as far as anybody knows. */
static enum MHD_Result reply_health(struct MHD_Connection *connection, const struct http_source *source)
{
	static const char *const good[] = { "healthy", "applied", "pending" };
	const char *state = source->state(source->arg);
	char text[32];

	snprintf(text, sizeof(text), "%s\n", state);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (strcmp(good[i], state) == 0)
			return reply(connection, MHD_HTTP_OK, "text/plain", text);
	return reply(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "text/plain", text);
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url, const char *method,
				  const char *version, const char *upload, size_t *upload_len, void **request)
{
	const struct http *http = arg;
	enum MHD_Result r;
	char *text;

	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return MHD_NO;
	if (strcmp(url, "/healthz") == 0)
		return reply_health(connection, http->source);
	if (strcmp(url, "/metrics") != 0)
		return reply(connection, MHD_HTTP_NOT_FOUND, "text/plain", "/metrics or /healthz\n");
	text = http->source->metrics(http->source->arg);
	r = reply(connection, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", text);
	free(text);
	return r;
}

/* When the server wants to be called at the latest: a connection's time is over. */
static void set_timer(struct http *http)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(http->server, &ms) != MHD_YES) {
		sd_event_source_set_enabled(http->timer, SD_EVENT_OFF);
		return;
	}
	sd_event_source_set_time_relative(http->timer, ms * 1000);
	sd_event_source_set_enabled(http->timer, SD_EVENT_ONESHOT);
}

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct http *http = arg;

	for (int i = 0; i < RUNS; i++)
		MHD_run(http->server);
	set_timer(http);
	return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *arg)
{
	return on_io(source, -1, 0, arg);
}

static void stop(struct http *http)
{
	if (!http)
		return;
	sd_event_source_disable_unref(http->io);
	sd_event_source_disable_unref(http->timer);
	if (http->server)
		MHD_stop_daemon(http->server);
	free(http);
}

static int watch(struct http *http, sd_event *event)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(http->server, MHD_DAEMON_INFO_EPOLL_FD);
	int r = info ? sd_event_add_io(event, &http->io, info->epoll_fd, EPOLLIN, on_io, http) : -EIO;

	if (r >= 0)
		r = sd_event_add_time_relative(event, &http->timer, CLOCK_MONOTONIC, 0, 0, on_timer, http);
	return r;
}

static struct http *start(sd_event *event, const struct http_source *source, const struct sockaddr_storage *address,
			  struct evpn_error *err)
{
	struct http *http = calloc(1, sizeof(*http));
	unsigned int flags = MHD_USE_EPOLL | (address->ss_family == AF_INET6 ? MHD_USE_IPv6 : 0);
	int r;

	if (!http) {
		evpn_fail(err, ENOMEM, "%s", strerror(ENOMEM));
		return NULL;
	}
	http->source = source;
	errno = 0;
	http->server = MHD_start_daemon(flags, 0, NULL, NULL, on_request, http, MHD_OPTION_SOCK_ADDR, address,
					MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
					CONNECTION_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_MAX,
					MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_END);
	if (!http->server) {
		int code = errno ? errno : EIO;

		/* evpnd.service has no internet sockets (RestrictAddressFamilies=). */
		evpn_fail(err, code, "cannot listen: %s: %s", strerror(code),
			  code == EAFNOSUPPORT ? "allow AF_INET and AF_INET6 in evpnd.service"
					       : "change the address, or free it");
		stop(http);
		return NULL;
	}
	r = watch(http, event);
	if (r < 0) {
		evpn_fail(err, -r, "event loop: %s", strerror(-r));
		stop(http);
		return NULL;
	}
	return http;
}

const struct http_module evpnd_http = { .version = PACKAGE_VERSION, .start = start, .stop = stop };
