/* SPDX-License-Identifier: Apache-2.0 */
/* test-run: waits */
/* test_config_watch.c - every way in which a file changes is noticed, in real directories */
#include "config/config_watch.h"
#include "unit.h"
#include "base/util.h"

#include <sched.h>
#include <sys/mount.h>

#define FAR_US (60 * 1000000ull)
/* Longer than files have to rest. */
#define QUIET_US 300000

static char dir[64];
static sd_event *event;
static struct config_watch *watch;
static unsigned int calls;

/* In `dir`, by the shell, whose words for files are everybody's. */
static void sh(const char *command)
{
	_cleanup_free_ char *line = xasprintf("cd '%s' && { %s; }", dir, command);

	ck_assert_msg(system(line) == 0, "%s", line);
}

static void on_change(void *arg)
{
	calls++;
}

/* These files of `dir`, read so long ago. */
static void watch_files(const char *const *names, size_t n, uint64_t age_us)
{
	struct evpn_error err = { 0 };
	char *paths[4];

	ck_assert_uint_le(n, ARRAY_LEN(paths));
	for (size_t i = 0; i < n; i++)
		paths[i] = xasprintf("%s/%s", dir, names[i]);
	ck_assert_msg(config_watch_set(watch, (const char *const *)paths, n, age_us, &err) == 0, "%s", err.msg);
	for (size_t i = 0; i < n; i++)
		free(paths[i]);
}

/* Forgets what the inode's clock, which is coarse, cannot tell from a change after the reading. */
static void settle(void)
{
	while (sd_event_run(event, QUIET_US) > 0)
		;
	calls = 0;
}

static void watch_file(const char *name)
{
	watch_files(&name, 1, 0);
	settle();
}

/*
 * A place for the test's files that nobody else sees. The directories above a file are watched, too, and on a busy machine there is
 * no end of what others do in /tmp. Without root it is /tmp all the same.
 */
static const char *private_place(void)
{
	if (unshare(CLONE_NEWNS) == 0 && mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("tmpfs", "/mnt", "tmpfs", 0, "size=1m") == 0)
		return "/mnt";
	return "/tmp";
}

static void setup(void)
{
	struct evpn_error err = { 0 };

	calls = 0;
	snprintf(dir, sizeof(dir), "%s/evpnd-config-watch-XXXXXX", private_place());
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_ge(sd_event_new(&event), 0);
	ck_assert_int_eq(config_watch_new(event, on_change, NULL, &watch, &err), 0);
	sh("mkdir etc && echo 1 > etc/evpn.conf");
}

static void teardown(void)
{
	_cleanup_free_ char *command = xasprintf("rm -r '%s'", dir);

	config_watch_free(watch);
	sd_event_unref(event);
	ck_assert_int_eq(system(command), 0);
}

static void wait_for_call(const char *what)
{
	unsigned int before = calls;

	while (calls == before)
		ck_assert_msg(sd_event_run(event, FAR_US) > 0, "not noticed: %s", what);
}

/* As the run that follows does. */
static void noticed(const char *command)
{
	sh(command);
	wait_for_call(command);
	watch_file("etc/evpn.conf");
}

START_TEST(written_replaced_linked)
{
	watch_file("etc/evpn.conf");
	noticed("echo 2 >> etc/evpn.conf");
	noticed("echo 3 > etc/.new && mv etc/.new etc/evpn.conf");
	noticed("cp etc/evpn.conf etc/.copy && ln -f etc/.copy etc/evpn.conf");
	noticed("ln -s /dev/null etc/.link && mv etc/.link etc/evpn.conf");
	noticed("rm etc/evpn.conf");
	noticed("echo 4 > etc/evpn.conf");
	noticed("chmod 600 etc/evpn.conf");
	noticed("ln etc/evpn.conf elsewhere");
	noticed("echo 5 > elsewhere");
}
END_TEST

START_TEST(directory_goes_and_comes)
{
	watch_file("etc/evpn.conf");
	noticed("mv etc old");
	noticed("mkdir etc");
	noticed("cp old/evpn.conf etc");
	noticed("rm -r etc");
	noticed("mkdir etc && echo 4 > etc/evpn.conf");
	/* Its inode's number may be that of the former one. */
	noticed("rm -r etc && mkdir etc && echo 4 > etc/evpn.conf");
	noticed("echo 5 > etc/evpn.conf");
	noticed("rm -r etc");
	noticed("mkdir new && echo 5 > new/evpn.conf && mv new etc");
	noticed("echo 6 > etc/evpn.conf");
}
END_TEST

/* What kubelet does: https://pkg.go.dev/k8s.io/kubernetes/pkg/volume/util#AtomicWriter */
START_TEST(config_map)
{
	sh("rm etc/evpn.conf && mkdir etc/..2026_1 && echo 1 > etc/..2026_1/evpn.conf &&"
	   "ln -s ..2026_1 etc/..data && ln -s ..data/evpn.conf etc/evpn.conf");
	watch_file("etc/evpn.conf");
	for (int i = 2; i < 5; i++) {
		_cleanup_free_ char *swap = xasprintf(
			"mkdir etc/..2026_%d && echo %d > etc/..2026_%d/evpn.conf && ln -s ..2026_%d etc/..data_tmp &&"
			"mv -T etc/..data_tmp etc/..data && rm -r etc/..2026_%d",
			i, i, i, i, i - 1);

		noticed(swap);
	}
	noticed("echo 9 > etc/..2026_4/evpn.conf");
}
END_TEST

START_TEST(others_are_of_no_concern)
{
	watch_file("etc/evpn.conf");
	sh("touch etc/evpn.conf.swp other && echo x > etc/frr.conf && rm other && mkdir etc/more && cat etc/evpn.conf");
	while (sd_event_run(event, QUIET_US) > 0)
		;
	ck_assert_uint_eq(calls, 0);
}
END_TEST

START_TEST(a_burst_is_one)
{
	watch_file("etc/evpn.conf");
	sh("for i in 1 2 3 4 5 6 7 8 9; do echo $i > etc/evpn.conf; done");
	wait_for_call("the burst");
	while (sd_event_run(event, QUIET_US) > 0)
		;
	ck_assert_uint_eq(calls, 1);
}
END_TEST

/* Written while it was read, before anybody knew that it is one of the files: an include. */
START_TEST(changed_before_it_was_watched)
{
	static const char *const names[] = { "etc/evpn.conf", "etc/more.conf" };

	watch_file("etc/evpn.conf");
	sh("echo 1 > etc/more.conf");
	watch_files(names, ARRAY_LEN(names), FAR_US);
	wait_for_call("a file that is younger than its reading");
	watch_files(names, ARRAY_LEN(names), 0);
	settle();
	sh("echo 2 > etc/more.conf");
	wait_for_call("the new file");
	watch_file("etc/evpn.conf");
	sh("echo 3 > etc/more.conf");
	while (sd_event_run(event, QUIET_US) > 0)
		;
	ck_assert_msg(calls == 0, "a file that is no longer one of them");
}
END_TEST

START_TEST(links_in_a_circle)
{
	sh("ln -sf b etc/a && ln -s a etc/b && ln -sf a etc/evpn.conf");
	watch_file("etc/evpn.conf");
	noticed("rm etc/b && echo 1 > etc/b");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("config_watch");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, written_replaced_linked);
	tcase_add_test(tcase, directory_goes_and_comes);
	tcase_add_test(tcase, config_map);
	tcase_add_test(tcase, others_are_of_no_concern);
	tcase_add_test(tcase, a_burst_is_one);
	tcase_add_test(tcase, changed_before_it_was_watched);
	tcase_add_test(tcase, links_in_a_circle);
	return unit_run("config_watch", tcase);
}
