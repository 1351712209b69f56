/* SPDX-License-Identifier: Apache-2.0 */
/* wire.c - see wire.h */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "reloader_protocol.h"

long wire_parse_number(const char *text, long min, long max)
{
	char *end;
	long n;

	if (text[0] < '0' || text[0] > '9')
		return -1;
	errno = 0;
	n = strtol(text, &end, 10);
	return errno || *end || n < min || n > max ? -1 : n;
}

static int parse_unix(const char *path, struct wire_address *a, const char **ret_why)
{
	if (path[0] != '/') {
		*ret_why = "the socket's path is not absolute";
		return -1;
	}
	if (strlen(path) >= sizeof(a->to.un.sun_path)) {
		*ret_why = "a unix socket's path has at most 107 characters";
		return -1;
	}
	a->to.un.sun_family = AF_UNIX;
	strcpy(a->to.un.sun_path, path);
	a->len = sizeof(a->to.un);
	a->loopback = true;
	return 0;
}

static bool parse_ip(const char *ip, uint16_t port, struct wire_address *a)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	size_t n = strlen(ip);
	char bare[INET6_ADDRSTRLEN];

	if (inet_pton(AF_INET, ip, &in.sin_addr) == 1) {
		memcpy(&a->to, &in, sizeof(in));
		a->len = sizeof(in);
		a->loopback = (ntohl(in.sin_addr.s_addr) >> 24) == 127;
		return true;
	}
	if (n < 3 || n - 2 >= sizeof(bare) || ip[0] != '[' || ip[n - 1] != ']')
		return false;
	memcpy(bare, ip + 1, n - 2);
	bare[n - 2] = '\0';
	if (inet_pton(AF_INET6, bare, &in6.sin6_addr) != 1)
		return false;
	memcpy(&a->to, &in6, sizeof(in6));
	a->len = sizeof(in6);
	a->loopback = IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr);
	return true;
}

static int parse_tcp(const char *text, struct wire_address *a, const char **ret_why)
{
	const char *colon = strrchr(text, ':');
	char ip[INET6_ADDRSTRLEN + 2] = "";
	long port;

	if (!colon || (size_t)(colon - text) >= sizeof(ip)) {
		*ret_why = "tcp:IP:PORT is expected";
		return -1;
	}
	memcpy(ip, text, (size_t)(colon - text));
	port = wire_parse_number(colon + 1, 1, 65535);
	if (port < 0) {
		*ret_why = "the port is not a number from 1 to 65535";
		return -1;
	}
	if (!parse_ip(ip, (uint16_t)port, a)) {
		*ret_why = "the address is neither an IPv4 address nor an IPv6 address in brackets; names are not "
			   "looked up";
		return -1;
	}
	return 0;
}

int wire_parse_address(const char *text, struct wire_address *ret_address, const char **ret_why)
{
	struct wire_address a;
	int r;

	memset(&a, 0, sizeof(a));
	if (strncmp(text, "unix:", 5) == 0) {
		r = parse_unix(text + 5, &a, ret_why);
	} else if (strncmp(text, "tcp:", 4) == 0) {
		r = parse_tcp(text + 4, &a, ret_why);
	} else {
		*ret_why = "it begins with neither unix: nor tcp:";
		return -1;
	}
	if (r == 0)
		*ret_address = a;
	return r;
}

int wire_sum_file(const char *path, char ret_sum[WIRE_SUM_SIZE])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	uint64_t sum = 0xcbf29ce484222325;
	unsigned char block[16384];
	ssize_t n = 0;

	if (fd < 0)
		return -errno;
	while ((n = read(fd, block, sizeof(block))) > 0)
		for (ssize_t i = 0; i < n; i++)
			sum = (sum ^ block[i]) * 0x100000001b3;
	n = n < 0 ? -errno : 0;
	close(fd);
	if (n == 0)
		snprintf(ret_sum, WIRE_SUM_SIZE, "%016llx", (unsigned long long)sum);
	return (int)n;
}

uint64_t wire_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}
