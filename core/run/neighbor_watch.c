/* SPDX-License-Identifier: Apache-2.0 */
/* neighbor_watch.c - see neighbor_watch.h */
#include <stdarg.h>
#include <stdio.h>

#include "base/log.h"
#include "run/neighbor_watch.h"

__attribute__((format(printf, 2, 3))) static void warn(struct neighbor_watch *watch, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(watch->text, sizeof(watch->text), format, ap);
	va_end(ap);
	log_warning("%s", watch->text);
}

void neighbor_watch_judge(struct neighbor_watch *watch, bool ipv6, const struct neighbor_table *now)
{
	const char *name = ipv6 ? "IPv6" : "IPv4";

	if (watch->tables[ipv6].known && now->fulls != watch->tables[ipv6].fulls)
		warn(watch,
		     "%s neighbors: the kernel's table is full, %u new ones got no entry: raise gc_thresh3, which is "
		     "%u, by `neighbor_table'",
		     name, now->fulls - watch->tables[ipv6].fulls, now->thresh3);
	watch->tables[ipv6].known = true;
	watch->tables[ipv6].fulls = now->fulls;
	if (now->entries >= now->thresh1 && !watch->tables[ipv6].warned) {
		warn(watch,
		     "%s neighbors: this machine has %u, and gc_thresh1 is %u: the kernel forgets hosts that are "
		     "silent for 60 s, and FRR withdraws their routes: raise gc_thresh1 by `neighbor_table'",
		     name, now->entries, now->thresh1);
		watch->tables[ipv6].warned = true;
	}
	/* Not again and again while the number goes up and down around the limit. */
	if (now->entries < now->thresh1 - now->thresh1 / 4)
		watch->tables[ipv6].warned = false;
}

void neighbor_watch_look(struct neighbor_watch *watch)
{
	struct neighbor_table now;

	for (int ipv6 = 0; ipv6 < 2; ipv6++)
		if (neighbor_table_read(ipv6, &now))
			neighbor_watch_judge(watch, ipv6, &now);
}
