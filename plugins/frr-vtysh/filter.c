/* SPDX-License-Identifier: Apache-2.0 */
/* filter.c - see filter.h */
#include <errno.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frr-vtysh/filter.h"
#include "lib/fd.h"

/* s390 has the first two arguments of clone(2) in the other order. */
#if defined(__s390__)
#define CLONE_FLAGS_ARG 1
#else
#define CLONE_FLAGS_ARG 0
#endif

#define NAMESPACES \
	(CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUSER | CLONE_NEWUTS)

/*
 * Allowed with all arguments. A name that the architecture does not have is left out. The C library replaces the missing
 * clone3 by clone, whose flags the filter can check.
 */
static const char *const allowed[] = {
	/* memory and time */
	"brk",
	"madvise",
	"mmap",
	"mmap2",
	"mprotect",
	"mremap",
	"msync",
	"munmap",
	"membarrier",
	"mincore",
	"clock_getres",
	"clock_getres_time64",
	"clock_gettime",
	"clock_gettime64",
	"clock_nanosleep",
	"clock_nanosleep_time64",
	"gettimeofday",
	"nanosleep",
	"time",
	"times",
	"alarm",
	"getitimer",
	"setitimer",
	"timer_create",
	"timer_delete",
	"timer_getoverrun",
	"timer_gettime",
	"timer_gettime64",
	"timer_settime",
	"timer_settime64",
	"timerfd_create",
	"timerfd_gettime",
	"timerfd_gettime64",
	"timerfd_settime",
	"timerfd_settime64",
	/* processes and threads */
	"arch_prctl",
	"execve",
	"execveat",
	"exit",
	"exit_group",
	"fork",
	"vfork",
	"wait4",
	"waitid",
	"waitpid",
	"futex",
	"futex_time64",
	"futex_waitv",
	"get_robust_list",
	"set_robust_list",
	"get_thread_area",
	"set_thread_area",
	"set_tid_address",
	"set_tls",
	"cacheflush",
	"riscv_flush_icache",
	"riscv_hwprobe",
	"rseq",
	"restart_syscall",
	"getcpu",
	"prctl",
	"capget",
	"getpgid",
	"getpgrp",
	"getpid",
	"getppid",
	"getpriority",
	"getrlimit",
	"getrusage",
	"getsid",
	"gettid",
	"prlimit64",
	"setpgid",
	"setrlimit",
	"setsid",
	"ugetrlimit",
	"sched_getaffinity",
	"sched_get_priority_max",
	"sched_get_priority_min",
	"sched_getattr",
	"sched_getparam",
	"sched_getscheduler",
	"sched_yield",
	"sysinfo",
	"umask",
	"uname",
	"getrandom",
	/* users: a change succeeds only within what the process has */
	"getegid",
	"getegid32",
	"geteuid",
	"geteuid32",
	"getgid",
	"getgid32",
	"getgroups",
	"getgroups32",
	"getresgid",
	"getresgid32",
	"getresuid",
	"getresuid32",
	"getuid",
	"getuid32",
	"setgid",
	"setgid32",
	"setgroups",
	"setgroups32",
	"setregid",
	"setregid32",
	"setresgid",
	"setresgid32",
	"setresuid",
	"setresuid32",
	"setreuid",
	"setreuid32",
	"setuid",
	"setuid32",
	/* signals */
	"kill",
	"pause",
	"pidfd_open",
	"pidfd_send_signal",
	"rt_sigaction",
	"rt_sigpending",
	"rt_sigprocmask",
	"rt_sigqueueinfo",
	"rt_sigreturn",
	"rt_sigsuspend",
	"rt_sigtimedwait",
	"rt_sigtimedwait_time64",
	"rt_tgsigqueueinfo",
	"sigaction",
	"sigaltstack",
	"signal",
	"signalfd",
	"signalfd4",
	"sigpending",
	"sigprocmask",
	"sigreturn",
	"sigsuspend",
	"tgkill",
	"tkill",
	/* descriptors */
	"_llseek",
	"close",
	"close_range",
	"dup",
	"dup2",
	"dup3",
	"fadvise64",
	"fadvise64_64",
	"fcntl",
	"fcntl64",
	"fdatasync",
	"flock",
	"fsync",
	"lseek",
	"pipe",
	"pipe2",
	"pread64",
	"preadv",
	"preadv2",
	"pwrite64",
	"pwritev",
	"pwritev2",
	"read",
	"readahead",
	"readv",
	"copy_file_range",
	"sendfile",
	"sendfile64",
	"splice",
	"tee",
	"write",
	"writev",
	"arm_fadvise64_64",
	/* events */
	"_newselect",
	"epoll_create",
	"epoll_create1",
	"epoll_ctl",
	"epoll_pwait",
	"epoll_pwait2",
	"epoll_wait",
	"eventfd",
	"eventfd2",
	"inotify_add_watch",
	"inotify_init",
	"inotify_init1",
	"inotify_rm_watch",
	"poll",
	"ppoll",
	"ppoll_time64",
	"pselect6",
	"pselect6_time64",
	"select",
	/* files */
	"access",
	"chdir",
	"chmod",
	"creat",
	"faccessat",
	"faccessat2",
	"fallocate",
	"fchdir",
	"fchmod",
	"fchmodat",
	"fchmodat2",
	"fgetxattr",
	"flistxattr",
	"fstat",
	"fstat64",
	"fstatat64",
	"fstatfs",
	"fstatfs64",
	"ftruncate",
	"ftruncate64",
	"futimesat",
	"getcwd",
	"getdents",
	"getdents64",
	"getxattr",
	"lgetxattr",
	"link",
	"linkat",
	"listxattr",
	"llistxattr",
	"lstat",
	"lstat64",
	"mkdir",
	"mkdirat",
	"newfstatat",
	"oldfstat",
	"oldlstat",
	"oldstat",
	"open",
	"openat",
	"openat2",
	"readlink",
	"readlinkat",
	"rename",
	"renameat",
	"renameat2",
	"rmdir",
	"stat",
	"stat64",
	"statfs",
	"statfs64",
	"statx",
	"symlink",
	"symlinkat",
	"sync_file_range",
	"truncate",
	"truncate64",
	"unlink",
	"unlinkat",
	"utime",
	"utimensat",
	"utimensat_time64",
	"utimes",
	/* sockets; the kind is checked when one is made */
	"accept",
	"accept4",
	"bind",
	"connect",
	"getpeername",
	"getsockname",
	"getsockopt",
	"listen",
	"recv",
	"recvfrom",
	"recvmmsg",
	"recvmmsg_time64",
	"recvmsg",
	"send",
	"sendmmsg",
	"sendmsg",
	"sendto",
	"setsockopt",
	"shutdown",
};

static int add(scmp_filter_ctx filter, uint32_t action, const char *name, const struct scmp_arg_cmp *arg)
{
	int number = seccomp_syscall_resolve_name(name), r;

	if (number == __NR_SCMP_ERROR)
		return 0;
	r = seccomp_rule_add_array(filter, action, number, arg ? 1 : 0, arg);
	/* The architecture does not have the call. */
	return r == -EDOM ? 0 : r;
}

/* One kind of sockets, and no new namespaces. */
static int add_with_arguments(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp is_unix = SCMP_CMP(0, SCMP_CMP_EQ, AF_UNIX),
				  no_unix = SCMP_CMP(0, SCMP_CMP_NE, AF_UNIX);
	const struct scmp_arg_cmp same_namespaces = SCMP_CMP(CLONE_FLAGS_ARG, SCMP_CMP_MASKED_EQ, NAMESPACES, 0);
	int r = add(filter, SCMP_ACT_ALLOW, "socket", &is_unix);

	if (r == 0)
		r = add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), "socket", &no_unix);
	if (r == 0)
		r = add(filter, SCMP_ACT_ALLOW, "socketpair", &is_unix);
	if (r == 0)
		r = add(filter, SCMP_ACT_ALLOW, "clone", &same_namespaces);
	/* The program has no terminal and no device. This is what isatty(3) expects then. */
	return r == 0 ? add(filter, SCMP_ACT_ERRNO(ENOTTY), "ioctl", NULL) : r;
}

static int add_rules(scmp_filter_ctx filter)
{
	int r = add_with_arguments(filter);

	for (size_t i = 0; r == 0 && i < sizeof(allowed) / sizeof(allowed[0]); i++)
		r = add(filter, SCMP_ACT_ALLOW, allowed[i], NULL);
	return r;
}

/* libseccomp before 2.6 writes the filter only to a file. */
static int take_program(scmp_filter_ctx context, struct filter *filter)
{
	_cleanup_close_ int fd = memfd_create("evpnd-filter", MFD_CLOEXEC);
	struct stat st;
	int r;

	if (fd < 0)
		return -errno;
	r = seccomp_export_bpf(context, fd);
	if (r < 0)
		return r;
	if (fstat(fd, &st) < 0)
		return -errno;
	filter->program.filter = malloc((size_t)st.st_size);
	if (!filter->program.filter)
		return -ENOMEM;
	filter->program.len = (unsigned short)((size_t)st.st_size / sizeof(struct sock_filter));
	return pread(fd, filter->program.filter, (size_t)st.st_size, 0) == st.st_size ? 0 : -EIO;
}

int filter_make(struct filter *filter, struct evpn_error *err)
{
	scmp_filter_ctx context = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int r = context ? 0 : -ENOMEM;

	/* A search tree: the kernel needs a few comparisons for a call, not one for each allowed call. */
	if (r == 0)
		r = seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	/* Otherwise a full disk and the like are all ECANCELED, which nobody would try again. */
	if (r == 0)
		r = seccomp_attr_set(context, SCMP_FLTATR_API_SYSRAWRC, 1);
	if (r == 0)
		r = add_rules(context);
	if (r == 0)
		r = take_program(context, filter);
	seccomp_release(context);
	return r < 0 ? evpn_fail(err, -r, "cannot build the filter of system calls for FRR's programs: %s",
				 strerror(-r))
		     : 0;
}

void filter_free(struct filter *filter)
{
	free(filter->program.filter);
	*filter = (struct filter){ 0 };
}

int filter_apply(const struct filter *filter)
{
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter->program);
}
