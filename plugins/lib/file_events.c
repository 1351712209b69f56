/* SPDX-License-Identifier: Apache-2.0 */
/* pathwatch.c - see pathwatch.h */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>

#include "lib/file_events.h"
#include "lib/process.h"

#define WATCH_MASK                                                                                              \
	(IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF | IN_MOVE_SELF | \
	 IN_ONLYDIR)
#define WATCH_LOST (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)

int pathwatch_open(struct pathwatch *w, const char *path, int epoll, struct evpn_error *err)
{
	_cleanup_close_ int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (fd < 0)
		return evpn_fail(err, errno, "inotify_init1: %s%s", strerror(errno),
				 errno == EMFILE ? "; raise sysctl fs.inotify.max_user_instances" : "");
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		return evpn_fail(err, errno, "epoll_ctl: %s", strerror(errno));
	*w = (struct pathwatch){ .path = path, .fd = process_take_fd(&fd), .watch = -1 };
	return 0;
}

void pathwatch_close(struct pathwatch *w)
{
	process_closep(&w->fd);
	*w = (struct pathwatch)PATHWATCH_CLOSED;
}

/* Watches the nearest directory that exists on the way to path. */
static int watch_nearest(struct pathwatch *w, struct evpn_error *err)
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
		return evpn_fail(err, error, "watch %s: %s%s", dir[0] ? dir : "/", strerror(error),
				 error == ENOSPC ? "; raise sysctl fs.inotify.max_user_watches" : "");
	if (w->watch >= 0 && w->watch != watch)
		inotify_rm_watch(w->fd, w->watch); /* EINVAL if the directory went: as good */
	w->watch = watch;
	return 0;
}

int pathwatch_arm(struct pathwatch *w, struct evpn_error *err)
{
	int before;

	/* What was made below a parent before its watch began is not reported: look again until nothing is new. */
	do {
		before = w->watch;
		if (watch_nearest(w, err) < 0)
			return -1;
	} while (w->on_parent && w->watch != before);
	return 0;
}

bool pathwatch_take(struct pathwatch *w)
{
	char buf[16384] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool touched = false;
	ssize_t n;

	/* A few times only: who can write in the directory must not keep evpnd here. The rest wakes it again. */
	for (int i = 0; i < 16 && (n = read(w->fd, buf, sizeof(buf))) > 0; i++) {
		const struct inotify_event *event;

		for (const char *at = buf; at < buf + n; at += sizeof(*event) + event->len) {
			event = (const void *)at;
			if (event->mask & IN_Q_OVERFLOW)
				touched = true;
			else if (event->wd == w->watch)
				touched |= (event->mask & WATCH_LOST) ||
					   (event->len && strcmp(event->name, w->name) == 0);
		}
	}
	return touched;
}
