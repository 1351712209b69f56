/* SPDX-License-Identifier: Apache-2.0 */
/* test_config_values.c - wrong values, one at a time in a file without other errors: one error, at the right line */
#include <sys/stat.h>

#include "config/config.h"
#include "config_case.h"
#include "unit.h"
#include "base/util.h"

#define CHARS_40 "0123456789012345678901234567890123456789"

static const struct config_fault cases[] = {
	{ { 0 }, 0, NULL },
	/* Plugins and their groups. */
	{ { .plugins = "netns = \"a\";" }, PLUGINS, "plugins: required key `frr' is missing" },
	{ { .plugins = "netns = \"a\"; frr = [ \"b\" ];" }, PLUGINS, "plugins.frr: expected a non-empty string" },
	{ { .plugins = "netns = \"a\"; frr = \"b\"; netsn = \"c\";" }, PLUGINS, "did you mean `netns'?" },
	{ { .more = "my-plugin = { }; example = { x = 1; }; netns-cri = { }; frr-vtysh = { };" }, 0, NULL },
	{ { .l2vnis = "{ vni = 110; anycast_mac = \"02:00:00:00:00:01\"; }" },
	  L2,
	  "l2vnis: unknown key `anycast_mac': see evpn.conf(5)" },
	{ { .more = "nod = { index = 5; };" }, MORE, "unknown key `nod', did you mean `node'?" },
	{ { .more = "l2vni = { };" }, MORE, "unknown key `l2vni', did you mean `l2vnis'?" },
	{ { .more = "l3vni = ( );" }, MORE, "unknown key `l3vni', did you mean `l3vnis'?" },
	{ { .more = "underlays = { };" }, MORE, "unknown key `underlays', did you mean `underlay'?" },
	{ { .plugins = "netns = \"nodes\"; frr = \"b\";", .more = "nodes = { x = 1; };" }, 0, NULL },
	{ { .more = "my-plugin = \"x\";" },
	  MORE,
	  "unknown key `my-plugin': if it is a plugin, its options are a group" },
	/* Ranges of VNIs, and one VXLAN device for all. */
	{ { .l2vnis = "{ vni = \"10001-10020\"; vlan = \"1-20\"; }, { vni = 10000; }" }, 0, NULL },
	{ { .l2vnis = "{ vni = \"7-7\"; vlan = 5; vrf = \"red\"; }" }, 0, NULL },
	{ { .l2vnis = "{ vni = \"110\"; }" }, L2, "a range of at most 4094, \"10001-14000\", found \"110\"" },
	{ { .l2vnis = "{ vni = \"20-10\"; }" }, L2, "found \"20-10\"" },
	{ { .l2vnis = "{ vni = \"0-10\"; }" }, L2, "found \"0-10\"" },
	{ { .l2vnis = "{ vni = \"1 - 10\"; }" }, L2, "found \"1 - 10\"" },
	{ { .l2vnis = "{ vni = \"1-4095\"; }" }, L2, "found \"1-4095\"" },
	{ { .l2vnis = "{ vni = \"16777210-16777216\"; }" }, L2, "found \"16777210-16777216\"" },
	{ { .l2vnis = "{ vni = \"10-20\"; vlan = \"1-10\"; }" }, L2, "l2vnis.vlan: 10 VLANs for 11 VNIs" },
	{ { .l2vnis = "{ vni = \"10-20\"; vlan = 1; }" }, L2, "l2vnis.vlan: 1 VLANs for 11 VNIs" },
	{ { .l2vnis = "{ vni = 10; vlan = 4095; }" }, L2, "l2vnis.vlan: expected a whole number from 1 to 4094" },
	{ { .l2vnis = "{ vni = 10; vlan = \"1-5000\"; }" }, L2, "or a range, \"1-4000\", found \"1-5000\"" },
	{ { .l2vnis = "{ vni = \"10-20\"; host = { interface = \"lan0\"; }; }" },
	  L2,
	  "l2vnis.host: VNIs 10 to 20 cannot share it" },
	{ { .l2vnis = "{ vni = \"10-20\"; rd = \"1:1\"; }" }, L2, "l2vnis.rd: VNIs 10 to 20 cannot share it" },
	{ { .l2vnis = "{ vni = \"10-20\"; }, { vni = 15; }" }, L2, "VNI 15 is used twice" },
	{ { .l2vnis = "{ vni = \"90-100\"; }" }, L2, "VNI 100 is used twice" },
	{ { .l2vnis = "{ vni = \"10-20\"; vlan = \"1-11\"; }, { vni = 30; vlan = 11; }" },
	  L2,
	  "VLAN 11 of the single bridge is used twice" },
	{ { .more = "vxlan = { mode = \"single\"; };" }, 0, NULL },
	{ { .more = "vxlan = { mode = \"per-vni\"; };" }, 0, NULL },
	{ { .more = "vxlan = { mode = \"svd\"; };" }, MORE, "vxlan.mode: expected \"per-vni\" or \"single\"" },
	{ { .more = "vxlan = { mode = \"single\"; };", .l2vnis = "{ vni = 110; max_macs = 5; }" },
	  L2,
	  "l2vnis.max_macs: with vxlan.mode = \"single\"" },
	{ { .more = "vxlan = { mode = \"single\"; };", .l2vnis = "{ vni = 110; arp_suppression = true; }" },
	  L2,
	  "set vxlan.arp_suppression" },
	{ { .more = "vxlan = { mode = \"single\"; };", .l2vnis = "{ vni = \"10001-14094\"; }" },
	  MORE,
	  "4094 at most, but there are 4095 VNIs" },
	{ { .more = "vxlan = { mode = \"single\"; };", .l3vnis = "{ vni = 100; vrf = \"br-evpn\"; }", .l2vnis = "" },
	  MORE,
	  "device `br-evpn' in FRR's namespace is used twice" },
	/* Underlay and node. */
	{ { .underlay = "" }, UNDERLAY, "`vtep' or `vtep_pool' is required" },
	{ { .underlay = "vtep = \"192.0.2.1/32\";" }, UNDERLAY, "without a prefix length, found \"192.0.2.1/32\"" },
	{ { .underlay = "vtep = \"192.0.2.256\";" },
	  UNDERLAY,
	  "underlay.vtep: expected an IPv4 or IPv6 address, found \"192.0.2.256\"" },
	{ { .underlay = "vtep = \"0.0.0.0\";" }, UNDERLAY, "\"0.0.0.0\" is the unspecified address" },
	{ { .underlay = "vtep = \"fe80::1\";" }, UNDERLAY, "\"fe80::1\" is a link-local address" },
	{ { .underlay = "vtep = \"ff02::1\";" }, UNDERLAY, "\"ff02::1\" is a multicast address" },
	{ { .underlay = "vtep = \"::1\";" }, UNDERLAY, "\"::1\" is a loopback address" },
	{ { .underlay = "vtep = \"255.255.255.255\";" }, UNDERLAY, "is the broadcast address" },
	{ { .underlay = "vtep = \"192.0.2.1\"; vtep_pool = \"192.0.2.0/24\";" },
	  UNDERLAY,
	  "both `vtep' and `vtep_pool' are set" },
	{ { .underlay = "vtep_pool = \"192.0.2.0/24\";" }, UNDERLAY, "set node.index or node.index_from" },
	{ { .underlay = "vtep_pool = \"192.0.2.8/24\";", .node = "index = 1;" }, UNDERLAY, "\"192.0.2.0/24\", found" },
	{ { .underlay = "vtep_pool = \"192.0.2.0/24\";", .node = "index = 0;" }, UNDERLAY, "the network address" },
	{ { .underlay = "vtep_pool = \"192.0.2.0/24\";", .node = "index = 254;" }, 0, NULL },
	{ { .underlay = "vtep_pool = \"192.0.2.0/24\";", .node = "index = 255;" }, UNDERLAY, "the broadcast address" },
	{ { .underlay = "vtep_pool = \"192.0.2.0/24\";", .node = "index = 256;" }, UNDERLAY, "no address number 256" },
	{ { .underlay = "vtep_pool = \"192.0.2.0/31\";", .node = "index = 0;" }, 0, NULL },
	{ { .underlay = "vtep_pool = \"192.0.2.0/31\";", .node = "index = 1;" }, 0, NULL },
	{ { .underlay = "vtep_pool = \"192.0.2.0/32\";", .node = "index = 1;" }, UNDERLAY, "no address number 1" },
	{ { .underlay = "vtep_pool = \"2001:db8::/120\";", .node = "index = 255;" }, 0, NULL },
	{ { .underlay = "vtep_pool = \"2001:db8::/120\";", .node = "index = 0;" }, UNDERLAY, "the network address" },
	{ { .node = "index = -1;" }, NODE, "expected a whole number from 0 to 4294967295, found -1" },
	{ { .underlay = "vtep_pool = \"192.0.2.0/24\";", .node = "index = \"5\";" }, NODE, "found \"5\"" },
	{ { .node = "index_from = \"env:INDEX\";" }, 0, NULL },
	{ { .node = "index_from = \"env:INDEX\"; index = 5;" }, NODE, "both `index' and `index_from' are set" },
	{ { .node = "index_from = \"env:WORD\";" }, NODE, "env:WORD holds \"five\", expected a whole number" },
	{ { .node = "index_from = \"env:NONE\";" }, NODE, "environment variable NONE is not set" },
	{ { .node = "index_from = \"file:index\";" }, NODE, "expected \"env:NAME\", \"file:/PATH\", \"map" },
	{ { .node = "index_from = \"file:/proc/sys/kernel/ostype\";" }, NODE, "ostype holds \"Linux" },
	{ { .node = "index_from = \"file:/proc/sys/kernel/no-such\";" },
	  NODE,
	  "cannot read /proc/sys/kernel/no-such: No such file or directory" },
	{ { .node = "index_from = \"file:/dev/zero\";" }, NODE, "cannot read /dev/zero: not a regular file" },
	{ { .node = "index_from = \"file:/proc\";" }, NODE, "cannot read /proc: not a regular file but a directory" },
	{ { .underlay = "interfaces = ( { addresses = [ ]; } ); vtep = \"192.0.2.1\";" },
	  UNDERLAY,
	  "required key `name' is missing" },
	{ { .underlay = "interfaces = ( { name = \"lo\"; } ); vtep = \"192.0.2.1\";" }, UNDERLAY, "found \"lo\"" },
	{ { .underlay = "interfaces = ( { name = \"a/b\"; } ); vtep = \"192.0.2.1\";" }, UNDERLAY, "found \"a/b\"" },
	{ { .underlay = "interfaces = ( { name = \"a b\"; } ); vtep = \"192.0.2.1\";" }, UNDERLAY, "found \"a b\"" },
	{ { .underlay = "interfaces = ( { name = \"a:b\"; } ); vtep = \"192.0.2.1\";" }, UNDERLAY, "found \"a:b\"" },
	{ { .underlay = "interfaces = ( { name = \"a%d\"; } ); vtep = \"192.0.2.1\";" }, UNDERLAY, "found \"a%d\"" },
	{ { .underlay = "interfaces = ( { name = \"a\\x7f\"; } ); vtep = \"192.0.2.1\";" },
	  UNDERLAY,
	  "found \"a\\x7f\"" },
	{ { .underlay = "interfaces = ( { name = \"\xc3\xa9\"; } ); vtep = \"192.0.2.1\";" },
	  UNDERLAY,
	  "found \"\xc3\xa9\"" },
	{ { .underlay = "interfaces = ( { name = \"..\"; } ); vtep = \"192.0.2.1\";" }, UNDERLAY, "found \"..\"" },
	{ { .underlay = "interfaces = ( { name = \"\"; } ); vtep = \"192.0.2.1\";" }, UNDERLAY, "found \"\"" },
	{ { .underlay = "interfaces = ( { name = \"a23456789012345\"; } ); vtep = \"192.0.2.1\";" }, 0, NULL },
	{ { .underlay = "interfaces = ( { name = \"a234567890123456\"; } ); vtep = \"192.0.2.1\";" },
	  UNDERLAY,
	  "\"a234567890123456\" is longer than 15 characters" },
	{ { .underlay = "interfaces = ( { name = \"frr0\"; } ); vtep = \"192.0.2.1\";" }, L3, "`frr0' on the host is" },
	{ { .underlay = "interfaces = ( { name = \"red\"; } ); vtep = \"192.0.2.1\";" }, L3, "`red' in FRR's" },
	/* VNIs. */
	{ { .l3vnis = "{ vni = 16777215; vrf = \"red\"; }" }, 0, NULL },
	{ { .l3vnis = "{ vni = 16777216; vrf = \"red\"; }" },
	  L3,
	  "l3vnis.vni: expected a whole number from 1 to 16777215" },
	{ { .l3vnis = "{ vni = 4294967396; vrf = \"red\"; }" }, L3, "is out of range: keys take 0 to 4294967295" },
	{ { .l3vnis = "{ vni = 4294967295; vrf = \"red\"; }" }, L3, "append L to it" },
	{ { .l3vnis = "{ vni = 99999999999999999999; vrf = \"red\"; }" },
	  L3,
	  "number 99999999999999999999 is out of range: keys take 0 to 4294967295" },
	{ { .l3vnis = "{ vni = true; vrf = \"red\"; }" }, L3, "found true" },
	{ { .l3vnis = "{ vni = 1.0; vrf = \"red\"; }" }, L3, "found 1" },
	{ { .l3vnis = "{ vrf = \"red\"; }" }, L3, "l3vnis: required key `vni' is missing" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; }, { vni = 100; vrf = \"blue\"; }" }, L3, "VNI 100 is used twice" },
	{ { .l3vnis = "{ vni = 110; vrf = \"red\"; }" }, L2, "VNI 110 is used twice: here as an L2VNI" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; }, { vni = 101; vrf = \"red\"; }" },
	  L3,
	  "`red' in FRR's namespace" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; }, { vni = 101; vrf = \"br110\"; }" }, L2, "`br110' in FRR's" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; }, { vni = 101; vrf = \"vni100\"; }" }, L3, "`vni100' in FRR's" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; table = 0; }" },
	  L3,
	  "l3vnis.table: expected a whole number from 1" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; table = 252; }" }, 0, NULL },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; table = 253; }" }, L3, "253 to 255, found 253" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; table = 255; }" }, L3, "253 to 255, found 255" },
	{ { .l3vnis = "{ vni = 254; vrf = \"red\"; }" },
	  L3,
	  "VNI 254: its default table, 254, is one of the kernel's own" },
	{ { .l3vnis = "{ vni = 254; vrf = \"red\"; table = 4294967295L; }" }, 0, NULL },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; }, { vni = 9; vrf = \"b\"; table = 100; }" },
	  L3,
	  "table 100 is used twice" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; gateways = [ ]; }" },
	  L3,
	  "`gateways' is not a key of this group: it is one of l2vnis;" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; redistribute = [ \"bgp\" ]; }" }, L3, "\"kernel\", found \"bgp\"" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; import_vrfs = [ \"red\" ]; }" },
	  L3,
	  "VRF `red' cannot import from itself" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; import_vrfs = [ \"rd\" ]; }" }, L3, "did you mean `red'?" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; import_vrfs = \"x\"; }" }, L3, "expected a list, for example" },
	{ { .l2vnis = "{ vni = 110; vrf = \"rde\"; }" },
	  L2,
	  "no entry of l3vnis has the VRF `rde', did you mean `red'?" },
	{ { .l2vnis = "{ vni = 110; gateways = [ \"10.0.0.1/24\" ]; }" }, L2, "gateways but no `vrf'" },
	{ { .l2vnis = "{ vni = 110; vrf = \"red\"; gateways = [ \"10.0.0.1\" ]; }" },
	  L2,
	  "expected an address with a prefix length" },
	{ { .l2vnis = "{ vni = 110; vrf = \"red\"; gateways = [ \"10.0.0.1/33\" ]; }" }, L2, "found \"10.0.0.1/33\"" },
	{ { .l2vnis = "{ vni = 110; vrf = \"red\"; gateways = [ \"10.0.0.1/24\", \"10.0.0.1/24\" ]; }" },
	  L2,
	  "10.0.0.1/24 of br110 in FRR's namespace is used twice" },
	{ { .l2vnis = "{ vni = 110; vrf = \"red\"; gateways = [ \"10.0.0.1/24\", \"10.0.0.2/25\" ]; }" },
	  L2,
	  "overlaps" },
	{ { .l2vnis = "{ vni = 110; vrf = \"red\"; gateways = [ \"10.0.0.1/24\", \"10.0.0.2/24\" ]; }" }, 0, NULL },
	{ { .l2vnis = "{ vni = 1; vrf = \"red\"; gateways = [ \"10.0.0.1/8\" ]; }, "
		      "{ vni = 2; vrf = \"red\"; gateways = [ \"9.0.0.1/8\" ]; }, "
		      "{ vni = 3; vrf = \"red\"; gateways = [ \"10.9.0.1/16\" ]; }" },
	  L2,
	  "VRF red: 10.9.0.1/16 of br3 overlaps 10.0.0.1/8 of br1" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = { interface = \"a\"; peer_addresses = [ \"10.0.0.9/30\" ]; "
		      "}; }" },
	  L2,
	  "VRF red: 10.0.0.1/24 of br110 overlaps 10.0.0.9/30 of pe100" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; }, { vni = 101; vrf = \"blue\"; host = { interface = \"a\"; "
		      "peer_addresses = [ \"10.0.0.9/30\" ]; }; }" },
	  0,
	  NULL },
	/* The host's way in. */
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = { }; }" },
	  L3,
	  "l3vnis.host: required key `interface' is missing" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = \"frr0\"; }" }, L3, "l3vnis.host: expected a group" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = { interface = \"a\"; bridge = \"b\"; }; }" },
	  L3,
	  "an L3VNI is routed, not bridged" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = { interface = \"a\"; peer = \"a\"; }; }" }, 0, NULL },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = { interface = \"a\"; peer = \"red\"; }; }" },
	  L3,
	  "device `red' in FRR's namespace is used twice: here as host.peer of VNI 100" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = { interface = \"lan0\"; }; }" }, L2, "`lan0' on the host" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = { interface = \"a\"; asn = 65000; }; }" },
	  L3,
	  "common subnet" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = { interface = \"a\"; asn = 65000; "
		      "addresses = [ \"10.1.0.1/30\" ]; peer_addresses = [ \"10.1.0.5/30\" ]; }; }" },
	  L3,
	  "a BGP session with AS 65000 needs a common subnet" },
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
	  "a is a port of bridge b and cannot use addresses" },
	{ { .l2vnis = "{ vni = 110; host = { interface = \"a\"; bridge = \"a\"; }; }" }, L2, "device `a' on the host" },
	{ { .l2vnis = "{ vni = 110; host = { interface = \"a\"; bridge = \"b\"; }; }, "
		      "{ vni = 111; host = { interface = \"c\"; bridge = \"b\"; }; }" },
	  0,
	  NULL },
	{ { .l2vnis = "{ vni = 110; host = { interface = \"a\"; bridge = \"b\"; }; }, "
		      "{ vni = 111; host = { interface = \"b\"; }; }" },
	  L2,
	  "device `b' on the host is used twice: here as host.interface of VNI 111" },
	{ { .l2vnis = "{ vni = 110; host = { interface = \"a\"; asn = 1; }; }" },
	  L2,
	  "`asn' is not a key of this group: it is one of l3vnis.host" },
	/* Open vSwitch. */
	{ { .l2vnis = "{ vni = 110; host = { interface = \"a\"; ovs_bridge = \"b\"; }; }, "
		      "{ vni = 111; host = { interface = \"c\"; ovs_bridge = \"b\"; }; }" },
	  0,
	  NULL },
	{ { .l2vnis = "{ vni = 110; host = { interface = \"a\"; ovs_bridge = \"b\"; bridge = \"c\"; }; }" },
	  L2,
	  "both `bridge' and `ovs_bridge' are set, a can be a port of only one" },
	{ { .l2vnis = "{ vni = 110; host = { interface = \"a\"; ovs_bridge = \"b\"; "
		      "addresses = [ \"10.1.0.1/24\" ]; }; }" },
	  L2,
	  "a is a port of bridge b and cannot use addresses" },
	{ { .l2vnis = "{ vni = 110; host = { interface = \"a\"; ovs_bridge = \"a\"; }; }" },
	  L2,
	  "device `a' on the host is used twice" },
	{ { .l2vnis = "{ vni = 110; host = { interface = \"a\"; ovs_bridge = \"a:b\"; }; }" },
	  L2,
	  "l2vnis.host.ovs_bridge: expected a device name" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; host = { interface = \"a\"; ovs_bridge = \"b\"; }; }" },
	  L3,
	  "`ovs_bridge' is not a key of this group: it is one of l2vnis.host" },
	/* Routes. */
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; routes = ( { prefix = \"10.0.0.1/8\"; via = \"10.1.0.1\"; } ); }" },
	  L3,
	  "expected a subnet without host bits, \"10.0.0.0/8\", found \"10.0.0.1/8\"" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; routes = ( { prefix = \"::/0\"; via = \"10.1.0.1\"; } ); }" },
	  L3,
	  "10.1.0.1 is not of the address family of prefix ::/0" },
	{ { .l3vnis = "{ vni = 100; vrf = \"red\"; routes = ( { prefix = \"::/0\"; } ); }" },
	  L3,
	  "required key `via' is missing" },
	{ { .l3vnis =
		    "{ vni = 100; vrf = \"red\"; host = { interface = \"a\"; peer_addresses = [ \"2001:db8::9/64\" ]; "
		    "}; routes = ( { prefix = \"::/0\"; via = \"2001:db8::1\"; }, "
		    "{ prefix = \"::/0\"; via = \"2001:db8::2\"; } ); }" },
	  L3,
	  "route to ::/0 of VNI 100 is used twice" },
	/* FRR. */
	{ { .frr = "config = \"/a\"; source = \"/b\"; mode = 0000;" }, FRR, "frr.mode: 0 lets no user read frr.conf" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; mode = \"0333\";" },
	  FRR,
	  "frr.mode: \"0333\" lets no user read" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; mode = 0040;" }, 0, NULL },
	{ { .frr = "source = \"/b\";" }, FRR, "frr: required key `config' is missing" },
	{ { .frr = "config = \"/a\";" }, FRR, "frr: `asn' is required to generate frr.conf" },
	{ { .underlay = "vtep = \"2001:db8::1\";", .frr = "config = \"/a\"; asn = 1;" },
	  FRR,
	  "`router_id' is required with an IPv6 VTEP" },
	{ { .frr = "config = \"/a\"; source = \"/a\";" }, FRR, "frr.source: /a is also frr.config" },
	{ { .frr = "config = \"a\"; source = \"/b\";" },
	  FRR,
	  "frr.config: expected the absolute path of a file, found \"a\"" },
	{ { .frr = "config = \"/a/\"; source = \"/b\";" }, FRR, "found \"/a/\"" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; mode = 0600;" }, 0, NULL },
	{ { .frr = "config = \"/a\"; source = \"/b\"; mode = \"0680\";" }, FRR, "octal digits" },
	/* Values in messages: one line, of bounded length. */
	{ { .frr = "config = \"/a\"; source = \"/b\"; mode = \"a\\nb\";" }, FRR, "found \"a\\x0ab\"" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; mode = \"\\x1b[2J\\x9b\";" }, FRR, "found \"\\x1b[2J\\x9b\"" },
	{ { .frr = "config = \"/a\";\x1b" }, FRR, "`frr = { config = \"/a\";\\x1b };'" },
	{ { .node = "index_from = \"env:\\x1b[2J\";" }, NODE, "environment variable \\x1b[2J is not set" },
	{ { .frr = "config = \"" CHARS_40 CHARS_40 CHARS_40 "x\"; source = \"/b\";" },
	  FRR,
	  "found \"" CHARS_40 CHARS_40 CHARS_40 "...\"" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; mode = 4755;" }, FRR, "found 4755" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; mode = 0x1a0;" }, FRR, "octal digits" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; owner = \"root\"; group = \"root\";" }, 0, NULL },
	{ { .frr = "config = \"/a\"; source = \"/b\"; owner = \"no-such-user\";" }, FRR, "found \"no-such-user\"" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; group = \"no-such\";" }, FRR, "a group in /etc/group" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; owner = 4294967295L;" }, FRR, "found 4294967295" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; group = -1;" }, FRR, "found -1" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; router_id = \"2001:db8::1\";" },
	  FRR,
	  "expected an IPv4 address" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; asn = 4294967296L;" }, FRR, "found 4294967296" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; neighbors = ( { address = \"10.0.0.1\"; } );" },
	  FRR,
	  "required key `asn' is missing" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; neighbors = ( { address = \"10.0.0.1\"; asn = 1; }, "
		   "{ address = \"10.0.0.1\"; asn = 2; } );" },
	  FRR,
	  "neighbor 10.0.0.1 is used twice" },
	{ { .frr = "config = \"/a\"; source = \"/b\"; "
		   "neighbors = ( { address = \"10.0.0.1\"; asn = 1; allowas_in = 11; } );" },
	  FRR,
	  "expected \"origin\" or a number from 1 to 10, found 11" },
};

static void setup(void)
{
	config_case_begin();
	ck_assert_int_eq(setenv("INDEX", "5", 1), 0);
	ck_assert_int_eq(setenv("WORD", "five", 1), 0);
	ck_assert_int_eq(unsetenv("NONE"), 0);
}

START_TEST(one_fault)
{
	config_case_fault(&cases[_i], _i);
}
END_TEST

/* A path that does not exist, a directory, and a pipe without a writer, which must not block. */
START_TEST(not_a_file)
{
	struct config_errors errors = { 0 };

	ck_assert_ptr_null(config_load("/no/such/evpn.conf", &errors));
	ck_assert_ptr_null(config_load("/", &errors));
	unlink(config_case_path);
	ck_assert_int_eq(mkfifo(config_case_path, 0600), 0);
	ck_assert_ptr_null(config_load(config_case_path, &errors));
	ck_assert_uint_eq(errors.n_lines, 3);
	ck_assert_str_eq(errors.lines[0], "cannot read /no/such/evpn.conf: No such file or directory");
	ck_assert_str_eq(errors.lines[1], "cannot read /: not a regular file but a directory");
	ck_assert_ptr_nonnull(strstr(errors.lines[2], ": not a regular file but a FIFO"));
	config_errors_clear(&errors);
}
END_TEST

/* Eight files, each of which includes the next one 50 times: 50 to the power of 7. */
START_TEST(includes_that_multiply)
{
	struct config_errors errors = { 0 };
	char *files[8];

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		FILE *f;

		files[i] = xasprintf("%s.%zu", config_case_path, i);
		f = fopen(files[i], "w");
		ck_assert_ptr_nonnull(f);
		for (int n = 0; n < 50 && i + 1 < ARRAY_LEN(files); n++)
			fprintf(f, "@include \"%s.%zu\"\n", strrchr(config_case_path, '/') + 1, i + 1);
		ck_assert_int_eq(fclose(f), 0);
	}
	ck_assert_ptr_null(config_load(files[0], &errors));
	ck_assert_ptr_nonnull(strstr(errors.lines[0], "more than 8 MiB or 10000 included files"));
	/* It is said once for each place, not for each time that a place is passed. */
	ck_assert_uint_lt(errors.n_lines, 50 * ARRAY_LEN(files));
	config_errors_clear(&errors);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		unlink(files[i]);
		free(files[i]);
	}
}
END_TEST

START_TEST(index_comes_from_the_environment_and_from_a_file)
{
	_cleanup_free_ char *index = xasprintf("%s.index", config_case_path),
			    *from = xasprintf("index_from = \"file:%s\";", index);
	struct config_parts parts = { .underlay = "vtep_pool = \"192.0.2.0/24\";",
				      .node = "index_from = \"env:INDEX\";" };
	struct config_errors errors = { 0 };
	struct config *config;
	const char *what;

	config_case_write(&parts);
	config = config_load(config_case_path, &errors);
	ck_assert_ptr_nonnull(config);
	ck_assert(config->node.has_index && config->node.index == 5);
	ck_assert_uint_eq(config->underlay.vtep.bytes[3], 5);
	config_free(config);

	ck_assert_int_eq(util_write_file(index, "17\n", 3, 0600, (uid_t)-1, (gid_t)-1, &what), 0);
	parts.node = from;
	config_case_write(&parts);
	config = config_load(config_case_path, &errors);
	unlink(index);
	ck_assert_ptr_nonnull(config);
	ck_assert_uint_eq(config->underlay.vtep.bytes[3], 17);
	config_free(config);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("values");

	tcase_add_checked_fixture(tcase, setup, config_case_end);
	tcase_add_loop_test(tcase, one_fault, 0, (int)ARRAY_LEN(cases));
	tcase_add_test(tcase, not_a_file);
	tcase_add_test(tcase, includes_that_multiply);
	tcase_add_test(tcase, index_comes_from_the_environment_and_from_a_file);
	return unit_run("config values", tcase);
}
