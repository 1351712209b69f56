/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_config_frr.c - evpn.conf, what BGP has of it: one fault at a time, files of passwords, what is worked out of
 * other values; and that nobody who looks on reads a password
 */
#include <sys/stat.h>

#include "config.h"
#include "frrconf.h"
#include "unit.h"
#include "util.h"

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
	const char *want; /* in the one error; NULL: it is good */
} cases[] = {
	{ .frr = "asn = 64514;" },
	{ .frr = "", .line = 1, .want = "frr: `asn' is missing: frr.conf is generated, unless `source'" },
	{ .frr = "source = \"/b\";" },
	/* Who it is. */
	{ .frr = N("asn = 1;"), .line = 1, .want = "`address', `interface' or `listen' is missing" },
	{ .frr = N(EXTERNAL "interface = \"eth1\";"), .line = 1, .want = "`address' and `interface' are both there" },
	{ .frr = N("interface = \"eth1\"; asn = \"external\"; listen = \"10.0.0.0/8\";"),
	  .line = 1,
	  .want = "`interface' and `listen' are both there" },
	{ .frr = N("listen = \"10.0.0.1/8\"; asn = 1;"), .line = 1, .want = "want the address of a subnet" },
	{ .frr = N("listen = \"10.0.0.0/8\"; asn = 1; }, { listen = \"10.0.0.0/8\"; asn = 2;"),
	  .line = 1,
	  .want = "neighbor 10.0.0.0/8 is there twice" },
	{ .frr = N("interface = \"e\"; asn = 1; }, { interface = \"e\"; asn = 2;"),
	  .line = 1,
	  .want = "neighbor e is there twice" },
	{ .frr = N(ADDRESS), .line = 1, .want = "frr.neighbors: `asn' is missing" },
	{ .frr = N(ADDRESS "asn = \"inside\";"), .line = 1, .want = "\"internal\" or \"external\", not \"inside\"" },
	{ .frr = N(ADDRESS "asn = 0;"), .line = 1, .want = "not 0" },
	/* Sessions. */
	{ .frr = N(EXTERNAL "ebgp_multihop = 254;") },
	{ .frr = N(EXTERNAL "ebgp_multihop = 255;"), .line = 1, .want = "from 2 to 254, not 255" },
	{ .frr = N(ADDRESS "asn = 64514; ebgp_multihop = 2;"), .line = 1, .want = "in this node's own AS" },
	{ .frr = N(ADDRESS "asn = \"internal\"; ebgp_multihop = 2;"), .line = 1, .want = "in this node's own AS" },
	{ .frr = N("interface = \"e\"; asn = 1; ebgp_multihop = 2;"), .line = 1, .want = "the other end of the cable" },
	{ .frr = N(ADDRESS "asn = 64514; route_reflector_client = true;") },
	{ .frr = N(EXTERNAL "route_reflector_client = true;"), .line = 1, .want = "own AS can be one" },
	{ .frr = N(ADDRESS "asn = \"external\"; route_reflector_client = true;"), .line = 1, .want = "can be one" },
	{ .frr = N(EXTERNAL "families = [ ];"), .line = 1, .want = "families: want one at least" },
	{ .frr = N(EXTERNAL "families = [ \"l2vpn\" ];"), .line = 1, .want = "not \"l2vpn\"" },
	{ .frr = N(EXTERNAL "timers = { hold = 2; };"), .line = 1, .want = "from 3 to 65535, not 2" },
	{ .frr = N(EXTERNAL "timers = { keepalive = 10; hold = 9; };"), .line = 1, .want = "too late for a hold time" },
	{ .frr = N(EXTERNAL "timers = { holds = 9; };"), .line = 1, .want = "did you mean `hold'?" },
	{ .frr = N(EXTERNAL "graceful_restart = \"yes\";"), .line = 1, .want = "true, false or \"helper\"" },
	{ .frr = N(EXTERNAL "bfd = 1;"), .line = 1, .want = "the name of one of frr.bfd_profiles, not 1" },
	{ .frr = N(EXTERNAL "bfd = \"fast\";"), .line = 1, .want = "frr.bfd_profiles has the name `fast'" },
	{ .frr = N(EXTERNAL "bfd = \"fst\";") " bfd_profiles = ( { name = \"fast\"; } );",
	  .line = 1,
	  .want = "did you mean `fast'?" },
	{ .frr = N(EXTERNAL "bfd = \"fast\";") " bfd_profiles = ( { name = \"fast\"; } );" },
	{ .frr = "asn = 1; bfd_profiles = ( { name = \"a\"; }, { name = \"a\"; } );",
	  .line = 1,
	  .want = "BFD profile `a' is there twice" },
	{ .frr = "asn = 1; bfd_profiles = ( { name = \"a b\"; } );", .line = 1, .want = "not \"a b\"" },
	{ .frr = "asn = 1; bfd_profiles = ( { name = \"a\"; receive_interval = 9; } );", .line = 1, .want = "not 9" },
	{ .frr = "asn = 1; hostname = \"a node\";", .line = 1, .want = "a host name: 1 to 63" },
	{ .frr = N(EXTERNAL "passwordfile = \"x\";"), .line = 1, .want = "did you mean `password_file'?" },
	/* The host's. */
	{ .host = HOST "timers = { connect = 1; }; bfd = true;" },
	{ .host = "timers = { connect = 1; };", .line = 3, .want = "with the host, for which `asn' is missing" },
	{ .host = "accept = ( );", .line = 3, .want = "with the host, for which `asn' is missing" },
	{ .host = HOST "bfd = \"fast\";", .line = 3, .want = "frr.bfd_profiles has the name `fast'" },
	{ .host = HOST "accept = ( { prefix = \"10.0.0.0/8\"; le = 33; } );", .line = 3, .want = "not more than 32" },
	{ .host = HOST "accept = ( { prefix = \"10.0.0.0/8\"; ge = 8; } );", .line = 3, .want = "less than `ge'" },
	{ .host = HOST "accept = ( { prefix = \"10.0.0.0/8\"; le = 8; } );", .line = 3, .want = "less than `ge'" },
	{ .host = HOST "accept = ( { prefix = \"10.0.0.0/8\"; ge = 20; le = 19; } );",
	  .line = 3,
	  .want = "10.0.0.0/8" },
	{ .host = HOST "accept = ( { prefix = \"::/0\"; le = 128; }, { prefix = \"::/0\"; } );" },
	{ .host = HOST "accept = ( { prefix = \"::/0\"; le = 128; }, { prefix = \"::/0\"; le = 128; } );",
	  .line = 3,
	  .want = "host.accept ::/0 le 128 of VNI 100 is there twice" },
	/* VNIs. */
	{ .l3 = "rd = \"4294967295:65535\"; route_targets = { import = [ \"1:4294967295\" ]; };" },
	{ .l3 = "rd = \"10.0.0.1:65535\";" },
	{ .l3 = "rd = \"65536:65536\";", .line = 2, .want = "not \"65536:65536\"" },
	{ .l3 = "rd = \"10.0.0.1:65536\";", .line = 2, .want = "not \"10.0.0.1:65536\"" },
	{ .l3 = "rd = \"1:4294967296\";", .line = 2, .want = "not \"1:4294967296\"" },
	{ .l3 = "rd = \"01:1\";", .line = 2, .want = "not \"01:1\"" },
	{ .l3 = "rd = \"1\";", .line = 2, .want = "not \"1\"" },
	{ .l3 = "rd = \"1:\";", .line = 2, .want = "not \"1:\"" },
	{ .l3 = "rd = \"1:200\";", .line = 3, .want = "rd 1:200 is there twice" },
	{ .l3 = "route_targets = { import = \"1:1\"; };", .line = 2, .want = "an array of route targets" },
	{ .l3 = "route_targets = { export = [ \"1:1\", \"1:1\" ]; };",
	  .line = 2,
	  .want = "route_targets.export `1:1' of VNI 100 is there twice" },
	{ .l3 = "advertise = [ \"evpn\" ];", .line = 2, .want = "not \"evpn\"" },
	{ .l2 = "rd = \"1:200\";", .line = 4, .want = "rd 1:200 is there twice" },
	{ .l2 = "route_targets = { imports = [ ]; };", .line = 4, .want = "did you mean `import'?" },
	{ .l2 = "advertise_svi_ip = 1;", .line = 4, .want = "true or false, not 1" },
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
	{ "secret\n", 0640, "is open to others" },
	{ "secret\n", 0604, "is open to others" },
	{ "", 0600, "holds no password" },
	{ "\n", 0600, "holds no password" },
	{ "two\nlines\n", 0600, "more than one line" },
	{ "two words\n", 0600, "a blank" },
	{ "caf\xc3\xa9\n", 0600, "not printable ASCII" },
	{ "cr\r\n", 0600, "not printable" },
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
		/* An error of the file is gone when the file changes, which is watched for. */
		ck_assert_str_eq(errors.files[1], secret);
		return;
	}
	ck_assert_ptr_nonnull(config);
	ck_assert_uint_eq(strlen(config->frr.neighbors[0].session.password), strcspn(passwords[_i].text, "\n"));
}
END_TEST

START_TEST(a_password_of_somebody_else_or_of_no_file)
{
	load_with_password();
	ck_assert_ptr_nonnull(strstr(errors.lines[0], "No such file or directory"));
	config_errors_clear(&errors);
	ck_assert_int_eq(mkfifo(secret, 0600), 0);
	load_with_password();
	ck_assert_ptr_nonnull(strstr(errors.lines[0], "is not a regular file"));
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

START_TEST(what_follows_from_other_values)
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

START_TEST(who_looks_on_sees_no_password)
{
	static const char before[] = "router bgp 1\n neighbor a password one\n neighbor b password two\nexit";
	static const char after[] = "router bgp 1\n neighbor a password one\n neighbor b password three\n";
	_cleanup_free_ char *alone = frrconf_mask(before, NULL), *beside = frrconf_mask(after, before);

	ck_assert_str_eq(alone, "router bgp 1\n neighbor a password <hidden>\n neighbor b password <hidden>\nexit");
	ck_assert_str_eq(beside, "router bgp 1\n neighbor a password <hidden>\n"
				 " neighbor b password <hidden, another one>\n");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("frr");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, one_fault, 0, (int)ARRAY_LEN(cases));
	tcase_add_loop_test(tcase, a_password_is_one_line_of_a_safe_file, 0, (int)ARRAY_LEN(passwords));
	tcase_add_test(tcase, a_password_of_somebody_else_or_of_no_file);
	tcase_add_test(tcase, what_follows_from_other_values);
	tcase_add_test(tcase, who_looks_on_sees_no_password);
	return unit_run("config frr", tcase);
}
