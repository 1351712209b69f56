/* SPDX-License-Identifier: Apache-2.0 */
/* child.c - see child.h */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "child.h"
#include "util.h"

extern char **environ;

static int spawn(pid_t *ret_pid, char *const argv[], int input, int output)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none;
	int r;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	posix_spawn_file_actions_adddup2(&actions, input, 0);
	posix_spawn_file_actions_adddup2(&actions, output, 1);
	posix_spawn_file_actions_adddup2(&actions, output, 2);
	/* The event loop blocks the signals it handles; a child would inherit that. */
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	r = posix_spawn(ret_pid, argv[0], &actions, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return r;
}

/* Memory files, not pipes: one that fills up would stop the child, or us, until somebody reads. */
static int make_file(const char *name, const char *text)
{
	_cleanup_close_ int fd = memfd_create(name, MFD_CLOEXEC);

	for (size_t len = strlen(text); fd >= 0 && len;) {
		ssize_t n = write(fd, text, len);

		if (n < 0)
			return -1;
		text += n;
		len -= (size_t)n;
	}
	return fd < 0 || lseek(fd, 0, SEEK_SET) < 0 ? -1 : util_take_fd(&fd);
}

int child_start(struct child *child, char *const argv[], const char *text, struct evpn_error *err)
{
	_cleanup_close_ int input = make_file("evpnd-input", text), output = make_file("evpnd-output", "");
	int r;

	if (input < 0 || output < 0)
		return evpn_fail(err, errno, "run %s: %s", argv[0], strerror(errno));
	r = spawn(&child->pid, argv, input, output);
	if (r != 0) {
		child->pid = 0;
		return evpn_fail(err, r, "run %s: %s", argv[0], strerror(r));
	}
	child->pidfd = (int)syscall(SYS_pidfd_open, child->pid, 0);
	if (child->pidfd < 0) {
		r = errno;
		child_kill(child);
		return evpn_fail(err, r, "run %s: pidfd: %s; Linux 5.3 or newer is needed", argv[0], strerror(r));
	}
	child->output = util_take_fd(&output);
	return 0;
}

static void forget(struct child *child)
{
	util_closep(&child->pidfd);
	util_closep(&child->output);
	*child = (struct child)CHILD_INIT;
}

void child_finish(struct child *child, int *ret_status, char **ret_output)
{
	char *text = xcalloc(CHILD_OUTPUT_MAX + 1, 1);
	ssize_t n;

	while (waitpid(child->pid, ret_status, 0) < 0 && errno == EINTR)
		;
	n = pread(child->output, text, CHILD_OUTPUT_MAX, 0);
	text[n > 0 ? n : 0] = '\0';
	forget(child);
	*ret_output = text;
}

void child_kill(struct child *child)
{
	int status;

	if (!child->pid)
		return;
	kill(child->pid, SIGKILL);
	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	forget(child);
}
