/* SPDX-License-Identifier: Apache-2.0 */
/* netns.c - see netns.h */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/util.h"
#include "kernel/netns.h"

int netns_open_own(int *ret_fd, struct evpn_error *err)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return evpn_fail(err, errno, "open /proc/self/ns/net: %s; mount /proc", strerror(errno));
	*ret_fd = fd;
	return 0;
}

int netns_same(int a, int b)
{
	struct stat sa, sb;

	return fstat(a, &sa) == 0 && fstat(b, &sb) == 0 && sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}

int netns_check(int fd)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return errno == EBADF ? -errno : 0;
	/* The number of the ioctl means something else to other files. */
	return (unsigned long)fs.f_type == NSFS_MAGIC && ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWNET;
}

int netns_enter(int netns_fd, int *ret_back, struct evpn_error *err)
{
	_cleanup_close_ int back = -1;

	if (netns_open_own(&back, err) < 0)
		return -1;
	if (setns(netns_fd, CLONE_NEWNET) < 0)
		return evpn_fail(err, errno, "enter a network namespace: %s%s", strerror(errno),
				 errno == EPERM ? "; run evpnd with CAP_SYS_ADMIN" : "");
	*ret_back = util_take_fd(&back);
	return 0;
}

void netns_leave(int *back)
{
	if (*back < 0)
		return;
	if (setns(*back, CLONE_NEWNET) < 0) {
		/* What follows would be done in the wrong namespace. */
		perror("evpnd: cannot go back to the host's network namespace");
		_exit(EXIT_FAILURE);
	}
	close(*back);
	*back = -1;
}
