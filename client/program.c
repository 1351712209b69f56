/* SPDX-License-Identifier: Apache-2.0 */
/* program.c - see program.h */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/util.h"
#include "program.h"

#define BLOCK 65536

static void exec(int netns_fd, const char *const argv[], int out)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0 ||
	    (netns_fd >= 0 && setns(netns_fd, CLONE_NEWNET) < 0))
		_exit(126);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	dprintf(STDOUT_FILENO, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* What the program prints until it closes its output. NULL, or why it was cut off. */
static const char *read_output(int fd, FILE *text)
{
	uint64_t end = clock_ms() + PROGRAM_MS;
	size_t total = 0;

	for (;;) {
		struct pollfd poller = { .fd = fd, .events = POLLIN };
		uint64_t now = clock_ms();
		char block[BLOCK];
		ssize_t n;

		if (now >= end)
			return "its time is over";
		if (poll(&poller, 1, (int)(end - now)) <= 0)
			continue;
		n = read(fd, block, sizeof(block));
		if (n <= 0)
			return NULL;
		fwrite(block, 1, (size_t)n, text);
		total += (size_t)n;
		if (total >= PROGRAM_MAX)
			return "it prints too much";
	}
}

char *program_run(int netns_fd, const char *const argv[], size_t *ret_len)
{
	char *output = NULL;
	FILE *text = xopen_text(&output, ret_len);
	const char *cut;
	int ends[2], status = 0;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0 || (pid = fork()) < 0) {
		fprintf(text, "[%s: %s]\n", argv[0], strerror(errno));
		xclose_text(text);
		return output;
	}
	if (pid == 0)
		exec(netns_fd, argv, ends[1]);
	close(ends[1]);
	cut = read_output(ends[0], text);
	close(ends[0]);
	if (cut)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (cut)
		fprintf(text, "[cut off: %s]\n", cut);
	else if (status != 0)
		fprintf(text, "[%s: exit status %d]\n", argv[0], WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	xclose_text(text);
	return output;
}
