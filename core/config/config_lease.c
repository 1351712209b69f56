/* SPDX-License-Identifier: Apache-2.0 */
/* config_lease.c - see config_lease.h */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/file.h"
#include "base/util.h"
#include "config/config_lease.h"

/* Bytes of the file: three short lines. */
#define MAX_FILE 512
/* udhcpc and evpnd round the end of a lease differently. */
#define SLACK_S 2
#define FOREVER UINT32_MAX

static const char *lease_dir;

void config_lease_set_dir(const char *dir)
{
	lease_dir = dir;
}

/* It goes on while the machine sleeps, as the lease does, and knows nothing of the time of day. */
static unsigned long long now_s(void)
{
	struct timespec now = { 0 };

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (unsigned long long)now.tv_sec;
}

static void take_line(char *line, struct config_lease *lease, unsigned long long *until)
{
	char *value = strchr(line, ' ');

	if (!value)
		return;
	*value++ = '\0';
	if (streq(line, "address"))
		ipaddr_parse(value, true, &lease->address);
	else if (streq(line, "router"))
		ipaddr_parse(value, false, &lease->router);
	else if (streq(line, "until"))
		*until = strtoull(value, NULL, 10);
}

static unsigned long long read_file(const char *file, struct config_lease *lease)
{
	_cleanup_free_ char *text = NULL;
	unsigned long long until = 0;
	char *rest = NULL;

	if (file_read(file, MAX_FILE, &text, NULL) < 0)
		return 0;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		take_line(line, lease, &until);
	return until;
}

char *config_lease_file(const char *dir, const char *name)
{
	return xasprintf("%s/lease-%s", dir, name);
}

void config_lease_read(const char *name, struct config_lease *lease)
{
	unsigned long long until;

	if (!lease_dir)
		return;
	lease->file = config_lease_file(lease_dir, name);
	until = read_file(lease->file, lease);
	lease->in_force = ipaddr_is_set(&lease->address) && until > now_s();
}

static const char *env(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

/* The values are a DHCP server's, which anybody on the NIC's network may be. */
static bool take_environment(struct config_lease *lease, unsigned long long *until)
{
	_cleanup_free_ char *address = xasprintf("%.64s/%.8s", env("ip"), env("mask"));
	_cleanup_free_ char *router = xasprintf("%.*s", (int)strcspn(env("router"), " "), env("router"));
	unsigned long long seconds = strtoull(env("lease"), NULL, 10);

	if (!ipaddr_parse(address, true, &lease->address) || lease->address.family != AF_INET ||
	    !lease->address.prefixlen || ipaddr_is_any(&lease->address) || ipaddr_is_loopback(&lease->address) ||
	    ipaddr_is_multicast(&lease->address))
		return false;
	if (!ipaddr_parse(router, false, &lease->router) || lease->router.family != AF_INET ||
	    ipaddr_is_any(&lease->router) || ipaddr_same(&lease->router, &lease->address))
		lease->router = (struct ipaddr){ 0 };
	/* Without a time (BOOTP), or with FOREVER, it does not end. */
	*until = now_s() + (seconds && seconds < FOREVER ? seconds : FOREVER);
	return true;
}

static int write_file(const char *file, const struct config_lease *lease, unsigned long long until,
		      struct evpn_error *err)
{
	char address[IPADDR_TEXT_SIZE], router[IPADDR_TEXT_SIZE];
	_cleanup_free_ char *text = NULL;
	const char *what = "";
	int r;

	ipaddr_format(&lease->address, true, address);
	text = ipaddr_is_set(&lease->router) ? xasprintf("address %s\nrouter %s\nuntil %llu\n", address,
							 ipaddr_format(&lease->router, false, router), until)
					     : xasprintf("address %s\nuntil %llu\n", address, until);
	r = util_write_file(file, text, strlen(text), 0644, (uid_t)-1, (gid_t)-1, &what);
	return r < 0 ? evpn_fail(err, -r, "%s: %s: %s", file, what, strerror(-r)) : 0;
}

int config_lease_take(const char *file, const char *event, struct evpn_error *err)
{
	struct config_lease lease = { 0 };
	unsigned long long until;

	if (streq(event, "bound") || streq(event, "renew")) {
		if (!take_environment(&lease, &until))
			return evpn_fail(err, EINVAL, "the DHCP server gives no usable address: %.64s/%.8s", env("ip"),
					 env("mask"));
		return write_file(file, &lease, until, err);
	}
	until = read_file(file, &lease);
	if (!ipaddr_is_set(&lease.address) || !until)
		return 0;
	if (streq(event, "nak") || (streq(event, "deconfig") && until <= now_s() + SLACK_S))
		return write_file(file, &lease, 0, err);
	return 0;
}
