/* SPDX-License-Identifier: Apache-2.0 */
/* script.c - see script.h */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/process.h"
#include "lib/reap.h"
#include "sh/script.h"

/* Of one call of script_handle(), so that a flood does not keep evpnd from its other work: what is in the pipe, but no more. */
#define PIPE_SIZE (1u << 20)
/*
 * After it was read, a script is not listened to for so long: a line costs as much of evpnd's time as a full pipe. So the lines of
 * its log are no stream of events (evpn-plugin(3), Events), and an answer of 64 MiB takes 3 s.
 */
#define REST_MS 40
/* The descriptor by which the child reports that it could not run the executable. */
#define REPORT_FD 3

static char *const environment[] = { (char[]){ "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
				     (char[]){ "LC_ALL=C" }, (char[]){ "HOME=/root" }, (char[]){ "TERM=dumb" }, NULL };

int script_init(struct script *script, int epoll, size_t out_max, struct evpn_error *err)
{
	struct epoll_event event = { .events = EPOLLIN };

	*script = (struct script)SCRIPT_IDLE_VALUE;
	script->epoll = epoll;
	script->out_max = out_max;
	script->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (script->timer < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, script->timer, &event) < 0)
		return evpn_fail(err, errno, "cannot create a timer: %s", strerror(errno));
	return 0;
}

/* In the child, which may call only what is safe in a copy of a process with threads. */
static void run(const char *const args[], const int fds[3], int report)
{
	/* execve() does not write to argv, although its prototype has no const. */
	union {
		const char *const *given;
		char *const *wanted;
	} argv = { .given = args };
	const struct rlimit none = { 0, 0 };
	sigset_t signals;
	int failure;

	/* A session of its own is also a process group, by which the script's children can be killed. */
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	/* evpnd blocks those that it reads from a descriptor. */
	sigemptyset(&signals);
	sigprocmask(SIG_SETMASK, &signals, NULL);
	for (int i = 0; i < 3; i++)
		dup2(fds[i], i);
	if (report != REPORT_FD)
		dup3(report, REPORT_FD, O_CLOEXEC);
	syscall(SYS_close_range, REPORT_FD + 1u, ~0u, 0u);
	setrlimit(RLIMIT_CORE, &none);
	umask(022);
	failure = chdir("/") < 0 ? errno : 0;
	if (!failure) {
		execve(args[0], argv.wanted, environment);
		failure = errno;
	}
	/* Nothing can be done if this fails, too: the exit status is that of a shell in this case. */
	_exit(write(REPORT_FD, &failure, sizeof(failure)) == sizeof(failure) ? 127 : 126);
}

/* Whether a pipe wakes evpnd. While it is in the epoll set its end does so, whatever events are wanted. */
static void listen_to(const struct script *script, int fd, bool on)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	/* It may be in the set, or out of it, already. */
	if (fd >= 0)
		epoll_ctl(script->epoll, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, fd, &event);
}

static void set_resting(struct script *script, bool on)
{
	script->resting = on;
	listen_to(script, script->out, !on && !script->deaf);
	listen_to(script, script->err, !on);
	fd_set_timer(script->timer, on ? REST_MS : 0);
}

void script_set_deaf(struct script *script, bool on)
{
	script->deaf = on;
	listen_to(script, script->out, !on && !script->resting);
}

static void close_all(struct script *script)
{
	fd_set_timer(script->timer, 0);
	fd_close(&script->out);
	fd_close(&script->err);
	fd_close(&script->report);
	fd_close(&script->pidfd);
}

static int watch(const struct script *script, int fd, struct evpn_error *err)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (epoll_ctl(script->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		return evpn_fail(err, errno, "cannot watch a child process: epoll_ctl: %s", strerror(errno));
	return 0;
}

/* A pipe whose reading end does not block, at descriptors that the child does not use for something else. */
static int make_pipe(int *ret_read, int *ret_write)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	*ret_read = ends[0];
	/* If it stays smaller, long answers take longer. */
	fcntl(ends[1], F_SETPIPE_SZ, (int)PIPE_SIZE);
	*ret_write = fcntl(ends[1], F_DUPFD_CLOEXEC, REPORT_FD + 1);
	close(ends[1]);
	return *ret_write < 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0 ? -1 : 0;
}

static int spawn(struct script *script, const char *const args[], int input, struct evpn_error *err)
{
	_cleanup_close_ int out = -1, error = -1, report = -1;

	if (make_pipe(&script->out, &out) < 0 || make_pipe(&script->err, &error) < 0 ||
	    make_pipe(&script->report, &report) < 0)
		return evpn_fail(err, errno, "cannot create a pipe: %s", strerror(errno));
	if (watch(script, script->out, err) < 0 || watch(script, script->err, err) < 0)
		return -1;
	script->pid = fork();
	if (script->pid == 0)
		run(args, (const int[]){ input, out, error }, report);
	if (script->pid < 0) {
		script->pid = 0;
		return evpn_fail(err, errno, "cannot create a process: fork: %s", strerror(errno));
	}
	/* Whatever comes, there is a descriptor for the pidfd. */
	fd_close(&out);
	script->pidfd = process_hold(script->pid, err);
	return script->pidfd < 0 ? -1 : watch(script, script->pidfd, err);
}

/* Without this, those that have ended since would stay zombies. */
static void reap(struct script *script)
{
	size_t left = 0;

	for (size_t i = 0; i < script->n_left; i++)
		if (waitpid(script->left[i], NULL, WNOHANG) == 0)
			script->left[left++] = script->left[i];
	script->n_left = left;
}

/* It ends in its own time: the kernel may wait for a file system on its behalf. */
static void leave(struct script *script)
{
	if (!script->pid)
		return;
	script_kill(script);
	script->left[script->n_left++] = script->pid;
	script->pid = 0;
}

int script_start(struct script *script, const char *const args[], int input, struct evpn_error *err)
{
	_cleanup_close_ int given = input, fd = fcntl(input, F_DUPFD_CLOEXEC, REPORT_FD + 1);

	script_clear(script);
	reap(script);
	reap_left();
	if (script->n_left == SCRIPT_LEFT_MAX)
		return evpn_fail(err, EAGAIN,
				 "cannot start a process: %d were killed and do not end, one is process %d; the kernel "
				 "waits for something on their behalf, see /proc/%d/stack",
				 SCRIPT_LEFT_MAX, (int)script->left[0], (int)script->left[0]);
	if (fd < 0)
		return evpn_fail(err, errno, "cannot start a process: %s", strerror(errno));
	/* Otherwise there is one descriptor less for the process. */
	fd_close(&given);
	if (spawn(script, args, fd, err) == 0)
		return 0;
	leave(script);
	close_all(script);
	return -1;
}

/* Appends to the text. False: it becomes too long, or there is no memory for it. */
static bool add_text(struct script *script, const char *buf, size_t n)
{
	if (script->len + n > script->out_max)
		return false;
	if (script->len + n >= script->size) {
		size_t size = (script->len + n + 1) * 2;
		char *text = realloc(script->text, size);

		if (!text)
			return false;
		script->text = text;
		script->size = size;
	}
	memcpy(script->text + script->len, buf, n);
	script->len += n;
	script->text[script->len] = '\0';
	return true;
}

/* Keeps the end of stderr. False: it becomes too long. */
static bool add_tail(struct script *script, const char *buf, size_t n)
{
	size_t room = SCRIPT_TAIL_SIZE - 1, kept;

	script->err_len += n;
	if (n > room) {
		buf += n - room;
		n = room;
	}
	kept = script->tail_len < room - n ? script->tail_len : room - n;
	memmove(script->tail, script->tail + script->tail_len - kept, kept);
	memcpy(script->tail + kept, buf, n);
	script->tail_len = kept + n;
	script->tail[script->tail_len] = '\0';
	return script->err_len <= SCRIPT_ERR_MAX;
}

/* Reads at most `max` bytes from one of the pipes, and closes it at its end. */
static void read_pipe(struct script *script, int *fd, size_t max)
{
	char buf[16384];
	ssize_t n = 1;

	for (size_t done = 0; *fd >= 0 && done < max && !script->overflow && n > 0; done += n > 0 ? (size_t)n : 0) {
		n = read(*fd, buf, sizeof(buf));
		if (n > 0)
			script->overflow = fd == &script->out ? !add_text(script, buf, (size_t)n)
							      : !add_tail(script, buf, (size_t)n);
		else if (n == 0 || errno != EAGAIN)
			fd_close(fd);
	}
}

/* What the process itself has printed is in the pipe; what others print into it does not count. */
static void read_rest(struct script *script, int *fd)
{
	int size = *fd < 0 ? 0 : fcntl(*fd, F_GETPIPE_SZ);

	if (size > 0)
		read_pipe(script, fd, (size_t)size);
}

static void kill_group(pid_t pid)
{
	/* Killing the group fails while the child has not called setsid() yet. */
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
}

/* The process has ended: takes what it has left. */
static enum script_event take_end(struct script *script)
{
	if (!script->killed) {
		read_rest(script, &script->out);
		read_rest(script, &script->err);
		if (read(script->report, &script->failure, sizeof(script->failure)) != sizeof(script->failure))
			script->failure = 0;
		/* The pid is still the script's: nobody has waited for it. */
		kill_group(script->pid);
	}
	waitpid(script->pid, &script->status, WNOHANG);
	script->pid = 0;
	close_all(script);
	return script->killed ? SCRIPT_GONE : SCRIPT_ENDED;
}

enum script_event script_handle(struct script *script)
{
	bool rested = fd_timer_expired(script->timer);
	size_t before = script->len + script->err_len;

	if (!script->pid)
		return SCRIPT_NOTHING;
	if (process_has_ended(script->pidfd))
		return take_end(script);
	if (script->killed || (script->resting && !rested))
		return SCRIPT_NOTHING;
	/* Half of it at most: the verb `watch' takes whole lines out before the next half can make it too much. */
	if (!script->deaf)
		read_pipe(script, &script->out, script->out_max / 2 < PIPE_SIZE ? script->out_max / 2 : PIPE_SIZE);
	read_pipe(script, &script->err, PIPE_SIZE);
	set_resting(script, script->len + script->err_len != before);
	return script->overflow ? SCRIPT_OVERFLOWS : SCRIPT_NOTHING;
}

void script_kill(struct script *script)
{
	if (!script->pid || script->killed)
		return;
	kill_group(script->pid);
	script->killed = true;
	fd_set_timer(script->timer, 0);
	fd_close(&script->out);
	fd_close(&script->err);
	fd_close(&script->report);
}

void script_clear(struct script *script)
{
	free(script->text);
	script->text = NULL;
	script->len = script->size = script->tail_len = script->err_len = 0;
	script->tail[0] = '\0';
	script->killed = script->overflow = script->deaf = script->resting = false;
	script->status = script->failure = 0;
}

void script_free(struct script *script)
{
	script_kill(script);
	if (script->pid)
		reap_later(script->pid);
	for (size_t i = 0; i < script->n_left; i++)
		reap_later(script->left[i]);
	script->pid = 0;
	script->n_left = 0;
	close_all(script);
	fd_close(&script->timer);
	script_clear(script);
}
