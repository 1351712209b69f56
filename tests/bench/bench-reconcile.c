/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-reconcile.c - what one run of evpnd costs, step by step, without FRR
 *
 *	bench-reconcile HOST_NETNS FRR_NETNS CONFIG...
 *
 * Brings the two namespaces (paths) from one configuration to the next with evpnd's own code, and prints a line for each:
 * the milliseconds of CPU, and of load, read, plan, build, raise and prune by the clock; how many operations, netlink
 * messages (dumps included) and sysctl writes that were.
 */
#include <errno.h>
#include <fcntl.h>
#include <netlink/netlink.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "kernel/read.h"
#include "kernel/apply.h"
#include "plan/desired.h"
#include "kernel/netns.h"
#include "kernel/port_filter.h"
#include "kernel/vlan_map.h"
#include "run/steps.h"
#include "base/util.h"

enum phase { LOAD, READ, PLAN, BUILD, RAISE, PRUNE };
#define PHASE_COUNT 6

struct bench {
	int netns_fd[NET_NS_COUNT];
	struct rtnl *rtnl[NET_NS_COUNT];
	struct config *config;
	struct net actual, desired;
	struct plan plan;
	bool *failed;
	size_t n_ops;
};

static size_t n_messages;

/* The linker puts these around libnl's (-Wl,--wrap), for the libraries too, so that they must see it. */
int __real_nl_send_auto(struct nl_sock *sk, struct nl_msg *msg);
__attribute__((visibility("default"))) int __wrap_nl_send_auto(struct nl_sock *sk, struct nl_msg *msg);

int __wrap_nl_send_auto(struct nl_sock *sk, struct nl_msg *msg)
{
	n_messages++;
	return __real_nl_send_auto(sk, msg);
}

static int load(struct bench *bench, const char *path, struct evpn_error *err)
{
	struct config_errors errors = { 0 };

	bench->config = config_load(path, &errors);
	if (!bench->config)
		evpn_fail(err, EINVAL, "%s", errors.lines[0]);
	config_errors_clear(&errors);
	return bench->config ? 0 : -1;
}

static int read_kernel(struct bench *bench, struct evpn_error *err)
{
	for (int ns = 0; ns < NET_NS_COUNT; ns++)
		if (rtnl_open(bench->netns_fd[ns], &bench->rtnl[ns], err) < 0)
			return -1;
	if (read_net(bench->rtnl, "bench", &bench->actual, err) < 0 ||
	    read_vlan_map(bench->rtnl[NET_NS_FRR], &bench->actual, err) < 0)
		return -1;
	return read_port_filters(bench->rtnl[NET_NS_FRR], config_wants_relay(bench->config), &bench->actual, err);
}

static int make_plan(struct bench *bench, struct evpn_error *err)
{
	const struct nic_records none = { 0 };

	desired_make(bench->config, &none, (unsigned int[]){ 1500 }, &bench->desired);
	if (read_sysctls(bench->netns_fd, &bench->desired, &bench->actual, err) < 0)
		return -1;
	plan_make(&bench->desired, &bench->actual, &bench->plan);
	if (bench->plan.n_problems)
		return evpn_fail(err, EINVAL, "%s", bench->plan.problems[0].text);
	bench->failed = xcalloc(bench->desired.n_groups, sizeof(bool));
	return 0;
}

static void report(void *arg, unsigned int group, const struct evpn_error *err)
{
	fprintf(stderr, "bench-reconcile: %s\n", err->msg);
	exit(EXIT_FAILURE);
}

static int apply(struct bench *bench, enum plan_stage stage, struct evpn_error *err)
{
	struct apply apply = { .rtnl = bench->rtnl,
			       .netns_fd = bench->netns_fd,
			       .instance = "bench",
			       .desired = &bench->desired,
			       .failed = bench->failed,
			       .report = report };
	int r = apply_stage(&apply, &bench->plan, stage, err);

	bench->n_ops += apply.n_done;
	return r;
}

static int run_phase(struct bench *bench, enum phase phase, const char *path, struct evpn_error *err)
{
	switch (phase) {
	case LOAD:
		return load(bench, path, err);
	case READ:
		return read_kernel(bench, err);
	case PLAN:
		return make_plan(bench, err);
	case BUILD:
		return apply(bench, PLAN_BUILD, err);
	case RAISE:
		return apply(bench, PLAN_RAISE, err);
	case PRUNE:
		return apply(bench, PLAN_PRUNE, err);
	}
	return -1;
}

static void forget(struct bench *bench)
{
	for (int ns = 0; ns < NET_NS_COUNT; ns++) {
		rtnl_close(bench->rtnl[ns]);
		bench->rtnl[ns] = NULL;
	}
	plan_clear(&bench->plan);
	net_clear(&bench->actual);
	net_clear(&bench->desired);
	config_free(util_take_ptr(&bench->config));
	free(util_take_ptr(&bench->failed));
	bench->n_ops = n_messages = 0;
}

static int run(struct bench *bench, const char *path)
{
	uint64_t start = clock_us();
	clock_t cpu = clock();
	double ms[PHASE_COUNT];
	struct evpn_error err = { 0 };
	size_t n_writes = 0;

	for (int phase = 0; phase < PHASE_COUNT; phase++) {
		if (run_phase(bench, (enum phase)phase, path, &err) < 0) {
			fprintf(stderr, "bench-reconcile: %s: %s\n", path, err.msg);
			return -1;
		}
		uint64_t end = clock_us();

		ms[phase] = (double)(end - start) / 1000;
		start = end;
	}
	printf("%.1f ", (double)(clock() - cpu) * 1000 / CLOCKS_PER_SEC);
	for (int phase = 0; phase < PHASE_COUNT; phase++)
		printf("%.1f ", ms[phase]);
	for (size_t i = 0; i < bench->plan.n_ops; i++)
		n_writes += bench->plan.ops[i].type == OP_SYSCTL_SET || bench->plan.ops[i].type == OP_LINK_IPV6;
	printf("%zu %zu %zu\n", bench->n_ops, n_messages, n_writes);
	fflush(stdout);
	return 0;
}

int main(int argc, char **argv)
{
	struct bench bench = { 0 };
	int r = 0;

	if (argc < 4) {
		fputs("usage: bench-reconcile HOST_NETNS FRR_NETNS CONFIG...\n", stderr);
		return EXIT_FAILURE;
	}
	for (int ns = 0; ns < NET_NS_COUNT; ns++) {
		bench.netns_fd[ns] = open(argv[1 + ns], O_RDONLY | O_CLOEXEC);
		if (bench.netns_fd[ns] < 0) {
			perror(argv[1 + ns]);
			return EXIT_FAILURE;
		}
	}
	for (int i = 3; i < argc && r == 0; i++) {
		r = run(&bench, argv[i]);
		forget(&bench);
	}
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
