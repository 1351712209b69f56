/* SPDX-License-Identifier: Apache-2.0 */
/* zebra_links.c - see zebra_links.h */
#include "base/json.h"
#include "frr/zebra_links.h"

int zebra_links_find_unlisted(const char *answer, const struct zebra_link *links, size_t n_links, size_t *ret_unlisted)
{
	json_error_t ignored;
	json_auto_t *json = json_parse_bytes(answer, &ignored);

	for (size_t i = 0; json && i < n_links; i++) {
		const json_t *link = json_object_get(json, links[i].name);

		if (json_integer_value(json_object_get(link, "index")) != links[i].ifindex) {
			*ret_unlisted = i;
			return 1;
		}
	}
	return json ? 0 : -1;
}
