/* SPDX-License-Identifier: Apache-2.0 */
/* test_netns_pidfile_events.c - events of the plugin netns-pidfile, and leaks */
#include <fcntl.h>
#include <signal.h>

#include "pidfile_case.h"

START_TEST(test_appears_by_rename)
{
	pid_t pid = start_process(true, NULL);

	assert_not_found(0, path);
	ck_assert(!fake_host_readable(plugin->event_fd(self), 0));
	run(": >%s.lock", path);
	assert_event(EVPN_EVENT_NONE);
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

	snprintf(deep, sizeof(deep), "%s/a", dir);
	snprintf(deeper, sizeof(deeper), "%s/b", deep);
	snprintf(file, sizeof(file), "%s/frr.pid", deeper);
	options[0].value = file;
	open_plugin_again();
	assert_not_found(0, file);
	ck_assert_int_eq(mkdir(deep, 0755), 0);
	assert_event(EVPN_EVENT_RETRY);
	assert_not_found(0, file);
	ck_assert_int_eq(mkdir(deeper, 0755), 0);
	write_file(file, text_of(pid));
	assert_event(EVPN_EVENT_RETRY);
	assert_found_soon(pid);
	ck_assert_int_eq(count_watches(), 1);
	end_process(pid);
}
END_TEST

static void make_meanwhile(const char *name)
{
	/* The first call has failed for the directory itself; this one is for its parent. */
	if (strcmp(name, dir) != 0)
		return;
	before_add_watch = NULL;
	run("mkdir %s/a", dir);
}

START_TEST(test_directory_made_meanwhile)
{
	pid_t pid = start_process(true, NULL);
	char file[96];

	snprintf(file, sizeof(file), "%s/a/frr.pid", dir);
	options[0].value = file;
	open_plugin_again();
	before_add_watch = make_meanwhile;
	assert_not_found(0, file);
	write_file(file, text_of(pid));
	assert_event(EVPN_EVENT_RETRY);
	assert_found(pid);
	ck_assert_int_eq(count_watches(), 1);
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
	assert_found_soon(pid);
	end_process(pid);
}
END_TEST

START_TEST(test_directory_moved_away)
{
	pid_t pid = start_process(true, NULL);
	char moved[80];

	assert_not_found(0, path);
	snprintf(moved, sizeof(moved), "%s.moved", dir);
	ck_assert_int_eq(rename(dir, moved), 0);
	assert_event(EVPN_EVENT_RETRY);
	ck_assert_int_eq(mkdir(dir, 0700), 0);
	write_in_place(text_of(pid));
	assert_found_soon(pid);
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
	assert_not_found(0, "has ended");
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
	/* The same pid in another form, another file in the directory, and a deleted pidfile while the process runs. */
	write_by_rename(text_of(pid));
	assert_event(EVPN_EVENT_NONE);
	write_in_place(text_of(pid));
	assert_event(EVPN_EVENT_NONE);
	snprintf(neighbour, sizeof(neighbour), "%s/frr.pid.old", dir);
	write_file(neighbour, text_of(other));
	assert_event(EVPN_EVENT_NONE);
	unlink(path);
	assert_event(EVPN_EVENT_NONE);
	/* Another process, written in both ways; and an invalid file, which the next find_netns reports. */
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
	assert_not_found(0, "its pid has just changed");
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
	assert_not_found(0, "has ended");
	ck_assert(!fake_host_readable(plugin->event_fd(self), 0));
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
		fake_host_clear_log(&fake);
		ck_assert_int_eq(fake_host_count_fds(), before);
	}
	ck_assert(!holds_namespace());
	/* Failures must not leak descriptors either. */
	for (int i = 0; i < 100; i++) {
		write_in_place(text_of(getpid()));
		assert_not_found(-1, "host's own");
		write_in_place("x");
		assert_not_found(-1, "instead of a pid");
	}
	ck_assert_int_eq(fake_host_count_fds(), before - 1); /* without the process's pidfd */
	end_process(pid);
	end_process(other);
	plugin->close(self);
	self = NULL;
	ck_assert_int_eq(fake_host_count_fds(), before - 4);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_appears_by_rename,
		test_appears_in_place,
		test_directory_appears,
		test_directory_made_meanwhile,
		test_directory_made_again,
		test_directory_moved_away,
		test_process_ends,
		test_file_rewritten,
		test_rewritten_between_reads,
		test_ends_while_looked_at,
		test_no_leak,
	};

	return pidfile_case_main("netns-pidfile-events", tests, sizeof(tests) / sizeof(tests[0]));
}
