/* SPDX-License-Identifier: Apache-2.0 */
/*
 * example.c - a plugin to copy: FRR runs in a network namespace that somebody has given a name
 *
 * As made by `ip netns add frr`, with the option path = "/run/netns/frr". It needs evpn-plugin.h and nothing else of
 * evpnd's; evpn-plugin(3) is the contract. Build it with `make`, look at it with `evpnd --dump-plugin ./example.so`.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <evpn-plugin.h>

/* All state is in an instance: evpnd opens a new one before it closes the old one when its configuration changes. */
struct example {
	const struct evpn_host *host;
	const char *path; /* the host's text, which lives until close */
	int epoll; /* what evpnd watches; here it holds one descriptor, it could hold any number */
	int mounts;
	uint64_t found; /* the namespace that evpnd was told of; 0: none */
};

/* The descriptor of the namespace at path, and a number that tells it from others; or -1 and errno. */
static int open_namespace(const char *path, uint64_t *ret_identity)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct statfs fs;
	struct stat st;

	if (fd < 0)
		return -1;
	/* `ip netns add` makes a file, and mounts the namespace on it a moment later. */
	if (fstatfs(fd, &fs) < 0 || (unsigned long)fs.f_type != NSFS_MAGIC || fstat(fd, &st) < 0) {
		close(fd);
		errno = ENOENT;
		return -1;
	}
	/* The kernel uses inode numbers of namespaces again; the time makes the difference. */
	*ret_identity = ((uint64_t)st.st_ctim.tv_sec * 1000000000 + (uint64_t)st.st_ctim.tv_nsec) ^ st.st_ino;
	return fd;
}

static void example_close(void *data)
{
	struct example *self = data;

	if (self->mounts >= 0)
		close(self->mounts);
	if (self->epoll >= 0)
		close(self->epoll);
	free(self);
}

/* The options are checked here, all of them. Whether the namespace is there is a matter for find_netns. */
static int example_open(const struct evpn_host *host, void **ret_self, struct evpn_error *err)
{
	/* The list of mounts has something to say whenever it has changed: inotify does not see mounts. */
	struct epoll_event event = { .events = EPOLLPRI };
	const char *path = host->option(host, "path");
	struct example *self;

	if (!path)
		return evpn_fail(err, EINVAL, "option path is not set: a namespace, as /run/netns/frr");
	if (path[0] != '/')
		return evpn_fail(err, EINVAL, "path = \"%s\": an absolute path is needed", path);
	self = calloc(1, sizeof(*self));
	if (!self)
		return evpn_fail(err, ENOMEM, "%s", strerror(ENOMEM));
	self->host = host;
	self->path = path;
	self->mounts = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	self->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (self->mounts < 0 || self->epoll < 0 || epoll_ctl(self->epoll, EPOLL_CTL_ADD, self->mounts, &event) < 0) {
		evpn_fail(err, errno, "watch /proc/self/mountinfo: %s", strerror(errno));
		example_close(self);
		return -1;
	}
	*ret_self = self;
	return 0;
}

static int example_event_fd(void *data)
{
	const struct example *self = data;

	return self->epoll;
}

/* >0: *ret_fd is the namespace. 0: not there yet; event_fd becomes readable when asking again makes sense. */
static int example_find_netns(void *data, int *ret_fd, uint64_t *ret_instance, struct evpn_error *err)
{
	struct example *self = data;
	uint64_t identity;
	int fd = open_namespace(self->path, &identity);

	self->found = 0;
	if (fd < 0 && errno == ENOENT)
		return evpn_wait(err, "waits for the network namespace %s", self->path);
	if (fd < 0)
		return evpn_fail(err, errno, "open %s: %s", self->path, strerror(errno));
	self->host->log(self->host, EVPN_LOG_DEBUG, "%s is there", self->path);
	self->found = identity;
	/*
	 * The instance should change with FRR's process (its pid and start time, say), so that an FRR that was restarted
	 * is given its configuration anew. This plugin knows no process: it tells one namespace from another.
	 */
	*ret_instance = identity;
	*ret_fd = fd; /* evpnd's from here on: it closes it */
	return 1;
}

/* Takes what there is, then compares with what was answered: an event only says that it is time to look. */
static int example_on_event(void *data, struct evpn_error *err)
{
	struct example *self = data;
	struct epoll_event event;
	uint64_t identity = 0;
	int fd;

	(void)err;
	epoll_wait(self->epoll, &event, 1, 0);
	fd = open_namespace(self->path, &identity);
	if (fd >= 0)
		close(fd);
	if (identity == self->found)
		return EVPN_EVENT_NONE;
	return self->found ? EVPN_EVENT_CHANGED : EVPN_EVENT_RETRY;
}

static const char *const example_options[] = { "path", NULL };

const struct evpn_plugin evpn_plugin_v1 = {
	EVPN_PLUGIN_INIT,
	.name = "example",
	.summary = "a network namespace that has a name in the file system",
	.options = example_options,
	.open = example_open,
	.close = example_close,
	.event_fd = example_event_fd,
	.on_event = example_on_event,
	.find_netns = example_find_netns,
};
