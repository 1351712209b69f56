/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_volume.c - links in a path: the operator's are followed to a socket, those that a container can have made are not
 *
 * The same path is walked by core/base/volume.c and by plugins/lib/folder.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "unit.h"
#include "base/util.h"
#include "base/volume.h"
#include "lib/folder.h"

static char dir[32];
static int listener;

static const char *at(const char *name)
{
	static char path[4][96];
	static unsigned int next;

	next = (next + 1) % ARRAY_LEN(path);
	snprintf(path[next], sizeof(path[next]), "%s/%s", dir, name);
	return path[next];
}

static void setup(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strcpy(dir, "/tmp/test-volume.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(mkdir(at("run"), 0755), 0);
	ck_assert_int_eq(mkdir(at("run/sub"), 0755), 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", at("run/sub/sock"));
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(listener, 4), 0);
}

static void teardown(void)
{
	_cleanup_free_ char *command = xasprintf("rm -r %s", dir);

	close(listener);
	ck_assert_int_eq(system(command), 0);
}

/* Both implementations agree. */
static int open_socket(const char *path)
{
	int core = volume_open_socket(path), lib = folder_open_socket(path, FOLDER_ROOT_LINKS_TO_END);

	if (core < 0 || lib < 0) {
		ck_assert_int_eq(core, lib);
		return core;
	}
	close(lib);
	return core;
}

static void connect_through(int fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	_cleanup_close_ int place = fd, connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d", place);
	ck_assert_int_eq(connect(connection, (struct sockaddr *)&address, sizeof(address)), 0);
}

START_TEST(no_link)
{
	connect_through(open_socket(at("run/sub/sock")));
	connect_through(open_socket(at("run//sub/./../sub/sock")));
	ck_assert_int_eq(open_socket(at("run/sub/none")), -ENOENT);
	ck_assert_int_eq(open_socket(at("none/sub/sock")), -ENOENT);
	ck_assert_int_eq(open_socket(at("run/sub/sock/x")), -ENOTDIR);
	ck_assert_int_eq(open_socket(at("run/sub")), -ENOTSOCK);
}
END_TEST

/* As /var/run -> /run, /var/run -> ../run, and a chain of both. */
START_TEST(links_of_the_operator)
{
	ck_assert_int_eq(mkdir(at("var"), 0755), 0);
	ck_assert_int_eq(symlink(at("run"), at("var/absolute")), 0);
	ck_assert_int_eq(symlink("../run", at("var/relative")), 0);
	ck_assert_int_eq(symlink("var/relative/sub", at("chain")), 0);
	ck_assert_int_eq(symlink("sub/sock", at("run/last")), 0);
	connect_through(open_socket(at("var/absolute/sub/sock")));
	connect_through(open_socket(at("var/relative/sub/sock")));
	connect_through(open_socket(at("chain/sock")));
	connect_through(open_socket(at("var/relative/last")));
	/* Where a container has its socket, the socket itself is none. */
	ck_assert_int_eq(folder_open_socket(at("run/last"), FOLDER_ROOT_LINKS), -ELOOP);
	ck_assert_int_eq(folder_open_socket(at("chain/sock"), FOLDER_NO_LINKS), -ELOOP);
	ck_assert_int_eq(symlink("loop", at("loop")), 0);
	ck_assert_int_eq(open_socket(at("loop/sock")), -ELOOP);
}
END_TEST

/* A container with a user namespace owns what it makes, and so does a daemon that does not run as root. */
START_TEST(links_of_a_container)
{
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(mkdir(at("volume"), 0755), 0);
	ck_assert_int_eq(chown(at("volume"), 100000, 100000), 0);
	ck_assert_int_eq(symlink(at("run/sub"), at("volume/sub")), 0);
	ck_assert_int_eq(open_socket(at("volume/sub/sock")), -ELOOP);
	ck_assert_int_eq(symlink(at("run/sub"), at("theirs")), 0);
	ck_assert_int_eq(lchown(at("theirs"), 100000, 100000), 0);
	ck_assert_int_eq(open_socket(at("theirs/sock")), -ELOOP);
	ck_assert_int_eq(chmod(at("run"), 0777), 0);
	ck_assert_int_eq(symlink("sub", at("run/link")), 0);
	ck_assert_int_eq(open_socket(at("run/link/sock")), -ELOOP);
	/* In a sticky directory nobody else can replace it. */
	ck_assert_int_eq(chmod(at("run"), 01777), 0);
	connect_through(open_socket(at("run/link/sock")));
}
END_TEST

/* Its text is "/", and the kernel goes elsewhere. */
START_TEST(links_of_procfs)
{
	_cleanup_free_ char *path = xasprintf("/proc/self/root%s/run/sub/sock", dir);

	ck_assert_int_eq(open_socket(path), -ELOOP);
}
END_TEST

START_TEST(too_long)
{
	char path[PATH_MAX + 2];

	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[300] = '\0';
	ck_assert_int_eq(open_socket(path), -ENAMETOOLONG);
	path[300] = '/';
	path[sizeof(path) - 1] = '\0';
	ck_assert_int_eq(open_socket(path), -ENAMETOOLONG);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("volume");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, no_link);
	tcase_add_test(tcase, links_of_the_operator);
	tcase_add_test(tcase, links_of_a_container);
	tcase_add_test(tcase, links_of_procfs);
	tcase_add_test(tcase, too_long);
	return unit_run("volume", tcase);
}
