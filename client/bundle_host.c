/* SPDX-License-Identifier: Apache-2.0 */
/* bundle_host.c - see bundle_parts.h */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/util.h"
#include "bundle_parts.h"
#include "config-build.h"
#include "program.h"

/* A file of the state directory, and how many. */
#define STATE_MAX   (4u << 20)
#define STATE_FILES 1000

#define ARGV(...)                 \
	{                         \
		__VA_ARGS__, NULL \
	}

struct question {
	const char *name;
	const char *argv[8];
};

/* Of the kernel, in each of the two namespaces. */
static const struct question in_namespace[] = {
	{ "links", ARGV("ip", "-d", "-s", "link", "show") },
	{ "addresses", ARGV("ip", "-d", "address", "show") },
	{ "routes-ipv4", ARGV("ip", "-4", "route", "show", "table", "all") },
	{ "routes-ipv6", ARGV("ip", "-6", "route", "show", "table", "all") },
	{ "nexthops", ARGV("ip", "nexthop", "show") },
	{ "rules-ipv4", ARGV("ip", "-4", "rule", "show") },
	{ "rules-ipv6", ARGV("ip", "-6", "rule", "show") },
	{ "neighbors", ARGV("ip", "-d", "-s", "neighbor", "show", "nud", "all") },
	{ "fdb", ARGV("bridge", "-d", "-s", "fdb", "show") },
	{ "bridge-ports", ARGV("bridge", "-d", "link", "show") },
	{ "bridge-vlans", ARGV("bridge", "-d", "vlan", "show") },
	{ "sysctls", ARGV("sysctl", "-a", "--pattern", "^net\\.ipv[46]\\.(ip_forward|fib_|conf|neigh|route)") },
	{ "netlink-sockets", ARGV("cat", "/proc/net/netlink") },
	{ "snmp", ARGV("cat", "/proc/net/snmp", "/proc/net/netstat") },
	{ "nftables", ARGV("nft", "list", "ruleset") },
};

/* Of the host. */
static const struct question of_host[] = {
	{ "uname", ARGV("uname", "-a") },
	{ "os-release", ARGV("cat", "/etc/os-release") },
	{ "iproute2", ARGV("ip", "-V") },
	{ "uptime", ARGV("uptime") },
	{ "evpnd.service", ARGV("systemctl", "--no-pager", "--full", "status", "evpnd.service") },
	{ "journal", ARGV("journalctl", "--no-pager", "--output=short-iso", "--lines=20000", "_COMM=evpnd") },
	{ "containers", ARGV("podman", "ps", "--all", "--pod", "--no-trunc") },
	{ "openvswitch", ARGV("ovs-vsctl", "--timeout=5", "show") },
};

static void ask(struct bundle *bundle, const char *folder, int netns_fd, const struct question *question)
{
	size_t len;
	_cleanup_free_ char *text = program_run(netns_fd, question->argv, &len);

	bundle_add_as(bundle, folder, question->name, text);
}

/* "ns/net", or a descriptor of the process. */
static int open_proc(pid_t pid, const char *name, int number)
{
	char path[64];

	if (number < 0)
		snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	else
		snprintf(path, sizeof(path), "/proc/%d/%s/%d", (int)pid, name, number);
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

/* evpnctl may run elsewhere: "host" is the namespace that evpnd is in. */
static void ask_kernel(struct bundle *bundle)
{
	_cleanup_close_ int host = bundle->pid ? open_proc(bundle->pid, "ns/net", -1) : -1;
	_cleanup_close_ int frr = bundle->pid && bundle->netns_fd >= 0 ? open_proc(bundle->pid, "fd", bundle->netns_fd)
								       : -1;

	for (size_t i = 0; i < ARRAY_LEN(in_namespace); i++)
		ask(bundle, "host", host, &in_namespace[i]);
	if (frr < 0)
		bundle_add(bundle, "frr-namespace/missing", "evpnd does not have FRR's namespace\n");
	for (size_t i = 0; frr >= 0 && i < ARRAY_LEN(in_namespace); i++)
		ask(bundle, "frr-namespace", frr, &in_namespace[i]);
}

static void add_state_file(struct bundle *bundle, int dir, const char *name)
{
	_cleanup_free_ char *text = NULL;
	int r = file_read_at(dir, name, FILE_NO_LINK, STATE_MAX, &text, NULL, NULL);

	if (r < 0)
		text = xasprintf("[cannot be read: %s]\n", file_fault(r));
	bundle_add_as(bundle, "state", name, text);
}

/* The directory that the control socket is in belongs to root, and only evpnd writes to it. */
static void add_state(struct bundle *bundle)
{
	char path[OPTIONS_PATH_SIZE], *slash;
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;

	options_path(bundle->options, path);
	slash = strrchr(path, '/');
	if (!slash)
		return;
	*slash = '\0';
	dir = opendir(path);
	for (int n = 0; dir && n < STATE_FILES && (entry = readdir(dir)) != NULL; n++)
		if (entry->d_type == DT_REG)
			add_state_file(bundle, dirfd(dir), entry->d_name);
}

void bundle_add_host(struct bundle *bundle)
{
	_cleanup_free_ char *kept = xasprintf("/var/lib/evpnd/%s.conf", bundle->options->instance);

	bundle_add(bundle, "versions", "evpnctl " PACKAGE_VERSION "\n");
	ask_kernel(bundle);
	for (size_t i = 0; i < ARRAY_LEN(of_host); i++)
		ask(bundle, "system", -1, &of_host[i]);
	add_state(bundle);
	bundle_add_file(bundle, "config", kept);
}
