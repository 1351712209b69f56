/* SPDX-License-Identifier: Apache-2.0 */
/* ovs.c - see ovs.h */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/util.h"
#include "kernel/ovs_parts.h"

const char *ovs_socket(const char *configured)
{
	static const char *const usual[] = { "/run/openvswitch/db.sock", "/var/run/openvswitch/db.sock" };

	if (configured)
		return configured;
	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		if (access(usual[i], F_OK) == 0)
			return usual[i];
	return usual[0];
}

struct ovs *ovs_new(const char *socket, const char *instance, const char *state_dir)
{
	struct ovs *ovs = xcalloc(1, sizeof(*ovs));

	ovs->socket = xstrdup(socket);
	ovs->instance = xstrdup(instance);
	ovs->note = state_dir ? xasprintf("%s/no-ovs-ports", state_dir) : NULL;
	ovs->poll_fd = ovs->timer_fd = -1;
	ovs->left_us = OVS_LIMIT_MS * 1000;
	return ovs;
}

void ovs_free(struct ovs *ovs)
{
	if (!ovs)
		return;
	ovsdb_free(ovs->request);
	json_decref(ovs->port_uuid);
	util_closep(&ovs->poll_fd);
	util_closep(&ovs->timer_fd);
	free(ovs->socket);
	free(ovs->instance);
	free(ovs->note);
	free(ovs);
}

int ovs_fd(const struct ovs *ovs)
{
	return ovs->poll_fd;
}

void ovs_wait(const struct ovs *ovs)
{
	struct pollfd fd = { .fd = ovs->poll_fd, .events = POLLIN };

	(void)poll(&fd, 1, -1);
}

unsigned int ovs_left_ms(const struct ovs *ovs)
{
	return (unsigned int)(ovs->left_us / 1000);
}

static int open_poll(struct ovs *ovs, struct evpn_error *err)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (ovs->poll_fd >= 0)
		return 0;
	ovs->poll_fd = epoll_create1(EPOLL_CLOEXEC);
	ovs->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (ovs->poll_fd < 0 || ovs->timer_fd < 0 || epoll_ctl(ovs->poll_fd, EPOLL_CTL_ADD, ovs->timer_fd, &event) < 0)
		return evpn_fail(err, errno, "prepare to wait for Open vSwitch's database: %s", strerror(errno));
	return 0;
}

/* The timer at an absolute time; 0: off, and poll_fd is not readable for its sake any more. */
static int set_timer(const struct ovs *ovs, uint64_t us, struct evpn_error *err)
{
	struct itimerspec at = { .it_value = { .tv_sec = (time_t)(us / 1000000),
					       .tv_nsec = (long)(us % 1000000) * 1000 } };

	if (timerfd_settime(ovs->timer_fd, TFD_TIMER_ABSTIME, &at, NULL) < 0)
		return evpn_fail(err, errno, "set a timer for Open vSwitch's database: %s", strerror(errno));
	return 0;
}

static int watch(const struct ovs *ovs, int operation, struct evpn_error *err)
{
	struct epoll_event event = { .events = ovsdb_events(ovs->request) };

	if (epoll_ctl(ovs->poll_fd, operation, ovsdb_fd(ovs->request), &event) < 0)
		return evpn_fail(err, errno, "wait for Open vSwitch's database at %s: %s", ovs->socket,
				 strerror(errno));
	return 0;
}

static int too_late(const struct ovs *ovs, struct evpn_error *err)
{
	return evpn_fail(err, ETIMEDOUT, "Open vSwitch's database at %s: no answer within %u s", ovs->socket,
			 OVS_LIMIT_MS / 1000);
}

/* The request is over, one way or another. */
static void end(struct ovs *ovs, int r, struct evpn_error *err)
{
	uint64_t now = clock_us();
	struct evpn_error ignored;

	ovs->left_us = now < ovs->until_us ? ovs->until_us - now : 0;
	if (ovs->request)
		(void)epoll_ctl(ovs->poll_fd, EPOLL_CTL_DEL, ovsdb_fd(ovs->request), NULL);
	ovsdb_free(util_take_ptr(&ovs->request));
	if (ovs->timer_fd >= 0)
		(void)set_timer(ovs, 0, &ignored);
	if (r < 0 && err->code == OVSDB_REFUSED)
		err->code = EIO;
	else if (r < 0 && err->code != OVSDB_CONDITION)
		ovs->fault = *err;
}

static int begin(struct ovs *ovs, json_t *operations, struct evpn_error *err)
{
	if (ovsdb_start(ovs->socket, operations, &ovs->request, err) < 0 || open_poll(ovs, err) < 0)
		return -1;
	return watch(ovs, EPOLL_CTL_ADD, err) < 0 ? -1 : set_timer(ovs, ovs->until_us, err);
}

int ovs_ask(struct ovs *ovs, json_t *operations, struct evpn_error *err)
{
	int r;

	if (!ovs->fault.code && !ovs->left_us)
		too_late(ovs, &ovs->fault);
	if (ovs->fault.code) {
		json_decref(operations);
		*err = ovs->fault;
		return -1;
	}
	ovs->until_us = clock_us() + ovs->left_us;
	r = begin(ovs, operations, err);
	if (r < 0)
		end(ovs, r, err);
	return r;
}

int ovs_answer(struct ovs *ovs, json_t **ret_results, size_t *ret_failed, struct evpn_error *err)
{
	int r = ovsdb_continue(ovs->request, ret_results, ret_failed, err);

	if (r == 0 && clock_us() >= ovs->until_us)
		r = too_late(ovs, err);
	if (r == 0)
		r = watch(ovs, EPOLL_CTL_MOD, err);
	if (r != 0)
		end(ovs, r, err);
	return r;
}

/* The note is about one database, so it has the path of its socket. */
static bool is_noted(const struct ovs *ovs)
{
	_cleanup_free_ char *text = NULL;

	return ovs->note && file_read(ovs->note, PATH_MAX, &text, NULL) == 0 && streq(text, ovs->socket);
}

bool ovs_is_needed(const struct ovs *ovs, bool wanted)
{
	return wanted || (access(ovs->socket, F_OK) == 0 && !is_noted(ovs));
}

int ovs_forget_note(const struct ovs *ovs, struct evpn_error *err)
{
	if (ovs->note && unlink(ovs->note) < 0 && errno != ENOENT)
		return evpn_fail(err, errno, "delete %s before a port is added to Open vSwitch: %s", ovs->note,
				 strerror(errno));
	return 0;
}

void ovs_note(const struct ovs *ovs)
{
	const char *what;

	if (!ovs || !ovs->note || !ovs->was_read || ovs->n_ours || is_noted(ovs))
		return;
	/* Without the file Open vSwitch is asked once more, which does no harm. */
	(void)util_write_file(ovs->note, ovs->socket, strlen(ovs->socket), 0600, (uid_t)-1, (gid_t)-1, &what);
}

json_t *ovs_rows(const json_t *results, size_t i)
{
	return json_object_get(json_array_get(results, i), "rows");
}

json_t *ovs_make_mark(const struct ovs *ovs)
{
	return json_pack("[s[[ss]]]", "map", OVS_MARK_KEY, ovs->instance);
}
