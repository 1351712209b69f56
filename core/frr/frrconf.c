/* SPDX-License-Identifier: Apache-2.0 */
/* frrconf_order.c - see frrconf.h: the text as a whole, and what is sorted in it as FRR sorts it */
#include <stdlib.h>

#include "frrconf_parts.h"
#include "util.h"

char *frrconf_peer(const struct config_neighbor *n)
{
	char text[IPADDR_TEXT_SIZE];

	/* The peer group of a range; a name of the group's own would be one more thing to keep from clashing. */
	if (ipaddr_is_set(&n->listen))
		return xasprintf("range-%s-%u", ipaddr_format(&n->listen, false, text), n->listen.prefixlen);
	return xstrdup(n->interface[0] ? n->interface : ipaddr_format(&n->address, false, text));
}

/* Groups, interfaces, addresses (bgpd's peer_cmp). */
static int rank(const struct config_neighbor *n)
{
	return ipaddr_is_set(&n->listen) ? 0 : n->interface[0] ? 1 : 2;
}

static int compare_neighbors(const void *a, const void *b)
{
	const struct config_neighbor *x = *(const struct config_neighbor *const *)a;
	const struct config_neighbor *y = *(const struct config_neighbor *const *)b;
	_cleanup_free_ char *left = NULL, *right = NULL;

	if (rank(x) != rank(y))
		return rank(x) - rank(y);
	if (rank(x) == 2)
		return ipaddr_compare(&x->address, &y->address);
	left = frrconf_peer(x);
	right = frrconf_peer(y);
	return rank(x) == 1 ? strverscmp(left, right) : strcmp(left, right);
}

static int compare_profiles(const void *a, const void *b)
{
	const struct config_bfd_profile *x = *(const struct config_bfd_profile *const *)a;
	const struct config_bfd_profile *y = *(const struct config_bfd_profile *const *)b;

	return strcmp(x->name, y->name);
}

char *frrconf_make(const struct config *config)
{
	const struct config_frr *frr = &config->frr;
	_cleanup_free_ const struct config_neighbor **neighbors = xcalloc(frr->n_neighbors, sizeof(*neighbors));
	_cleanup_free_ const struct config_bfd_profile **profiles = xcalloc(frr->n_bfd_profiles, sizeof(*profiles));
	struct frrconf f = { .config = config, .neighbors = neighbors, .n_neighbors = frr->n_neighbors };
	char *text = NULL;
	size_t len;

	for (size_t i = 0; i < frr->n_neighbors; i++)
		neighbors[i] = &frr->neighbors[i];
	for (size_t i = 0; i < frr->n_bfd_profiles; i++)
		profiles[i] = &frr->bfd_profiles[i];
	qsort(neighbors, frr->n_neighbors, sizeof(*neighbors), compare_neighbors);
	qsort(profiles, frr->n_bfd_profiles, sizeof(*profiles), compare_profiles);
	f.profiles = profiles;
	f.out = xopen_text(&text, &len);
	frrconf_print(&f);
	xclose_text(f.out);
	return text;
}

/* Whether `text` has this line, of `len` bytes. */
static bool has_line(const char *text, const char *line, size_t len)
{
	for (const char *end; *text; text = *end ? end + 1 : end) {
		end = strchrnul(text, '\n');
		if ((size_t)(end - text) == len && memcmp(text, line, len) == 0)
			return true;
	}
	return false;
}

char *frrconf_mask(const char *text, const char *other)
{
	static const char word[] = "password ";
	char *masked = NULL;
	size_t size;
	FILE *out = xopen_text(&masked, &size);

	while (*text) {
		const char *end = strchrnul(text, '\n'),
			   *found = memmem(text, (size_t)(end - text), word, strlen(word));
		size_t len = (size_t)(end - text);

		if (found)
			fprintf(out, "%.*s<hidden%s>", (int)(found - text) + (int)strlen(word), text,
				other && !has_line(other, text, len) ? ", another one" : "");
		else
			fwrite(text, 1, len, out);
		if (*end)
			fputc('\n', out);
		text = *end ? end + 1 : end;
	}
	xclose_text(out);
	return masked;
}
