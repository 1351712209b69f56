/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pidfile.c - see pidfile.h
 *
 * A pidfd neither keeps the process's namespaces alive nor can mean another process; the number in the file can, so
 * everything is checked between opening the pidfd and asking it, last, whether the process still lives.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/pidfile.h"

/* The kernel's highest pid, whatever kernel.pid_max says. */
#define PID_LIMIT   (1 << 22)
#define PIDFILE_MAX 64
#define OWN_HINT                                                                                             \
	"either FRR's container runs with --network=host, and needs a namespace of its own, or the file is " \
	"a leftover whose number now belongs to another process"

int pidfile_take_options(struct pidfile *file, const struct evpn_host *host, const char *path_key,
			 struct evpn_error *err)
{
	const char *base;

	file->path = host->option(host, path_key);
	file->proc = host->option(host, "proc");
	file->cgroup = host->option(host, "cgroup");
	if (!file->proc)
		file->proc = "/proc";
	if (!file->path)
		return evpn_fail(err, EINVAL, "option %s is not set: the file that podman writes by --pidfile",
				 path_key);
	if (file->path[0] != '/' || strlen(file->path) >= PATH_MAX)
		return evpn_fail(err, EINVAL, "%s = \"%s\": an absolute path is needed", path_key, file->path);
	base = strrchr(file->path, '/') + 1;
	if (!base[0] || strcmp(base, ".") == 0 || strcmp(base, "..") == 0 || strlen(base) > NAME_MAX)
		return evpn_fail(err, EINVAL, "%s = \"%s\": this names no file", path_key, file->path);
	if (file->proc[0] != '/' || strlen(file->proc) >= PATH_MAX - 32)
		return evpn_fail(err, EINVAL, "proc = \"%s\": an absolute path is needed", file->proc);
	if (file->cgroup && !file->cgroup[0])
		return evpn_fail(err, EINVAL, "cgroup = \"\": every cgroup contains this; leave the option out");
	return 0;
}

/* A decimal number from 1 to PID_LIMIT, blanks after it; else -1. */
static pid_t parse_pid(const char *text, size_t len)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long pid = strtoul(text, NULL, 10);

	if (!digits || digits + strspn(text + digits, " \t\r\n") != len || pid < 1 || pid > PID_LIMIT)
		return -1;
	return (pid_t)pid;
}

int pidfile_read(const struct pidfile *file, pid_t *ret_pid, struct evpn_error *err)
{
	char text[PIDFILE_MAX];
	ssize_t len = process_read_file(AT_FDCWD, file->path, text, sizeof(text));
	pid_t pid;

	if (len == -ENOENT)
		return evpn_wait(err, "waits for %s, which podman writes when FRR's container starts (--pidfile)",
				 file->path);
	if (len == -ELOOP || len == -EMEDIUMTYPE)
		return evpn_fail(err, EINVAL, "%s is not a regular file: name the file that podman itself writes",
				 file->path);
	if (len < 0)
		return evpn_fail(err, (int)-len, "read %s: %s", file->path, strerror((int)-len));
	if (len == 0)
		return evpn_wait(err, "waits for the pid in %s, which is empty", file->path);
	if (len == PIDFILE_MAX - 1)
		return evpn_fail(err, EINVAL, "%s is too long to hold a pid: is it the file of podman's --pidfile?",
				 file->path);
	pid = parse_pid(text, (size_t)len);
	if (pid < 0)
		return evpn_fail(err, EINVAL,
				 "%s holds no pid (1 to %d) but `%s': is it the file of podman's --pidfile?",
				 file->path, PID_LIMIT, process_printable(text));
	*ret_pid = pid;
	return 1;
}

static int wait_stale(const struct pidfile *file, pid_t pid, struct evpn_error *err)
{
	return evpn_wait(err,
			 "%s names process %d, which is gone; podman leaves the file behind and writes a new one when "
			 "FRR's container starts",
			 file->path, (int)pid);
}

/* >0: the process is held by a pidfd, and the file names it still. */
static int hold(const struct pidfile *file, struct pidfile_process *process, struct evpn_error *err)
{
	struct evpn_error why = { 0 };
	pid_t again;
	int r;

	process->pidfd = process_hold(process->pid, &why);
	if (process->pidfd < 0 && why.code == ESRCH)
		return wait_stale(file, process->pid, err);
	if (process->pidfd < 0)
		return evpn_fail(err, why.code, "%s names %d: %s", file->path, (int)process->pid, why.msg);
	/* Had the container been replaced before pidfd_open, the number could be a stranger's by then. */
	r = pidfile_read(file, &again, err);
	if (r > 0 && again != process->pid)
		return evpn_wait(err, "%s is being rewritten", file->path);
	return r;
}

int pidfile_find(const struct pidfile *file, struct pidfile_process *process, struct evpn_error *err)
{
	struct evpn_error why = { 0 };
	int r = pidfile_read(file, &process->pid, err);

	if (r <= 0)
		return r;
	if (process_check_proc(file->proc, err) < 0)
		return -1;
	r = hold(file, process, err);
	if (r <= 0)
		return r;
	r = process_open_netns(file->proc, process->pid, file->cgroup, OWN_HINT, &process->netns, &process->start,
			       &why);
	if (process_has_ended(process->pidfd)) {
		process_closep(&process->netns);
		process_closep(&process->pidfd);
		process->netns = process->pidfd = -1;
		return wait_stale(file, process->pid, err);
	}
	if (r < 0)
		return evpn_fail(err, why.code, "%s: %s", file->path, why.msg);
	return 1;
}
