/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_socket.h - the other side of a unix socket: it takes one connection, says something, and closes it */
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include "fuzz_dir.h"

/* The listening socket. It is one for all inputs. */
static inline int fuzz_listen(const char *name)
{
	static int listener = -1;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int size = 4 << 20;

	if (listener >= 0)
		return listener;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", fuzz_path(name));
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(listener >= 0 && setsockopt(listener, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)) == 0);
	must(bind(listener, (const struct sockaddr *)&address, sizeof(address)) == 0 && listen(listener, 16) == 0);
	return listener;
}

/* The client has connected, and has sent its request or not. As much is said as the socket takes without waiting. */
static inline void fuzz_say(const char *name, const uint8_t *data, size_t size)
{
	int fd = accept4(fuzz_listen(name), NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	char request[4096];

	must(fd >= 0);
	/* A connection that is closed with something unread is reset, and the answer is lost. */
	while (recv(fd, request, sizeof(request), 0) > 0)
		;
	while (size) {
		ssize_t n = send(fd, data, size, MSG_NOSIGNAL);

		if (n <= 0)
			break;
		data += n;
		size -= (size_t)n;
	}
	close(fd);
}
