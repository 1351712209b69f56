/* SPDX-License-Identifier: Apache-2.0 */
/* read_sysctl.c - reads sysctls of both namespaces; see read.h */
#include <netinet/in.h>

#include "base/util.h"
#include "kernel/netns.h"
#include "kernel/read.h"
#include "kernel/sysctl.h"

struct sysctl_reader {
	int netns_fd;
	int back; /* -1: the namespace is not entered yet */
	char default_key[NET_SYSCTL_KEY_SIZE]; /* of the last conf/default that was read */
	struct net *actual;
};

static void add_sysctl(struct sysctl_reader *reader, const struct net_sysctl *like, const char *value)
{
	struct net_sysctl *have = util_append(&reader->actual->sysctls, &reader->actual->n_sysctls,
					      sizeof(struct net_sysctl));

	*have = *like;
	snprintf(have->value, sizeof(have->value), "%s", value);
}

/* The row of devconf.h, or -1. */
static int find_devconf(const struct net_sysctl *sysctl)
{
	static const struct {
		int family;
		const char *name;
	} rows[] = {
#define ROW(family, index, name) { family, name },
		NET_DEVCONFS(ROW)
#undef ROW
	};
	/* The key is net/ipvN/conf/LINK/NAME. */
	int family = strncmp(sysctl->key, "net/ipv6/", strlen("net/ipv6/")) == 0 ? AF_INET6 : AF_INET;
	const char *name = strrchr(sysctl->key, '/') + 1;

	_Static_assert(ARRAY_LEN(rows) == NET_DEVCONF_COUNT, "as many rows as struct net_link has");
	for (int i = 0; i < NET_DEVCONF_COUNT; i++)
		if (rows[i].family == family && streq(rows[i].name, name))
			return i;
	return -1;
}

/* What was read with the link itself. False: it has to be read from its file. */
static bool take_from_link(struct sysctl_reader *reader, const struct net_sysctl *like)
{
	int row = like->link[0] ? find_devconf(like) : -1;
	const struct net_link *link = row < 0 ? NULL : net_find_link(reader->actual, like->ns, like->link);
	char value[sizeof(like->value)];

	if (row < 0)
		return false;
	/* All links were read: this one does not exist, and has no sysctls. */
	if (!link)
		return true;
	if (link->devconf[row] == NET_DEVCONF_UNKNOWN)
		return false;
	snprintf(value, sizeof(value), "%d", link->devconf[row]);
	add_sysctl(reader, like, value);
	return true;
}

/* `like` has all members but the value. */
static int read_sysctl(struct sysctl_reader *reader, const struct net_sysctl *like, struct evpn_error *err)
{
	_cleanup_free_ char *text = NULL;
	int r;

	if (take_from_link(reader, like))
		return 0;
	if (reader->back < 0 && netns_enter(reader->netns_fd, &reader->back, err) < 0)
		return -1;
	r = sysctl_read(net_ns_name(like->ns), like->key, &text, err);
	if (r <= 0)
		return r;
	add_sysctl(reader, like, text);
	return 0;
}

static int read_default(struct sysctl_reader *reader, const struct net_sysctl *want, struct evpn_error *err)
{
	struct net_sysctl like = { .ns = want->ns };

	net_default_key(want, like.key);
	/* Most often all links inherit the same one. */
	if (streq(reader->default_key, like.key))
		return 0;
	memcpy(reader->default_key, like.key, sizeof(like.key));
	return read_sysctl(reader, &like, err);
}

/* Whether the plan may delete this IPv4 address. Then it has to know promote_secondaries of the link. */
static bool may_go(const struct net *desired, const struct net_addr *addr)
{
	return addr->ours && addr->ip.family == AF_INET && !net_has_addr(desired, addr);
}

static int read_promoted(struct sysctl_reader *reader, enum net_ns ns, const struct net *desired,
			 struct evpn_error *err)
{
	const struct net *actual = reader->actual;
	const char *last = "";
	int r = 0;

	for (size_t i = 0; i < actual->n_addrs && r == 0; i++) {
		const struct net_addr *addr = &actual->addrs[i];
		struct net_sysctl like = { .ns = ns };

		if (addr->ns != ns || streq(addr->link, last) || !may_go(desired, addr))
			continue;
		last = addr->link;
		net_promote_key(addr->link, like.key);
		net_set_name(like.link, addr->link);
		r = read_sysctl(reader, &like, err);
	}
	return r;
}

int read_sysctls(const int netns_fd[NET_NS_COUNT], const struct net *desired, struct net *actual,
		 struct evpn_error *err)
{
	int r = 0;

	for (int ns = 0; ns < NET_NS_COUNT && r == 0; ns++) {
		struct sysctl_reader reader = { .netns_fd = netns_fd[ns], .back = -1, .actual = actual };

		if (netns_fd[ns] < 0)
			continue;
		for (size_t i = 0; i < desired->n_sysctls && r == 0; i++)
			if (desired->sysctls[i].ns == (enum net_ns)ns)
				r = read_sysctl(&reader, &desired->sysctls[i], err);
		for (size_t i = 0; i < desired->n_sysctls && r == 0; i++)
			if (desired->sysctls[i].ns == (enum net_ns)ns && desired->sysctls[i].inherits)
				r = read_default(&reader, &desired->sysctls[i], err);
		/* In FRR's namespace it is set for all devices at once. */
		if (r == 0 && ns == NET_NS_HOST)
			r = read_promoted(&reader, NET_NS_HOST, desired, err);
		netns_leave(&reader.back);
	}
	net_sort(actual);
	return r;
}
