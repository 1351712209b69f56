/* SPDX-License-Identifier: Apache-2.0 */
/* state_dir.c - see state_dir.h */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/util.h"
#include "base/volume.h"
#include "run/state_dir.h"

/* A socket that is not evpnd's own: its clients, FRR's container among them, can reach the directory. */
static int check_entries(DIR *dir, const char *state_dir, struct evpn_error *err)
{
	const struct dirent *entry;
	struct stat st;

	while ((entry = readdir(dir)))
		if (!streq(entry->d_name, "control.sock") &&
		    fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISSOCK(st.st_mode))
			return evpn_fail(err, EEXIST,
					 "the state directory %s has a socket of another program, %.64s: who uses the "
					 "socket may be able to write evpnd's records; use another --instance, or "
					 "another directory for that socket",
					 state_dir, entry->d_name);
	return 0;
}

/* evpnd restores the host's NICs from the records in it. */
static int check_private(const char *state_dir, struct evpn_error *err)
{
	DIR *dir = opendir(state_dir);
	struct stat st;
	int r;

	if (!dir || fstat(dirfd(dir), &st) < 0)
		r = evpn_fail(err, errno, "open the state directory %s: %s", state_dir, strerror(errno));
	else if ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & (S_IWGRP | S_IWOTH)))
		r = evpn_fail(err, EPERM,
			      "the state directory %s (owner %u, mode %04o) is writable by others, who could change "
			      "evpnd's records; remove it, or use another --instance or --state-dir",
			      state_dir, (unsigned int)st.st_uid, (unsigned int)st.st_mode & 07777);
	else
		r = check_entries(dir, state_dir, err);
	if (dir)
		closedir(dir);
	return r;
}

int state_dir_make(const char *state_dir, struct evpn_error *err)
{
	char *slash;
	_cleanup_free_ char *parent = xstrdup(state_dir);

	/* /run/evpnd and the instance's folder in it. */
	slash = strrchr(parent, '/');
	if (slash && slash != parent) {
		*slash = '\0';
		(void)mkdir(parent, 0755);
	}
	if (mkdir(state_dir, 0700) < 0 && errno != EEXIST)
		return evpn_fail(err, errno, "create the state directory %s: %s", state_dir, strerror(errno));
	return check_private(state_dir, err);
}

/* The process that holds the lock, as it has written it there; "" if it has not yet. */
static void read_holder(int fd, char pid[16])
{
	ssize_t n = pread(fd, pid, 15, 0);

	pid[n > 0 ? n : 0] = '\0';
	pid[strspn(pid, "0123456789")] = '\0';
}

static int fail_locked(int fd, const char *path, const char *instance, struct evpn_error *err)
{
	_cleanup_free_ char *unit = streq(instance, "default") ? xstrdup("evpnd") : xasprintf("evpnd@%s", instance);
	char pid[16];

	read_holder(fd, pid);
	return evpn_fail(err, EWOULDBLOCK,
			 "instance `%s': another evpnd runs for it, process %s (%s is locked); stop it, or use another "
			 "--instance\n"
			 "  what it does: systemctl status %s, journalctl -u %s; a new run: kill -HUP %s",
			 instance, pid[0] ? pid : "PID", path, unit, unit, pid[0] ? pid : "PID");
}

int state_dir_lock(const char *state_dir, const char *instance, int *ret_fd, struct evpn_error *err)
{
	_cleanup_free_ char *path = xasprintf("%s/lock", state_dir);
	_cleanup_close_ int found = file_open(AT_FDCWD, path, FILE_NO_LINK, NULL), fd = -1;

	if (found < 0 && found != -ENOENT)
		return evpn_fail(err, -found, "open %s: %s; remove it", path, file_fault(found));
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
	if (fd < 0)
		return evpn_fail(err, errno, "open %s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? fail_locked(fd, path, instance, err)
					    : evpn_fail(err, errno, "lock %s: %s", path, strerror(errno));
	/* The pid is for messages alone: on a full file system the lock holds without it. */
	if (ftruncate(fd, 0) == 0)
		(void)dprintf(fd, "%d\n", (int)getpid());
	volume_clean(state_dir);
	*ret_fd = util_take_fd(&fd);
	return 0;
}

void state_dir_unlock(int *fd)
{
	/* A child that has not executed its program yet has the descriptor, too: closing it would not be enough. */
	if (*fd >= 0)
		(void)flock(*fd, LOCK_UN);
	util_closep(fd);
	*fd = -1;
}

int state_dir_clear(const char *state_dir, struct evpn_error *err)
{
	static const char *const files[] = { "netns.json", "host.json",	  "loaded",	  "frr.conf.accepted",
					     "installed",  "frr.running", "no-ovs-ports", "node-index" };

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", state_dir, files[i]);

		if (util_remove_file(path, err) < 0)
			return -1;
	}
	return 0;
}
