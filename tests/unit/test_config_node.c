/* SPDX-License-Identifier: Apache-2.0 */
/* test_config_node.c - the number of the node, and the values that follow from it: one file for all nodes */
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "config/config.h"
#include "config/config_index.h"
#include "config_case.h"
#include "unit.h"

static const struct config_fault cases[] = {
	{ { .node = "index_from = \"map:nodes\";" }, NODE, "expected \"env:NAME\"" },
	{ { .node = "index_from = \"map:/proc/no-such\";" }, NODE, "cannot read /proc/no-such: No such file" },
	{ { .node = "index_from = \"map:/dev/zero\";" }, NODE, "cannot read /dev/zero: not a regular file" },
	{ { .node = "index_from = \"interface:\";" }, NODE, "expected \"env:NAME\"" },
	{ { .node = "index_from = \"interface:eth0/32\";" }, NODE, "expected \"env:NAME\"" },
	{ { .node = "index_from = \"interface:a-very-long-name\";" }, NODE, "expected \"env:NAME\"" },
	{ { .node = "index_from = \"interface:no-such\";" }, NODE, "no-such has no IPv4 address yet" },
	/* Values that differ by node. */
	{ { .underlay = "vtep = { pool = \"192.0.2.0/24\"; };" },
	  UNDERLAY,
	  "vtep: the number of this node is missing" },
	{ { .underlay = "vtep = { pool = \"192.0.2.0/24\"; };", .node = "index = 7;" }, 0, NULL },
	{ { .underlay = "vtep = { pool = \"192.0.2.0/24\"; number = 250; };", .node = "index = 5;" },
	  UNDERLAY,
	  "node.index 5 is the broadcast address of 192.0.2.0/24" },
	{ { .underlay = "vtep = { pool = \"192.0.2.0/24\"; number = 4294967295L; };", .node = "index = 7;" },
	  UNDERLAY,
	  "192.0.2.0/24 has no address number 4294967302 (node.index and `number')" },
	{ { .underlay = "vtep = { pool = \"192.0.2.0/24\"; length = 31; number = 2; };", .node = "index = 7;" },
	  UNDERLAY,
	  "underlay.vtep.number: expected the number of an address that a host can have in a subnet /31, found 2" },
	{ { .underlay = "vtep = { pool = \"192.0.2.0/24\"; length = 30; number = 3; };", .node = "index = 7;" },
	  UNDERLAY,
	  "in a subnet /30, found 3" },
	{ { .underlay = "vtep = { pool = \"192.0.2.0/24\"; length = 31; };", .node = "index = 128;" },
	  UNDERLAY,
	  "192.0.2.0/24 has no subnet /31 number 128" },
	{ { .underlay = "vtep = { pool = \"192.0.2.0/24\"; length = 23; };", .node = "index = 0;" },
	  UNDERLAY,
	  "192.0.2.0/24 has no subnet /23 number 0" },
	{ { .underlay = "vtep = { pool = \"192.0.2.0/24\"; };", .node = "index = \"7\";" }, NODE, "found \"7\"" },
	{ { .underlay = "vtep = { pools = \"192.0.2.0/24\"; pool = \"192.0.2.0/24\"; };", .node = "index = 7;" },
	  UNDERLAY,
	  "underlay.vtep: unknown key `pools', did you mean `pool'?" },
	{ { .underlay = "vtep = { number = 1; };", .node = "index = 7;" }, UNDERLAY, "required key `pool' is missing" },
	{ { .frr = "config = \"/a\"; asn = { pool = \"64512-64600\"; };", .node = "index = 88;" }, 0, NULL },
	{ { .frr = "config = \"/a\"; asn = { pool = \"64512-64600\"; };", .node = "index = 89;" },
	  FRR,
	  "frr.asn: 64512-64600 has no AS number 89 (node.index)" },
	{ { .frr = "config = \"/a\"; asn = { pool = \"64600-64512\"; };", .node = "index = 1;" },
	  FRR,
	  "frr.asn.pool: expected the first and the last of a range of AS numbers" },
	{ { .frr = "config = \"/a\"; asn = { pool = 64512; };", .node = "index = 1;" }, FRR, "range of AS numbers" },
	{ { .frr = "config = \"/a\"; asn = 1; router_id = { pool = \"2001:db8::/64\"; };", .node = "index = 1;" },
	  FRR,
	  "frr.router_id: expected an IPv4 address" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = { interface = \"frr0\"; asn = 1; addresses = ( { pool = "
		      "\"10.9.0.0/16\"; length = 30; } ); peer_addresses = ( { pool = \"10.9.0.0/16\"; length = 30; } "
		      "); }; }",
	    .node = "index = 7;" },
	  L3,
	  "is also in l3vnis.host.peer_addresses" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; routes = ( { prefix = { pool = \"10.9.0.0/16\"; }; via = "
		      "\"10.0.0.9\"; } ); }",
	    .node = "index = 7;" },
	  L3,
	  "l3vnis.routes.prefix: required key `length' is missing" },
	{ { .l3vnis =
		    "{ vni = 100; vrf = \"red\"; routes = ( { prefix = { pool = \"10.9.0.0/16\"; length = 24; }; via = "
		    "{ pool = \"10.0.0.0/24\"; }; } ); }",
	    .node = "index = 7;" },
	  0,
	  NULL },
};

START_TEST(one_fault)
{
	config_case_fault(&cases[_i], _i);
}
END_TEST

static struct config *load_parts(const struct config_parts *parts)
{
	struct config_errors errors = { 0 };
	struct config *config;

	config_case_write(parts);
	config = config_load(config_case_path, &errors);
	ck_assert_msg(config, "%s", errors.n_lines ? errors.lines[0] : "no error");
	return config;
}

/* Which node it is, by the number of the VTEP in its pool. */
static unsigned int index_by(const char *source)
{
	_cleanup_free_ char *from = xasprintf("index_from = \"%s\";", source);
	struct config_parts parts = { .underlay = "vtep_pool = \"10.0.0.0/8\";", .node = from };
	struct config *config = load_parts(&parts);
	unsigned int index = config->node.index;

	config_free(config);
	return index;
}

START_TEST(index_comes_from_a_map)
{
	_cleanup_free_ char *map = xasprintf("%s.map", config_case_path), *source = xasprintf("map:%s", map);
	const char *text = "# all\n\n  Node7\t7\r\nnode8.example.com 8 # rack 2\nnode7.example.org 9";
	const char *what;
	char host[256] = "";

	ck_assert_int_eq(util_write_file(map, text, strlen(text), 0600, (uid_t)-1, (gid_t)-1, &what), 0);
	setenv("NODE_NAME", "node7", 1);
	ck_assert_uint_eq(index_by(source), 7);
	setenv("NODE_NAME", "NODE7.example.net", 1);
	ck_assert_uint_eq(index_by(source), 7);
	setenv("NODE_NAME", "node7.example.org", 1);
	ck_assert_uint_eq(index_by(source), 9);
	setenv("NODE_NAME", "node8.example.com", 1);
	ck_assert_uint_eq(index_by(source), 8);
	unsetenv("NODE_NAME");
	ck_assert_int_eq(gethostname(host, sizeof(host) - 1), 0);
	text = strcat(host, " 77\n");
	ck_assert_int_eq(util_write_file(map, text, strlen(text), 0600, (uid_t)-1, (gid_t)-1, &what), 0);
	ck_assert_uint_eq(index_by(source), 77);
	unlink(map);
}
END_TEST

/* While the interface is away, its number is what it was. */
START_TEST(index_of_an_interface_is_kept)
{
	_cleanup_free_ char *kept = xasprintf("%s.d/node-index", config_case_path),
			    *dir = xasprintf("%s.d", config_case_path);
	const char *what, *text = "no-such 263\n";

	ck_assert_int_eq(mkdir(dir, 0700), 0);
	config_index_set_dir(dir);
	ck_assert_int_eq(util_write_file(kept, text, strlen(text), 0600, (uid_t)-1, (gid_t)-1, &what), 0);
	ck_assert_uint_eq(index_by("interface:no-such"), 263);
	unlink(kept);
	rmdir(dir);
	config_index_set_dir(NULL);
}
END_TEST

START_TEST(pools_give_each_node_its_own)
{
	struct config_parts parts = { .node = "index = 300;" };
	static const char *const want[] = { "192.0.2.9/24", "10.1.2.89/31", "2001:db8:0:12c::1/64" };
	char text[IPADDR_TEXT_SIZE];
	struct config *config;

	parts.underlay = "interfaces = ( { name = \"eth1\"; addresses = ( \"192.0.2.9/24\", { pool = \"10.1.0.0/16\"; "
			 "length = 31; number = 1; }, { pool = \"2001:db8::/32\"; length = 64; } ); } ); "
			 "vtep = { pool = \"192.0.0.0/16\"; number = 100; };";
	config = load_parts(&parts);
	ck_assert_uint_eq(config->underlay.nics[0].n_addresses, ARRAY_LEN(want));
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		ck_assert_str_eq(ipaddr_format(&config->underlay.nics[0].addresses[i], true, text), want[i]);
	ck_assert_str_eq(ipaddr_format(&config->underlay.vtep, true, text), "192.0.1.144/32");
	/* The other nodes' VTEPs are known to be there: l3vnis.exit keeps tenants away from them. */
	ck_assert_str_eq(ipaddr_format(&config->underlay.vtep_pool, true, text), "192.0.0.0/16");
	config_free(config);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("node");

	tcase_add_checked_fixture(tcase, config_case_begin, config_case_end);
	tcase_add_loop_test(tcase, one_fault, 0, (int)ARRAY_LEN(cases));
	tcase_add_test(tcase, index_comes_from_a_map);
	tcase_add_test(tcase, index_of_an_interface_is_kept);
	tcase_add_test(tcase, pools_give_each_node_its_own);
	return unit_run("config node", tcase);
}
