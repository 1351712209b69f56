/* SPDX-License-Identifier: Apache-2.0 */
/* location.c - see location.h */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frr-vtysh/location.h"
#include "lib/vty_path.h"

static int add(const struct location *location, int fd, struct evpn_error *err)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (epoll_ctl(location->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		return evpn_fail(err, errno, "cannot watch FRR: epoll_ctl: %s", strerror(errno));
	return 0;
}

int location_init(struct location *location, struct evpn_error *err)
{
	location->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (location->inotify < 0)
		return evpn_fail(err, errno, "cannot watch the sockets of FRR's daemons: inotify_init1: %s%s",
				 strerror(errno),
				 errno == EMFILE ? "; raise sysctl fs.inotify.max_user_instances" : "");
	if (add(location, location->inotify, err) < 0)
		return -1;
	if (!location->file.path)
		return 0;
	if (filter_make(&location->filter, err) < 0)
		return -1;
	return file_events_open(&location->watch, location->file.path, location->epoll, err);
}

static void forget_process(struct location *location)
{
	fd_close(&location->pidfd);
	location->pid = 0;
	location->instance = 0;
}

void location_free(struct location *location)
{
	forget_process(location);
	file_events_close(&location->watch);
	fd_close(&location->inotify);
	filter_free(&location->filter);
}

int location_open(const struct location *location, struct container *ret_container, struct evpn_error *err)
{
	_cleanup_close_ int root = -1;
	struct stat own, theirs;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%d/root", location->file.proc, (int)location->pid);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root >= 0)
		snprintf(path, sizeof(path), "%s/%d/ns/user", location->file.proc, (int)location->pid);
	if (root < 0 || stat(path, &theirs) < 0 || stat("/proc/self/ns/user", &own) < 0)
		evpn_fail(err, errno, "cannot access %s: %s", path, strerror(errno));
	/* If the process still runs, the paths that contain its pid were its own. */
	if (process_has_ended(location->pidfd))
		return evpn_wait(err, "FRR's container (process %d) has just ended", (int)location->pid);
	if (err->code)
		return -1;
	*ret_container = (struct container){ .pidfd = location->pidfd,
					     .root = fd_take(&root),
					     .has_users = own.st_ino != theirs.st_ino || own.st_dev != theirs.st_dev,
					     .filter = &location->filter };
	return 1;
}

/*
 * Watches the directory of the daemons' sockets: a daemon that starts creates its socket. A failure is no error, for
 * example when the directory does not exist yet: retries happen after pauses, too.
 */
static void watch_sockets(const struct location *location)
{
	/* Symbolic links must not lead out of the container's root directory. */
	struct container container = { .root = AT_FDCWD };
	struct evpn_error ignored = { 0 };
	_cleanup_close_ int fd = -1;
	char path[64];

	if (!location->file.path)
		fd = open(location->vty_dir, O_PATH | O_CLOEXEC);
	else if (location_open(location, &container, &ignored) > 0)
		fd = vty_path_open(container.root, location->vty_dir, true);
	fd_close(&container.root);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd >= 0)
		inotify_add_watch(location->inotify, path, IN_ONLYDIR | IN_CREATE | IN_MOVED_TO | IN_ATTRIB);
}

static int find_process(struct location *location, struct evpn_error *err)
{
	struct pidfile_process found = PIDFILE_NO_PROCESS;
	int r = pidfile_find(&location->file, &found, err);

	fd_close(&found.netns);
	location->pidfd = found.pidfd;
	if (found.pidfd >= 0 && add(location, found.pidfd, err) < 0)
		return -1;
	if (r <= 0)
		return r;
	location->pid = found.pid;
	location->instance = process_instance(found.pid, found.start);
	return 1;
}

int location_find(struct location *location, struct evpn_error *err)
{
	int r = 1;

	forget_process(location);
	if (location->file.path)
		r = file_events_arm(&location->watch, err) < 0 ? -1 : find_process(location, err);
	if (r > 0)
		watch_sockets(location);
	return r;
}

/* An event in the directory of the daemons' sockets; arg: bits of enum location_events. */
static void take_socket_event(const struct inotify_event *event, void *arg)
{
	const char *dot = event->len ? strrchr(event->name, '.') : NULL;
	unsigned int *events = arg;

	if (!dot || strcmp(dot, ".vty") != 0)
		return;
	/*
	 * IN_ATTRIB comes when the daemon listens on its socket, after IN_CREATE. watchfrr itself has no configuration.
	 */
	*events |= LOCATION_APPEARED;
	if ((event->mask & (IN_CREATE | IN_MOVED_TO)) && strcmp(event->name, "watchfrr.vty") != 0)
		*events |= LOCATION_DAEMON;
}

unsigned int location_take_events(struct location *location)
{
	unsigned int events = LOCATION_NONE;
	struct evpn_error ignored;

	file_events_read(location->inotify, take_socket_event, &events);
	if (location->pidfd >= 0 && process_has_ended(location->pidfd)) {
		events |= LOCATION_APPEARED | (location->pid ? LOCATION_ENDED : 0u);
		forget_process(location);
	}
	if (location->file.path && file_events_take(&location->watch)) {
		file_events_arm(&location->watch, &ignored);
		events |= LOCATION_APPEARED;
	}
	return events;
}
