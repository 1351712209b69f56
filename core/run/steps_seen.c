/* SPDX-License-Identifier: Apache-2.0 */
/* steps_seen.c - see steps_seen.h */
#include <errno.h>
#include <jansson.h>

#include "log.h"
#include "steps_seen.h"
#include "util.h"

/* Of all VRFs, with the kernel's index: FRR also lists, without one, a device that has gone while frr.conf names it. */
#define QUESTION "show interface vrf all json"
/* As in the verify step: FRR has no event for it. */
#define SEEN_PAUSE_MS 50
#define SEEN_LIMIT_MS 10000

int steps_seen_find(const char *answer, const struct seen_link *links, size_t n_links, size_t *ret_unseen)
{
	json_auto_t *json = json_loads(answer, 0, NULL);

	for (size_t i = 0; json && i < n_links; i++) {
		const json_t *link = json_object_get(json, links[i].name);

		if (json_integer_value(json_object_get(link, "index")) != links[i].ifindex) {
			*ret_unseen = i;
			return 1;
		}
	}
	return json ? 0 : -1;
}

/* Whether the operation puts an address on a device in FRR's namespace. */
static bool needs_link(const struct run *run, const struct op *op)
{
	return op->stage == PLAN_RAISE && op->type == OP_ADDR_ADD && op->addr->ns == NET_NS_FRR &&
	       !plan_group_in(&run->desired, run->failed, op->group);
}

static bool needs_links(const struct run *run)
{
	for (size_t i = 0; i < run->plan.n_ops; i++)
		if (needs_link(run, &run->plan.ops[i]))
			return true;
	return false;
}

/* A device that FRR's answer does not have as it is now; NULL: it has them all, or is no answer. */
static const char *find_unseen(const struct run *run, const char *answer)
{
	_cleanup_free_ struct seen_link *links = NULL;
	size_t n_links = 0, unseen = 0;

	for (size_t i = 0; i < run->plan.n_ops; i++) {
		const struct op *op = &run->plan.ops[i];
		int ifindex = needs_link(run, op) ? rtnl_ifindex(run->rtnl[NET_NS_FRR], op->addr->link) : 0;

		/* One that has gone meanwhile is the kernel's to tell. */
		if (ifindex)
			*(struct seen_link *)util_append(
				&links, &n_links, sizeof(*links)) = (struct seen_link){ op->addr->link, ifindex };
	}
	return steps_seen_find(answer, links, n_links, &unseen) > 0 ? links[unseen].name : NULL;
}

static uint64_t now_ms(void)
{
	return steps_now_us() / 1000;
}

int steps_seen_wait(struct run *run)
{
	const struct evpn_plugin *api = &run->frr->api;
	const char *answer = NULL, *unseen;
	int r;

	if (!run->unseen || !api->query_frr || !needs_links(run))
		return 1;
	r = api->query_frr(run->frr->self, QUESTION, &answer, &run->err);
	if (r == 0)
		return 0;
	unseen = r > 0 ? find_unseen(run, answer) : NULL;
	if (unseen && !run->seen_since)
		run->seen_since = now_ms();
	if (unseen && now_ms() - run->seen_since < SEEN_LIMIT_MS) {
		run->wait_ms = SEEN_PAUSE_MS;
		return evpn_wait(&run->err, "FRR has not seen %s yet, which is to get an address", unseen);
	}
	/* An address that FRR may miss is better than none; whether FRR works is the verify step's to say. */
	if (unseen)
		log_warning("FRR does not list %s after %d s; it gets its address all the same", unseen,
			    SEEN_LIMIT_MS / 1000);
	run->unseen = false;
	return 1;
}
