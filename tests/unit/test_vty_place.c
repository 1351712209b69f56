/* SPDX-License-Identifier: Apache-2.0 */
/* test_vty_place.c - what can have the name of a daemon's socket, and where a path in the container leads */
#include <fcntl.h>
#include <sys/resource.h>

#include "vty_case.h"

static struct evpn_error err;

static void expect_no_connection(void)
{
	ck_assert(!fake_host_readable(listener, 0));
}

/* Something else than a listening socket at the place: the failure comes at once. */
static void expect_at_once(int code, const char *text)
{
	char names[VTY_NAMES_SIZE];

	begin(PATIENCE_MS);
	expect_failure(code, text);
	ck_assert_int_eq(vty_list_daemons(&place, names, &err), 0);
	ck_assert_str_eq(names, "");
}

START_TEST(no_socket_and_a_stale_one)
{
	expect_at_once(ENOENT, "zebra does not run: /var/run/frr/zebra.vty: No such file or directory");
	listen_at("run/frr/zebra.vty", 5);
	stop_listening();
	expect_at_once(ENOENT, "zebra does not run: its vty socket: Connection refused");
	place.dir = "/var/run/frr/zebra.vty";
	expect_at_once(ENOENT, "Not a directory");
}
END_TEST

START_TEST(something_else_has_the_name)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd;

	ck_assert_int_eq(mkfifo(below("run/frr/zebra.vty"), 0666), 0);
	expect_at_once(EPROTO, "/var/run/frr/zebra.vty is not a socket");
	ck_assert_int_eq(unlink(below("run/frr/zebra.vty")), 0);

	fd = open(below("run/frr/zebra.vty"), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	close(fd);
	expect_at_once(EPROTO, "is not a socket");
	ck_assert_int_eq(unlink(below("run/frr/zebra.vty")), 0);

	ck_assert_int_eq(mkdir(below("run/frr/zebra.vty"), 0755), 0);
	expect_at_once(EPROTO, "is not a socket");
	ck_assert_int_eq(rmdir(below("run/frr/zebra.vty")), 0);

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", below("run/frr/zebra.vty"));
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&un, sizeof(un)), 0);
	expect_at_once(EPROTO, "cannot reach FRR's zebra");
	close(fd);
}
END_TEST

START_TEST(a_link_in_place_of_the_socket_is_not_followed)
{
	char self[64];

	/* To a socket of the container itself, too: FRR makes no such links. */
	listen_at("run/frr/other.vty", 5);
	ck_assert_int_eq(symlink("other.vty", below("run/frr/zebra.vty")), 0);
	expect_at_once(EPROTO, "is not a socket");
	expect_no_connection();
	ck_assert_int_eq(unlink(below("run/frr/zebra.vty")), 0);

	/* A magic link of procfs to a socket that is open. */
	snprintf(self, sizeof(self), "/proc/self/fd/%d", listener);
	ck_assert_int_eq(symlink(self, below("run/frr/zebra.vty")), 0);
	expect_at_once(EPROTO, "is not a socket");
	expect_no_connection();
}
END_TEST

START_TEST(no_link_leads_out_of_the_container)
{
	const char *const links[] = { "../..", outside, "../../../../../../..", "/proc/self/cwd" };
	char *cwd = getcwd(NULL, 0);

	/* Beside the container's root directory, and in the working directory, where a magic link of procfs leads. */
	listen_at("../zebra.vty", 5);
	ck_assert_int_eq(chdir(outside), 0);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		ck_assert_int_eq(unlink(below("var/run")), 0);
		ck_assert_int_eq(symlink(links[i], below("var/run")), 0);
		place.dir = "/var/run";
		expect_at_once(ENOENT, "zebra does not run");
	}
	place.dir = "/..";
	expect_at_once(ENOENT, "zebra does not run");
	expect_no_connection();

	/* A test that could not fail would prove nothing: without a container the same directory has a socket. */
	fd_close(&place.root);
	place.dir = outside;
	begin(PATIENCE_MS);
	ck_assert_int_eq(vty.outcome, 0);
	close(take_connection());
	ck_assert_int_eq(chdir(cwd), 0);
	free(cwd);
}
END_TEST

START_TEST(links_within_the_container_are_followed)
{
	int fd;

	listen_at("run/frr/zebra.vty", 5);
	fd = enabled(PATIENCE_MS);
	send_text(fd, "good");
	send_end(fd, 0);
	finish();
	expect_answer("good");
	close(fd);
}
END_TEST

START_TEST(a_pathspace_is_a_folder)
{
	ck_assert_int_eq(mkdir(below("run/frr/leaf"), 0755), 0);
	listen_at("run/frr/leaf/zebra.vty", 5);
	begin(PATIENCE_MS);
	expect_failure(ENOENT, "/var/run/frr/zebra.vty");
	place.pathspace = "leaf";
	begin(PATIENCE_MS);
	ck_assert_int_eq(vty.outcome, 0);
	close(take_connection());
}
END_TEST

START_TEST(a_full_queue_is_waited_for)
{
	int first, fds[64], n = 0;
	char names[VTY_NAMES_SIZE];
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	listen_at("run/frr/zebra.vty", 0);
	snprintf(un.sun_path, sizeof(un.sun_path), "%s", below("run/frr/zebra.vty"));
	do
		fds[n] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	while (connect(fds[n++], (const struct sockaddr *)&un, sizeof(un)) == 0 && n < 64);
	ck_assert_int_eq(errno, EAGAIN);

	/* It is open, so the daemon runs. */
	ck_assert_int_eq(vty_list_daemons(&place, names, &err), 0);
	ck_assert_str_eq(names, "zebra");
	begin(SHORT_MS);
	ck_assert_int_eq(vty.state, VTY_KNOCKING);
	finish();
	expect_failure(ETIMEDOUT, "zebra does not accept a connection within the time limit");

	begin(PATIENCE_MS);
	ck_assert_int_eq(vty.state, VTY_KNOCKING);
	first = take_connection();
	while (vty.state == VTY_KNOCKING)
		vty_handle(&vty);
	ck_assert_int_eq(vty.outcome, 0);
	close(first);
	first = take_connection();
	expect_line(first, "enable");
	close(first);
	while (n > 0)
		close(fds[--n]);
}
END_TEST

START_TEST(the_daemons_that_run_in_a_fixed_order)
{
	static const char *const paths[] = { "run/frr/staticd.vty", "run/frr/zebra.vty", "run/frr/watchfrr.vty",
					     "run/frr/mgmtd.vty", "run/frr/unknown.vty" };
	int fds[5];
	char names[VTY_NAMES_SIZE];

	ck_assert_int_eq(vty_list_daemons(&place, names, &err), 0);
	ck_assert_str_eq(names, "");
	for (int i = 0; i < 5; i++) {
		listen_at(paths[i], 5);
		fds[i] = fd_take(&listener);
	}
	ck_assert_int_eq(vty_list_daemons(&place, names, &err), 0);
	ck_assert_str_eq(names, "mgmtd zebra staticd");
	for (int i = 0; i < 5; i++)
		close(fds[i]);
}
END_TEST

START_TEST(all_daemons_fit_into_the_list)
{
	static const char *const all[] = { "mgmtd", "zebra",   "bgpd",	 "staticd", "bfdd",  "ospfd", "ospf6d",
					   "isisd", "fabricd", "ripd",	 "ripngd",  "pimd",  "pim6d", "ldpd",
					   "nhrpd", "eigrpd",  "babeld", "pbrd",    "vrrpd", "pathd", "sharpd" };
	int fds[21];
	char names[VTY_NAMES_SIZE], path[64], expected[VTY_NAMES_SIZE] = "";

	for (int i = 0; i < 21; i++) {
		snprintf(path, sizeof(path), "run/frr/%s.vty", all[i]);
		listen_at(path, 5);
		fds[i] = fd_take(&listener);
		strcat(strcat(expected, i ? " " : ""), all[i]);
	}
	ck_assert_int_eq(vty_list_daemons(&place, names, &err), 0);
	ck_assert_str_eq(names, expected);
	for (int i = 0; i < 21; i++)
		close(fds[i]);
}
END_TEST

/* The limit with which a process has `n` descriptors left; it may have inherited some that are open. */
static rlim_t limit_for(int n)
{
	int fd = 0;

	for (;; fd++)
		if (fcntl(fd, F_GETFD) < 0 && n-- == 0)
			return (rlim_t)fd;
}

/* A daemon that the host cannot ask is not one that does not run. */
START_TEST(a_shortage_of_descriptors_hides_no_daemon)
{
	struct rlimit limit, before;
	char names[VTY_NAMES_SIZE];

	listen_at("run/frr/zebra.vty", 5);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	/* The way to the socket takes three; the socket and the connection take two of them. */
	for (int n = 0; n <= 3; n++) {
		limit = (struct rlimit){ .rlim_cur = limit_for(n), .rlim_max = before.rlim_max };
		ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
		int r = vty_list_daemons(&place, names, &err);

		ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
		ck_assert_int_eq(r, n < 3 ? -1 : 0);
		ck_assert_str_eq(names, n < 3 ? "" : "zebra");
		if (n < 3) {
			ck_assert_int_eq(err.code, EMFILE);
			ck_assert_msg(strstr(err.msg, "cannot reach FRR's ") && strstr(err.msg, "Too many open files"),
				      "%s", err.msg);
		}
	}
}
END_TEST

int main(void)
{
	TCase *tcase = vty_case("vty_place");

	tcase_add_test(tcase, no_socket_and_a_stale_one);
	tcase_add_test(tcase, something_else_has_the_name);
	tcase_add_test(tcase, a_link_in_place_of_the_socket_is_not_followed);
	tcase_add_test(tcase, no_link_leads_out_of_the_container);
	tcase_add_test(tcase, links_within_the_container_are_followed);
	tcase_add_test(tcase, a_pathspace_is_a_folder);
	tcase_add_test(tcase, a_full_queue_is_waited_for);
	tcase_add_test(tcase, the_daemons_that_run_in_a_fixed_order);
	tcase_add_test(tcase, all_daemons_fit_into_the_list);
	tcase_add_test(tcase, a_shortage_of_descriptors_hides_no_daemon);
	return unit_run("vty_place", tcase);
}
