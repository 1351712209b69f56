/* SPDX-License-Identifier: Apache-2.0 */
/* reloader_protocol.c - see reloader_protocol.h */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frr-signal/reloader_protocol.h"
#include "lib/hash.h"

static const struct {
	int code;
	const char *name;
} errors[] = {
	{ ENOENT, "ENOENT" }, { EIO, "EIO" },	    { ETIMEDOUT, "ETIMEDOUT" },
	{ EPROTO, "EPROTO" }, { EACCES, "EACCES" }, { ENOMEM, "ENOMEM" },
};
/* A configuration with 4,000 VRFs is about 2 MiB. */
#define SUM_MAX	 (64u << 20)
#define N_ERRORS (sizeof(errors) / sizeof(errors[0]))

const char *protocol_error_name(int code)
{
	for (size_t i = 0; i < N_ERRORS; i++)
		if (errors[i].code == code)
			return errors[i].name;
	return NULL;
}

int protocol_error_code(const char *name, size_t len)
{
	for (size_t i = 0; i < N_ERRORS; i++)
		if (strlen(errors[i].name) == len && memcmp(errors[i].name, name, len) == 0)
			return errors[i].code;
	return 0;
}

long protocol_parse_number(const char *text, long min, long max)
{
	char *end;
	long n;

	if (text[0] < '0' || text[0] > '9')
		return -1;
	errno = 0;
	n = strtol(text, &end, 10);
	return errno || *end || n < min || n > max ? -1 : n;
}

static int parse_unix(const char *path, struct protocol_address *a, const char **ret_why)
{
	if (path[0] != '/') {
		*ret_why = "the path of the socket must be absolute";
		return -1;
	}
	if (strlen(path) >= sizeof(a->to.un.sun_path)) {
		*ret_why = "the path of the socket must have at most 107 characters";
		return -1;
	}
	a->to.un.sun_family = AF_UNIX;
	strcpy(a->to.un.sun_path, path);
	a->len = sizeof(a->to.un);
	a->loopback = true;
	return 0;
}

static bool parse_ip(const char *ip, uint16_t port, struct protocol_address *a)
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

static int parse_tcp(const char *text, struct protocol_address *a, const char **ret_why)
{
	const char *colon = strrchr(text, ':');
	char ip[INET6_ADDRSTRLEN + 2] = "";
	long port;

	if (!colon || (size_t)(colon - text) >= sizeof(ip)) {
		*ret_why = "must have the form tcp:IP:PORT";
		return -1;
	}
	memcpy(ip, text, (size_t)(colon - text));
	port = protocol_parse_number(colon + 1, 1, 65535);
	if (port < 0) {
		*ret_why = "the port must be a number from 1 to 65535";
		return -1;
	}
	if (!parse_ip(ip, (uint16_t)port, a)) {
		*ret_why = "must have an IPv4 address, or an IPv6 address in brackets; host names are not resolved";
		return -1;
	}
	return 0;
}

int protocol_parse_address(const char *text, struct protocol_address *ret_address, const char **ret_why)
{
	struct protocol_address a;
	int r;

	memset(&a, 0, sizeof(a));
	if (strncmp(text, "unix:", 5) == 0) {
		r = parse_unix(text + 5, &a, ret_why);
	} else if (strncmp(text, "tcp:", 4) == 0) {
		r = parse_tcp(text + 4, &a, ret_why);
	} else {
		*ret_why = "must begin with unix: or tcp:";
		return -1;
	}
	if (r == 0)
		*ret_address = a;
	return r;
}

int protocol_sum_file(int fd, char ret_sum[PROTOCOL_SUM_SIZE])
{
	uint64_t sum = HASH_START;
	unsigned char block[16384];
	size_t total = 0;
	ssize_t n = 0;

	while (total <= SUM_MAX && (n = read(fd, block, sizeof(block))) > 0) {
		sum = hash_bytes(sum, block, (size_t)n);
		total += (size_t)n;
	}
	n = n < 0 ? -errno : total > SUM_MAX ? -EFBIG : 0;
	if (n == 0)
		snprintf(ret_sum, PROTOCOL_SUM_SIZE, "%016llx", (unsigned long long)sum);
	return (int)n;
}
