/* SPDX-License-Identifier: Apache-2.0 */
/* daemon.c - see daemon.h */
#include "base/clock.h"
#include "run/daemon.h"

int daemon_init(struct daemon *daemon, const struct run_options *options, struct evpn_error *err)
{
	*daemon = (struct daemon){ .options = *options, .trigger = "start", .started_ms = clock_ms() };
	frr_state_init(&daemon->frr);
	return run_init(&daemon->run, &daemon->options, &daemon->setup, &daemon->frr, err);
}

void daemon_free(struct daemon *daemon)
{
	drift_free(&daemon->drift);
	health_check_free(&daemon->health);
	keep_clear(&daemon->keep);
	run_free(&daemon->run);
	frr_state_clear(&daemon->frr);
	setup_clear(&daemon->setup);
}
