/* SPDX-License-Identifier: Apache-2.0 */
/* fold.c - see fold.h */
#include <stdio.h>

#include "base/util.h"
#include "fold.h"

static long long number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static bool is_like(const json_t *a, const json_t *b, const char *key)
{
	return streq(json_text(a, key), json_text(b, key));
}

static bool has_host(const json_t *vni)
{
	return json_text(json_object_get(vni, "devices"), "host")[0];
}

static bool belongs(const struct fold *fold, const json_t *vni, enum fold_level level)
{
	if (level == FOLD_NONE || !is_like(fold->first, vni, "type") || !is_like(fold->first, vni, "state") ||
	    !is_like(fold->first, vni, "reason"))
		return false;
	if (level == FOLD_ALIKE && !is_like(fold->first, vni, "vrf"))
		return false;
	if (has_host(fold->first) != has_host(vni))
		return false;
	return level == FOLD_STATES || number(vni, "vni") == fold->last + 1;
}

/* The one that the VNI belongs to. Numbers that follow one another are neighbors in the list, too. */
static struct fold *find(struct fold *folds, size_t n, const json_t *vni, enum fold_level level)
{
	size_t first = level == FOLD_STATES || n == 0 ? 0 : n - 1;

	for (size_t i = first; i < n; i++)
		if (belongs(&folds[i], vni, level))
			return &folds[i];
	return NULL;
}

size_t fold_vnis(const json_t *vnis, enum fold_level level, struct fold **ret_folds)
{
	struct fold *folds = NULL;
	size_t n = 0, i;
	json_t *vni;

	json_array_foreach(vnis, i, vni)
	{
		struct fold *fold = find(folds, n, vni, level);

		if (!fold) {
			fold = util_append(&folds, &n, sizeof(*fold));
			fold->first = vni;
		}
		fold->n++;
		fold->mixed |= !is_like(fold->first, vni, "vrf");
		fold->last = number(vni, "vni");
		fold->macs += number(vni, "macs");
		fold->neighbors += number(vni, "neighbors");
		if (number(vni, "remote_vteps") > fold->vteps)
			fold->vteps = number(vni, "remote_vteps");
	}
	*ret_folds = folds;
	return n;
}

const char *fold_numbers(const struct fold *fold, char ret_text[FOLD_TEXT_SIZE])
{
	long long first = number(fold->first, "vni");
	bool whole = fold->last - first + 1 == (long long)fold->n;

	if (fold->n == 1)
		snprintf(ret_text, FOLD_TEXT_SIZE, "%lld", first);
	else
		snprintf(ret_text, FOLD_TEXT_SIZE, "%lld%s%lld", first, whole ? "-" : "..", fold->last);
	return ret_text;
}

const char *fold_device(const struct fold *fold, const char *which, char ret_text[FOLD_TEXT_SIZE])
{
	const char *name = json_text(json_object_get(fold->first, "devices"), which);

	snprintf(ret_text, FOLD_TEXT_SIZE, "%s%s", name, name[0] && fold->n > 1 ? ".." : "");
	return ret_text;
}
