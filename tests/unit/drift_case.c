/* SPDX-License-Identifier: Apache-2.0 */
/* drift_case.c - see drift_case.h */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>

#include "base/util.h"
#include "drift_case.h"
#include "plan/desired.h"

int __wrap_observe(const struct observe_source *from, struct observation *obs, struct evpn_error *err);
bool __wrap_notify_read(struct notify *monitor, void (*each)(const struct nlmsghdr *hdr, void *arg), void *arg);
void __wrap_notify_close(struct notify *monitor);
int __wrap_ovs_fd(const struct ovs *ovs);
void __wrap_log_line(enum evpn_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct drift_case dc;

static bool is_down(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(dc.down); i++)
		if (dc.down[i] && streq(dc.down[i], name))
			return true;
	return false;
}

static void make_links(struct observation *obs)
{
	for (size_t i = 0; i < obs->desired.n_links; i++) {
		struct net_link *link = util_append(&obs->actual.links, &obs->actual.n_links, sizeof(*link));

		*link = obs->desired.links[i];
		link->want = 0;
		link->ifindex = (int)i + 1;
		link->owner = streq(link->name, "lo") ? NET_OWNER_FOREIGN : NET_OWNER_OURS;
		link->up = link->up && !is_down(link->name);
	}
}

#define COPY(what)                                                                                               \
	do {                                                                                                     \
		for (size_t i = 0; i < obs->desired.n_##what; i++)                                               \
			memcpy(util_append(&obs->actual.what, &obs->actual.n_##what, sizeof(*obs->actual.what)), \
			       &obs->desired.what[i], sizeof(*obs->actual.what));                                \
	} while (0)

static void make_observation(struct observation *obs)
{
	const struct nic_records nics = { 0 };
	const unsigned int mtu = 0;

	desired_make(&dc.c.config, &nics, &mtu, &obs->desired);
	make_links(obs);
	COPY(addrs);
	COPY(routes);
	COPY(rules);
	COPY(sysctls);
	net_sort(&obs->actual);
	plan_make(&obs->desired, &obs->actual, &obs->plan);
}

int __wrap_observe(const struct observe_source *from, struct observation *obs, struct evpn_error *err)
{
	dc.n_observed++;
	ck_assert_int_ge(from->netns_fd[NET_NS_FRR], 0);
	if (dc.unreadable)
		return evpn_fail(err, EIO, "the kernel cannot be read");
	if (dc.interrupted)
		return evpn_fail(err, EINTR, "the namespace kept changing");
	if (dc.waits)
		return evpn_wait(err, "Open vSwitch has not answered yet");
	make_observation(obs);
	return 1;
}

int __wrap_ovs_fd(const struct ovs *ovs)
{
	return DRIFT_CASE_FD;
}

bool __wrap_notify_read(struct notify *monitor, void (*each)(const struct nlmsghdr *hdr, void *arg), void *arg)
{
	const struct nlmsghdr hdr = { .nlmsg_len = sizeof(hdr), .nlmsg_type = dc.queued };

	ck_assert_ptr_nonnull(monitor);
	if (each)
		each(&hdr, arg);
	else
		dc.n_drained++;
	return dc.lost;
}

void __wrap_notify_close(struct notify *monitor)
{
	dc.n_closed += monitor != NULL;
}

void __wrap_log_line(enum evpn_log_level level, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(dc.logged, sizeof(dc.logged), format, ap);
	va_end(ap);
}

void drift_case_begin(void)
{
	static struct config_l3vni l3 = { .vni = 100, .vrf = "red", .table = 1100 };
	static struct config_l2vni l2 = { .vni = 110, .arp_suppression = true };

	dc = (struct drift_case){ 0 };
	run_case_begin(&dc.c, RUN_UP);
	dc.run = &dc.c.daemon.run;
	dc.daemon = &dc.c.daemon;
	dc.daemon->options.listen = true;
	dc.c.config.l3vnis = &l3;
	dc.c.config.l2vnis = &l2;
	dc.c.config.n_l3vnis = dc.c.config.n_l2vnis = 1;
	ck_assert(ipaddr_parse("100.65.0.2", false, &dc.c.config.underlay.vtep));
}

void drift_case_end(void)
{
	run_case_end(&dc.c);
}

static void hold_netns(void)
{
	dc.run->netns_fd[NET_NS_FRR] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	ck_assert_int_ge(dc.run->netns_fd[NET_NS_FRR], 0);
}

void drift_case_ran(enum pipeline_step step, size_t n_changes)
{
	drift_stop(&dc.daemon->drift);
	run_begin(dc.run);
	make_observation(&dc.run->seen);
	dc.run->failed = xcalloc(dc.run->seen.desired.n_groups, sizeof(bool));
	dc.run->overtaken = xcalloc(dc.run->seen.desired.n_groups, sizeof(bool));
	dc.run->notify[NET_NS_HOST] = dc.run->notify[NET_NS_FRR] = (struct notify *)(void *)&dc;
	hold_netns();
	dc.run->n_changes = n_changes;
	dc.daemon->state.step = step;
	dc.n_observed = 0;
}

void drift_case_settles(uint32_t wait)
{
	ck_assert_uint_eq(drift_settle(dc.daemon), wait);
}

void drift_case_looks(uint32_t wait)
{
	ck_assert_msg(drift_look(dc.daemon) == wait, "%s", dc.logged);
}
