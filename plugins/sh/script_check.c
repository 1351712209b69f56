/* SPDX-License-Identifier: Apache-2.0 */
/* script_check.c - who can change the executable; see script.h */
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/fd.h"
#include "sh/script.h"

static void free_text(char **text)
{
	free(*text);
}

static int check_writers(const char *path, const char *what, bool is_dir, struct evpn_error *err)
{
	struct stat st;

	if (stat(what, &st) < 0)
		return evpn_fail(err, errno, "script %s: %s", path, strerror(errno));
	if (!is_dir && !S_ISREG(st.st_mode))
		return evpn_fail(err, EINVAL, "script %s: it is not a regular file", path);
	/* In a sticky directory like /tmp only the owner can replace a file. */
	if (st.st_uid != 0 || ((st.st_mode & (S_IWGRP | S_IWOTH)) && !(is_dir && (st.st_mode & S_ISVTX))))
		return evpn_fail(err, EPERM,
				 "script %s: %s can be written by others than root (owner %u, mode %04o); a script "
				 "runs as root: chown root and chmod go-w",
				 path, what, (unsigned int)st.st_uid, (unsigned int)st.st_mode & 07777);
	if (!is_dir && !(st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)))
		return evpn_fail(err, EACCES, "script %s: it is not executable: chmod +x", path);
	return 0;
}

int script_check(const char *path, struct evpn_error *err)
{
	__attribute__((cleanup(free_text))) char *real = realpath(path, NULL), *copy = strdup(path);

	if (!real || !copy)
		return evpn_fail(err, errno, "script %s: %s", path, strerror(errno));
	if (check_writers(path, real, false, err) < 0 || check_writers(path, dirname(copy), true, err) < 0)
		return -1;
	return check_writers(path, dirname(real), true, err);
}
