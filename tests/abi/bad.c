/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bad.c - plugins that break the contract; the test chooses how by -D
 *
 * Without any -D it is a good netns plugin that waits for ever. With -DFRR it is an frr plugin, too.
 */
#include <errno.h>
#include <evpn-plugin.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#ifndef SIZE
#define SIZE EVPN_PLUGIN_INIT
#endif
#ifndef NAME
#define NAME "bad"
#endif
#ifdef NO_SYMBOL
#define evpn_plugin_v1 evpn_plugin_v9
extern EVPN_EXPORT const struct evpn_plugin evpn_plugin_v9;
#endif

/* What the callbacks do, each an expression. */
#ifndef OPENING
#define OPENING 0
#endif
#ifndef EVENT_FD
#define EVENT_FD -1
#endif
#ifndef EVENT
#define EVENT EVPN_EVENT_NONE
#endif
#ifndef FINDING
#define FINDING evpn_wait(err, "for ever")
#endif
#ifndef RELOADING
#define RELOADING 1
#endif
#ifndef QUERYING
#define QUERYING evpn_fail(err, ENOTSUP, "it knows nothing")
#endif

static EVPN_UNUSED int event_fd = -1;

/* A descriptor that is readable all the time. */
static EVPN_UNUSED int readable(void)
{
	return event_fd = eventfd(1, EFD_CLOEXEC);
}

/* One that is readable again and again, and what reads it. */
static EVPN_UNUSED int ticking(int ms)
{
	const struct itimerspec every = { .it_interval = { .tv_nsec = ms * 1000000l }, .it_value = { .tv_nsec = 1 } };

	event_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	return timerfd_settime(event_fd, 0, &every, NULL) < 0 ? -1 : event_fd;
}

static EVPN_UNUSED int tick(int event)
{
	uint64_t n;

	return read(event_fd, &n, sizeof(n)) > 0 ? event : EVPN_EVENT_NONE;
}

static EVPN_UNUSED int closed(void)
{
	int fd = readable();

	close(fd);
	return fd;
}

static EVPN_UNUSED int file(void)
{
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC);
}

static EVPN_UNUSED int netns(const char *path, int *ret_fd, uint64_t *ret_instance)
{
	static int fd = -1;

	if (fd < 0)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	*ret_fd = fd;
	*ret_instance = 7;
	return 1;
}

static EVPN_UNUSED int wait_ms(int ms)
{
	return poll(NULL, 0, ms);
}

static EVPN_UNUSED int use_null(void)
{
	/* cppcheck-suppress nullPointer */
	*(volatile int *)NULL = 1;
	return 0;
}

/* Each call has a frame of its own. */
static EVPN_UNUSED int use_up_the_stack(int n)
{
	volatile char frame[65536];

	frame[0] = (char)n;
	return n < 0 ? 0 : use_up_the_stack(n + 1) + frame[0];
}

static EVPN_UNUSED int write_to_nobody(void)
{
	int fds[2];

	return pipe2(fds, O_CLOEXEC) < 0 || close(fds[0]) < 0 || write(fds[1], "x", 1) == 1 || errno != EPIPE ? -1 : 0;
}

static EVPN_UNUSED int without_end(struct evpn_error *err)
{
	memset(err->msg, 'x', sizeof(err->msg));
	err->code = -5;
	return -1;
}

static EVPN_UNUSED int log_line(const struct evpn_host *host, const char *text)
{
	host->log(host, EVPN_LOG_INFO, "%s", text);
	return 0;
}

static EVPN_UNUSED int log_lines(const struct evpn_host *host, int n, enum evpn_log_level level)
{
	for (int i = 1; i <= n; i++)
		host->log(host, level, "line %d", i);
	return 0;
}

#ifdef UNDEFINED
extern int nobody_defines_this(void);
#endif
#ifdef CONSTRUCTOR
__attribute__((constructor)) static void construct(void)
{
	CONSTRUCTOR;
}
#endif

static const struct evpn_host *bad_host;

static int bad_open(const struct evpn_host *host, void **ret_self, struct evpn_error *err)
{
	(void)err;
	bad_host = host;
	*ret_self = NULL;
#ifdef UNDEFINED
	return nobody_defines_this();
#else
	return OPENING;
#endif
}

static void bad_close(void *self)
{
	(void)self;
}

static EVPN_UNUSED int bad_event_fd(void *self)
{
	(void)self;
	return EVENT_FD;
}

static EVPN_UNUSED int bad_on_event(void *self, struct evpn_error *err)
{
	(void)self;
	(void)err;
	return EVENT;
}

static EVPN_UNUSED int bad_find_netns(void *self, int *ret_fd, uint64_t *ret_instance, struct evpn_error *err)
{
	(void)self;
	(void)ret_fd;
	(void)ret_instance;
	(void)err;
	return FINDING;
}

static EVPN_UNUSED int bad_reload_frr(void *self, const char *conf_path, uint64_t generation, struct evpn_error *err)
{
	(void)self;
	(void)err;
	bad_host->log(bad_host, EVPN_LOG_DEBUG, "demand %lu for %s", (unsigned long)generation, conf_path);
	return RELOADING;
}

static EVPN_UNUSED int bad_query_frr(void *self, const char *command, const char **ret_text, struct evpn_error *err)
{
	(void)self;
	(void)command;
	(void)ret_text;
	(void)err;
	return QUERYING;
}

#ifdef NO_OPEN
#define OPEN (1 ? NULL : bad_open)
#else
#define OPEN bad_open
#endif
#ifdef NO_CLOSE
#define CLOSE (1 ? NULL : bad_close)
#else
#define CLOSE bad_close
#endif
#ifdef EVENTS
#define ONLY_EVENT_FD
#define ONLY_ON_EVENT
#endif
#ifdef OPTION
static const char *const bad_options[] = { "good", OPTION, NULL };
#endif

const struct evpn_plugin evpn_plugin_v1 = {
	.struct_size = SIZE,
	.name = NAME,
#ifdef OPTION
	.options = bad_options,
#endif
	.open = OPEN,
	.close = CLOSE,
#ifdef ONLY_EVENT_FD
	.event_fd = bad_event_fd,
#endif
#ifdef ONLY_ON_EVENT
	.on_event = bad_on_event,
#endif
#ifndef NO_ROLE
	.find_netns = bad_find_netns,
#endif
#ifdef FRR
	.reload_frr = bad_reload_frr,
	.query_frr = bad_query_frr,
#endif
};
