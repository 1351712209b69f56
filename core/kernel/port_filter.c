/* SPDX-License-Identifier: Apache-2.0 */
/* port_filter.c - see port_filter.h */
#include <errno.h>
#include <stdlib.h>

#include "base/util.h"
#include "kernel/limit.h"
#include "kernel/link_attr.h"
#include "kernel/port_filter.h"
#include "kernel/relay.h"

/* A relay was refused although the action is there: the kernel lacks what the qdisc or the filter needs. */
static bool relay_refused;

struct state {
	struct net_limits limits;
	struct relay relay;
};

static void each_filter(const struct nlmsghdr *hdr, void *arg)
{
	struct state *state = arg;
	uint64_t drops = 0;

	if (!limit_take(hdr, &state->limits, &drops))
		relay_take(hdr, &state->relay);
}

static void restart_filters(void *arg)
{
	*(struct state *)arg = (struct state){ 0 };
}

static int read_state(struct rtnl *rtnl, int ifindex, struct state *ret_state)
{
	*ret_state = (struct state){ 0 };
	return tc_dump_filters(rtnl, ifindex, each_filter, restart_filters, ret_state);
}

struct qdiscs {
	int *devices;
	size_t n_devices;
};

/* Those that are in no block: the filters of a block are not the device's own. */
static void each_qdisc(const struct nlmsghdr *hdr, void *arg)
{
	struct nlattr *tb[TCA_MAX + 1];
	struct qdiscs *qdiscs = arg;
	const struct tcmsg *tcm;

	if (hdr->nlmsg_type == RTM_NEWQDISC && tc_parse(hdr, &tcm, tb) && tc_is_qdisc(tb) && !tb[TCA_INGRESS_BLOCK] &&
	    !tb[TCA_EGRESS_BLOCK])
		*(int *)util_append(&qdiscs->devices, &qdiscs->n_devices, sizeof(int)) = tcm->tcm_ifindex;
}

static void restart_qdiscs(void *arg)
{
	((struct qdiscs *)arg)->n_devices = 0;
}

static int by_number(const void *a, const void *b)
{
	const int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

static bool has_qdisc(const struct qdiscs *qdiscs, int ifindex)
{
	return qdiscs->n_devices && bsearch(&ifindex, qdiscs->devices, qdiscs->n_devices, sizeof(int), by_number);
}

/* The devices of FRR's namespace by index: a filter names its target so. */
struct by_index {
	const struct net_link **links;
	size_t n;
};

static int compare_index(const void *a, const void *b)
{
	const struct net_link *x = *(const struct net_link *const *)a, *y = *(const struct net_link *const *)b;

	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

static void sort_by_index(const struct net *net, struct by_index *ret)
{
	*ret = (struct by_index){ .links = xcalloc(net->n_links, sizeof(*ret->links)) };
	for (size_t i = 0; i < net->n_links; i++)
		if (net->links[i].ns == NET_NS_FRR)
			ret->links[ret->n++] = &net->links[i];
	if (ret->n)
		qsort(ret->links, ret->n, sizeof(*ret->links), compare_index);
}

static const struct net_link *find_index(const struct by_index *by_index, int ifindex)
{
	const struct net_link key = { .ifindex = ifindex }, *pointer = &key;
	const struct net_link **hit = ifindex && by_index->n ? bsearch(&pointer, by_index->links, by_index->n,
								       sizeof(*by_index->links), compare_index)
							     : NULL;

	return hit ? *hit : NULL;
}

static int read_port(struct rtnl *frr, const struct by_index *by_index, struct net_link *link)
{
	struct state state;
	int r = read_state(frr, link->ifindex, &state);
	const struct net_link *target = find_index(by_index, relay_target(&state.relay));

	link->limits = state.limits;
	net_set_name(link->relay, target ? target->name : "");
	/* It has gone since. */
	return r == -ENODEV || r == -EINVAL ? 0 : r;
}

int read_port_filters(struct rtnl *frr, bool relays, struct net *net, struct evpn_error *err)
{
	const struct tcmsg all = { 0 };
	struct nl_msg *msg = rtnl_message(RTM_GETQDISC, 0);
	struct qdiscs qdiscs = { 0 };
	struct by_index by_index = { 0 };
	int r;

	nlmsg_append(msg, (void *)(uintptr_t)&all, sizeof(all), NLMSG_ALIGNTO);
	r = rtnl_dump(frr, msg, each_qdisc, restart_qdiscs, &qdiscs);
	if (r == 0 && qdiscs.n_devices) {
		qsort(qdiscs.devices, qdiscs.n_devices, sizeof(int), by_number);
		sort_by_index(net, &by_index);
	}
	for (size_t i = 0; i < net->n_links && r == 0; i++) {
		struct net_link *link = &net->links[i];

		if (link->ns == NET_NS_FRR && link->kind == NET_KIND_VETH && net_is_made(link) &&
		    has_qdisc(&qdiscs, link->ifindex))
			r = read_port(frr, &by_index, link);
	}
	free(by_index.links);
	free(qdiscs.devices);
	net->no_relay = relays && (relay_refused || relay_is_lacking(frr));
	/* A kernel without traffic control has nothing to be read. */
	return r < 0 && r != -EOPNOTSUPP ? evpn_fail(err, -r, "frr: dump of traffic control: %s", strerror(-r)) : 0;
}

/* Whether what the message says of one of evpnd's filters differs from what is known. */
static bool differs(const struct nlmsghdr *hdr, const struct port_filters *known)
{
	struct net_limits limits = known->limits;
	struct relay relay;
	uint64_t drops = 0;

	for (int i = 0; i < RELAY_COUNT; i++)
		relay.target[i] = known->target;
	if (limit_take(hdr, &limits, &drops))
		return !net_limits_same(&limits, &known->limits);
	if (relay_take(hdr, &relay))
		for (int i = 0; i < RELAY_COUNT; i++)
			if (relay.target[i] != known->target)
				return true;
	return false;
}

bool port_filter_concerns(const struct nlmsghdr *hdr, bool (*find)(int ifindex, void *arg, struct port_filters *ret),
			  void *arg)
{
	struct nlattr *tb[TCA_MAX + 1];
	struct port_filters known;
	const struct tcmsg *tcm;

	if (!tc_parse(hdr, &tcm, tb) || !find(tcm->tcm_ifindex, arg, &known))
		return false;
	switch (hdr->nlmsg_type) {
	case RTM_NEWTFILTER:
		return differs(hdr, &known);
	case RTM_DELTFILTER:
		return tcm->tcm_parent == TC_INGRESS && (known.target || net_limits_any(&known.limits));
	case RTM_DELQDISC:
		return tc_is_qdisc(tb) && (known.target || net_limits_any(&known.limits));
	default:
		return false;
	}
}

/* A kernel that does not know limits in packets takes the message, and limits nothing. */
static struct outcome check(struct rtnl *rtnl, int ifindex, const struct net_limits *limits, int target)
{
	struct state state;
	int r = read_state(rtnl, ifindex, &state);
	const char *why;

	if (r < 0)
		return OUTCOME(r);
	if (!net_limits_same(&state.limits, limits)) {
		why = "this kernel has no limits in packets a second, which Linux 5.12 has: set `limit' in bits";
		return (struct outcome){ .error = -EOPNOTSUPP, .why = why };
	}
	if (relay_target(&state.relay) == target || relay_refused)
		return OUTCOME(0);
	why = "the kernel has not kept what relays gratuitous ARP";
	return (struct outcome){ .error = -EIO, .why = why };
}

/* A kernel without it is no failure: the next plan wants no relay, and warns. */
static int add_relay(struct rtnl *rtnl, int ifindex, int target)
{
	int r = relay_add(rtnl, ifindex, target);

	if (r != -ENOENT)
		return r;
	relay_refused = true;
	return 0;
}

static struct outcome add_filters(struct rtnl *rtnl, int ifindex, const struct net_limits *limits, int target)
{
	int r = tc_add_qdisc(rtnl, ifindex);
	const char *why = NULL;

	if (r == 0)
		r = limit_add(rtnl, ifindex, limits);
	if (r == -ENOENT && !net_limits_any(limits)) {
		relay_refused = true;
		return OUTCOME(0);
	}
	if (r == 0 && target)
		r = add_relay(rtnl, ifindex, target);
	if (r == 0)
		return check(rtnl, ifindex, limits, target);
	if (r == -ENOENT)
		why = "this kernel lacks what limits a port: its modules sch_ingress, cls_bpf and act_police; load "
		      "them, or "
		      "remove `limit'";
	tc_delete_qdisc(rtnl, ifindex);
	return (struct outcome){ .error = r, .why = why };
}

struct outcome apply_link_filter(struct apply *apply, const struct op *op)
{
	const struct net_link *link = op->link;
	struct rtnl *rtnl = apply->rtnl[link->ns];
	int ifindex = rtnl_ifindex(rtnl, link->name), target = 0, r;

	if (net_relays(link)) {
		target = rtnl_ifindex(rtnl, link->relay);
		if (!target)
			return apply_no_device();
	}
	if (!ifindex)
		return apply_no_device();
	r = tc_delete_qdisc(rtnl, ifindex);
	if (r < 0 || (!target && !net_limits_any(&link->limits)))
		return OUTCOME(r);
	return add_filters(rtnl, ifindex, &link->limits, target);
}

/* No message about the link itself has them. */
static int put_nothing(struct link_out *out)
{
	return 0;
}

static void get_nothing(const struct link_in *in, struct net_link *link)
{
}

const struct link_attr link_attr_limits = { .put = put_nothing, .get = get_nothing };
const struct link_attr link_attr_relay = { .put = put_nothing, .get = get_nothing };
