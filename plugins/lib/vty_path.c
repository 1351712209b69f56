/* SPDX-License-Identifier: Apache-2.0 */
/* vty_path.c - see vty_path.h */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "lib/fd.h"
#include "lib/path_rest.h"
#include "lib/vty_path.h"

struct walk {
	int dirs[VTY_PATH_DEPTH_MAX + 1]; /* those that were opened; the first is the caller's root */
	unsigned int depth, n_links;
	bool follows_last;
	char rest[PATH_MAX]; /* what is left of the path */
};

static void go_up(struct walk *walk, unsigned int depth)
{
	for (; walk->depth > depth; walk->depth--)
		fd_close(&walk->dirs[walk->depth]);
}

/* Puts the target of the link in front of what is left. 0 or -errno. */
static int follow(struct walk *walk, int link)
{
	struct statfs fs;
	int r;

	if (++walk->n_links > VTY_PATH_LINKS_MAX || fstatfs(link, &fs) < 0 ||
	    (unsigned long)fs.f_type == PROC_SUPER_MAGIC)
		return -ELOOP;
	r = path_rest_put_link(walk->rest, link);
	if (r > 0)
		go_up(walk, 0);
	return r < 0 ? r : 0;
}

/* Goes into a directory, or keeps what stands at the end in *ret_fd. 0 or -errno. */
static int enter(struct walk *walk, const char *name, bool is_last, int *ret_fd)
{
	_cleanup_close_ int next = openat(walk->dirs[walk->depth], name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (next < 0 || fstat(next, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode) && (!is_last || walk->follows_last))
		return follow(walk, next);
	if (is_last) {
		*ret_fd = fd_take(&next);
		return 0;
	}
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	if (walk->depth == VTY_PATH_DEPTH_MAX)
		return -ENAMETOOLONG;
	walk->dirs[++walk->depth] = fd_take(&next);
	return 0;
}

/* One component further. 0 or -errno; at the end *ret_fd is set. */
static int step(struct walk *walk, int *ret_fd)
{
	char name[NAME_MAX + 1];
	int last = path_rest_take(walk->rest, name);

	if (last < 0)
		return last;
	if (strcmp(name, "..") == 0 && walk->depth > 0)
		go_up(walk, walk->depth - 1);
	else if (name[0] && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
		return enter(walk, name, last > 0, ret_fd);
	if (last)
		*ret_fd = fcntl(walk->dirs[walk->depth], F_DUPFD_CLOEXEC, 0);
	return last && *ret_fd < 0 ? -errno : 0;
}

int vty_path_open(int root, const char *path, bool follows_last)
{
	struct walk walk = { .dirs = { root }, .follows_last = follows_last };
	int fd = -1, r = 0;

	if (snprintf(walk.rest, sizeof(walk.rest), "%s", path) >= (int)sizeof(walk.rest))
		return -ENAMETOOLONG;
	while (fd < 0 && r == 0)
		r = step(&walk, &fd);
	go_up(&walk, 0);
	return r < 0 ? r : fd;
}
