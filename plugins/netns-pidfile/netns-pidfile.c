/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netns-pidfile.c - finds FRR's network namespace by the pid that podman wrote into a file
 *
 * The file's directory is watched, not the file: runc renames a new inode into place, crun writes in place. While the
 * directory is not there, its nearest existing parent is. The process is held by a pidfd, which neither keeps its
 * namespace alive nor can mean another process; the number in the file can, so everything is checked between opening
 * the pidfd and asking it, last, whether the process still lives.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "lib/pathwatch.h"
#include "lib/process.h"

/* The kernel's highest pid, whatever kernel.pid_max says. */
#define PID_LIMIT   (1 << 22)
#define PIDFILE_MAX 64
#define OWN_HINT                                                                                             \
	"either FRR's container runs with --network=host, and needs a namespace of its own, or the file is " \
	"a leftover whose number now belongs to another process"

struct pidfile {
	const struct evpn_host *host;
	const char *path; /* the host's texts: they live until close */
	const char *proc;
	const char *cgroup; /* NULL: any */
	int epoll; /* holds the two that follow */
	struct pathwatch watch;
	int pidfd; /* of the process that the file named when last asked, while it lives; or -1 */
	pid_t found; /* the process that find_netns answered with; 0: none */
	uint64_t instance;
};

/* A decimal number from 1 to PID_LIMIT, blanks after it; else -1. */
static pid_t parse_pid(const char *text, size_t len)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long pid = strtoul(text, NULL, 10);

	if (!digits || digits + strspn(text + digits, " \t\r\n") != len || pid < 1 || pid > PID_LIMIT)
		return -1;
	return (pid_t)pid;
}

/* >0: *ret_pid is what the file says; 0: it is not there yet, or empty. */
static int read_pid(const struct pidfile *self, pid_t *ret_pid, struct evpn_error *err)
{
	char text[PIDFILE_MAX];
	ssize_t len = process_read_file(AT_FDCWD, self->path, text, sizeof(text));
	pid_t pid;

	if (len == -ENOENT)
		return evpn_wait(err, "waits for %s, which podman writes when FRR's container starts (--pidfile)",
				 self->path);
	if (len == -ELOOP || len == -EMEDIUMTYPE)
		return evpn_fail(err, EINVAL, "%s is not a regular file: name the file that podman itself writes",
				 self->path);
	if (len < 0)
		return evpn_fail(err, (int)-len, "read %s: %s", self->path, strerror((int)-len));
	if (len == 0)
		return evpn_wait(err, "waits for the pid in %s, which is empty", self->path);
	if (len == PIDFILE_MAX - 1)
		return evpn_fail(err, EINVAL, "%s is too long to hold a pid: is it the file of podman's --pidfile?",
				 self->path);
	pid = parse_pid(text, (size_t)len);
	if (pid < 0)
		return evpn_fail(err, EINVAL,
				 "%s holds no pid (1 to %d) but `%s': is it the file of podman's --pidfile?",
				 self->path, PID_LIMIT, process_printable(text));
	*ret_pid = pid;
	return 1;
}

static void forget_process(struct pidfile *self)
{
	/* Closing takes it out of the epoll set, where it would be readable for ever. */
	process_closep(&self->pidfd);
	self->pidfd = -1;
	self->found = 0;
}

static int wait_stale(const struct pidfile *self, pid_t pid, struct evpn_error *err)
{
	return evpn_wait(err,
			 "%s names process %d, which is gone; podman leaves the file behind and writes a new one when "
			 "FRR's container starts",
			 self->path, (int)pid);
}

/* >0: the process is held by self->pidfd, and reported when it ends. */
static int hold_process(struct pidfile *self, pid_t pid, struct evpn_error *err)
{
	struct evpn_error why = { 0 };
	_cleanup_close_ int pidfd = process_hold(pid, &why);
	struct epoll_event event = { .events = EPOLLIN };

	if (pidfd < 0 && why.code == ESRCH)
		return wait_stale(self, pid, err);
	if (pidfd < 0)
		return evpn_fail(err, why.code, "%s names %d: %s", self->path, (int)pid, why.msg);
	if (epoll_ctl(self->epoll, EPOLL_CTL_ADD, pidfd, &event) < 0)
		return evpn_fail(err, errno, "watch process %d: %s", (int)pid, strerror(errno));
	self->pidfd = process_take_fd(&pidfd);
	return 1;
}

static int pidfile_find_netns(void *data, int *ret_fd, uint64_t *ret_instance, struct evpn_error *err)
{
	struct pidfile *self = data;
	_cleanup_close_ int netns = -1;
	uint64_t start = 0, instance;
	struct evpn_error why = { 0 };
	pid_t pid, again;
	int r;

	forget_process(self);
	/* The watch first: what changes after it is reported, what changed before it is read. */
	if (pathwatch_arm(&self->watch, err) < 0)
		return -1;
	r = read_pid(self, &pid, err);
	if (r <= 0)
		return r;
	if (process_check_proc(self->proc, err) < 0)
		return -1;
	r = hold_process(self, pid, err);
	if (r <= 0)
		return r;
	/* Had the container been replaced before pidfd_open, the number could be a stranger's by then. */
	r = read_pid(self, &again, err);
	if (r <= 0)
		return r;
	if (again != pid)
		return evpn_wait(err, "%s is being rewritten", self->path);
	r = process_open_netns(self->proc, pid, self->cgroup, OWN_HINT, &netns, &start, &why);
	if (process_has_ended(self->pidfd)) {
		forget_process(self);
		return wait_stale(self, pid, err);
	}
	if (r < 0)
		return evpn_fail(err, why.code, "%s: %s", self->path, why.msg);
	instance = process_instance(pid, start);
	if (instance != self->instance)
		self->host->log(self->host, EVPN_LOG_INFO, "FRR's container is process %d", (int)pid);
	self->instance = instance;
	self->found = pid;
	*ret_fd = process_take_fd(&netns);
	*ret_instance = instance;
	return 1;
}

static int pidfile_on_event(void *data, struct evpn_error *err)
{
	struct pidfile *self = data;
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
	r = read_pid(self, &pid, &ignored);
	return r == 0 || (r > 0 && pid == self->found) ? EVPN_EVENT_NONE : EVPN_EVENT_CHANGED;
}

static int pidfile_event_fd(void *data)
{
	const struct pidfile *self = data;

	return self->epoll;
}

static void pidfile_close(void *data)
{
	struct pidfile *self = data;

	process_closep(&self->pidfd);
	pathwatch_close(&self->watch);
	process_closep(&self->epoll);
	free(self);
}

static int check_options(const struct pidfile *self, struct evpn_error *err)
{
	const char *base;

	if (!self->path)
		return evpn_fail(err, EINVAL, "option path is not set: the file that podman writes by --pidfile");
	if (self->path[0] != '/' || strlen(self->path) >= PATH_MAX)
		return evpn_fail(err, EINVAL, "path = \"%s\": an absolute path is needed", self->path);
	base = strrchr(self->path, '/') + 1;
	if (!base[0] || strcmp(base, ".") == 0 || strcmp(base, "..") == 0 || strlen(base) > NAME_MAX)
		return evpn_fail(err, EINVAL, "path = \"%s\": this names no file", self->path);
	if (self->proc[0] != '/' || strlen(self->proc) >= PATH_MAX - 32)
		return evpn_fail(err, EINVAL, "proc = \"%s\": an absolute path is needed", self->proc);
	if (self->cgroup && !self->cgroup[0])
		return evpn_fail(err, EINVAL, "cgroup = \"\": every cgroup contains this; leave the option out");
	return 0;
}

static int make_fds(struct pidfile *self, struct evpn_error *err)
{
	self->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (self->epoll < 0)
		return evpn_fail(err, errno, "epoll_create1: %s", strerror(errno));
	return pathwatch_open(&self->watch, self->path, self->epoll, err);
}

static int pidfile_open(const struct evpn_host *host, void **ret_self, struct evpn_error *err)
{
	struct pidfile *self = calloc(1, sizeof(*self));

	if (!self)
		return evpn_fail(err, ENOMEM, "%s", strerror(ENOMEM));
	self->host = host;
	self->path = host->option(host, "path");
	self->proc = host->option(host, "proc");
	self->cgroup = host->option(host, "cgroup");
	if (!self->proc)
		self->proc = "/proc";
	self->epoll = self->pidfd = -1;
	self->watch = (struct pathwatch)PATHWATCH_CLOSED;
	if (check_options(self, err) < 0 || make_fds(self, err) < 0) {
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
