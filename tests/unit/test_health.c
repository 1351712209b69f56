/* SPDX-License-Identifier: Apache-2.0 */
/* test_health.c - the judgement over the VNIs of zebra and bgpd; the answers are FRR 8.4's, shortened */
#include "base/util.h"
#include "frr/health.h"
#include "unit.h"

#define MAC "\"02:e5:64:41:00:02\""

/* Of `show evpn vni detail json'. */
#define Z110 \
	"{\"vni\":110,\"type\":\"L2\",\"vtepIp\":\"100.65.0.2\",\"numRemoteVteps\":[\"100.65.0.3\",\"100.65.0.4\"]}"
#define Z100_WITH(vtep, state, vrf, mac)                                                                            \
	"{\"vni\":100,\"type\":\"L3\",\"localVtepIp\":\"" vtep "\",\"vxlanIntf\":\"vni100\",\"sviIntf\":\"br100\"," \
	"\"state\":\"" state "\",\"vrf\":\"" vrf "\",\"routerMac\":" mac ",\"l2Vnis\":[]}"
#define Z100  Z100_WITH("100.65.0.2", "Up", "red", MAC)
#define ZEBRA "[" Z110 "," Z100 "]"

/* Of `show bgp l2vpn evpn vni json'. */
#define HEAD "\"advertiseAllVnis\":\"Enabled\",\"numVnis\":2"
#define B110_WITH(type, kernel, vtep) \
	"\"110\":{\"vni\":110,\"type\":\"" type "\",\"inKernel\":\"" kernel "\",\"originatorIp\":\"" vtep "\"}"
#define B110 B110_WITH("L2", "True", "100.65.0.2")
#define B100_WITH(mac) \
	"\"100\":{\"vni\":100,\"type\":\"L3\",\"inKernel\":\"True\",\"originatorIp\":\"100.65.0.2\",\"rmac\":" mac "}"
#define B100 B100_WITH(MAC)
#define BGP  "{" HEAD "," B110 "," B100 "}"

static struct config_l3vni l3 = { .vni = 100, .vrf = "red", .table = 1100 };
static struct config_l2vni l2 = { .vni = 110 };
static struct config config = { .l3vnis = &l3, .n_l3vnis = 1, .l2vnis = &l2, .n_l2vnis = 1 };
static struct health_report report;

static void setup(void)
{
	ck_assert(ipaddr_parse("100.65.0.2", false, &config.underlay.vtep));
}

static void teardown(void)
{
	health_report_clear(&report);
}

static bool skip_one(void *arg, uint32_t vni)
{
	return vni == *(const uint32_t *)arg;
}

static void judge(const char *zebra, const char *bgp, uint32_t skip)
{
	const struct health_expected expected = {
		.config = &config, .router_mac = "02:e5:64:41:00:02", .skip = skip_one, .arg = &skip
	};

	health_report_clear(&report);
	health_judge_vnis(&expected, zebra, bgp, &report);
}

static const struct {
	const char *zebra, *bgp;
	uint32_t skip;
	size_t n_failed;
	enum health_reason reason; /* of the first one that failed */
	const char *words; /* in its sentence */
} table[] = {
	{ ZEBRA, BGP, 0, 0, HEALTH_FINE, NULL },
	{ "[" Z100 "," Z110 "]", BGP, 0, 0, HEALTH_FINE, NULL },
	/* Upper case is no difference. */
	{ "[" Z110 "," Z100_WITH("100.65.0.2", "Up", "red", "\"02:E5:64:41:00:02\"") "]", BGP, 0, 0, HEALTH_FINE,
	  NULL },
	/* zebra lacks it. */
	{ "[" Z100 "]", BGP, 0, 1, HEALTH_VNI_UNKNOWN,
	  "VNI 110: zebra does not know it (show evpn vni); check that frr.conf has `advertise-all-vni', and that "
	  "vni110 "
	  "is up in FRR's namespace" },
	{ "[" Z110 "]", BGP, 0, 1, HEALTH_VNI_UNKNOWN, "`advertise-all-vni' and the VRF's `vni', and that vni100" },
	{ "[]", "{}", 0, 2, HEALTH_VNI_UNKNOWN, "VNI 100: zebra does not know it" },
	/* Without EVPN FRR 8.4 prints nothing. */
	{ "", "{" HEAD "}", 0, 2, HEALTH_VNI_UNKNOWN, "VNI 100" },
	{ "\n", "\n", 0, 2, HEALTH_VNI_UNKNOWN, "VNI 100" },
	/* zebra has it otherwise. */
	{ "[" Z110 ",{\"vni\":100,\"type\":\"L2\",\"vtepIp\":\"100.65.0.2\"}]", BGP, 0, 1, HEALTH_VNI_TYPE_MISMATCH,
	  "VNI 100: zebra has it as an L2 VNI, not as an L3 VNI of VRF red" },
	{ "[" Z100 ",{\"vni\":110,\"type\":\"L3\",\"localVtepIp\":\"100.65.0.2\"}]", BGP, 0, 1,
	  HEALTH_VNI_TYPE_MISMATCH, "VNI 110: zebra has it as an L3 VNI, not as an L2 VNI" },
	{ "[" Z110 "," Z100_WITH("100.65.0.2", "Down", "red", MAC) "]", BGP, 0, 1, HEALTH_VNI_DOWN,
	  "VNI 100: zebra has it as Down in VRF red (VXLAN vni100, SVI br100)" },
	{ "[" Z110 "," Z100_WITH("100.65.0.2", "Up", "blue", MAC) "]", BGP, 0, 1, HEALTH_VRF_MISMATCH,
	  "VNI 100: zebra has it in VRF blue, not in VRF red; check that frr.conf has `vni 100' in block `vrf red'" },
	{ "[" Z110 "," Z100_WITH("100.65.0.2", "Up", "red", "\"aa:bb:cc:00:00:01\"") "]", BGP, 0, 1,
	  HEALTH_ROUTER_MAC_MISMATCH,
	  "VNI 100: zebra has router MAC aa:bb:cc:00:00:01, but br100 has 02:e5:64:41:00:02" },
	/* FRR 8.4 with an IPv6 VTEP. */
	{ "[" Z100 ",{\"vni\":110,\"type\":\"L2\",\"vtepIp\":\"0.0.0.0\"}]", BGP, 0, 1, HEALTH_VTEP_MISMATCH,
	  "VNI 110: zebra has local VTEP 0.0.0.0, not 100.65.0.2" },
	{ "[" Z110 "," Z100_WITH("100.65.0.9", "Up", "red", MAC) "]", BGP, 0, 1, HEALTH_VTEP_MISMATCH,
	  "VNI 100: zebra has local VTEP 100.65.0.9, not 100.65.0.2" },
	{ "[" Z100 ",{\"vni\":110,\"type\":\"L2\"}]", BGP, 0, 1, HEALTH_VTEP_MISMATCH, "has local VTEP none" },
	/* bgpd lacks it, or has it otherwise. */
	{ ZEBRA, "{" HEAD "," B100 "}", 0, 1, HEALTH_VNI_NOT_ANNOUNCED, "VNI 110: bgpd does not announce it" },
	{ ZEBRA, "{" B100 "," B110_WITH("L2", "False", "100.65.0.2") "}", 0, 1, HEALTH_VNI_NOT_ANNOUNCED, "VNI 110" },
	{ ZEBRA, "{" B100 "," B110_WITH("L3", "True", "100.65.0.2") "}", 0, 1, HEALTH_VNI_TYPE_MISMATCH,
	  "VNI 110: bgpd has it as an L3 VNI, not as an L2 VNI" },
	{ ZEBRA, "{" B100 "," B110_WITH("L2", "True", "100.65.0.9") "}", 0, 1, HEALTH_VTEP_MISMATCH,
	  "VNI 110: bgpd announces VTEP 100.65.0.9, not 100.65.0.2" },
	{ ZEBRA, "{" B110 "," B100_WITH("\"00:00:00:00:00:00\"") "}", 0, 1, HEALTH_ROUTER_MAC_MISMATCH,
	  "VNI 100: bgpd announces router MAC 00:00:00:00:00:00, but br100 has 02:e5:64:41:00:02" },
	/* What failed before is not asked for. */
	{ "[" Z100 "]", "{" B100 "}", 110, 0, HEALTH_FINE, NULL },
	{ "[" Z110 "]", "{" B110 "}", 100, 0, HEALTH_FINE, NULL },
	/* Not asked. */
	{ NULL, BGP, 0, 0, HEALTH_FINE, NULL },
	{ ZEBRA, NULL, 0, 0, HEALTH_FINE, NULL },
	/* Not what FRR prints. */
	{ "% Unknown command", BGP, 0, 1, HEALTH_NO_ANSWER,
	  "the answer of zebra to `show evpn vni detail json' cannot be read as JSON" },
	{ ZEBRA, "{", 0, 1, HEALTH_NO_ANSWER,
	  "the answer of bgpd to `show bgp l2vpn evpn vni json' cannot be read as JSON" },
	/* JSON, and nonsense: nothing is found in it, nothing breaks. */
	{ "{}", "[1,2]", 0, 2, HEALTH_VNI_UNKNOWN, "VNI 100" },
	{ "[7,\"x\",null,[],{\"vni\":\"110\"},{\"vni\":{}},{\"vni\":-1}]", BGP, 0, 2, HEALTH_VNI_UNKNOWN, "VNI 100" },
	{ ZEBRA, "{\"100\":7,\"110\":\"x\"}", 0, 2, HEALTH_VNI_NOT_ANNOUNCED, "VNI 100" },
	{ "[{\"vni\":110,\"type\":7,\"vtepIp\":[]},{\"vni\":100,\"type\":\"L3\",\"localVtepIp\":\"x\",\"vrf\":{}}]",
	  BGP, 0, 2, HEALTH_VTEP_MISMATCH, "VNI 100: zebra has local VTEP x" },
	{ "[{\"vni\":110,\"type\":\"L2\",\"vtepIp\":\"100.65.0.2\",\"numRemoteVteps\":[1,{},null]}," Z100 "]", BGP, 0,
	  0, HEALTH_FINE, NULL },
};

START_TEST(vnis)
{
	const struct health_item *first;
	size_t n;

	judge(table[_i].zebra, table[_i].bgp, table[_i].skip);
	first = health_first_failed(&report, &n);
	ck_assert_msg(n == table[_i].n_failed, "%zu: %s", n, first ? first->text : "");
	ck_assert_int_eq(first ? first->reason : HEALTH_FINE, table[_i].reason);
	if (table[_i].words)
		ck_assert_msg(strstr(first->text, table[_i].words) != NULL, "%s", first->text);
}
END_TEST

START_TEST(each_vni_has_an_item)
{
	judge(ZEBRA, BGP, 0);
	ck_assert_uint_eq(report.n_items, 2);
	ck_assert(report.items[0].kind == HEALTH_VNI && report.items[0].vni == 100);
	ck_assert_str_eq(report.items[0].name, "VNI 100");
	ck_assert(report.items[1].kind == HEALTH_VNI && report.items[1].vni == 110);
	ck_assert_ptr_null(report.items[0].text);
	judge(ZEBRA, BGP, 110);
	ck_assert_uint_eq(report.n_items, 1);
}
END_TEST

START_TEST(remote_vteps_are_counted_once)
{
	judge(ZEBRA, BGP, 0);
	ck_assert_uint_eq(report.n_remote_vteps, 2);
	judge("[" Z110 ",{\"vni\":120,\"numRemoteVteps\":[\"100.65.0.4\",\"100.65.0.5\"]}," Z100 "]", BGP, 0);
	ck_assert_uint_eq(report.n_remote_vteps, 3);
	/* An L3VNI has none of its own. */
	judge("[" Z100 ",{\"vni\":120,\"numRemoteVteps\":\"n/a\"}]", BGP, 0);
	ck_assert_uint_eq(report.n_remote_vteps, 0);
}
END_TEST

/* As FRR 10.3 prints it. */
START_TEST(later_frr)
{
	judge("[{\"vni\":110,\"type\":\"L2\",\"tenantVrf\":\"default\",\"vtepIp\":\"100.65.0.2\",\"numRemoteVteps\":2,"
	      "\"remoteVteps\":[{\"ip\":\"100.65.0.3\",\"flood\":\"HER\"},{\"ip\":\"100.65.0.4\",\"flood\":\"-\"},7,{}]"
	      "},"
	      "{\"vni\":100,\"type\":\"L3\",\"tenantVrf\":\"red\",\"localVtepIp\":\"100.65.0.2\",\"state\":\"Up\","
	      "\"routerMac\":" MAC "}]",
	      BGP, 0);
	ck_assert_int_eq(report.items[0].reason, HEALTH_FINE);
	ck_assert_int_eq(report.items[1].reason, HEALTH_FINE);
	ck_assert_uint_eq(report.n_remote_vteps, 2);
	judge("[" Z110 ",{\"vni\":100,\"type\":\"L3\",\"tenantVrf\":\"blue\",\"localVtepIp\":\"100.65.0.2\"}]", BGP, 0);
	ck_assert_ptr_nonnull(strstr(report.items[0].text, "zebra has it in VRF blue, not in VRF red"));
}
END_TEST

START_TEST(ipv6_vtep)
{
	ck_assert(ipaddr_parse("2001:db8::2", false, &config.underlay.vtep));
	judge("[{\"vni\":110,\"type\":\"L2\",\"vtepIp\":\"2001:db8:0:0::2\"}]",
	      "{" B110_WITH("L2", "True", "2001:db8::2") "}", 100);
	ck_assert_int_eq(report.items[0].reason, HEALTH_FINE);
	judge("[{\"vni\":110,\"type\":\"L2\",\"vtepIp\":\"0.0.0.0\"}]", BGP, 100);
	ck_assert_str_eq(report.items[0].text, "VNI 110: zebra has local VTEP 0.0.0.0, not 2001:db8::2");
}
END_TEST

/* The container's texts end up on terminals. */
START_TEST(texts_are_escaped_and_cut)
{
	char long_vrf[4000], zebra[5000];

	judge("[" Z110 "," Z100_WITH("100.65.0.2", "Up", "b\\u001b[2J\\n\\u00e9", MAC) "]", BGP, 0);
	ck_assert_ptr_nonnull(strstr(report.items[0].text, "in VRF b?[2J???, not"));
	memset(long_vrf, 'x', sizeof(long_vrf) - 1);
	long_vrf[sizeof(long_vrf) - 1] = '\0';
	snprintf(zebra, sizeof(zebra), "[" Z110 "," Z100_WITH("100.65.0.2", "Up", "%s", MAC) "]", long_vrf);
	judge(zebra, BGP, 0);
	ck_assert_int_eq(report.items[0].reason, HEALTH_VRF_MISMATCH);
	ck_assert_uint_lt(strlen(report.items[0].text), 512);
}
END_TEST

START_TEST(deep_json_is_refused)
{
	_cleanup_free_ char *deep = xcalloc(1, 100001);

	memset(deep, '[', 100000);
	judge(deep, BGP, 0);
	ck_assert_int_eq(report.items[0].reason, HEALTH_NO_ANSWER);
}
END_TEST

/* Programs rely on the names. */
static bool skip_all(void *arg, uint32_t vni)
{
	return true;
}

START_TEST(remote_vteps_of_l3vnis)
{
	struct health_expected expected = { .config = &config };

	expected.l3_vteps =
		"{\"100\":{\"numNextHops\":2,\"100.64.0.1\":{\"nexthopIp\":\"100.64.0.1\"},\"2001:db8::1\":{}},"
		"\"200\":{\"numNextHops\":1,\"100.64.0.1\":{}},\"300\":7}";
	expected.skip = skip_all;
	health_judge_vnis(&expected, "[]", NULL, &report);
	ck_assert_uint_eq(report.n_remote_vteps, 2);
}
END_TEST

START_TEST(names_are_stable)
{
	static const char *const names[HEALTH_REASON_COUNT] = {
		"",
		"DaemonMissing",
		"NoAnswer",
		"ConfigDrift",
		"VniUnknown",
		"VniNotAnnounced",
		"VniTypeMismatch",
		"VniDown",
		"VrfMismatch",
		"VtepMismatch",
		"RouterMacMismatch",
		"NextHopMismatch",
		"NextHopUnresolved",
		"RemoteVtepsGone",
		"SessionDown",
		"SessionFlaps",
		"FamilyMissing",
		"BfdDown",
		"NothingAnnounced",
		"RoutesPending",
	};

	for (int i = 0; i < HEALTH_REASON_COUNT; i++)
		ck_assert_str_eq(health_reason_name((enum health_reason)i), names[i]);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("health");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, vnis, 0, (int)ARRAY_LEN(table));
	tcase_add_test(tcase, each_vni_has_an_item);
	tcase_add_test(tcase, remote_vteps_are_counted_once);
	tcase_add_test(tcase, later_frr);
	tcase_add_test(tcase, ipv6_vtep);
	tcase_add_test(tcase, texts_are_escaped_and_cut);
	tcase_add_test(tcase, deep_json_is_refused);
	tcase_add_test(tcase, remote_vteps_of_l3vnis);
	tcase_add_test(tcase, names_are_stable);
	return unit_run("health", tcase);
}
