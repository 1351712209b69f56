/* SPDX-License-Identifier: Apache-2.0 */
/* netns_find.c - see netns_find.h */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/util.h"
#include "kernel/netns.h"
#include "kernel/netns_find.h"

struct seen {
	ino_t *inodes;
	size_t n;
};

/* Hundreds of processes are in the host's namespace, and each namespace is looked into once. */
static bool is_new(struct seen *seen, ino_t inode)
{
	for (size_t i = 0; i < seen->n; i++)
		if (seen->inodes[i] == inode)
			return false;
	*(ino_t *)util_append(&seen->inodes, &seen->n, sizeof(inode)) = inode;
	return true;
}

static uint64_t number_of(int netns_fd)
{
	_cleanup_netns_ int back = -1;
	_cleanup_close_ int fd = -1;
	struct evpn_error err = { 0 };
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);

	if (netns_enter(netns_fd, &back, &err) < 0)
		return 0;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size) < 0)
		return 0;
	return cookie;
}

/* The descriptor, or -1. */
static int look_at(const char *path, uint64_t netns, struct seen *seen)
{
	_cleanup_close_ int fd = -1;
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode) || !is_new(seen, st.st_ino))
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || netns_check(fd) <= 0 || number_of(fd) != netns)
		return -1;
	return util_take_fd(&fd);
}

static int look_below(const char *dir, const char *below, uint64_t netns, struct seen *seen)
{
	DIR *d = opendir(dir);
	int fd = -1;

	for (const struct dirent *entry; d && fd < 0 && (entry = readdir(d));) {
		_cleanup_free_ char *path = xasprintf("%s/%s%s", dir, entry->d_name, below);

		if (entry->d_name[0] != '.' && (!below[0] || isdigit((unsigned char)entry->d_name[0])))
			fd = look_at(path, netns, seen);
	}
	if (d)
		closedir(d);
	return fd;
}

int netns_find(uint64_t netns, int *ret_fd)
{
	struct seen seen = { 0 };
	int fd = netns ? look_below("/run/netns", "", netns, &seen) : -1;

	if (netns && fd < 0)
		fd = look_below("/proc", "/ns/net", netns, &seen);
	free(seen.inodes);
	if (fd < 0)
		return 0;
	*ret_fd = fd;
	return 1;
}
