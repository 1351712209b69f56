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

#include "frr-signal/reloader.h"

extern char **environ;

static int spawn(pid_t *ret_pid, const char *const argv[], const int output[2])
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, pipe;
	/* posix_spawn() does not write to argv, although its prototype has no const. */
	union {
		const char *const *given;
		char *const *wanted;
	} args = { .given = argv };
	int r;

	sigemptyset(&none);
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output[0], 1);
	posix_spawn_file_actions_adddup2(&actions, output[1], 2);
	posix_spawnattr_setsigmask(&attr, &none);
	/* evpn-reloader ignores it, and a program may rely on it. */
	posix_spawnattr_setsigdefault(&attr, &pipe);
	/* An own process group: tool_kill() then kills frr-reload.py together with the vtysh that it runs. */
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	r = posix_spawn(ret_pid, argv[0], &actions, &attr, args.wanted, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return r;
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
	/* Only the reading ends: the tool expects its output to block. */
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	return 0;
}

/* Blocks that are read at once at most: a tool that writes without end must not keep evpn-reloader here. */
#define BLOCKS_MAX 16

/*
 * Reads the available output. Closes the descriptor at its end or after an error: otherwise poll() would return at
 * once.
 */
static void drain(int *fd, struct text *text, size_t max)
{
	char block[16384];
	ssize_t n = 1;

	for (int i = 0; i < BLOCKS_MAX && *fd >= 0 && n > 0; i++) {
		n = read(*fd, block, sizeof(block));
		if (n > 0)
			text_append(text, block, (size_t)n, max);
		else if (n == 0 || (errno != EAGAIN && errno != EINTR))
			fd_close(fd);
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
		fd_close(&tool->fd[i]);
		text_free(&tool->output[i]);
	}
}
