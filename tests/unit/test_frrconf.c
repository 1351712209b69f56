/* SPDX-License-Identifier: Apache-2.0 */
/* test_frrconf.c - what the generated frr.conf has depends on other keys; tests/golden/frrconf has whole files */
#include "config/config.h"
#include "frr/frrconf.h"
#include "unit.h"
#include "base/util.h"

static char dir[32], path[48];
static struct config *config;
static struct config_errors errors;

static void setup(void)
{
	strcpy(dir, "/tmp/evpnd-frr-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/evpn.conf", dir);
	config = NULL;
	memset(&errors, 0, sizeof(errors));
}

static void teardown(void)
{
	config_free(config);
	config_errors_clear(&errors);
	unlink(path);
	rmdir(dir);
}

/* The frr.conf of an evpn.conf with these keys of group frr, and these VNIs. */
static char *make(const char *frr, const char *vnis)
{
	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	fprintf(f,
		"frr = { config = \"/a\"; asn = 64514; %s };\n%s\n"
		"plugins = { netns = \"a\"; frr = \"b\"; };\nunderlay = { vtep = \"192.0.2.1\"; };\n",
		frr, vnis);
	ck_assert_int_eq(fclose(f), 0);
	config = config_load(path, &errors);
	ck_assert_msg(config != NULL, "%s", errors.n_lines ? errors.lines[0] : "no error");
	return frrconf_make(config);
}

/* Lines that begin a frr.extra, and the maps that neighbor 10.1.0.1 has then from evpnd: of IPv4, of EVPN. */
static const struct {
	const char *extra;
	bool ipv4_in, ipv4_out, evpn_in, evpn_out;
} maps[] = {
	{ "", true, true, true, true },
	{ "router bgp 64514\\n neighbor 10.1.0.1 route-map a in\\n", false, true, true, true },
	{ "router bgp 64514\\n\\tneighbor  10.1.0.1  route-map  a  out", true, false, true, true },
	{ "router bgp 64514\\naddress-family l2vpn evpn\\nneighbor 10.1.0.1 route-map a in\\n"
	  "neighbor 10.1.0.1 route-map a out\\n",
	  true, true, false, false },
	{ "router bgp 64514\\n address-family ipv6 unicast\\n  neighbor 10.1.0.1 route-map a in\\n"
	  " exit-address-family\\n neighbor 10.1.0.1 route-map a out\\n",
	  true, false, true, true },
	{ "rout bg 64514\\n addr l2 e\\n  neigh 10.1.0.1 route-m a i\\n", true, true, false, true },
	{ "router bgp 64514\\n exit-address-family\\n address-family ipv6\\n  neighbor 10.1.0.1 route-map a in\\n"
	  " address-family ipv4\\n  neighbor 10.1.0.1 route-map a out\\n",
	  true, false, true, true },
	{ "router bgp 64514 vrf red\\n neighbor 10.1.0.1 route-map a in\\n", true, true, true, true },
	{ "router bgp 64514\\n neighbor 10.1.0.11 route-map a in\\n neighbor 10.1.0.1 prefix-list a out\\n", true, true,
	  true, true },
};

START_TEST(a_route_map_of_the_users_own_replaces_ours)
{
	_cleanup_free_ char *frr = xasprintf("neighbors = ( { address = \"10.1.0.1\"; asn = 1; } ); extra = \"%s\";",
					     maps[_i].extra);
	_cleanup_free_ char *text = make(frr, "");
	char *evpn = strstr(text, " address-family l2vpn evpn"), *end;

	ck_assert_ptr_nonnull(evpn);
	/* frr.extra follows. */
	end = strstr(evpn, "\nexit\n!\nrouter bgp 64514");
	if (end)
		*end = '\0';
	evpn[0] = '\0';
	ck_assert_int_eq(strstr(text, "10.1.0.1 route-map evpnd-fabric-in in") != NULL, maps[_i].ipv4_in);
	ck_assert_int_eq(strstr(text, "10.1.0.1 route-map evpnd-fabric-out out") != NULL, maps[_i].ipv4_out);
	ck_assert_int_eq(strstr(evpn + 1, "10.1.0.1 route-map evpnd-fabric-in in") != NULL, maps[_i].evpn_in);
	ck_assert_int_eq(strstr(evpn + 1, "10.1.0.1 route-map evpnd-fabric-out out") != NULL, maps[_i].evpn_out);
	/* The user's map may call ours. */
	ck_assert_ptr_nonnull(strstr(text, "route-map evpnd-fabric-in permit 5\n"));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("frrconf");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, a_route_map_of_the_users_own_replaces_ours, 0, (int)ARRAY_LEN(maps));
	return unit_run("frrconf", tcase);
}
