/* SPDX-License-Identifier: Apache-2.0 */
/* pidfile_case.c - see pidfile_case.h; MODULE is the built module */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "pidfile_case.h"
#include "unit.h"

#define DEADLINE_MS 60000

const struct evpn_plugin *plugin;
struct fake_host fake;
struct fake_option options[4];
char dir[64], path[128];
void *self;
struct evpn_error err;

static char root[] = "/tmp/netns-pidfile.XXXXXX"; /* holds every test's dir */

void (*before_pidfd_open)(pid_t pid);
void (*after_pidfd_open)(pid_t pid);
int pidfd_open_error;
void (*before_add_watch)(const char *name);

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
	/* The caller passed ints, so the upper halves of the registers are undefined. */
	result = real(number, (long)(int)a[0], (long)(int)a[1]);
	if (after_pidfd_open)
		after_pidfd_open((pid_t)a[0]);
	return result;
}

int inotify_add_watch(int fd, const char *name, uint32_t mask) __attribute__((visibility("default")));

int inotify_add_watch(int fd, const char *name, uint32_t mask)
{
	int (*real)(int, const char *, uint32_t) = (int (*)(int, const char *, uint32_t))dlsym(RTLD_NEXT,
											       "inotify_add_watch");

	if (before_add_watch)
		before_add_watch(name);
	return real(fd, name, mask);
}

pid_t start_process(bool own_netns, const char *name)
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

void end_process(pid_t pid)
{
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

void write_file(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
}

void write_in_place(const char *text)
{
	write_file(path, text);
}

void write_by_rename(const char *text)
{
	char temporary[160];

	snprintf(temporary, sizeof(temporary), "%s/.frr.pid.tmp", dir);
	write_file(temporary, text);
	ck_assert_int_eq(rename(temporary, path), 0);
}

const char *text_of(pid_t pid)
{
	static char text[16];

	snprintf(text, sizeof(text), "%d", (int)pid);
	return text;
}

void run(const char *format, ...)
{
	char command[512];
	va_list ap;

	va_start(ap, format);
	ck_assert_int_lt(vsnprintf(command, sizeof(command), format, ap), (int)sizeof(command));
	va_end(ap);
	ck_assert_msg(system(command) == 0, "%s", command);
}

void open_plugin_again(void)
{
	if (self)
		plugin->close(self);
	self = NULL;
	ck_assert_int_eq(plugin->open(fake_host_init(&fake, options), &self, &err), 0);
}

static void setup(void)
{
	snprintf(dir, sizeof(dir), "%s/test.XXXXXX", root);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/frr.pid", dir);
	options[0] = (struct fake_option){ "path", path };
	open_plugin_again();
}

static void teardown(void)
{
	if (self)
		plugin->close(self);
}

int count_watches(void)
{
	char name[64], line[512];
	int n = 0;

	for (int fd = 0; fd < 64; fd++) {
		FILE *f;

		snprintf(name, sizeof(name), "/proc/self/fdinfo/%d", fd);
		f = fopen(name, "r");
		while (f && fgets(line, sizeof(line), f))
			n += strncmp(line, "inotify wd:", 11) == 0;
		if (f)
			fclose(f);
	}
	return n;
}

int find(int *ret_fd, uint64_t *ret_instance)
{
	memset(&err, 0, sizeof(err));
	return plugin->find_netns(self, ret_fd, ret_instance, &err);
}

void assert_not_found(int r, const char *text)
{
	int fd = -7;
	uint64_t instance = 7;

	ck_assert_msg(find(&fd, &instance) == r, "expected %d: %s", r, err.msg);
	ck_assert_msg(strstr(err.msg, text) != NULL, "expected `%s' in: %s", text, err.msg);
	ck_assert_int_eq(fd, -7);
	ck_assert_uint_eq(instance, 7);
	ck_assert(r == 0 ? err.code == 0 : err.code > 0);
}

uint64_t assert_found(pid_t pid)
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

void assert_event(enum evpn_event expected)
{
	int r;

	ck_assert_msg(fake_host_readable(plugin->event_fd(self), DEADLINE_MS), "no event within the deadline");
	memset(&err, 0, sizeof(err));
	r = plugin->on_event(self, &err);
	ck_assert_msg(r == (int)expected, "on_event says %d, not %d: %s", r, (int)expected, err.msg);
	/* inotify may also report the end of a watch that was removed. */
	for (int i = 0; i < 4 && fake_host_readable(plugin->event_fd(self), 0); i++)
		ck_assert_int_eq(plugin->on_event(self, &err), EVPN_EVENT_NONE);
	ck_assert_msg(!fake_host_readable(plugin->event_fd(self), 0), "event_fd stays readable");
}

void assert_found_soon(pid_t pid)
{
	uint64_t instance;
	int fd, r;

	while ((r = find(&fd, &instance)) == 0)
		assert_event(EVPN_EVENT_RETRY);
	ck_assert_msg(r > 0, "%s", err.msg);
	close(fd);
	assert_found(pid);
}

int pidfile_case_main(const char *name, const TTest *const *tests, size_t n_tests)
{
	TCase *tcase = tcase_create(name);
	int failed;

	if (geteuid() != 0) {
		puts("SKIP: needs root, for network namespaces");
		return 77;
	}
	if (!mkdtemp(root)) {
		perror(root);
		return 1;
	}
	plugin = fake_host_load(MODULE);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	for (size_t i = 0; i < n_tests; i++)
		tcase_add_test(tcase, tests[i]);
	failed = unit_run(name, tcase);
	snprintf(dir, sizeof(dir), "rm -rf %s", root);
	return system(dir) == 0 && failed == 0 ? 0 : 1;
}
