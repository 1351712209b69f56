/* SPDX-License-Identifier: Apache-2.0 */
/* vtysh.c - see vtysh.h */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frr-vtysh/program.h"
#include "lib/process.h"

/* What one may print: a full routing table, not a disk's content. */
#define OUTPUT_MAX (64u << 20)

/* As a shell has it: the child did not get as far as the program, and its stderr says why. */
#define EXIT_NOT_RUN   126
#define EXIT_NOT_FOUND 127

/* Half of vtysh's time goes into memory for its commands, page by page; with huge pages it needs a third less. */
static char *const environment[] = { (char[]){ "PATH=/usr/sbin:/usr/bin:/sbin:/bin" },
				     (char[]){ "LC_ALL=C" },
				     (char[]){ "HOME=/" },
				     (char[]){ "TERM=dumb" },
				     (char[]){ "PYTHONDONTWRITEBYTECODE=1" },
				     (char[]){ "GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.top_pad=16777216" },
				     NULL };

void vtysh_end_clear(struct vtysh_end *end)
{
	free(end->out);
	free(end->err);
	*end = (struct vtysh_end){ 0 };
}

static void forget(struct vtysh *vtysh)
{
	/* The pidfd's place in the epoll set goes with it. */
	process_closep(&vtysh->pidfd);
	process_closep(&vtysh->out);
	process_closep(&vtysh->err);
	vtysh->pidfd = vtysh->out = vtysh->err = -1;
	vtysh->pid = 0;
}

/* In the child: what the program finds. */
static void set_scene(const int fds[3])
{
	const struct rlimit output = { OUTPUT_MAX, OUTPUT_MAX }, none = { 0, 0 };
	sigset_t signals;

	/* A session of its own: with the group, what it has started can be killed. */
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&signals);
	sigprocmask(SIG_SETMASK, &signals, NULL);
	signal(SIGPIPE, SIG_DFL);
	for (int i = 0; i < 3; i++)
		dup2(fds[i], i);
	setrlimit(RLIMIT_FSIZE, &output);
	setrlimit(RLIMIT_CORE, &none);
	umask(022);
}

static void run(const struct enter_target *target, const char *const programs[], const char *const args[],
		const char *text, const int fds[3])
{
	/* execve does not write to its arguments; its prototype is older than const. */
	union {
		const char *const *given;
		char *const *wanted;
	} argv = { .given = args };

	set_scene(fds);
	if (target && enter_container(target, text) < 0)
		_exit(EXIT_NOT_RUN);
	syscall(SYS_close_range, 3u, ~0u, 0u);
	if (chdir("/") < 0)
		_exit(EXIT_NOT_RUN);
	do
		execve(*programs, argv.wanted, environment);
	while (errno == ENOENT && *++programs);
	dprintf(STDERR_FILENO, "run %s: %s\n", args[0], strerror(errno));
	_exit(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUN);
}

/* What the program reads: on the host, the text. */
static int open_input(const char *text, struct evpn_error *err)
{
	_cleanup_close_ int fd = text ? memfd_create("evpnd-frr.conf", MFD_CLOEXEC)
				      : open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return evpn_fail(err, errno, "%s: %s", text ? "memfd_create" : "/dev/null", strerror(errno));
	for (size_t len = text ? strlen(text) : 0; len > 0;) {
		ssize_t n = write(fd, text, len);

		if (n < 0)
			return evpn_fail(err, errno, "write to a memory file: %s", strerror(errno));
		text += n;
		len -= (size_t)n;
	}
	return process_take_fd(&fd);
}

static int spawn(struct vtysh *vtysh, const struct enter_target *target, const char *const programs[],
		 const char *const args[], const char *text, struct evpn_error *err)
{
	_cleanup_close_ int input = open_input(target ? NULL : text, err);
	struct clone_args clone = { .flags = CLONE_PIDFD | (target ? enter_clone_flags() : 0),
				    .pidfd = (uintptr_t)&vtysh->pidfd,
				    .exit_signal = SIGCHLD };
	struct epoll_event event = { .events = EPOLLIN };
	long pid;

	if (input < 0)
		return -1;
	vtysh->out = memfd_create("evpnd-stdout", MFD_CLOEXEC);
	vtysh->err = memfd_create("evpnd-stderr", MFD_CLOEXEC);
	if (vtysh->out < 0 || vtysh->err < 0)
		return evpn_fail(err, errno, "memfd_create: %s", strerror(errno));
	pid = syscall(SYS_clone3, &clone, sizeof(clone));
	if (pid == 0)
		run(target, programs, args, text, (const int[]){ input, vtysh->out, vtysh->err });
	if (pid < 0)
		return evpn_fail(err, errno, "clone3: %s%s", strerror(errno),
				 errno == EPERM ? "; evpnd needs CAP_SYS_ADMIN" : "");
	vtysh->pid = (pid_t)pid;
	event.data.fd = vtysh->pidfd;
	if (epoll_ctl(vtysh->epoll, EPOLL_CTL_ADD, vtysh->pidfd, &event) < 0)
		return evpn_fail(err, errno, "epoll_ctl: %s", strerror(errno));
	return 0;
}

int vtysh_start(struct vtysh *vtysh, const struct enter_target *target, const char *const programs[],
		const char *const args[], const char *text, struct evpn_error *err)
{
	vtysh_kill(vtysh);
	if (spawn(vtysh, target, programs, args, text, err) == 0)
		return 0;
	vtysh_kill(vtysh);
	forget(vtysh);
	return -1;
}

/* NULL: it cannot be had. */
static char *read_all(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *text = size >= 0 ? malloc((size_t)size + 1) : NULL;
	ssize_t n = 1;
	off_t len = 0;

	for (; text && len < size && n > 0; len += n)
		n = pread(fd, text + len, (size_t)(size - len), len);
	if (text && n < 0) {
		free(text);
		return NULL;
	}
	if (text)
		text[len] = '\0';
	return text;
}

/* Whether the child got as far as the program. */
static int judge_end(const struct vtysh_end *end, struct evpn_error *err)
{
	int code = WIFEXITED(end->status) ? WEXITSTATUS(end->status) : 0;

	if (!end->out || !end->err)
		return evpn_fail(err, ENOMEM, "the output of FRR's program: %s", strerror(ENOMEM));
	if (code == EXIT_NOT_FOUND || code == EXIT_NOT_RUN)
		return evpn_fail(err, code == EXIT_NOT_FOUND ? ENOENT : ENOEXEC, "%.*s", (int)strcspn(end->err, "\n"),
				 end->err);
	return 0;
}

int vtysh_take_end(struct vtysh *vtysh, struct vtysh_end *ret_end, struct evpn_error *err)
{
	struct vtysh_end end = { 0 };

	while (waitpid(vtysh->pid, &end.status, 0) < 0 && errno == EINTR)
		;
	end.out = read_all(vtysh->out);
	end.err = read_all(vtysh->err);
	forget(vtysh);
	if (judge_end(&end, err) < 0) {
		vtysh_end_clear(&end);
		return -1;
	}
	ret_end->status = end.status;
	ret_end->out = end.out;
	ret_end->err = end.err;
	return 0;
}

static void kill_group(pid_t pid)
{
	/* Of the group: on the host, vtysh's pager or frr-reload.py's vtysh. EPERM, ESRCH: not a group's leader yet. */
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
}

int vtysh_kill_and_take(struct vtysh *vtysh, struct vtysh_end *ret_end, struct evpn_error *err)
{
	kill_group(vtysh->pid);
	return vtysh_take_end(vtysh, ret_end, err);
}

void vtysh_kill(struct vtysh *vtysh)
{
	int status;

	if (!vtysh->pid)
		return;
	kill_group(vtysh->pid);
	while (waitpid(vtysh->pid, &status, 0) < 0 && errno == EINTR)
		;
	forget(vtysh);
}
