/* SPDX-License-Identifier: Apache-2.0 */
/* locate.c - see locate.h */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>

#include "lib/process.h"
#include "netns-cri/locate.h"

#define OWN_HINT "the pod runs with hostNetwork: true, and FRR needs a namespace of its own"

enum { OF_SANDBOX, OF_CONTAINER };

/* The search as it stands. */
struct search {
	const struct answer *answer;
	const char *proc;
	struct hold *hold;
	int netns; /* -1: not found yet */
	uint64_t instance;
};

void hold_release(struct hold *hold)
{
	/* Closing takes it out of the epoll set, where it would be readable for ever. */
	for (int i = 0; i < 2; i++) {
		process_closep(&hold->pidfds[i]);
		hold->pidfds[i] = -1;
	}
}

bool hold_has_ended(const struct hold *hold)
{
	for (int i = 0; i < 2; i++)
		if (hold->pidfds[i] >= 0 && process_has_ended(hold->pidfds[i]))
			return true;
	return false;
}

bool hold_is_empty(const struct hold *hold)
{
	return hold->pidfds[OF_SANDBOX] < 0 && hold->pidfds[OF_CONTAINER] < 0;
}

static int wait_ended(const struct answer *answer, struct evpn_error *err)
{
	return evpn_wait(err, "waits for pod %s: a process of its sandbox %.13s has just ended", answer->sandbox.title,
			 answer->sandbox.id);
}

/* >0: search->netns is open; 0: the path leads to none, *why says so. */
static int open_path(struct search *search, const char *host_root, struct evpn_error *why, struct evpn_error *err)
{
	char path[2 * PATH_MAX];
	_cleanup_close_ int fd = -1;

	snprintf(path, sizeof(path), "%s%s", host_root, search->answer->netns.path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 && errno != ENOENT)
		return evpn_fail(err, errno, "open %.512s, the namespace of pod %s: %s", path,
				 search->answer->sandbox.title, strerror(errno));
	if (fd < 0)
		return evpn_wait(why, "there is no %.512s", path);
	/* Left behind without its mount, or seen from a mount namespace where the mount is not: an ordinary file. */
	if (process_check_netns(fd, path, OWN_HINT, why) < 0)
		return why->code == ENOTTY
			       ? 0
			       : evpn_fail(err, why->code, "pod %s: %.1500s", search->answer->sandbox.title, why->msg);
	search->netns = process_take_fd(&fd);
	return 1;
}

static bool is_same(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/*
 * Holds a process, and sees that it is in the namespace. Without a path it is the process that leads there: then it must be
 * in a cgroup of its own id, so that a pid that has passed to a stranger leads nowhere.
 */
static int join(struct search *search, int which, pid_t pid, const struct cri_name *name, bool is_frr,
		struct evpn_error *err)
{
	_cleanup_close_ int pidfd = -1, netns = -1;
	struct epoll_event event = { .events = EPOLLIN };
	struct evpn_error why = { 0 };
	uint64_t start = 0;
	int r;

	pidfd = event.data.fd = process_hold(pid, &why);
	if (pidfd < 0 && why.code == ESRCH)
		return wait_ended(search->answer, err);
	if (pidfd < 0)
		return evpn_fail(err, why.code, "%s: %s", name->title, why.msg);
	r = process_open_netns(search->proc, pid, search->netns < 0 ? name->id : NULL, OWN_HINT, &netns, &start, &why);
	if (process_has_ended(pidfd))
		return wait_ended(search->answer, err);
	if (r < 0)
		return evpn_fail(err, why.code, "%s: %.1500s", name->title, why.msg);
	if (search->netns >= 0 && !is_same(search->netns, netns))
		return evpn_fail(err, EXDEV, "%s: its process %d is not in the network namespace of pod %s",
				 name->title, (int)pid, search->answer->sandbox.title);
	if (search->netns < 0)
		search->netns = process_take_fd(&netns);
	if (epoll_ctl(search->hold->epoll, EPOLL_CTL_ADD, pidfd, &event) < 0)
		return evpn_fail(err, errno, "watch process %d: %s", (int)pid, strerror(errno));
	if (is_frr)
		search->instance = process_instance(pid, start);
	search->hold->pidfds[which] = process_take_fd(&pidfd);
	return 1;
}

static int join_all(struct search *search, bool by_container, struct evpn_error *err)
{
	const struct answer *answer = search->answer;
	int r = 1;

	if (answer->netns.pid || answer->container_pid)
		r = process_check_proc(search->proc, err) < 0 ? -1 : 1;
	if (r > 0 && answer->netns.pid)
		r = join(search, OF_SANDBOX, answer->netns.pid, &answer->sandbox, !by_container, err);
	if (r > 0 && answer->container_pid)
		r = join(search, OF_CONTAINER, answer->container_pid, &answer->container, by_container, err);
	return r;
}

/* FNV-1a: where a pod has no process, its sandbox's id stands for it. */
static uint64_t hash(const char *text)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; *text; text++)
		h = (h ^ (uint8_t)*text) * 0x100000001b3;
	return h;
}

int locate(const struct answer *answer, const char *host_root, const char *proc, bool by_container, struct hold *hold,
	   int *ret_fd, uint64_t *ret_instance, struct evpn_error *err)
{
	struct search search = { .answer = answer, .proc = proc, .hold = hold, .netns = -1 };
	struct evpn_error why = { 0 };
	int r = 1;

	hold_release(hold);
	search.instance = hash(answer->sandbox.id);
	if (answer->netns.path[0])
		r = open_path(&search, host_root, &why, err);
	if (r >= 0)
		r = join_all(&search, by_container, err);
	if (r > 0 && search.netns < 0)
		r = evpn_wait(err, "waits for pod %s: its sandbox %.13s has no namespace to be found: %s",
			      answer->sandbox.title, answer->sandbox.id,
			      why.msg[0] ? why.msg : "the runtime names neither a path nor a process");
	if (r > 0 && hold_has_ended(hold))
		r = wait_ended(answer, err);
	if (r <= 0) {
		hold_release(hold);
		process_closep(&search.netns);
		return r;
	}
	*ret_fd = search.netns;
	*ret_instance = search.instance;
	return 1;
}
