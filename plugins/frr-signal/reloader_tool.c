/* SPDX-License-Identifier: Apache-2.0 */
/* reloader_tool.c - see reloader.h */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

#include "reloader.h"

extern char **environ;

static int spawn(pid_t *ret_pid, const char *const argv[], const int output[2])
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none;
	/* posix_spawn does not write to its arguments; its prototype is older than const. */
	union {
		const char *const *given;
		char *const *wanted;
	} args = { .given = argv };
	int r;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output[0], 1);
	posix_spawn_file_actions_adddup2(&actions, output[1], 2);
	posix_spawnattr_setsigmask(&attr, &none);
	/* A group of its own, so that vtysh is killed together with the frr-reload.py that waits for it. */
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
	r = posix_spawn(ret_pid, argv[0], &actions, &attr, args.wanted, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return r;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int tool_start(struct tool *tool, const char *const argv[], size_t max)
{
	int out[2], err[2], r;

	tool_free(tool);
	tool->max = max;
	if (pipe2(out, O_CLOEXEC) < 0)
		return errno;
	if (pipe2(err, O_CLOEXEC) < 0) {
		r = errno;
		close(out[0]);
		close(out[1]);
		return r;
	}
	r = spawn(&tool->pid, argv, (const int[]){ out[1], err[1] });
	close(out[1]);
	close(err[1]);
	tool->fd[0] = out[0];
	tool->fd[1] = err[0];
	if (r != 0) {
		tool->pid = 0;
		tool_free(tool);
		return r;
	}
	/* Only our ends: the tool expects a pipe that blocks. */
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	return 0;
}

/* Reads what is there. Closes at the end, or at a fault: a descriptor that stays readable would keep the loop spinning. */
static void drain(int *fd, struct text *text, size_t max)
{
	char block[16384];
	ssize_t n = 1;

	while (*fd >= 0 && n > 0) {
		n = read(*fd, block, sizeof(block));
		if (n > 0)
			text_append(text, block, (size_t)n, max);
		else if (n == 0 || (errno != EAGAIN && errno != EINTR))
			close_fd(fd);
	}
}

void tool_read(struct tool *tool)
{
	for (int i = 0; i < 2; i++)
		drain(&tool->fd[i], &tool->output[i], tool->max);
}

void tool_kill(struct tool *tool)
{
	if (tool->pid)
		kill(-tool->pid, SIGKILL);
	tool->pid = 0;
}

void tool_free(struct tool *tool)
{
	tool_kill(tool);
	for (int i = 0; i < 2; i++) {
		close_fd(&tool->fd[i]);
		text_free(&tool->output[i]);
	}
}
