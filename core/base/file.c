/* SPDX-License-Identifier: Apache-2.0 */
/* file.c - see file.h */
#include <errno.h>

#include "base/file.h"
#include "base/util.h"

static int check_kind(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return 0;
	case S_IFDIR:
		return -EISDIR;
	case S_IFLNK:
		return -ELOOP;
	case S_IFIFO:
		return -FILE_FIFO;
	case S_IFSOCK:
		return -FILE_SOCKET;
	}
	return -FILE_DEVICE;
}

int file_open(int dir, const char *name, enum file_link link, struct stat *ret_st)
{
	_cleanup_close_ int place = openat(dir, name, O_PATH | O_CLOEXEC | (link == FILE_NO_LINK ? O_NOFOLLOW : 0));
	char path[32];
	struct stat st;
	int fd, r;

	if (place < 0 || fstat(place, &st) < 0)
		return -errno;
	r = check_kind(st.st_mode);
	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", place);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	/* The file itself is there, whatever happened to its name: it is held. */
	if (fd < 0)
		return errno == ENOENT ? -FILE_NO_PROC : -errno;
	if (ret_st)
		*ret_st = st;
	return fd;
}

int file_read_at(int dir, const char *name, enum file_link link, size_t max, char **ret_text, size_t *ret_len,
		 struct stat *ret_st)
{
	struct stat st;
	_cleanup_close_ int fd = file_open(dir, name, link, &st);
	int r;

	if (fd < 0)
		return fd;
	if ((uint64_t)st.st_size > max)
		return -EFBIG;
	/* Files of procfs have no size. */
	r = util_read_fd(fd, max, st.st_size ? (size_t)st.st_size : 4096, ret_text, ret_len);
	if (r == 0 && ret_st)
		*ret_st = st;
	return r;
}

int file_read(const char *path, size_t max, char **ret_text, size_t *ret_len)
{
	return file_read_at(AT_FDCWD, path, FILE_FOLLOW, max, ret_text, ret_len, NULL);
}

const char *file_fault(int e)
{
	switch (-e) {
	case EISDIR:
		return "not a regular file but a directory";
	case FILE_FIFO:
		return "not a regular file but a FIFO";
	case FILE_SOCKET:
		return "not a regular file but a socket";
	case FILE_DEVICE:
		return "not a regular file but a device";
	case FILE_NO_PROC:
		return "procfs is not mounted at /proc; mount it";
	case ELOOP:
		return "it is a symbolic link, which evpnd does not follow";
	case EAGAIN:
		return "another program holds a lease on it (/proc/locks), and evpnd does not wait";
	}
	return strerror(-e);
}
