/* SPDX-License-Identifier: Apache-2.0 */
/* raw-link.c - see raw-link.h */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "raw-link.h"

struct raw_space raw_spaces[2];
double raw_longest_ms;

void raw_die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

double raw_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

void raw_enter(enum raw_ns ns)
{
	if (setns(raw_spaces[ns].fd, CLONE_NEWNET) < 0)
		raw_die("setns");
}

void raw_request(enum raw_ns ns, struct nl_msg *msg)
{
	static char answer[1 << 18];
	struct nlmsghdr *hdr = nlmsg_hdr(msg);
	double start = raw_now_ms();

	if (send(raw_spaces[ns].socket, hdr, hdr->nlmsg_len, 0) < 0)
		raw_die("send");
	for (;;) {
		ssize_t n = recv(raw_spaces[ns].socket, answer, sizeof(answer), 0);
		int rest = (int)n;

		if (n < 0)
			raw_die("recv");
		for (hdr = (struct nlmsghdr *)answer; nlmsg_ok(hdr, rest); hdr = nlmsg_next(hdr, &rest)) {
			const struct nlmsgerr *err = nlmsg_data(hdr);

			if (hdr->nlmsg_type == NLMSG_ERROR && err->error) {
				fprintf(stderr, "bench-floor: %s\n", strerror(-err->error));
				exit(EXIT_FAILURE);
			}
			if (hdr->nlmsg_type == NLMSG_ERROR || hdr->nlmsg_type == NLMSG_DONE) {
				double took = raw_now_ms() - start;

				raw_longest_ms = took > raw_longest_ms ? took : raw_longest_ms;
				nlmsg_free(msg);
				return;
			}
		}
	}
}

struct nl_msg *raw_link_message(int type, int flags, struct ifinfomsg ifi)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, NLM_F_REQUEST | flags);

	nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	return msg;
}

struct raw_vni raw_vni_of(uint32_t number, bool whole)
{
	struct raw_vni v = { .number = number, .whole = whole };

	snprintf(v.br, sizeof(v.br), "br%u", number);
	snprintf(v.vx, sizeof(v.vx), "vni%u", number);
	snprintf(v.pe, sizeof(v.pe), "pe%u", number);
	snprintf(v.lan, sizeof(v.lan), "lan%u", number);
	return v;
}

static void open_space(enum raw_ns ns, const char *path)
{
	raw_spaces[ns].fd = open(path, O_RDONLY | O_CLOEXEC);
	if (raw_spaces[ns].fd < 0)
		raw_die(path);
	raw_enter(ns);
	raw_spaces[ns].socket = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (raw_spaces[ns].socket < 0)
		raw_die("socket");
}

void raw_open(const char *host, const char *frr)
{
	open_space(HOST, host);
	open_space(FRR, frr);
}
