/* SPDX-License-Identifier: Apache-2.0 */
/* process.c - see process.h */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include "lib/process.h"

#define PROC_FILE_MAX 16384

/* A process as it is asked: where, and its directory in procfs. */
struct process {
	const char *proc;
	int pid;
	int dir;
};

ssize_t process_read_file(int dir, const char *name, char *buf, size_t size)
{
	/* O_NONBLOCK: a fifo in the file's place must not stop evpnd. */
	_cleanup_close_ int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
	size_t len = 0;
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EMEDIUMTYPE;
	while (len < size - 1 && (n = read(fd, buf + len, size - 1 - len)) != 0) {
		if (n < 0)
			return -errno;
		len += (size_t)n;
	}
	buf[len] = '\0';
	return (ssize_t)len;
}

const char *process_printable(char *text)
{
	for (char *c = text; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return text;
}

int process_check_proc(const char *proc, struct evpn_error *err)
{
	char link[PATH_MAX], text[32];
	ssize_t n;

	snprintf(link, sizeof(link), "%s/self", proc);
	n = readlink(link, text, sizeof(text) - 1);
	if (n < 0)
		return evpn_fail(err, errno, "%s: %s; %s must be a procfs that shows evpnd's own process", link,
				 strerror(errno), proc);
	text[n] = '\0';
	if (atoi(text) != getpid())
		return evpn_fail(err, EINVAL,
				 "%s shows another pid namespace than evpnd's (evpnd is process %s there, %d here): "
				 "evpnd needs the host's (Kubernetes: hostPID: true; podman: --pid=host)",
				 proc, process_printable(text), (int)getpid());
	return 0;
}

/* A file of the process. */
static int read_about(const struct process *process, const char *name, char *buf, size_t size, struct evpn_error *err)
{
	ssize_t len = process_read_file(process->dir, name, buf, size);

	if (len < 0)
		return evpn_fail(err, (int)-len, "read %s/%d/%s: %s", process->proc, process->pid, name,
				 strerror((int)-len));
	return 0;
}

static int check_not_conmon(const struct process *process, struct evpn_error *err)
{
	char comm[32];

	if (read_about(process, "comm", comm, sizeof(comm), err) < 0)
		return -1;
	if (strcmp(comm, "conmon\n") == 0)
		return evpn_fail(err, EINVAL,
				 "process %d is conmon, podman's monitor outside of the container: have podman write "
				 "the file by --pidfile, not by --conmon-pidfile or --infra-conmon-pidfile",
				 process->pid);
	return 0;
}

static int check_cgroup(const struct process *process, const char *cgroup, struct evpn_error *err)
{
	char text[PROC_FILE_MAX];

	if (!cgroup)
		return 0;
	if (read_about(process, "cgroup", text, sizeof(text), err) < 0)
		return -1;
	/* Lines of "number:controllers:path"; with cgroup v1 there is one for each hierarchy. */
	for (char *save, *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		const char *colon = strchr(line, ':');
		const char *path = colon ? strchr(colon + 1, ':') : NULL;

		if (path && strstr(path + 1, cgroup))
			return 0;
	}
	return evpn_fail(err, EPERM,
			 "process %d is not the container that is meant: no path in %s/%d/cgroup contains `%s'",
			 process->pid, process->proc, process->pid, cgroup);
}

int process_check_netns(int fd, const char *what, const char *own_hint, struct evpn_error *err)
{
	struct stat own, theirs;
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0 || (unsigned long)fs.f_type != NSFS_MAGIC)
		return evpn_fail(err, ENOTTY, "%s is not a namespace", what);
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET)
		return evpn_fail(err, EINVAL, "%s is not a network namespace", what);
	if (stat("/proc/self/ns/net", &own) < 0 || fstat(fd, &theirs) < 0)
		return evpn_fail(err, errno, "/proc/self/ns/net: %s; is /proc mounted?", strerror(errno));
	if (own.st_dev == theirs.st_dev && own.st_ino == theirs.st_ino)
		return evpn_fail(err, EINVAL, "%s is the host's own network namespace: %s", what, own_hint);
	return 0;
}

static int open_netns(const struct process *process, const char *own_hint, int *ret_fd, struct evpn_error *err)
{
	_cleanup_close_ int fd = openat(process->dir, "ns/net", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char what[PATH_MAX + 32];

	snprintf(what, sizeof(what), "%s/%d/ns/net", process->proc, process->pid);
	if (fd < 0)
		return evpn_fail(err, errno, "open %s: %s%s", what, strerror(errno),
				 errno == EACCES || errno == EPERM ? "; evpnd needs CAP_SYS_PTRACE" : "");
	if (process_check_netns(fd, what, own_hint, err) < 0)
		return -1;
	*ret_fd = process_take_fd(&fd);
	return 0;
}

static int read_start(const struct process *process, uint64_t *ret_start, struct evpn_error *err)
{
	char text[PROC_FILE_MAX];
	const char *field;

	if (read_about(process, "stat", text, sizeof(text), err) < 0)
		return -1;
	field = strrchr(text, ')'); /* the end of field 2, a name with whatever in it */
	for (int i = 2; field && i < 22; i++)
		field = strchr(field + 1, ' ');
	if (!field)
		return evpn_fail(err, EINVAL, "%s/%d/stat has no field 22, the start time", process->proc,
				 process->pid);
	*ret_start = strtoull(field + 1, NULL, 10);
	return 0;
}

int process_open_netns(const char *proc, pid_t pid, const char *cgroup, const char *own_hint, int *ret_fd,
		       uint64_t *ret_start, struct evpn_error *err)
{
	_cleanup_close_ int dir = -1, netns = -1;
	struct process process = { .proc = proc, .pid = pid };
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "%s/%d", proc, (int)pid);
	dir = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return evpn_fail(err, errno, "%s: %s", name, strerror(errno));
	process.dir = dir;
	if (check_not_conmon(&process, err) < 0 || check_cgroup(&process, cgroup, err) < 0 ||
	    open_netns(&process, own_hint, &netns, err) < 0 || read_start(&process, ret_start, err) < 0)
		return -1;
	*ret_fd = process_take_fd(&netns);
	return 0;
}

int process_hold(pid_t pid, struct evpn_error *err)
{
	/* By number: the C library's own function came late (glibc 2.36). It is close-on-exec. */
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (pidfd < 0)
		return evpn_fail(err, errno, "pidfd_open %d: %s%s", (int)pid, strerror(errno),
				 errno == ENOSYS ? "; evpnd needs Linux 5.3" : "; it is no process's pid");
	return pidfd;
}

bool process_has_ended(int pidfd)
{
	struct pollfd pfd = { .fd = pidfd, .events = POLLIN };

	return poll(&pfd, 1, 0) > 0;
}
