/* SPDX-License-Identifier: Apache-2.0 */
/* netns.c - see netns.h */
#include <errno.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "lib/netns.h"

int netns_check(int fd, const char *what, const char *own_hint, struct evpn_error *err)
{
	struct stat own, theirs;
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0 || (unsigned long)fs.f_type != NSFS_MAGIC)
		return evpn_fail(err, ENOTTY, "%s is not a namespace", what);
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET)
		return evpn_fail(err, EINVAL, "%s is not a network namespace", what);
	if (stat("/proc/self/ns/net", &own) < 0 || fstat(fd, &theirs) < 0)
		return evpn_fail(err, errno, "cannot read /proc/self/ns/net: %s; mount procfs at /proc",
				 strerror(errno));
	if (own.st_dev == theirs.st_dev && own.st_ino == theirs.st_ino)
		return evpn_fail(err, EINVAL, "%s is the host's own network namespace; %s", what, own_hint);
	return 0;
}
