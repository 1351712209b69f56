/* SPDX-License-Identifier: Apache-2.0 */
/* sysctl.c - see sysctl.h */
#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "base/util.h"
#include "kernel/sysctl.h"

/* The longest value that evpnd reads, in bytes. */
#define VALUE_MAX 4096

int sysctl_read(const char *where, const char *key, char **ret_value, struct evpn_error *err)
{
	_cleanup_free_ char *path = xasprintf("/proc/sys/%s", key);
	int r = file_read(path, VALUE_MAX, ret_value, NULL);

	if (r == 0) {
		(*ret_value)[strcspn(*ret_value, "\n")] = '\0';
		return 1;
	}
	/* Every namespace has this one: without it not the sysctl is missing, but all of them. */
	if (r == -ENOENT && access("/proc/sys/net/ipv4/conf/all/forwarding", F_OK) == 0)
		return 0;
	return evpn_fail(err, -r, "%s: read sysctl %s: %s%s", where, key,
			 r == -ENOENT || r == -FILE_NO_PROC ? "procfs is missing at /proc" : strerror(-r),
			 r == -EACCES || r == -EPERM ? "; run evpnd as root, without a policy that hides /proc/sys"
						     : "");
}
