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

#include "reloader.h"

/* The directory, made if it is not there, and held by nobody but us: who can write it can put a socket of his own there. */
static int open_dir(const char *path)
{
	char copy[sizeof(((struct sockaddr_un *)0)->sun_path)];
	const char *dir;
	struct stat st;
	int fd;

	snprintf(copy, sizeof(copy), "%s", path);
	dir = dirname(copy);
	if (mkdir(dir, 0700) < 0 && errno != EEXIST) {
		say("create directory %s: %s", dir, strerror(errno));
		return -1;
	}
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0) {
		say("directory %s: %s", dir, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	if ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & (S_IWGRP | S_IWOTH))) {
		say("directory %s: others can write it (owner %u, mode %04o) and put a socket of their own there: give "
		    "the "
		    "socket a directory of its own, owned by uid %u, mode 0700",
		    dir, (unsigned int)st.st_uid, (unsigned int)st.st_mode & 07777, (unsigned int)geteuid());
		close(fd);
		return -1;
	}
	return fd;
}

/* Removes what a former instance left behind. Never a socket somebody listens on, never anything but a socket. */
static int remove_stale(const struct wire_address *address)
{
	const char *path = address->to.un.sun_path;
	struct stat st;
	int fd, r;

	if (lstat(path, &st) < 0)
		return 0;
	if (!S_ISSOCK(st.st_mode)) {
		say("%s is in the way, and it is not a socket", path);
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	r = fd < 0 ? -1 : connect(fd, &address->to.any, address->len);
	/* EAGAIN: its backlog is full, so somebody does listen. */
	if (r == 0 || errno != ECONNREFUSED) {
		say("%s: %s", path,
		    r == 0 || errno == EAGAIN ? "another evpn-reloader listens there" : strerror(errno));
		r = -1;
	} else {
		r = unlink(path);
	}
	if (fd >= 0)
		close(fd);
	return r;
}

static int bind_and_listen(int fd, const struct wire_address *address, const char *text)
{
	mode_t mask = umask(0177);
	int r = bind(fd, &address->to.any, address->len);

	umask(mask);
	if (r == 0)
		r = listen(fd, 16);
	if (r < 0)
		say("listen at %s: %s", text, strerror(errno));
	return r;
}

static int listen_unix(struct listener *listener, const struct wire_address *address, const char *text)
{
	const char *path = address->to.un.sun_path;
	struct stat st;
	int dir = open_dir(path), r;

	if (dir < 0)
		return -1;
	/* Two that start at once must not both take the other's socket for stale. */
	flock(dir, LOCK_EX);
	r = remove_stale(address);
	if (r == 0)
		r = bind_and_listen(listener->fd, address, text);
	/* Who waits for the socket by inotify saw it appear before it listened: this change tells him that it does now. */
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
	struct wire_address address;
	const char *why;
	int one = 1, r;

	memset(listener, 0, sizeof(*listener));
	listener->fd = -1;
	if (wire_parse_address(options->listen, &address, &why) < 0) {
		say("--listen %s: %s", options->listen, why);
		return -1;
	}
	if (!address.loopback && !options->allow_remote) {
		say("--listen %s: whoever reaches this address can have FRR reloaded, there is no authentication: use "
		    "a unix "
		    "socket or a loopback address, or say --allow-remote",
		    options->listen);
		return -1;
	}
	listener->fd = socket(address.to.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener->fd < 0) {
		say("socket for %s: %s", options->listen, strerror(errno));
		return -1;
	}
	if (wire_is_unix(&address)) {
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

int listener_accept(const struct listener *listener, bool *ret_denied)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);
	int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return -1;
	*ret_denied = false;
	if (listener->path[0])
		*ret_denied = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0 ||
			      (peer.uid != 0 && peer.uid != geteuid());
	return fd;
}
