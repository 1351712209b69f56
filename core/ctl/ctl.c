/* SPDX-License-Identifier: Apache-2.0 */
/* ctl.c - the control socket's start and end, and what the daemon tells it; see ctl.h */
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/log.h"
#include "base/passwd.h"
#include "base/util.h"
#include "config-build.h"
#include "ctl/ctl_parts.h"

#define SOCKET_NAME "control.sock"
/* Connections that the kernel keeps for us. */
#define BACKLOG 16

static int on_accept(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (client >= 0)
		ctl_client_add(arg, client);
	return 0;
}

/* The group that evpn.conf lets look; UINT32_MAX: none. */
static uint32_t find_group(const struct ctl *ctl)
{
	const struct config *config = ctl->host->daemon->setup.config;
	gid_t gid;

	if (!config)
		return UINT32_MAX;
	if (!config->control.group.name)
		return config->control.group.number;
	if (passwd_find_group(config->control.group.name, &gid) > 0)
		return gid;
	return UINT32_MAX;
}

/* Nobody else can connect; with a group it can reach the socket through the state directory, and see nothing else there. */
static void set_owner(struct ctl *ctl)
{
	uint32_t group = find_group(ctl);
	gid_t gid = group == UINT32_MAX ? 0 : group;
	const char *dir = ctl->host->daemon->options.state_dir;

	if (group == ctl->group)
		return;
	ctl->group = group;
	if (chown(ctl->path, 0, gid) < 0 || chmod(ctl->path, group == UINT32_MAX ? 0600 : 0660) < 0 ||
	    chown(dir, 0, gid) < 0 || chmod(dir, group == UINT32_MAX ? 0700 : 0710) < 0)
		log_warning("control socket %s: cannot give it to group %u: %s", ctl->path, gid, strerror(errno));
}

/* The lock of the state directory is held: a socket of this name is of an evpnd that has ended. */
static int listen_at(const char *path, int *ret_fd, struct evpn_error *err)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t mask;
	int r;

	if (strlen(path) >= sizeof(un.sun_path))
		return evpn_fail(err, ENAMETOOLONG, "control socket %s: the path is longer than %zu bytes", path,
				 sizeof(un.sun_path) - 1);
	strcpy(un.sun_path, path);
	(void)unlink(path);
	mask = umask(0177);
	r = fd < 0 ? -1 : bind(fd, (const struct sockaddr *)&un, sizeof(un));
	umask(mask);
	if (r < 0 || listen(fd, BACKLOG) < 0)
		return evpn_fail(err, errno, "control socket %s: %s", path, strerror(errno));
	*ret_fd = util_take_fd(&fd);
	return 0;
}

/* evpnd works without its socket: what it is for is the node. */
static int start(void *arg, const struct control_host *host, struct evpn_error *err)
{
	struct ctl *ctl = arg;
	struct evpn_error why = { 0 };
	int r;

	ctl->host = host;
	ctl->group = UINT32_MAX;
	ctl->path = xasprintf("%s/" SOCKET_NAME, host->daemon->options.state_dir);
	ctl_journal_start(ctl);
	if (listen_at(ctl->path, &ctl->listener, &why) < 0) {
		log_warning("%s; evpnctl cannot reach this evpnd", why.msg);
		return 0;
	}
	r = sd_event_add_io(host->event, &ctl->accept, ctl->listener, EPOLLIN, on_accept, ctl);
	return r < 0 ? evpn_fail(err, -r, "control socket: event loop: %s", strerror(-r)) : 0;
}

static void stop(void *arg)
{
	struct ctl *ctl = arg;

	ctl_client_free_all(ctl);
	ctl_serve_stop(ctl);
	sd_event_source_disable_unref(ctl->accept);
	ctl->accept = NULL;
	if (ctl->listener >= 0) {
		(void)unlink(ctl->path);
		close(ctl->listener);
		ctl->listener = -1;
	}
	ctl->host = NULL;
}

static void step(void *arg)
{
	struct ctl *ctl = arg;

	ctl_journal_step(ctl);
	ctl_change_progress(ctl, true);
}

static void operation(void *arg)
{
	ctl_change_progress(arg, false);
}

static void changed(void *arg)
{
	struct ctl *ctl = arg;

	ctl->n_changes++;
	if (ctl->listener >= 0)
		set_owner(ctl);
	ctl_serve(ctl);
	ctl_journal_look(ctl);
	ctl_client_again(ctl);
}

struct ctl *ctl_new(void)
{
	struct ctl *ctl = xcalloc(1, sizeof(*ctl));

	ctl->listener = -1;
	ctl->control = (struct control){
		.arg = ctl, .start = start, .stop = stop, .step = step, .operation = operation, .changed = changed
	};
	return ctl;
}

const struct control *ctl_control(const struct ctl *ctl)
{
	return &ctl->control;
}

void ctl_free(struct ctl *ctl)
{
	if (!ctl)
		return;
	ctl_journal_free(&ctl->journal);
	free(ctl->http_for);
	free(ctl->path);
	free(ctl);
}
