/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_health.c - any text as an answer of zebra or bgpd: a report whose items are complete and printable, and questions that
 * are one command
 *
 * The first byte says which answer it is.
 */
#include "base/util.h"
#include "frr/evpn_show.h"
#include "frr/health_parts.h"
#include "frr/version.h"
#include "frr/zebra_links.h"
#include "fuzz.h"

static struct config_l3vni l3vni = { .vrf = "red", .vni = 100 };
static struct config_l2vni l2vni = { .vni = 110 };
static struct config config = { .l3vnis = &l3vni, .n_l3vnis = 1, .l2vnis = &l2vni, .n_l2vnis = 1 };
static const struct zebra_link links[] = { { .name = "eth0", .ifindex = 7 }, { .name = "red", .ifindex = 8 } };

static void check(const struct health_report *report)
{
	for (size_t i = 0; i < report->n_items; i++) {
		const struct health_item *item = &report->items[i];

		must(item->name[0] && memchr(item->name, '\0', sizeof(item->name)));
		must(memchr(item->state, '\0', sizeof(item->state)));
		must(item->reason == HEALTH_FINE || (item->text && item->text[0]));
		for (const char *p = item->text ? item->text : ""; *p; p++)
			must(*p >= ' ' && *p <= '~');
		for (const char *p = item->name; *p; p++)
			must(*p >= ' ' && *p <= '~');
		for (const char *p = item->state; *p; p++)
			must(*p >= ' ' && *p <= '~');
	}
}

static void must_print(const char *text)
{
	for (; *text; text++)
		must(*text >= ' ' && *text <= '~');
}

/* What explanations read. */
static void read_evpn(const char *answer)
{
	struct evpn_show_paths *paths = xcalloc(1, sizeof(*paths));
	struct evpn_show_entry entry;
	struct evpn_show_vni vni;
	struct ipaddr vteps[4], ip = { .family = AF_INET, .prefixlen = 32 };
	char macs[2][18], text[EVPN_SHOW_RTS_TEXT];

	evpn_show_mac(answer, "02:00:00:00:00:01", &entry);
	evpn_show_neighbor(answer, &entry);
	must_print(entry.mac);
	must_print(entry.vtep);
	must_print(entry.device);
	evpn_show_vteps(answer, vteps, ARRAY_LEN(vteps));
	evpn_show_vni(answer, &vni);
	must_print(evpn_show_rts_text(&vni.imports, text));
	must(!vni.rd[strspn(vni.rd, "0123456789.:")]);
	evpn_show_next_hop_mac(answer, macs[0]);
	must_print(macs[0]);
	must(evpn_show_macs_of(answer, &ip, macs, ARRAY_LEN(macs)) <= ARRAY_LEN(macs));
	evpn_show_paths(answer, NULL, NULL, paths);
	for (size_t i = 0; i < paths->n_items; i++) {
		must_print(paths->items[i].prefix);
		must_print(paths->items[i].next_hop);
		must_print(paths->items[i].peer);
		must_print(paths->items[i].ip);
		must_print(evpn_show_rts_text(&paths->items[i].rts, text));
	}
	free(paths);
}

static void read_others(const char *answer)
{
	const uint32_t vnis[] = { 100, 110 };
	struct version version = { 0 };
	char *commands[2] = { NULL };
	size_t unlisted = 0;
	int r;

	read_evpn(answer);
	if (version_parse(answer, &version))
		must(version.major <= 99999 && version.minor <= 99999 && version.patch <= 99999);
	r = zebra_links_find_unlisted(answer, links, ARRAY_LEN(links), &unlisted);
	must(r <= 0 || unlisted < ARRAY_LEN(links));
	health_own_routes_commands(answer, vnis, ARRAY_LEN(vnis), commands);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		must(!commands[i] || !commands[i][strspn(commands[i], "abcdefghijklmnopqrstuvwxyz0123456789 .:")]);
		free(commands[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct health_expected expected = { .config = &config, .router_mac = "02:00:00:00:00:01" };
	struct health_report report = { 0 };
	char *answer;

	if (size == 0)
		return 0;
	ipaddr_parse("100.65.0.2", false, &config.underlay.vtep);
	answer = fuzz_text(data + 1, size - 1);
	switch (data[0]) {
	case 'z':
		health_judge_vnis(&expected, answer, NULL, &report);
		break;
	case 'b':
		health_judge_vnis(&expected, NULL, answer, &report);
		break;
	case 'l':
		expected.l3_vteps = answer;
		health_judge_vnis(&expected, "[]", "{}", &report);
		break;
	case 's':
		health_judge_sessions(answer, &report);
		break;
	case 'n':
		health_judge_next_hops(answer, &report);
		break;
	case 'r':
		health_judge_vnis(&expected, NULL, NULL, &report);
		health_judge_own_routes(&config, 110, answer, &report);
		break;
	default:
		read_others(answer);
		break;
	}
	check(&report);
	health_report_clear(&report);
	free(answer);
	return 0;
}
