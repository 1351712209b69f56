/* SPDX-License-Identifier: Apache-2.0 */
/* volume.c - see volume.h */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <limits.h>
#include <stdint.h>
#include <sys/random.h>
#include <sys/vfs.h>

#include "base/file.h"
#include "base/util.h"
#include "base/volume.h"

/* How many entries of a directory are looked at for temporary files that were left behind. */
#define MAX_ENTRIES 1000

/* The name of a temporary file ends with this and a number. */
#define TEMPORARY	 ".evpnd-"
#define TEMPORARY_DIGITS 16

/* The kernel's limit of symbolic links in a path (path_resolution(7)). */
#define LINKS_MAX 40

/* A path that is being walked. */
struct walk {
	int dir; /* the directory reached so far */
	bool follows; /* links that only root can have made */
	unsigned int n_links;
	char rest[PATH_MAX]; /* what is left of the path */
};

static bool is_roots(const struct stat *st)
{
	return st->st_uid == 0 || st->st_uid == geteuid();
}

/* Whether only root can have made the link. Those of procfs lead into other places than they say. */
static bool is_trusted(const struct walk *walk, int link, const struct stat *st)
{
	struct stat dir;
	struct statfs fs;

	if (!walk->follows || fstat(walk->dir, &dir) < 0 || fstatfs(link, &fs) < 0 ||
	    (unsigned long)fs.f_type == PROC_SUPER_MAGIC)
		return false;
	/* In a sticky directory like /tmp others can make links of their own, but not replace this one. */
	return is_roots(st) && is_roots(&dir) && (!(dir.st_mode & (S_IWGRP | S_IWOTH)) || (dir.st_mode & S_ISVTX));
}

/* Puts the target of the link in front of what is left. */
static int follow(struct walk *walk, int link, const struct stat *st)
{
	char target[PATH_MAX], longer[2 * PATH_MAX];
	ssize_t n;

	if (++walk->n_links > LINKS_MAX || !is_trusted(walk, link, st))
		return -ELOOP;
	n = readlinkat(link, "", target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = '\0';
	if (snprintf(longer, sizeof(longer), "%s/%s", target, walk->rest) >= (int)sizeof(walk->rest))
		return -ENAMETOOLONG;
	strcpy(walk->rest, longer);
	if (target[0] == '/') {
		close(walk->dir);
		walk->dir = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	return walk->dir < 0 ? -errno : 0;
}

/* Moves the first component of what is left to `name`. Returns 1 if it is the last one, 0 if not, or -errno. */
static int take_name(struct walk *walk, char name[NAME_MAX + 1])
{
	const char *start = walk->rest + strspn(walk->rest, "/"), *next;
	size_t len = strcspn(start, "/");

	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(name, start, len);
	name[len] = '\0';
	next = start + len + strspn(start + len, "/");
	memmove(walk->rest, next, strlen(next) + 1);
	return !walk->rest[0];
}

/* Opens `name`, which is no link and a directory unless it is the last component. 1: it is in *ret_fd; 0: a link. */
static int step(struct walk *walk, const char *name, bool is_last, int *ret_fd)
{
	_cleanup_close_ int next = openat(walk->dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (next < 0 || fstat(next, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode))
		return follow(walk, next, &st);
	if (!is_last && !S_ISDIR(st.st_mode))
		return -ENOTDIR;
	*ret_fd = util_take_fd(&next);
	return 1;
}

/* Walks to the directory of the last component, whose name is in `name`; with `ret_end` to what it names, too. */
static int walk_path(struct walk *walk, const char *path, char name[NAME_MAX + 1], int *ret_end)
{
	if (snprintf(walk->rest, sizeof(walk->rest), "%s", path) >= (int)sizeof(walk->rest))
		return -ENAMETOOLONG;
	walk->dir = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (walk->dir < 0)
		return -errno;
	for (;;) {
		int last = take_name(walk, name), next = -1, r;

		if (last < 0 || (last && !ret_end))
			return last < 0 ? last : 0;
		r = step(walk, name, last, &next);
		if (r < 0)
			return r;
		if (r > 0 && last) {
			*ret_end = next;
			return 0;
		}
		if (r > 0) {
			close(walk->dir);
			walk->dir = next;
		}
	}
}

int volume_open(const char *path, char ret_name[NAME_MAX + 1])
{
	struct walk walk = { .dir = -1 };
	int r = walk_path(&walk, path, ret_name, NULL);
	/* Not O_PATH: the directory is synced. */
	int dir = r < 0 ? -1 : openat(walk.dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (r == 0 && dir < 0)
		r = -errno;
	util_closep(&walk.dir);
	return r < 0 ? r : dir;
}

int volume_open_socket(const char *path)
{
	struct walk walk = { .dir = -1, .follows = true };
	_cleanup_close_ int fd = -1;
	char name[NAME_MAX + 1];
	struct stat st;
	int r = walk_path(&walk, path, name, &fd);

	util_closep(&walk.dir);
	if (r < 0)
		return r;
	if (fstat(fd, &st) < 0)
		return -errno;
	return S_ISSOCK(st.st_mode) ? util_take_fd(&fd) : -ENOTSOCK;
}

const char *volume_fault(int e)
{
	switch (-e) {
	case ELOOP:
		return "it or a directory in its path is a symbolic link that is not followed, because a container may "
		       "have "
		       "made it; write the path without links";
	case ENOTSOCK:
		return "not a socket";
	}
	return file_fault(e);
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* The temporary files of `name`: this, and a number. */
static char *temporary_prefix(const char *name)
{
	return xasprintf(".%.200s" TEMPORARY, name);
}

static bool is_temporary(const char *entry, const char *prefix)
{
	size_t len = strlen(entry), end = strlen(TEMPORARY) + TEMPORARY_DIGITS;

	return strncmp(entry, prefix, strlen(prefix)) == 0 && len >= end &&
	       strncmp(entry + len - end, TEMPORARY, strlen(TEMPORARY)) == 0;
}

/* Those of an evpnd that was killed while it wrote: a file has one writer. */
static void remove_leftovers(int dir, const char *prefix)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *listing = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!listing) {
		util_closep(&fd);
		return;
	}
	/* Not all of a directory that the container has filled. */
	for (int i = 0; i < MAX_ENTRIES && (entry = readdir(listing)); i++)
		if (is_temporary(entry->d_name, prefix))
			(void)unlinkat(dir, entry->d_name, 0);
	closedir(listing);
}

void volume_clean(const char *path)
{
	_cleanup_close_ int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir >= 0)
		remove_leftovers(dir, ".");
}

/* A name that nobody can have prepared. Returns the descriptor or -errno. */
static int make_temporary(int dir, const char *prefix, char name[NAME_MAX + 1])
{
	uint64_t number;
	int fd;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return -errno;
	snprintf(name, NAME_MAX + 1, "%s%016llx", prefix, (unsigned long long)number);
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : fd;
}

int volume_write(int dir, const char *name, const void *data, size_t len, mode_t mode, uid_t uid, gid_t gid,
		 enum volume_write how, const char **ret_what)
{
	_cleanup_free_ char *prefix = temporary_prefix(name);
	char temporary[NAME_MAX + 1];
	_cleanup_close_ int fd = -1;
	int r;

	*ret_what = "create a temporary file beside";
	remove_leftovers(dir, prefix);
	fd = make_temporary(dir, prefix, temporary);
	if (fd < 0)
		return fd;
	*ret_what = "set owner and mode of";
	r = fchown(fd, uid, gid) < 0 || fchmod(fd, mode) < 0 ? -errno : 0;
	if (r == 0) {
		*ret_what = "write";
		r = write_all(fd, data, len);
	}
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r == 0) {
		*ret_what = "rename into place";
		r = renameat2(dir, temporary, dir, name, how == VOLUME_KEEP ? RENAME_NOREPLACE : 0) < 0 ? -errno : 0;
	}
	if (r < 0)
		(void)unlinkat(dir, temporary, 0);
	else
		/* The rename is what counts; a directory that cannot be synced (FUSE, some overlays) does not undo it. */
		(void)fsync(dir);
	return r;
}
