/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/util.h"
#include "kernel/read.h"
#include "nic_case.h"
#include "run/nic.h"
#include "run/state_file.h"
#include "unit.h"

int __wrap_read_nic(struct rtnl *host, const struct net *actual, const struct net_link *link,
		    const struct nic_names *names, struct nic_record *ret_nic, struct evpn_error *err);

int __wrap_read_serials(const int netns_fd[NET_NS_COUNT], struct net *net,
			bool (*wants)(const struct net_link *link, void *arg), void *arg, struct evpn_error *err);

/* A serial that a test has set counts if evpnd reads it. */
int __wrap_read_serials(const int netns_fd[NET_NS_COUNT], struct net *net,
			bool (*wants)(const struct net_link *link, void *arg), void *arg, struct evpn_error *ret_err)
{
	for (size_t i = 0; i < net->n_links; i++)
		if (!wants(&net->links[i], arg))
			net->links[i].device.serial = 0;
	return 0;
}

char dir[64];
struct config config;
struct observe_source from;
struct observation obs;
struct evpn_error err;
unsigned int n_read;
bool unreadable;
const char *alias = "";

/* What the NIC looks like on the host: MTU 9000, one route. */
int __wrap_read_nic(struct rtnl *host, const struct net *actual, const struct net_link *link,
		    const struct nic_names *names, struct nic_record *ret_nic, struct evpn_error *ret_err)
{
	struct net_route *route;

	n_read++;
	ck_assert_str_eq(names->instance, "default");
	if (unreadable)
		return evpn_fail(ret_err, EIO, "the kernel does not answer");
	*ret_nic = (struct nic_record){ .up = true, .mtu = 9000, .identified = true, .device = link->device };
	memcpy(ret_nic->address, link->mac, sizeof(ret_nic->address));
	strcpy(ret_nic->alias, alias);
	net_set_name(ret_nic->name, names->name);
	net_set_name(ret_nic->host_name, names->host_name);
	memcpy(ret_nic->mac, link->hw_mac, sizeof(ret_nic->mac));
	route = util_append(&ret_nic->routes, &ret_nic->n_routes, sizeof(*route));
	route->ns = NET_NS_HOST;
	net_set_name(route->link, link->name);
	ck_assert(ipaddr_parse("198.51.100.0/24", true, &route->dst));
	return 0;
}

void nic_case_setup(void)
{
	static struct config_nic nic = { .name = "eth1", .inner = "up1" };

	strcpy(dir, "/tmp/evpnd-nic-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	config.underlay.nics = &nic;
	config.underlay.n_nics = 1;
	nic = (struct config_nic){ .name = "eth1", .inner = "up1" };
	from = (struct observe_source){ .config = &config, .instance = "default", .state_dir = dir };
}

void nic_case_teardown(void)
{
	_cleanup_free_ char *command = xasprintf("rm -r '%s'", dir);

	observation_clear(&obs);
	ck_assert_int_eq(system(command), 0);
}

struct net_link *add_link(enum net_ns ns, const char *name, uint8_t mac)
{
	struct net_link *link = util_append(&obs.actual.links, &obs.actual.n_links, sizeof(*link));

	link->ns = ns;
	link->ifindex = (int)obs.actual.n_links;
	link->mtu = 1500;
	link->hw_mac[5] = mac;
	net_set_name(link->name, name);
	net_sort(&obs.actual);
	/* It has moved. */
	return (struct net_link *)(uintptr_t)net_find_link(&obs.actual, ns, name);
}

void add_addr(const char *name)
{
	struct net_addr *addr = util_append(&obs.actual.addrs, &obs.actual.n_addrs, sizeof(*addr));

	addr->ns = NET_NS_HOST;
	net_set_name(addr->link, name);
	ck_assert(ipaddr_parse("192.0.2.1/24", true, &addr->ip));
}

/* A record on disk: MTU 1400, this hardware address. */
void record(const char *name, uint8_t mac, bool physical)
{
	struct nic_record nic = { .mtu = 1400, .mac = { 0, 0, 0, 0, 0, mac }, .physical = physical };

	net_set_name(nic.name, name);
	ck_assert_int_eq(state_file_save_nic(dir, &nic, &err), 0);
}

bool has_record(const char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/nic-%s.json", dir, name);

	return access(path, F_OK) == 0;
}

/* A run reads it all anew. */
void read_again(void)
{
	struct net actual = obs.actual;

	obs.actual = (struct net){ 0 };
	observation_clear(&obs);
	obs.actual = actual;
	for (size_t i = 0; i < obs.actual.n_links; i++) {
		struct net_link *link = &obs.actual.links[i];

		link->nic[0] = '\0';
		link->unmarked = false;
		if (link->owner == NET_OWNER_FORGED)
			link->owner = NET_OWNER_NIC;
	}
	ck_assert_msg(nic_read(&from, NULL, &obs, &err) == 0, "%s", err.msg);
}

const struct nic_record *the_record(const char *name)
{
	const struct nic_record *nic = nic_record_find(&obs.nics, name);

	ck_assert_ptr_nonnull(nic);
	return nic;
}
