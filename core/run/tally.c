/* SPDX-License-Identifier: Apache-2.0 */
/* tally.c - see tally.h */
#include "base/log.h"
#include "base/util.h"
#include "kernel/bridge.h"
#include "kernel/limit.h"
#include "model/net.h"
#include "run/tally.h"

/* A full bridge counts as full until a tenth of its room is free, so that the log has no line for each MAC that comes and goes. */
#define ROOM 10

static struct health_item *find_item(const struct health_report *report, uint32_t vni)
{
	for (size_t i = 0; i < report->n_items; i++)
		if (report->items[i].kind == HEALTH_VNI && report->items[i].vni == vni)
			return &report->items[i];
	return NULL;
}

static bool stays_full(const struct health_item *before, uint32_t learned, uint32_t max)
{
	return before && before->full && learned > max - (max + ROOM - 1) / ROOM;
}

static void read_macs(struct rtnl *rtnl, const struct config_l2vni *l2, const struct health_item *before,
		      struct health_item *item)
{
	struct bridge_macs macs = { 0 };
	char bridge[IFNAMSIZ];
	int ifindex;

	net_name_bridge(l2->vni, bridge);
	ifindex = rtnl_ifindex(rtnl, bridge);
	if (!ifindex || bridge_macs(rtnl, ifindex, &macs) < 0 || !macs.counted)
		return;
	item->learned = macs.learned;
	item->full = macs.learned >= l2->max_macs || stays_full(before, macs.learned, l2->max_macs);
	if (item->full && !(before && before->full))
		log_warning(
			"vni %u: %s has learned %u MAC addresses, as many as max_macs allows: it floods what is for "
			"further ones, and FRR does not announce them; find the machine that sends from so many "
			"addresses, or raise max_macs",
			l2->vni, bridge, macs.learned);
	else if (!item->full && before && before->full)
		log_info("vni %u: %s has room for MAC addresses again", l2->vni, bridge);
}

static void read_drops(struct rtnl *rtnl, const struct config_l2vni *l2, struct health_item *item)
{
	int ifindex = rtnl_ifindex(rtnl, l2->host.peer);

	if (!ifindex || limit_count(rtnl, ifindex, &item->limit_drops) < 0)
		item->limit_drops = 0;
}

void tally_read(const struct config *config, int netns_fd, const struct health_report *last,
		struct health_report *report)
{
	_cleanup_rtnl_ struct rtnl *rtnl = NULL;
	struct evpn_error ignored = { 0 };

	for (size_t i = 0; i < config->n_l2vnis; i++) {
		const struct config_l2vni *l2 = &config->l2vnis[i];
		bool limited = l2->host.set && net_limits_any(&l2->host.limits);
		struct health_item *item = l2->max_macs || limited ? find_item(report, l2->vni) : NULL;

		if (!item)
			continue;
		if (!rtnl && rtnl_open(netns_fd, &rtnl, &ignored) < 0)
			return;
		if (l2->max_macs)
			read_macs(rtnl, l2, find_item(last, l2->vni), item);
		if (limited)
			read_drops(rtnl, l2, item);
	}
}
