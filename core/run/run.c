/* SPDX-License-Identifier: Apache-2.0 */
/* run.c - see run.h */
#include <errno.h>
#include <malloc.h>

#include "base/clock.h"
#include "base/util.h"
#include "kernel/netns.h"
#include "kernel/ovs.h"
#include "run/run.h"

int run_init(struct run *run, const struct run_options *options, struct setup *setup, struct frr_state *frr,
	     struct evpn_error *err)
{
	*run = (struct run){ .options = options, .setup = setup, .frr = frr, .netns_fd = { -1, -1 }, .wait_fd = -1 };
	return netns_open_own(&run->netns_fd[NET_NS_HOST], err);
}

static void close_sockets(struct run *run)
{
	for (int ns = 0; ns < NET_NS_COUNT; ns++) {
		rtnl_close(run->rtnl[ns]);
		run->rtnl[ns] = NULL;
	}
}

int run_open_sockets(struct run *run)
{
	/* The namespace was let go of while the run waited. Only RUN_DOWN can do without. */
	if (run->netns_fd[NET_NS_FRR] < 0 && run->options->goal != RUN_DOWN)
		return evpn_fail(&run->err, ESTALE, "FRR has changed since evpnd found it");
	for (int ns = 0; ns < NET_NS_COUNT; ns++)
		if (!run->rtnl[ns] && run->netns_fd[ns] >= 0 &&
		    rtnl_open(run->netns_fd[ns], &run->rtnl[ns], &run->err) < 0)
			return -1;
	return 0;
}

int run_ask(struct run *run)
{
	int r = inquiry_ask(&run->inquiry, run->setup->frr, &run->err);

	run->wait_ms = r == 0 ? RUN_ASK_AGAIN_MS : 0;
	return r;
}

unsigned int run_next_pause(unsigned int *pause_ms, unsigned int first_ms)
{
	if (!*pause_ms || 2 * *pause_ms <= RUN_PAUSE_LAST_MS)
		*pause_ms = *pause_ms ? 2 * *pause_ms : first_ms;
	else if (*pause_ms < RUN_PAUSE_LAST_MS)
		*pause_ms = RUN_PAUSE_LAST_MS;
	return *pause_ms;
}

static void close_netns(struct run *run)
{
	util_closep(&run->netns_fd[NET_NS_FRR]);
	run->netns_fd[NET_NS_FRR] = -1;
}

static void close_notify(struct run *run, enum net_ns ns)
{
	notify_close(run->notify[ns]);
	run->notify[ns] = NULL;
	if (ns == NET_NS_FRR)
		neighbors_close(util_take_ptr(&run->neighbors));
}

void run_stop_listening(struct run *run)
{
	close_notify(run, NET_NS_HOST);
	close_notify(run, NET_NS_FRR);
}

static void forget(struct run *run)
{
	observation_clear(&run->seen);
	config_errors_clear(&run->problems);
	config_errors_clear(&run->notes);
	free(util_take_ptr(&run->failed));
	free(util_take_ptr(&run->overtaken));
	free(util_take_ptr(&run->frr_conf));
	inquiry_clear(&run->inquiry);
	running_clear(&run->running);
	running_clear(&run->loaded);
	run->running_why = (struct evpn_error){ 0 };
	ovs_free(util_take_ptr(&run->ovs));
	run->shed = run->touches_underlay = false;
	run->applying = run->pruned = run->frr_drifted = run->drift_left = run->partly_loaded = false;
	run->verify = (struct verify){ 0 };
	run->zebra_since = 0;
	run->zebra_pause_ms = 0;
}

void run_begin(struct run *run)
{
	close_sockets(run);
	run_stop_listening(run);
	close_netns(run);
	forget(run);
	memset(run->step_us, 0, sizeof(run->step_us));
	run->started_us = run->step_since_us = clock_us();
	run->n_changes = 0;
	run->reloaded = false;
}

void run_pause(struct run *run, bool keep_netns)
{
	close_sockets(run);
	if (!keep_netns && !run->notify[NET_NS_FRR])
		close_netns(run);
}

void run_shed(struct run *run)
{
	if (run->shed)
		return;
	observation_shed(&run->seen);
	run->shed = true;
	/* With a thousand VNIs it is most of what evpnd has, and the next need of as much may be months away. */
	malloc_trim(0);
}

void run_release_netns(struct run *run)
{
	close_notify(run, NET_NS_FRR);
	close_netns(run);
	dhcp_end_all(&run->frr->dhcp);
}

void run_free(struct run *run)
{
	close_sockets(run);
	run_stop_listening(run);
	close_netns(run);
	forget(run);
	util_closep(&run->netns_fd[NET_NS_HOST]);
}

struct observe_source run_source(const struct run *run)
{
	return (struct observe_source){ .config = run->setup->config,
					.down = run->options->goal == RUN_DOWN,
					.instance = run->options->instance,
					.state_dir = run->options->state_dir,
					.ovs = run->ovs,
					.netns_fd = { run->netns_fd[NET_NS_HOST], run->netns_fd[NET_NS_FRR] } };
}

void setup_clear(struct setup *setup)
{
	plugin_free(setup->netns);
	plugin_free(setup->frr);
	config_free(setup->config);
	config_errors_clear(&setup->errors);
	config_errors_clear(&setup->warned);
	*setup = (struct setup){ 0 };
}

void frr_state_init(struct frr_state *frr)
{
	/* Nobody knows what an FRR that ran before evpnd has seen. */
	*frr = (struct frr_state){ .check = CHILD_INIT, .zebra_behind = true, .compare = true };
}

void frr_state_clear(struct frr_state *frr)
{
	child_kill(&frr->check);
	dhcp_free(&frr->dhcp);
	free(frr->refused);
	free(frr->checked);
	running_clear(&frr->shown);
	running_clear(&frr->resettled);
	running_clear(&frr->unrepaired);
	free(frr->partial_told);
	frr_state_init(frr);
}
