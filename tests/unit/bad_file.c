/* SPDX-License-Identifier: Apache-2.0 */
/* bad_file.c - see bad_file.h */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "bad_file.h"

const char *const bad_file_words[BAD_KINDS] = {
	[BAD_FIFO] = "not a regular file but a FIFO",		[BAD_DEVICE] = "not a regular file but a device",
	[BAD_DIRECTORY] = "not a regular file but a directory", [BAD_SOCKET] = "not a regular file but a socket",
	[BAD_LEASE] = "another program holds a lease on it",	[BAD_HUGE] = "File too large",
};

static int held = -1;

static void make_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	held = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	ck_assert_int_eq(bind(held, (struct sockaddr *)&address, sizeof(address)), 0);
}

static void make_lease(const char *path)
{
	/* The kernel tells the holder that somebody wants the file. */
	signal(SIGIO, SIG_IGN);
	held = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_eq(fcntl(held, F_SETLEASE, F_WRLCK), 0);
}

bool bad_file_make(enum bad_file kind, const char *path)
{
	switch (kind) {
	case BAD_FIFO:
		ck_assert_int_eq(mkfifo(path, 0600), 0);
		break;
	case BAD_DEVICE:
		return mknod(path, S_IFCHR | 0600, makedev(1, 5)) == 0;
	case BAD_DIRECTORY:
		ck_assert_int_eq(mkdir(path, 0700), 0);
		break;
	case BAD_SOCKET:
		make_socket(path);
		break;
	case BAD_LEASE:
		make_lease(path);
		break;
	case BAD_HUGE:
		held = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		ck_assert_int_eq(ftruncate(held, 1ll << 40), 0);
		break;
	case BAD_KINDS:
		break;
	}
	return true;
}

void bad_file_remove(const char *path)
{
	if (held >= 0)
		close(held);
	held = -1;
	if (unlink(path) < 0)
		rmdir(path);
}
