/* SPDX-License-Identifier: Apache-2.0 */
/* place.c - see place.h */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "frr-vtysh/place.h"

static void close_fd(int *fd)
{
	process_closep(fd);
	*fd = -1;
}

static int add(const struct place *place, int fd, struct evpn_error *err)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (epoll_ctl(place->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		return evpn_fail(err, errno, "epoll_ctl: %s", strerror(errno));
	return 0;
}

int place_init(struct place *place, struct evpn_error *err)
{
	place->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (place->inotify < 0)
		return evpn_fail(err, errno, "inotify_init1: %s%s", strerror(errno),
				 errno == EMFILE ? "; raise sysctl fs.inotify.max_user_instances" : "");
	if (add(place, place->inotify, err) < 0)
		return -1;
	return place->file.path ? pathwatch_open(&place->watch, place->file.path, place->epoll, err) : 0;
}

static void forget_process(struct place *place)
{
	close_fd(&place->pidfd);
	place->pid = 0;
	place->instance = 0;
}

void place_free(struct place *place)
{
	forget_process(place);
	pathwatch_close(&place->watch);
	close_fd(&place->inotify);
}

int place_open(const struct place *place, struct enter_target *ret_target, struct evpn_error *err)
{
	_cleanup_close_ int root = -1;
	struct stat own, theirs;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%d/root", place->file.proc, (int)place->pid);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root >= 0)
		snprintf(path, sizeof(path), "%s/%d/ns/user", place->file.proc, (int)place->pid);
	if (root < 0 || stat(path, &theirs) < 0 || stat("/proc/self/ns/user", &own) < 0)
		evpn_fail(err, errno, "%s: %s", path, strerror(errno));
	/* Only of a process that lived all the time the number says nothing wrong. */
	if (process_has_ended(place->pidfd))
		return evpn_wait(err, "process %d, FRR's container, has just ended", (int)place->pid);
	if (err->code)
		return -1;
	*ret_target = (struct enter_target){ .pidfd = place->pidfd,
					     .root = process_take_fd(&root),
					     .has_users = own.st_ino != theirs.st_ino || own.st_dev != theirs.st_dev };
	return 1;
}

/*
 * A daemon that starts makes its socket anew. Where the directory is not there yet, or cannot be watched, the pauses between
 * two tries are what is left; so this does not fail.
 */
static void watch_sockets(const struct place *place)
{
	/* Within the container's root, wherever its symbolic links lead. */
	struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };
	struct enter_target target = { .root = AT_FDCWD };
	struct evpn_error ignored = { 0 };
	_cleanup_close_ int fd = -1;
	char path[64];

	if (!place->file.path)
		fd = open(place->vty_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	else if (place_open(place, &target, &ignored) > 0)
		fd = (int)syscall(SYS_openat2, target.root, place->vty_dir, &how, sizeof(how));
	process_closep(&target.root);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd >= 0)
		inotify_add_watch(place->inotify, path, IN_CREATE | IN_MOVED_TO | IN_ATTRIB);
}

static int find_process(struct place *place, struct evpn_error *err)
{
	struct pidfile_process found = PIDFILE_NO_PROCESS;
	int r = pidfile_find(&place->file, &found, err);

	close_fd(&found.netns);
	place->pidfd = found.pidfd;
	if (found.pidfd >= 0 && add(place, found.pidfd, err) < 0)
		return -1;
	if (r <= 0)
		return r;
	place->pid = found.pid;
	place->instance = process_instance(found.pid, found.start);
	return 1;
}

int place_find(struct place *place, struct evpn_error *err)
{
	int r = 1;

	forget_process(place);
	if (place->file.path)
		r = pathwatch_arm(&place->watch, err) < 0 ? -1 : find_process(place, err);
	if (r > 0)
		watch_sockets(place);
	return r;
}

static unsigned int take_socket_events(struct place *place)
{
	char buf[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	unsigned int news = PLACE_NONE;
	ssize_t n;

	/* A few times only, as in pathwatch: the container can write there. */
	for (int i = 0; i < 16 && (n = read(place->inotify, buf, sizeof(buf))) > 0; i++) {
		const struct inotify_event *event;

		for (const char *at = buf; at < buf + n; at += sizeof(*event) + event->len) {
			const char *dot;

			event = (const void *)at;
			dot = event->len ? strrchr(event->name, '.') : NULL;
			if (!dot || strcmp(dot, ".vty") != 0)
				continue;
			/* watchfrr has no configuration. IN_ATTRIB: it listens by now. */
			news |= PLACE_APPEARED;
			if ((event->mask & (IN_CREATE | IN_MOVED_TO)) && strcmp(event->name, "watchfrr.vty") != 0)
				news |= PLACE_DAEMON;
		}
	}
	return news;
}

unsigned int place_take_news(struct place *place)
{
	unsigned int news = take_socket_events(place);
	struct evpn_error ignored;

	if (place->pidfd >= 0 && process_has_ended(place->pidfd)) {
		news |= PLACE_APPEARED | (place->pid ? PLACE_ENDED : 0u);
		forget_process(place);
	}
	if (place->file.path && pathwatch_take(&place->watch)) {
		pathwatch_arm(&place->watch, &ignored);
		news |= PLACE_APPEARED;
	}
	return news;
}
