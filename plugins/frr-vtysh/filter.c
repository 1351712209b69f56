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

	for (const char *const *name = filter_calls; r == 0 && *name; name++)
		r = add(filter, SCMP_ACT_ALLOW, *name, NULL);
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
