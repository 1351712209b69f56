/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http.h - the module http.so, which serves /metrics and /healthz over HTTP, for Prometheus and probes
 *
 * It is a file of its own, loaded when metrics.listen is set first: libmicrohttpd brings the libraries of TLS, 2.5 MB of memory that an
 * evpnd without metrics over HTTP does not need.
 */
#pragma once

#include <sys/socket.h>
#include <systemd/sd-event.h>

#include "evpn-plugin.h"

struct http;

/* What is served. */
struct http_source {
	void *arg;
	const char *(*state)(void *arg); /* of the node, as in status */
	char *(*metrics)(void *arg); /* in Prometheus' text format; freed by the caller */
};

struct http_module {
	const char *version; /* of the evpnd that it was built with: no other one may call it */

	/*
	 * Serves the source, which outlives the server, at this address, by the event loop. NULL: err says why not.
	 * `stop' ends it.
	 */
	struct http *(*start)(sd_event *event, const struct http_source *source, const struct sockaddr_storage *address,
			      struct evpn_error *err);
	void (*stop)(struct http *http);
};

#define HTTP_MODULE "evpnd_http"
extern EVPN_EXPORT const struct http_module evpnd_http;
