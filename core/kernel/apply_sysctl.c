/* SPDX-License-Identifier: Apache-2.0 */
/* apply_sysctl.c - writes sysctls, which are files; see apply_parts.h */
#include <errno.h>

#include "base/util.h"
#include "kernel/apply_parts.h"
#include "kernel/netns.h"
#include "kernel/sysctl.h"

/* Entering and leaving a namespace takes longer than the write, and a build writes a sysctl for most devices. */
static int enter(struct apply *apply, enum net_ns ns)
{
	struct evpn_error err = { 0 };

	if (apply->sysctl_back >= 0 && apply->sysctl_ns == ns)
		return 0;
	netns_leave(&apply->sysctl_back);
	if (netns_enter(apply->netns_fd[ns], &apply->sysctl_back, &err) < 0)
		return -err.code;
	apply->sysctl_ns = ns;
	return 0;
}

struct outcome apply_write_sysctl(struct apply *apply, enum net_ns ns, const char *key, const char *value)
{
	_cleanup_close_ int fd = -1;
	int r = enter(apply, ns);

	if (r < 0)
		return OUTCOME(r);
	fd = sysctl_open(key);
	if (fd == -EROFS)
		return (struct outcome){
			fd, "/proc/sys is mounted read-only, and evpnd may not mount a procfs of its own"
		};
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		return OUTCOME(fd < 0 ? fd : -errno);
	return OUTCOME(0);
}

struct outcome apply_sysctl(struct apply *apply, const struct op *op)
{
	struct outcome o = apply_write_sysctl(apply, op->sysctl->ns, op->sysctl->key, op->sysctl->value);

	return o.error == -ENOENT && op->sysctl->optional ? OUTCOME(0) : o;
}

struct outcome apply_link_ipv6(struct apply *apply, const struct op *op)
{
	_cleanup_free_ char *key = xasprintf("net/ipv6/conf/%s/disable_ipv6", op->link->name);

	return apply_write_sysctl(apply, op->link->ns, key, op->link->ipv6 ? "0" : "1");
}
