/* SPDX-License-Identifier: Apache-2.0 */
/* test_netns_path.c - the plugin netns-path: what it finds, its events, and leaks; MODULE is the built module */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_host.h"
#include "unit.h"

#define DEADLINE_MS 60000

static const struct evpn_plugin *plugin;
static struct fake_host fake;
static char dir[64], path[128];
static struct fake_option options[] = { { "path", path }, { NULL, NULL } };
static void *self;
static struct evpn_error err;

/* Mounts a new namespace (CLONE_NEWNET, CLONE_NEWUTS) on the file, as `ip netns add' does. */
static void mount_namespace(const char *file, int kind)
{
	const char *ns = kind == CLONE_NEWNET ? "/proc/self/ns/net" : "/proc/self/ns/uts";
	int status;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit(unshare(kind) < 0 || mount(ns, file, "none", MS_BIND, NULL) < 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == 0, "cannot mount a namespace on %s", file);
}

static void make_file(const char *file)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0444);

	ck_assert_int_ge(fd, 0);
	close(fd);
}

static void add(void)
{
	make_file(path);
	mount_namespace(path, CLONE_NEWNET);
}

static void delete (void)
{
	ck_assert_int_eq(umount2(path, MNT_DETACH), 0);
	ck_assert_int_eq(unlink(path), 0);
}

static uint64_t assert_found(void)
{
	uint64_t instance = 0;
	struct stat here, there;
	int fd = -1;

	memset(&err, 0, sizeof(err));
	ck_assert_msg(plugin->find_netns(self, &fd, &instance, &err) > 0, "%s", err.msg);
	ck_assert_int_eq(fstat(fd, &there), 0);
	ck_assert_int_eq(stat(path, &here), 0);
	ck_assert_uint_eq(here.st_ino, there.st_ino);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	return instance;
}

static void assert_not_found(int result, const char *word)
{
	uint64_t instance = 4711;
	int fd = -4711;

	memset(&err, 0, sizeof(err));
	ck_assert_int_eq(plugin->find_netns(self, &fd, &instance, &err), result);
	ck_assert_msg(strstr(err.msg, word) != NULL, "%s", err.msg);
	ck_assert_int_eq(fd, -4711);
	ck_assert_uint_eq(instance, 4711);
}

/* The events up to and including the first one that is not EVPN_EVENT_NONE. */
static void assert_event(enum evpn_event event)
{
	int r = EVPN_EVENT_NONE;

	while (r == EVPN_EVENT_NONE) {
		ck_assert_msg(fake_host_readable(plugin->event_fd(self), DEADLINE_MS), "no event");
		r = plugin->on_event(self, &err);
	}
	ck_assert_int_eq(r, event);
}

/* What has happened so far is no event. */
static void assert_no_event(void)
{
	while (fake_host_readable(plugin->event_fd(self), 0))
		ck_assert_int_eq(plugin->on_event(self, &err), EVPN_EVENT_NONE);
}

START_TEST(test_declares)
{
	ck_assert_uint_eq(plugin->struct_size, sizeof(struct evpn_plugin));
	ck_assert_str_eq(plugin->name, "netns-path");
	ck_assert_ptr_null(plugin->reload_frr);
}
END_TEST

START_TEST(test_options)
{
	static const struct {
		const char *path, *word;
	} cases[] = {
		{ NULL, "option path is missing" },
		{ "netns/evpnd", "must be an absolute path" },
		{ "/run/netns/", "must name a file" },
		{ "/run/netns/..", "must name a file" },
	};
	int fds = fake_host_count_fds();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fake_option table[] = { { cases[i].path ? "path" : NULL, cases[i].path }, { NULL, NULL } };
		struct fake_host other_host;
		void *other = NULL;

		memset(&err, 0, sizeof(err));
		ck_assert_int_lt(plugin->open(fake_host_init(&other_host, table), &other, &err), 0);
		ck_assert_msg(strstr(err.msg, cases[i].word) != NULL, "%s", err.msg);
		ck_assert_ptr_null(other);
	}
	ck_assert_int_eq(fake_host_count_fds(), fds);
}
END_TEST

START_TEST(test_appears_and_goes)
{
	int64_t started = 0;
	uint64_t first;

	assert_not_found(0, "does not exist");
	assert_no_event();
	ck_assert_ptr_null(plugin->describe(self, &started));
	/* The file alone is no namespace, and the mount causes no event of inotify. */
	make_file(path);
	assert_event(EVPN_EVENT_RETRY);
	assert_not_found(0, "a file without a namespace");
	assert_no_event();
	mount_namespace(path, CLONE_NEWNET);
	assert_event(EVPN_EVENT_RETRY);
	first = assert_found();
	ck_assert_uint_eq(assert_found(), first);
	ck_assert(strstr(plugin->describe(self, &started), path) != NULL);
	ck_assert_int_eq(started, 0);
	assert_no_event();
	delete ();
	assert_event(EVPN_EVENT_CHANGED);
	assert_not_found(0, "does not exist");
}
END_TEST

START_TEST(test_directory_appears)
{
	char deep[96], file[128];

	snprintf(deep, sizeof(deep), "%s/netns", dir);
	snprintf(file, sizeof(file), "%s/evpnd", deep);
	strcpy(path, file);
	plugin->close(self);
	ck_assert_int_eq(plugin->open(fake_host_init(&fake, options), &self, &err), 0);
	assert_not_found(0, "does not exist");
	ck_assert_int_eq(mkdir(deep, 0755), 0);
	add();
	assert_event(EVPN_EVENT_RETRY);
	assert_found();
}
END_TEST

/* Its inode number can be the same, so that only the mount tells it from the former one. */
START_TEST(test_replaced)
{
	uint64_t instance, next;

	add();
	instance = assert_found();
	for (int i = 0; i < 50; i++) {
		delete ();
		add();
		assert_event(EVPN_EVENT_CHANGED);
		next = assert_found();
		ck_assert_uint_ne(next, instance);
		instance = next;
	}
}
END_TEST

START_TEST(test_unmounted)
{
	add();
	assert_found();
	ck_assert_int_eq(umount2(path, MNT_DETACH), 0);
	assert_event(EVPN_EVENT_CHANGED);
	assert_not_found(0, "a file without a namespace");
}
END_TEST

/* Another one is mounted over it. */
START_TEST(test_covered)
{
	uint64_t first;

	add();
	first = assert_found();
	mount_namespace(path, CLONE_NEWNET);
	assert_event(EVPN_EVENT_CHANGED);
	ck_assert_uint_ne(assert_found(), first);
}
END_TEST

START_TEST(test_mounts_of_others)
{
	char other[160];

	add();
	assert_found();
	snprintf(other, sizeof(other), "%s/other", dir);
	make_file(other);
	for (int i = 0; i < 20; i++) {
		mount_namespace(other, CLONE_NEWNET);
		ck_assert(fake_host_readable(plugin->event_fd(self), DEADLINE_MS));
		assert_no_event();
		ck_assert_int_eq(umount2(other, MNT_DETACH), 0);
		assert_no_event();
	}
}
END_TEST

START_TEST(test_wrong_kinds)
{
	make_file(path);
	mount_namespace(path, CLONE_NEWUTS);
	assert_not_found(-1, "is not a network namespace");
	delete ();
	make_file(path);
	ck_assert_int_eq(mount("/proc/self/ns/net", path, "none", MS_BIND, NULL), 0);
	assert_not_found(-1, "the host's own network namespace");
	delete ();
	ck_assert_int_eq(mkdir(path, 0755), 0);
	assert_not_found(-1, "directory");
	ck_assert_int_eq(rmdir(path), 0);
	ck_assert_int_eq(symlink("/proc/self/ns/net", path), 0);
	assert_not_found(-1, "symbolic link");
	ck_assert_int_eq(unlink(path), 0);
	add();
	assert_event(EVPN_EVENT_RETRY);
	assert_found();
}
END_TEST

START_TEST(test_no_leak)
{
	int fds;

	add();
	assert_found();
	fds = fake_host_count_fds();
	for (int i = 0; i < 200; i++) {
		delete ();
		assert_event(EVPN_EVENT_CHANGED);
		assert_not_found(0, "does not exist");
		add();
		assert_event(EVPN_EVENT_RETRY);
		assert_found();
	}
	ck_assert_int_eq(fake_host_count_fds(), fds);
	/* An open namespace would keep the NIC in it. */
	ck_assert_int_ne(system("ls -l /proc/$PPID/fd | grep -q 'net:\\['"), 0);
	plugin->close(self);
	ck_assert_int_eq(fake_host_count_fds(), fds - 3);
	ck_assert_int_eq(plugin->open(fake_host_init(&fake, options), &self, &err), 0);
}
END_TEST

static void set_up(void)
{
	strcpy(dir, "/tmp/netns-path.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(mount("tmpfs", dir, "tmpfs", 0, NULL), 0);
	snprintf(path, sizeof(path), "%s/evpnd", dir);
	ck_assert_int_eq(plugin->open(fake_host_init(&fake, options), &self, &err), 0);
}

static void tear_down(void)
{
	plugin->close(self);
	ck_assert_int_eq(umount2(dir, MNT_DETACH), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}

int main(void)
{
	const TTest *const tests[] = {
		test_declares,	test_options, test_appears_and_goes, test_directory_appears, test_replaced,
		test_unmounted, test_covered, test_mounts_of_others, test_wrong_kinds,	     test_no_leak,
	};
	TCase *tc = tcase_create("netns-path");

	if (geteuid() != 0) {
		puts("SKIP: needs root, for network namespaces");
		return 77;
	}
	if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0) {
		perror("a mount namespace");
		return 1;
	}
	plugin = fake_host_load(MODULE);
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 120);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(tc, tests[i]);
	return unit_run("netns-path", tc);
}
