/* SPDX-License-Identifier: Apache-2.0 */
/* login.c - see login.h */
#include <ctype.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "base/util.h"
#include "kernel/login.h"

#define SSH_PORT 22
/* Connections of one NIC that are looked at. */
#define CONNECTIONS_MAX 4096

struct connection {
	struct ipaddr remote;
	uint32_t inode;
	bool is_login;
};

struct connections {
	const struct nic_record *nic;
	struct connection *items;
	size_t n_items;
};

/* A socket of IPv6 that talks IPv4 has mapped addresses. */
static void take_address(uint8_t family, const __be32 *words, struct ipaddr *ip)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const uint8_t *bytes = (const uint8_t *)words;
	bool is_mapped = family == AF_INET6 && memcmp(bytes, mapped, sizeof(mapped)) == 0;

	memset(ip, 0, sizeof(*ip));
	ip->family = is_mapped ? AF_INET : family;
	ip->prefixlen = ip->family == AF_INET ? 32 : 128;
	memcpy(ip->bytes, is_mapped ? bytes + sizeof(mapped) : bytes, ip->family == AF_INET ? 4 : 16);
}

static bool has_address(const struct nic_record *nic, const struct ipaddr *ip)
{
	for (size_t i = 0; i < nic->n_addrs; i++)
		if (ipaddr_same(&nic->addrs[i].ip, ip))
			return true;
	return false;
}

static int each_connection(struct nl_msg *msg, void *arg)
{
	struct connections *all = arg;
	const struct nlmsghdr *hdr = nlmsg_hdr(msg);
	const struct inet_diag_msg *diag = nlmsg_data(hdr);
	struct connection *connection;
	struct ipaddr local;

	if (hdr->nlmsg_type != SOCK_DIAG_BY_FAMILY || nlmsg_datalen(hdr) < (int)sizeof(*diag) ||
	    all->n_items == CONNECTIONS_MAX)
		return NL_OK;
	take_address(diag->idiag_family, diag->id.idiag_src, &local);
	if (!has_address(all->nic, &local))
		return NL_OK;
	connection = util_append(&all->items, &all->n_items, sizeof(*connection));
	take_address(diag->idiag_family, diag->id.idiag_dst, &connection->remote);
	connection->inode = diag->idiag_inode;
	connection->is_login = ntohs(diag->id.idiag_sport) == SSH_PORT;
	return NL_OK;
}

static int list_family(struct nl_sock *sk, uint8_t family)
{
	struct inet_diag_req_v2 request = { .sdiag_family = family,
					    .sdiag_protocol = IPPROTO_TCP,
					    .idiag_states = 1u << TCP_ESTABLISHED };
	int r = nl_send_simple(sk, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &request, sizeof(request));

	return r < 0 ? r : nl_recvmsgs_default(sk);
}

static void free_socket(struct nl_sock **sk)
{
	nl_socket_free(*sk);
}

static int list(struct connections *all, struct evpn_error *err)
{
	__attribute__((cleanup(free_socket))) struct nl_sock *sk = nl_socket_alloc();
	int r = sk ? nl_connect(sk, NETLINK_SOCK_DIAG) : -NLE_NOMEM;

	/* A kernel without it has no way to tell. */
	if (r == -NLE_NOADDR || r == -NLE_OPNOTSUPP)
		return 0;
	if (r >= 0) {
		nl_socket_disable_seq_check(sk);
		nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, each_connection, all);
		r = list_family(sk, AF_INET);
	}
	if (r >= 0)
		r = list_family(sk, AF_INET6);
	if (r == -NLE_OBJ_NOTFOUND)
		return 0;
	return r < 0 ? evpn_fail(err, EIO, "host: list the TCP connections: %s", nl_geterror(r)) : 0;
}

/* Servers that people log in by. */
static bool is_login_server(const char *pid)
{
	static const char *const names[] = { "sshd", "dropbear", "telnetd", "in.telnetd" };
	char path[64], name[32] = "";
	_cleanup_fclose_ FILE *f = NULL;

	snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	f = fopen(path, "re");
	if (!f || !fgets(name, sizeof(name), f))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strncmp(name, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static void mark_sockets(struct connections *all, const char *pid)
{
	_cleanup_closedir_ DIR *dir = NULL;
	const struct dirent *entry;
	char path[64], target[64];
	uint32_t inode;

	snprintf(path, sizeof(path), "/proc/%.20s/fd", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		ssize_t n = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);

		target[n < 0 ? 0 : n] = '\0';
		if (sscanf(target, "socket:[%u]", &inode) != 1)
			continue;
		for (size_t i = 0; i < all->n_items; i++)
			all->items[i].is_login |= all->items[i].inode == inode;
	}
}

/* A server at another port than its own. */
static void ask_processes(struct connections *all)
{
	_cleanup_closedir_ DIR *proc = opendir("/proc");
	const struct dirent *entry;

	while (proc && (entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]) && is_login_server(entry->d_name))
			mark_sockets(all, entry->d_name);
}

int login_find(struct nic_record *nic, struct evpn_error *err)
{
	struct connections all = { .nic = nic };
	char text[IPADDR_TEXT_SIZE];
	int r = nic->n_addrs ? list(&all, err) : 0;

	if (r == 0 && all.n_items)
		ask_processes(&all);
	for (size_t i = 0; r == 0 && i < all.n_items; i++)
		if (all.items[i].is_login)
			nic_add_dependent(nic, NET_DEPENDENT_SESSION, "somebody is logged in by it, from %s",
					  ipaddr_format(&all.items[i].remote, false, text));
	free(all.items);
	return r;
}
