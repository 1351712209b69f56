/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netns-path.c - a netns plugin: FRR's network namespace has a name, such as /run/netns/evpnd, and outlives FRR's container
 *
 * A named namespace is a file on which the namespace is mounted. inotify reports the file, not the mount. For that the kernel has
 * an event of its own: /proc/self/mountinfo polls as exceptional (POLLPRI) when the table of mounts changes (proc_pid_mountinfo(5)).
 * It does so for every mount of the host, so the plugin then compares what is at the path with what it has found before.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evpn-plugin-options.h"
#include "lib/fd.h"
#include "lib/file_events.h"
#include "lib/folder.h"
#include "lib/hash.h"
#include "lib/netns.h"

#define OWN_HINT "name the namespace of FRR's container, which `ip netns add' or evpnd-netns.service has made"

/* Which namespace is at the path, and by which mount. An inode number alone can pass to a new namespace. */
struct identity {
	uint64_t device, inode, mount;
};

struct plugin {
	const struct evpn_host *host;
	const char *path; /* belongs to the host and lives until close */
	int epoll; /* contains the descriptors of `watch` and mounts */
	struct file_events watch; /* on the path */
	int mounts; /* /proc/self/mountinfo */
	bool is_found; /* by the last find_netns */
	struct identity seen; /* what was at the path then: a namespace, another file, or nothing */
	char description[PATH_MAX + 32];
};

/* All zero for what cannot be opened (fd < 0). */
static struct identity identify(int fd)
{
	struct statx st;

	if (fd < 0 || statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &st) < 0)
		return (struct identity){ 0 };
	return (struct identity){ .device = (uint64_t)st.stx_dev_major << 32 | st.stx_dev_minor,
				  .inode = st.stx_ino,
				  .mount = st.stx_mask & STATX_MNT_ID ? st.stx_mnt_id : 0 };
}

static bool is_same(const struct identity *a, const struct identity *b)
{
	return a->device == b->device && a->inode == b->inode && a->mount == b->mount;
}

/* Judges what folder_open_file() has returned for the path. 0: the namespace is not there yet. */
static int check(const struct plugin *self, int fd, struct evpn_error *err)
{
	if (fd == -ENOENT)
		return evpn_wait(err, "waits for network namespace %s, which does not exist", self->path);
	if (fd < 0)
		return evpn_fail(err, folder_code(fd), "cannot open %s: %s", self->path, folder_fault(fd));
	if (netns_check(fd, self->path, OWN_HINT, err) == 0)
		return 1;
	/* A namespace gets its name in two steps: a program creates a file, and then mounts the namespace on it. */
	if (err->code == ENOTTY)
		return evpn_wait(err, "waits for network namespace %s, which is a file without a namespace",
				 self->path);
	return -1;
}

static int path_find_netns(void *data, int *ret_fd, uint64_t *ret_instance, struct evpn_error *err)
{
	struct plugin *self = data;
	_cleanup_close_ int fd = -1;
	int r;

	self->is_found = false;
	/* Watch first, look afterwards: a change in between causes an event, so none is missed. */
	if (file_events_arm(&self->watch, err) < 0)
		return -1;
	fd = folder_open_file(self->path, FOLDER_ROOT_LINKS);
	self->seen = identify(fd);
	r = check(self, fd, err);
	if (r <= 0)
		return r;
	self->is_found = true;
	*ret_fd = fd_take(&fd);
	*ret_instance = hash_bytes(HASH_START, &self->seen, sizeof(self->seen));
	return 1;
}

static int path_on_event(void *data, struct evpn_error *err)
{
	struct plugin *self = data;
	_cleanup_close_ int fd = -1;
	struct identity now;

	if (file_events_take(&self->watch) && file_events_arm(&self->watch, err) < 0)
		return -1;
	fd = folder_open_file(self->path, FOLDER_ROOT_LINKS);
	now = identify(fd);
	if (is_same(&now, &self->seen))
		return EVPN_EVENT_NONE;
	return self->is_found ? EVPN_EVENT_CHANGED : EVPN_EVENT_RETRY;
}

static const char *path_describe(void *data, int64_t *ret_started)
{
	struct plugin *self = data;

	(void)ret_started;
	if (!self->is_found)
		return NULL;
	snprintf(self->description, sizeof(self->description), "namespace %s", self->path);
	return self->description;
}

static int path_event_fd(void *data)
{
	const struct plugin *self = data;

	return self->epoll;
}

static void path_close(void *data)
{
	struct plugin *self = data;

	fd_close(&self->mounts);
	file_events_close(&self->watch);
	fd_close(&self->epoll);
	free(self);
}

static int make_fds(struct plugin *self, struct evpn_error *err)
{
	/* Polling the file takes the event, so nothing has to be read. */
	struct epoll_event event = { .events = EPOLLPRI };

	self->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (self->epoll < 0)
		return evpn_fail(err, errno, "epoll_create1: %s", strerror(errno));
	self->mounts = event.data.fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	if (self->mounts < 0)
		return evpn_fail(err, errno, "cannot open /proc/self/mountinfo: %s; mount procfs at /proc",
				 strerror(errno));
	if (epoll_ctl(self->epoll, EPOLL_CTL_ADD, self->mounts, &event) < 0)
		return evpn_fail(err, errno, "cannot watch /proc/self/mountinfo: epoll_ctl: %s", strerror(errno));
	return file_events_open(&self->watch, self->path, self->epoll, err);
}

static int take_path(struct plugin *self, struct evpn_error *err)
{
	const char *base;

	if (evpn_option_required(self->host, "path", "the network namespace, such as /run/netns/evpnd", err) < 0 ||
	    evpn_option_path(self->host, "path", "/", &self->path, err) < 0)
		return -1;
	base = strrchr(self->path, '/') + 1;
	if (!base[0] || strcmp(base, ".") == 0 || strcmp(base, "..") == 0 || strlen(base) > NAME_MAX)
		return evpn_fail(err, EINVAL, "path = \"%s\": must name a file, not a directory", self->path);
	return 0;
}

static int path_open(const struct evpn_host *host, void **ret_self, struct evpn_error *err)
{
	struct plugin *self = calloc(1, sizeof(*self));

	if (!self)
		return evpn_fail(err, ENOMEM, "%s", strerror(ENOMEM));
	self->host = host;
	self->epoll = self->mounts = -1;
	self->watch = (struct file_events)FILE_EVENTS_CLOSED;
	if (take_path(self, err) < 0 || make_fds(self, err) < 0) {
		path_close(self);
		return -1;
	}
	*ret_self = self;
	return 0;
}

static const char *const options[] = { "path", NULL };

const struct evpn_plugin evpn_plugin_v1 = {
	.struct_size = EVPN_PLUGIN_INIT,
	.name = "netns-path",
	.summary = "finds FRR's network namespace by its name, such as /run/netns/evpnd",
	.options = options,
	.open = path_open,
	.close = path_close,
	.event_fd = path_event_fd,
	.on_event = path_on_event,
	.find_netns = path_find_netns,
	.describe = path_describe,
};
