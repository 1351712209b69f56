/* SPDX-License-Identifier: Apache-2.0 */
/* vty_shared.c - see vty_shared.h */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/vty_shared.h"
#include "lib/hash.h"

/* Hashes of the lines by which the lists and route-maps of one part begin, sorted. */
struct heads {
	uint64_t *hashes;
	size_t n;
};

static bool has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = words; (at = strstr(at, word)); at += len)
		if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

bool vty_shared_is_keeper(const char *daemon, const char *daemons)
{
	if (strcmp(daemon, "bgpd") == 0)
		return true;
	/* Since FRR 10 mgmtd has them in place of zebra; FRR 9 has mgmtd, which has none, but zebra has them. */
	return strcmp(daemon, "zebra") == 0 && !has_word(daemons, "mgmtd");
}

/* Whether a list or route-map begins in this line. */
static bool is_head(const char *line)
{
	static const char *const heads[] = { "route-map ",   "ip prefix-list ",	  "ipv6 prefix-list ",
					     "access-list ", "ipv6 access-list ", "mac access-list " };

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (strncmp(line, heads[i], strlen(heads[i])) == 0)
			return true;
	return false;
}

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

static uint64_t hash_line(const char *line)
{
	return hash_bytes(HASH_START, line, strcspn(line, "\r\n"));
}

static int compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

static size_t count_heads(const char *config)
{
	size_t n = 0;

	for (const char *line = config; *line; line = next_line(line))
		n += is_head(line);
	return n;
}

/* Those of one part, into `room`. */
static struct heads take_heads(const char *part, const char *end, uint64_t *room)
{
	struct heads heads = { .hashes = room };

	for (const char *line = part; line < end && *line; line = next_line(line))
		if (is_head(line))
			heads.hashes[heads.n++] = hash_line(line);
	qsort(heads.hashes, heads.n, sizeof(uint64_t), compare);
	return heads;
}

static bool all_have(const struct heads *keepers, size_t n_keepers, const char *line)
{
	uint64_t hash = hash_line(line);

	for (size_t i = 0; i < n_keepers; i++)
		if (!bsearch(&hash, keepers[i].hashes, keepers[i].n, sizeof(hash), compare))
			return false;
	return true;
}

/* Whether the line belongs to the list or route-map above it. */
static bool is_inside(const char *line)
{
	return line[0] == ' ' || strncmp(line, "exit\n", 5) == 0;
}

/* Copies the lines of lost lists and route-maps, or all others, to `to`, which may be `config` itself. */
static void copy_lines(char *to, const char *config, const struct heads *keepers, size_t n_keepers, bool lost_ones)
{
	bool lost = false;

	for (const char *line = config, *next; *line; line = next) {
		next = next_line(line);
		if (!is_inside(line))
			lost = is_head(line) && !all_have(keepers, n_keepers, line);
		if (lost == lost_ones) {
			memmove(to, line, (size_t)(next - line));
			to += next - line;
		}
	}
	*to = '\0';
}

int vty_shared_remove_lost(char *config, const struct vty_shared_part *parts, size_t n_parts)
{
	struct heads keepers[VTY_SHARED_PARTS_MAX] = { 0 };
	size_t n_keepers = 0, len = strlen(config);
	uint64_t *hashes = calloc(count_heads(config) + 1, sizeof(*hashes)), *room = hashes;

	if (!hashes)
		return -ENOMEM;
	for (size_t i = 0; i < n_parts && n_keepers < VTY_SHARED_PARTS_MAX; i++) {
		size_t end = i + 1 < n_parts ? parts[i + 1].at : len;

		if (!parts[i].keeps)
			continue;
		keepers[n_keepers] = take_heads(config + parts[i].at, config + end, room);
		room += keepers[n_keepers++].n;
	}
	copy_lines(config, config, keepers, n_keepers, false);
	free(hashes);
	return 0;
}

int vty_shared_find_lost(const char *config, const char *const keepers[], size_t n_keepers, char **ret_lost)
{
	struct heads heads[VTY_SHARED_PARTS_MAX] = { 0 };
	char *lost = malloc(strlen(config) + 1);
	uint64_t *hashes, *room;
	size_t n_heads = 1;

	if (n_keepers > VTY_SHARED_PARTS_MAX)
		n_keepers = VTY_SHARED_PARTS_MAX;
	for (size_t i = 0; i < n_keepers; i++)
		n_heads += count_heads(keepers[i]);
	hashes = room = calloc(n_heads, sizeof(*hashes));
	if (!lost || !hashes) {
		free(lost);
		free(hashes);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n_keepers; i++) {
		heads[i] = take_heads(keepers[i], keepers[i] + strlen(keepers[i]), room);
		room += heads[i].n;
	}
	copy_lines(lost, config, heads, n_keepers, true);
	free(hashes);
	*ret_lost = lost;
	return 0;
}
