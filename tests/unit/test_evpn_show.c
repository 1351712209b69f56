/* SPDX-License-Identifier: Apache-2.0 */
/* test_evpn_show.c - what zebra and bgpd show of a MAC, a VNI and its routes; the answers are FRR 8.4's, shortened */
#include "base/util.h"
#include "frr/evpn_show.h"
#include "unit.h"

#define M "02:00:00:00:11:02"
#define DETAIL(peer, more)                                                                                           \
	"{\"vni\":\"110\",\"valid\":true," more "\"bestpath\":{\"overall\":true},\"extendedCommunity\":{\"string\":" \
	"\"RT:64512:110 RT:64512:9 ET:8 MM:7, sticky "                                                               \
	"MAC\"},\"nexthops\":[{\"ip\":\"100.64.0.2\",\"accessible\":true}],"                                         \
	"\"peer\":{\"peerId\":\"" peer "\"}}"

static struct evpn_show_paths paths;

START_TEST(mac)
{
	struct evpn_show_entry entry;

	evpn_show_mac("{\"" M "\":{\"type\":\"remote\",\"remoteVtep\":\"100.64.0.2\",\"localSequence\":1,"
		      "\"remoteSequence\":2,\"detectionCount\":3,\"isDuplicate\":true}}",
		      M, &entry);
	ck_assert_int_eq(entry.place, EVPN_REMOTE);
	ck_assert_str_eq(entry.vtep, "100.64.0.2");
	ck_assert(entry.duplicate && entry.local_seq == 1 && entry.remote_seq == 2 && entry.moves == 3);
	evpn_show_mac("{\"" M "\":{\"type\":\"local\",\"intf\":\"pe110\",\"isDuplicate\":false}}", M, &entry);
	ck_assert(entry.place == EVPN_LOCAL && !entry.duplicate);
	ck_assert_str_eq(entry.device, "pe110");
	evpn_show_mac("{\"" M "\":{\"type\":\"auto\"}}", M, &entry);
	ck_assert_int_eq(entry.place, EVPN_AUTO);
}
END_TEST

START_TEST(neighbor)
{
	struct evpn_show_entry entry;

	evpn_show_neighbor("{\"ip\":\"10.11.0.2\",\"type\":\"local\",\"state\":\"inactive\",\"mac\":\"" M "\"}",
			   &entry);
	ck_assert(entry.place == EVPN_LOCAL && entry.inactive);
	ck_assert_str_eq(entry.mac, M);
	/* FRR 8.4 prints nothing for one that it does not have. */
	evpn_show_neighbor("", &entry);
	ck_assert(entry.place == EVPN_NOWHERE && !entry.mac[0]);
}
END_TEST

START_TEST(vteps)
{
	struct ipaddr list[2];

	ck_assert_uint_eq(
		evpn_show_vteps("{\"numRemoteVteps\":[\"100.64.0.2\",\"x\",7,\"100.64.0.3\",\"100.64.0.4\"]}", list, 2),
		3);
	ck_assert_uint_eq(list[1].bytes[3], 3);
	/* FRR 10.3. */
	ck_assert_uint_eq(
		evpn_show_vteps("{\"numRemoteVteps\":1,\"remoteVteps\":[{\"ip\":\"100.64.0.2\"},{}]}", list, 2), 1);
	ck_assert_uint_eq(evpn_show_vteps("{\"numRemoteVteps\":0}", list, 2), 0);
	ck_assert_uint_eq(evpn_show_vteps(NULL, list, 2), 0);
	/* Of an L3VNI. */
	ck_assert_uint_eq(evpn_show_next_hops(
				  "{\"numNextHops\":2,\"100.64.0.5\":{\"routerMac\":\"x\"},\"100.64.0.6\":7}", list, 2),
			  1);
	ck_assert_uint_eq(list[0].bytes[3], 5);
}
END_TEST

START_TEST(vni)
{
	char text[EVPN_SHOW_RTS_TEXT];
	struct evpn_show_vni shown;

	evpn_show_vni("{\"vni\":110,\"type\":\"L2\",\"rd\":\"100.65.0.2:2\",\"importRts\":[\"64514:110\",\"1:2\"],"
		      "\"exportRts\":[\"64514:110\"]}",
		      &shown);
	ck_assert(shown.found && shown.imports.n_items == 2 && shown.exports.n_items == 1);
	ck_assert_str_eq(shown.rd, "100.65.0.2:2");
	ck_assert_str_eq(evpn_show_rts_text(&shown.imports, text), "64514:110, 1:2");
	ck_assert(evpn_show_has_common_rt(&shown.exports, &shown.imports, false));
	/* Those that bgpd derives from the VNI are imported whatever the AS. */
	strcpy(shown.exports.items[0], "64512:110");
	ck_assert(!evpn_show_has_common_rt(&shown.exports, &shown.imports, false));
	ck_assert(evpn_show_has_common_rt(&shown.exports, &shown.imports, true));
	/* It becomes part of a command. */
	evpn_show_vni("{\"type\":\"L2\",\"rd\":\"1:2 json\\nwrite\"}", &shown);
	ck_assert(shown.found && !shown.rd[0]);
	evpn_show_vni("VNI not found", &shown);
	ck_assert(!shown.found);
	ck_assert_str_eq(evpn_show_rts_text(&shown.imports, text), "none");
	ck_assert(!evpn_show_has_common_rt(&shown.exports, &shown.imports, true));
}
END_TEST

static void is_far(void)
{
	const struct evpn_show_path *path = &paths.items[0];

	ck_assert_uint_eq(paths.n_items, 1);
	ck_assert(path->vni == 110 && path->valid && path->best && !path->own && !path->unreachable);
	ck_assert_str_eq(path->next_hop, "100.64.0.2");
	ck_assert_str_eq(path->peer, "192.168.11.2");
	ck_assert(path->seq == 7 && path->rts.n_items == 2);
	ck_assert_str_eq(path->rts.items[1], "64512:9");
}

/* `... route rd all mac M ip A json': a route distinguisher, the route, its paths. */
START_TEST(paths_of_all_rds)
{
	evpn_show_paths("{\"100.64.0.2:2\":{\"rd\":\"100.64.0.2:2\",\"[2]:[0]:[48]:[" M
			"]:[32]:[10.11.0.2]\":{\"paths\":[[" DETAIL("192.168.11.2", "") "]]}},\"numPaths\":1}",
			NULL, NULL, &paths);
	is_far();
	ck_assert_int_eq(paths.items[0].type, 2);
	ck_assert_str_eq(paths.items[0].rd, "100.64.0.2:2");
	ck_assert_str_eq(paths.items[0].mac, M);
	ck_assert_str_eq(paths.items[0].ip, "10.11.0.2");
}
END_TEST

/* `... route vni N mac M json': one route alone. */
START_TEST(paths_of_a_vni)
{
	evpn_show_paths("{\"rd\":\"\",\"routeType\":2,\"paths\":[[" DETAIL("192.168.11.2", "") "]],\"numPaths\":1}",
			NULL, NULL, &paths);
	is_far();
}
END_TEST

/* `... route rd RD mac M json': the paths themselves under the route's name; to whom it goes is above. */
START_TEST(own_paths)
{
	evpn_show_paths("{\"rd\":\"100.65.0.2:2\",\"advertisedTo\":{\"192.168.11.2\":{},\"192.168.12.2\":{}},"
			"\"[2]:[0]:[48]:[" M "]\":[[" DETAIL("0.0.0.0", "\"sourced\":true,") "]]}",
			NULL, NULL, &paths);
	ck_assert(paths.n_items == 1 && paths.items[0].own && paths.n_sent == 2);
	ck_assert_str_eq(paths.items[0].peer, "");
}
END_TEST

/* `... route vni N type multicast json': in short. */
START_TEST(short_paths)
{
	evpn_show_paths("{\"[3]:[0]:[32]:[100.64.0.2]\":{\"paths\":[[{\"valid\":true,\"bestpath\":true,\"peerId\":"
			"\"192.168.11.2\","
			"\"extendedCommunity\":{\"string\":\"RT:1:2\"},\"nexthops\":[{\"ip\":\"100.64.0.2\"}]}]]},"
			"\"[3]:[0]:[32]:[100.65.0.2]\":{\"paths\":[[{\"valid\":true,\"peerId\":\"(unspec)\"}]]}}",
			NULL, NULL, &paths);
	ck_assert_uint_eq(paths.n_items, 2);
	ck_assert(paths.items[0].best && !paths.items[0].own && paths.items[1].own);
	ck_assert_str_eq(paths.items[0].ip, "100.64.0.2");
	ck_assert(paths.items[0].seq == -1 && paths.items[0].type == 3);
}
END_TEST

static bool is_of_type_5(const struct evpn_show_path *path, const void *arg)
{
	return path->type == *(const int *)arg;
}

START_TEST(wanted_paths)
{
	const int type = 5;

	evpn_show_paths(
		"{\"1:1\":{\"[5]:[0]:[16]:[10.244.0.0]\":{\"paths\":[[{\"valid\":false,\"nexthops\":[{\"accessible\":"
		"false}]}]]},\"[3]:[0]:[32]:[100.64.0.2]\":{\"paths\":[[{}]]}}}",
		is_of_type_5, &type, &paths);
	ck_assert(paths.n_items == 1 && paths.items[0].unreachable && !paths.items[0].valid);
	ck_assert_str_eq(paths.items[0].ip, "10.244.0.0/16");
}
END_TEST

/* More than it keeps; and what FRR never prints. */
START_TEST(hostile_answers)
{
	static const char *const answers[] = {
		NULL,
		"",
		"{",
		"[]",
		"7",
		"{\"1:1\":7}",
		"{\"paths\":[7,[8,[]],null]}",
		"{\"[2]\":[[{\"nexthops\":7,\"vni\":[],\"extendedCommunity\":{\"string\":"
		"\"RT: MM: RT:111111111111111111111111111111111111111111111\"}}]]}"
	};
	char *text = NULL;
	size_t len;
	FILE *out;

	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		struct evpn_show_entry entry;
		struct evpn_show_vni shown;
		char hop_mac[18];

		evpn_show_paths(answers[i], NULL, NULL, &paths);
		evpn_show_mac(answers[i], M, &entry);
		evpn_show_neighbor(answers[i], &entry);
		evpn_show_vni(answers[i], &shown);
		evpn_show_next_hop_mac(answers[i], hop_mac);
	}
	memset(&paths, 0, sizeof(paths));
	out = xopen_text(&text, &len);
	fputs("{\"paths\":[", out);
	for (int i = 0; i < 1000; i++)
		fputs("{},", out);
	fputs("{}]}", out);
	xclose_text(out);
	evpn_show_paths(text, NULL, NULL, &paths);
	ck_assert_uint_eq(paths.n_items, EVPN_SHOW_PATHS);
	ck_assert_uint_eq(paths.n_more, 1001 - EVPN_SHOW_PATHS);
	free(text);
}
END_TEST

START_TEST(macs_of_an_address)
{
	char macs[2][18];
	struct ipaddr ip;

	ck_assert(ipaddr_parse("10.11.0.2", false, &ip));
	ck_assert_uint_eq(
		evpn_show_macs_of("{\"[2]:[0]:[48]:[" M "]:[32]:[10.11.0.2]\":{},\"[2]:[0]:[48]:[" M
				  "]:[32]:[10.11.0.2]\":{},\"[2]:[0]:[48]:[02:00:00:00:11:03]:[32]:[10.11.0.2]\":{},"
				  "\"[2]:[0]:[48]:[02:00:00:00:11:04]:[32]:[10.11.0.22]\":{}}",
				  &ip, macs, 2),
		2);
	ck_assert_str_eq(macs[0], M);
	ck_assert_str_eq(macs[1], "02:00:00:00:11:03");
	/* FRR 10.3. */
	ck_assert_uint_eq(
		evpn_show_macs_of(
			"{\"[2]:[0]:[48]:[00:00:00:00:00:00]:[32]:[10.11.0.2]\":{\"paths\":[[{\"mac\":\"" M
			"\",\"nexthops\":[{}]}],[{\"mac\":\"02:00:00:00:11:03\"}]]},"
			"\"[2]:[0]:[48]:[00:00:00:00:00:00]:[32]:[10.11.0.9]\":{\"paths\":[[{\"mac\":\"x\"}]]}}",
			&ip, macs, 2),
		2);
	ck_assert_str_eq(macs[0], M);
	ck_assert_str_eq(macs[1], "02:00:00:00:11:03");
	ck_assert_uint_eq(evpn_show_macs_of("]:[32]:[10.11.0.2]\":{", &ip, macs, 2), 0);
	ck_assert_uint_eq(evpn_show_macs_of("]:[32]:[10.11.0.2]\":", &ip, macs, 2), 0);
	ck_assert_uint_eq(evpn_show_macs_of(NULL, &ip, macs, 2), 0);
	ck_assert(ipaddr_parse("2001:db8::2", false, &ip));
	ck_assert_uint_eq(evpn_show_macs_of("[48]:[" M "]:[128]:[2001:db8::2]\":{}", &ip, macs, 2), 1);
}
END_TEST

START_TEST(next_hop_mac)
{
	char hop[18];

	evpn_show_next_hop_mac("{\"ip\":\"100.64.0.2\",\"routerMac\":\"" M "\"}", hop);
	ck_assert_str_eq(hop, M);
	evpn_show_next_hop_mac("{}", hop);
	ck_assert_str_eq(hop, "");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("evpn_show");

	tcase_add_test(tcase, mac);
	tcase_add_test(tcase, neighbor);
	tcase_add_test(tcase, vteps);
	tcase_add_test(tcase, vni);
	tcase_add_test(tcase, paths_of_all_rds);
	tcase_add_test(tcase, paths_of_a_vni);
	tcase_add_test(tcase, own_paths);
	tcase_add_test(tcase, short_paths);
	tcase_add_test(tcase, wanted_paths);
	tcase_add_test(tcase, hostile_answers);
	tcase_add_test(tcase, macs_of_an_address);
	tcase_add_test(tcase, next_hop_mac);
	return unit_run("evpn_show", tcase);
}
