/* SPDX-License-Identifier: Apache-2.0 */
/* test_config_values.c - evpn.conf, one fault at a time: each alone in a good file, found once, in its line */
#include <sys/stat.h>

#include "config.h"
#include "unit.h"
#include "util.h"

/* A good file, of which a case replaces parts; each part has a line of its own. */
struct parts {
	const char *plugins, *underlay, *node, *l3vnis, *l2vnis, *frr, *more;
};

static const struct parts good = {
	.plugins = "netns = \"a\"; frr = \"b\";",
	.underlay = "interfaces = ( { name = \"eth1\"; } ); vtep = \"192.0.2.1\";",
	.node = "",
	.l3vnis = "{ vni = 100; vrf = \"red\"; host = { interface = \"frr0\"; }; }",
	.l2vnis = "{ vni = 110; vrf = \"red\"; gateways = [ \"10.0.0.1/24\" ]; host = { interface = \"lan0\"; }; }",
	.frr = "config = \"/a\"; source = \"/b\";",
	.more = "",
};

enum { PLUGINS = 1, UNDERLAY, NODE, L3, L2, FRR, MORE };

static const struct {
	struct parts parts;
	int line;
	const char *want; /* in the one error; NULL: it is good */
} cases[] = {
	{ { 0 }, 0, NULL },
	/* Plugins and their groups. */
	{ { .plugins = "netns = \"a\";" }, PLUGINS, "plugins: `frr' is missing" },
	{ { .plugins = "netns = \"a\"; frr = [ \"b\" ];" }, PLUGINS, "plugins.frr: want a string" },
	{ { .plugins = "netns = \"a\"; frr = \"b\"; netsn = \"c\";" }, PLUGINS, "did you mean `netns'?" },
	{ { .more = "my-plugin = { }; example = { x = 1; }; netns-cri = { }; frr-vtysh = { };" }, 0, NULL },
	{ { .more = "nod = { index = 5; };" }, MORE, "no such key `nod', did you mean `node'?" },
	{ { .more = "l2vni = { };" }, MORE, "no such key `l2vni', did you mean `l2vnis'?" },
	{ { .more = "l3vni = ( );" }, MORE, "no such key `l3vni', did you mean `l3vnis'?" },
	{ { .more = "underlays = { };" }, MORE, "no such key `underlays', did you mean `underlay'?" },
	{ { .plugins = "netns = \"nodes\"; frr = \"b\";", .more = "nodes = { x = 1; };" }, 0, NULL },
	{ { .more = "my-plugin = \"x\";" }, MORE, "no such key `my-plugin'; a plugin's options are a group" },
	/* Underlay and node. */
	{ { .underlay = "" }, UNDERLAY, "`vtep' or `vtep_pool' is missing" },
	{ { .underlay = "vtep = \"192.0.2.1/32\";" }, UNDERLAY, "without a prefix length, not \"192.0.2.1/32\"" },
	{ { .underlay = "vtep = \"192.0.2.256\";" }, UNDERLAY, "underlay.vtep: want an address, not \"192.0.2.256\"" },
	{ { .underlay = "vtep = \"0.0.0.0\";" }, UNDERLAY, "0.0.0.0 is the address of no host" },
	{ { .underlay = "vtep = \"fe80::1\";" }, UNDERLAY, "fe80::1 is a link-local address" },
	{ { .underlay = "vtep = \"ff02::1\";" }, UNDERLAY, "ff02::1 is a multicast address" },
	{ { .underlay = "vtep = \"::1\";" }, UNDERLAY, "::1 is a loopback address" },
	{ { .underlay = "vtep = \"255.255.255.255\";" }, UNDERLAY, "is the broadcast address" },
	{ { .underlay = "vtep = \"192.0.2.1\"; vtep_pool = \"192.0.2.0/24\";" }, UNDERLAY, "both there" },
	{ { .underlay = "vtep_pool = \"192.0.2.0/24\";" }, UNDERLAY, "needs node.index" },
	{ { .underlay = "vtep_pool = \"192.0.2.8/24\";", .node = "index = 1;" }, UNDERLAY, "\"192.0.2.0/24\", not" },
	{ { .underlay = "vtep_pool = \"192.0.2.0/24\";", .node = "index = 0;" }, UNDERLAY, "subnet's own address" },
	{ { .underlay = "vtep_pool = \"192.0.2.0/24\";", .node = "index = 254;" }, 0, NULL },
	{ { .underlay = "vtep_pool = \"192.0.2.0/24\";", .node = "index = 255;" }, UNDERLAY, "the broadcast address" },
	{ { .underlay = "vtep_pool = \"192.0.2.0/24\";", .node = "index = 256;" }, UNDERLAY, "no address number 256" },
	{ { .underlay = "vtep_pool = \"192.0.2.0/31\";", .node = "index = 0;" }, 0, NULL },
	{ { .underlay = "vtep_pool = \"192.0.2.0/31\";", .node = "index = 1;" }, 0, NULL },
	{ { .underlay = "vtep_pool = \"192.0.2.0/32\";", .node = "index = 1;" }, UNDERLAY, "no address number 1" },
	{ { .underlay = "vtep_pool = \"2001:db8::/120\";", .node = "index = 255;" }, 0, NULL },
	{ { .underlay = "vtep_pool = \"2001:db8::/120\";", .node = "index = 0;" }, UNDERLAY, "subnet's own address" },
	{ { .node = "index = -1;" }, NODE, "want a whole number from 0 to 4294967295, not -1" },
	{ { .underlay = "vtep_pool = \"192.0.2.0/24\";", .node = "index = \"5\";" }, NODE, "not \"5\"" },
	{ { .node = "index_from = \"env:INDEX\";" }, 0, NULL },
	{ { .node = "index_from = \"env:INDEX\"; index = 5;" }, NODE, "both there" },
	{ { .node = "index_from = \"env:WORD\";" }, NODE, "env:WORD holds \"five\": want a whole number" },
	{ { .node = "index_from = \"env:NONE\";" }, NODE, "environment variable NONE is not set" },
	{ { .node = "index_from = \"file:index\";" }, NODE, "want \"env:NAME\" or \"file:/PATH\"" },
	{ { .node = "index_from = \"file:/proc/sys/kernel/ostype\";" }, NODE, "ostype holds \"Linux" },
	{ { .node = "index_from = \"file:/proc/sys/kernel/no-such\";" }, NODE, "no-such: No such file or directory" },
	{ { .node = "index_from = \"file:/dev/zero\";" }, NODE, "/dev/zero: not a regular file" },
	{ { .node = "index_from = \"file:/proc\";" }, NODE, "/proc: Is a directory" },
	{ { .underlay = "interfaces = ( { addresses = [ ]; } ); vtep = \"192.0.2.1\";" },
	  UNDERLAY,
	  "`name' is missing" },
	{ { .underlay = "interfaces = ( { name = \"lo\"; } ); vtep = \"192.0.2.1\";" }, UNDERLAY, "not \"lo\"" },
	{ { .underlay = "interfaces = ( { name = \"a/b\"; } ); vtep = \"192.0.2.1\";" }, UNDERLAY, "not \"a/b\"" },
	{ { .underlay = "interfaces = ( { name = \"a b\"; } ); vtep = \"192.0.2.1\";" }, UNDERLAY, "not \"a b\"" },
	{ { .underlay = "interfaces = ( { name = \"a:b\"; } ); vtep = \"192.0.2.1\";" }, UNDERLAY, "not \"a:b\"" },
	{ { .underlay = "interfaces = ( { name = \"a%d\"; } ); vtep = \"192.0.2.1\";" }, UNDERLAY, "not \"a%d\"" },
	{ { .underlay = "interfaces = ( { name = \"a\\x7f\"; } ); vtep = \"192.0.2.1\";" }, UNDERLAY, "not \"a\x7f\"" },
	{ { .underlay = "interfaces = ( { name = \"\xc3\xa9\"; } ); vtep = \"192.0.2.1\";" },
	  UNDERLAY,
	  "not \"\xc3\xa9\"" },
	{ { .underlay = "interfaces = ( { name = \"..\"; } ); vtep = \"192.0.2.1\";" }, UNDERLAY, "not \"..\"" },
	{ { .underlay = "interfaces = ( { name = \"\"; } ); vtep = \"192.0.2.1\";" }, UNDERLAY, "not \"\"" },
	{ { .underlay = "interfaces = ( { name = \"a23456789012345\"; } ); vtep = \"192.0.2.1\";" }, 0, NULL },
	{ { .underlay = "interfaces = ( { name = \"a234567890123456\"; } ); vtep = \"192.0.2.1\";" },
	  UNDERLAY,
	  "not \"a234567890123456\"" },
	{ { .underlay = "interfaces = ( { name = \"frr0\"; } ); vtep = \"192.0.2.1\";" }, L3, "`frr0' on the host is" },
	{ { .underlay = "interfaces = ( { name = \"red\"; } ); vtep = \"192.0.2.1\";" }, L3, "`red' in FRR's" },
	/* VNIs. */
	{ { .l3vnis = "{ vni = 16777215; vrf = \"red\"; }" }, 0, NULL },
	{ { .l3vnis = "{ vni = 16777216; vrf = \"red\"; }" },
	  L3,
	  "l3vnis.vni: want a whole number from 1 to 16777215" },
	{ { .l3vnis = "{ vni = 4294967396; vrf = \"red\"; }" }, L3, "put an L behind it" },
	{ { .l3vnis = "{ vni = true; vrf = \"red\"; }" }, L3, "not true" },
	{ { .l3vnis = "{ vni = 1.0; vrf = \"red\"; }" }, L3, "not 1" },
	{ { .l3vnis = "{ vrf = \"red\"; }" }, L3, "l3vnis: `vni' is missing" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; }, { vni = 100; vrf = \"blue\"; }" }, L3, "VNI 100 is there twice" },
	{ { .l3vnis = "{ vni = 110; vrf = \"red\"; }" }, L2, "VNI 110 is there twice: here as an L2VNI" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; }, { vni = 101; vrf = \"red\"; }" },
	  L3,
	  "`red' in FRR's namespace" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; }, { vni = 101; vrf = \"br110\"; }" }, L2, "`br110' in FRR's" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; }, { vni = 101; vrf = \"vni100\"; }" }, L3, "`vni100' in FRR's" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; table = 0; }" }, L3, "l3vnis.table: want a whole number from 1" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; table = 252; }" }, 0, NULL },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; table = 253; }" }, L3, "(253 to 255), not 253" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; table = 255; }" }, L3, "(253 to 255), not 255" },
	{ { .l3vnis = "{ vni = 254; vrf = \"red\"; }" }, L3, "VNI 254 needs a `table'" },
	{ { .l3vnis = "{ vni = 254; vrf = \"red\"; table = 4294967295L; }" }, 0, NULL },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; }, { vni = 9; vrf = \"b\"; table = 100; }" },
	  L3,
	  "table 100 is there" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; gateways = [ ]; }" }, L3, "`gateways' is for l2vnis" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; redistribute = [ \"bgp\" ]; }" }, L3, "\"kernel\", not \"bgp\"" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; import_vrfs = [ \"red\" ]; }" }, L3, "`red' is the VRF itself" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; import_vrfs = [ \"rd\" ]; }" }, L3, "did you mean `red'?" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; import_vrfs = \"x\"; }" }, L3, "want an array of strings" },
	{ { .l2vnis = "{ vni = 110; vrf = \"rde\"; }" }, L2, "no L3VNI has the VRF `rde', did you mean `red'?" },
	{ { .l2vnis = "{ vni = 110; gateways = [ \"10.0.0.1/24\" ]; }" }, L2, "no `vrf' that they route for" },
	{ { .l2vnis = "{ vni = 110; vrf = \"red\"; gateways = [ \"10.0.0.1\" ]; }" }, L2, "prefix length, like" },
	{ { .l2vnis = "{ vni = 110; vrf = \"red\"; gateways = [ \"10.0.0.1/33\" ]; }" }, L2, "not \"10.0.0.1/33\"" },
	{ { .l2vnis = "{ vni = 110; vrf = \"red\"; gateways = [ \"10.0.0.1/24\", \"10.0.0.1/24\" ]; }" },
	  L2,
	  "10.0.0.1/24 of br110 in FRR's namespace is there twice" },
	{ { .l2vnis = "{ vni = 110; vrf = \"red\"; gateways = [ \"10.0.0.1/24\", \"10.0.0.2/25\" ]; }" },
	  L2,
	  "overlaps" },
	{ { .l2vnis = "{ vni = 110; vrf = \"red\"; gateways = [ \"10.0.0.1/24\", \"10.0.0.2/24\" ]; }" }, 0, NULL },
	{ { .l2vnis = "{ vni = 1; vrf = \"red\"; gateways = [ \"10.0.0.1/8\" ]; }, "
		      "{ vni = 2; vrf = \"red\"; gateways = [ \"9.0.0.1/8\" ]; }, "
		      "{ vni = 3; vrf = \"red\"; gateways = [ \"10.9.0.1/16\" ]; }" },
	  L2,
	  "VRF red: 10.9.0.1/16 of br3 overlaps with 10.0.0.1/8 of br1" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = { interface = \"a\"; peer_addresses = [ \"10.0.0.9/30\" ]; "
		      "}; }" },
	  L2,
	  "VRF red: 10.0.0.1/24 of br110 overlaps with 10.0.0.9/30 of pe100" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; }, { vni = 101; vrf = \"blue\"; host = { interface = \"a\"; "
		      "peer_addresses = [ \"10.0.0.9/30\" ]; }; }" },
	  0,
	  NULL },
	/* The host's way in. */
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = { }; }" }, L3, "l3vnis.host: `interface' is missing" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = \"frr0\"; }" }, L3, "l3vnis.host: want a group" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = { interface = \"a\"; bridge = \"b\"; }; }" },
	  L3,
	  "is routed" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = { interface = \"a\"; peer = \"a\"; }; }" }, 0, NULL },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = { interface = \"a\"; peer = \"red\"; }; }" },
	  L3,
	  "device `red' in FRR's namespace is there twice: here as host.peer of VNI 100" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = { interface = \"lan0\"; }; }" }, L2, "`lan0' on the host" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = { interface = \"a\"; asn = 65000; }; }" }, L3, "in common" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = { interface = \"a\"; asn = 65000; "
		      "addresses = [ \"10.1.0.1/30\" ]; peer_addresses = [ \"10.1.0.5/30\" ]; }; }" },
	  L3,
	  "the BGP session with AS 65000 needs a subnet" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = { interface = \"a\"; "
		      "addresses = [ \"10.1.0.1/30\" ]; peer_addresses = [ \"10.1.0.5/30\" ]; }; }" },
	  0,
	  NULL },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = { interface = \"a\"; asn = 0; }; }" },
	  L3,
	  "from 1 to 4294967295" },
	{ { .l2vnis =
		    "{ vni = 110; host = { interface = \"a\"; bridge = \"b\"; addresses = [ \"10.1.0.1/24\" ]; }; }" },
	  L2,
	  "a is a port of b, where addresses have no effect" },
	{ { .l2vnis = "{ vni = 110; host = { interface = \"a\"; bridge = \"a\"; }; }" }, L2, "device `a' on the host" },
	{ { .l2vnis = "{ vni = 110; host = { interface = \"a\"; bridge = \"b\"; }; }, "
		      "{ vni = 111; host = { interface = \"c\"; bridge = \"b\"; }; }" },
	  0,
	  NULL },
	{ { .l2vnis = "{ vni = 110; host = { interface = \"a\"; bridge = \"b\"; }; }, "
		      "{ vni = 111; host = { interface = \"b\"; }; }" },
	  L2,
	  "device `b' on the host is there twice: here as host.interface of VNI 111" },
	{ { .l2vnis = "{ vni = 110; host = { interface = \"a\"; asn = 1; }; }" }, L2, "`asn' is for l3vnis" },
	/* Open vSwitch. */
	{ { .l2vnis = "{ vni = 110; host = { interface = \"a\"; ovs_bridge = \"b\"; }; }, "
		      "{ vni = 111; host = { interface = \"c\"; ovs_bridge = \"b\"; }; }" },
	  0,
	  NULL },
	{ { .l2vnis = "{ vni = 110; host = { interface = \"a\"; ovs_bridge = \"b\"; bridge = \"c\"; }; }" },
	  L2,
	  "`bridge' and `ovs_bridge' are both there: a can be a port of one only" },
	{ { .l2vnis = "{ vni = 110; host = { interface = \"a\"; ovs_bridge = \"b\"; "
		      "addresses = [ \"10.1.0.1/24\" ]; }; }" },
	  L2,
	  "a is a port of b, where addresses have no effect" },
	{ { .l2vnis = "{ vni = 110; host = { interface = \"a\"; ovs_bridge = \"a\"; }; }" },
	  L2,
	  "device `a' on the host is there twice" },
	{ { .l2vnis = "{ vni = 110; host = { interface = \"a\"; ovs_bridge = \"a:b\"; }; }" },
	  L2,
	  "l2vnis.host.ovs_bridge: want a device name" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = { interface = \"a\"; ovs_bridge = \"b\"; }; }" },
	  L3,
	  "`ovs_bridge' is for l2vnis" },
	/* Routes. */
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; routes = ( { prefix = \"10.0.0.1/8\"; via = \"10.1.0.1\"; } ); }" },
	  L3,
	  "want the address of a subnet, \"10.0.0.0/8\", not \"10.0.0.1/8\"" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; routes = ( { prefix = \"::/0\"; via = \"10.1.0.1\"; } ); }" },
	  L3,
	  "10.1.0.1 is not of the same family as the prefix ::/0" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; routes = ( { prefix = \"::/0\"; } ); }" }, L3, "`via' is missing" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; routes = ( { prefix = \"::/0\"; via = \"2001:db8::1\"; }, "
		      "{ prefix = \"::/0\"; via = \"2001:db8::2\"; } ); }" },
	  L3,
	  "the route to ::/0 of VNI 100 is there twice" },
	/* FRR. */
	{ { .frr = "source = \"/b\";" }, FRR, "frr: `config' is missing" },
	{ { .frr = "config = \"/a\";" }, FRR, "frr: `asn' is missing: frr.conf is generated" },
	{ { .underlay = "vtep = \"2001:db8::1\";", .frr = "config = \"/a\"; asn = 1;" },
	  FRR,
	  "`router_id' is missing: an IPv6 VTEP" },
	{ { .frr = "config = \"/a\"; source = \"/a\";" }, FRR, "/a is also frr.config" },
	{ { .frr = "config = \"a\"; source = \"/b\";" },
	  FRR,
	  "frr.config: want the absolute path of a file, not \"a\"" },
	{ { .frr = "config = \"/a/\"; source = \"/b\";" }, FRR, "not \"/a/\"" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; mode = 0600;" }, 0, NULL },
	{ { .frr = "config = \"/a\"; source = \"/b\"; mode = \"0680\";" }, FRR, "octal digits" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; mode = 4755;" }, FRR, "not 4755" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; mode = 0x1a0;" }, FRR, "octal digits" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; owner = \"root\"; group = \"root\";" }, 0, NULL },
	{ { .frr = "config = \"/a\"; source = \"/b\"; owner = \"no-such-user\";" }, FRR, "not \"no-such-user\"" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; owner = 4294967295L;" }, FRR, "not 4294967295" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; group = -1;" }, FRR, "not -1" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; router_id = \"2001:db8::1\";" }, FRR, "want an IPv4 address" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; asn = 4294967296L;" }, FRR, "not 4294967296" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; neighbors = ( { address = \"10.0.0.1\"; } );" },
	  FRR,
	  "`asn' is" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; neighbors = ( { address = \"10.0.0.1\"; asn = 1; }, "
		   "{ address = \"10.0.0.1\"; asn = 2; } );" },
	  FRR,
	  "neighbor 10.0.0.1 is there twice" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; "
		   "neighbors = ( { address = \"10.0.0.1\"; asn = 1; allowas_in = 11; } );" },
	  FRR,
	  "want \"origin\" or a number from 1 to 10, not 11" },
};

static char path[32];

static void setup(void)
{
	int fd;

	strcpy(path, "/tmp/evpnd-config-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(setenv("INDEX", "5", 1), 0);
	ck_assert_int_eq(setenv("WORD", "five", 1), 0);
	ck_assert_int_eq(unsetenv("NONE"), 0);
}

static void teardown(void)
{
	unlink(path);
}

#define PART(name) (c->name ? c->name : good.name)

static void write_parts(const struct parts *c)
{
	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	fprintf(f,
		"plugins = { %s };\nunderlay = { %s };\nnode = { %s };\nl3vnis = ( %s );\nl2vnis = ( %s );\nfrr = { %s "
		"};\n%s\n",
		PART(plugins), PART(underlay), PART(node), PART(l3vnis), PART(l2vnis), PART(frr), PART(more));
	ck_assert_int_eq(fclose(f), 0);
}

START_TEST(one_fault)
{
	_cleanup_free_ char *place = xasprintf("%s:%d: ", path, cases[_i].line);
	struct config_errors errors = { 0 };
	struct config *config;
	const char *want = cases[_i].want;

	write_parts(&cases[_i].parts);
	config = config_load(path, &errors);
	if (!want) {
		ck_assert_msg(config && errors.n_lines == 0, "case %d: want none, got %s", _i,
			      errors.n_lines ? errors.lines[0] : "no config");
	} else {
		ck_assert_msg(!config && errors.n_lines == 1, "case %d: want one error, \"%s\", got %zu: %s %s", _i,
			      want, errors.n_lines, errors.n_lines ? errors.lines[0] : "",
			      errors.n_lines > 1 ? errors.lines[1] : "");
		ck_assert_msg(strncmp(errors.lines[0], place, strlen(place)) == 0, "case %d: want line %d, got %s", _i,
			      cases[_i].line, errors.lines[0]);
		ck_assert_msg(strstr(errors.lines[0], want) != NULL, "case %d: want \"%s\", got %s", _i, want,
			      errors.lines[0]);
	}
	config_free(config);
	config_errors_clear(&errors);
}
END_TEST

/* The daemon reads the path that it is given: absent, a directory, a pipe that nobody writes to. */
START_TEST(not_a_file)
{
	struct config_errors errors = { 0 };

	ck_assert_ptr_null(config_load("/no/such/evpn.conf", &errors));
	ck_assert_ptr_null(config_load("/", &errors));
	unlink(path);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_ptr_null(config_load(path, &errors));
	ck_assert_uint_eq(errors.n_lines, 3);
	ck_assert_str_eq(errors.lines[0], "/no/such/evpn.conf: No such file or directory");
	ck_assert_str_eq(errors.lines[1], "/: Is a directory");
	ck_assert_ptr_nonnull(strstr(errors.lines[2], ": not a regular file"));
	config_errors_clear(&errors);
}
END_TEST

START_TEST(index_comes_from_the_environment_and_from_a_file)
{
	_cleanup_free_ char *index = xasprintf("%s.index", path), *from = xasprintf("index_from = \"file:%s\";", index);
	struct parts parts = { .underlay = "vtep_pool = \"192.0.2.0/24\";", .node = "index_from = \"env:INDEX\";" };
	struct config_errors errors = { 0 };
	struct config *config;
	const char *what;

	write_parts(&parts);
	config = config_load(path, &errors);
	ck_assert_ptr_nonnull(config);
	ck_assert(config->node.has_index && config->node.index == 5);
	ck_assert_uint_eq(config->underlay.vtep.bytes[3], 5);
	config_free(config);

	ck_assert_int_eq(util_write_file(index, "17\n", 3, 0600, (uid_t)-1, (gid_t)-1, &what), 0);
	parts.node = from;
	write_parts(&parts);
	config = config_load(path, &errors);
	unlink(index);
	ck_assert_ptr_nonnull(config);
	ck_assert_uint_eq(config->underlay.vtep.bytes[3], 17);
	config_free(config);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("values");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, one_fault, 0, (int)ARRAY_LEN(cases));
	tcase_add_test(tcase, not_a_file);
	tcase_add_test(tcase, index_comes_from_the_environment_and_from_a_file);
	return unit_run("config values", tcase);
}
