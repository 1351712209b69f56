/* SPDX-License-Identifier: Apache-2.0 */
/* test_health_session.c - BGP sessions, next hops and own routes in FRR 8.4's answers, shortened */
#include "base/util.h"
#include "frr/health.h"
#include "unit.h"

static struct health_report report;

static void teardown(void)
{
	health_report_clear(&report);
}

/* Of `show bgp vrf all neighbors json'. */
#define VRF(name, peers) "\"" name "\":{\"vrfId\":0,\"vrfName\":\"" name "\"" peers "}"
#define EVPN		 "\"addressFamilyInfo\":{\"ipv4Unicast\":{},\"l2VpnEvpn\":{}}"
#define AGREED(family) \
	"\"neighborCapabilities\":{\"multiprotocolExtensions\":{\"" family "\":{\"advertisedAndReceived\":true}}}"
#define UP(name, more)	 ",\"" name "\":{\"remoteAs\":64512,\"bgpState\":\"Established\"," more "}"
#define NEW(name, more)	 UP(name, AGREED("l2VpnEvpn") ",\"bgpTimerUpMsec\":" more)
#define ENDED(family)	 "\"gracefulRestartInfo\":{\"endOfRibRecv\":{\"" family "\":true}},"
#define SHUT(name)	 ",\"" name "\":{\"remoteAs\":64512,\"bgpState\":\"Idle\",\"adminShutDown\":true}"
#define DOWN(name, more) ",\"" name "\":{\"remoteAs\":64512,\"bgpState\":\"Active\"" more "}"

static const struct {
	const char *answer;
	const char *name; /* of the only session; NULL: there is none */
	enum health_reason reason;
	const char *text;
	bool fabric;
} sessions[] = {
	{ "{" VRF("default", UP("192.168.11.2", EVPN "," AGREED("l2VpnEvpn"))) "}", "192.168.11.2", HEALTH_FINE, NULL,
	  true },
	/* IPv4 alone, as configured. */
	{ "{" VRF("default",
		  UP("192.168.11.2", "\"addressFamilyInfo\":{\"ipv4Unicast\":{}}," AGREED("ipv4Unicast"))) "}",
	  "192.168.11.2", HEALTH_FINE, NULL, true },
	{ "{" VRF("red", UP("10.0.0.1", "\"addressFamilyInfo\":{\"ipv4Unicast\":{}}")) "}", "10.0.0.1 in VRF red",
	  HEALTH_FINE, NULL, false },
	{ "{" VRF("default", DOWN("eth1", "")) "}", "eth1", HEALTH_SESSION_DOWN,
	  "the fabric session with eth1 is Active", true },
	{ "{" VRF("default", DOWN("eth1", ",\"lastResetDueTo\":\"Waiting for Peer IPv6 LLA\"")) "}", "eth1",
	  HEALTH_SESSION_DOWN,
	  "the fabric session with eth1 is Active, FRR's last word about it: Waiting for Peer IPv6 LLA", true },
	{ "{" VRF("default", DOWN("eth1", ",\"lastResetDueTo\":\"BGP Notification send\","
					  "\"lastNotificationReason\":\"OPEN Message Error/Bad Peer AS\"")) "}",
	  "eth1", HEALTH_SESSION_DOWN,
	  "the fabric session with eth1 is Active, FRR's last word about it: OPEN Message Error/Bad Peer AS", true },
	{ "{" VRF("red", DOWN("fe80::1", "")) "}", "fe80::1 in VRF red", HEALTH_SESSION_DOWN,
	  "the host session with fe80::1 in VRF red is Active", false },
	/* The neighbor has not enabled the address family. */
	{ "{" VRF("default", UP("192.168.11.2", EVPN "," AGREED("ipv4Unicast"))) "}", "192.168.11.2",
	  HEALTH_FAMILY_MISSING, "the fabric session with 192.168.11.2 is established without EVPN", true },
	{ "{" VRF("default", UP("192.168.11.2", EVPN ",\"neighborCapabilities\":{\"multiprotocolExtensions\":{"
						     "\"l2VpnEvpn\":{\"advertised\":true}}}")) "}",
	  "192.168.11.2", HEALTH_FAMILY_MISSING, "enable the address family l2vpn evpn for this node there", true },
	/* It is new: what tells that its routes have come is one of them, the marker behind the last one, or some seconds. */
	{ "{" VRF("default", NEW("192.168.11.2", "4000," EVPN)) "}", "192.168.11.2", HEALTH_ROUTES_PENDING,
	  "the fabric session with 192.168.11.2 is new, and its EVPN routes have not come yet", true },
	{ "{" VRF("default", NEW("192.168.11.2", "4000," ENDED("ipv4Unicast") EVPN)) "}", "192.168.11.2",
	  HEALTH_ROUTES_PENDING, "have not come yet", true },
	{ "{" VRF("default", NEW("192.168.11.2", "4000," ENDED("l2VpnEvpn") EVPN)) "}", "192.168.11.2", HEALTH_FINE,
	  NULL, true },
	{ "{" VRF("default",
		  NEW("192.168.11.2", "0,\"addressFamilyInfo\":{\"l2VpnEvpn\":{\"acceptedPrefixCounter\":1}}")) "}",
	  "192.168.11.2", HEALTH_FINE, NULL, true },
	{ "{" VRF("default", NEW("192.168.11.2", "5000," EVPN)) "}", "192.168.11.2", HEALTH_FINE, NULL, true },
	/* BFD is configured for it. */
	{ "{" VRF("default", UP("192.168.11.2", "\"peerBfdInfo\":{\"status\":\"Up\"}")) "}", "192.168.11.2",
	  HEALTH_FINE, NULL, true },
	{ "{" VRF("default", UP("192.168.11.2", "\"peerBfdInfo\":{\"status\":\"Down\"}")) "}", "192.168.11.2",
	  HEALTH_BFD_DOWN,
	  "the fabric session with 192.168.11.2 is established, but BFD with it is Down, so FRR notices a broken path "
	  "late",
	  true },
	{ "{" VRF("red", UP("10.0.0.1", "\"peerBfdInfo\":{}")) "}", "10.0.0.1 in VRF red", HEALTH_BFD_DOWN,
	  "but BFD with it is unknown", false },
	{ "{" VRF("default", DOWN("eth1", ",\"peerBfdInfo\":{\"status\":\"Down\"}")) "}", "eth1", HEALTH_SESSION_DOWN,
	  "the fabric session with eth1 is Active", true },
	/* Somebody has shut it down, and the fabric has another one; or none. */
	{ "{" VRF("default", SHUT("eth1") UP("eth2", EVPN "," AGREED("l2VpnEvpn"))) "}", "eth2", HEALTH_FINE, NULL,
	  true },
	{ "{" VRF("default", SHUT("eth1") DOWN("eth2", "")) "}", "eth2", HEALTH_SESSION_DOWN, "eth2 is Active", true },
	{ "{" VRF("default", SHUT("eth1")) "}", "eth1", HEALTH_SESSION_DOWN,
	  "the fabric session with eth1 is shut down in FRR's configuration, and there is no other", true },
	{ "{" VRF("red", SHUT("10.0.0.1")) "}", NULL, HEALTH_FINE, NULL, false },
	/* A VRF without neighbors, no BGP at all, nonsense. */
	{ "{" VRF("default", "") "}", NULL, HEALTH_FINE, NULL, false },
	{ "", NULL, HEALTH_FINE, NULL, false },
	{ "[]", NULL, HEALTH_FINE, NULL, false },
	{ "{\"default\":7,\"red\":{\"10.0.0.1\":{\"bgpState\":7}},\"blue\":{\"10.0.0.2\":[]}}", NULL, HEALTH_FINE, NULL,
	  false },
	{ "{" VRF("default", ",\"e\\u001b\":{\"bgpState\":\"\\u001b[2J\"}") "}", "e?", HEALTH_SESSION_DOWN,
	  "the fabric session with e? is ?[2J", true },
};

START_TEST(session)
{
	const struct health_item *item = NULL;

	health_judge_sessions(sessions[_i].answer, &report);
	ck_assert_uint_eq(report.n_items, sessions[_i].name ? 1 : 0);
	if (!sessions[_i].name)
		return;
	item = &report.items[0];
	ck_assert_int_eq(item->kind, HEALTH_SESSION);
	ck_assert_str_eq(item->name, sessions[_i].name);
	ck_assert_int_eq(item->reason, sessions[_i].reason);
	ck_assert_int_eq(item->fabric, sessions[_i].fabric);
	if (sessions[_i].text)
		ck_assert_msg(strstr(item->text, sessions[_i].text) != NULL, "%s", item->text);
}
END_TEST

START_TEST(answer_that_is_none)
{
	health_judge_sessions("% BGP instance not found", &report);
	ck_assert_uint_eq(report.n_items, 1);
	ck_assert(report.items[0].kind == HEALTH_DAEMON && report.items[0].reason == HEALTH_NO_ANSWER);
	ck_assert_ptr_nonnull(strstr(report.items[0].text, "% BGP instance not found"));
}
END_TEST

START_TEST(long_names_are_cut)
{
	char name[200], answer[1000];

	memset(name, 'e', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(answer, sizeof(answer), "{" VRF("default", DOWN("%s", "")) "}", name);
	health_judge_sessions(answer, &report);
	ck_assert_uint_eq(strlen(report.items[0].name), HEALTH_NAME_SIZE - 1);
	ck_assert_uint_lt(strlen(report.items[0].text), 512);
}
END_TEST

/* Of `show ip nht'. */
#define RESOLVED  "100.64.0.1\n resolved via bgp\n via 192.168.11.2, eth1\n Client list: bgp(fd 27)\n"
#define LOCAL	  "100.65.0.2\n resolved via connected\n is directly connected, lo\n Client list: bgp(fd 27)\n"
#define CONNECTED "192.168.11.2(Connected)\n unresolved(Connected)\n Client list: bgp(fd 27)\n"
#define LOST	  "100.64.0.9\n unresolved\n Client list: bgp(fd 27)\n"
#define LOST6	  "2001:db8::9\n unresolved\n Client list: bgp(fd 27)\n"

#define DROPPED "100.64.0.8\n resolved via static\n is directly connected, Null0\n Client list: bgp(fd 27)\n"
#define HALF	"100.64.0.7\n resolved via static\n is directly connected, Null0\n via 192.168.11.2, eth1\n"
#define STATIC	"203.0.113.9\n unresolved\n Client list: static(fd 25)\n"
#define BOTH	"100.64.0.6\n unresolved\n Client list: static(fd 25) bgp(fd 27)\n"

static const struct {
	const char *answer;
	const char *lost[3];
} next_hops[] = {
	{ DROPPED HALF RESOLVED, { "100.64.0.8" } },
	{ STATIC LOST BOTH, { "100.64.0.9", "100.64.0.6" } },
	{ RESOLVED LOCAL CONNECTED, { NULL } },
	{ RESOLVED LOST LOCAL, { "100.64.0.9" } },
	{ LOST6 LOST, { "2001:db8::9", "100.64.0.9" } },
	{ "VRF default:\n Resolve via default: off\n" LOST, { "100.64.0.9" } },
	{ "100.64.0.9\r\n unresolved\r\n", { "100.64.0.9" } },
	{ "100.64.0.9\n unresolved", { "100.64.0.9" } },
	{ "", { NULL } },
	{ " unresolved\n unresolved\n", { NULL } },
	{ "somebody\n unresolved\n", { NULL } },
	{ "% Unknown command\n unresolved\n", { NULL } },
	{ "1000000000000000000000000000000000000000000000000000000000000000000000000000.1\n unresolved\n", { NULL } },
	{ "100.64.0.9 \n\n unresolved\n", { NULL } },
};

START_TEST(next_hop)
{
	size_t n = 0;

	health_judge_next_hops(next_hops[_i].answer, &report);
	for (; n < ARRAY_LEN(next_hops[_i].lost) && next_hops[_i].lost[n]; n++) {
		ck_assert_uint_lt(n, report.n_items);
		ck_assert_str_eq(report.items[n].name, next_hops[_i].lost[n]);
		ck_assert(report.items[n].kind == HEALTH_NEXT_HOP &&
			  report.items[n].reason == HEALTH_NEXT_HOP_UNRESOLVED);
		ck_assert_ptr_nonnull(
			strstr(report.items[n].text,
			       streq(report.items[n].name, "100.64.0.8")
				       ? "is resolved by a blackhole route, which drops what is sent to it"
				       : "is unresolved: FRR has no route to it"));
	}
	ck_assert_uint_eq(report.n_items, n);
}
END_TEST

START_TEST(route_distinguishers_become_commands)
{
	static const char vnis[] =
		"{\"numVnis\":2,\"110\":{\"rd\":\"100.65.0.2:2\",\"type\":\"L2\"},\"111\":{\"rd\":\"64514:111\"},"
		"\"112\":{\"rd\":\"1:1\\nconfigure\"},\"113\":{\"rd\":7},\"114\":{},\"115\":{\"rd\":\"\"},"
		"\"116\":{\"rd\":\"11111111111111111111:22222222222222222222\"}}";
	static const uint32_t asked[] = { 110, 111, 112, 113, 114, 115, 116, 200 };
	static const char *const expected[ARRAY_LEN(asked)] = {
		"show bgp l2vpn evpn route rd 100.65.0.2:2 type multicast json",
		"show bgp l2vpn evpn route rd 64514:111 json"
	};
	char *commands[ARRAY_LEN(asked)];

	health_own_routes_commands(vnis, asked, ARRAY_LEN(asked), commands);
	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		if (expected[i])
			ck_assert_str_eq(commands[i], expected[i]);
		else
			ck_assert_msg(!commands[i], "%s", commands[i]);
		free(commands[i]);
	}
	health_own_routes_commands("% not JSON", asked, 1, commands);
	ck_assert_ptr_null(commands[0]);
}
END_TEST

/* Of `show bgp l2vpn evpn route rd 100.65.0.2:2 json'. */
#define TABLE(routes) "{\"100.65.0.2:2\":{\"rd\":\"100.65.0.2:2\"" routes "},\"numPrefix\":1,\"numPaths\":1}"
#define ROUTE(prefix, paths)                                                                                        \
	",\"" prefix                                                                                                \
	"\":{\"rd\":\"100.65.0.2:2\",\"advertisedTo\":{\"192.168.11.2\":{\"hostname\":\"tor\"}},\"paths\":[[" paths \
	"]]}"
#define OWN(hop)     "{\"vni\":\"110\",\"valid\":true,\"sourced\":true,\"local\":true,\"nexthops\":[" hop "]}"
#define FOREIGN(hop) "{\"vni\":\"110\",\"valid\":true,\"nexthops\":[" hop "]}"
#define HOP(ip)	     "{\"ip\":\"" ip "\",\"hostname\":\"node\",\"afi\":\"ipv4\",\"used\":true}"
#define TYPE3	     "[3]:[0]:[32]:[100.65.0.2]"
#define TYPE5	     "[5]:[0]:[24]:[192.168.10.0]"

static const struct {
	const char *answer;
	const char *text; /* NULL: all is well */
} own_routes[] = {
	{ TABLE(ROUTE(TYPE3, OWN(HOP("100.65.0.2")))), NULL },
	{ TABLE(ROUTE(TYPE3, OWN(HOP("100.65.0.2"))) ROUTE(TYPE5, OWN(HOP("192.168.11.3")))),
	  "VNI 110: this node announces " TYPE5 " with next hop 192.168.11.3, not 100.65.0.2" },
	{ TABLE(ROUTE(TYPE3, OWN(HOP("0.0.0.0")))),
	  "VNI 110: this node announces " TYPE3 " with next hop 0.0.0.0, not 100.65.0.2" },
	{ TABLE(ROUTE(TYPE3, FOREIGN(HOP("100.65.0.9")) "," OWN(HOP("100.65.0.9")))), "next hop 100.65.0.9" },
	{ TABLE(ROUTE(TYPE3, OWN("{\"hostname\":\"node\"}"))), "with next hop none, not" },
	/* A neighbor's route under the same route distinguisher. */
	{ TABLE(ROUTE(TYPE3, FOREIGN(HOP("100.65.0.9")))), NULL },
	/* No route yet, and nonsense. */
	{ "{}", NULL },
	{ "", NULL },
	{ "[1]", NULL },
	{ TABLE(",\"x\":7,\"y\":{\"paths\":7},\"z\":{\"paths\":[7,[7,{\"sourced\":true,\"nexthops\":{}}]]}"), NULL },
};

START_TEST(own_route)
{
	struct config config = { 0 };

	ck_assert(ipaddr_parse("100.65.0.2", false, &config.underlay.vtep));
	for (uint32_t vni = 109; vni <= 110; vni++) {
		char name[16];

		snprintf(name, sizeof(name), "VNI %u", vni);
		health_add(&report, HEALTH_VNI, name, HEALTH_FINE, NULL)->vni = vni;
	}
	health_judge_own_routes(&config, 110, own_routes[_i].answer, &report);
	ck_assert_uint_eq(report.n_items, 2);
	ck_assert_int_eq(report.items[0].reason, HEALTH_FINE);
	ck_assert_int_eq(report.items[1].reason, own_routes[_i].text ? HEALTH_NEXT_HOP_MISMATCH : HEALTH_FINE);
	if (own_routes[_i].text)
		ck_assert_msg(strstr(report.items[1].text, own_routes[_i].text) != NULL, "%s", report.items[1].text);
}
END_TEST

#define SENT(evpn, ip) "\"addressFamilyInfo\":{\"ipv4Unicast\":{" ip "},\"l2VpnEvpn\":{" evpn "}}," AGREED("l2VpnEvpn")
#define N(n)	       "\"sentPrefixCounter\":" #n

static const struct {
	const char *answer;
	const char *names; /* of the items that it adds */
	bool no_l2vni, has_source;
} announced[] = {
	{ "{" VRF("default", UP("10.0.0.1", SENT(N(3), N(1)))) "}", "", false, false },
	{ "{" VRF("default", UP("10.0.0.1", SENT(N(0), N(1)))) "}", "own routes;", false, false },
	{ "{" VRF("default", UP("10.0.0.1", SENT(N(3), N(0)))) "}", "own VTEP;", false, false },
	{ "{" VRF("default", UP("10.0.0.1", SENT(N(0), N(0)))) "}", "own routes;own VTEP;", false, false },
	/* An L3VNI may have nothing to announce, and the operator's frr.conf may announce the VTEP in another way. */
	{ "{" VRF("default", UP("10.0.0.1", SENT(N(0), N(0)))) "}", "", true, true },
	/* One neighbor gets them: a filter towards the other one is its owner's choice. */
	{ "{" VRF("default", UP("10.0.0.1", SENT(N(0), N(0))) UP("10.0.0.2", SENT(N(3), N(1)))) "}", "", false, false },
	/* No session, none with the family, and one that has just been established. */
	{ "{" VRF("default", DOWN("10.0.0.1", "")) "}", "", false, false },
	{ "{" VRF("default", UP("10.0.0.1", "\"addressFamilyInfo\":{}")) "}", "", false, false },
	{ "{" VRF("default", UP("10.0.0.1", SENT("", ""))) "}", "", false, false },
	{ "{" VRF("red", UP("10.0.0.1", SENT(N(0), N(0)))) "}", "", false, false },
	{ "nonsense", "", false, false },
};

START_TEST(announcements)
{
	struct config config = { .n_l2vnis = !announced[_i].no_l2vni };
	char names[100] = "", source[] = "/etc/frr.conf";

	ck_assert(ipaddr_parse("100.65.0.2", false, &config.underlay.vtep));
	if (announced[_i].has_source)
		config.frr.source = source;
	health_judge_sessions(announced[_i].answer, &report);
	health_judge_announced(&config, &report);
	for (size_t i = 0; i < report.n_items; i++) {
		if (report.items[i].kind != HEALTH_VTEPS)
			continue;
		ck_assert_int_eq(report.items[i].reason, HEALTH_NOTHING_ANNOUNCED);
		strcat(strcat(names, report.items[i].name), ";");
	}
	ck_assert_str_eq(names, announced[_i].names);
}
END_TEST

START_TEST(former_fault_of_the_vni_stays)
{
	struct config config = { 0 };
	struct health_item *item = health_add(&report, HEALTH_VNI, "VNI 110", HEALTH_VNI_NOT_ANNOUNCED,
					      "bgpd does not announce it");

	item->vni = 110;
	health_judge_own_routes(&config, 110, TABLE(ROUTE(TYPE3, OWN(HOP("0.0.0.0")))), &report);
	ck_assert_int_eq(report.items[0].reason, HEALTH_VNI_NOT_ANNOUNCED);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("health session");

	tcase_add_checked_fixture(tcase, NULL, teardown);
	tcase_add_loop_test(tcase, session, 0, (int)ARRAY_LEN(sessions));
	tcase_add_test(tcase, answer_that_is_none);
	tcase_add_test(tcase, long_names_are_cut);
	tcase_add_loop_test(tcase, next_hop, 0, (int)ARRAY_LEN(next_hops));
	tcase_add_test(tcase, route_distinguishers_become_commands);
	tcase_add_loop_test(tcase, own_route, 0, (int)ARRAY_LEN(own_routes));
	tcase_add_loop_test(tcase, announcements, 0, (int)ARRAY_LEN(announced));
	tcase_add_test(tcase, former_fault_of_the_vni_stays);
	return unit_run("health_session", tcase);
}
