/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_config_frr.c - the BGP part of evpn.conf: wrong values one at a time, password files, derived values, and passwords
 * hidden in output
 */
#include <sys/stat.h>

#include "config/config.h"
#include "frr/frrconf.h"
#include "unit.h"
#include "base/util.h"

static char dir[32], path[48], secret[48];
static struct config *config;
static struct config_errors errors;

static void setup(void)
{
	strcpy(dir, "/tmp/evpnd-frr-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/evpn.conf", dir);
	snprintf(secret, sizeof(secret), "%s/password", dir);
	config = NULL;
	memset(&errors, 0, sizeof(errors));
}

static void teardown(void)
{
	config_free(config);
	config_errors_clear(&errors);
	unlink(path);
	unlink(secret);
	rmdir(dir);
}

/* Line 1: of group frr; line 2: the first L3VNI's; line 3: its host's; line 4: the L2VNI's. */
static void load(const char *frr, const char *l3, const char *host, const char *l2)
{
	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	fprintf(f,
		"frr = { config = \"/a\"; %s };\nl3vnis = ( { vni = 100; vrf = \"red\"; %s\nhost = { interface = "
		"\"h\"; "
		"%s }; }, { vni = 200; vrf = \"blue\"; rd = \"1:200\"; } );\nl2vnis = ( { vni = 110; %s } );\n"
		"plugins = { netns = \"a\"; frr = \"b\"; };\nunderlay = { vtep = \"192.0.2.1\"; };\n",
		frr, l3, host, l2);
	ck_assert_int_eq(fclose(f), 0);
	config = config_load(path, &errors);
}

#define N(keys)	 "asn = 64514; neighbors = ( { " keys " } );"
#define HOST	 "addresses = [ \"10.0.0.0/31\" ]; peer_addresses = [ \"10.0.0.1/31\" ]; asn = 64515; "
#define ADDRESS	 "address = \"10.1.0.1\"; "
#define EXTERNAL ADDRESS "asn = 64512; "

static const struct {
	const char *frr, *l3, *host, *l2;
	int line;
	const char *want; /* part of the one error; NULL: no error */
} cases[] = {
	{ .frr = "asn = 64514;" },
	{ .frr = "", .line = 1, .want = "frr: `asn' is required to generate frr.conf; or set `source'" },
	{ .frr = "source = \"/b\";" },
	/* The key that identifies the neighbor. */
	{ .frr = N("asn = 1;"), .line = 1, .want = "`address', `interface' or `listen' is required" },
	{ .frr = N(EXTERNAL "interface = \"eth1\";"), .line = 1, .want = "both `address' and `interface' are set" },
	{ .frr = N("interface = \"eth1\"; asn = \"external\"; listen = \"10.0.0.0/8\";"),
	  .line = 1,
	  .want = "both `interface' and `listen' are set" },
	{ .frr = N("listen = \"10.0.0.1/8\"; asn = 1;"), .line = 1, .want = "expected a subnet without host bits" },
	{ .frr = N("listen = \"10.0.0.0/8\"; asn = 1; }, { listen = \"10.0.0.0/8\"; asn = 2;"),
	  .line = 1,
	  .want = "neighbor 10.0.0.0/8 is used twice" },
	{ .frr = N("interface = \"e\"; asn = 1; }, { interface = \"e\"; asn = 2;"),
	  .line = 1,
	  .want = "neighbor e is used twice" },
	{ .frr = N(ADDRESS), .line = 1, .want = "frr.neighbors: required key `asn' is missing" },
	{ .frr = N(ADDRESS "asn = \"inside\";"), .line = 1, .want = "\"internal\" or \"external\", found \"inside\"" },
	{ .frr = N(ADDRESS "asn = 0;"), .line = 1, .want = "found 0" },
	/* Sessions. */
	{ .frr = N(EXTERNAL "ebgp_multihop = 254;") },
	{ .frr = N(EXTERNAL "ebgp_multihop = 255;"), .line = 1, .want = "from 2 to 254, found 255" },
	{ .frr = N(ADDRESS "asn = 64514; ebgp_multihop = 2;"),
	  .line = 1,
	  .want = "no effect on a neighbor in this node's own AS" },
	{ .frr = N(ADDRESS "asn = \"internal\"; ebgp_multihop = 2;"),
	  .line = 1,
	  .want = "no effect on a neighbor in this node's own AS" },
	{ .frr = N("interface = \"e\"; asn = 1; ebgp_multihop = 2;"), .line = 1, .want = "is directly connected" },
	{ .frr = N(ADDRESS "asn = 64514; route_reflector_client = true;") },
	{ .frr = N(EXTERNAL "route_reflector_client = true;"), .line = 1, .want = "is not in this node's own AS" },
	{ .frr = N(ADDRESS "asn = \"external\"; route_reflector_client = true;"),
	  .line = 1,
	  .want = "is not in this node's own AS" },
	{ .frr = N(EXTERNAL "families = [ ];"), .line = 1, .want = "families: the list is empty" },
	{ .frr = N(EXTERNAL "families = [ \"l2vpn\" ];"), .line = 1, .want = "found \"l2vpn\"" },
	{ .frr = N(EXTERNAL "timers = { hold = 2; };"), .line = 1, .want = "from 3 to 65535, found 2" },
	{ .frr = N(EXTERNAL "timers = { keepalive = 10; hold = 9; };"),
	  .line = 1,
	  .want = "frr.neighbors.timers: keepalive is 10 s, longer than hold, 9 s" },
	{ .frr = N(EXTERNAL "timers = { holds = 9; };"), .line = 1, .want = "did you mean `hold'?" },
	{ .frr = N(EXTERNAL "graceful_restart = \"yes\";"), .line = 1, .want = "true, false or \"helper\"" },
	{ .frr = N(EXTERNAL "bfd = 1;"), .line = 1, .want = "the name of an entry of frr.bfd_profiles, found 1" },
	{ .frr = N(EXTERNAL "bfd = \"fast\";"), .line = 1, .want = "no entry of frr.bfd_profiles has the name `fast'" },
	{ .frr = N(EXTERNAL "bfd = \"fst\";") " bfd_profiles = ( { name = \"fast\"; } );",
	  .line = 1,
	  .want = "did you mean `fast'?" },
	{ .frr = N(EXTERNAL "bfd = \"fast\";") " bfd_profiles = ( { name = \"fast\"; } );" },
	{ .frr = "asn = 1; bfd_profiles = ( { name = \"a\"; }, { name = \"a\"; } );",
	  .line = 1,
	  .want = "BFD profile `a' is used twice" },
	{ .frr = "asn = 1; bfd_profiles = ( { name = \"a b\"; } );", .line = 1, .want = "found \"a b\"" },
	{ .frr = "asn = 1; bfd_profiles = ( { name = \"a\"; receive_interval = 9; } );", .line = 1, .want = "found 9" },
	{ .frr = "asn = 1; hostname = \"a node\";", .line = 1, .want = "a host name of 1 to 63" },
	{ .frr = N(EXTERNAL "passwordfile = \"x\";"), .line = 1, .want = "did you mean `password_file'?" },
	{ .frr = N(EXTERNAL "description = \"a b\"; update_source = \"10.0.0.1\"; passive = true; "
			    "maximum_prefix = { prefixes = 1; restart = 1; };") },
	{ .frr = N(EXTERNAL "update_source = \"lo1\";") },
	{ .frr = N(EXTERNAL "update_source = \"lo\";") },
	{ .frr = N(EXTERNAL "update_source = \"all\";"), .line = 1, .want = "found \"all\"" },
	{ .frr = N(EXTERNAL "description = \"a  b\";"), .line = 1, .want = "with single spaces between words" },
	{ .frr = N(EXTERNAL "description = \"\";"), .line = 1, .want = "expected 1 to 80 printable" },
	{ .frr = N(EXTERNAL "description = \"caf\xc3\xa9\";"), .line = 1, .want = "expected 1 to 80 printable" },
	{ .frr = N(EXTERNAL "update_source = \"10.0.0.256\";"), .line = 1, .want = "found \"10.0.0.256\"" },
	{ .frr = N(EXTERNAL "update_source = \"2001:db8::1\";"), .line = 1, .want = "of the other address family" },
	{ .frr = N("interface = \"e\"; asn = 1; update_source = \"lo1\";"),
	  .line = 1,
	  .want = "that of its interface" },
	{ .frr = N("listen = \"10.0.0.0/8\"; asn = 1; update_source = \"lo1\";"),
	  .line = 1,
	  .want = "choose the address" },
	{ .frr = N("listen = \"10.0.0.0/8\"; asn = 1; passive = true;"), .line = 1, .want = "no effect with `listen'" },
	{ .frr = N(EXTERNAL "maximum_prefix = { restart = 1; };"), .line = 1, .want = "key `prefixes' is missing" },
	{ .frr = N(EXTERNAL "maximum_prefix = { prefixes = 1; warning_only = true; restart = 1; };"),
	  .line = 1,
	  .want = "both `warning_only' and `restart' are set" },
	{ .frr = N(EXTERNAL "maximum_prefix = { prefixes = 1; }; families = [ \"evpn\" ];"),
	  .line = 1,
	  .want = "neither `ipv4' nor `ipv6'" },
	{ .frr = "asn = 1; cluster_id = \"2001:db8::1\";",
	  .line = 1,
	  .want = "frr.cluster_id: expected an IPv4 address" },
	{ .frr = "asn = 1; listen_limit = 65536;", .line = 1, .want = "from 1 to 65535, found 65536" },
	{ .frr = "asn = 1; defaults = \"cumulus\";", .line = 1, .want = "one of \"traditional\", \"datacenter\"" },
	{ .frr = "asn = 1; log = { syslog = \"info\"; };", .line = 1, .want = "\"informational\"" },
	{ .frr = "asn = 1; log = { file = \"errors\"; };", .line = 1, .want = "frr.log: unknown key `file'" },
	/* The host's. */
	{ .host = HOST "description = \"d\"; passive = true; maximum_prefix = { prefixes = 1; };" },
	{ .host = HOST "update_source = \"lo1\";", .line = 3, .want = "l3vnis.host: unknown key `update_source'" },
	{ .host = "passive = true;", .line = 3, .want = "with the host, for which `asn' is missing" },
	{ .host = HOST "timers = { connect = 1; }; bfd = true;" },
	{ .host = "timers = { connect = 1; };", .line = 3, .want = "with the host, for which `asn' is missing" },
	{ .host = "accept = ( );", .line = 3, .want = "with the host, for which `asn' is missing" },
	{ .host = HOST "bfd = \"fast\";", .line = 3, .want = "no entry of frr.bfd_profiles has the name `fast'" },
	{ .host = HOST "accept = ( { prefix = \"10.0.0.0/8\"; le = 33; } );",
	  .line = 3,
	  .want = "expected 8 < ge <= le <= 32" },
	{ .host = HOST "accept = ( { prefix = \"10.0.0.0/8\"; ge = 8; } );",
	  .line = 3,
	  .want = "expected 8 < ge <= le <= 32" },
	{ .host = HOST "accept = ( { prefix = \"10.0.0.0/8\"; le = 8; } );",
	  .line = 3,
	  .want = "expected 8 < ge <= le <= 32" },
	{ .host = HOST "accept = ( { prefix = \"10.0.0.0/8\"; ge = 20; le = 19; } );",
	  .line = 3,
	  .want = "10.0.0.0/8" },
	{ .host = HOST "accept = ( { prefix = \"::/0\"; le = 128; }, { prefix = \"::/0\"; } );" },
	{ .host = HOST "accept = ( { prefix = \"::/0\"; le = 128; }, { prefix = \"::/0\"; le = 128; } );",
	  .line = 3,
	  .want = "host.accept ::/0 le 128 of VNI 100 is used twice" },
	/* VNIs. */
	{ .l3 = "rd = \"4294967295:65535\"; route_targets = { import = [ \"1:4294967295\" ]; };" },
	{ .l3 = "rd = \"10.0.0.1:65535\";" },
	{ .l3 = "rd = \"65536:65536\";", .line = 2, .want = "found \"65536:65536\"" },
	{ .l3 = "rd = \"10.0.0.1:65536\";", .line = 2, .want = "found \"10.0.0.1:65536\"" },
	{ .l3 = "rd = \"1:4294967296\";", .line = 2, .want = "found \"1:4294967296\"" },
	{ .l3 = "rd = \"01:1\";", .line = 2, .want = "found \"01:1\"" },
	{ .l3 = "rd = \"1\";", .line = 2, .want = "found \"1\"" },
	{ .l3 = "rd = \"1:\";", .line = 2, .want = "found \"1:\"" },
	{ .l3 = "rd = \"1:200\";", .line = 3, .want = "rd 1:200 is used twice" },
	{ .l3 = "route_targets = { import = \"1:1\"; };", .line = 2, .want = "a list, for example [ \"64512:100\" ]" },
	{ .l3 = "route_targets = { export = [ \"1:1\", \"1:1\" ]; };",
	  .line = 2,
	  .want = "route_targets.export `1:1' of VNI 100 is used twice" },
	{ .l3 = "advertise = [ \"evpn\" ];", .line = 2, .want = "found \"evpn\"" },
	{ .l2 = "rd = \"1:200\";", .line = 4, .want = "rd 1:200 is used twice" },
	{ .l2 = "route_targets = { imports = [ ]; };", .line = 4, .want = "did you mean `import'?" },
	{ .l2 = "vrf = \"red\"; gateways = [ \"2001:db8::1/64\" ]; ra = true;" },
	{ .l2 = "vrf = \"red\"; gateways = [ \"10.9.0.1/24\" ]; ra = true;", .line = 4, .want = "has no IPv6 gateway" },
	{ .l2 = "advertise_svi_ip = 1;", .line = 4, .want = "true or false, found 1" },
};

#define OR(text, other) ((text) ? (text) : (other))

START_TEST(one_fault)
{
	_cleanup_free_ char *place = xasprintf("%s:%d: ", path, cases[_i].line);
	const char *want = cases[_i].want;

	load(OR(cases[_i].frr, "asn = 64514;"), OR(cases[_i].l3, ""), OR(cases[_i].host, ""), OR(cases[_i].l2, ""));
	ck_assert_msg(errors.n_lines == (want != NULL), "case %d: %zu errors: %s", _i, errors.n_lines,
		      errors.n_lines ? errors.lines[0] : "none");
	if (!want)
		return;
	ck_assert_msg(strncmp(errors.lines[0], place, strlen(place)) == 0 && strstr(errors.lines[0], want),
		      "case %d: want %s... %s, got %s", _i, place, want, errors.lines[0]);
}
END_TEST

static const struct {
	const char *text;
	mode_t mode;
	const char *want; /* NULL: it is good */
} passwords[] = {
	{ "secret\n", 0600, NULL },
	{ "secret", 0400, NULL },
	{ "secret\n", 0640, "is accessible to group or others" },
	{ "secret\n", 0604, "is accessible to group or others" },
	{ "", 0600, "has no password in it" },
	{ "\n", 0600, "has no password in it" },
	{ "two\nlines\n", 0600, "more than one line" },
	{ "two words\n", 0600, "with a space" },
	{ "caf\xc3\xa9\n", 0600, "outside printable ASCII" },
	{ "cr\r\n", 0600, "outside printable ASCII" },
	{ "12345678901234567890123456789012345678901234567890123456789012345678901234567890\n", 0600, NULL },
	{ "123456789012345678901234567890123456789012345678901234567890123456789012345678901\n", 0600, "more than 80" },
};

static void load_with_password(void)
{
	_cleanup_free_ char *frr = xasprintf(N(EXTERNAL "password_file = \"%s\";"), secret);

	load(frr, "", "", "");
}

static void write_secret(const char *text, mode_t mode)
{
	const char *what;

	ck_assert_int_eq(util_write_file(secret, text, strlen(text), mode, (uid_t)-1, (gid_t)-1, &what), 0);
}

START_TEST(a_password_is_one_line_of_a_safe_file)
{
	const char *want = passwords[_i].want;

	write_secret(passwords[_i].text, passwords[_i].mode);
	load_with_password();
	if (want) {
		ck_assert_uint_eq(errors.n_lines, 1);
		ck_assert_msg(strstr(errors.lines[0], want) != NULL, "want %s, got %s", want, errors.lines[0]);
		ck_assert_ptr_nonnull(strstr(errors.lines[0], secret));
		ck_assert_ptr_nonnull(strstr(errors.lines[0], "evpn.conf:1: "));
		/* The daemon watches the files of the errors: a change may fix them. */
		ck_assert_str_eq(errors.files[1], secret);
		return;
	}
	ck_assert_ptr_nonnull(config);
	ck_assert_uint_eq(strlen(config->frr.neighbors[0].session.password), strcspn(passwords[_i].text, "\n"));
}
END_TEST

START_TEST(a_password_file_must_exist_and_belong_to_root)
{
	load_with_password();
	ck_assert_ptr_nonnull(strstr(errors.lines[0], "No such file or directory"));
	config_errors_clear(&errors);
	ck_assert_int_eq(mkfifo(secret, 0600), 0);
	load_with_password();
	ck_assert_ptr_nonnull(strstr(errors.lines[0], "cannot be read: not a regular file"));
	config_errors_clear(&errors);
	unlink(secret);
	write_secret("secret\n", 0600);
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(chown(secret, 1234, 0), 0);
	load_with_password();
	ck_assert_ptr_nonnull(strstr(errors.lines[0], "does not belong to root"));
}
END_TEST

START_TEST(derived_values)
{
	const struct config_timers *timers;

	load(N(EXTERNAL "timers = { hold = 30; }; }, { interface = \"e\"; asn = \"external\"; "
			"timers = { keepalive = 30000; }; families = [ \"ipv6\" ];"),
	     "import_vrfs = [ \"blue\" ]; advertise_imported = true; route_targets = { import = [ \"1:2\", \"1:1\" ]; "
	     "};",
	     HOST, "");
	ck_assert_ptr_nonnull(config);
	timers = &config->frr.neighbors[0].session.timers;
	ck_assert(timers->set && timers->keepalive == 10 && timers->hold == 30 && timers->connect == 0);
	ck_assert_uint_eq(config->frr.neighbors[1].session.timers.hold, 65535);
	ck_assert_uint_eq(config->frr.neighbors[0].families.bits, CONFIG_IPV4 | CONFIG_EVPN);
	ck_assert_uint_eq(config->frr.neighbors[1].families.bits, CONFIG_IPV6);
	ck_assert_int_eq(config->frr.neighbors[1].session.remote, CONFIG_REMOTE_EXTERNAL);
	ck_assert_uint_eq(config->l3vnis[0].families, CONFIG_IPV4);
	ck_assert_uint_eq(config->l3vnis[1].families, CONFIG_IPV4 | CONFIG_IPV6);
	ck_assert_uint_eq(config->l3vnis[0].advertise.bits, CONFIG_IPV4 | CONFIG_IPV6);
	ck_assert_str_eq(config->l3vnis[0].evpn.import_rts[0], "1:1");
}
END_TEST

START_TEST(passwords_are_hidden_in_output)
{
	static const char before[] = "router bgp 1\n neighbor a password one\n neighbor b password two\nexit";
	static const char after[] = "router bgp 1\n neighbor a password one\n neighbor b password three\n";
	_cleanup_free_ char *alone = frrconf_mask(before, NULL), *beside = frrconf_mask(after, before);

	ck_assert_str_eq(alone, "router bgp 1\n neighbor a password <hidden>\n neighbor b password <hidden>\nexit");
	ck_assert_str_eq(beside, "router bgp 1\n neighbor a password <hidden>\n"
				 " neighbor b password <hidden, changed>\n");
}
END_TEST

/* Of daemons that evpnd does not configure: frr.extra and other programs may. */
START_TEST(other_keys_are_hidden_too)
{
	_cleanup_free_ char *masked = frrconf_mask(
		"password 8 a\n ip ospf authentication-key a\n ip ospf message-digest-key 1 md5 a\n"
		" area 1 virtual-link 1.1.1.1 authentication-key a\n ip rip authentication string a\n"
		"  key-string a\n area-password clear a\n ip ospf authentication message-digest\n",
		NULL);

	ck_assert_str_eq(masked, "password <hidden>\n ip ospf authentication-key <hidden>\n"
				 " ip ospf message-digest-key 1 md5 <hidden>\n"
				 " area 1 virtual-link 1.1.1.1 authentication-key <hidden>\n"
				 " ip rip authentication string <hidden>\n  key-string <hidden>\n"
				 " area-password <hidden>\n ip ospf authentication message-digest\n");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("frr");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, one_fault, 0, (int)ARRAY_LEN(cases));
	tcase_add_loop_test(tcase, a_password_is_one_line_of_a_safe_file, 0, (int)ARRAY_LEN(passwords));
	tcase_add_test(tcase, a_password_file_must_exist_and_belong_to_root);
	tcase_add_test(tcase, derived_values);
	tcase_add_test(tcase, passwords_are_hidden_in_output);
	tcase_add_test(tcase, other_keys_are_hidden_too);
	return unit_run("config frr", tcase);
}
