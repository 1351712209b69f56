/* SPDX-License-Identifier: Apache-2.0 */
/* locate.c - see locate.h */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>

#include "lib/hash.h"
#include "lib/netns.h"
#include "lib/process.h"
#include "netns-cri/locate.h"

#define OWN_HINT "set hostNetwork: false in the pod's manifest"

enum { OF_SANDBOX, OF_CONTAINER };

/* The state of one search. */
struct search {
	const struct answer *answer;
	const char *proc;
	struct hold *hold;
	int netns; /* -1: not found yet */
	uint64_t instance;
};

void hold_release(struct hold *hold)
{
	/*
	 * A process that has ended would keep the epoll descriptor readable. Closing the pidfd removes it from the
	 * epoll set.
	 */
	for (int i = 0; i < 2; i++)
		fd_close(&hold->pidfds[i]);
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
	return evpn_wait(err, "waits for pod %s: a process of its sandbox %.13s has just ended%s",
			 answer->sandbox.title, answer->sandbox.id, process_absence_hint());
}

/* The container runtime says that it runs, and is about to execute it. */
static int wait_for_program(const struct cri_name *name, pid_t pid, struct evpn_error *err)
{
	struct evpn_error why = *err;

	return evpn_wait(err, "waits for %s (process %d) to start its program: %s", name->title, (int)pid, why.msg);
}

/*
 * Opens the path that the container runtime reports. >0: search->netns is open; 0: there is no namespace, *why says
 * why.
 */
static int open_path(struct search *search, const char *host_root, struct evpn_error *why, struct evpn_error *err)
{
	char path[2 * PATH_MAX];
	_cleanup_close_ int fd = -1;

	snprintf(path, sizeof(path), "%s%s", host_root, search->answer->netns.path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 && errno != ENOENT)
		return evpn_fail(err, errno, "cannot open %.512s, the network namespace of pod %s: %s", path,
				 search->answer->sandbox.title, strerror(errno));
	if (fd < 0)
		return evpn_wait(why, "%.512s does not exist", path);
	/*
	 * An ordinary file (ENOTTY): the namespace was unmounted, or evpnd's mount namespace does not have the mount.
	 */
	if (netns_check(fd, path, OWN_HINT, why) < 0) {
		if (why->code == ENOTTY)
			return 0;
		*err = *why;
		return evpn_wrap(err, "pod %s: ", search->answer->sandbox.title);
	}
	search->netns = fd_take(&fd);
	return 1;
}

static bool is_same(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/*
 * Opens a pidfd of the process, and checks that it is in the namespace. If the container runtime reports no path, the
 * namespace is opened through the process. In this case the id must be in the process's cgroup path: the pid could
 * belong to another process by now.
 */
static int hold_process(struct search *search, int which, pid_t pid, const struct cri_name *name, bool is_frr,
			struct evpn_error *err)
{
	_cleanup_close_ int pidfd = -1, netns = -1;
	struct epoll_event event = { .events = EPOLLIN };
	uint64_t start = 0;
	int r;

	pidfd = event.data.fd = process_hold(pid, err);
	if (pidfd < 0 && err->code == ESRCH)
		return wait_ended(search->answer, err);
	if (pidfd < 0)
		return evpn_wrap(err, "%s: ", name->title);
	r = process_open_netns(search->proc, pid, search->netns < 0 ? name->id : NULL, OWN_HINT, &netns, &start, err);
	if (process_has_ended(pidfd))
		return wait_ended(search->answer, err);
	if (r < 0 && process_is_starting(&search->hold->hidden, pid, err->code, start))
		return wait_for_program(name, pid, err);
	if (r < 0)
		return evpn_wrap(err, "%s: ", name->title);
	if (search->netns >= 0 && !is_same(search->netns, netns))
		return evpn_fail(err, EXDEV,
				 "%s: its process %d is not in the network namespace of pod %s; check options "
				 "host_root and proc",
				 name->title, (int)pid, search->answer->sandbox.title);
	if (search->netns < 0)
		search->netns = fd_take(&netns);
	if (epoll_ctl(search->hold->epoll, EPOLL_CTL_ADD, pidfd, &event) < 0)
		return evpn_fail(err, errno, "cannot watch process %d: epoll_ctl: %s", (int)pid, strerror(errno));
	if (is_frr)
		search->instance = process_instance(pid, start);
	search->hold->pidfds[which] = fd_take(&pidfd);
	return 1;
}

static int hold_processes(struct search *search, bool by_container, struct evpn_error *err)
{
	const struct answer *answer = search->answer;
	int r = 1;

	if (answer->netns.pid || answer->container_pid)
		r = process_check_proc(search->proc, err) < 0 ? -1 : 1;
	if (r > 0 && answer->netns.pid)
		r = hold_process(search, OF_SANDBOX, answer->netns.pid, &answer->sandbox, !by_container, err);
	if (r > 0 && answer->container_pid)
		r = hold_process(search, OF_CONTAINER, answer->container_pid, &answer->container, by_container, err);
	return r;
}

int locate(const struct answer *answer, const char *host_root, const char *proc, bool by_container, struct hold *hold,
	   int *ret_fd, uint64_t *ret_instance, struct evpn_error *err)
{
	struct search search = { .answer = answer, .proc = proc, .hold = hold, .netns = -1 };
	struct evpn_error why = { 0 };
	int r = 1;

	hold_release(hold);
	/* A pod without a process is identified by the id of its sandbox. */
	search.instance = hash_bytes(HASH_START, answer->sandbox.id, strlen(answer->sandbox.id));
	if (answer->netns.path[0])
		r = open_path(&search, host_root, &why, err);
	if (r >= 0)
		r = hold_processes(&search, by_container, err);
	if (r > 0 && search.netns < 0)
		r = evpn_wait(err, "waits for pod %s: the network namespace of its sandbox %.13s was not found: %s",
			      answer->sandbox.title, answer->sandbox.id,
			      why.msg[0] ? why.msg : "the container runtime reports neither a path nor a pid");
	if (r > 0 && hold_has_ended(hold))
		r = wait_ended(answer, err);
	if (r <= 0) {
		hold_release(hold);
		fd_close(&search.netns);
		return r;
	}
	*ret_fd = search.netns;
	*ret_instance = search.instance;
	return 1;
}
