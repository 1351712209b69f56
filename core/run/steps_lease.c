/* SPDX-License-Identifier: Apache-2.0 */
/* steps_lease.c - the DHCP clients of underlay NICs; see steps.h */
#include <errno.h>

#include "base/util.h"
#include "config/config_lease.h"
#include "run/dhcp.h"
#include "run/steps.h"

static const struct config_nic *first_nic(const struct config *config)
{
	for (size_t i = 0; i < config->underlay.n_nics; i++)
		if (config->underlay.nics[i].dhcp)
			return &config->underlay.nics[i];
	return NULL;
}

int steps_check_lease(struct run *run)
{
	const struct config_nic *nic = first_nic(run->setup->config);

	if (!nic || run->options->listen || run->options->dry_run || run->options->goal != RUN_UP)
		return 1;
	return evpn_fail(&run->err, EINVAL,
			 "NIC %s: with `dhcp', evpnd has to stay: nobody else renews the lease: run it without --once",
			 nic->name);
}

int step_lease(struct run *run)
{
	const struct config *config = run->setup->config;
	const struct config_nic *nic = config_awaits_lease(config);
	const struct dhcp_place place = { .state_dir = run->options->state_dir,
					  .netns_fd = run->netns_fd[NET_NS_FRR],
					  .frr = run->frr->instance };

	if (!config_wants_dhcp(config) && !run->frr->dhcp.n_clients)
		return 1;
	if (dhcp_start(&run->frr->dhcp, config, &place, &run->err) < 0) {
		if (nic)
			return -1;
		/* The other NICs, and the VNIs, do not need it. */
		config_errors_add(&run->problems, NULL, "%s", run->err.msg);
		return 1;
	}
	/* The file of the lease is watched like evpn.conf: the next run knows the VTEP. */
	return nic ? evpn_wait(&run->err, "NIC %s has no DHCP lease yet, and the VTEP is its address", nic->name) : 1;
}

int step_forget_leases(struct run *run)
{
	dhcp_end_all(&run->frr->dhcp);
	dhcp_clear(run->setup->config, run->options->state_dir);
	return 1;
}
