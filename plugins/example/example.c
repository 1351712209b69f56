/* SPDX-License-Identifier: Apache-2.0 */
/*
 * example.c - an example of a netns plugin: finds the network namespace of FRR by its name in the file system
 *
 * `ip netns add frr` creates such a name; the option is then path = "/run/netns/frr". The plugin includes
 * evpn-plugin.h, evpn-plugin-options.h and nothing else of evpnd. evpn-plugin(3) describes the interface. Build it by `make`, and print its description by
 * `evpnd --dump-plugin ./example.so`.
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

#include <evpn-plugin-options.h>

/*
 * All state is in the instance: when its configuration changes, evpnd opens a new instance before it closes the old
 * one.
 */
struct example {
	const struct evpn_host *host;
	const char *path; /* the text belongs to the host and lives until close */
	int epoll; /* the descriptor that evpnd watches; it can contain any number of descriptors */
	int mounts; /* /proc/self/mountinfo, in the epoll set */
	uint64_t found; /* identifies the namespace that find_netns has returned last; 0: none */
};

/* Opens the namespace at path, and computes a number that identifies it. Returns the descriptor, or -1 with errno. */
static int open_namespace(const char *path, uint64_t *ret_identity)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct statfs fs;
	struct stat st;

	if (fd < 0)
		return -1;
	/* `ip netns add` creates an ordinary file first, and then mounts the namespace on it. */
	if (fstatfs(fd, &fs) < 0 || (unsigned long)fs.f_type != NSFS_MAGIC || fstat(fd, &st) < 0) {
		close(fd);
		errno = ENOENT;
		return -1;
	}
	/* The kernel reuses inode numbers of namespaces, so the number also contains the time. */
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

/* Checks all options. The namespace may be missing: that is the business of find_netns. */
static int example_open(const struct evpn_host *host, void **ret_self, struct evpn_error *err)
{
	/*
	 * inotify does not report mounts. /proc/self/mountinfo is readable (EPOLLPRI) when the list of mounts has
	 * changed.
	 */
	struct epoll_event event = { .events = EPOLLPRI };
	const char *path = NULL;
	struct example *self;

	if (evpn_option_required(host, "path", "a network namespace, for example /run/netns/frr", err) < 0 ||
	    evpn_option_path(host, "path", NULL, &path, err) < 0)
		return -1;
	self = calloc(1, sizeof(*self));
	if (!self)
		return evpn_fail(err, ENOMEM, "%s", strerror(ENOMEM));
	self->host = host;
	self->path = path;
	self->mounts = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	self->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (self->mounts < 0 || self->epoll < 0 || epoll_ctl(self->epoll, EPOLL_CTL_ADD, self->mounts, &event) < 0) {
		evpn_fail(err, errno, "cannot watch /proc/self/mountinfo: %s", strerror(errno));
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

/* >0: *ret_fd is the namespace. 0: it does not exist yet; event_fd becomes readable when that may have changed. */
static int example_find_netns(void *data, int *ret_fd, uint64_t *ret_instance, struct evpn_error *err)
{
	struct example *self = data;
	uint64_t identity;
	int fd = open_namespace(self->path, &identity);

	self->found = 0;
	if (fd < 0 && errno == ENOENT)
		return evpn_wait(err, "waits for the network namespace %s", self->path);
	if (fd < 0)
		return evpn_fail(err, errno, "cannot open %s: %s", self->path, strerror(errno));
	self->host->log(self->host, EVPN_LOG_DEBUG, "found the network namespace %s", self->path);
	self->found = identity;
	/*
	 * The instance should change when FRR is restarted, so that evpnd loads its configuration again; pid and start
	 * time of its process would do. This plugin does not know the process, and identifies the namespace only.
	 */
	*ret_instance = identity;
	*ret_fd = fd; /* evpnd closes it */
	return 1;
}

/* An event only means that something may have changed: compare the namespace with the one that was returned. */
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
	.struct_size = EVPN_PLUGIN_INIT,
	.name = "example",
	.summary = "finds a network namespace by its name in the file system",
	.options = example_options,
	.open = example_open,
	.close = example_close,
	.event_fd = example_event_fd,
	.on_event = example_on_event,
	.find_netns = example_find_netns,
};
