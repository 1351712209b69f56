/* SPDX-License-Identifier: Apache-2.0 */
/* ask.c - see ask.h */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "frr-vtysh/ask.h"
#include "lib/clock.h"

int ask_init(struct ask *ask, struct evpn_error *err)
{
	struct epoll_event event = { .events = EPOLLIN };

	ask->vty.epoll = ask->location->epoll;
	ask->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (ask->timer < 0 || epoll_ctl(ask->location->epoll, EPOLL_CTL_ADD, ask->timer, &event) < 0)
		return evpn_fail(err, errno, "cannot create a timer: %s", strerror(errno));
	return 0;
}

void ask_free(struct ask *ask)
{
	vty_drop(&ask->vty);
	fd_close(&ask->timer);
}

static void set_timer(struct ask *ask)
{
	int64_t due = vty_due_ms(&ask->vty), now = clock_ms();

	/* A timer of 0 ms would never expire. */
	fd_set_timer(ask->timer, due == INT64_MAX ? 0 : due > now ? (uint64_t)(due - now) : 1);
}

/*
 * Opens the root directory of FRR's container; on the host *ret_root stays -1. A container that is known is not looked
 * for again: that would drop the event of its end, which location_take_events() has to report.
 */
static int open_root(struct ask *ask, int *ret_root, struct evpn_error *err)
{
	struct location *location = ask->location;
	struct container container = { .root = -1 };
	int r = 1;

	if (!location->pid || ask->look_again)
		r = location_find(location, err);
	ask->look_again = false;
	if (r > 0 && location->file.path)
		r = location_open(location, &container, err);
	/* Without its container no daemon runs. */
	if (r == 0)
		err->code = ENOENT;
	if (r <= 0)
		return -1;
	*ret_root = container.root;
	return 0;
}

static int begin(struct ask *ask, const char *daemon, const char *command, struct evpn_error *err)
{
	struct vty_place place = { .dir = ask->location->vty_dir };
	_cleanup_close_ int root = -1;

	if (open_root(ask, &root, err) < 0)
		return -1;
	place.root = root;
	vty_begin(&ask->vty, &place, daemon, command, ask->limit_ms);
	set_timer(ask);
	return 0;
}

static int list(struct ask *ask, const char *command, const char **ret_text, struct evpn_error *err)
{
	struct vty_place place = { .dir = ask->location->vty_dir };
	_cleanup_close_ int root = -1;

	if (strcmp(command, "show daemons") != 0)
		return evpn_fail(err, EINVAL, "command `%.200s': without a daemon only `show daemons' is possible",
				 command);
	if (open_root(ask, &root, err) < 0) {
		if (err->code != ENOENT)
			return -1;
		ask->names[0] = '\0';
	} else {
		place.root = root;
		if (vty_list_daemons(&place, ask->names, err) < 0)
			return -1;
	}
	*ret_text = ask->names;
	return 1;
}

int ask_daemon(struct ask *ask, const char *daemon, const char *command, const char **ret_text, struct evpn_error *err)
{
	struct vty *vty = &ask->vty;

	if (!daemon)
		return list(ask, command, ret_text, err);
	if (vty->state == VTY_IDLE || ask->delivered || strcmp(vty->daemon, daemon) != 0 ||
	    strcmp(vty->command, command) != 0) {
		vty_drop(vty);
		ask->delivered = false;
		if (vty_check(daemon, command, err) < 0 || begin(ask, daemon, command, err) < 0)
			return -1;
	}
	ask->delivered = vty->outcome != 0;
	if (vty->outcome > 0)
		*ret_text = vty->answer.text;
	else
		*err = vty->err;
	return vty->outcome;
}

bool ask_handle_event(struct ask *ask, unsigned int events)
{
	struct vty *vty = &ask->vty;
	bool changed;

	fd_timer_expired(ask->timer);
	ask->look_again |= events & LOCATION_APPEARED;
	if ((events & LOCATION_ENDED) && vty->outcome == 0 && vty->state != VTY_IDLE) {
		struct evpn_error err = { 0 };

		evpn_fail(&err, ENOENT, "FRR's %s does not run: its container has ended", vty->daemon);
		vty_fail(vty, &err);
		changed = true;
	} else {
		changed = vty_handle(vty);
	}
	set_timer(ask);
	return changed;
}
