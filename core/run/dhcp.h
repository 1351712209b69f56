/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dhcp.h - the DHCP clients of underlay NICs, in FRR's namespace
 *
 * The client is BusyBox's udhcpc: it is maintained, runs in the foreground, and sets nothing by itself, so that addresses and
 * routes stay operations of the plan. For each event it runs evpnd's own program with EVPND_LEASE_FILE in the environment, which
 * writes the lease (config/config_lease.h); the changed file begins a run.
 *
 * A client ends with evpnd, since nothing would apply what it learns. The lease stays, and the next evpnd's client asks for the
 * same address. It ends with FRR's namespace, too, which a process in it would keep alive, and a NIC in it.
 */
#pragma once

#include "base/child.h"
#include "config/config.h"

struct sd_event_source;

struct dhcp_client {
	char nic[IFNAMSIZ]; /* in FRR's namespace */
	char *pidfile;
	uint64_t frr; /* the FRR in whose namespace it was started, as the netns plugin numbers them */
	struct child child;
	unsigned int failures; /* in a row */
	uint64_t since, not_before; /* clock_ms */
	struct sd_event_source *ended, *again; /* run/events_dhcp.c; NULL: not armed */
};

struct dhcp {
	struct dhcp_client *clients;
	size_t n_clients;
};

/* The variable of udhcpc's program, and that program's work: exit status. */
#define DHCP_LEASE_VARIABLE "EVPND_LEASE_FILE"
int dhcp_take_event(const char *file, const char *event);

/* The command, for messages: "/usr/bin/busybox udhcpc". NULL: the host has no client. The caller frees it. */
char *dhcp_find_client(void);

/*
 * Starts the clients that the configuration wants in the namespace, and ends those that it does not want. A client that failed a
 * moment ago is left out. 0, or <0: the client cannot be run.
 */
struct dhcp_place {
	const char *state_dir;
	int netns_fd;
	uint64_t frr;
};
int dhcp_start(struct dhcp *dhcp, const struct config *config, const struct dhcp_place *place, struct evpn_error *err);

/* The client has ended, and sd-event reaps it: *ret_why says why, the caller frees it. It is to be started again at not_before. */
void dhcp_ended(struct dhcp_client *client, int status, char **ret_why);

/* Whether one runs, of this evpnd or of another one. */
bool dhcp_is_running(const char *state_dir, const char *nic);

/* Ends all clients, whose namespace is let go of; dhcp_start() starts them again. At the end of evpnd: dhcp_free(). */
void dhcp_end_all(struct dhcp *dhcp);
void dhcp_free(struct dhcp *dhcp);

/* Ends those of an evpnd that was killed, and forgets the leases: nothing of them is left. */
void dhcp_clear(const struct config *config, const char *state_dir);
