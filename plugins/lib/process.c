/* SPDX-License-Identifier: Apache-2.0 */
/* process.c - see process.h */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include "lib/folder.h"
#include "lib/clock.h"
#include "lib/netns.h"
#include "lib/process.h"

#define PROC_FILE_MAX 16384

/* A process and its open directory in procfs. */
struct process {
	const char *proc; /* where procfs is mounted */
	int pid;
	int dir;
};

ssize_t process_read_fd(int fd, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;

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
		return evpn_fail(err, errno, "cannot read %s: %s; set proc to a procfs that shows evpnd's own process",
				 link, strerror(errno));
	text[n] = '\0';
	if (atoi(text) != getpid())
		return evpn_fail(err, EINVAL,
				 "%s belongs to another pid namespace (evpnd is process %s there, %d here); run evpnd "
				 "in the host's pid namespace (Kubernetes: hostPID: true; podman: --pid=host)",
				 proc, process_printable(text), (int)getpid());
	return 0;
}

/* Reads a file from the process's directory in procfs. */
static int read_about(const struct process *process, const char *name, char *buf, size_t size, struct evpn_error *err)
{
	_cleanup_close_ int fd = folder_open_at(process->dir, name);
	ssize_t len = fd < 0 ? fd : process_read_fd(fd, buf, size);

	if (len < 0)
		return evpn_fail(err, folder_code((int)len), "cannot read %s/%d/%s: %s", process->proc, process->pid,
				 name, folder_fault((int)len));
	return 0;
}

static int check_not_conmon(const struct process *process, struct evpn_error *err)
{
	char comm[32];

	if (read_about(process, "comm", comm, sizeof(comm), err) < 0)
		return -1;
	if (strcmp(comm, "conmon\n") == 0)
		return evpn_fail(
			err, EINVAL,
			"process %d is conmon, podman's monitor, which runs outside the container; use the file of "
			"--pidfile, not of --conmon-pidfile or --infra-conmon-pidfile",
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
	/* Each line is "number:controllers:path"; cgroup v1 has one line for each hierarchy. */
	for (char *save, *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		const char *colon = strchr(line, ':');
		const char *path = colon ? strchr(colon + 1, ':') : NULL;

		if (path && strstr(path + 1, cgroup))
			return 0;
	}
	return evpn_fail(err, EPERM,
			 "process %d does not belong to FRR's container: no path in %s/%d/cgroup contains `%s'",
			 process->pid, process->proc, process->pid, cgroup);
}

/* procfs hides processes that evpnd may not trace (hidepid, systemd's ProtectProc=), as if there were none. */
static const char *hint_access(int code)
{
	if (code != EACCES && code != EPERM && code != ENOENT)
		return "";
	return "; evpnd needs CAP_SYS_PTRACE (evpnd.service: CapabilityBoundingSet=CAP_SYS_PTRACE in a drop-in), or "
	       "FRR's container a user namespace of its own (podman: --uidmap; Kubernetes: hostUsers: false)";
}

static int open_netns(const struct process *process, const char *own_hint, int *ret_fd, struct evpn_error *err)
{
	_cleanup_close_ int fd = openat(process->dir, "ns/net", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char what[PATH_MAX + 32];

	snprintf(what, sizeof(what), "%s/%d/ns/net", process->proc, process->pid);
	if (fd < 0)
		return evpn_fail(err, errno, "cannot open %s: %s%s", what, strerror(errno), hint_access(errno));
	if (netns_check(fd, what, own_hint, err) < 0)
		return -1;
	*ret_fd = fd_take(&fd);
	return 0;
}

static int read_start(const struct process *process, uint64_t *ret_start, struct evpn_error *err)
{
	char text[PROC_FILE_MAX];
	const char *field;

	if (read_about(process, "stat", text, sizeof(text), err) < 0)
		return -1;
	field = strrchr(text, ')'); /* the end of field 2, the name, which can contain blanks and parentheses */
	for (int i = 2; field && i < 22; i++)
		field = strchr(field + 1, ' ');
	if (!field)
		return evpn_fail(err, EINVAL, "cannot parse %s/%d/stat: it has no field 22, the start time",
				 process->proc, process->pid);
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
		return evpn_fail(err, errno, "cannot open %s: %s%s", name, strerror(errno), hint_access(errno));
	process.dir = dir;
	if (read_start(&process, ret_start, err) < 0 || check_not_conmon(&process, err) < 0 ||
	    check_cgroup(&process, cgroup, err) < 0 || open_netns(&process, own_hint, &netns, err) < 0)
		return -1;
	*ret_fd = fd_take(&netns);
	return 0;
}

/* The ID of a container: 64 hexadecimal digits. */
static const char *find_container_id(const char *cgroup)
{
	for (; *cgroup; cgroup++) {
		size_t len = strspn(cgroup, "0123456789abcdef");

		if (len == 64)
			return cgroup;
		cgroup += len;
		if (!*cgroup)
			break;
	}
	return NULL;
}

const char *process_describe(const char *proc, pid_t pid, char text[PROCESS_DESCRIPTION_SIZE])
{
	char path[PATH_MAX], cgroup[4096];
	_cleanup_close_ int fd = -1;
	const char *id = NULL;

	snprintf(path, sizeof(path), "%s/%d/cgroup", proc, (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && process_read_fd(fd, cgroup, sizeof(cgroup)) > 0)
		id = find_container_id(cgroup);
	snprintf(text, PROCESS_DESCRIPTION_SIZE, "process %d%s%.12s", (int)pid, id ? ", container " : "", id ? id : "");
	return text;
}

int64_t process_started(uint64_t start)
{
	struct timespec boot, now;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec - boot.tv_sec + (int64_t)(start / (uint64_t)sysconf(_SC_CLK_TCK));
}

static bool is_young(uint64_t start)
{
	uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK);
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * ticks < start + PROCESS_YOUNG_S * ticks;
}

bool process_is_starting(struct process_hidden *hidden, pid_t pid, int code, uint64_t start)
{
	if (code == EACCES)
		return is_young(start);
	if (code != ENOENT)
		return false;
	/* The start time is hidden, too. */
	if (hidden->pid != pid)
		*hidden = (struct process_hidden){ .pid = pid, .since_ms = clock_ms() };
	return clock_ms() - hidden->since_ms < PROCESS_YOUNG_S * 1000;
}

int process_hold(pid_t pid, struct evpn_error *err)
{
	/* glibc has a wrapper only since 2.36. The descriptor is close-on-exec. */
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (pidfd < 0)
		return evpn_fail(err, errno, "cannot open a pidfd of process %d: %s%s", (int)pid, strerror(errno),
				 errno == ENOSYS ? "; evpnd needs Linux 5.3 or newer"
						 : "; this is not the pid of a process");
	return pidfd;
}

/* PROC_PID_INIT_INO of the kernel's include/linux/proc_ns.h: the inode of the first pid namespace, in all versions. */
#define HOST_PID_INODE 0xEFFFFFFCu

const char *process_absence_hint(void)
{
	struct stat st;

	if (stat("/proc/self/ns/pid", &st) < 0 || st.st_ino == HOST_PID_INODE)
		return "";
	return "; evpnd is in a pid namespace of its own and does not see the host's processes: run its container with "
	       "--pid=host (podman) or hostPID: true (Kubernetes)";
}

bool process_has_ended(int pidfd)
{
	struct pollfd pfd = { .fd = pidfd, .events = POLLIN };

	return poll(&pfd, 1, 0) > 0;
}
