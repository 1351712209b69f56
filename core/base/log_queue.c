/* SPDX-License-Identifier: Apache-2.0 */
/* log_queue.c - see log_queue.h */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/log_queue.h"
#include "base/util.h"

static struct {
	char *text;
	size_t len, size;
	size_t n_lost; /* lines that had no room */
	void (*begins)(void *arg);
	void *arg;
} queue;

/* Whether stderr takes text now, or within `ms` milliseconds. A regular file always does. */
static bool is_writable(unsigned int ms)
{
	struct pollfd fd = { .fd = STDERR_FILENO, .events = POLLOUT };

	return poll(&fd, 1, (int)ms) > 0;
}

/* As write(2) to stderr, but with EAGAIN instead of waiting. */
static ssize_t write_now(const char *text, size_t len)
{
	_cleanup_close_ int own = -1;
	struct stat st;

	/* Of any kind of file, it takes a short text without waiting: poll(2) has said so. */
	if (fstat(STDERR_FILENO, &st) < 0)
		st.st_mode = 0;
	if (S_ISSOCK(st.st_mode))
		return send(STDERR_FILENO, text, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	/* A file description of our own: O_NONBLOCK on the shared one would surprise a shell. */
	if (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode))
		own = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return write(own < 0 ? STDERR_FILENO : own, text, len < PIPE_BUF ? len : PIPE_BUF);
}

/* Returns how much of the text is dealt with: written, or lost because stderr is broken. */
static size_t write_some(const char *text, size_t len)
{
	ssize_t n = write_now(text, len);

	return n >= 0 ? (size_t)n : errno == EINTR || errno == EAGAIN ? 0 : len;
}

static void drop_written(size_t n)
{
	queue.len -= n;
	memmove(queue.text, queue.text + n, queue.len);
	if (queue.len)
		return;
	free(queue.text);
	queue.text = NULL;
	queue.size = 0;
}

static void append(const char *text, size_t len)
{
	if (queue.len + len > queue.size) {
		/* Doubled: with a new block for each line, many lines would cost the square of their number. */
		queue.size = 2 * (queue.len + len);
		queue.text = xrealloc_array(queue.text, queue.size, 1);
	}
	memcpy(queue.text + queue.len, text, len);
	queue.len += len;
}

__attribute__((format(printf, 1, 2))) static void queue_say(const char *format, ...)
{
	_cleanup_free_ char *text = NULL, *line = NULL;
	va_list ap;

	va_start(ap, format);
	text = xvasprintf(format, ap);
	va_end(ap);
	line = xasprintf("%s%s\n", log_line_start(EVPN_LOG_WARNING), text);
	append(line, strlen(line));
}

static void tell_lost(void)
{
	if (queue.n_lost)
		queue_say("%zu lines of the log are lost: nobody read them for a while", queue.n_lost);
	queue.n_lost = 0;
}

void log_queue_add(const char *text, size_t len)
{
	log_queue_flush(0);
	while (!queue.len && len && is_writable(0)) {
		size_t n = write_some(text, len);

		if (!n)
			break;
		text += n;
		len -= n;
	}
	if (!len)
		return;
	/* The rest of a line of which stderr has a part already is never lost. */
	if (queue.len + len > LOG_QUEUE_MAX) {
		queue.n_lost++;
		return;
	}
	append(text, len);
	if (queue.len == len && queue.begins)
		queue.begins(queue.arg);
}

void log_queue_watch(void (*begins)(void *arg), void *arg)
{
	queue.begins = begins;
	queue.arg = arg;
}

bool log_queue_is_waiting(void)
{
	return queue.len > 0;
}

void log_queue_flush(unsigned int ms)
{
	uint64_t until = clock_us() + ms * 1000ull, now;
	size_t n;

	while (queue.len) {
		now = clock_us();
		if (!is_writable(now < until ? (unsigned int)((until - now + 999) / 1000) : 0))
			return;
		n = write_some(queue.text, queue.len);
		if (!n && now >= until)
			return;
		drop_written(n);
		if (!queue.len)
			tell_lost();
	}
}
