/* SPDX-License-Identifier: Apache-2.0 */
/* test_growth.c - what hostile answers of FRR, and hostile files, cost evpnd itself; see growth_case.h */
#include <sys/stat.h>

#include "base/escape.h"
#include "base/textdiff.h"
#include "base/util.h"
#include "frr/frrconf.h"
#include "frr/health_parts.h"
#include "frr/running.h"
#include "frr/version.h"
#include "frr/zebra_links.h"
#include "growth_case.h"
#include "run/health_parts.h"
#include "run/state_file.h"
#include "unit.h"

static struct config config;
static struct config_l3vni l3vni = { .vrf = "red", .vni = 100 };
static struct config_l2vni l2vni = { .vni = 110 };
static char dir[64] = "/tmp/evpnd-growth-XXXXXX";

/* ---- FRR's answers ---- */

static void take(struct health_report *report)
{
	struct health_check check = { .report = *report };

	for (uint64_t at = 10000; at <= 40000; at += 10000) {
		/* Each second time all of them are others. */
		for (size_t i = 0; at > 20000 && i < check.report.n_items; i++)
			check.report.items[i].name[0]++;
		health_take_report(&check, at);
	}
	health_check_free(&check);
}

static void read_vnis(char *text, size_t len)
{
	struct health_expected expected = { .config = &config, .router_mac = "02:00:00:00:00:01" };
	struct health_report report = { 0 };

	(void)len;
	health_judge_vnis(&expected, text, NULL, &report);
	take(&report);
}

static void read_bgp(char *text, size_t len)
{
	struct health_expected expected = { .config = &config, .router_mac = "02:00:00:00:00:01" };
	struct health_report report = { 0 };

	(void)len;
	health_judge_vnis(&expected, NULL, text, &report);
	take(&report);
}

static void read_routes(char *text, size_t len)
{
	struct health_expected expected = { .config = &config, .router_mac = "02:00:00:00:00:01" };
	struct health_report report = { 0 };

	(void)len;
	health_judge_vnis(&expected, NULL, NULL, &report);
	health_judge_own_routes(&config, 110, text, &report);
	take(&report);
}

static void read_sessions(char *text, size_t len)
{
	struct health_report report = { 0 };

	(void)len;
	health_judge_sessions(text, &report);
	take(&report);
}

static void read_next_hops(char *text, size_t len)
{
	struct health_report report = { 0 };

	(void)len;
	health_judge_next_hops(text, &report);
	take(&report);
}

static void read_words(char *text, size_t len)
{
	const struct zebra_link link = { .name = "eth0", .ifindex = 7 };
	const uint32_t vnis[] = { 100, 110 };
	char *commands[2] = { NULL };
	struct version version;
	size_t i;

	(void)len;
	version_parse(text, &version);
	zebra_links_find_unlisted(text, &link, 1, &i);
	health_own_routes_commands(text, vnis, 2, commands);
	free(commands[0]);
	free(commands[1]);
}

/* The sizes are read at the same time, each in a process of its own, which has a folder of its own. */
static void use_own_folder(void)
{
	size_t len = strlen(dir);

	snprintf(dir + len, sizeof(dir) - len, "/%d", (int)getpid());
	ck_assert_int_eq(mkdir(dir, 0700), 0);
}

/* The same text, in another daemon's name, and without its first line. */
static void read_running(char *text, size_t len)
{
	struct running before = { .instance = 1 }, now = { .instance = 1 }, again = { 0 };
	_cleanup_free_ char *diff = NULL;
	struct evpn_error err = { 0 };

	(void)len;
	use_own_folder();
	running_add(&before, "zebra", text);
	running_add(&before, "bgpd", text + strcspn(text, "\n"));
	running_add(&now, "zebra", text + strcspn(text, "\n"));
	running_add(&now, "staticd", text);
	running_same(&before, &now);
	diff = running_diff(&before, &now);
	ck_assert_uint_le(strlen(diff), 3000);
	running_save(&before, dir, &err);
	running_load(&again, dir);
	running_clear(&again);
	running_clear(&before);
	running_clear(&now);
}

/* ---- files ---- */

static void write_file(const char *name, const char *text, size_t len)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);
	const char *what = "";

	ck_assert_int_eq(util_write_file(path, text, len, 0600, (uid_t)-1, (gid_t)-1, &what), 0);
}

static void read_records(char *text, size_t len)
{
	struct nic_records nics = { 0 };
	struct evpn_error err = { 0 };
	struct running shown = { 0 };

	use_own_folder();
	write_file("nic-eth0.json", text, len);
	state_file_load_nics(dir, &nics, &err);
	nic_records_clear(&nics);
	write_file("frr.running", text, len);
	running_load(&shown, dir);
	running_clear(&shown);
}

static void read_config(char *text, size_t len)
{
	_cleanup_free_ char *path = NULL;
	struct config_errors errors = { 0 };
	struct config *read;

	use_own_folder();
	path = xasprintf("%s/evpn.conf", dir);
	write_file("evpn.conf", text, len);
	read = config_load(path, &errors);
	config_free(read);
	config_errors_clear(&errors);
}

static void escape_all(char *text, size_t len)
{
	_cleanup_free_ char *line = escape_line(text, ESCAPE_LINE_MAX), *all = escape_text(text);

	(void)len;
	escape_in_place(text, true);
}

#define FILE_TEXTS(reader)                                                                                  \
	{ "file of empty lines", "", "\n", "", reader, 0 }, { "file of one line", "", "x", "", reader, 0 }, \
		{ "file of open brackets", "", "[", "", reader, 0 },                                        \
		{ "file of open groups", "", "a={", "", reader, 0 },                                        \
		{ "file of groups", "l2vnis=(", "{vni=@;},", "{vni=9999999;});", reader, 100 },             \
	{                                                                                                   \
		"file of keys", "", "k@=1;\n", "", reader, 100                                              \
	}

static const struct growth_text table[] = {
	{ "VNIs of zebra", "[", "{\"vni\":@,\"type\":\"L2\",\"vtepIp\":\"1.1.1.1\"},", "{}]", read_vnis, 100 },
	{ "VNIs of bgpd", "{", "\"@\":{\"type\":\"L2\",\"rd\":\"1:1\"},", "\"x\":1}", read_bgp, 100 },
	{ "remote VTEPs", "[{\"vni\":110,\"numRemoteVteps\":[", "\"1.1.1.@\",", "1]}]", read_vnis, 100 },
	{ "one VNI's name", "[{\"vni\":110,\"type\":\"", "x", "\"}]", read_vnis, 0 },
	{ "own routes", "{\"1:1\":{", "\"[@]\":{\"paths\":[[{\"sourced\":true,\"nexthops\":[{\"ip\":\"1\"}]}]]},",
	  "\"x\":1}}", read_routes, 100 },
	{ "empty arrays", "[", "[],", "1]", read_vnis, 100 },
	{ "empty objects", "[", "{},", "1]", read_vnis, 100 },
	{ "deep arrays", "", "[", "", read_vnis, 0 },
	{ "deep objects", "", "{\"a\":", "", read_vnis, 0 },
	{ "a number of many digits", "[", "1", "]", read_vnis, 0 },
	{ "escapes", "[\"", "\\u0041", "\"]", read_vnis, 0 },
	{ "blanks", "", " ", "", read_vnis, 0 },
	{ "sessions", "{\"default\":{", "\"10.0.0.@\":{\"bgpState\":\"Active\"},", "\"x\":1}}", read_sessions, 100 },
	{ "VRFs with sessions", "{", "\"r@\":{\"10.0.0.1\":{\"bgpState\":\"Active\"}},", "\"x\":1}", read_sessions,
	  100 },
	{ "unresolved next hops", "", "f::@\n unresolved\n", "", read_next_hops, 0 },
	{ "one next hop, unresolved again and again", "f::1\n", " unresolved\n", "", read_next_hops, 0 },
	{ "lines that are no next hops", "", "(\n", "", read_next_hops, 0 },
	{ "versions", "", "FRRouting ", "", read_words, 0 },
	{ "links", "{", "\"e@\":{\"index\":@},", "\"x\":1}", read_words, 100 },
	{ "running configuration", "", "interface e@\n description x\nexit\n!\n", "", read_running, 60 },
	{ "passwords", "", " neighbor n@ password x@\n", "", read_running, 60 },
	{ "empty lines", "", "\n", "", read_running, 60 },
	{ "lines of one letter", "", "x\n", "", read_running, 100 },
	{ "one line", "", "x", "", read_running, 60 },
	{ "daemons", "", "! daemon x@\ny\n", "", read_running, 60 },
	FILE_TEXTS(read_records),
	FILE_TEXTS(read_config),
	{ "comments", "", "/* x */\n", "", read_config, 0 },
	{ "strings", "a=", "\"x\"\n", ";", read_config, 0 },
	{ "numbers", "a=(", "99999999999,", "1);", read_config, 100 },
	{ "escape sequences", "", "\033[2J", "", escape_all, 0 },
	{ "half characters", "", "\xf0\x9f\x98", "", escape_all, 0 },
};

START_TEST(cost_is_linear)
{
	growth_check(&table[_i]);
}
END_TEST

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	config.l3vnis = &l3vni;
	config.l2vnis = &l2vni;
	config.n_l3vnis = config.n_l2vnis = 1;
	ck_assert(ipaddr_parse("1.1.1.1", false, &config.underlay.vtep));
}

static void teardown(void)
{
	_cleanup_free_ char *command = xasprintf("rm -r '%s'", dir);

	ck_assert_int_eq(system(command), 0);
}

int main(void)
{
	TCase *tcase = tcase_create("growth");

	tcase_add_checked_fixture(tcase, setup, teardown);
	/* With a reserve for a busy machine. */
	tcase_set_timeout(tcase, 300);
	tcase_add_loop_test(tcase, cost_is_linear, 0, ARRAY_LEN(table));
	return unit_run("growth", tcase);
}
