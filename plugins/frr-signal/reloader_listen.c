/* SPDX-License-Identifier: Apache-2.0 */
/* reloader_listen.c - see reloader.h */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frr-signal/reloader.h"

/*
 * Opens the directory of the socket, creating it if necessary. It must not be writable by others, who could replace the
 * socket.
 */
static int open_dir(const char *path)
{
	char copy[sizeof(((struct sockaddr_un *)0)->sun_path)];
	const char *dir;
	struct stat st;
	int fd;

	snprintf(copy, sizeof(copy), "%s", path);
	dir = dirname(copy);
	if (mkdir(dir, 0700) < 0 && errno != EEXIST) {
		reloader_log("cannot create directory %s: %s", dir, strerror(errno));
		return -1;
	}
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0) {
		reloader_log("cannot open directory %s: %s", dir, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	if ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & (S_IWGRP | S_IWOTH))) {
		reloader_log("directory %s (owner %u, mode %04o) is writable by other users, who could replace the "
			     "socket; use "
			     "a directory of uid %u with mode 0700",
			     dir, (unsigned int)st.st_uid, (unsigned int)st.st_mode & 07777, (unsigned int)geteuid());
		close(fd);
		return -1;
	}
	return fd;
}

/* Removes the socket of an instance that has ended. Fails for a socket that is in use, and for any other file. */
static int remove_stale(const struct protocol_address *address)
{
	const char *path = address->to.un.sun_path;
	struct stat st;
	int fd, r;

	if (lstat(path, &st) < 0)
		return 0;
	if (!S_ISSOCK(st.st_mode)) {
		reloader_log("%s exists and is not a socket; remove it or choose another path", path);
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	r = fd < 0 ? -1 : connect(fd, &address->to.any, address->len);
	/* EAGAIN: the backlog is full, so another process listens. */
	if (r == 0 || errno == EAGAIN) {
		reloader_log("another evpn-reloader is already listening at %s", path);
		r = -1;
	} else if (errno != ECONNREFUSED) {
		reloader_log("cannot connect to %s: %s", path, strerror(errno));
		r = -1;
	} else {
		r = unlink(path);
	}
	if (fd >= 0)
		close(fd);
	return r;
}

static int bind_and_listen(int fd, const struct protocol_address *address, const char *text)
{
	mode_t mask = umask(0177);
	int r = bind(fd, &address->to.any, address->len);

	umask(mask);
	if (r == 0)
		r = listen(fd, 16);
	if (r < 0)
		reloader_log("cannot listen at %s: %s", text, strerror(errno));
	return r;
}

static int listen_unix(struct listener *listener, const struct protocol_address *address, const char *text)
{
	const char *path = address->to.un.sun_path;
	struct stat st;
	int dir = open_dir(path), r;

	if (dir < 0)
		return -1;
	/* Two instances that start at the same time must not remove each other's socket. Any program can hold this lock. */
	r = flock(dir, LOCK_EX | LOCK_NB);
	if (r < 0)
		reloader_log(
			"cannot lock the directory of %s: %s; another evpn-reloader starts there, or a program holds "
			"the lock (/proc/locks)",
			path, strerror(errno));
	if (r == 0)
		r = remove_stale(address);
	if (r == 0)
		r = bind_and_listen(listener->fd, address, text);
	/*
	 * A client that waits for the socket by inotify is woken when bind() creates it, too early; chmod() wakes it
	 * again.
	 */
	if (r == 0)
		r = chmod(path, 0600);
	if (r == 0)
		r = lstat(path, &st);
	close(dir);
	if (r < 0)
		return -1;
	snprintf(listener->path, sizeof(listener->path), "%s", path);
	listener->dev = st.st_dev;
	listener->ino = st.st_ino;
	return 0;
}

int listener_open(struct listener *listener, const struct options *options)
{
	struct protocol_address address;
	const char *why;
	int one = 1, r;

	memset(listener, 0, sizeof(*listener));
	listener->fd = -1;
	if (protocol_parse_address(options->listen, &address, &why) < 0) {
		reloader_log("--listen %s: %s", options->listen, why);
		return -1;
	}
	if (!address.loopback && !options->allow_remote) {
		reloader_log(
			"--listen %s: other hosts can reach this address, and TCP has no authentication; use a unix "
			"socket or a loopback address, or add --allow-remote",
			options->listen);
		return -1;
	}
	listener->fd = socket(address.to.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener->fd < 0) {
		reloader_log("cannot create a socket for %s: %s", options->listen, strerror(errno));
		return -1;
	}
	if (protocol_is_unix(&address)) {
		r = listen_unix(listener, &address, options->listen);
	} else {
		setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		r = bind_and_listen(listener->fd, &address, options->listen);
	}
	if (r < 0)
		listener_close(listener);
	return r;
}

void listener_close(struct listener *listener)
{
	struct stat st;

	if (listener->path[0] && lstat(listener->path, &st) == 0 && st.st_dev == listener->dev &&
	    st.st_ino == listener->ino)
		unlink(listener->path);
	if (listener->fd >= 0)
		close(listener->fd);
	listener->fd = -1;
	listener->path[0] = '\0';
}

/* The kernel's default of kernel.overflowuid: a user without a number in this user namespace. */
#define OVERFLOW_UID 65534

/* Whether this process is in a user namespace of a container, and not in the host's. */
static bool has_own_users(void)
{
	FILE *f = fopen("/proc/self/uid_map", "re");
	unsigned int inside = 1, outside = 1, count = 0;
	int n = f ? fscanf(f, "%u %u %u", &inside, &outside, &count) : 0;

	if (f)
		fclose(f);
	return n == 3 && !(inside == 0 && outside == 0 && count == UINT32_MAX);
}

/*
 * Root and the user of this process. The host's root has no number in the user namespace of a container, and a process of
 * the host no pid in its pid namespace, where a process of the container has one. Among the host's users only root passes
 * the mode of the socket, which belongs to a user of the container.
 */
static bool is_allowed(const struct ucred *peer)
{
	return peer->uid == 0 || peer->uid == geteuid() ||
	       (peer->uid == OVERFLOW_UID && peer->pid == 0 && has_own_users());
}

int listener_accept(const struct listener *listener, bool *ret_denied)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);
	int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return -1;
	*ret_denied = false;
	if (listener->path[0])
		*ret_denied = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0 || !is_allowed(&peer);
	return fd;
}
