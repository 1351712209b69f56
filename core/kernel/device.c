/* SPDX-License-Identifier: Apache-2.0 */
/* device.c - see device.h */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/util.h"
#include "kernel/device.h"
#include "kernel/netns.h"

/* Not all C libraries have the functions. */
static int mount_sysfs(void)
{
	_cleanup_close_ int context = (int)syscall(SYS_fsopen, "sysfs", FSOPEN_CLOEXEC);

	if (context < 0 || syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -1;
	return (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC,
			    MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
}

int device_open(int netns_fd, int *ret_fd, struct evpn_error *err)
{
	_cleanup_netns_ int back = -1;
	int fd;

	if (netns_enter(netns_fd, &back, err) < 0)
		return -1;
	fd = mount_sysfs();
	if (fd < 0 && errno != ENOSYS)
		return evpn_fail(
			err, errno,
			"identify network devices: mount sysfs: %s; evpnd needs CAP_SYS_ADMIN and the system calls "
			"fsopen, fsconfig and fsmount",
			strerror(errno));
	*ret_fd = fd;
	return 0;
}

static int read_ifindex(int dir)
{
	_cleanup_close_ int fd = openat(dir, "ifindex", O_RDONLY | O_CLOEXEC);
	_cleanup_free_ char *text = NULL;

	return fd < 0 || util_read_fd(fd, 64, 16, &text, NULL) < 0 ? 0 : (int)strtol(text, NULL, 10);
}

uint64_t device_serial(int sysfs_fd, const char *name, int ifindex)
{
	_cleanup_free_ char *path = xasprintf("class/net/%s", name);
	_cleanup_close_ int dir = sysfs_fd < 0 ? -1 : openat(sysfs_fd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	/* The name may be another device's by now. */
	if (dir < 0 || fstat(dir, &st) < 0 || read_ifindex(dir) != ifindex)
		return 0;
	return st.st_ino;
}
