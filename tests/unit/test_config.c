/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_config.c - whole files: each FILE.conf in config/ has the errors listed in FILE.err (without that file: none); every
 * value of full.conf; the keys in evpn.conf(5); the time to load a file with thousands of VNIs
 */
#include <dirent.h>
#include <sys/socket.h>
#include <time.h>

#include "config/config_parts.h"
#include "model/net.h"
#include "unit.h"
#include "base/file.h"
#include "base/util.h"

static struct config *config;
static struct config_errors errors;

static void setup(void)
{
	ck_assert_int_eq(chdir(SRCDIR "/tests/unit/config"), 0);
	config = NULL;
	memset(&errors, 0, sizeof(errors));
}

static void teardown(void)
{
	config_free(config);
	config_errors_clear(&errors);
}

static char *all_lines(void)
{
	char *text = xstrdup("");

	for (size_t i = 0; i < errors.n_lines; i++) {
		char *longer = xasprintf("%s%s\n", text, errors.lines[i]);

		free(text);
		text = longer;
	}
	return text;
}

static int is_config(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && streq(dot, ".conf");
}

START_TEST(files_have_the_expected_errors)
{
	struct dirent **entries;
	int n = scandir(".", &entries, is_config, alphasort), bad = 0;

	ck_assert_int_gt(n, 0);
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;
		_cleanup_free_ char *err_name = xasprintf("%.*s.err", (int)strlen(name) - 5, name);
		_cleanup_free_ char *want = NULL, *got = NULL;

		if (access(err_name, F_OK) == 0)
			ck_assert_int_eq(file_read(err_name, 1 << 20, &want, NULL), 0);
		config_free(config);
		config_errors_clear(&errors);
		config = config_load(name, &errors);
		got = all_lines();
		bad += want != NULL;
		ck_assert_msg(streq(got, want ? want : ""), "%s: want\n%s\ngot\n%s", name, want ? want : "", got);
		ck_assert_msg(!config == (errors.n_lines > 0), "%s: a config and errors, or neither", name);
		free(entries[i]);
	}
	free(entries);
	ck_assert_int_gt(bad, 0);
	ck_assert_int_lt(bad, n);
}
END_TEST

static void load(const char *path)
{
	config = config_load(path, &errors);
	if (!config) {
		_cleanup_free_ char *lines = all_lines();

		ck_abort_msg("%s: %s", path, lines);
	}
}

static const char *text_of(const struct ipaddr *ip, bool with_prefix)
{
	static char buf[IPADDR_TEXT_SIZE];

	return ipaddr_format(ip, with_prefix, buf);
}

static const char *option(const char *group, const char *key)
{
	const struct config_plugin_group *g = config_find_group(config, group);

	for (size_t i = 0; g && i < g->n_options; i++)
		if (streq(g->options[i].key, key))
			return g->options[i].value;
	return NULL;
}

/* Files whose reading would take very long, or very much memory. */
START_TEST(files_without_an_end)
{
	static const struct {
		const char *head, *unit, *words;
		unsigned int n;
	} table[] = {
		{ "", "a={", "more than 32 brackets are open here", 33 },
		{ "", "a=((", "more than 32 brackets are open here", 100000 },
		{ "", "a=1;\n", ":1001: the group has more than 1000 keys here", 1001 },
		{ "b={", "a:1,", "the group has more than 1000 keys here", 1001 },
		{ "", "x", "what ends here has more than 256 KiB", 300000 },
		{ "a=\"", "x", "what ends here has more than 256 KiB", 300000 },
		{ "#", "x", "what ends here has more than 256 KiB", 300000 },
		{ "/*", "x", "what ends here has more than 256 KiB", 300000 },
		{ "", " ", "what ends here has more than 256 KiB", 300000 },
		{ "", "#123456\n", "cannot read ", 2 << 20 },
		{ "", "@include \"deep1.conf\"\n", "more than 8 MiB or 10000 included files", 1000 },
	};
	char dir[] = "/tmp/evpnd-config-XXXXXX";
	_cleanup_free_ char *command = NULL;
	FILE *f;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	/* Each includes the next one ten times: the last one would be read 10^8 times. */
	for (int i = 1; i < 10; i++) {
		_cleanup_free_ char *name = xasprintf("deep%d.conf", i);

		f = fopen(name, "w");
		for (int j = 0; j < 10 && i < 9; j++)
			fprintf(f, "@include \"deep%d.conf\"\n", i + 1);
		fputs("# the end\n", f);
		fclose(f);
	}
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		_cleanup_free_ char *lines = NULL;

		config_errors_clear(&errors);
		f = fopen("long.conf", "w");
		fputs(table[i].head, f);
		for (unsigned int j = 0; j < table[i].n; j++)
			fputs(table[i].unit, f);
		fclose(f);
		config = config_load("long.conf", &errors);
		lines = all_lines();
		ck_assert_ptr_null(config);
		ck_assert_msg(strstr(lines, table[i].words) != NULL, "%s: %.500s", table[i].unit, lines);
	}
	command = xasprintf("rm -r '%s'", dir);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(full_file_plugins_underlay_node)
{
	const struct config_nic *nic;

	load("full.conf");
	ck_assert_str_eq(config->netns.name, "/opt/my-plugin.so");
	ck_assert_str_eq(config->frr_plugin.name, "my-frr");
	ck_assert_uint_eq(config->frr_plugin.where.line, 2);
	ck_assert_ptr_null(config_find_group(config, "frr"));
	ck_assert_str_eq(option("my-frr", "a"), "b");
	ck_assert_str_eq(option("netns-cri", "labels.app"), "frr");
	ck_assert_str_eq(option("netns-cri", "labels.tier.x"), "true");
	ck_assert_str_eq(option("netns-cri", "args.1"), "q");
	ck_assert_str_eq(option("netns-cri", "n"), "5");
	ck_assert_str_eq(option("netns-cri", "big"), "5000000000");
	ck_assert_uint_eq(config_find_group(config, "netns-cri")->n_options, 7);

	ck_assert_uint_eq(config->underlay.n_nics, 3);
	nic = config->underlay.nics;
	ck_assert_str_eq(nic[0].name, "eth1");
	ck_assert_uint_eq(nic[0].n_addresses, 2);
	ck_assert_str_eq(text_of(&nic[0].addresses[1], true), "2001:db8:11::3/64");
	ck_assert(!nic[0].keep_addresses && nic[1].keep_addresses && !nic[2].keep_addresses);
	ck_assert_uint_eq(nic[2].where.line, 9);
	ck_assert_str_eq(nic[2].where.file, "full.conf");
	ck_assert_str_eq(text_of(&config->underlay.vtep, true), "100.65.0.7/32");
	ck_assert_uint_eq(config->node.index, 7);
}
END_TEST

START_TEST(full_file_vnis)
{
	const struct config_l3vni *red, *blue;
	const struct config_l2vni *l2;

	load("full.conf");
	ck_assert_uint_eq(config->n_l3vnis, 2);
	red = &config->l3vnis[0];
	blue = &config->l3vnis[1];
	ck_assert_uint_eq(red->vni, 100);
	ck_assert_uint_eq(blue->vni, 200);
	ck_assert_ptr_eq(config_find_vrf(config, "red"), red);
	ck_assert_ptr_eq(config_find_vrf(config, "blue"), blue);
	ck_assert_ptr_null(config_find_vrf(config, "green"));
	ck_assert_str_eq(red->where.file, "l3vnis.inc");
	ck_assert_uint_eq(red->where.line, 3);
	ck_assert_uint_eq(red->table, 1100);
	ck_assert_uint_eq(blue->table, 200);
	ck_assert_str_eq(red->host.interface, "frr0");
	ck_assert_str_eq(red->host.peer, "frr1");
	ck_assert_str_eq(text_of(&red->host.addresses[0], true), "192.169.10.0/24");
	ck_assert_str_eq(text_of(&red->host.peer_addresses[0], true), "192.169.10.1/24");
	ck_assert_uint_eq(red->host.session.asn, 64515);
	ck_assert_str_eq(blue->host.peer, "pe200");
	ck_assert_uint_eq(blue->host.session.asn, 0);
	ck_assert_uint_eq(red->n_redistribute, 3);
	ck_assert_str_eq(red->redistribute[2], "kernel");
	ck_assert_uint_eq(red->n_routes, 2);
	ck_assert_str_eq(text_of(&red->routes[0].prefix, true), "0.0.0.0/0");
	ck_assert_str_eq(text_of(&red->routes[1].via, false), "2001:db8:1::1");
	ck_assert_uint_eq(blue->n_import_vrfs, 1);
	ck_assert_str_eq(blue->import_vrfs[0], "red");

	ck_assert_uint_eq(config->n_l2vnis, 4);
	l2 = config->l2vnis;
	ck_assert_uint_eq(l2[0].vni, 110);
	ck_assert_str_eq(l2[0].vrf, "red");
	ck_assert_uint_eq(l2[0].n_gateways, 3);
	ck_assert_str_eq(l2[0].host.bridge, "br-lan");
	ck_assert_str_eq(l2[0].host.peer, "pe110");
	ck_assert_str_eq(l2[0].host.ovs_bridge, "");
	ck_assert_uint_eq(l2[0].max_macs, 0);
	ck_assert(!net_limits_any(&l2[0].host.limits));
	ck_assert_uint_eq(l2[1].max_macs, 500);
	ck_assert(net_rate_same(&l2[1].host.limits.rates[NET_LIMIT_BROADCAST], &(struct net_rate){ 100, true }));
	ck_assert(net_rate_same(&l2[1].host.limits.rates[NET_LIMIT_MULTICAST], &(struct net_rate){ 10000000, false }));
	ck_assert_str_eq(l2[2].host.bridge, "");
	ck_assert_str_eq(l2[2].host.ovs_bridge, "br-int");
	ck_assert_uint_eq(l2[3].vni, 300);
	ck_assert_str_eq(l2[3].vrf, "");
	ck_assert_str_eq(l2[3].host.peer, "lan1");
	ck_assert(l2[3].host.set && blue->host.set);
	ck_assert_str_eq(config->ovs_socket, "/run/ovs.sock");
}
END_TEST

START_TEST(full_file_vxlan)
{
	static const uint8_t gateway[] = { 0, 0, 0x5e, 0, 1, 1 }, router[] = { 2, 0, 0x5e, 0x10, 0, 2 };
	const struct config_l2vni *l2;

	load("full.conf");
	l2 = config->l2vnis;
	ck_assert(!l2[0].arp_suppression && l2[1].arp_suppression && !config->vxlan.arp_suppression);
	ck_assert(l2[0].keep_neighbors && !l2[1].keep_neighbors);
	ck_assert_uint_eq(config->vxlan.port, 8472);
	ck_assert_uint_eq(config->vxlan.ttl, 255);
	ck_assert(!config->vxlan.ttl_inherit && !config->vxlan.zero_checksum && !config->vxlan.no_flooding);
	ck_assert_uint_eq(config->vxlan.tos, NET_TOS_INHERIT);
	ck_assert_uint_eq(config->vxlan.df, NET_DF_INHERIT);
	ck_assert_mem_eq(config->vxlan.router_mac, router, 6);
	ck_assert_mem_eq(l2[1].gateway_mac, gateway, 6);
	ck_assert_uint_eq(l2[0].gateway_mac[5], 2);
	config_free(config);
	load("small.conf");
	ck_assert_uint_eq(config->vxlan.port, 4789);
	ck_assert(config->vxlan.arp_suppression && config->vxlan.zero_checksum);
}
END_TEST

START_TEST(full_file_frr)
{
	const struct config_frr *frr;

	load("full.conf");
	frr = &config->frr;
	ck_assert_str_eq(frr->config, "/etc/evpnd/frr/frr.conf");
	ck_assert_str_eq(frr->source, "/etc/evpnd/frr.conf.in");
	ck_assert_str_eq(frr->check, "");
	ck_assert_uint_eq(frr->owner.number, 92);
	ck_assert_uint_eq(frr->group.number, 0);
	ck_assert_ptr_null(frr->owner.name);
	ck_assert_uint_eq(frr->mode, 0644);
	ck_assert_uint_eq(frr->asn, 4200000000u);
	ck_assert_str_eq(text_of(&frr->router_id, false), "10.0.0.1");
	ck_assert_uint_eq(frr->n_neighbors, 2);
	ck_assert_str_eq(frr->neighbors[0].allowas_in, "origin");
	ck_assert(frr->neighbors[0].session.bfd && !frr->neighbors[1].session.bfd);
	ck_assert_str_eq(frr->neighbors[1].allowas_in, "3");
	ck_assert_uint_eq(frr->neighbors[1].session.asn, 64512);
	ck_assert_str_eq(frr->extra, "log syslog\n!");
}
END_TEST

START_TEST(small_file_has_the_defaults)
{
	load("small.conf");
	ck_assert_uint_eq(config->frr.owner.number, UINT32_MAX);
	ck_assert_uint_eq(config->frr.group.number, UINT32_MAX);
	ck_assert_uint_eq(config->frr.mode, 0640);
	ck_assert_ptr_null(config->frr.check);
	ck_assert_str_eq(config->frr.extra, "");
	ck_assert(!ipaddr_is_set(&config->frr.router_id));
	ck_assert(!config->node.has_index);
	ck_assert_uint_eq(config->n_l3vnis + config->n_l2vnis + config->underlay.n_nics, 0);
}
END_TEST

START_TEST(sample_is_good)
{
	load(SRCDIR "/etc/evpn.conf");
	ck_assert_str_eq(text_of(&config->frr.router_id, false), "100.65.0.2");
	ck_assert_str_eq(option("netns-pidfile", "path"), "/run/evpnd/frr.pid");
}
END_TEST

struct keys {
	char **words;
	size_t n;
};

static void add_key(const char *group, const char *key, void *arg)
{
	struct keys *keys = arg;
	char **slot = util_append(&keys->words, &keys->n, sizeof(*slot));

	*slot = xasprintf("%s: %s", group, key);
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In GROUPS, `.SS GROUP` and then, after each `.TP`, `.BR KEY ...`. */
static void read_man_page(struct keys *keys)
{
	_cleanup_free_ char *text = NULL;
	char group[64] = "", *save;
	bool inside = false, item = false;

	ck_assert_int_eq(file_read(SRCDIR "/core/evpn.conf.5", 1 << 20, &text, NULL), 0);
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (strncmp(line, ".SH ", 4) == 0)
			inside = streq(line, ".SH GROUPS");
		else if (inside && strncmp(line, ".SS ", 4) == 0)
			snprintf(group, sizeof(group), "%s", streq(line, ".SS Top level") ? "" : line + 4);
		else if (inside && item) {
			_cleanup_free_ char *key = NULL;

			ck_assert_msg(strncmp(line, ".BR ", 4) == 0, "%s: want .BR KEY after .TP, not %s", group, line);
			key = strndup(line + 4, strcspn(line + 4, " "));
			add_key(group, key, keys);
		}
		item = streq(line, ".TP");
	}
}

static void keys_clear(struct keys *keys)
{
	for (size_t i = 0; i < keys->n; i++)
		free(keys->words[i]);
	free(keys->words);
}

START_TEST(man_page_has_the_keys_that_the_reader_takes)
{
	struct keys read = { 0 }, documented = { 0 };
	size_t i = 0, k = 0;

	config_keys(&config_root_section, add_key, &read);
	read_man_page(&documented);
	ck_assert_uint_gt(read.n, 30);
	qsort(read.words, read.n, sizeof(*read.words), compare_words);
	qsort(documented.words, documented.n, sizeof(*documented.words), compare_words);
	while (i < read.n || k < documented.n) {
		int d = i == read.n ? 1 : k == documented.n ? -1 : strcmp(read.words[i], documented.words[k]);

		ck_assert_msg(d >= 0, "evpn.conf(5) lacks `%s'", read.words[i]);
		ck_assert_msg(d <= 0, "evpn.conf(5) has `%s', which the reader does not take", documented.words[k]);
		i++;
		k++;
	}
	keys_clear(&read);
	keys_clear(&documented);
}
END_TEST

static double load_seconds(const char *path, unsigned int n)
{
	struct timespec from, to;
	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	fputs("plugins = { netns = \"a\"; frr = \"b\"; }; underlay = { vtep = \"192.0.2.1\"; };\n"
	      "frr = { config = \"/a\"; source = \"/b\"; };\nl3vnis = (\n",
	      f);
	for (unsigned int i = 1; i <= n; i++)
		fprintf(f,
			"{ vni = %u; vrf = \"v%u\"; import_vrfs = [ \"v%u\" ]; host = { interface = \"h%u\"; "
			"addresses = [ \"10.%u.%u.1/24\" ]; peer_addresses = [ \"10.%u.%u.2/24\" ]; }; }%s\n",
			1000 + i, i, i % n + 1, i, i / 256, i % 256, i / 256, i % 256, i < n ? "," : ");");
	fputs("l2vnis = (\n", f);
	for (unsigned int i = 1; i <= n; i++)
		fprintf(f, "{ vni = %u; vrf = \"v%u\"; gateways = [ \"172.16.%u.1/24\" ]; }%s\n", 100000 + i, i,
			i % 256, i < n ? "," : ");");
	fclose(f);

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	load(path);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	ck_assert_uint_eq(config->n_l3vnis + config->n_l2vnis, 2 * n);
	config_free(config);
	config = NULL;
	return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

/* Eight times the VNIs in eight times the time, give or take what a cache costs; each with each would be 64 times. */
START_TEST(time_grows_with_the_number_of_vnis)
{
	char path[] = "/tmp/evpnd-config-XXXXXX";
	int fd = mkstemp(path);
	double few, many;

	ck_assert_int_ge(fd, 0);
	close(fd);
	few = load_seconds(path, 500);
	many = load_seconds(path, 4000);
	unlink(path);
	ck_assert_msg(many < 24 * few, "500 + 500 VNIs: %.3f s, 4,000 + 4,000: %.3f s", few, many);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("files");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, files_have_the_expected_errors);
	tcase_add_test(tcase, files_without_an_end);
	tcase_add_test(tcase, full_file_plugins_underlay_node);
	tcase_add_test(tcase, full_file_vnis);
	tcase_add_test(tcase, full_file_vxlan);
	tcase_add_test(tcase, full_file_frr);
	tcase_add_test(tcase, small_file_has_the_defaults);
	tcase_add_test(tcase, sample_is_good);
	tcase_add_test(tcase, man_page_has_the_keys_that_the_reader_takes);
	tcase_add_test(tcase, time_grows_with_the_number_of_vnis);
	return unit_run("config", tcase);
}
