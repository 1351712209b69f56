/* SPDX-License-Identifier: Apache-2.0 */
/* neighbor_table.c - see neighbor_table.h */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/util.h"
#include "kernel/neighbor_table.h"
#include "kernel/sysctl.h"

/* 256 CPUs have 35 KiB. */
#define STAT_MAX (1 << 20)

/* The position of a word in the line; -1: it is not there. */
static int find_column(const char *line, const char *name)
{
	size_t len;

	for (int column = 0;; column++) {
		line += strspn(line, " ");
		len = strcspn(line, " \n");
		if (!len)
			return -1;
		if (len == strlen(name) && memcmp(line, name, len) == 0)
			return column;
		line += len;
	}
}

static uint32_t number_at(const char *line, int column)
{
	for (; column > 0; column--) {
		line += strspn(line, " ");
		line += strcspn(line, " \n");
	}
	return (uint32_t)strtoul(line, NULL, 16);
}

bool neighbor_table_parse(const char *text, struct neighbor_table *ret)
{
	int entries = find_column(text, "entries"), fulls = find_column(text, "table_fulls");
	const char *line = strchr(text, '\n');

	if (entries < 0 || !line || !line[1])
		return false;
	/* Each CPU has counters of its own; the number of entries is in each line. */
	ret->entries = number_at(line + 1, entries);
	ret->fulls = 0;
	for (; fulls >= 0 && line && line[1]; line = strchr(line + 1, '\n'))
		ret->fulls += number_at(line + 1, fulls);
	return true;
}

static bool read_number(const char *family, const char *name, uint32_t *ret)
{
	_cleanup_free_ char *key = xasprintf("net/%s/neigh/default/%s", family, name), *text = NULL;
	struct evpn_error err = { 0 };

	if (sysctl_read("host", key, &text, &err) <= 0)
		return false;
	*ret = (uint32_t)strtoul(text, NULL, 10);
	return true;
}

bool neighbor_table_read(bool ipv6, struct neighbor_table *ret)
{
	const char *family = ipv6 ? "ipv6" : "ipv4";
	_cleanup_free_ char *text = NULL;

	return file_read(ipv6 ? "/proc/net/stat/ndisc_cache" : "/proc/net/stat/arp_cache", STAT_MAX, &text, NULL) ==
		       0 &&
	       neighbor_table_parse(text, ret) && read_number(family, "gc_thresh1", &ret->thresh1) &&
	       read_number(family, "gc_thresh3", &ret->thresh3);
}
