/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_apply_pace.c - a stage pauses while zebra's netlink queue is full
 *
 * The linker replaces the look at the queues, and the clock.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "apply_case.h"
#include "base/util.h"
#include "kernel/netlink_queue.h"
#include "unit.h"

/* In apply_pace.c. */
#define LOOK_FIRST     4
#define LOOK_EACH      32
#define LOOK_EACH_TINY 4
#define STUCK_US       1000000

int __wrap_netlink_queue_open(int netns_fd);
int __wrap_netlink_queue_read(int fd, int own_fd, struct netlink_queue *ret_queue);
uint64_t __wrap_clock_us(void);

static struct netlink_queue queue;
static int read_error, queue_fd;
static unsigned int n_opened, n_looks;
static uint64_t now_us;

int __wrap_netlink_queue_open(int netns_fd)
{
	ck_assert_int_eq(netns_fd, 101);
	n_opened++;
	if (queue_fd >= 0)
		queue_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return queue_fd;
}

int __wrap_netlink_queue_read(int fd, int own_fd, struct netlink_queue *ret_queue)
{
	ck_assert_int_eq(fd, queue_fd);
	ck_assert_int_eq(own_fd, 41);
	n_looks++;
	*ret_queue = queue;
	return read_error;
}

uint64_t __wrap_clock_us(void)
{
	return now_us;
}

static const struct net_link bridge = { .ns = NET_NS_FRR, .name = "br110", .kind = NET_KIND_BRIDGE };

static void setup(void)
{
	apply_case_begin();
	ac.apply.own_listener = 42;
	queue = (struct netlink_queue){ .size = 2u << 20 };
	now_us = 5000000;
	for (int i = 0; i < 100; i++)
		apply_case_add(PLAN_BUILD, OP_LINK_CREATE, VNI110)->link = &bridge;
}

static void teardown(void)
{
	apply_case_end();
}

/* Applies until the stage pauses or ends; what it returns. */
static int apply(void)
{
	ac.trace[0] = '\0';
	return apply_stage(&ac.apply, &ac.plan, PLAN_BUILD, &ac.err);
}

static bool is_closed(void)
{
	return fcntl(queue_fd, F_GETFD) < 0 && errno == EBADF;
}

START_TEST(empty_queue_is_looked_at_now_and_then)
{
	ck_assert_int_eq(apply(), 1);
	ck_assert_uint_eq(ac.apply.n_done, 100);
	/* After 4 operations, and then each 32. */
	ck_assert_uint_eq(n_looks, 4);
	ck_assert_uint_eq(n_opened, 1);
	ck_assert(is_closed());
}
END_TEST

START_TEST(tiny_queue_is_looked_at_often)
{
	queue.size = 200000;
	ck_assert_int_eq(apply(), 1);
	ck_assert_uint_eq(n_looks, 1 + (100 - LOOK_FIRST) / LOOK_EACH_TINY);
}
END_TEST

START_TEST(few_operations_need_no_look)
{
	ac.plan.n_ops = LOOK_FIRST - 1;
	ck_assert_int_eq(apply(), 1);
	ck_assert_uint_eq(n_opened, 0);
}
END_TEST

START_TEST(full_queue_pauses_until_it_is_nearly_empty)
{
	size_t done;

	queue.percent = 49;
	n_looks = 0;
	ac.plan.n_ops = LOOK_FIRST + 1;
	queue.percent = 50;
	ck_assert_int_eq(apply(), 0);
	ck_assert(ac.apply.pace.pausing);
	done = ac.apply.n_done;
	ck_assert_uint_lt(done, LOOK_FIRST + 1);
	/* Each further call looks, and does nothing else. */
	queue.percent = 25;
	ck_assert_int_eq(apply(), 0);
	ck_assert_uint_eq(n_looks, 2);
	ck_assert_uint_eq(ac.apply.n_done, done);
	ck_assert_str_eq(ac.trace, "");
	queue.percent = 24;
	ck_assert_int_eq(apply(), 1);
	ck_assert(!ac.apply.pace.pausing);
	ck_assert_uint_eq(ac.apply.n_done, LOOK_FIRST + 1);
	ck_assert(is_closed());
}
END_TEST

START_TEST(half_full_queue_does_not_pause)
{
	queue.percent = 49;
	ck_assert_int_eq(apply(), 1);
}
END_TEST

START_TEST(zebra_that_takes_nothing_is_not_waited_for)
{
	queue.percent = 90;
	ck_assert_int_eq(apply(), 0);
	now_us += STUCK_US;
	ck_assert_int_eq(apply(), 0);
	/* It takes some: that is slow, and not stuck. */
	queue.percent = 89;
	now_us += 1;
	ck_assert_int_eq(apply(), 0);
	now_us += STUCK_US;
	ck_assert_int_eq(apply(), 0);
	now_us += 1;
	n_looks = 0;
	ck_assert_int_eq(apply(), 1);
	ck_assert_msg(n_looks == 1, "no more looks in this stage");
	ck_assert_uint_eq(ac.apply.n_done, 100);
	ck_assert(is_closed());
}
END_TEST

START_TEST(kernel_that_cannot_tell)
{
	if (_i == 0)
		queue_fd = -1;
	else
		read_error = -ENOENT;
	queue.percent = 100;
	ck_assert_int_eq(apply(), 1);
	ck_assert_uint_eq(n_opened, 1);
	ck_assert_uint_eq(n_looks, _i);
}
END_TEST

START_TEST(pace_that_is_off)
{
	ac.apply.pace.off = true;
	queue.percent = 100;
	ck_assert_int_eq(apply(), 1);
	ck_assert_uint_eq(n_opened, 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("apply pace");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, empty_queue_is_looked_at_now_and_then);
	tcase_add_test(tcase, tiny_queue_is_looked_at_often);
	tcase_add_test(tcase, few_operations_need_no_look);
	tcase_add_test(tcase, full_queue_pauses_until_it_is_nearly_empty);
	tcase_add_test(tcase, half_full_queue_does_not_pause);
	tcase_add_test(tcase, zebra_that_takes_nothing_is_not_waited_for);
	tcase_add_loop_test(tcase, kernel_that_cannot_tell, 0, 2);
	tcase_add_test(tcase, pace_that_is_off);
	return unit_run("apply_pace", tcase);
}
