/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_frrdiff_growth.c - the cost of a difference grows with the size of hostile texts, and not with its square
 *
 * The cost is the number of basic blocks that frrdiff executes (it is compiled with -fsanitize-coverage=trace-pc), which is
 * the same on every machine; and the memory of the process.
 */
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frrdiff.h"
#include "unit.h"
#include "base/util.h"

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)
/*
 * The first cases of the table are tested up to 8 MiB, the others up to 512 KiB. The address sanitizer needs much time and
 * memory of its own.
 */
#ifdef __SANITIZE_ADDRESS__
#define N_LARGE	      0
#define MEMORY_COUNTS false
#else
#define N_LARGE	      2
#define MEMORY_COUNTS true
#endif

/* In a unit '@' stands for its number. */
static const struct {
	const char *what, *head, *unit, *wanted_head, *wanted_unit;
} table[] = {
	{ "neighbours and address families", "router bgp 1\n",
	  " neighbor n@ remote-as 1\n address-family f@\n  neighbor n@ activate\n exit-address-family\n",
	  "router bgp 1\n", " neighbor n@ remote-as 2\n address-family f@\n  no neighbor n@ activate\n exit\n" },
	{ "lines of one route-map", "route-map A permit 10\n", " set x@ y\n match a@ b\n", "route-map A permit 10\n",
	  " set x@ z\n match b@ b\n" },
	{ "neighbours and families that mention one of them", "router bgp 1\n neighbor g peer-group\n",
	  " neighbor n@ peer-group g\n address-family f@\n  neighbor g activate\n  no neighbor n@ activate\n exit\n",
	  "router bgp 1\n neighbor g peer-group\n", " neighbor n@ peer-group g\n address-family f@\n exit\n" },
	{ "members that change their group", "router bgp 1\n", " neighbor n@ peer-group a\n neighbor n@ port @\n",
	  "router bgp 1\n", " neighbor n@ peer-group b\n neighbor n@ port 1@\n" },
	{ "lines of one route-map that start alike", "route-map A permit 10\n", " set ip x@\n",
	  "route-map A permit 10\n", " set ip y@\n" },
	{ "route-maps", "", "route-map m@ permit 10\n match tag @\n", "", "route-map m@ deny 10\n match tag 1@\n" },
	{ "one list, whose entries move", "", "ip prefix-list P seq @ permit rule@\n", "",
	  "ip prefix-list P seq @ permit rule1@\n" },
	{ "lists without numbers", "", "bgp community-list standard L@ permit @\n", "",
	  "bgp community-list standard K@ permit @\n" },
	{ "VNIs", "router bgp 1\n address-family l2vpn evpn\n",
	  "vni @\nroute-target\nroute-target both 1:@\nexit-vni\n", "router bgp 1\n address-family l2vpn evpn\n",
	  "vni @\nroute-target import 1:@\nexit-vni\n" },
	{ "VRFs", "", "vrf r@\nvni @\nexit-vrf\nrouter bgp 1 vrf r@\n", "",
	  "vrf r@\nvni 1@\nexit-vrf\nrouter bgp 2 vrf r@\n" },
	{ "VRFs with instances", "",
	  "vrf r@\n vni @\nexit-vrf\nrouter bgp 1 vrf r@\n neighbor n remote-as @\n address-family ipv4 unicast\n"
	  "  network @\n exit-address-family\nexit\n",
	  "",
	  "vrf r@\n vni 1@\nexit-vrf\nrouter bgp 1 vrf r@\n neighbor n remote-as @\n address-family ipv4 unicast\n"
	  "  network @\n exit-address-family\nexit\n" },
	{ "routes of VRFs", "", "ip route 10.0.0.0/8 1.1.1.1 vrf r@\n", "", "ip route 10.0.0.0/8 reject vrf r@\n" },
	{ "routes", "", "ip route 10.0.0.0/8 g@\n", "", "ip route 10.0.0.0/8 blackhole @\n" },
	{ "one context again and again", "", "interface eth0\nip ospf x@\n", "", "interface eth0\nip ospf y@\n" },
	{ "interfaces", "router ospf\n", " passive-interface e@\n", "router ospf\n", " no passive-interface e@\n" },
	{ "deletions", "", "router x@\n", "", "router x@\nno route-map y@\nno router z@\n" },
	{ "one line", "ip route", " 10.0.0.0/8", "ip route", " reject" },
	{ "addresses that grow", "x", " ::1@/128", "x", " ::@/1" },
	{ "empty lines", "", "\n", "", "!\n" },
	{ "daemons", "", "ip pim x@\nrouter pim x@\n", "", "router isis @\nip route 1.1.1.1/32 @\n" },
};

static uint64_t blocks;

/* The compiler puts a call of this function into each basic block of frrdiff. */
void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
	blocks++;
}

static char *text_of(const char *head, const char *unit, size_t size)
{
	char *text = xcalloc(size + 1024, 1), *to = stpcpy(text, head);

	for (unsigned int i = 1; (size_t)(to - text) < size; i++)
		for (const char *at = unit; *at; at++)
			to += *at == '@' ? sprintf(to, "%u", i) : (*to = *at, 1);
	return text;
}

struct cost {
	uint64_t blocks;
	size_t memory;
};

/* In a process of its own, whose memory is that of the texts and their difference. */
static struct cost cost_of(size_t i, size_t size)
{
	struct cost cost = { 0 };
	struct rusage usage;
	int pipes[2], status;
	pid_t pid;

	ck_assert_int_eq(pipe(pipes), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		char *running = text_of(table[i].head, table[i].unit, size);
		char *wanted = text_of(table[i].wanted_head, table[i].wanted_unit, size);
		struct evpn_error err = { 0 };
		struct frrdiff diff = { 0 };

		frrdiff_make(running, wanted, "zebra bgpd", &diff, &err);
		_exit(write(pipes[1], &blocks, sizeof(blocks)) != sizeof(blocks));
	}
	close(pipes[1]);
	ck_assert_int_eq(read(pipes[0], &cost.blocks, sizeof(cost.blocks)), sizeof(cost.blocks));
	close(pipes[0]);
	ck_assert_int_eq(wait4(pid, &status, 0, &usage), pid);
	ck_assert_int_eq(status, 0);
	cost.memory = (size_t)usage.ru_maxrss << 10;
	return cost;
}

START_TEST(cost_is_linear)
{
	size_t first = _i < N_LARGE ? MIB : 128 * KIB;
	struct cost last = cost_of((size_t)_i, first / 2);

	ck_assert_uint_gt(last.blocks, first / 64);
	for (size_t size = first; size <= first * (_i < N_LARGE ? 8 : 4); size *= 2) {
		struct cost cost = cost_of((size_t)_i, size);

		printf("%s, %zu KiB: %.1f blocks and %.1f bytes of memory for each byte\n", table[_i].what, size / KIB,
		       (double)cost.blocks / (double)size, (double)cost.memory / (double)size);
		/* Sorting twice the lines takes a little more than twice the steps; a quadratic cost would be four times. */
		ck_assert_msg(cost.blocks < last.blocks * 5 / 2, "%s, %zu KiB: %" PRIu64 " blocks, half of it %" PRIu64,
			      table[_i].what, size / KIB, cost.blocks, last.blocks);
		ck_assert_msg(!MEMORY_COUNTS || cost.memory < 16 * MIB + size * 120, "%s, %zu KiB: %zu bytes of memory",
			      table[_i].what, size / KIB, cost.memory);
		last = cost;
	}
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("frrdiff-growth");

	/* With a reserve for a busy machine. */
	tcase_set_timeout(tcase, 300);
	tcase_add_loop_test(tcase, cost_is_linear, 0, ARRAY_LEN(table));
	return unit_run("frrdiff-growth", tcase);
}
