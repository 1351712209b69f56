/* SPDX-License-Identifier: Apache-2.0 */
/* place.c - see place.h */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "lib/hash.h"
#include "lib/netns.h"
#include "lib/process.h"
#include "sh/place.h"

#define OWN_HINT "FRR needs a network namespace of its own: correct what the script prints for `find'"

/* The output of the script, taken apart. */
struct answer {
	char where[PATH_MAX];
	size_t len;
	const char *instance; /* NULL: none */
	size_t instance_len;
};

static int parse(const char *text, struct answer *answer, struct evpn_error *err)
{
	size_t line = strcspn(text, "\n"), len = strcspn(text, " \t\n"), gap = strspn(text + len, " \t");
	char shown[120];

	*answer = (struct answer){ .len = len };
	if (len < line && len + gap < line) {
		answer->instance = text + len + gap;
		answer->instance_len = line - len - gap;
	}
	snprintf(shown, sizeof(shown), "%.*s", (int)(line < sizeof(shown) ? line : sizeof(shown)), text);
	process_printable(shown);
	/* Lines behind the first one are a sign that the script prints something else than it means to. */
	if (len == 0 || len >= sizeof(answer->where) || text[line + strspn(text + line, "\n")])
		return evpn_fail(err, EINVAL,
				 "find prints `%s'; it must print one line: the pid of a process in FRR's network "
				 "namespace, or the absolute path of the namespace",
				 shown);
	memcpy(answer->where, text, len);
	return 0;
}

/* The pid of "1234" or "/proc/1234/ns/net"; 0: it is none. */
static pid_t parse_pid(const char *where)
{
	const char *digits = strncmp(where, "/proc/", 6) == 0 ? where + 6 : where;
	size_t len = strspn(digits, "0123456789");
	unsigned long pid = strtoul(digits, NULL, 10);

	if (!len || strcmp(digits + len, digits == where ? "" : "/ns/net") != 0 || pid > PROCESS_PID_MAX)
		return 0;
	return (pid_t)pid;
}

static int watch(const struct place *place, int fd, uint32_t events, struct evpn_error *err)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	if (epoll_ctl(place->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		return evpn_fail(err, errno, "cannot watch the network namespace: epoll_ctl: %s", strerror(errno));
	return 0;
}

static int open_process(struct place *place, pid_t pid, int *ret_fd, uint64_t *ret_instance, struct evpn_error *err)
{
	uint64_t start = 0;
	int r;

	place->pidfd = process_hold(pid, err);
	if (place->pidfd < 0 && err->code == ESRCH)
		return evpn_wait(err, "waits for another pid: process %d, which the script names, does not exist%s",
				 (int)pid, process_absence_hint());
	if (place->pidfd < 0 || watch(place, place->pidfd, EPOLLIN, err) < 0)
		return -1;
	r = process_open_netns("/proc", pid, NULL, OWN_HINT, ret_fd, &start, err);
	if (process_has_ended(place->pidfd)) {
		if (r == 0)
			fd_close(ret_fd);
		return evpn_wait(err, "waits for another pid: process %d, which the script names, has ended", (int)pid);
	}
	*ret_instance = process_instance(pid, start);
	return r < 0 ? -1 : 1;
}

/* A number that identifies the namespace. The kernel reuses its inode numbers, so the number also contains a time. */
static uint64_t identify(const struct stat *st)
{
	return ((uint64_t)st->st_ctim.tv_sec * 1000000000 + (uint64_t)st->st_ctim.tv_nsec) ^ st->st_ino;
}

/* Opens a namespace, and nothing that is none: opening a device can start it. -1 with errno, ENOTTY for what is none. */
static int open_namespace(const char *path)
{
	_cleanup_close_ int place = open(path, O_PATH | O_CLOEXEC);
	char link[64];
	struct statfs fs;

	if (place < 0 || fstatfs(place, &fs) < 0)
		return -1;
	if ((unsigned long)fs.f_type != NSFS_MAGIC) {
		errno = ENOTTY;
		return -1;
	}
	snprintf(link, sizeof(link), "/proc/self/fd/%d", place);
	return open(link, O_RDONLY | O_CLOEXEC);
}

static int open_path(struct place *place, const char *path, int *ret_fd, uint64_t *ret_instance, struct evpn_error *err)
{
	_cleanup_close_ int fd = -1;
	struct stat st;

	/* Watch first, look afterwards: a change in between is an event. */
	place->path = strdup(path);
	place->mounts = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	if (!place->path || place->mounts < 0)
		return evpn_fail(err, errno, "cannot watch /proc/self/mountinfo: %s", strerror(errno));
	if (watch(place, place->mounts, EPOLLPRI, err) < 0)
		return -1;
	fd = open_namespace(path);
	if (fd < 0 && errno == ENOENT)
		return evpn_wait(err, "waits for the network namespace %s, which the script names", path);
	/* `ip netns add` makes an ordinary file first, and then mounts the namespace on it. */
	if (fd < 0 && errno == ENOTTY)
		return evpn_wait(err, "waits for %s, which is not a namespace yet", path);
	if (fd < 0 || fstat(fd, &st) < 0)
		return evpn_fail(err, errno, "cannot open %s: %s", path, strerror(errno));
	if (netns_check(fd, path, OWN_HINT, err) < 0)
		return -1;
	place->identity = identify(&st);
	*ret_instance = place->identity;
	*ret_fd = fd_take(&fd);
	return 1;
}

int place_open(struct place *place, const char *text, int *ret_fd, uint64_t *ret_instance, struct evpn_error *err)
{
	struct answer answer;
	uint64_t instance = 0;
	int fd = -1, r;
	pid_t pid;

	place_release(place);
	if (parse(text, &answer, err) < 0)
		return -1;
	pid = parse_pid(answer.where);
	if (!pid && answer.where[0] != '/')
		return evpn_fail(err, EINVAL,
				 "find prints `%.100s': must be a pid (1 to %d) or the absolute path of a network "
				 "namespace",
				 process_printable(answer.where), PROCESS_PID_MAX);
	r = pid ? open_process(place, pid, &fd, &instance, err) : open_path(place, answer.where, &fd, &instance, err);
	if (r <= 0) {
		place_release(place);
		return r;
	}
	*ret_fd = fd;
	*ret_instance = answer.instance ? hash_bytes(hash_bytes(HASH_START, &instance, sizeof(instance)),
						     answer.instance, answer.instance_len)
					: instance;
	return 1;
}

bool place_has_changed(const struct place *place)
{
	struct stat st;

	if (place->pidfd >= 0)
		return process_has_ended(place->pidfd);
	/* The kernel reports a change of the mounts only once, and the epoll set has taken it: look each time. */
	return place->path && (stat(place->path, &st) < 0 || identify(&st) != place->identity);
}

void place_release(struct place *place)
{
	fd_close(&place->pidfd);
	fd_close(&place->mounts);
	free(place->path);
	place->path = NULL;
	place->identity = 0;
}
