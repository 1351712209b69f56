/* SPDX-License-Identifier: Apache-2.0 */
/* link_state.c - see link_state.h */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/util.h"
#include "kernel/link_state.h"
#include "kernel/netns.h"

/* A socket belongs to the namespace in which it was made, wherever the thread goes then. */
static int open_in(int netns_fd, int *ret_fd, struct evpn_error *err)
{
	_cleanup_netns_ int back = -1;

	if (netns_enter(netns_fd, &back, err) < 0)
		return -1;
	*ret_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return *ret_fd < 0 ? evpn_fail(err, errno, "socket for the state of links: %s", strerror(errno)) : 0;
}

static void read_state(int fd, struct link_state *state)
{
	struct ifreq request = { 0 };

	memcpy(request.ifr_name, state->name, sizeof(state->name));
	state->exists = state->name[0] && ioctl(fd, SIOCGIFFLAGS, &request) == 0;
	if (!state->exists)
		return;
	state->up = request.ifr_flags & IFF_UP;
	state->running = request.ifr_flags & IFF_RUNNING;
	if (ioctl(fd, SIOCGIFMTU, &request) == 0)
		state->mtu = (uint32_t)request.ifr_mtu;
}

int link_state_read(int netns_fd, struct link_state *states, size_t n, struct evpn_error *err)
{
	_cleanup_close_ int fd = -1;

	if (open_in(netns_fd, &fd, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		read_state(fd, &states[i]);
	return 0;
}

const char *link_state_word(const struct link_state *state)
{
	if (!state->exists)
		return "missing";
	if (!state->up)
		return "down";
	return state->running ? "up" : "no-carrier";
}
