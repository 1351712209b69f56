/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_observe.c - reading the kernel and planning, and the record of what FRR's namespace was like (former.c)
 *
 * The linker replaces the sockets (rtnl_*) and what reads through them or asks Open vSwitch (read_*, ovs_read_needed).
 */
#include <errno.h>

#include "base/util.h"
#include "kernel/ovs.h"
#include "kernel/read.h"
#include "run/former.h"
#include "run/observe.h"
#include "run/state_file.h"
#include "unit.h"

int __wrap_rtnl_open(int netns_fd, struct rtnl **ret_rtnl, struct evpn_error *err);
void __wrap_rtnl_close(struct rtnl *rtnl);
int __wrap_rtnl_netns(const struct rtnl *rtnl, uint64_t *ret_netns, struct evpn_error *err);
int __wrap_read_net(struct rtnl *const rtnl[NET_NS_COUNT], const char *instance, struct net *net,
		    struct evpn_error *err);
int __wrap_read_port_filters(struct rtnl *frr, bool relays, struct net *net, struct evpn_error *err);
int __wrap_read_nic(struct rtnl *host, const struct net *actual, const struct net_link *link, const char *instance,
		    const char *name, struct nic_record *ret_nic, struct evpn_error *err);
int __wrap_read_sysctls(const int netns_fd[NET_NS_COUNT], const struct net *desired, struct net *actual,
			struct evpn_error *err);
int __wrap_ovs_read_needed(struct ovs *ovs, bool wanted, struct net *net);

static char dir[64];
static struct config config;
static struct observe_source from;
static struct observation obs;
static struct evpn_error err;
static uint64_t netns_id; /* of FRR's namespace */
static const char *fails; /* this does not work: "open frr", "net", "sysctls" */
static unsigned int n_open;
static const char *forward; /* the value of ip_forward */
static bool lo_up; /* in FRR's namespace */
static bool ovs_waits; /* Open vSwitch has not answered yet */

static int result(const char *what, struct evpn_error *ret_err)
{
	return fails && streq(fails, what) ? evpn_fail(ret_err, EIO, "%s", what) : 0;
}

int __wrap_rtnl_open(int netns_fd, struct rtnl **ret_rtnl, struct evpn_error *ret_err)
{
	if (result(netns_fd == from.netns_fd[NET_NS_FRR] ? "open frr" : "open host", ret_err) < 0)
		return -1;
	n_open++;
	*ret_rtnl = (struct rtnl *)(void *)&dir[netns_fd];
	return 0;
}

void __wrap_rtnl_close(struct rtnl *rtnl)
{
	n_open -= rtnl != NULL;
}

int __wrap_rtnl_netns(const struct rtnl *rtnl, uint64_t *ret_netns, struct evpn_error *ret_err)
{
	*ret_netns = netns_id;
	return 0;
}

static void add_link(struct net *net, enum net_ns ns, const char *name, bool up)
{
	struct net_link *link = util_append(&net->links, &net->n_links, sizeof(*link));

	link->ns = ns;
	link->up = up;
	net_set_name(link->name, name);
}

int __wrap_read_port_filters(struct rtnl *frr, bool relays, struct net *net, struct evpn_error *ret_err)
{
	return 0;
}

/* lo in each namespace that there is, and a bridge of evpnd's in FRR's. */
int __wrap_read_net(struct rtnl *const rtnl[NET_NS_COUNT], const char *instance, struct net *net,
		    struct evpn_error *ret_err)
{
	add_link(net, NET_NS_HOST, "lo", true);
	if (rtnl[NET_NS_FRR]) {
		add_link(net, NET_NS_FRR, "lo", lo_up);
		add_link(net, NET_NS_FRR, "br900", true);
		net->links[net->n_links - 1].kind = NET_KIND_BRIDGE;
		net->links[net->n_links - 1].owner = NET_OWNER_OURS;
	}
	net_sort(net);
	return result("net", ret_err);
}

int __wrap_read_nic(struct rtnl *host, const struct net *actual, const struct net_link *link, const char *instance,
		    const char *name, struct nic_record *ret_nic, struct evpn_error *ret_err)
{
	ck_abort_msg("no NIC is on the host");
	return -1;
}

/* Each one that is wanted is "0", but for ip_forward. */
int __wrap_read_sysctls(const int netns_fd[NET_NS_COUNT], const struct net *desired, struct net *actual,
			struct evpn_error *ret_err)
{
	for (size_t i = 0; i < desired->n_sysctls; i++) {
		struct net_sysctl *sysctl = util_append(&actual->sysctls, &actual->n_sysctls, sizeof(*sysctl));

		*sysctl = desired->sysctls[i];
		strcpy(sysctl->value, streq(sysctl->key, "net/ipv4/ip_forward") ? forward : "0");
	}
	net_sort(actual);
	return result("sysctls", ret_err);
}

int __wrap_ovs_read_needed(struct ovs *ovs, bool wanted, struct net *net)
{
	ck_assert(!wanted);
	return !ovs_waits;
}

static void setup(void)
{
	strcpy(dir, "/tmp/evpnd-observe-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert(ipaddr_parse("100.65.0.2", false, &config.underlay.vtep));
	from = (struct observe_source){
		.config = &config, .instance = "default", .state_dir = dir, .netns_fd = { 1, 2 }
	};
	netns_id = 7;
	forward = "0";
}

static void teardown(void)
{
	_cleanup_free_ char *command = xasprintf("rm -r '%s'", dir);

	observation_clear(&obs);
	ck_assert_uint_eq(n_open, 0);
	ck_assert_int_eq(system(command), 0);
}

static void look(void)
{
	observation_clear(&obs);
	ck_assert_msg(observe(&from, &obs, &err) == 1, "%s", err.msg);
}

static bool plans(const char *text)
{
	char buf[PLAN_OP_SIZE];

	for (size_t i = 0; i < obs.plan.n_ops; i++)
		if (streq(plan_op_text(&obs.plan.ops[i], buf), text))
			return true;
	return false;
}

START_TEST(what_is_left_to_do)
{
	look();
	ck_assert_uint_eq(obs.netns_id, 7);
	ck_assert(plans("frr: link set lo up"));
	ck_assert(plans("frr: address add 100.65.0.2/32 dev lo"));
	ck_assert(plans("frr: sysctl net/ipv4/ip_forward=1"));
	ck_assert(plans("frr: link del br900"));
	forward = "1";
	look();
	ck_assert(!plans("frr: sysctl net/ipv4/ip_forward=1"));
}
END_TEST

START_TEST(each_fault_is_returned)
{
	static const char *const faults[] = { "open host", "open frr", "net", "sysctls" };

	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		fails = faults[i];
		ck_assert_int_lt(observe(&from, &obs, &err), 0);
		ck_assert_str_eq(err.msg, fails);
		ck_assert_msg(n_open == 0, "%s: a socket keeps a dead namespace alive", fails);
		observation_clear(&obs);
	}
}
END_TEST

START_TEST(open_vswitch_answers_later)
{
	ovs_waits = true;
	ck_assert_int_eq(observe(&from, &obs, &err), 0);
	ck_assert_msg(n_open == 0, "a socket keeps a dead namespace alive");
	ck_assert_int_eq(observe(&from, &obs, &err), 0);
	/* What was read once is not read again. */
	ovs_waits = false;
	fails = "net";
	ck_assert_int_eq(observe(&from, &obs, &err), 1);
	ck_assert(plans("frr: link del br900"));
	ck_assert_uint_eq(obs.actual.n_links, 3);
}
END_TEST

START_TEST(record_that_cannot_be_read_ends_it)
{
	_cleanup_free_ char *path = xasprintf("%s/netns.json", dir);
	const char *what = "";

	ck_assert_int_eq(util_write_file(path, "{", 1, 0600, (uid_t)-1, (gid_t)-1, &what), 0);
	ck_assert_int_lt(observe(&from, &obs, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.msg, "netns.json"));
}
END_TEST

START_TEST(down_wants_nothing)
{
	from.down = true;
	look();
	ck_assert_uint_eq(obs.plan.n_ops, 1);
	ck_assert(plans("frr: link del br900"));
	/* What evpnd changed of the namespace is restored. */
	from.down = false;
	look();
	ck_assert_int_eq(former_save(dir, &obs, &err), 0);
	from.down = true;
	forward = "1";
	look();
	ck_assert(plans("frr: sysctl net/ipv4/ip_forward=0"));
	ck_assert(plans("frr: link del br900"));
	ck_assert(!plans("frr: link set lo up"));
}
END_TEST

START_TEST(no_namespace_nothing_in_it)
{
	from.netns_fd[NET_NS_FRR] = -1;
	from.down = true;
	look();
	ck_assert_uint_eq(obs.netns_id, 0);
	ck_assert_uint_eq(obs.actual.n_links, 1);
	ck_assert_uint_eq(obs.plan.n_ops, 0);
}
END_TEST

static const char *recorded(const char *key)
{
	const struct net_sysctl *sysctl = net_find_sysctl(&obs.former, NET_NS_FRR, key);

	return sysctl ? sysctl->value : NULL;
}

START_TEST(former_keeps_what_was_recorded_first)
{
	look();
	ck_assert_uint_eq(obs.former.n_links, 0);
	ck_assert_int_eq(former_save(dir, &obs, &err), 0);
	/* evpnd has changed it meanwhile: that is not what it was. */
	forward = "1";
	look();
	ck_assert_str_eq(recorded("net/ipv4/ip_forward"), "0");
	ck_assert(!net_find_link(&obs.former, NET_NS_FRR, "lo")->up);
	ck_assert_int_eq(former_save(dir, &obs, &err), 0);
	look();
	ck_assert_str_eq(recorded("net/ipv4/ip_forward"), "0");
}
END_TEST

START_TEST(former_adds_what_is_changed_later)
{
	_cleanup_free_ char *path = xasprintf("%s/netns.json", dir);

	look();
	ck_assert_ptr_null(recorded("net/ipv6/conf/lo/disable_ipv6"));
	ck_assert_int_eq(former_save(dir, &obs, &err), 0);
	/* With an IPv6 VTEP one more sysctl is set; evpnd has raised lo meanwhile. */
	lo_up = true;
	ck_assert(ipaddr_parse("2001:db8::2", false, &config.underlay.vtep));
	look();
	ck_assert_int_eq(former_save(dir, &obs, &err), 0);
	look();
	ck_assert_str_eq(recorded("net/ipv6/conf/lo/disable_ipv6"), "0");
	ck_assert(obs.former.n_links == 1 && !obs.former.links[0].up);
	ck_assert_str_eq(recorded("net/ipv4/ip_forward"), "0");
	/* Nothing new, nothing written. */
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(former_save(dir, &obs, &err), 0);
	ck_assert_int_lt(access(path, F_OK), 0);
}
END_TEST

START_TEST(former_is_of_one_namespace)
{
	look();
	ck_assert_int_eq(former_save(dir, &obs, &err), 0);
	netns_id = 8;
	forward = "1";
	look();
	ck_assert_ptr_null(recorded("net/ipv4/ip_forward"));
	ck_assert_int_eq(former_save(dir, &obs, &err), 0);
	look();
	ck_assert_str_eq(recorded("net/ipv4/ip_forward"), "1");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("observe");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, what_is_left_to_do);
	tcase_add_test(tcase, each_fault_is_returned);
	tcase_add_test(tcase, open_vswitch_answers_later);
	tcase_add_test(tcase, record_that_cannot_be_read_ends_it);
	tcase_add_test(tcase, down_wants_nothing);
	tcase_add_test(tcase, no_namespace_nothing_in_it);
	tcase_add_test(tcase, former_keeps_what_was_recorded_first);
	tcase_add_test(tcase, former_adds_what_is_changed_later);
	tcase_add_test(tcase, former_is_of_one_namespace);
	return unit_run("observe", tcase);
}
