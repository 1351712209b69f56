/* SPDX-License-Identifier: Apache-2.0 */
/* init.c - see init.h */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frr-vtysh/init.h"
#include "lib/process.h"

int init_open(struct init *init, struct evpn_error *err)
{
	init->evpnd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	if (init->evpnd >= 0)
		init->status = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (init->evpnd < 0 || init->status < 0)
		return evpn_fail(err, errno, "cannot prepare a child process: %s: %s",
				 init->evpnd < 0 ? "pidfd_open" : "eventfd", strerror(errno));
	return 0;
}

void init_close(struct init *init)
{
	fd_close(&init->evpnd);
	fd_close(&init->status);
}

void init_follow_evpnd(const struct init *init)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* The signal does not come if evpnd ended before. getppid() is 0 in a pid namespace, and shows nothing. */
	if (process_has_ended(init->evpnd))
		_exit(EXIT_FAILURE);
}

/*
 * Passes on how the program ended. The first process of a pid namespace cannot end itself by a signal. So it sends the
 * status by the eventfd, which adds the numbers: 1 stands for status 0.
 */
static _Noreturn void finish(const struct init *init, int status)
{
	eventfd_write(init->status, (eventfd_t)(unsigned int)status + 1);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE);
}

int init_fork(const struct init *init)
{
	pid_t pid = fork(), ended;
	int status;

	if (pid < 0)
		dprintf(STDERR_FILENO, "cannot create a process: %s\n", strerror(errno));
	if (pid <= 0)
		return (int)pid;
	/* The program's output belongs to the program alone, and a container's root directory is not kept. */
	for (int fd = 0; fd < init->status; fd++)
		close(fd);
	syscall(SYS_close_range, (unsigned int)init->status + 1, ~0u, 0u);
	/* Processes whose parent has ended become children of this one. */
	do
		ended = wait(&status);
	while (ended != pid && (ended >= 0 || errno == EINTR));
	if (ended != pid)
		_exit(EXIT_FAILURE);
	finish(init, status);
}

int init_program_status(const struct init *init, int status)
{
	eventfd_t number;

	return eventfd_read(init->status, &number) == 0 ? (int)(unsigned int)(number - 1) : status;
}
