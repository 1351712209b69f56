/* SPDX-License-Identifier: Apache-2.0 */
/* folder.c - see folder.h */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "lib/fd.h"
#include "lib/folder.h"
#include "lib/path_rest.h"

/* The kernel's limit of symbolic links in a path (path_resolution(7)). */
#define LINKS_MAX 40

/* A path that is being walked. */
struct walk {
	int dir; /* the directory reached so far */
	enum folder_links links;
	unsigned int n_links;
	char rest[PATH_MAX]; /* what is left of the path */
};

static bool is_roots(const struct stat *st)
{
	return st->st_uid == 0 || st->st_uid == geteuid();
}

/* Whether only root can have made the link. */
static bool is_trusted(const struct walk *walk, int link, const struct stat *st)
{
	struct stat dir;
	struct statfs fs;

	if (fstat(walk->dir, &dir) < 0 || fstatfs(link, &fs) < 0 || (unsigned long)fs.f_type == PROC_SUPER_MAGIC)
		return false;
	/* In a sticky directory like /tmp others can make links of their own, but not replace this one. */
	return is_roots(st) && is_roots(&dir) && (!(dir.st_mode & (S_IWGRP | S_IWOTH)) || (dir.st_mode & S_ISVTX));
}

/* Puts the target of the link in front of what is left. */
static int follow(struct walk *walk, int link, const struct stat *st)
{
	int r;

	if (++walk->n_links > LINKS_MAX || !is_trusted(walk, link, st))
		return -ELOOP;
	r = path_rest_put_link(walk->rest, link);
	if (r < 0)
		return r;
	if (r > 0) {
		fd_close(&walk->dir);
		walk->dir = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	return walk->dir < 0 ? -errno : 0;
}

/* One component further. Returns 1 at the last one, which is `name` in walk->dir; 0: there are more; or -errno. */
static int step(struct walk *walk, char name[NAME_MAX + 1])
{
	int last = path_rest_take(walk->rest, name);
	_cleanup_close_ int next = -1;
	struct stat st;

	if (last < 0 || (last && walk->links != FOLDER_ROOT_LINKS_TO_END))
		return last;
	next = openat(walk->dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	/* A file that is missing at the end is for the caller to report. */
	if (next < 0 || fstat(next, &st) < 0)
		return last ? 1 : -errno;
	if (S_ISLNK(st.st_mode))
		return walk->links == FOLDER_NO_LINKS ? -ELOOP : follow(walk, next, &st);
	if (last)
		return 1;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	fd_close(&walk->dir);
	walk->dir = fd_take(&next);
	return 0;
}

int folder_open(const char *path, enum folder_links links, char ret_name[NAME_MAX + 1])
{
	struct walk walk = { .links = links };
	int r = 0;

	if (snprintf(walk.rest, sizeof(walk.rest), "%s", path) >= (int)sizeof(walk.rest))
		return -ENAMETOOLONG;
	walk.dir = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (walk.dir < 0)
		return -errno;
	while (r == 0)
		r = step(&walk, ret_name);
	if (r < 0)
		fd_close(&walk.dir);
	return r < 0 ? r : walk.dir;
}

/* Opens what stands there as a place, if it is of this kind; or -errno, which says of which kind it is. */
static int open_place(int dir, const char *name, mode_t kind)
{
	_cleanup_close_ int fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if ((st.st_mode & S_IFMT) == kind)
		return fd_take(&fd);
	if (S_ISLNK(st.st_mode))
		return -ELOOP;
	if (kind == S_IFSOCK)
		return -ENOTSOCK;
	return S_ISDIR(st.st_mode)    ? -EISDIR
	       : S_ISFIFO(st.st_mode) ? -FOLDER_FIFO
	       : S_ISSOCK(st.st_mode) ? -FOLDER_SOCKET
				      : -FOLDER_DEVICE;
}

int folder_open_at(int dir, const char *name)
{
	_cleanup_close_ int place = open_place(dir, name, S_IFREG);
	char path[32];
	int fd;

	if (place < 0)
		return place;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", place);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int folder_open_file(const char *path, enum folder_links links)
{
	char name[NAME_MAX + 1];
	_cleanup_close_ int dir = folder_open(path, links, name);

	return dir < 0 ? dir : folder_open_at(dir, name);
}

int folder_open_socket(const char *path, enum folder_links links)
{
	char name[NAME_MAX + 1];
	_cleanup_close_ int dir = folder_open(path, links, name);

	return dir < 0 ? dir : open_place(dir, name, S_IFSOCK);
}

const char *folder_fault(int e)
{
	switch (-e) {
	case EISDIR:
		return "not a regular file but a directory";
	case FOLDER_FIFO:
		return "not a regular file but a FIFO";
	case FOLDER_SOCKET:
		return "not a regular file but a socket";
	case FOLDER_DEVICE:
		return "not a regular file but a device";
	case ENOTSOCK:
		return "not a socket";
	case ELOOP:
		return "it or a directory in its path is a symbolic link that is not followed, because a container may "
		       "have "
		       "made it; write the path without links";
	case EAGAIN:
		return "another program holds a lease on it (/proc/locks), and evpnd does not wait";
	}
	return strerror(-e);
}

int folder_code(int e)
{
	return -e == FOLDER_FIFO || -e == FOLDER_SOCKET || -e == FOLDER_DEVICE ? EMEDIUMTYPE : -e;
}
