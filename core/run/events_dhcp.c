/* SPDX-License-Identifier: Apache-2.0 */
/* events_dhcp.c - the ends of DHCP clients, and when they are started again; see events_parts.h */
#include <sys/wait.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "run/events_parts.h"

/* Its own source: the address of a client changes when another one is added. */
static struct dhcp_client *client_of(const struct events *events, const sd_event_source *source)
{
	struct dhcp *dhcp = &events->daemon->frr.dhcp;

	for (size_t i = 0; i < dhcp->n_clients; i++)
		if (dhcp->clients[i].ended == source || dhcp->clients[i].again == source)
			return &dhcp->clients[i];
	return NULL;
}

/* sd-event reaps the client when this has returned. */
static int on_ended(sd_event_source *source, const siginfo_t *info, void *arg)
{
	struct dhcp_client *client = client_of(arg, source);
	_cleanup_free_ char *why = NULL;

	if (!client)
		return 0;
	dhcp_ended(client, info->si_code == CLD_EXITED ? W_EXITCODE(info->si_status, 0) : info->si_status, &why);
	/* The next attempts are worth no line each. */
	if (client->failures == 1)
		log_warning(
			"NIC %s: the DHCP client has ended (%s), nobody renews the lease; evpnd starts it again. Under "
			"systemd it needs a drop-in: see `dhcp' in evpn.conf(5)",
			client->nic, why);
	events_run(arg, "DHCP client");
	return 0;
}

static int on_again(sd_event_source *source, uint64_t usec, void *arg)
{
	struct dhcp_client *client = client_of(arg, source);

	if (client)
		sd_event_source_disable_unref(util_take_ptr(&client->again));
	events_run(arg, "DHCP client");
	return 0;
}

static int arm(struct events *events, struct dhcp_client *client)
{
	uint64_t now = clock_ms();

	if (client->child.pid)
		return client->ended ? 0
				     : sd_event_add_child_pidfd(events->event, &client->ended, client->child.pidfd,
								WEXITED, on_ended, events);
	if (client->again || client->not_before <= now)
		return 0;
	return sd_event_add_time_relative(events->event, &client->again, CLOCK_MONOTONIC,
					  (client->not_before - now) * 1000, EVENTS_ACCURACY_US, on_again, events);
}

int events_arm_dhcp(struct events *events)
{
	struct dhcp *dhcp = &events->daemon->frr.dhcp;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < dhcp->n_clients; i++)
		r = arm(events, &dhcp->clients[i]);
	return r;
}
