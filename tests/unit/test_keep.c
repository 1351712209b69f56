/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_keep.c - which neighbors are kept, and how fast the kernel is asked for them. The kernel is the test's (--wrap).
 */
#include <errno.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/util.h"
#include "run/daemon.h"
#include "run/keep.h"
#include "unit.h"

bool __wrap_neighbors_read(struct neighbors *neighbors, neighbors_each *each, void *arg);
int __wrap_neighbors_read_all(struct neighbors *neighbors, neighbors_each *each, void *arg);
int __wrap_neighbors_ask(struct neighbors *neighbors, const struct neighbor *neighbor);
void __wrap_log_line(enum evpn_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* br110 has gateways of both families, br120 of IPv4; br130's neighbors are not to be kept; br140 is another program's. */
static struct config_l2vni l2vnis[] = {
	{ .vni = 110, .keep_neighbors = true }, { .vni = 120, .keep_neighbors = true }, { .vni = 130 },
	{ .vni = 140, .keep_neighbors = true }, { .vni = 150, .keep_neighbors = true },
};
static struct config config = { .l2vnis = l2vnis, .n_l2vnis = ARRAY_LEN(l2vnis) };
static struct daemon d;
static unsigned int n_read_all, n_asked, n_logged;
static size_t n_stale; /* what the kernel has when all are read */
static int result; /* of asking, and of reading all */
static bool lost;

static struct neighbor neighbor(int ifindex, const char *text)
{
	struct neighbor n = { .ifindex = ifindex };

	ck_assert(ipaddr_parse(text, false, &n.ip));
	return n;
}

bool __wrap_neighbors_read(struct neighbors *neighbors, neighbors_each *each, void *arg)
{
	const struct neighbor n = neighbor(11, "192.168.20.9");

	each(&n, arg);
	return lost;
}

int __wrap_neighbors_read_all(struct neighbors *neighbors, neighbors_each *each, void *arg)
{
	const struct neighbor n = neighbor(11, "192.168.20.9");

	n_read_all++;
	for (size_t i = 0; i < n_stale && result == 0; i++)
		each(&n, arg);
	return result;
}

int __wrap_neighbors_ask(struct neighbors *neighbors, const struct neighbor *neighbor)
{
	n_asked++;
	return result == 0 ? 1 : result;
}

void __wrap_log_line(enum evpn_log_level level, const char *format, ...)
{
	n_logged++;
}

static void add_link(struct net *net, const char *name, int ifindex, enum net_owner owner)
{
	struct net_link *link = util_append(&net->links, &net->n_links, sizeof(*link));

	link->ns = NET_NS_FRR;
	link->kind = NET_KIND_BRIDGE;
	link->owner = owner;
	link->ifindex = ifindex;
	net_set_name(link->name, name);
}

static void add_addr(struct net *net, const char *link, const char *text)
{
	struct net_addr *addr = util_append(&net->addrs, &net->n_addrs, sizeof(*addr));

	addr->ns = NET_NS_FRR;
	net_set_name(addr->link, link);
	ck_assert(ipaddr_parse(text, true, &addr->ip));
}

static void begin(void)
{
	struct net *net = &d.drift.known.net;

	d = (struct daemon){ 0 };
	n_read_all = n_asked = n_logged = 0;
	n_stale = 0;
	result = 0;
	lost = false;
	add_link(net, "br110", 11, NET_OWNER_OURS);
	add_link(net, "br120", 9, NET_OWNER_OURS);
	add_link(net, "br130", 13, NET_OWNER_OURS);
	add_link(net, "br140", 14, NET_OWNER_FOREIGN);
	/* Of VNI 150 there is no device. */
	add_link(net, "br150", 0, NET_OWNER_OURS);
	add_addr(net, "br110", "2001:db8:20::1/64");
	add_addr(net, "br110", "192.168.20.1/24");
	add_addr(net, "br110", "192.168.20.2/24");
	add_addr(net, "br120", "192.168.30.1/24");
	add_addr(net, "br130", "192.168.40.1/24");
	add_addr(net, "br140", "192.168.50.1/24");
	net_sort(net);
	d.setup.config = &config;
	d.run.setup = &d.setup;
	/* No function but the wrapped ones looks at it. */
	d.run.neighbors = (struct neighbors *)&d;
	d.run.started_us = 1;
	d.drift.settled = true;
}

static void end(void)
{
	keep_clear(&d.keep);
	net_clear(&d.drift.known.net);
}

static size_t queued(int ifindex, const char *text)
{
	const struct neighbor n = neighbor(ifindex, text);
	size_t before = d.keep.n_queued;

	keep_add(&d.keep, &n);
	return d.keep.n_queued - before;
}

START_TEST(only_bridges_with_an_address_of_the_family)
{
	keep_settle(&d);
	ck_assert_uint_eq(queued(11, "192.168.20.9"), 1);
	ck_assert_uint_eq(queued(11, "2001:db8:20::9"), 1);
	ck_assert_uint_eq(queued(9, "192.168.30.9"), 1);
	ck_assert_uint_eq(queued(9, "2001:db8:30::9"), 0);
	ck_assert_msg(queued(13, "192.168.40.9") == 0, "keep_neighbors = false");
	ck_assert_msg(queued(14, "192.168.50.9") == 0, "another program's bridge");
	ck_assert_uint_eq(queued(0, "192.168.50.9"), 0);
	ck_assert_uint_eq(queued(10, "192.168.20.9"), 0);
}
END_TEST

START_TEST(a_start_reads_all_and_a_look_does_not)
{
	n_stale = 3;
	keep_settle(&d);
	ck_assert_uint_ne(keep_next(&d), KEEP_IDLE);
	ck_assert_uint_eq(n_read_all, 1);
	ck_assert_uint_eq(n_asked, 1);
	ck_assert_uint_ne(keep_next(&d), KEEP_IDLE);
	ck_assert_uint_eq(keep_next(&d), KEEP_IDLE);
	ck_assert_uint_eq(d.keep.n_asked, 3);
	/* A look for drift, without a run. */
	keep_settle(&d);
	ck_assert_uint_eq(keep_next(&d), KEEP_IDLE);
	ck_assert_uint_eq(n_read_all, 1);
	/* What the run waited for came, and it has made devices; then a new run. */
	d.run.n_changes = 2;
	keep_settle(&d);
	keep_next(&d);
	ck_assert_uint_eq(n_read_all, 2);
	d.run.started_us = 2;
	keep_settle(&d);
	keep_next(&d);
	ck_assert_uint_eq(n_read_all, 3);
}
END_TEST

START_TEST(the_queue_is_bounded_and_what_does_not_fit_comes_later)
{
	size_t most = 0, before;

	keep_settle(&d);
	keep_next(&d);
	for (size_t i = 0; i < KEEP_QUEUE_MAX + 10; i++)
		queued(11, "192.168.20.9");
	ck_assert_uint_eq(d.keep.n_queued, KEEP_QUEUE_MAX);
	ck_assert_uint_eq(d.keep.n_dropped, 10);
	n_stale = 10;
	for (int i = 0; i < 100000 && d.keep.n_queued; i++) {
		uint32_t wait;

		before = n_asked;
		wait = keep_next(&d);
		ck_assert_msg(wait == KEEP_IDLE || (wait >= KEEP_TICK_MS && wait < KEEP_TICK_MS + KEEP_JITTER_MS),
			      "%u ms", wait);
		most = n_asked - before > most ? n_asked - before : most;
	}
	ck_assert_uint_eq(most, KEEP_SHARE_MAX);
	ck_assert_uint_eq(n_asked, KEEP_QUEUE_MAX);
	ck_assert_uint_eq(n_read_all, 1);
	keep_next(&d);
	ck_assert_uint_eq(n_read_all, 2);
	ck_assert_uint_eq(d.keep.n_queued, 9);
}
END_TEST

START_TEST(lost_notifications_are_made_up_for)
{
	keep_settle(&d);
	keep_next(&d);
	lost = true;
	keep_read(&d);
	ck_assert_uint_eq(keep_share(d.keep.n_queued), 1);
	ck_assert_uint_ne(keep_next(&d), KEEP_IDLE);
	ck_assert_uint_eq(n_read_all, 1);
	ck_assert_uint_eq(keep_next(&d), KEEP_IDLE);
	ck_assert_uint_eq(n_read_all, 2);
}
END_TEST

START_TEST(another_namespace_has_other_indices)
{
	keep_settle(&d);
	queued(11, "192.168.20.9");
	d.run.neighbors = NULL;
	ck_assert_uint_eq(keep_next(&d), KEEP_IDLE);
	ck_assert_uint_eq(d.keep.n_queued, 0);
	ck_assert_uint_eq(n_asked, 0);
	/* As long as it is not known how the kernel stands, nothing is. */
	d.run.neighbors = (struct neighbors *)&d;
	d.run.started_us = 2;
	d.drift.settled = false;
	keep_settle(&d);
	ck_assert_uint_eq(d.keep.of_run, 1);
	keep_read(&d);
	ck_assert_uint_eq(d.keep.n_queued, 1);
	d.drift.settled = true;
	keep_settle(&d);
	ck_assert_uint_eq(d.keep.n_queued, 0);
}
END_TEST

START_TEST(a_kernel_that_refuses_is_told_once)
{
	keep_settle(&d);
	keep_next(&d);
	for (int i = 0; i < 3; i++)
		queued(11, "192.168.20.9");
	result = -EPERM;
	while (keep_next(&d) != KEEP_IDLE)
		;
	ck_assert_uint_eq(d.keep.n_refused, 3);
	ck_assert_uint_eq(d.keep.n_asked, 0);
	ck_assert_uint_eq(n_logged, 1);
	/* Reading all fails for good, or is interrupted. */
	d.run.started_us = 2;
	keep_settle(&d);
	ck_assert_uint_eq(keep_next(&d), KEEP_IDLE);
	result = -EINTR;
	d.run.started_us = 3;
	keep_settle(&d);
	ck_assert_uint_ne(keep_next(&d), KEEP_IDLE);
}
END_TEST

START_TEST(without_gateways_nothing_is_read)
{
	d.drift.known.net.n_addrs = 0;
	keep_settle(&d);
	ck_assert_uint_eq(keep_next(&d), KEEP_IDLE);
	ck_assert_uint_eq(n_read_all, 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("keep");

	tcase_add_checked_fixture(tcase, begin, end);
	tcase_add_test(tcase, only_bridges_with_an_address_of_the_family);
	tcase_add_test(tcase, a_start_reads_all_and_a_look_does_not);
	tcase_add_test(tcase, the_queue_is_bounded_and_what_does_not_fit_comes_later);
	tcase_add_test(tcase, lost_notifications_are_made_up_for);
	tcase_add_test(tcase, another_namespace_has_other_indices);
	tcase_add_test(tcase, a_kernel_that_refuses_is_told_once);
	tcase_add_test(tcase, without_gateways_nothing_is_read);
	return unit_run("keep", tcase);
}
