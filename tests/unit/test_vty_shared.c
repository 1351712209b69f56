/* SPDX-License-Identifier: Apache-2.0 */
/* test_vty_shared.c - lists and route-maps that one daemon has lost are left out of FRR's configuration */
#include <stdio.h>
#include <string.h>

#include "lib/vty_shared.h"
#include "base/util.h"
#include "unit.h"

#define ROUTER "router bgp 1\n neighbor 10.0.0.2 remote-as 2\nexit\n"
#define LIST   "ip prefix-list P seq 5 permit 10.0.0.0/8\n"
#define LIST2  "ip prefix-list P seq 10 permit 10.0.0.0/8\n"
#define MAP    "route-map R permit 5\n set tag 5\nexit\n"
/* zebra knows less of it. */
#define BGP_MAP	   "route-map R permit 5\n match ip next-hop address 1.1.1.1\n set tag 5\nexit\n"
#define OTHER_MAP  "route-map R deny 10\nexit\n"
#define OTHER_LIST "ipv6 access-list A seq 5 permit 2001:db8::/32\n"

static const struct {
	const char *zebra, *bgpd, *staticd; /* what they show */
	const char *left;
} cases[] = {
	{ LIST MAP OTHER_MAP, ROUTER LIST BGP_MAP OTHER_MAP, "ip route 10.0.0.0/8 Null0\n",
	  LIST MAP OTHER_MAP ROUTER LIST BGP_MAP OTHER_MAP "ip route 10.0.0.0/8 Null0\n" },
	/* bgpd was restarted alone. */
	{ "hostname n\n" LIST MAP OTHER_MAP OTHER_LIST "line vty\n", "hostname n\n", "",
	  "hostname n\nline vty\nhostname n\n" },
	{ LIST MAP OTHER_MAP, ROUTER BGP_MAP, "", MAP ROUTER BGP_MAP },
	{ LIST LIST2, ROUTER LIST2, "", LIST2 ROUTER LIST2 },
	/* zebra was. */
	{ "", ROUTER LIST BGP_MAP OTHER_LIST ROUTER, "", ROUTER ROUTER },
	{ "", "", "", "" },
	{ "route-map R permit 5", "", "", "" },
};

START_TEST(what_a_keeper_lacks_is_left_out)
{
	char config[1024];
	struct vty_shared_part parts[3] = { { 0 } };

	parts[0] = (struct vty_shared_part){ .at = 0, .keeps = vty_shared_is_keeper("zebra", "zebra bgpd staticd") };
	parts[1] = (struct vty_shared_part){ .at = strlen(cases[_i].zebra),
					     .keeps = vty_shared_is_keeper("bgpd", "zebra bgpd staticd") };
	parts[2] = (struct vty_shared_part){ .at = parts[1].at + strlen(cases[_i].bgpd),
					     .keeps = vty_shared_is_keeper("staticd", "zebra bgpd staticd") };
	snprintf(config, sizeof(config), "%s%s%s", cases[_i].zebra, cases[_i].bgpd, cases[_i].staticd);
	ck_assert_int_eq(vty_shared_remove_lost(config, parts, 3), 0);
	ck_assert_str_eq(config, cases[_i].left);
}
END_TEST

/* The same from the other side: FRR shows this as a whole, and these are its daemons. */
static const struct {
	const char *all, *zebra, *bgpd;
	const char *lost;
} losses[] = {
	{ LIST BGP_MAP OTHER_MAP ROUTER, LIST MAP OTHER_MAP, ROUTER LIST BGP_MAP OTHER_MAP, "" },
	/* bgpd was restarted alone. */
	{ "hostname n\n" LIST MAP "!\n" OTHER_MAP "!\nline vty\n", LIST MAP OTHER_MAP, "hostname n\n",
	  LIST MAP OTHER_MAP },
	{ LIST LIST2 ROUTER OTHER_MAP, LIST LIST2 OTHER_MAP, LIST2 ROUTER, LIST OTHER_MAP },
	/* zebra was. */
	{ ROUTER LIST BGP_MAP OTHER_LIST, "", ROUTER LIST BGP_MAP OTHER_LIST, LIST BGP_MAP OTHER_LIST },
	{ "", "", "", "" },
	{ "route-map R permit 5", "", "", "route-map R permit 5" },
	/* Both, of something else. */
	{ LIST MAP, LIST, MAP, LIST MAP },
};

START_TEST(what_a_keeper_lacks_is_found)
{
	const char *const keepers[] = { losses[_i].zebra, losses[_i].bgpd };
	char *lost = NULL;

	ck_assert_int_eq(vty_shared_find_lost(losses[_i].all, keepers, 2, &lost), 0);
	ck_assert_str_eq(lost, losses[_i].lost);
	free(lost);
}
END_TEST

/* With mgmtd zebra shows no route-map. */
START_TEST(mgmtd_is_there)
{
	ck_assert(vty_shared_is_keeper("bgpd", "mgmtd zebra bgpd"));
	ck_assert(!vty_shared_is_keeper("zebra", "mgmtd zebra bgpd"));
	ck_assert(!vty_shared_is_keeper("zebra", "zebra bgpd mgmtd"));
	ck_assert(vty_shared_is_keeper("zebra", "zebra bgpd mgmtd2"));
	ck_assert(!vty_shared_is_keeper("mgmtd", "mgmtd zebra bgpd"));
}
END_TEST

START_TEST(nobody_keeps_any)
{
	char config[] = MAP;
	struct vty_shared_part part = { .at = 0 };

	ck_assert_int_eq(vty_shared_remove_lost(config, &part, 1), 0);
	ck_assert_str_eq(config, MAP);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("shared");

	tcase_add_loop_test(tcase, what_a_keeper_lacks_is_left_out, 0, (int)ARRAY_LEN(cases));
	tcase_add_loop_test(tcase, what_a_keeper_lacks_is_found, 0, ARRAY_LEN(losses));
	tcase_add_test(tcase, mgmtd_is_there);
	tcase_add_test(tcase, nobody_keeps_any);
	return unit_run("frr-vtysh shared", tcase);
}
