/* SPDX-License-Identifier: Apache-2.0 */
/* vty_check.c - see vty.h */
#include <errno.h>
#include <string.h>

#include "lib/vty.h"

int vty_check(const char *daemon, const char *command, struct evpn_error *err)
{
	size_t len = strspn(daemon, "abcdefghijklmnopqrstuvwxyz0123456789-");

	if (daemon[0] < 'a' || daemon[len] || len >= VTY_DAEMON_SIZE)
		return evpn_fail(err, EINVAL,
				 "daemon `%.40s': must be the name of a daemon of FRR: lower case letters, digits and "
				 "-, the first a "
				 "letter",
				 daemon);
	len = 0;
	while (command[len] >= ' ' && command[len] <= '~')
		len++;
	if (strncmp(command, "show ", 5) != 0 || command[len] || len >= VTY_COMMAND_SIZE)
		return evpn_fail(err, EINVAL,
				 "command `%.200s': must be one line of printable ASCII characters, less than %d, that "
				 "begins with `show '",
				 command, VTY_COMMAND_SIZE);
	return 0;
}
