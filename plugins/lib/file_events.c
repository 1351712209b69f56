/* SPDX-License-Identifier: Apache-2.0 */
/* file_events.c - see file_events.h */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "lib/file_events.h"
#include "lib/fd.h"

#define WATCH_MASK                                                                                              \
	(IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF | IN_MOVE_SELF | \
	 IN_ONLYDIR)
#define WATCH_LOST (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)

int file_events_open(struct file_events *w, const char *path, int epoll, struct evpn_error *err)
{
	_cleanup_close_ int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (fd < 0)
		return evpn_fail(err, errno, "cannot watch %s: inotify_init1: %s%s", path, strerror(errno),
				 errno == EMFILE ? "; raise sysctl fs.inotify.max_user_instances" : "");
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		return evpn_fail(err, errno, "cannot watch %s: epoll_ctl: %s", path, strerror(errno));
	*w = (struct file_events){ .path = path, .fd = fd_take(&fd), .watch = -1 };
	return 0;
}

void file_events_close(struct file_events *w)
{
	fd_close(&w->fd);
	*w = (struct file_events)FILE_EVENTS_CLOSED;
}

/* Watches the directory of the path, or the nearest existing directory above it. */
static int watch_nearest(struct file_events *w, struct evpn_error *err)
{
	char dir[PATH_MAX];
	char *slash;
	int watch, error, depth = 0;

	snprintf(dir, sizeof(dir), "%s", w->path);
	do {
		slash = strrchr(dir, '/');
		snprintf(w->name, sizeof(w->name), "%s", slash + 1);
		*slash = '\0';
		watch = inotify_add_watch(w->fd, dir[0] ? dir : "/", WATCH_MASK);
		error = errno;
		w->on_parent = depth++ > 0;
	} while (watch < 0 && error == ENOENT && dir[0]);
	if (watch < 0)
		return evpn_fail(err, error, "cannot watch directory %s: %s%s", dir[0] ? dir : "/", strerror(error),
				 error == ENOSPC ? "; raise sysctl fs.inotify.max_user_watches" : "");
	if (w->watch >= 0 && w->watch != watch)
		inotify_rm_watch(w->fd, w->watch); /* EINVAL: the directory was deleted, and its watch with it */
	w->watch = watch;
	return 0;
}

int file_events_arm(struct file_events *w, struct evpn_error *err)
{
	int before;

	/*
	 * A directory that was created before its parent was watched causes no event: repeat until the watch stays the
	 * same.
	 */
	do {
		before = w->watch;
		if (watch_nearest(w, err) < 0)
			return -1;
	} while (w->on_parent && w->watch != before);
	return 0;
}

void file_events_read(int fd, void (*handle)(const struct inotify_event *event, void *arg), void *arg)
{
	char buf[16384] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t n;

	/*
	 * At most 16 blocks: a process that keeps writing in the directory must not keep evpnd here. The rest wakes
	 * evpnd again.
	 */
	for (int i = 0; i < 16 && (n = read(fd, buf, sizeof(buf))) > 0; i++) {
		const struct inotify_event *event;

		for (const char *at = buf; at < buf + n; at += sizeof(*event) + event->len) {
			event = (const void *)at;
			handle(event, arg);
		}
	}
}

/* Whether one of the events can concern the file. */
struct relevance {
	const struct file_events *w;
	bool is_relevant;
};

static void check_relevance(const struct inotify_event *event, void *arg)
{
	struct relevance *r = arg;

	if (event->mask & IN_Q_OVERFLOW)
		r->is_relevant = true;
	else if (event->wd == r->w->watch)
		r->is_relevant |= (event->mask & WATCH_LOST) || (event->len && strcmp(event->name, r->w->name) == 0);
}

bool file_events_take(struct file_events *w)
{
	struct relevance r = { .w = w };

	file_events_read(w->fd, check_relevance, &r);
	return r.is_relevant;
}
