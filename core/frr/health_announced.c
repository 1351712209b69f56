/* SPDX-License-Identifier: Apache-2.0 */
/* health_announced.c - whether this node's routes get to any neighbor; see health.h */
#include "frr/health.h"

static bool is_silent(const struct health_sent *sent)
{
	return sent->n_sessions && !sent->n_prefixes;
}

void health_judge_announced(const struct config *config, struct health_report *report)
{
	bool six = config->underlay.vtep.family == AF_INET6;
	char vtep[IPADDR_TEXT_SIZE];

	if (config->n_l2vnis && !config->vxlan.no_flooding && is_silent(&report->sent_evpn))
		health_add(
			report, HEALTH_VTEPS, "own routes", HEALTH_NOTHING_ANNOUNCED,
			"FRR announces no EVPN route to any neighbor, so no other node reaches this one; look at the "
			"route-maps towards the neighbors (show bgp l2vpn evpn)");
	if (config->frr.source || config->underlay.vtep_nic ||
	    !is_silent(six ? &report->sent_ipv6 : &report->sent_ipv4))
		return;
	ipaddr_format(&config->underlay.vtep, false, vtep);
	health_add(report, HEALTH_VTEPS, "own VTEP", HEALTH_NOTHING_ANNOUNCED,
		   "FRR announces the VTEP %s to no neighbor, so no other node finds the way to it; look at the "
		   "route-maps towards the neighbors, and whether bgpd has its route (show bgp %s unicast %s)",
		   vtep, six ? "ipv6" : "ipv4", vtep);
}
