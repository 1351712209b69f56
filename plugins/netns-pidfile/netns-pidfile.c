/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netns-pidfile.c - finds FRR's network namespace by the pid that podman wrote into a file
 *
 * The file's directory is watched, not the file: runc renames a new inode into place, crun writes in place. While the
 * directory is not there, its nearest existing parent is. Of the process, its end is.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "lib/file_events.h"
#include "lib/pidfile.h"

struct plugin {
	const struct evpn_host *host;
	struct pidfile file; /* of the host's texts: they live until close */
	int epoll; /* holds the two that follow */
	struct pathwatch watch;
	int pidfd; /* of the process that the file named when last asked, while it lives; or -1 */
	pid_t found; /* the process that find_netns answered with; 0: none */
	uint64_t instance;
};

static void forget_process(struct plugin *self)
{
	/* Closing takes it out of the epoll set, where it would be readable for ever. */
	process_closep(&self->pidfd);
	self->pidfd = -1;
	self->found = 0;
}

/* Has the process's end reported. */
static int watch_process(struct plugin *self, int pidfd, pid_t pid, struct evpn_error *err)
{
	struct epoll_event event = { .events = EPOLLIN };

	self->pidfd = pidfd;
	if (epoll_ctl(self->epoll, EPOLL_CTL_ADD, pidfd, &event) < 0)
		return evpn_fail(err, errno, "watch process %d: %s", (int)pid, strerror(errno));
	return 0;
}

static int pidfile_find_netns(void *data, int *ret_fd, uint64_t *ret_instance, struct evpn_error *err)
{
	struct plugin *self = data;
	struct pidfile_process found = PIDFILE_NO_PROCESS;
	_cleanup_close_ int netns = -1;
	uint64_t instance;
	int r;

	forget_process(self);
	/* The watch first: what changes after it is reported, what changed before it is read. */
	if (pathwatch_arm(&self->watch, err) < 0)
		return -1;
	r = pidfile_find(&self->file, &found, err);
	netns = found.netns;
	/* Also of one that is not FRR's: when it ends, there is another answer. */
	if (found.pidfd >= 0 && watch_process(self, found.pidfd, found.pid, err) < 0)
		return -1;
	if (r <= 0)
		return r;
	instance = process_instance(found.pid, found.start);
	if (instance != self->instance)
		self->host->log(self->host, EVPN_LOG_INFO, "FRR's container is process %d", (int)found.pid);
	self->instance = instance;
	self->found = found.pid;
	*ret_fd = process_take_fd(&netns);
	*ret_instance = instance;
	return 1;
}

static int pidfile_on_event(void *data, struct evpn_error *err)
{
	struct plugin *self = data;
	struct evpn_error ignored;
	bool was_found = self->found != 0;
	bool touched = pathwatch_take(&self->watch);
	pid_t pid;
	int r;

	if (self->pidfd >= 0 && process_has_ended(self->pidfd)) {
		forget_process(self);
		return was_found ? EVPN_EVENT_CHANGED : EVPN_EVENT_RETRY;
	}
	if (!touched)
		return EVPN_EVENT_NONE;
	if (pathwatch_arm(&self->watch, err) < 0)
		return -1;
	if (!was_found)
		return EVPN_EVENT_RETRY;
	/* While the process lives, a file that is gone or being written says nothing. */
	r = pidfile_read(&self->file, &pid, &ignored);
	return r == 0 || (r > 0 && pid == self->found) ? EVPN_EVENT_NONE : EVPN_EVENT_CHANGED;
}

static int pidfile_event_fd(void *data)
{
	const struct plugin *self = data;

	return self->epoll;
}

static void pidfile_close(void *data)
{
	struct plugin *self = data;

	process_closep(&self->pidfd);
	pathwatch_close(&self->watch);
	process_closep(&self->epoll);
	free(self);
}

static int make_fds(struct plugin *self, struct evpn_error *err)
{
	self->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (self->epoll < 0)
		return evpn_fail(err, errno, "epoll_create1: %s", strerror(errno));
	return pathwatch_open(&self->watch, self->file.path, self->epoll, err);
}

static int pidfile_open(const struct evpn_host *host, void **ret_self, struct evpn_error *err)
{
	struct plugin *self = calloc(1, sizeof(*self));

	if (!self)
		return evpn_fail(err, ENOMEM, "%s", strerror(ENOMEM));
	self->host = host;
	self->epoll = self->pidfd = -1;
	self->watch = (struct pathwatch)PATHWATCH_CLOSED;
	if (pidfile_take_options(&self->file, host, "path", err) < 0 || make_fds(self, err) < 0) {
		pidfile_close(self);
		return -1;
	}
	*ret_self = self;
	return 0;
}

static const char *const options[] = { "path", "proc", "cgroup", NULL };

const struct evpn_plugin evpn_plugin_v1 = {
	EVPN_PLUGIN_INIT,
	.name = "netns-pidfile",
	.summary = "the namespace of the process whose pid podman wrote into a file",
	.options = options,
	.open = pidfile_open,
	.close = pidfile_close,
	.event_fd = pidfile_event_fd,
	.on_event = pidfile_on_event,
	.find_netns = pidfile_find_netns,
};
