/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pidfile.c - see pidfile.h
 *
 * The pid in the file can pass to another process at any time. A pidfd cannot, and it does not keep the namespaces of
 * the process alive. So all checks happen between opening the pidfd and a last check that the process still runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "evpn-plugin-options.h"
#include "lib/folder.h"
#include "lib/pidfile.h"

#define PIDFILE_MAX 64
#define OWN_HINT                                                                                           \
	"run FRR's container without --network=host; if it has its own network, the pidfile is outdated, " \
	"and its pid belongs to another process by now"

int pidfile_take_options(struct pidfile *file, const struct evpn_host *host, const char *path_key,
			 struct evpn_error *err)
{
	const char *base;

	if (evpn_option_required(host, path_key, "the file that podman writes (podman run --pidfile)", err) < 0 ||
	    evpn_option_path(host, path_key, NULL, &file->path, err) < 0 ||
	    evpn_option_path(host, "proc", "/proc", &file->proc, err) < 0 ||
	    evpn_option_text(host, "cgroup", NULL, &file->cgroup, err) < 0)
		return -1;
	base = strrchr(file->path, '/') + 1;
	if (!base[0] || strcmp(base, ".") == 0 || strcmp(base, "..") == 0 || strlen(base) > NAME_MAX)
		return evpn_fail(err, EINVAL, "%s = \"%s\": must name a file, not a directory", path_key, file->path);
	return 0;
}

/* Parses a decimal number from 1 to PROCESS_PID_MAX, followed by white space only; -1 for any other text. */
static pid_t parse_pid(const char *text, size_t len)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long pid = strtoul(text, NULL, 10);

	if (!digits || digits + strspn(text + digits, " \t\r\n") != len || pid < 1 || pid > PROCESS_PID_MAX)
		return -1;
	return (pid_t)pid;
}

int pidfile_read(const struct pidfile *file, pid_t *ret_pid, struct evpn_error *err)
{
	char text[PIDFILE_MAX];
	_cleanup_close_ int fd = folder_open_file(file->path, FOLDER_ROOT_LINKS);
	ssize_t len = fd < 0 ? fd : process_read_fd(fd, text, sizeof(text));
	pid_t pid;

	if (len == -ENOENT)
		return evpn_wait(err,
				 "waits for %s: podman writes it when FRR's container starts (podman run --pidfile)",
				 file->path);
	if (len < 0)
		return evpn_fail(err, folder_code((int)len), "cannot read %s: %s", file->path, folder_fault((int)len));
	if (len == 0)
		return evpn_wait(err, "waits for podman to write a pid to %s, which is empty", file->path);
	if (len == PIDFILE_MAX - 1)
		return evpn_fail(err, EINVAL,
				 "%s is too long for a pid; set the option to the file of podman's --pidfile",
				 file->path);
	pid = parse_pid(text, (size_t)len);
	if (pid < 0)
		return evpn_fail(err, EINVAL,
				 "%s contains `%s' instead of a pid (1 to %d); set the option to the file of podman's "
				 "--pidfile",
				 file->path, process_printable(text), PROCESS_PID_MAX);
	*ret_pid = pid;
	return 1;
}

static int wait_stale(const struct pidfile *file, pid_t pid, struct evpn_error *err)
{
	return evpn_wait(err,
			 "waits for a new pid in %s: process %d has ended; podman writes the file when FRR's container "
			 "starts%s",
			 file->path, (int)pid, process_absence_hint());
}

/* Opens a pidfd of the process, and reads the file again. >0: the file still names the process. */
static int hold(const struct pidfile *file, struct pidfile_process *process, struct evpn_error *err)
{
	pid_t again;
	int r;

	process->pidfd = process_hold(process->pid, err);
	if (process->pidfd < 0 && err->code == ESRCH)
		return wait_stale(file, process->pid, err);
	if (process->pidfd < 0)
		return evpn_wrap(err, "%s: ", file->path);
	/* If the container was replaced before pidfd_open(), the pid may belong to an unrelated process. */
	r = pidfile_read(file, &again, err);
	if (r > 0 && again != process->pid)
		return evpn_wait(err, "waits for %s: its pid has just changed", file->path);
	return r;
}

static int wait_for_program(pid_t pid, struct evpn_error *err)
{
	struct evpn_error why = *err;

	return evpn_wait(err, "waits for FRR's container (process %d) to start its program: %s", (int)pid, why.msg);
}

int pidfile_find(struct pidfile *file, struct pidfile_process *process, struct evpn_error *err)
{
	int r = pidfile_read(file, &process->pid, err);

	if (r <= 0)
		return r;
	if (process_check_proc(file->proc, err) < 0)
		return -1;
	r = hold(file, process, err);
	if (r <= 0)
		return r;
	r = process_open_netns(file->proc, process->pid, file->cgroup, OWN_HINT, &process->netns, &process->start, err);
	if (process_has_ended(process->pidfd)) {
		fd_close(&process->netns);
		fd_close(&process->pidfd);
		return wait_stale(file, process->pid, err);
	}
	if (r < 0 && process_is_starting(&file->hidden, process->pid, err->code, process->start))
		return wait_for_program(process->pid, err);
	if (r < 0)
		return evpn_wrap(err, "%s: ", file->path);
	return 1;
}
