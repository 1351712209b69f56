/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_netns_pidfile.c - the plugin alone, with real processes in network namespaces of their own
 *
 * MODULE is the built module. What can only happen between two of the plugin's steps is provoked from within its
 * pidfd_open: the module's call of syscall() arrives here.
 */
#include <check.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fake_host.h"

#define DEADLINE_MS 5000

static const struct evpn_plugin *plugin;
static struct fake_host fake;
static struct fake_option options[4];
static char dir[64], path[128];
static void *self;
static struct evpn_error err;

/* Around the module's pidfd_open. */
static void (*before_pidfd_open)(pid_t pid);
static void (*after_pidfd_open)(pid_t pid);
static int pidfd_open_error;

long syscall(long number, ...) __attribute__((visibility("default")));

long syscall(long number, ...)
{
	long (*real)(long, ...) = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	long a[6], result;
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (number != SYS_pidfd_open)
		return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (pidfd_open_error) {
		errno = pidfd_open_error;
		return -1;
	}
	if (before_pidfd_open)
		before_pidfd_open((pid_t)a[0]);
	/* The caller passed ints: the upper half of their registers says nothing. */
	result = real(number, (long)(int)a[0], (long)(int)a[1]);
	if (after_pidfd_open)
		after_pidfd_open((pid_t)a[0]);
	return result;
}

/* A process that stays until it is ended, in a network namespace of its own or in the test's. */
static pid_t start_process(bool own_netns, const char *name)
{
	int ready[2];
	char byte;
	pid_t pid;

	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (name)
			prctl(PR_SET_NAME, name);
		if (own_netns && unshare(CLONE_NEWNET) < 0)
			_exit(1);
		if (write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	ck_assert_msg(read(ready[0], &byte, 1) == 1, "cannot make a network namespace");
	close(ready[0]);
	return pid;
}

static void end_process(pid_t pid)
{
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

static void write_file(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
}

/* As crun does it: the same inode, truncated and written. */
static void write_in_place(const char *text)
{
	write_file(path, text);
}

/* As runc does it: a new inode, renamed into place. */
static void write_by_rename(const char *text)
{
	char temporary[160];

	snprintf(temporary, sizeof(temporary), "%s/.frr.pid.tmp", dir);
	write_file(temporary, text);
	ck_assert_int_eq(rename(temporary, path), 0);
}

static const char *text_of(pid_t pid)
{
	static char text[16];

	snprintf(text, sizeof(text), "%d", (int)pid);
	return text;
}

static void open_plugin(void)
{
	ck_assert_int_eq(plugin->open(fake_host_init(&fake, options), &self, &err), 0);
}

static void setup(void)
{
	snprintf(dir, sizeof(dir), "/tmp/netns-pidfile.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/frr.pid", dir);
	options[0] = (struct fake_option){ "path", path };
	open_plugin();
}

static void teardown(void)
{
	char command[96];

	if (self)
		plugin->close(self);
	self = NULL;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static int find(int *ret_fd, uint64_t *ret_instance)
{
	memset(&err, 0, sizeof(err));
	return plugin->find_netns(self, ret_fd, ret_instance, &err);
}

/* Finds nothing: r is what it says, err.msg contains text. The outputs are untouched. */
static void assert_not_found(int r, const char *text)
{
	int fd = -7;
	uint64_t instance = 7;

	ck_assert_msg(find(&fd, &instance) == r, "expected %d: %s", r, err.msg);
	ck_assert_msg(strstr(err.msg, text) != NULL, "expected `%s' in: %s", text, err.msg);
	ck_assert_int_eq(fd, -7);
	ck_assert_uint_eq(instance, 7);
	ck_assert(r == 0 ? err.code == 0 : err.code > 0);
}

/* Finds the namespace of pid; returns the instance. */
static uint64_t assert_found(pid_t pid)
{
	char name[64];
	struct stat theirs, found;
	uint64_t instance = 0;
	int fd = -1;

	ck_assert_msg(find(&fd, &instance) > 0, "not found: %s", err.msg);
	snprintf(name, sizeof(name), "/proc/%d/ns/net", (int)pid);
	ck_assert_int_eq(stat(name, &theirs), 0);
	ck_assert_int_eq(fstat(fd, &found), 0);
	ck_assert_uint_eq(theirs.st_ino, found.st_ino);
	ck_assert_uint_eq(theirs.st_dev, found.st_dev);
	ck_assert_int_eq(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	close(fd);
	return instance;
}

/* There is an event, and on_event says `expected`. */
static void assert_event(enum evpn_event expected)
{
	int r;

	ck_assert_msg(fake_host_readable(plugin->event_fd(self), DEADLINE_MS), "no event within the deadline");
	memset(&err, 0, sizeof(err));
	r = plugin->on_event(self, &err);
	ck_assert_msg(r == (int)expected, "on_event says %d, not %d: %s", r, (int)expected, err.msg);
	ck_assert_msg(!fake_host_readable(plugin->event_fd(self), 0), "event_fd stays readable");
}

/* Takes events until the namespace is found. */
static void wait_found(pid_t pid)
{
	uint64_t instance;
	int fd, r;

	while ((r = find(&fd, &instance)) == 0)
		assert_event(EVPN_EVENT_RETRY);
	ck_assert_msg(r > 0, "%s", err.msg);
	close(fd);
	assert_found(pid);
}

START_TEST(test_options)
{
	static const struct {
		const char *path, *proc, *cgroup, *word;
	} cases[] = {
		{ NULL, NULL, NULL, "option path is not set" },
		{ "frr.pid", NULL, NULL, "path = \"frr.pid\": an absolute path" },
		{ "", NULL, NULL, "path = \"\": an absolute path" },
		{ "/run/frr/", NULL, NULL, "path = \"/run/frr/\": this names no file" },
		{ "/run/..", NULL, NULL, "path = \"/run/..\": this names no file" },
		{ "/run/frr.pid", "proc", NULL, "proc = \"proc\": an absolute path" },
		{ "/run/frr.pid", NULL, "", "cgroup = \"\"" },
	};
	int fds = fake_host_count_fds();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fake_option table[4] = { { NULL, NULL } };
		size_t n = 0;
		void *other = NULL;

		if (cases[i].path)
			table[n++] = (struct fake_option){ "path", cases[i].path };
		if (cases[i].proc)
			table[n++] = (struct fake_option){ "proc", cases[i].proc };
		if (cases[i].cgroup)
			table[n++] = (struct fake_option){ "cgroup", cases[i].cgroup };
		memset(&err, 0, sizeof(err));
		ck_assert_int_lt(plugin->open(fake_host_init(&fake, table), &other, &err), 0);
		ck_assert_msg(strstr(err.msg, cases[i].word) != NULL, "%s", err.msg);
		ck_assert_ptr_null(other);
	}
	ck_assert_int_eq(fake_host_count_fds(), fds);
}
END_TEST

START_TEST(test_declares)
{
	ck_assert_uint_eq(plugin->struct_size, sizeof(struct evpn_plugin));
	ck_assert_str_eq(plugin->name, "netns-pidfile");
	ck_assert_ptr_null(plugin->reload_frr);
	ck_assert_ptr_null(plugin->query_frr);
}
END_TEST

START_TEST(test_appears_by_rename)
{
	pid_t pid = start_process(true, NULL);

	assert_not_found(0, path);
	ck_assert(!fake_host_readable(plugin->event_fd(self), 0));
	write_by_rename(text_of(pid));
	assert_event(EVPN_EVENT_RETRY);
	assert_found(pid);
	ck_assert(strstr(fake.log, text_of(pid)) != NULL);
	fake_host_clear_log(&fake);
	assert_found(pid);
	ck_assert_str_eq(fake.log, "");
	end_process(pid);
}
END_TEST

START_TEST(test_appears_in_place)
{
	pid_t pid = start_process(true, NULL);
	int fd;

	assert_not_found(0, path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ck_assert_int_ge(fd, 0);
	assert_event(EVPN_EVENT_RETRY);
	assert_not_found(0, "empty");
	dprintf(fd, "%d", (int)pid);
	close(fd);
	assert_event(EVPN_EVENT_RETRY);
	assert_found(pid);
	end_process(pid);
}
END_TEST

START_TEST(test_directory_appears)
{
	pid_t pid = start_process(true, NULL);
	char deep[80], deeper[96], file[128];

	plugin->close(self);
	snprintf(deep, sizeof(deep), "%s/a", dir);
	snprintf(deeper, sizeof(deeper), "%s/b", deep);
	snprintf(file, sizeof(file), "%s/frr.pid", deeper);
	options[0].value = file;
	open_plugin();
	assert_not_found(0, file);
	ck_assert_int_eq(mkdir(deep, 0755), 0);
	assert_event(EVPN_EVENT_RETRY);
	assert_not_found(0, file);
	ck_assert_int_eq(mkdir(deeper, 0755), 0);
	write_file(file, text_of(pid));
	assert_event(EVPN_EVENT_RETRY);
	wait_found(pid);
	end_process(pid);
}
END_TEST

START_TEST(test_directory_made_again)
{
	pid_t pid = start_process(true, NULL);

	assert_not_found(0, path);
	ck_assert_int_eq(rmdir(dir), 0);
	assert_event(EVPN_EVENT_RETRY);
	assert_not_found(0, path);
	ck_assert_int_eq(mkdir(dir, 0700), 0);
	write_by_rename(text_of(pid));
	wait_found(pid);
	end_process(pid);
}
END_TEST

START_TEST(test_directory_moved_away)
{
	pid_t pid = start_process(true, NULL);
	char moved[80], command[128];

	assert_not_found(0, path);
	snprintf(moved, sizeof(moved), "%s.moved", dir);
	ck_assert_int_eq(rename(dir, moved), 0);
	assert_event(EVPN_EVENT_RETRY);
	ck_assert_int_eq(mkdir(dir, 0700), 0);
	write_in_place(text_of(pid));
	wait_found(pid);
	snprintf(command, sizeof(command), "rm -rf %s", moved);
	ck_assert_int_eq(system(command), 0);
	end_process(pid);
}
END_TEST

START_TEST(test_garbage)
{
	static const char *const bad[] = { "frr", "12x",  "12 13", "-1", "+1", " 1",	  "0x10",
					   "1.0", "\033", "\n",	   "0",	 "00", "4194305", "99999999999999999999999" };
	char oversize[4096];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_in_place(bad[i]);
		assert_not_found(-1, "holds no pid");
		ck_assert_ptr_null(strchr(err.msg, '\033'));
		ck_assert(strstr(err.msg, path) != NULL);
	}
	memset(oversize, '1', sizeof(oversize) - 1);
	oversize[sizeof(oversize) - 1] = '\0';
	write_in_place(oversize);
	assert_not_found(-1, "too long");
}
END_TEST

START_TEST(test_nul_in_file)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite("1\0002", 1, 3, f), 3);
	fclose(f);
	assert_not_found(-1, "holds no pid");
}
END_TEST

START_TEST(test_blanks_after_pid)
{
	pid_t pid = start_process(true, NULL);
	char text[32];

	snprintf(text, sizeof(text), "%d \r\n\t\n", (int)pid);
	write_in_place(text);
	assert_found(pid);
	end_process(pid);
}
END_TEST

/* Whatever stands in the file's place, the plugin neither follows nor waits for it. */
START_TEST(test_not_a_file)
{
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	assert_not_found(-1, "not a regular file");
	unlink(path);
	ck_assert_int_eq(symlink("/proc/sys/kernel/ns_last_pid", path), 0);
	assert_not_found(-1, "not a regular file");
	unlink(path);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	assert_not_found(-1, "not a regular file");
	rmdir(path);
}
END_TEST

START_TEST(test_path_through_file)
{
	plugin->close(self);
	self = NULL;
	write_in_place("1");
	strcat(path, "/frr.pid");
	open_plugin();
	assert_not_found(-1, "Not a directory");
}
END_TEST

START_TEST(test_stale)
{
	pid_t dead = start_process(true, NULL), pid = start_process(true, NULL);
	char word[64];

	end_process(dead);
	write_in_place(text_of(dead));
	snprintf(word, sizeof(word), "process %d, which is gone", (int)dead);
	assert_not_found(0, word);
	write_by_rename(text_of(pid));
	wait_found(pid);
	end_process(pid);
}
END_TEST

START_TEST(test_zombie_is_stale)
{
	pid_t pid = start_process(true, NULL);
	siginfo_t info;

	kill(pid, SIGKILL);
	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	write_in_place(text_of(pid));
	assert_not_found(0, "is gone");
	ck_assert(!fake_host_readable(plugin->event_fd(self), 0));
	end_process(pid);
}
END_TEST

START_TEST(test_conmon)
{
	pid_t pid = start_process(false, "conmon");

	write_in_place(text_of(pid));
	assert_not_found(-1, "--conmon-pidfile");
	ck_assert(strstr(err.msg, "--pidfile") != NULL);
	/* It is refused, but its end is news all the same. */
	end_process(pid);
	assert_event(EVPN_EVENT_RETRY);
	assert_not_found(0, "is gone");
}
END_TEST

START_TEST(test_own_namespace)
{
	pid_t pid = start_process(false, NULL);

	write_in_place(text_of(pid));
	assert_not_found(-1, "host's own network namespace");
	end_process(pid);
}
END_TEST

START_TEST(test_cgroup)
{
	pid_t pid = start_process(true, NULL);
	char name[64], line[512], *cgroup;
	FILE *f;

	snprintf(name, sizeof(name), "/proc/%d/cgroup", (int)pid);
	f = fopen(name, "r");
	ck_assert_ptr_nonnull(f);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), f));
	fclose(f);
	line[strcspn(line, "\n")] = '\0';
	cgroup = strchr(strchr(line, ':') + 1, ':') + 1;
	write_in_place(text_of(pid));

	plugin->close(self);
	options[1] = (struct fake_option){ "cgroup", cgroup };
	open_plugin();
	assert_found(pid);

	plugin->close(self);
	options[1].value = "libpod-no-such-container";
	open_plugin();
	assert_not_found(-1, "libpod-no-such-container");
	ck_assert_int_eq(err.code, EPERM);
	end_process(pid);
}
END_TEST

START_TEST(test_process_ends)
{
	pid_t pid = start_process(true, NULL);

	write_in_place(text_of(pid));
	assert_found(pid);
	end_process(pid);
	assert_event(EVPN_EVENT_CHANGED);
	ck_assert_int_eq(plugin->on_event(self, &err), EVPN_EVENT_NONE);
	assert_not_found(0, "is gone");
}
END_TEST

START_TEST(test_file_rewritten)
{
	pid_t pid = start_process(true, NULL), other = start_process(true, NULL);
	char neighbour[128];
	uint64_t first, second;

	write_in_place(text_of(pid));
	first = assert_found(pid);
	ck_assert_uint_eq(assert_found(pid), first);
	ck_assert(!fake_host_readable(plugin->event_fd(self), 0));
	/* The same process, however written; another file; and the file's end, while the process lives. */
	write_by_rename(text_of(pid));
	assert_event(EVPN_EVENT_NONE);
	write_in_place(text_of(pid));
	assert_event(EVPN_EVENT_NONE);
	snprintf(neighbour, sizeof(neighbour), "%s/frr.pid.old", dir);
	write_file(neighbour, text_of(other));
	assert_event(EVPN_EVENT_NONE);
	unlink(path);
	assert_event(EVPN_EVENT_NONE);
	/* Another process, both ways; and nonsense, which the next find_netns reports. */
	write_by_rename(text_of(other));
	assert_event(EVPN_EVENT_CHANGED);
	second = assert_found(other);
	ck_assert_uint_ne(first, second);
	write_in_place(text_of(pid));
	assert_event(EVPN_EVENT_CHANGED);
	ck_assert_uint_eq(assert_found(pid), first);
	write_in_place("nonsense");
	assert_event(EVPN_EVENT_CHANGED);
	assert_not_found(-1, "nonsense");
	end_process(pid);
	end_process(other);
}
END_TEST

/* The start time is in the instance, whatever the process calls itself. */
START_TEST(test_instance)
{
	static const char *const names[] = { "frr", "a) S 1 2 (b", "))))", "x y z" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		pid_t pid = start_process(true, names[i]);
		struct timespec now;
		uint64_t instance, start;

		clock_gettime(CLOCK_BOOTTIME, &now);
		write_in_place(text_of(pid));
		instance = assert_found(pid);
		start = (instance >> 22) / (uint64_t)sysconf(_SC_CLK_TCK);
		ck_assert_uint_eq((instance & ((1u << 22) - 1)) + 1, (unsigned int)pid);
		ck_assert_msg(start <= (uint64_t)now.tv_sec && start + 60 > (uint64_t)now.tv_sec,
			      "`%s' started at %llu s, now is %lld s", names[i], (unsigned long long)start,
			      (long long)now.tv_sec);
		end_process(pid);
	}
}
END_TEST

static pid_t replacement;

static void rewrite_meanwhile(pid_t pid)
{
	before_pidfd_open = NULL;
	ck_assert_int_ne(pid, replacement);
	write_by_rename(text_of(replacement));
}

START_TEST(test_rewritten_between_reads)
{
	pid_t pid = start_process(true, NULL);

	replacement = start_process(true, NULL);
	write_in_place(text_of(pid));
	before_pidfd_open = rewrite_meanwhile;
	assert_not_found(0, "being rewritten");
	assert_event(EVPN_EVENT_RETRY);
	assert_found(replacement);
	end_process(pid);
	end_process(replacement);
}
END_TEST

static void end_meanwhile(pid_t pid)
{
	after_pidfd_open = NULL;
	end_process(pid);
}

START_TEST(test_ends_while_looked_at)
{
	pid_t pid = start_process(true, NULL);

	write_in_place(text_of(pid));
	after_pidfd_open = end_meanwhile;
	assert_not_found(0, "is gone");
	ck_assert(!fake_host_readable(plugin->event_fd(self), 0));
}
END_TEST

START_TEST(test_old_kernel)
{
	write_in_place("1");
	pidfd_open_error = ENOSYS;
	assert_not_found(-1, "Linux 5.3");
	ck_assert_int_eq(err.code, ENOSYS);
}
END_TEST

static void *report_tid(void *out)
{
	*(pid_t *)out = gettid();
	pause();
	return NULL;
}

/* The number of a thread passes as /proc/TID, but is no process's. */
START_TEST(test_thread)
{
	static volatile pid_t tid;
	int ready[2];
	pthread_t thread;
	pid_t pid, value;

	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pthread_create(&thread, NULL, report_tid, (void *)(uintptr_t)&tid);
		while (!tid)
			sched_yield();
		value = tid;
		if (write(ready[1], &value, sizeof(value)) != sizeof(value))
			_exit(1);
		pause();
	}
	ck_assert_int_eq(read(ready[0], &value, sizeof(value)), sizeof(value));
	write_in_place(text_of(value));
	assert_not_found(-1, "no process's pid");
	end_process(pid);
}
END_TEST

/* A process in a pid namespace below: /proc is still the host's, but pidfd_open counts otherwise. */
START_TEST(test_other_pid_namespace)
{
	pid_t pid = start_process(true, NULL);
	pid_t below;
	int status;

	write_in_place(text_of(pid));
	ck_assert_int_eq(unshare(CLONE_NEWPID), 0);
	below = fork();
	if (below == 0) {
		int fd;
		uint64_t instance;
		bool good = find(&fd, &instance) < 0 && strstr(err.msg, "hostPID: true");

		if (!good)
			fprintf(stderr, "in a pid namespace below: %s\n", err.msg);
		_exit(good ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(below, &status, 0), below);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	end_process(pid);
}
END_TEST

START_TEST(test_wrong_proc)
{
	pid_t pid = start_process(true, NULL);
	char proc[80], name[128], command[512];

	snprintf(proc, sizeof(proc), "%s/proc", dir);
	ck_assert_int_eq(mkdir(proc, 0755), 0);
	plugin->close(self);
	options[1] = (struct fake_option){ "proc", proc };
	open_plugin();
	write_in_place(text_of(pid));
	assert_not_found(-1, "must be a procfs");

	/* It even knows evpnd's pid, but not this process. */
	snprintf(name, sizeof(name), "%s/self", proc);
	ck_assert_int_eq(symlink(text_of(getpid()), name), 0);
	assert_not_found(-1, "No such file");

	/* Or it has a file where the namespace should be. */
	snprintf(command, sizeof(command),
		 "mkdir -p %s/%d/ns && cp /proc/%d/comm /proc/%d/stat %s/%d/ && : >%s/%d/ns/net", proc, (int)pid,
		 (int)pid, (int)pid, proc, (int)pid, proc, (int)pid);
	ck_assert_int_eq(system(command), 0);
	assert_not_found(-1, "is not a namespace");
	end_process(pid);
}
END_TEST

/* Another mount of the same procfs, as in a pod with the host's /proc mounted elsewhere. */
START_TEST(test_proc_elsewhere)
{
	pid_t pid = start_process(true, NULL);
	char proc[80], command[128];

	snprintf(proc, sizeof(proc), "%s/proc", dir);
	ck_assert_int_eq(mkdir(proc, 0755), 0);
	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	snprintf(command, sizeof(command), "mount --make-rprivate / && mount --bind /proc %s", proc);
	ck_assert_int_eq(system(command), 0);
	plugin->close(self);
	options[1] = (struct fake_option){ "proc", proc };
	open_plugin();
	write_in_place(text_of(pid));
	assert_found(pid);
	snprintf(command, sizeof(command), "umount %s", proc);
	ck_assert_int_eq(system(command), 0);
	end_process(pid);
}
END_TEST

static bool holds_namespace(void)
{
	return system("ls -l /proc/$PPID/fd | grep -q 'net:\\['") == 0;
}

START_TEST(test_no_leak)
{
	pid_t pid = start_process(true, NULL), other = start_process(true, NULL);
	int before;

	write_in_place(text_of(pid));
	assert_found(pid);
	before = fake_host_count_fds();
	for (int i = 0; i < 1000; i++) {
		write_by_rename(text_of(i % 2 ? pid : other));
		assert_event(EVPN_EVENT_CHANGED);
		assert_found(i % 2 ? pid : other);
		ck_assert_int_eq(fake_host_count_fds(), before);
	}
	ck_assert(!holds_namespace());
	/* The failures leave nothing behind either. */
	for (int i = 0; i < 100; i++) {
		write_in_place(text_of(getpid()));
		assert_not_found(-1, "host's own");
		write_in_place("x");
		assert_not_found(-1, "no pid");
	}
	ck_assert_int_eq(fake_host_count_fds(), before - 1); /* without the process's pidfd */
	end_process(pid);
	end_process(other);
	plugin->close(self);
	self = NULL;
	ck_assert_int_eq(fake_host_count_fds(), before - 3);
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("netns-pidfile");
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, test_declares);
	tcase_add_test(tcase, test_options);
	tcase_add_test(tcase, test_appears_by_rename);
	tcase_add_test(tcase, test_appears_in_place);
	tcase_add_test(tcase, test_directory_appears);
	tcase_add_test(tcase, test_directory_made_again);
	tcase_add_test(tcase, test_directory_moved_away);
	tcase_add_test(tcase, test_garbage);
	tcase_add_test(tcase, test_nul_in_file);
	tcase_add_test(tcase, test_blanks_after_pid);
	tcase_add_test(tcase, test_not_a_file);
	tcase_add_test(tcase, test_path_through_file);
	tcase_add_test(tcase, test_stale);
	tcase_add_test(tcase, test_zombie_is_stale);
	tcase_add_test(tcase, test_conmon);
	tcase_add_test(tcase, test_own_namespace);
	tcase_add_test(tcase, test_cgroup);
	tcase_add_test(tcase, test_process_ends);
	tcase_add_test(tcase, test_file_rewritten);
	tcase_add_test(tcase, test_instance);
	tcase_add_test(tcase, test_rewritten_between_reads);
	tcase_add_test(tcase, test_ends_while_looked_at);
	tcase_add_test(tcase, test_old_kernel);
	tcase_add_test(tcase, test_thread);
	tcase_add_test(tcase, test_other_pid_namespace);
	tcase_add_test(tcase, test_wrong_proc);
	tcase_add_test(tcase, test_proc_elsewhere);
	tcase_add_test(tcase, test_no_leak);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	SRunner *runner;
	int failed;

	if (geteuid() != 0) {
		puts("SKIP: needs root, for network namespaces");
		return 77;
	}
	plugin = fake_host_load(MODULE);
	runner = srunner_create(make_suite());
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
