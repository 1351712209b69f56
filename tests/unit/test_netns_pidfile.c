/* SPDX-License-Identifier: Apache-2.0 */
/* test_netns_pidfile.c - results and errors of the plugin netns-pidfile */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "pidfile_case.h"

START_TEST(test_options)
{
	static const struct {
		const char *path, *proc, *cgroup, *word;
	} cases[] = {
		{ NULL, NULL, NULL, "option path is missing" },
		{ "frr.pid", NULL, NULL, "path = \"frr.pid\": must be an absolute path" },
		{ "", NULL, NULL, "path = \"\": must be an absolute path" },
		{ "/run/frr/", NULL, NULL, "path = \"/run/frr/\": must name a file" },
		{ "/run/..", NULL, NULL, "path = \"/run/..\": must name a file" },
		{ "/run/frr.pid", "proc", NULL, "proc = \"proc\": must be an absolute path" },
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

START_TEST(test_garbage)
{
	static const char *const bad[] = { "frr", "12x",  "12 13", "-1", "+1", " 1",	  "0x10",
					   "1.0", "\033", "\n",	   "0",	 "00", "4194305", "99999999999999999999999" };
	char oversize[4096];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_in_place(bad[i]);
		assert_not_found(-1, "instead of a pid");
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
	assert_not_found(-1, "instead of a pid");
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

/* The plugin neither follows a symbolic link in place of the file nor blocks on a fifo. */
START_TEST(test_not_a_file)
{
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	assert_not_found(-1, "not a regular file but a FIFO");
	unlink(path);
	ck_assert_int_eq(symlink("/proc/sys/kernel/ns_last_pid", path), 0);
	assert_not_found(-1, "is a symbolic link that is not followed");
	unlink(path);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	assert_not_found(-1, "not a regular file but a directory");
	rmdir(path);
}
END_TEST

START_TEST(test_path_through_file)
{
	write_in_place("1");
	strcat(path, "/frr.pid");
	open_plugin_again();
	assert_not_found(-1, "Not a directory");
}
END_TEST

START_TEST(test_stale)
{
	pid_t dead = start_process(true, NULL), pid = start_process(true, NULL);
	char word[64];

	end_process(dead);
	write_in_place(text_of(dead));
	snprintf(word, sizeof(word), "process %d has ended", (int)dead);
	assert_not_found(0, word);
	write_by_rename(text_of(pid));
	assert_found_soon(pid);
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
	assert_not_found(0, "has ended");
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
	/* The process is an error, but its end causes an event. */
	end_process(pid);
	assert_event(EVPN_EVENT_RETRY);
	assert_not_found(0, "has ended");
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

	options[1] = (struct fake_option){ "cgroup", cgroup };
	open_plugin_again();
	assert_found(pid);

	options[1].value = "libpod-no-such-container";
	open_plugin_again();
	assert_not_found(-1, "libpod-no-such-container");
	ck_assert_int_eq(err.code, EPERM);
	end_process(pid);
}
END_TEST

/* The instance contains the start time, even if the process's name contains parentheses and blanks. */
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

START_TEST(test_describe)
{
	pid_t pid = start_process(true, NULL);
	char want[64];
	const char *text;
	int64_t started = 0;

	ck_assert_ptr_null(plugin->describe(self, &started));
	write_in_place(text_of(pid));
	assert_found(pid);
	text = plugin->describe(self, &started);
	snprintf(want, sizeof(want), "process %d", (int)pid);
	/* Where the test itself runs in a container, its ID follows. */
	ck_assert_msg(text && strncmp(text, want, strlen(want)) == 0, "%s", text);
	ck_assert_int_le(started, (int64_t)time(NULL) + 1);
	ck_assert_int_gt(started, (int64_t)time(NULL) - 60);
	end_process(pid);
	assert_event(EVPN_EVENT_CHANGED);
	ck_assert_ptr_null(plugin->describe(self, &started));
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

/* /proc/TID exists for a thread, but pidfd_open() does not accept it. */
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
	assert_not_found(-1, "not the pid of a process");
	end_process(pid);
}
END_TEST

/* A process in a nested pid namespace: /proc is the host's, but pidfd_open() uses the pids of the nested one. */
START_TEST(test_other_pid_namespace)
{
	pid_t pid = start_process(true, NULL);
	pid_t below;
	int status;

	write_in_place(text_of(pid));
	below = fork();
	if (below == 0) {
		pid_t inner = unshare(CLONE_NEWPID) == 0 ? fork() : -1;

		if (inner == 0) {
			assert_not_found(-1, "hostPID: true");
			_exit(0);
		}
		_exit(waitpid(inner, &status, 0) == inner && status == 0 ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(below, &status, 0), below);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	end_process(pid);
}
END_TEST

START_TEST(test_wrong_proc)
{
	pid_t pid = start_process(true, NULL);
	char proc[80], name[128];

	snprintf(proc, sizeof(proc), "%s/proc", dir);
	ck_assert_int_eq(mkdir(proc, 0755), 0);
	options[1] = (struct fake_option){ "proc", proc };
	open_plugin_again();
	write_in_place(text_of(pid));
	assert_not_found(-1, "procfs that shows evpnd's own process");

	/* The directory has evpnd's pid, but not this process: procfs may hide it until it executes the container's program. */
	snprintf(name, sizeof(name), "%s/self", proc);
	ck_assert_int_eq(symlink(text_of(getpid()), name), 0);
	assert_not_found(0, "to start its program: cannot open ");

	/* The directory has an ordinary file in place of the namespace. */
	run("mkdir -p %s/%d/ns", proc, (int)pid);
	run("cp /proc/%d/comm /proc/%d/stat %s/%d", (int)pid, (int)pid, proc, (int)pid);
	run(": >%s/%d/ns/net", proc, (int)pid);
	assert_not_found(-1, "is not a namespace");
	end_process(pid);
}
END_TEST

/* Another mount of the same procfs, as in a pod with the host's /proc mounted elsewhere. */
START_TEST(test_proc_elsewhere)
{
	pid_t pid = start_process(true, NULL);
	char proc[80];

	snprintf(proc, sizeof(proc), "%s/proc", dir);
	ck_assert_int_eq(mkdir(proc, 0755), 0);
	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	run("mount --make-rprivate / && mount --bind /proc %s", proc);
	options[1] = (struct fake_option){ "proc", proc };
	open_plugin_again();
	write_in_place(text_of(pid));
	assert_found(pid);
	run("umount %s", proc);
	end_process(pid);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_options,
		test_declares,
		test_garbage,
		test_nul_in_file,
		test_blanks_after_pid,
		test_not_a_file,
		test_path_through_file,
		test_stale,
		test_zombie_is_stale,
		test_conmon,
		test_own_namespace,
		test_cgroup,
		test_instance,
		test_describe,
		test_old_kernel,
		test_thread,
		test_other_pid_namespace,
		test_wrong_proc,
		test_proc_elsewhere,
	};

	return pidfile_case_main("netns-pidfile", tests, sizeof(tests) / sizeof(tests[0]));
}
