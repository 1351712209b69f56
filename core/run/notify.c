/* SPDX-License-Identifier: Apache-2.0 */
/* notify.c - see notify.h */
#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

#include "base/util.h"
#include "run/notify.h"

static struct {
	char **texts;
	size_t n_texts;
	void (*begins)(void *arg);
	void *arg;
} waiting;

/*
 * Whether the service manager takes a text now. poll(2) knows that of a connected datagram socket: unix_dgram_poll() in
 * the kernel's net/unix/af_unix.c looks at the queue of the other end. Any other address is sd_notify(3)'s to judge.
 */
static bool is_ready(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = path ? strlen(path) : 0;
	_cleanup_close_ int fd = -1;
	struct pollfd event = { .events = POLLOUT };

	if (len < 2 || len >= sizeof(address.sun_path) || (path[0] != '/' && path[0] != '@'))
		return true;
	memcpy(address.sun_path, path, len);
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	event.fd = fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	len += offsetof(struct sockaddr_un, sun_path) + (path[0] == '/');
	return fd < 0 || connect(fd, (const struct sockaddr *)&address, (socklen_t)len) < 0 || poll(&event, 1, 0) != 0;
}

bool notify_retry(void)
{
	size_t n = 0;

	for (; n < waiting.n_texts && is_ready(); n++) {
		sd_notify(0, waiting.texts[n]);
		free(waiting.texts[n]);
	}
	waiting.n_texts -= n;
	if (waiting.n_texts) {
		memmove(waiting.texts, waiting.texts + n, waiting.n_texts * sizeof(*waiting.texts));
		return true;
	}
	free(waiting.texts);
	waiting.texts = NULL;
	return false;
}

void notify_say(const char *format, ...)
{
	va_list ap;
	char *text;

	va_start(ap, format);
	text = xvasprintf(format, ap);
	va_end(ap);
	if (waiting.n_texts == NOTIFY_WAITING_MAX) {
		free(waiting.texts[0]);
		memmove(waiting.texts, waiting.texts + 1, --waiting.n_texts * sizeof(*waiting.texts));
	}
	if (!waiting.texts)
		waiting.texts = xcalloc(NOTIFY_WAITING_MAX, sizeof(*waiting.texts));
	waiting.texts[waiting.n_texts++] = text;
	if (notify_retry() && waiting.begins)
		waiting.begins(waiting.arg);
}

void notify_watch(void (*begins)(void *arg), void *arg)
{
	waiting.begins = begins;
	waiting.arg = arg;
}
