/* SPDX-License-Identifier: Apache-2.0 */
/* test_frrdiff.c - the differences that frrdiff computes; tests/netns/frrdiff.sh applies them to FRR */
#include <stdio.h>

#include "frrdiff.h"
#include "unit.h"
#include "base/util.h"

#define BGP	   "router bgp 64512\n"
#define IPV4	   " address-family ipv4 unicast\n"
#define EVPN	   " address-family l2vpn evpn\n"
#define EXIT	   "exit\n"
#define AF	   " exit-address-family\n"
#define DATACENTER "frr version 8.4.4\nfrr defaults datacenter\n"
#define AF_UP	   " neighbor 10.1.1.1 remote-as 64513\n"

static const struct {
	const char *what, *running, *wanted, *batch;
	size_t deleted, added;
} table[] = {
	{ "nothing to do, in another order and form",
	  "frr version 8.4.4\nfrr defaults traditional\nhostname r\nno ip forwarding\nservice "
	  "integrated-vtysh-config\n!\n" BGP " neighbor 10.1.1.1 remote-as 64513\n !\n" IPV4
	  "  network 10.0.0.0/8\n" AF EXIT
	  "ip prefix-list P seq 5 permit 10.0.0.0/8\nip prefix-list P seq 10 permit 2.0.0.0/8\nend\n",
	  "ip prefix-list P permit 10.1.2.3/8\nip prefix-list P permit 2.0.0.0/8\n" BGP
	  "neighbor 10.1.1.1 remote-as 64513\nneighbor 10.1.1.1 activate\nnetwork   10.3.0.0/8\n",
	  NULL, 0, 0 },
	{ "IPv6 addresses are compared as addresses", "ipv6 route 2001:db8::/32 2001:db8::1\n",
	  "ipv6 route 2001:DB8:0::7/32 2001:0db8:0:0::1\n", NULL, 0, 0 },
	{ "what FRR 8.4 has by default of next hops, and what FRR 10 has", "frr version 8.4.4\n" BGP EXIT,
	  BGP EXIT "ip nht resolve-via-default\nno ipv6 nht resolve-via-default\n", "ip nht resolve-via-default\n", 0,
	  1 },
	{ "the default that was set over in FRR 8.4 comes back",
	  "frr version 8.4.4\nip nht resolve-via-default\n" BGP EXIT,
	  "ip nht resolve-via-default\n" BGP EXIT "no ip nht resolve-via-default\n", "no ip nht resolve-via-default\n",
	  1, 0 },
	{ "FRR 10 resolves by default", "frr version 10.3\n" BGP EXIT, BGP EXIT "ip nht resolve-via-default\n", NULL, 0,
	  0 },
	{ "but not in the profile datacenter", "frr version 10.3\nfrr defaults datacenter\n" BGP EXIT,
	  BGP EXIT "ip nht resolve-via-default\n", "ip nht resolve-via-default\n", 0, 1 },
	{ "the profile datacenter does not show what it has",
	  "frr version 8.4.4\nfrr defaults datacenter\n" BGP AF_UP EXIT,
	  BGP " bgp log-neighbor-changes\n no bgp ebgp-requires-policy\n" AF_UP EXIT, NULL, 0, 0 },
	{ "and shows what is set against it",
	  "frr version 8.4.4\nfrr defaults datacenter\n" BGP " bgp ebgp-requires-policy\n" AF_UP EXIT,
	  BGP " no bgp ebgp-requires-policy\n" AF_UP EXIT, BGP " no bgp ebgp-requires-policy\n" EXIT, 1, 0 },
	{ "an instance that comes has the same defaults", "frr version 8.4.4\nfrr defaults datacenter\n" BGP EXIT,
	  BGP EXIT "router bgp 64512 vrf red\n no bgp ebgp-requires-policy\n" EXIT, "router bgp 64512 vrf red\n" EXIT,
	  0, 1 },
	{ "the profile is set before the first instance", "frr version 8.4.4\nfrr defaults traditional\n",
	  "frr defaults datacenter\n" BGP EXIT, "frr defaults datacenter\n" BGP EXIT, 0, 2 },
	{ "and not under one that is there", "frr version 8.4.4\nfrr defaults traditional\n" BGP EXIT,
	  "frr defaults datacenter\n" BGP EXIT, NULL, 0, 0 },
	{ "an attribute is set over, and the session stays", BGP AF_UP " neighbor 10.1.1.1 timers 3 9\n" EXIT,
	  BGP AF_UP " neighbor 10.1.1.1 timers 10 30\n" EXIT, BGP " neighbor 10.1.1.1 timers 10 30\n" EXIT, 0, 1 },
	{ "a neighbour goes as a whole",
	  BGP AF_UP " neighbor 10.1.1.1 description x\n neighbor 10.1.2.1 remote-as 1\n" IPV4
		    "  neighbor 10.1.1.1 route-map A in\n" AF EXIT,
	  BGP " neighbor 10.1.2.1 remote-as 1\n" EXIT, BGP " no neighbor 10.1.1.1\n" EXIT, 1, 0 },
	{ "a neighbour comes with its families, what goes without saying unsaid", BGP EXIT,
	  BGP IPV4 "  neighbor 10.1.1.1 activate\n  neighbor 10.1.1.1 allowas-in\n" AF EVPN
		   "  neighbor 10.1.1.1 activate\n" AF AF_UP EXIT,
	  BGP AF_UP IPV4 "  neighbor 10.1.1.1 allowas-in\n" AF EVPN "  neighbor 10.1.1.1 activate\n" AF EXIT, 0, 3 },
	{ "the default for families changes", BGP AF_UP EXIT, BGP " no bgp default ipv4-unicast\n" AF_UP EXIT,
	  BGP " no bgp default ipv4-unicast\n" IPV4 "  no neighbor 10.1.1.1 activate\n" AF EXIT, 0, 2 },
	{ "a group stands before its members, with all it has", BGP EXIT,
	  BGP " neighbor 10.1.1.1 peer-group g\n neighbor g peer-group\n neighbor g password x\n neighbor g remote-as "
	      "1\n" EXIT,
	  BGP " neighbor g peer-group\n neighbor g remote-as 1\n neighbor g password x\n neighbor 10.1.1.1 peer-group "
	      "g\n" EXIT,
	  0, 4 },
	{ "a member changes its group: out and in",
	  BGP " neighbor a peer-group\n neighbor a remote-as 1\n neighbor b peer-group\n neighbor b remote-as 1\n"
	      " neighbor 10.1.1.1 peer-group a\n neighbor 10.1.1.1 port 1790\n" EXIT,
	  BGP " neighbor a peer-group\n neighbor a remote-as 1\n neighbor b peer-group\n neighbor b remote-as 1\n"
	      " neighbor 10.1.1.1 peer-group b\n neighbor 10.1.1.1 port 1790\n" EXIT,
	  BGP " no neighbor 10.1.1.1\n neighbor 10.1.1.1 peer-group b\n neighbor 10.1.1.1 port 1790\n" EXIT, 1, 2 },
	{ "no vni, then the VRF's instance, then the default one",
	  "vrf red\n vni 100\nexit-vrf\n" BGP AF_UP EXIT "router bgp 64512 vrf red\n" EXIT, "",
	  "vrf red\n no vni 100\nexit-vrf\nno router bgp 64512 vrf red\nno router bgp 64512\n", 3, 0 },
	{ "a VNI that stays goes for a moment with its instance; the default one FRR makes itself",
	  "vrf red\n vni 100\nexit-vrf\nrouter bgp 1 vrf red\n neighbor 10.1.1.1 remote-as 5\n" EXIT,
	  "vrf red\n vni 100\nexit-vrf\nrouter bgp 2 vrf red\n neighbor 10.1.1.1 remote-as 5\n" EXIT,
	  "vrf red\n no vni 100\nexit-vrf\nno router bgp 1 vrf red\nno router bgp 1\nvrf red\n vni 100\nexit-vrf\n"
	  "router bgp 2\nexit\nrouter bgp 2 vrf red\n neighbor 10.1.1.1 remote-as 5\n" EXIT,
	  3, 4 },
	{ "a VNI moves to another VRF", "vrf red\n vni 100\nexit-vrf\n", "vrf blue\n vni 100\nexit-vrf\n",
	  "vrf red\n no vni 100\nexit-vrf\nvrf blue\n vni 100\nexit-vrf\n", 1, 1 },
	{ "the AS number changes: all instances out and in", BGP AF_UP EXIT "router bgp 64512 vrf red\n" EXIT,
	  "router bgp 7\n" AF_UP EXIT "router bgp 64512 vrf red\n" EXIT,
	  "no router bgp 64512 vrf red\nno router bgp 64512\nrouter bgp 7\n" AF_UP EXIT
	  "router bgp 64512 vrf red\n" EXIT,
	  2, 3 },
	{ "a list changes entry by entry, and is never empty",
	  "ip prefix-list P seq 5 permit 10.0.0.0/8\nip prefix-list P seq 10 deny any\n",
	  "ip prefix-list P seq 5 permit 11.0.0.0/8\nip prefix-list P seq 15 deny 12.0.0.0/8\n",
	  "ip prefix-list P seq 5 permit 11.0.0.0/8\nip prefix-list P seq 15 deny 12.0.0.0/8\n"
	  "no ip prefix-list P seq 10 deny any\n",
	  1, 2 },
	{ "a rule that moves leaves its old number first", "ip prefix-list P seq 5 permit 10.0.0.0/8\n",
	  "ip prefix-list P seq 10 permit 10.0.0.0/8\n",
	  "no ip prefix-list P seq 5 permit 10.0.0.0/8\nip prefix-list P seq 10 permit 10.0.0.0/8\n", 1, 1 },
	{ "an entry put in between moves the others from the front",
	  "ip prefix-list P seq 5 permit 1.0.0.0/8\nip prefix-list P seq 10 permit 3.0.0.0/8\n",
	  "ip prefix-list P permit 1.0.0.0/8\nip prefix-list P permit 2.0.0.0/8\nip prefix-list P permit 3.0.0.0/8\n",
	  "ip prefix-list P seq 10 permit 2.0.0.0/8\nip prefix-list P seq 15 permit 3.0.0.0/8\n", 0, 2 },
	{ "lists and maps stand before who uses them, and go after",
	  BGP AF_UP IPV4 "  neighbor 10.1.1.1 route-map OLD in\n" AF EXIT "ip prefix-list O seq 5 permit any\n"
			 "route-map OLD permit 10\n match ip address prefix-list O\n" EXIT,
	  BGP AF_UP IPV4 "  neighbor 10.1.1.1 route-map NEW in\n" AF EXIT "ip prefix-list N seq 5 permit any\n"
			 "route-map NEW permit 10\n match ip address prefix-list N\n" EXIT,
	  "ip prefix-list N seq 5 permit any\nroute-map NEW permit 10\n match ip address prefix-list N\n" EXIT BGP IPV4
	  "  neighbor 10.1.1.1 route-map NEW in\n" AF EXIT
	  "no route-map OLD permit 10\nno ip prefix-list O seq 5 permit any\n",
	  2, 4 },
	{ "a map's entry changes its action where it stands", "route-map A permit 10\n match tag 1\n" EXIT,
	  "route-map A deny 10\n match tag 1\n" EXIT, "route-map A deny 10\n" EXIT, 0, 1 },
	{ "the new route before the old one goes", "ip route 10.0.0.0/8 1.1.1.1\n", "ip route 10.0.0.0/8 2.2.2.2\n",
	  "ip route 10.0.0.0/8 2.2.2.2\nno ip route 10.0.0.0/8 1.1.1.1\n", 1, 1 },
	{ "but not where `no` would take both", "ip route 10.0.0.0/8 1.1.1.1 20\n", "ip route 10.0.0.0/8 1.1.1.1 30\n",
	  "no ip route 10.0.0.0/8 1.1.1.1 20\nip route 10.0.0.0/8 1.1.1.1 30\n", 1, 1 },
	{ "the old spelling of a VRF's route", "vrf red\n ip route 10.0.0.0/8 1.1.1.1\nexit-vrf\n",
	  "ip route 10.0.0.0 255.0.0.0 1.1.1.1 vrf red\n", NULL, 0, 0 },
	{ "an interface stays, its lines go", "interface eth0\n description up link\n ip ospf cost 5\n" EXIT, "",
	  "interface eth0\n no ip ospf cost 5\n no description\n" EXIT, 2, 0 },
	{ "what was said with `no` is unsaid without", BGP " no bgp ebgp-requires-policy\n" EXIT, BGP EXIT,
	  BGP " bgp ebgp-requires-policy\n" EXIT, 1, 0 },
	{ "of a default and what it is the default for, the last one counts", BGP " no bgp ebgp-requires-policy\n" EXIT,
	  BGP " bgp ebgp-requires-policy\n no bgp ebgp-requires-policy\n timers bgp 3 9\n timers bgp 60 180\n" EXIT,
	  NULL, 0, 0 },
	{ "defaults of the profile datacenter", DATACENTER BGP EXIT,
	  BGP " no bgp ebgp-requires-policy\n bgp log-neighbor-changes\n timers bgp 3 9\n" EXIT, NULL, 0, 0 },
	{ "no defaults of the profile datacenter", DATACENTER BGP EXIT,
	  "frr defaults traditional\n" BGP
	  " bgp ebgp-requires-policy\n no bgp log-neighbor-changes\n timers bgp 60 180\n" EXIT,
	  BGP " bgp ebgp-requires-policy\n no bgp log-neighbor-changes\n timers bgp 60 180\n" EXIT, 0, 3 },
	{ "what FRR shows with the profile datacenter, and is not wanted",
	  DATACENTER BGP " bgp ebgp-requires-policy\n no bgp log-neighbor-changes\n" EXIT, BGP EXIT,
	  BGP " bgp log-neighbor-changes\n no bgp ebgp-requires-policy\n" EXIT, 2, 0 },
	{ "defaults of the profile traditional", BGP EXIT "router ospf\n" EXIT,
	  "frr defaults datacenter\n" BGP " no bgp log-neighbor-changes\n no bgp default show-hostname\n" EXIT
	  "router ospf\n no log-adjacency-changes\n" EXIT,
	  NULL, 0, 0 },
	{ "a default since FRR 10", BGP EXIT, BGP " bgp enforce-first-as\n" EXIT, BGP " bgp enforce-first-as\n" EXIT, 0,
	  1 },
	{ "a default of FRR 10", "frr version 10.3\n" BGP EXIT, BGP " bgp enforce-first-as\n" EXIT, NULL, 0, 0 },
	{ "what FRR cannot forget is left alone",
	  "hostname r\npassword x\nno ipv6 forwarding\nline vty\n exec-timeout 5\n" EXIT, "", NULL, 0, 0 },
	{ "a BFD peer's profile is a line, a profile a context",
	  "bfd\n profile a\n " EXIT " peer 10.1.1.1\n  profile a\n " EXIT EXIT,
	  "bfd\n profile a\n " EXIT " profile b\n " EXIT " peer 10.1.1.1\n  profile b\n " EXIT EXIT,
	  "bfd\n profile b\n " EXIT " peer 10.1.1.1\n  profile b\n " EXIT EXIT, 0, 2 },
	{ "without exit and indentation, as vtysh reads it", "",
	  "interface eth0\nip ospf area 0\nrouter ospf\nospf router-id 1.1.1.1\nip prefix-list P permit any\n",
	  "ip prefix-list P seq 5 permit any\ninterface eth0\n ip ospf area 0\n" EXIT
	  "router ospf\n ospf router-id 1.1.1.1\n" EXIT,
	  0, 4 },
};

START_TEST(it_makes_these_batches)
{
	struct evpn_error err = { 0 };
	struct frrdiff diff;

	ck_assert_int_eq(frrdiff_make(table[_i].running, table[_i].wanted, NULL, &diff, &err), 0);
	ck_assert_msg(diff.n_batches == (table[_i].batch ? 1 : 0), "%s: %zu batches:\n%s", table[_i].what,
		      diff.n_batches, diff.n_batches ? diff.batches[0] : "");
	if (table[_i].batch)
		ck_assert_msg(streq(diff.batches[0], table[_i].batch), "%s:\n%s", table[_i].what, diff.batches[0]);
	ck_assert_uint_eq(diff.n_deleted, table[_i].deleted);
	ck_assert_uint_eq(diff.n_added, table[_i].added);
	frrdiff_clear(&diff);
	/* A configuration has no difference to itself. */
	ck_assert_int_eq(frrdiff_make(table[_i].running, table[_i].running, NULL, &diff, &err), 0);
	ck_assert_uint_eq(diff.n_batches, 0);
	frrdiff_clear(&diff);
}
END_TEST

START_TEST(a_line_without_its_context_is_named)
{
	struct evpn_error err = { 0 };
	struct frrdiff diff = { .n_added = 77 };

	ck_assert_int_lt(frrdiff_make("", "hostname r\n!\nneighbor 10.1.1.1 remote-as 5\n", NULL, &diff, &err), 0);
	ck_assert_str_eq(err.msg,
			 "the wanted configuration, line 3: 'neighbor 10.1.1.1 remote-as 5' is outside of any context");
	ck_assert_uint_eq(diff.n_added, 77);
}
END_TEST

START_TEST(lines_that_contradict_each_other_are_refused)
{
	static const struct {
		const char *wanted, *message;
	} bad[] = {
		{ BGP EXIT "router bgp 7\n" EXIT,
		  "line 3: 'router bgp 7': line 1 has already defined this instance with AS 64512" },
		{ "router bgp 1 vrf red\n" EXIT "router bgp 2 vrf red\n" EXIT,
		  "line 3: 'router bgp 2 vrf red': line 1 has already defined this instance with AS 1" },
		{ BGP EXIT "no router bgp 64512\n",
		  "line 3: 'no router bgp 64512' deletes what line 1 has defined: 'router bgp 64512'" },
		{ BGP EXIT "no router bgp\n",
		  "line 3: 'no router bgp' deletes what line 1 has defined: 'router bgp 64512'" },
		{ "vrf red\n vni 1\nexit-vrf\nno vrf red\n", "line 4: 'no vrf red' deletes what line 1 has defined" },
		{ BGP AF_UP " no neighbor 10.1.1.1\n" EXIT, "line 3: 'no neighbor 10.1.1.1' deletes what line 2" },
		{ "route-map A permit 10\n" EXIT "no route-map A\n", "line 3: 'no route-map A' deletes what line 1" },
		{ "ip prefix-list P permit any\nno ip prefix-list P\n", "line 2: 'no ip prefix-list P' deletes" },
	};
	static const char *const good[] = {
		BGP EXIT BGP EXIT,
		"router bgp 1.1\n" EXIT "router bgp 65537\n" EXIT,
		"router bgp 1 vrf red\n" EXIT "router bgp 2\n" EXIT,
		"no router bgp 7\nno vrf blue\nno route-map A\n" BGP " no neighbor 10.9.9.9\n" AF_UP EXIT,
		"no route-map A\nroute-map A permit 10\n" EXIT,
		BGP AF_UP " no neighbor 10.1.1.1 shutdown\n no neighbor 10.1.1.11\n" EXIT,
	};
	struct evpn_error err = { 0 };
	struct frrdiff diff;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ck_assert_int_lt(frrdiff_make("", bad[i].wanted, NULL, &diff, &err), 0);
		ck_assert_int_eq(err.code, EVPN_ERROR_REFUSED);
		ck_assert_msg(strstr(err.msg, bad[i].message) != NULL, "%s", err.msg);
	}
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		ck_assert_int_eq(frrdiff_make("", good[i], NULL, &diff, &err), 0);
		for (size_t b = 0; b < diff.n_batches; b++) {
			ck_assert_ptr_null(strstr(diff.batches[b], "no neighbor 10.9.9.9\n"));
			ck_assert_ptr_null(strstr(diff.batches[b], "no r"));
		}
		frrdiff_clear(&diff);
	}
}
END_TEST

START_TEST(lines_of_missing_daemons_are_no_difference)
{
	static const struct {
		const char *running, *wanted, *daemons, *batch, *missing, *missing_for;
	} cases[] = {
		{ "", BGP EXIT "router ospf\n ospf router-id 1.1.1.1\n" EXIT, " zebra bgpd", BGP EXIT, "ospfd",
		  "router ospf" },
		{ "", "router ospf\n" EXIT "router ospf6\n" EXIT, "ospf6d", "router ospf6\n" EXIT, "ospfd",
		  "router ospf" },
		/* bgpd keeps the line, and needs bfdd. */
		{ BGP AF_UP EXIT, BGP AF_UP " neighbor 10.1.1.1 bfd profile p\n" EXIT, "bgpd",
		  BGP " neighbor 10.1.1.1 bfd\n neighbor 10.1.1.1 bfd profile p\n" EXIT, "bfdd",
		  "neighbor 10.1.1.1 bfd profile p" },
		{ "", "interface eth0\n description x\n ip pim\n ipv6 ospf6 bfd\n" EXIT, "zebra",
		  "interface eth0\n description x\n" EXIT, "ospf6d, pimd", "ipv6 ospf6 bfd; ip pim" },
		{ "", "vrf red\n vni 1\n ip route 1.0.0.0/8 blackhole\nexit-vrf\n", "zebra",
		  "vrf red\n vni 1\nexit-vrf\n", "staticd", "ip route 1.0.0.0/8 blackhole" },
		/* mgmtd of FRR 10 prints lines of a daemon that does not run. */
		{ "ip route 1.0.0.0/8 blackhole\n", "ip route 1.0.0.0/8 blackhole\n", "zebra mgmtd", NULL, "staticd",
		  "ip route 1.0.0.0/8 blackhole" },
		{ "ip route 1.0.0.0/8 blackhole\n", "", "zebra mgmtd", NULL, "", "" },
		{ "", BGP AF_UP " neighbor 10.1.1.1 bfd\n" EXIT, "bgpd bfdd", BGP AF_UP " neighbor 10.1.1.1 bfd\n" EXIT,
		  "", "" },
	};
	struct evpn_error err = { 0 };
	struct frrdiff diff;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ck_assert_int_eq(frrdiff_make(cases[i].running, cases[i].wanted, cases[i].daemons, &diff, &err), 0);
		ck_assert_uint_eq(diff.n_batches, cases[i].batch ? 1 : 0);
		if (cases[i].batch)
			ck_assert_str_eq(diff.batches[0], cases[i].batch);
		ck_assert_str_eq(diff.missing, cases[i].missing);
		ck_assert_str_eq(diff.missing_for, cases[i].missing_for);
		ck_assert_uint_eq(diff.n_missing, *cases[i].missing ? strchr(cases[i].missing, ',') ? 2 : 1 : 0);
		frrdiff_clear(&diff);
	}
}
END_TEST

START_TEST(hostile_lines_do_no_harm)
{
	/* Words without what belongs to them; what the compiler's sanitizers see here is the corpus of fuzz_frrdiff. */
	static const char *const texts[] = {
		BGP EVPN "  vni 5\n   route-target\n   route-target import\n  vni\n   route-target both\n",
		"router bgp\n neighbor\n neighbor a\n neighbor a remote-as\n neighbor a peer-group\n",
		"vrf\nroute-map\nroute-map a permit \nip route\nip prefix-list P seq\nrouter ospf\n "
		"passive-interface\n",
		"ip route 1.0.0.0/8 reject reject reject reject reject reject reject reject reject reject\n",
	};
	struct evpn_error err = { 0 };
	struct frrdiff diff;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		ck_assert_int_eq(frrdiff_make(texts[i], texts[i], NULL, &diff, &err), 0);
		ck_assert_uint_eq(diff.n_batches, 0);
		frrdiff_clear(&diff);
	}
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("frrdiff");

	/* With a reserve for a busy machine. */
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, it_makes_these_batches, 0, ARRAY_LEN(table));
	tcase_add_test(tcase, a_line_without_its_context_is_named);
	tcase_add_test(tcase, lines_that_contradict_each_other_are_refused);
	tcase_add_test(tcase, lines_of_missing_daemons_are_no_difference);
	tcase_add_test(tcase, hostile_lines_do_no_harm);
	return unit_run("frrdiff", tcase);
}
