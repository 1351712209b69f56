/* SPDX-License-Identifier: Apache-2.0 */
/* test_verify.c - the judgement over FRR's tables; the answers are FRR 8.4's, shortened */
#include "unit.h"
#include "util.h"
#include "verify.h"

#define L3_ENTRY "\"100\":{\"vni\":100,\"type\":\"L3\",\"tenantVrf\":\"red\",\"numRemoteVteps\":\"n\\/a\"}"
#define L2_ENTRY "\"110\":{\"vni\":110,\"type\":\"L2\",\"tenantVrf\":\"default\",\"numRemoteVteps\":1}"
#define VRF_UP                                                                                                 \
	"{\"vrfs\":[{\"vrf\":\"blue\",\"vni\":7,\"state\":\"Up\"},{\"vrf\":\"red\",\"vni\":100,\"vxlanIntf\":" \
	"\"vni100\",\"sviIntf\":\"br100\",\"state\":\"Up\",\"routerMac\":\"02:e5:64:41:00:02\"}]}"
#define VRF_DOWN \
	"{\"vrfs\":[{\"vrf\":\"red\",\"vni\":100,\"vxlanIntf\":\"None\",\"sviIntf\":\"None\",\"state\":\"Down\"}]}"

static struct config_l3vni l3 = { .vni = 100, .vrf = "red", .table = 1100 };
static struct config_l2vni l2 = { .vni = 110 };
static const struct config config = { .l3vnis = &l3, .n_l3vnis = 1, .l2vnis = &l2, .n_l2vnis = 1 };

static const struct {
	const char *evpn, *vrf;
	uint32_t skip;
	int result;
	const char *words; /* in the message, where there is one */
} table[] = {
	{ "{" L3_ENTRY "," L2_ENTRY "}", VRF_UP, 0, 1, NULL },
	/* Not there yet, each with FRR's word for it. */
	{ "{}", VRF_UP, 0, 0, "does not know VNI 100" },
	{ "{" L3_ENTRY "}", VRF_UP, 0, 0, "does not know VNI 110" },
	{ "{" L3_ENTRY "," L2_ENTRY "}", VRF_DOWN, 0, 0, "is Down in FRR (show vrf vni: VXLAN None, SVI None)" },
	{ "{" L3_ENTRY "," L2_ENTRY "}", "{}", 0, 0, "VNI 100 in VRF red" },
	{ "{\"100\":{\"type\":\"L2\"}," L2_ENTRY "}", VRF_UP, 0, 0, "for an L2 VNI, not for the L3 VNI of VRF red" },
	{ "{" L3_ENTRY ",\"110\":{\"type\":\"L3\"}}", VRF_UP, 0, 0, "for an L3 VNI, not for an L2 VNI" },
	{ "\n", VRF_UP, 0, 0, "does not know VNI 100 (show evpn vni); is `advertise-all-vni' in frr.conf" },
	/* What failed before is not asked for. */
	{ "{" L3_ENTRY "}", VRF_UP, 110, 1, NULL },
	{ "{" L2_ENTRY "}", "{}", 100, 1, NULL },
	/* Not what FRR prints. */
	{ "% Unknown command", VRF_UP, 0, -1, "is no JSON" },
	{ "{" L3_ENTRY "," L2_ENTRY "}", "{", 0, -1, "is no JSON" },
	/* JSON, and nonsense: nothing is found in it, nothing breaks. */
	{ "[]", "[1,2]", 0, 0, "VNI 100" },
	{ "{\"100\":7,\"110\":\"x\"}", "{\"vrfs\":{\"a\":1}}", 0, 0, "VNI 100" },
};

static bool skip_one(void *arg, uint32_t vni)
{
	return vni == *(const uint32_t *)arg;
}

START_TEST(judge)
{
	struct evpn_error err = { 0 };
	uint32_t skip = table[_i].skip;
	int r = verify_judge(&config, table[_i].evpn, table[_i].vrf, skip_one, &skip, &err);

	ck_assert_int_eq(r, table[_i].result);
	if (table[_i].words)
		ck_assert_msg(strstr(err.msg, table[_i].words) != NULL, "no `%s' in: %s", table[_i].words, err.msg);
}
END_TEST

static const struct {
	const char *version;
	bool good;
} versions[] = {
	{ "FRRouting 8.4.4 (node) on Linux(6.18.44).\nCopyright 1996-2005", false },
	{ "FRRouting 8.5.5 (node)", true },
	{ "FRRouting 8.5.4-0 (node)", false },
	{ "FRRouting 9.0.2 (node)", false },
	{ "FRRouting 9.1 (node)", false },
	{ "FRRouting 9.1.1 (node)", true },
	{ "FRRouting 10.3 (node)", true },
	{ "FRRouting 7.5 (node)", false },
	{ "somebody's own", true },
};

START_TEST(macvlan)
{
	struct evpn_error err = { 0 };

	ck_assert_int_eq(verify_takes_macvlan(versions[_i].version, &err), versions[_i].good);
	ck_assert(versions[_i].good || strstr(err.msg, "FRR issue 15370"));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("judge");

	tcase_add_loop_test(tcase, judge, 0, (int)ARRAY_LEN(table));
	tcase_add_loop_test(tcase, macvlan, 0, (int)ARRAY_LEN(versions));
	return unit_run("verify", tcase);
}
