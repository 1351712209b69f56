/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_steps_zebra.c - zebra is asked for its links before an address is added
 *
 * The linker puts the fixture's clock in the place of evpnd's, and a table of indices in the place of the kernel's.
 */
#include <errno.h>
#include <fcntl.h>

#include "base/util.h"
#include "frr/zebra_links.h"
#include "run_case.h"
#include "unit.h"

/* In steps_zebra.c. */
#define PAUSE_MS 50
#define LIMIT_MS 10000

int __wrap_rtnl_open(int netns_fd, struct rtnl **ret_rtnl, struct evpn_error *err);
void __wrap_rtnl_close(struct rtnl *rtnl);
int __wrap_rtnl_ifindex(const struct rtnl *rtnl, const char *name);

static struct run_case c;
static struct run *run;
static int vni100_index;

int __wrap_rtnl_open(int netns_fd, struct rtnl **ret_rtnl, struct evpn_error *err)
{
	*ret_rtnl = (struct rtnl *)&c;
	return 0;
}

void __wrap_rtnl_close(struct rtnl *rtnl)
{
}

int __wrap_rtnl_ifindex(const struct rtnl *rtnl, const char *name)
{
	ck_assert_str_eq(name, "vni100");
	return vni100_index;
}

static void setup(void)
{
	run_case_begin(&c, RUN_UP);
	run = &c.daemon.run;
	for (int i = 0; i < 2; i++)
		util_append(&run->seen.desired.groups, &run->seen.desired.n_groups, sizeof(struct net_group));
	run->failed = xcalloc(2, sizeof(bool));
	run->overtaken = xcalloc(2, sizeof(bool));
	run->netns_fd[NET_NS_FRR] = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void teardown(void)
{
	run_case_end(&c);
}

#define LISTED(index) "{\"vni100\":{\"index\":" index "}}"

static int await_zebra(void)
{
	run->err = (struct evpn_error){ 0 };
	run->wait_ms = 0;
	return step_await_zebra(run);
}

/* The plan adds an address on vni100, which has index 5. */
static void plan_address(void)
{
	static const struct net_addr addr = { .ns = NET_NS_FRR, .link = "vni100" };
	struct plan *plan = &run->seen.plan;

	*(struct op *)util_append(&plan->ops, &plan->n_ops, sizeof(struct op)) =
		(struct op){ .stage = PLAN_RAISE, .type = OP_ADDR_ADD, .group = 1, .addr = &addr };
	vni100_index = 5;
}

START_TEST(zebra_is_asked_only_if_need_be)
{
	c.frr.vtysh_only = _i;
	run_case_answer(&c, "zebra", ZEBRA_LINKS_QUESTION, 1, LISTED("5"));
	ck_assert_msg(await_zebra() == 1, "no address is added");
	plan_address();
	c.daemon.frr.zebra_behind = false;
	ck_assert_msg(await_zebra() == 1, "no link was made since FRR listed its links");
	c.daemon.frr.zebra_behind = true;
	run->failed[1] = true;
	ck_assert_msg(await_zebra() == 1, "the address's group has failed");
	ck_assert_uint_eq(run_case_n_asked(&c, ZEBRA_LINKS_QUESTION), 0);
	run->failed[1] = false;
	ck_assert_int_eq(await_zebra(), 1);
	ck_assert_uint_eq(run_case_n_asked(&c, ZEBRA_LINKS_QUESTION), 1);
	ck_assert(!c.daemon.frr.zebra_behind);
}
END_TEST

START_TEST(zebra_that_does_not_list_a_device)
{
	plan_address();
	run_case_answer(&c, "zebra", ZEBRA_LINKS_QUESTION, 0, NULL);
	ck_assert_int_eq(await_zebra(), 0);
	ck_assert_uint_eq(run->wait_ms, RUN_ASK_AGAIN_MS);
	run_case_now_ms += 100 * LIMIT_MS;
	/* A device that was made anew has another index. */
	run_case_answer(&c, "zebra", ZEBRA_LINKS_QUESTION, 1, LISTED("4"));
	ck_assert_int_eq(await_zebra(), 0);
	ck_assert_uint_eq(run->wait_ms, PAUSE_MS);
	ck_assert_msg(strstr(run->err.msg, "zebra does not list vni100 yet") != NULL, "%s", run->err.msg);
	run_case_now_ms += LIMIT_MS - 1;
	ck_assert_int_eq(await_zebra(), 0);
	ck_assert(c.daemon.frr.zebra_behind);
	run_case_now_ms++;
	ck_assert_msg(await_zebra() == 1, "an address that zebra may miss is better than none");
}
END_TEST

START_TEST(zebra_that_cannot_be_asked_delays_nothing)
{
	plan_address();
	run_case_refuse(&c, "zebra", ZEBRA_LINKS_QUESTION, EPROTO, "no");
	ck_assert_int_eq(await_zebra(), 1);
	/* A device that was deleted meanwhile is reported when the operation fails. */
	c.daemon.frr.zebra_behind = true;
	run_case_answer(&c, "zebra", ZEBRA_LINKS_QUESTION, 1, LISTED("5"));
	vni100_index = 0;
	ck_assert_int_eq(await_zebra(), 1);
	c.daemon.frr.zebra_behind = true;
	c.frr_plugin.api.ask_daemon = NULL;
	c.frr_plugin.api.query_frr = NULL;
	ck_assert_int_eq(await_zebra(), 1);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("steps zebra");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, zebra_is_asked_only_if_need_be, 0, 2);
	tcase_add_test(tcase, zebra_that_does_not_list_a_device);
	tcase_add_test(tcase, zebra_that_cannot_be_asked_delays_nothing);
	return unit_run("steps_zebra", tcase);
}
