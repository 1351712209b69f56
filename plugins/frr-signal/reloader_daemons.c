/* SPDX-License-Identifier: Apache-2.0 */
/* reloader_daemons.c - see reloader.h */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "frr-signal/reloader.h"

static void set_lost(struct daemons *daemons, const struct daemon *daemon)
{
	/* Report the first daemon that ended; watchfrr may have stopped the others because of it. */
	if (!daemons->lost)
		snprintf(daemons->why, sizeof(daemons->why), "FRR's %s has ended", daemon->name);
	daemons->lost = daemons->lost_shared = true;
}

static int add(struct daemons *daemons, const char *name, size_t len)
{
	struct daemon *daemon = &daemons->items[daemons->n];

	if (len == 0 || len >= sizeof(daemon->name) || daemons->n == DAEMONS_MAX)
		return -1;
	memcpy(daemon->name, name, len);
	daemon->fd = -1;
	daemons->n++;
	return 0;
}

int daemons_init(struct daemons *daemons, const struct options *o)
{
	const char *name = o->daemons;

	memset(daemons, 0, sizeof(*daemons));
	daemons->dir = o->vty_socket ? o->vty_socket : "/var/run/frr"; /* the default of vtysh */
	daemons->pathspace = o->pathspace;
	daemons->lost = daemons->lost_shared = true;
	strcpy(daemons->why, "evpn-reloader has not reloaded FRR since it started");
	for (; *name; name += *name == ',') {
		size_t len = strcspn(name, ",");

		if (add(daemons, name, len) < 0) {
			reloader_log("--daemons %s: must be at most %d names of FRR's daemons, separated by commas",
				     o->daemons, DAEMONS_MAX);
			return -1;
		}
		name += len;
	}
	return 0;
}

/* Connects to the daemon's vty socket. Returns 0, or the errno value. */
static int connect_daemon(const struct daemons *daemons, struct daemon *daemon)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	const char *space = daemons->pathspace;
	int n, r;

	n = snprintf(un.sun_path, sizeof(un.sun_path), "%s/%s%s%s.vty", daemons->dir, space ? space : "",
		     space ? "/" : "", daemon->name);
	if (n < 0 || (size_t)n >= sizeof(un.sun_path))
		return ENAMETOOLONG;
	daemon->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (daemon->fd < 0)
		return errno;
	if (connect(daemon->fd, (const struct sockaddr *)&un, sizeof(un)) == 0)
		return 0;
	r = errno;
	fd_close(&daemon->fd);
	return r;
}

void daemons_check(struct daemons *daemons)
{
	char byte;

	for (size_t i = 0; i < daemons->n; i++) {
		struct daemon *daemon = &daemons->items[i];
		ssize_t n = daemon->fd < 0 ? -1 : recv(daemon->fd, &byte, 1, MSG_DONTWAIT);

		if (daemon->fd < 0 || n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
			continue;
		fd_close(&daemon->fd);
		set_lost(daemons, daemon);
	}
}

int daemons_connect(struct daemons *daemons, const char **ret_missing)
{
	daemons_check(daemons);
	for (size_t i = 0; i < daemons->n; i++) {
		struct daemon *daemon = &daemons->items[i];
		int r = daemon->fd >= 0 ? 0 : connect_daemon(daemons, daemon);

		if (r != 0) {
			*ret_missing = daemon->name;
			return r;
		}
	}
	return 0;
}

size_t daemons_poll(const struct daemons *daemons, struct pollfd *fds)
{
	for (size_t i = 0; i < daemons->n; i++)
		fds[i] = (struct pollfd){ .fd = daemons->items[i].fd, .events = POLLIN };
	return daemons->n;
}

void daemons_free(struct daemons *daemons)
{
	for (size_t i = 0; i < daemons->n; i++)
		fd_close(&daemons->items[i].fd);
}
