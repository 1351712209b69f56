/* SPDX-License-Identifier: Apache-2.0 */
/* child.c - see child.h */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/child.h"
#include "base/file.h"
#include "base/util.h"

extern char **environ;

static int spawn(pid_t *ret_pid, char *const argv[], bool group, int input, int output)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, pipe;
	int r;

	sigemptyset(&none);
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	posix_spawn_file_actions_adddup2(&actions, input, 0);
	posix_spawn_file_actions_adddup2(&actions, output, 1);
	posix_spawn_file_actions_adddup2(&actions, output, 2);
	/* The event loop blocks the signals it handles; a child would inherit that. */
	posix_spawnattr_setsigmask(&attr, &none);
	/* evpnd ignores it, and a program may rely on it. */
	posix_spawnattr_setsigdefault(&attr, &pipe);
	/* With the group 0: one of its own. */
	posix_spawnattr_setflags(
		&attr, (short)(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (group ? POSIX_SPAWN_SETPGROUP : 0)));
	r = posix_spawn(ret_pid, argv[0], &actions, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return r;
}

/*
 * Memory files, not pipes: one that fills up would stop the child, or us, until somebody reads. `max`: the file has this size
 * from the beginning, and nobody can make it larger; 0: it is as long as the text.
 */
static int make_file(const char *name, const char *text, off_t max)
{
	_cleanup_close_ int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd >= 0 && max && (ftruncate(fd, max) < 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SEAL) < 0))
		return -1;
	for (size_t len = strlen(text); fd >= 0 && len;) {
		ssize_t n = write(fd, text, len);

		if (n < 0)
			return -1;
		text += n;
		len -= (size_t)n;
	}
	return fd < 0 || lseek(fd, 0, SEEK_SET) < 0 ? -1 : util_take_fd(&fd);
}

/* A killed child ends in its own time; without this it would stay a zombie. */
static void reap(struct child *child)
{
	size_t left = 0;
	int status;

	for (size_t i = 0; i < child->n_killed; i++)
		if (waitpid(child->killed[i], &status, WNOHANG) == 0)
			child->killed[left++] = child->killed[i];
	child->n_killed = left;
}

int child_start(struct child *child, char *const argv[], const char *text, struct evpn_error *err)
{
	_cleanup_close_ int input = make_file("evpnd-input", text, 0);
	_cleanup_close_ int output = make_file("evpnd-output", "", CHILD_OUTPUT_MAX);
	/* posix_spawn(3) waits until the program runs: it must not wait for a FIFO's writer, or the holder of a lease. */
	_cleanup_close_ int program = file_open(AT_FDCWD, argv[0], FILE_FOLLOW, NULL);
	int r;

	if (input < 0 || output < 0)
		return evpn_fail(err, errno, "run %s: %s", argv[0], strerror(errno));
	if (program < 0 && program != -EACCES)
		return evpn_fail(err, -program, "run %s: %s", argv[0], file_fault(program));
	reap(child);
	if (child->n_killed == CHILD_KILLED_MAX)
		return evpn_fail(err, EAGAIN,
				 "run %s: %d earlier ones were killed and do not end, one is process %d; the kernel "
				 "waits for something on their behalf, see /proc/%d/stack",
				 argv[0], CHILD_KILLED_MAX, (int)child->killed[0], (int)child->killed[0]);
	r = spawn(&child->pid, argv, child->group, input, output);
	if (r != 0) {
		child->pid = 0;
		return evpn_fail(err, r, "run %s: %s", argv[0], strerror(r));
	}
	child->pidfd = (int)syscall(SYS_pidfd_open, child->pid, 0);
	if (child->pidfd < 0) {
		r = errno;
		child_kill(child);
		return evpn_fail(err, r, "run %s: pidfd_open: %s; evpnd needs Linux 5.3 or newer", argv[0],
				 strerror(r));
	}
	child->output = util_take_fd(&output);
	return 0;
}

static void forget(struct child *child)
{
	util_closep(&child->pidfd);
	util_closep(&child->output);
	child->pidfd = child->output = -1;
	child->pid = 0;
	child->ended = false;
	child->status = 0;
}

void child_ended(struct child *child, int status)
{
	child->ended = true;
	child->status = status;
}

void child_finish(struct child *child, int *ret_status, char **ret_output)
{
	char *text = xcalloc(CHILD_OUTPUT_MAX + 1, 1);
	ssize_t n = pread(child->output, text, CHILD_OUTPUT_MAX, 0);

	text[n > 0 ? n : 0] = '\0';
	*ret_status = child->status;
	forget(child);
	*ret_output = text;
}

void child_kill(struct child *child)
{
	reap(child);
	if (!child->pid)
		return;
	/* One that has ended is reaped by the event loop. */
	if (!child->ended && kill(child->group ? -child->pid : child->pid, SIGKILL) == 0 &&
	    child->n_killed < CHILD_KILLED_MAX)
		child->killed[child->n_killed++] = child->pid;
	forget(child);
	reap(child);
}
