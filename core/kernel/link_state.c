/* SPDX-License-Identifier: Apache-2.0 */
/* link_state.c - see link_state.h */
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/util.h"
#include "kernel/link_state.h"
#include "kernel/netns.h"

/* A socket belongs to the namespace in which it was made, wherever the thread goes then. */
static int open_in(int netns_fd)
{
	_cleanup_netns_ int back = -1;
	struct evpn_error ignored = { 0 };

	if (netns_enter(netns_fd, &back, &ignored) < 0)
		return -1;
	return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
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

bool link_state_read(int netns_fd, struct link_state *states, size_t n)
{
	_cleanup_close_ int fd = open_in(netns_fd);

	for (size_t i = 0; fd >= 0 && i < n; i++)
		read_state(fd, &states[i]);
	return fd >= 0;
}

const char *link_state_word(const struct link_state *state)
{
	if (!state->exists)
		return "missing";
	if (!state->up)
		return "down";
	return state->running ? "up" : "no-carrier";
}
