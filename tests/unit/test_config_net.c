/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_config_net.c - addresses, next hops, neighbors, MTUs and names of evpn.conf that do not fit to each other, or to the
 * tools that use them
 */
#include "base/util.h"
#include "config/config.h"
#include "unit.h"

static char path[32];
static struct config *config;
static struct config_errors errors;

static void setup(void)
{
	int fd;

	strcpy(path, "/tmp/evpnd-net-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	close(fd);
	config = NULL;
	memset(&errors, 0, sizeof(errors));
}

static void teardown(void)
{
	config_free(config);
	config_errors_clear(&errors);
	unlink(path);
}

/* A file without errors, of which a case replaces parts. */
struct parts {
	const char *underlay, *l3vnis, *l2vnis, *frr;
};

static const struct parts good = {
	.underlay = "",
	.l3vnis = "{ vni = 100; vrf = \"red\"; host = { interface = \"frr0\"; }; }",
	.l2vnis = "{ vni = 110; vrf = \"red\"; gateways = [ \"10.0.0.1/24\" ]; host = { interface = \"lan0\"; }; }",
	.frr = "source = \"/b\";",
};

/* The lines of the parts. */
enum { UNDERLAY = 1, L3, L2, FRR };

#define PART(name) (c->name ? c->name : good.name)

static void load(const struct parts *c)
{
	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	fprintf(f,
		"underlay = { vtep = \"%s\"; %s };\nl3vnis = ( %s );\nl2vnis = ( %s );\nfrr = { config = \"/a\"; %s "
		"};\n"
		"plugins = { netns = \"a\"; frr = \"b\"; };\n",
		strstr(PART(underlay), "mtu = 1501") ? "2001:db8::1" : "192.0.2.1", PART(underlay), PART(l3vnis),
		PART(l2vnis), PART(frr));
	ck_assert_int_eq(fclose(f), 0);
	config = config_load(path, &errors);
}

/* `line` 0: no error, and no warning but `want`. */
static void check(int line, const char *want)
{
	_cleanup_free_ char *place = xasprintf("%s:%d: ", path, line);
	size_t n = line ? errors.n_lines : config ? config->n_warnings : 0;
	const char *found = !n ? "none" : line ? errors.lines[0] : config->warnings[0];

	ck_assert_msg(errors.n_lines == (line != 0), "%zu errors: %s", errors.n_lines,
		      errors.n_lines ? errors.lines[0] : "none");
	ck_assert_msg(n == (want != NULL), "want %s, got %zu: %s", want ? want : "none", n, found);
	ck_assert_msg(!want || strstr(found, want), "want %s, got %s", want, found);
	ck_assert_msg(!line || strncmp(found, place, strlen(place)) == 0, "want %s, got %s", place, found);
}

#define RED(host, via)                                                  \
	"{ vni = 100; vrf = \"red\"; host = { interface = \"a\"; " host \
	" }; routes = ( { prefix = \"10.9.0.0/16\"; via = "             \
	"\"" via "\"; } ); }"
#define NICS(list) "interfaces = ( " list " );"

static const struct {
	struct parts parts;
	int line;
	const char *want; /* part of the one error; line 0: NULL, or part of the one warning */
} cases[] = {
	{ { 0 }, 0, NULL },
	/* Next hops, gateways and the two ends of a VNI. */
	{ { .l3vnis = RED("peer_addresses = [ \"10.1.0.1/30\" ];", "10.1.0.2") }, 0, NULL },
	{ { .l3vnis = RED("", "10.0.0.99") }, 0, NULL },
	{ { .l3vnis = RED("peer_addresses = [ \"10.1.0.1/30\" ];", "10.1.0.5") },
	  L3,
	  "l3vnis.routes.via: \"10.1.0.5\" is in no subnet of VRF red" },
	{ { .l3vnis = RED("addresses = [ \"10.1.0.1/30\" ];", "10.1.0.2") }, L3, "is in no subnet of VRF red" },
	{ { .l3vnis = RED("", "192.0.2.1") }, L3, "\"192.0.2.1\" is in no subnet of VRF red" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; routes = ( { prefix = \"10.0.0.0/24\"; via = \"10.0.0.9\"; } ); }" },
	  L3,
	  "l3vnis.routes.prefix: \"10.0.0.0/24\" is the subnet of br110 in the VRF itself" },
	{ { .l3vnis =
		    "{ vni = 100; vrf = \"red\"; routes = ( { prefix = \"10.0.0.128/25\"; via = \"10.0.0.9\"; } ); }" },
	  0,
	  NULL },
	{ { .l3vnis = RED("", "10.0.0.1") }, L3, "\"10.0.0.1\" is an address of br110 in the VRF itself" },
	{ { .l3vnis = RED("", "10.0.0.255") }, L3, "\"10.0.0.255\" is the broadcast address of a subnet of br110" },
	/* One error, not a second one that follows from it. */
	{ { .l3vnis = RED("peer_addresses = [ \"10.1.0.1\" ];", "10.1.0.2") }, L3, "with a prefix length" },
	{ { .l2vnis = "{ vni = 110; vrf = \"red\"; gateways = [ \"10.0.0.0/24\" ]; }" },
	  L2,
	  "l2vnis.gateways: \"10.0.0.0/24\" is the network address of its subnet" },
	{ { .l2vnis = "{ vni = 110; vrf = \"red\"; gateways = [ \"10.0.0.255/24\" ]; }" },
	  L2,
	  "l2vnis.gateways: \"10.0.0.255/24\" is the broadcast address of its subnet" },
	{ { .l2vnis = "{ vni = 110; vrf = \"red\"; gateways = [ \"2001:db8::/64\" ]; }" },
	  L2,
	  "is the network address" },
	{ { .l2vnis = "{ vni = 110; vrf = \"red\"; gateways = [ \"10.0.0.0/31\", \"2001:db8::/127\" ]; }" }, 0, NULL },
	{ { .l2vnis = "{ vni = 110; vrf = \"red\"; gateways = [ \"10.0.0.255/16\" ]; }" }, 0, NULL },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = { interface = \"a\"; addresses = [ \"10.1.0.3/30\" ]; }; }" },
	  L3,
	  "l3vnis.host.addresses: \"10.1.0.3/30\" is the broadcast address" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = { interface = \"a\"; peer_addresses = [ \"10.1.0.3/30\" ]; "
		      "}; }" },
	  L3,
	  "l3vnis.host.peer_addresses: \"10.1.0.3/30\" is the broadcast address" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = { interface = \"a\"; addresses = [ \"10.1.0.1/24\" ]; "
		      "peer_addresses = [ \"10.1.0.1/30\" ]; }; }" },
	  L3,
	  "l3vnis.host.addresses: \"10.1.0.1/24\" is also in l3vnis.host.peer_addresses" },
	{ { .l2vnis = "{ vni = 110; vrf = \"red\"; gateways = [ \"10.0.0.1/24\" ]; host = { interface = \"a\"; "
		      "addresses = [ \"10.0.0.1/24\" ]; }; }" },
	  L2,
	  "l2vnis.host.addresses: \"10.0.0.1/24\" is also in l2vnis.gateways" },
	/* The underlay. */
	{ { .underlay = NICS("{ name = \"eth1\"; addresses = [ \"10.3.0.1/24\" ]; }, { name = \"eth2\"; addresses = "
			     "[ \"10.3.0.1/16\" ]; }") },
	  UNDERLAY,
	  "address 10.3.0.1 in FRR's namespace is used twice: here as one of eth2, at" },
	{ { .underlay = NICS("{ name = \"eth1\"; addresses = [ \"10.3.0.255/24\" ]; }") },
	  UNDERLAY,
	  "underlay.interfaces.addresses: \"10.3.0.255/24\" is the broadcast address" },
	{ { .underlay = NICS("{ name = \"eth1\"; mtu = 1500; }"), .l2vnis = "{ vni = 110; mtu = 1450; }" }, 0, NULL },
	{ { .underlay = NICS("{ name = \"eth1\"; mtu = 1500; }"), .l2vnis = "{ vni = 110; mtu = 1451; }" },
	  L2,
	  "VNI 110: mtu 1451 does not fit into the underlay: eth1 has 1500, less 50 bytes of VXLAN: use at most 1450" },
	{ { .underlay = NICS("{ name = \"eth1\"; mtu = 9000; }, { name = \"eth2\"; mtu = 1600; }"),
	    .l3vnis = "{ vni = 100; vrf = \"red\"; mtu = 8950; }" },
	  L3,
	  "VNI 100: mtu 8950 does not fit into the underlay: eth2 has 1600" },
	{ { .underlay = NICS("{ name = \"eth1\"; mtu = 1501; }"), .l2vnis = "{ vni = 110; mtu = 1432; }" },
	  L2,
	  "less 70 bytes of VXLAN: use at most 1431" },
	{ { .underlay = NICS("{ name = \"eth1\"; mtu = 1320; }"),
	    .l2vnis = "{ vni = 110; vrf = \"red\"; gateways = [ \"2001:db8::1/64\" ]; }" },
	  L2,
	  "VNI 110: mtu 1320 of eth1, less 50 bytes of VXLAN, is not enough for its IPv6 addresses, which need 1280" },
	{ { .underlay = NICS("{ name = \"eth1\"; mtu = 1320; }") }, 0, NULL },
	/* Names that mean something else to a tool. */
	{ { .l3vnis = "{ vni = 100; vrf = \"?\"; }", .l2vnis = "" }, L3, "found \"?\"" },
	{ { .l3vnis = "{ vni = 100; vrf = \"-x\"; }", .l2vnis = "" }, L3, "found \"-x\"" },
	{ { .l3vnis = "{ vni = 100; vrf = \"a|b\"; }", .l2vnis = "" }, L3, "found \"a|b\"" },
	{ { .l3vnis = "{ vni = 100; vrf = \"#a\"; }", .l2vnis = "" }, L3, "found \"#a\"" },
	{ { .l3vnis = "{ vni = 100; vrf = \"route-map\"; }", .l2vnis = "" }, L3, "found \"route-map\"" },
	{ { .l3vnis = "{ vni = 100; vrf = \"10.0.0.1\"; }", .l2vnis = "" }, L3, "found \"10.0.0.1\"" },
	{ { .l3vnis = "{ vni = 100; vrf = \"a=b\"; }", .l2vnis = "" }, L3, "found \"a=b\"" },
	{ { .l3vnis = "{ vni = 100; vrf = \"Null0\"; }", .l2vnis = "" }, L3, "found \"Null0\"" },
	{ { .l3vnis = "{ vni = 100; vrf = \"_a.b-c+d~1\"; }, { vni = 101; vrf = \"100\"; }", .l2vnis = "" }, 0, NULL },
	{ { .l2vnis = "{ vni = 110; host = { interface = \"a\"; bridge = \"bonding_masters\"; }; }" },
	  L2,
	  "found \"bonding_masters\"" },
	{ { .underlay = NICS("{ name = \"up\"; }") }, 0, "up is a keyword of ip(8)" },
};

START_TEST(values_fit_to_each_other)
{
	load(&cases[_i].parts);
	check(cases[_i].line, cases[_i].want);
}
END_TEST

#define N(keys)	 "asn = 64514; neighbors = ( { " keys " } );"
#define ADDRESS	 "address = \"10.1.0.1\"; "
#define EXTERNAL ADDRESS "asn = 64512; "
#define ETH1	 "{ name = \"eth1\"; addresses = [ \"10.1.0.2/24\" ]; }"
#define FAR	 "address = \"10.2.0.1\"; asn = 1; "

static const struct {
	const char *frr, *underlay, *want; /* part of the one error; NULL: no error */
	const char *warning; /* part of the one warning; NULL: none */
} neighbors[] = {
	{ N(EXTERNAL), "", NULL, NULL },
	{ N(EXTERNAL), NICS(ETH1), NULL, NULL },
	{ N("interface = \"eth1\"; asn = 1;"), NICS(ETH1), NULL, NULL },
	{ N("interface = \"eth2\"; asn = 1;"), "", NULL, NULL },
	{ N("interface = \"eth2\"; asn = 1;"), NICS(ETH1),
	  "frr.neighbors.interface: eth2 is not in underlay.interfaces", NULL },
	{ N("interface = \"red\"; asn = 1;"), NICS(ETH1), "frr.neighbors.interface: red is not in underlay.interfaces",
	  NULL },
	{ N("interface = \"fabric\"; asn = 1;"), NICS("{ name = \"eth1\"; rename = \"fabric\"; }"), NULL, NULL },
	{ N("interface = \"eth1\"; asn = 1;"), NICS("{ name = \"eth1\"; rename = \"fabric\"; }"),
	  "frr.neighbors.interface: eth1 has the name fabric in FRR's namespace", NULL },
	{ N("address = \"10.1.0.2\"; asn = 1;"), NICS(ETH1), "\"10.1.0.2\" is an address of this node, on eth1", NULL },
	{ N("address = \"192.0.2.1\"; asn = \"internal\";"), "", "\"192.0.2.1\" is the VTEP of this node", NULL },
	{ N("address = \"10.1.0.255\"; asn = 1;"), NICS(ETH1),
	  "is the network or broadcast address of a subnet of eth1", NULL },
	{ N("address = \"10.1.0.0\"; asn = 1;"), NICS(ETH1), "is the network or broadcast address of a subnet of eth1",
	  NULL },
	{ N("address = \"10.1.0.0\"; asn = 1;"), NICS("{ name = \"eth1\"; addresses = [ \"10.1.0.1/31\" ]; }"), NULL,
	  NULL },
	/* What is directly connected. */
	{ N(FAR), NICS(ETH1), "10.2.0.1 is in no subnet of underlay.interfaces", NULL },
	{ N("address = \"2001:db8::1\"; asn = \"external\";"), NICS(ETH1), "2001:db8::1 is in no subnet of", NULL },
	{ N("listen = \"10.2.0.0/16\"; asn = 1;"), NICS(ETH1), "10.2.0.0/16 is in no subnet of", NULL },
	{ N(FAR), NICS("{ name = \"eth1\"; addresses = [ ]; }"), "10.2.0.1 is in no subnet of", NULL },
	{ N(FAR), NICS("{ name = \"v\"; parent = \"eth1\"; vlan = 5; }"), "10.2.0.1 is in no subnet of", NULL },
	{ N(FAR "ebgp_multihop = 2;"), NICS(ETH1), NULL, NULL },
	{ N("address = \"10.2.0.1\"; asn = \"internal\";"), NICS(ETH1), NULL, NULL },
	{ N("address = \"10.2.0.1\"; asn = 64514;"), NICS(ETH1), NULL, NULL },
	{ N("listen = \"10.0.0.0/8\"; asn = 1;"), NICS(ETH1), NULL, NULL },
	{ N(FAR), "", NULL, NULL },
	{ N(FAR), NICS("{ name = \"eth1\"; }"), NULL, NULL },
	{ N(FAR) " extra = \"router bgp 64514\\n neighbor 10.2.0.1 disable-connected-check\";", NICS(ETH1), NULL,
	  NULL },
	{ N(FAR) " extra = \"router bgp 64514\\n neighbor 10.2.0.10 disable-connected-check\";", NICS(ETH1),
	  "10.2.0.1 is in", NULL },
	{ N(FAR) " extra = \"interface eth1\\n ip address 10.2.0.2/24\";", NICS(ETH1), NULL, NULL },
	{ N(EXTERNAL "update_source = \"10.1.0.2\";"), NICS(ETH1), NULL, NULL },
	{ N(EXTERNAL "update_source = \"192.0.2.1\";"), NICS(ETH1), NULL, NULL },
	{ N(EXTERNAL "update_source = \"10.1.0.1\";"), NICS(ETH1), "\"10.1.0.1\" is no address of this node", NULL },
	{ N(EXTERNAL "update_source = \"10.1.0.9\";"), NICS("{ name = \"eth1\"; }"), NULL, NULL },
	{ N(EXTERNAL "update_source = \"eth1\";"), NICS(ETH1), NULL, NULL },
	/* An interface that FRR's namespace has without evpnd. */
	{ N(EXTERNAL "update_source = \"lo1\";"), NICS(ETH1), NULL, NULL },
	/* frr.source: the neighbors are not used. */
	{ "source = \"/b\"; neighbors = ( { " FAR " } );", NICS(ETH1), NULL, NULL },
	{ "source = \"/b\";", NICS(ETH1), NULL, NULL },
	/* A session for EVPN. */
	{ "asn = 1;", NICS(ETH1), NULL, "frr.neighbors: no neighbor has the family EVPN" },
	{ N(EXTERNAL "families = [ \"ipv4\" ];"), NICS(ETH1), NULL, "frr.neighbors: no neighbor has the family EVPN" },
	{ N(EXTERNAL "families = [ \"ipv4\" ]; }, { interface = \"eth1\"; asn = 1;"), NICS(ETH1), NULL, NULL },
	{ "asn = 1; extra = \"router bgp 1\\n address-family l2vpn evpn\\n\";", NICS(ETH1), NULL, NULL },
	/* Others who could change frr.conf, or read its passwords. */
	{ N(EXTERNAL) " mode = 0642;", "", NULL, "frr.mode: 0642 lets every user change frr.conf" },
	{ N(EXTERNAL) " mode = 0664;", "", NULL, NULL },
	/* Names that ip(8) takes for a keyword. */
	{ N(EXTERNAL), NICS("{ name = \"up\"; }"), NULL, "up is a keyword of ip(8)" },
};

START_TEST(neighbors_fit_to_the_underlay)
{
	load(&(struct parts){ .underlay = neighbors[_i].underlay, .frr = neighbors[_i].frr });
	check(neighbors[_i].want ? FRR : 0, neighbors[_i].want ? neighbors[_i].want : neighbors[_i].warning);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("net");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, values_fit_to_each_other, 0, (int)ARRAY_LEN(cases));
	tcase_add_loop_test(tcase, neighbors_fit_to_the_underlay, 0, (int)ARRAY_LEN(neighbors));
	return unit_run("config net", tcase);
}
