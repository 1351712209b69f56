/* SPDX-License-Identifier: Apache-2.0 */
/* test_zebra_links.c - which devices zebra has not seen yet, from what it shows */
#include "frr/zebra_links.h"
#include "unit.h"

START_TEST(what_frr_has_seen)
{
	const char *answer = "{\"eth1\":{\"index\":3},\"veth0\":{\"administrativeStatus\":\"down\"}}";
	struct zebra_link links[] = { { "eth1", 3 }, { "veth0", 4 } };
	size_t unseen = 9;

	ck_assert_int_eq(zebra_links_find_unlisted(answer, links, 1, &unseen), 0);
	ck_assert_int_eq(zebra_links_find_unlisted(answer, links, 0, &unseen), 0);
	ck_assert_int_lt(zebra_links_find_unlisted("% Unknown command", links, 2, &unseen), 0);
	ck_assert_uint_eq(unseen, 9);
	/* FRR keeps a device that frr.conf names, without an index, and one that was made anew by its old one. */
	ck_assert_int_eq(zebra_links_find_unlisted(answer, links, 2, &unseen), 1);
	ck_assert_uint_eq(unseen, 1);
	links[0].ifindex = 7;
	ck_assert_int_eq(zebra_links_find_unlisted(answer, links, 2, &unseen), 1);
	ck_assert_uint_eq(unseen, 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("zebra_links");

	tcase_add_test(tcase, what_frr_has_seen);
	return unit_run("zebra_links", tcase);
}
