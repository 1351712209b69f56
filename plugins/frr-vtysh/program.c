/* SPDX-License-Identifier: Apache-2.0 */
/* program.c - see program.h */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdalign.h>
#include <stdbool.h>
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

#include "frr-vtysh/frrdiff.h"
#include "frr-vtysh/program.h"
#include "lib/process.h"
#include "lib/reap.h"

/* The limit of each output: the longest configuration that frrdiff compares, and what vtysh prints beside it. */
#define OUTPUT_MIB (FRRDIFF_MAX_MIB + 1)
#define OUTPUT_MAX ((size_t)OUTPUT_MIB << 20)
/* The address space of the program: vtysh needs about 100 MiB, frr-reload.py with a long configuration five times that. */
#define MEMORY_MAX (2ull << 30)
/* What is read of an output at first; most are shorter. */
#define READ_FIRST 65536u

/* As a shell does: the child could not execute the program, and its stderr says why. */
#define EXIT_NOT_RUN   126
#define EXIT_NOT_FOUND 127

/* Bytes. For what the child does until it executes the program. */
#define STACK_SIZE 65536

/*
 * vtysh spends half of its time on page faults of the memory for its commands. With huge pages it needs a third less.
 */
static char *const environment[] = { (char[]){ "PATH=/usr/sbin:/usr/bin:/sbin:/bin" },
				     (char[]){ "LC_ALL=C" },
				     (char[]){ "HOME=/" },
				     (char[]){ "TERM=dumb" },
				     (char[]){ "PYTHONDONTWRITEBYTECODE=1" },
				     (char[]){ "GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.top_pad=16777216" },
				     NULL };

void program_end_clear(struct program_end *end)
{
	free(end->out);
	free(end->err);
	*end = (struct program_end){ 0 };
}

static void forget(struct program *program)
{
	/* Closing the pidfd also removes it from the epoll set. */
	fd_close(&program->pidfd);
	fd_close(&program->out);
	fd_close(&program->err);
	init_close(&program->init);
	program->pid = 0;
}

/* Where memory becomes scarce, the kernel ends the program and not evpnd. Without procfs the usual score remains. */
static void volunteer_for_oom(void)
{
	_cleanup_close_ int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		(void)!write(fd, "1000", 4);
}

/* What the child needs. */
struct start {
	const struct program *program;
	const struct container *container; /* NULL: on the host */
	const char *const *programs;
	const char *const *args;
	const char *text;
	int input;
};

/* In the child: signals, descriptors and limits of the program. */
static void set_up_process(const struct start *start)
{
	const struct rlimit output = { OUTPUT_MAX, OUTPUT_MAX }, memory = { MEMORY_MAX, MEMORY_MAX }, none = { 0, 0 };
	const int fds[3] = { start->input, start->program->out, start->program->err };
	sigset_t signals;

	/* A new session is also a new process group, by which the program's descendants can be killed. */
	setsid();
	init_follow_evpnd(&start->program->init);
	sigemptyset(&signals);
	sigprocmask(SIG_SETMASK, &signals, NULL);
	signal(SIGPIPE, SIG_DFL);
	for (int i = 0; i < 3; i++)
		dup2(fds[i], i);
	volunteer_for_oom();
	setrlimit(RLIMIT_FSIZE, &output);
	setrlimit(RLIMIT_AS, &memory);
	setrlimit(RLIMIT_CORE, &none);
	umask(022);
}

/* The main function of the child. */
static int run(void *data)
{
	const struct start *start = data;
	const char *const *programs = start->programs;
	/* execve() does not write to argv, although its prototype has no const. */
	union {
		const char *const *given;
		char *const *wanted;
	} argv = { .given = start->args };

	set_up_process(start);
	if (start->container) {
		if (container_enter(start->container, start->text) < 0)
			_exit(EXIT_NOT_RUN);
		init_follow_evpnd(&start->program->init);
		if (init_fork(&start->program->init) < 0)
			_exit(EXIT_NOT_RUN);
	}
	syscall(SYS_close_range, 3u, ~0u, 0u);
	if (chdir("/") < 0)
		_exit(EXIT_NOT_RUN);
	do
		execve(*programs, argv.wanted, environment);
	while (errno == ENOENT && *++programs);
	dprintf(STDERR_FILENO, "cannot run %s: %s\n", start->args[0], strerror(errno));
	_exit(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUN);
}

/* Opens the program's stdin: the text on the host, else /dev/null. */
static int open_input(const char *text, struct evpn_error *err)
{
	_cleanup_close_ int fd = text ? memfd_create("evpnd-frr.conf", MFD_CLOEXEC)
				      : open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return evpn_fail(err, errno, "cannot open the input of FRR's program: %s: %s",
				 text ? "memfd_create" : "/dev/null", strerror(errno));
	for (size_t len = text ? strlen(text) : 0; len > 0;) {
		ssize_t n = write(fd, text, len);

		if (n < 0)
			return evpn_fail(err, errno, "cannot write to a memory file: %s", strerror(errno));
		text += n;
		len -= (size_t)n;
	}
	return fd_take(&fd);
}

/*
 * Creates the file for an output, with its final size: the program and those that get hold of the file through procfs
 * cannot make it larger, whatever their own limits are. NUL bytes stand where nothing was written.
 */
static int open_output(const char *name, int *ret_fd, struct evpn_error *err)
{
	_cleanup_close_ int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || ftruncate(fd, (off_t)OUTPUT_MAX) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
		return evpn_fail(err, errno, "cannot create a memory file: %s", strerror(errno));
	*ret_fd = fd_take(&fd);
	return 0;
}

static int spawn(struct program *program, const struct container *container, const char *const programs[],
		 const char *const args[], const char *text, struct evpn_error *err)
{
	_cleanup_close_ int input = open_input(container ? NULL : text, err);
	struct start start = { program, container, programs, args, text, input };
	int flags = CLONE_PIDFD | SIGCHLD | (container ? container_clone_flags() : 0);
	struct epoll_event event = { .events = EPOLLIN };
	alignas(16) char stack[STACK_SIZE];
	int pid;

	if (input < 0 || init_open(&program->init, err) < 0 || open_output("evpnd-stdout", &program->out, err) < 0 ||
	    open_output("evpnd-stderr", &program->err, err) < 0)
		return -1;
	/*
	 * The child has a copy of the memory, and so of this stack. Not clone3: under a unit with RestrictNamespaces it
	 * does not exist.
	 */
	pid = clone(run, stack + sizeof(stack), flags, &start, &program->pidfd);
	if (pid < 0)
		return evpn_fail(err, errno, "cannot create a process: %s%s", strerror(errno),
				 errno == EPERM ? "; evpnd needs CAP_SYS_ADMIN" : "");
	program->pid = pid;
	event.data.fd = program->pidfd;
	if (epoll_ctl(program->epoll, EPOLL_CTL_ADD, program->pidfd, &event) < 0)
		return evpn_fail(err, errno, "cannot watch a child process: epoll_ctl: %s", strerror(errno));
	return 0;
}

void program_reap(struct program *program)
{
	size_t left = 0;

	for (size_t i = 0; i < program->n_killed; i++) {
		struct program_killed *killed = &program->killed[i];

		if (waitpid(killed->pid, NULL, WNOHANG) == 0)
			program->killed[left++] = *killed;
		else
			fd_close(&killed->pidfd);
	}
	program->n_killed = left;
}

/*
 * The program ends at once, unless it hangs in the kernel (a file system in the container that does not answer). Nobody waits for
 * it: the event loop reports its end, and program_reap() then takes it.
 */
static void kill_group(struct program *program)
{
	/*
	 * Other members of the group are vtysh's pager, and the vtysh of frr-reload.py. Killing the group fails while
	 * the child has not called setsid() yet.
	 */
	kill(-program->pid, SIGKILL);
	kill(program->pid, SIGKILL);
	program->killed[program->n_killed++] = (struct program_killed){ .pid = program->pid,
									.pidfd = fd_take(&program->pidfd) };
	program_reap(program);
}

void program_kill(struct program *program)
{
	if (!program->pid)
		return;
	kill_group(program);
	forget(program);
}

void program_free(struct program *program)
{
	program_kill(program);
	for (size_t i = 0; i < program->n_killed; i++) {
		reap_later(program->killed[i].pid);
		fd_close(&program->killed[i].pidfd);
	}
	program->n_killed = 0;
}

int program_start(struct program *program, const struct container *container, const char *const programs[],
		  const char *const args[], const char *text, struct evpn_error *err)
{
	program_kill(program);
	program_reap(program);
	reap_left();
	if (program->n_killed == PROGRAM_KILLED_MAX)
		return evpn_fail(
			err, EAGAIN,
			"cannot run another program: %d were killed and do not end, one is process %d; the kernel "
			"waits for something on their behalf, see /proc/%d/stack",
			PROGRAM_KILLED_MAX, (int)program->killed[0].pid, (int)program->killed[0].pid);
	if (spawn(program, container, programs, args, text, err) == 0)
		return 0;
	program_kill(program);
	forget(program);
	return -1;
}

/*
 * Reads an output up to its first NUL byte, to be freed by the caller. NULL: out of memory, or an error. Its length is
 * OUTPUT_MAX if the program may have wanted to write more.
 */
static char *read_output(int fd, size_t *ret_len)
{
	size_t len = 0, size = READ_FIRST, text_len;
	char *text = NULL;
	ssize_t n = 1;

	do {
		char *larger = realloc(text, size + 1);

		if (!larger) {
			free(text);
			return NULL;
		}
		text = larger;
		for (n = 1; len < size && n > 0; len += n > 0 ? (size_t)n : 0)
			n = pread(fd, text + len, size - len, (off_t)len);
		text[len] = '\0';
		text_len = strlen(text);
		size = size * 4 < OUTPUT_MAX ? size * 4 : OUTPUT_MAX;
	} while (n > 0 && text_len == len && len < OUTPUT_MAX);
	if (n < 0) {
		free(text);
		return NULL;
	}
	*ret_len = text_len;
	return text;
}

/* Returns 0 if the child has executed the program, or -1 with the message that it left on stderr. */
static int judge_end(const struct program_end *end, size_t out_len, size_t err_len, struct evpn_error *err)
{
	int code = WIFEXITED(end->status) ? WEXITSTATUS(end->status) : 0;

	if (!end->out || !end->err)
		return evpn_fail(err, ENOMEM, "cannot read the output of FRR's program: %s", strerror(ENOMEM));
	if (out_len >= OUTPUT_MAX || err_len >= OUTPUT_MAX)
		return evpn_fail(err, EFBIG, "the output of FRR's program has %u MiB or more, and evpnd reads no more",
				 OUTPUT_MIB);
	if (code == EXIT_NOT_FOUND || code == EXIT_NOT_RUN)
		return evpn_fail(err, code == EXIT_NOT_FOUND ? ENOENT : ENOEXEC, "%.*s", (int)strcspn(end->err, "\n"),
				 end->err);
	return 0;
}

/* Takes the output of a program that ends with this status. */
static int take_output(struct program *program, int status, struct program_end *ret_end, struct evpn_error *err)
{
	struct program_end end = { .status = status };
	size_t out_len = 0, err_len = 0;

	end.out = read_output(program->out, &out_len);
	end.err = read_output(program->err, &err_len);
	forget(program);
	if (judge_end(&end, out_len, err_len, err) < 0) {
		program_end_clear(&end);
		return -1;
	}
	*ret_end = end;
	return 0;
}

int program_take_end(struct program *program, struct program_end *ret_end, struct evpn_error *err)
{
	int status = 0;

	/* It has ended, so this does not wait. */
	while (waitpid(program->pid, &status, 0) < 0 && errno == EINTR)
		;
	return take_output(program, init_program_status(&program->init, status), ret_end, err);
}

int program_kill_and_take(struct program *program, struct program_end *ret_end, struct evpn_error *err)
{
	kill_group(program);
	return take_output(program, SIGKILL, ret_end, err);
}
