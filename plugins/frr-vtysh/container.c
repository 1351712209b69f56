/* SPDX-License-Identifier: Apache-2.0 */
/* enter.c - see enter.h; all of it runs in a child of evpnd's with one thread */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "frr-vtysh/container.h"
#include "lib/process.h"

/* The sockets of FRR's daemons belong to FRR's user and group. */
#define KEPT_CAPABILITY CAP_DAC_OVERRIDE
#define DIR_OPTIONS	"mode=0755,size=64m"

unsigned long long enter_clone_flags(void)
{
	/*
	 * A pid namespace of its own, neither the host's nor the container's: it can signal nobody; nobody in the container
	 * can trace it; a /proc of the container has no `self' for it, by which a false vtysh could write to evpnd's own
	 * binary (as in CVE-2019-5736); and whatever it has started ends with it.
	 */
	return CLONE_NEWPID;
}

static int complain(const char *what)
{
	dprintf(STDERR_FILENO, "%s: %s\n", what, strerror(errno));
	return -1;
}

static int enter_namespaces(const struct enter_target *target)
{
	int flags = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC;

	if (setns(target->pidfd, target->has_users ? flags | CLONE_NEWUSER : flags) < 0)
		return complain("enter the namespaces of FRR's container (needs Linux 5.8 and CAP_SYS_ADMIN)");
	/* Root there is another user than ours. */
	if (target->has_users && (setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0))
		return complain("become root of the container's user namespace");
	return 0;
}

static int write_text(const char *text)
{
	_cleanup_close_ int fd = open(ENTER_FILE + 1, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return complain("create " ENTER_FILE);
	for (size_t len = strlen(text); len > 0;) {
		ssize_t n = write(fd, text, len);

		if (n < 0)
			return complain("write " ENTER_FILE);
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

/*
 * A copy of the container's mounts in which nothing can be written and device nodes mean nothing: the container's device
 * cgroup does not hold us. In it, a directory of ours.
 */
static int make_own_mounts(int root, const char *text)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID,
				   .propagation = MS_PRIVATE };

	/* The working directory goes along into the copy; the descriptor `root' does not. */
	if (fchdir(root) < 0)
		return complain("enter the container's root directory");
	if (unshare(CLONE_NEWNS) < 0)
		return complain("copy the container's mounts");
	/* By number: the C library's own function came late (glibc 2.36). */
	if (syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &attr, sizeof(attr)) < 0)
		return complain("make the copy of the container's mounts read-only (needs Linux 5.12)");
	if (mount("tmpfs", ENTER_DIR + 1, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, DIR_OPTIONS) < 0)
		return complain("mount a directory over the container's " ENTER_DIR);
	if (text && write_text(text) < 0)
		return -1;
	if (chroot(".") < 0)
		return complain("chroot to the container's root directory");
	return 0;
}

static int drop_rights(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { .effective = 1u << KEPT_CAPABILITY,
						    .permitted = 1u << KEPT_CAPABILITY } };

	/* The kernel says EINVAL after its last capability. */
	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
		if (cap != KEPT_CAPABILITY && prctl(PR_CAPBSET_DROP, cap) < 0)
			return complain("drop a capability");
	if (syscall(SYS_capset, &header, data) < 0)
		return complain("drop the capabilities");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return complain("set no_new_privs");
	/* Away from the keys of evpnd's session; ENOSYS: a kernel without keys. */
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS)
		return complain("leave the session's keys");
	return 0;
}

int enter_container(const struct enter_target *target, const char *text)
{
	if (enter_namespaces(target) < 0 || make_own_mounts(target->root, text) < 0)
		return -1;
	return drop_rights();
}
