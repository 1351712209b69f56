/* SPDX-License-Identifier: Apache-2.0 */
/* sysctl.c - see sysctl.h */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/util.h"
#include "kernel/sysctl.h"

/* The longest value that evpnd reads, in bytes. */
#define VALUE_MAX 4096

int sysctl_read(const char *where, const char *key, char **ret_value, struct evpn_error *err)
{
	_cleanup_free_ char *path = xasprintf("/proc/sys/%s", key);
	int r = file_read(path, VALUE_MAX, ret_value, NULL);

	if (r == 0) {
		(*ret_value)[strcspn(*ret_value, "\n")] = '\0';
		return 1;
	}
	/* Every namespace has this one: without it not the sysctl is missing, but all of them. */
	if (r == -ENOENT && access("/proc/sys/net/ipv4/conf/all/forwarding", F_OK) == 0)
		return 0;
	return evpn_fail(err, -r, "%s: read sysctl %s: %s%s", where, key,
			 r == -ENOENT || r == -FILE_NO_PROC ? "procfs is missing at /proc" : strerror(-r),
			 r == -EACCES || r == -EPERM ? "; run evpnd as root, without a policy that hides /proc/sys"
						     : "");
}

/* glibc has wrappers only since 2.36. The mount ends with its last descriptor. */
static int mount_procfs(void)
{
	_cleanup_close_ int fs = (int)syscall(SYS_fsopen, "proc", FSOPEN_CLOEXEC);

	if (fs < 0 || syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	return (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
}

int sysctl_open(const char *key)
{
	_cleanup_free_ char *path = xasprintf("/proc/sys/%s", key), *below = xasprintf("sys/%s", key);
	/* Below sys/net a procfs shows the network namespace of whoever opens it, so one serves all of them. */
	static int own = -1;
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0 || errno != EROFS)
		return fd < 0 ? -errno : fd;
	if (own < 0)
		own = mount_procfs();
	if (own < 0)
		return -EROFS;
	fd = openat(own, below, O_WRONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}
