/* SPDX-License-Identifier: Apache-2.0 */
/* container.c - see container.h; everything here runs in a child process of evpnd with one thread */
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

int container_clone_flags(void)
{
	/*
	 * With its own pid namespace the program cannot signal other processes, and no process of the container can
	 * trace it. A procfs of the container has no `self' for it, by which a malicious vtysh could write to evpnd's
	 * binary (as in CVE-2019-5736). The kernel kills its descendants together with it.
	 */
	return CLONE_NEWPID;
}

static int child_fail(const char *what)
{
	dprintf(STDERR_FILENO, "%s: %s\n", what, strerror(errno));
	return -1;
}

/*
 * Until it executes a program, the child has evpnd's memory and binary. This closes /proc/PID/mem, fd and exe to all
 * processes without CAP_SYS_PTRACE on the host. A change of user can open them again.
 */
static int hide_memory(void)
{
	return prctl(PR_SET_DUMPABLE, 0) < 0 ? child_fail("cannot make the process undumpable") : 0;
}

static int enter_namespaces(const struct container *container)
{
	/* Not the IPC namespace, which evpnd.service does not allow: the filter denies all calls that depend on it. */
	int flags = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS;

	if (setns(container->pidfd, container->has_users ? flags | CLONE_NEWUSER : flags) < 0)
		return child_fail("cannot enter the namespaces of FRR's container (needs Linux 5.8, CAP_SYS_ADMIN and "
				  "CAP_SYS_CHROOT)");
	/* Become root of the container's user namespace. */
	if (container->has_users && (setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0))
		return child_fail("cannot become root of the container's user namespace");
	return 0;
}

static int write_text(const char *text)
{
	_cleanup_close_ int fd = open(CONTAINER_FILE + 1, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return child_fail("cannot create " CONTAINER_FILE);
	for (size_t len = strlen(text); len > 0;) {
		ssize_t n = write(fd, text, len);

		if (n < 0)
			return child_fail("cannot write " CONTAINER_FILE);
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

/*
 * Makes a copy of the container's mounts that is read-only and ignores device nodes: the container's device cgroup does
 * not apply to the child. Mounts a writable directory in it.
 */
static int make_own_mounts(int root, const char *text)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID,
				   .propagation = MS_PRIVATE };

	/* unshare() moves the working directory into the copy, but not the descriptor `root'. */
	if (fchdir(root) < 0)
		return child_fail("cannot enter the container's root directory");
	if (unshare(CLONE_NEWNS) < 0)
		return child_fail("cannot copy the container's mounts");
	/* glibc has a wrapper only since 2.36. */
	if (syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &attr, sizeof(attr)) < 0)
		return child_fail("cannot make the copy of the container's mounts read-only (needs Linux 5.12)");
	if (mount("tmpfs", CONTAINER_DIR + 1, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, DIR_OPTIONS) < 0)
		return child_fail("cannot mount a directory over the container's " CONTAINER_DIR);
	if (text && write_text(text) < 0)
		return -1;
	if (chroot(".") < 0)
		return child_fail("cannot chroot to the container's root directory");
	return 0;
}

static int drop_rights(const struct filter *filter)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { .effective = 1u << KEPT_CAPABILITY,
						    .permitted = 1u << KEPT_CAPABILITY } };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return child_fail("cannot set no_new_privs");
	/*
	 * The kernel returns EINVAL after its last capability. EPERM: evpnd has no CAP_SETPCAP. Without the bounding set
	 * the program gains nothing either: with no_new_privs execve() adds no capability, not even for root.
	 */
	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
		if (cap != KEPT_CAPABILITY && prctl(PR_CAPBSET_DROP, cap) < 0 && errno != EPERM)
			return child_fail("cannot drop a capability");
	if (syscall(SYS_capset, &header, data) < 0)
		return child_fail("cannot drop the capabilities");
	/* Give up access to the keys of evpnd's session. ENOSYS: the kernel has no keys. */
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS)
		return child_fail("cannot leave the session's keys");
	if (hide_memory() < 0)
		return -1;
	return filter_apply(filter) < 0 ? child_fail("cannot set the filter of system calls") : 0;
}

int container_enter(const struct container *container, const char *text)
{
	if (hide_memory() < 0 || enter_namespaces(container) < 0 || make_own_mounts(container->root, text) < 0)
		return -1;
	return drop_rights(container->filter);
}
