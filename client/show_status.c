/* SPDX-License-Identifier: Apache-2.0 */
/* show_status.c - the status as tables; see show.h */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/util.h"
#include "fold.h"
#include "show.h"

/* How long ago this time of the answer is. */
static const char *age_of(const json_t *object, const char *key, char text[CLOCK_DURATION_SIZE])
{
	long long seconds = time(NULL) - show_number(object, key);

	return clock_format_duration(seconds > 0 ? (uint64_t)seconds : 0, text);
}

static void show_lines(const char *title, const json_t *lines)
{
	json_t *line;
	size_t i;

	json_array_foreach(lines, i, line) printf("  %-14s %s\n", i == 0 ? title : "", json_string_value(line));
}

static void show_faults(const json_t *faults)
{
	char age[CLOCK_DURATION_SIZE];
	json_t *fault;
	size_t i;

	json_array_foreach(faults, i, fault)
		printf("  %-14s %s: %s (since %s)\n", i == 0 ? "faults" : "", json_text(fault, "reason"),
		       json_text(fault, "text"), age_of(fault, "since", age));
}

/* "up, MTU 9000" */
static void show_link_state(const struct options *options, const json_t *link)
{
	show_state(options, json_text(link, "state"), 0);
	if (show_number(link, "mtu"))
		printf(", MTU %lld", show_number(link, "mtu"));
}

static void show_nics(const struct options *options, const json_t *nics)
{
	json_t *nic;
	size_t i;

	json_array_foreach(nics, i, nic)
	{
		const char *parent = json_text(nic, "parent"), *name = json_text(nic, "name"),
			   *inner = json_text(nic, "in_frr");

		printf("  %-14s %s", i == 0 ? "underlay NICs" : "", name);
		if (strcmp(name, inner) != 0)
			printf(", %s in FRR's namespace", inner);
		if (parent[0] && show_number(nic, "vlan"))
			printf(", VLAN %lld of %s", show_number(nic, "vlan"), parent);
		else if (parent[0])
			printf(", macvlan of %s", parent);
		fputs(": ", stdout);
		show_link_state(options, nic);
		putchar('\n');
	}
}

static void show_container(const json_t *frr)
{
	char age[CLOCK_DURATION_SIZE];

	if (!json_text(frr, "container")[0])
		return;
	printf("  %-14s %s", "container", json_text(frr, "container"));
	if (json_object_get(frr, "started"))
		printf(", for %s", age_of(frr, "started", age));
	putchar('\n');
}

#define NEWS_S 3600

/* A change of evpn.conf that is under way, or how the last one has ended. */
static void show_change(const json_t *change)
{
	char age[CLOCK_DURATION_SIZE], left[CLOCK_DURATION_SIZE];
	bool is_done = streq(json_text(change, "outcome"), "done");

	/* A change that was kept is news for an hour. */
	if (!change || (is_done && time(NULL) - show_number(change, "since") > NEWS_S))
		return;
	printf("  %-14s %s, %s ago", "change", json_text(change, "name"), age_of(change, "since", age));
	if (!streq(json_text(change, "phase"), "over"))
		printf(", %s", json_text(change, "phase"));
	if (show_number(change, "seconds_left"))
		printf(", %s left", clock_format_duration((uint64_t)show_number(change, "seconds_left"), left));
	printf(": %s\n", json_text(change, "text"));
}

/* What evpnd has done for hosts that do not talk. */
static void show_neighbors(const json_t *neighbors)
{
	if (show_number(neighbors, "asked") || show_number(neighbors, "waiting") || show_number(neighbors, "refused"))
		printf("  %-14s %lld asked for, %lld waiting, %lld refused\n", "silent hosts",
		       show_number(neighbors, "asked"), show_number(neighbors, "waiting"),
		       show_number(neighbors, "refused"));
}

static void show_head(const struct options *options, const json_t *status)
{
	const json_t *config = json_object_get(status, "configuration"), *frr = json_object_get(status, "frr");
	const json_t *health = json_object_get(status, "health");
	char age[CLOCK_DURATION_SIZE];

	printf("evpnd %s: ", json_text(status, "instance"));
	show_state(options, json_text(status, "state"), 0);
	printf("\n  %s\n", json_text(status, "text"));
	printf("  %-14s %s, hash %s", "configuration", json_text(config, "file"), json_text(config, "hash"));
	if (json_object_get(config, "since"))
		printf(", in force for %s", age_of(config, "since", age));
	puts(json_is_true(json_object_get(config, "rejected")) ? "; the file has errors, the former one is in force"
							       : "");
	show_lines("errors", json_object_get(config, "errors"));
	show_lines("warnings", json_object_get(config, "warnings"));
	show_lines("problems", json_object_get(status, "problems"));
	show_change(json_object_get(status, "change"));
	show_faults(json_object_get(status, "faults"));
	printf("  %-14s %s by %s, namespace by %s\n", "FRR",
	       json_text(frr, "version")[0] ? json_text(frr, "version") : "?", json_text(frr, "frr_plugin"),
	       json_text(frr, "netns_plugin"));
	show_container(frr);
	printf("  %-14s %s on %s\n", "VTEP", json_text(status, "vtep"), json_text(status, "vtep_device"));
	show_nics(options, json_object_get(status, "nics"));
	show_neighbors(json_object_get(status, "neighbors"));
	printf("  %-14s %s, pid %lld, for %s\n", "evpnd", json_text(status, "evpnd"), show_number(status, "pid"),
	       age_of(status, "started", age));
	if (json_object_get(health, "checked"))
		printf("  %-14s %s ago\n", "checked", age_of(health, "checked", age));
	if (json_object_get(health, "unable"))
		printf("  %-14s %s\n", "not checked", json_text(health, "unable"));
}

static void show_sessions(const struct options *options, const json_t *sessions)
{
	json_t *session;
	char age[CLOCK_DURATION_SIZE];
	size_t i;

	json_array_foreach(sessions, i, session)
	{
		if (i == 0)
			printf("\n%-40s %-12s %-14s %8s\n", "NEIGHBOR", "STATE", "FOR", "PREFIXES");
		printf("%-40s ", json_text(session, "neighbor"));
		show_state(options, json_text(session, "state"), 12);
		printf(" %-14s %8lld%s%s\n", clock_format_duration((uint64_t)show_number(session, "seconds"), age),
		       show_number(session, "prefixes"), json_text(session, "reason")[0] ? "  " : "",
		       json_text(session, "reason"));
	}
}

static void show_fold(const struct options *options, const struct fold *fold)
{
	char numbers[FOLD_TEXT_SIZE], bridge[FOLD_TEXT_SIZE], vxlan[FOLD_TEXT_SIZE], host[FOLD_TEXT_SIZE];
	const char *reason = json_text(fold->first, "reason");

	printf("%-17s %-4s %-15s %-12s %-13s %-15s %6lld %6lld %6lld  ", fold_numbers(fold, numbers),
	       json_text(fold->first, "type"), json_text(fold->first, "vrf"), fold_device(fold, "bridge", bridge),
	       fold_device(fold, "vxlan", vxlan), fold_device(fold, "host", host), fold->macs, fold->neighbors,
	       fold->vteps);
	show_state(options, json_text(fold->first, "state"), 0);
	printf("%s%s\n", reason[0] ? " " : "", reason);
}

static void show_vnis(const struct options *options, const json_t *vnis)
{
	_cleanup_free_ struct fold *folds = NULL;
	size_t n_folds = fold_vnis(vnis, options->no_fold ? FOLD_NONE : FOLD_ALIKE, &folds), i, n_up = 0,
	       n = json_array_size(vnis);
	json_t *vni;

	if (n)
		printf("\n%-17s %-4s %-15s %-12s %-13s %-15s %6s %6s %6s  %s\n", "VNI", "TYPE", "VRF", "BRIDGE",
		       "VXLAN", "HOST", "MACS", "ARPS", "VTEPS", "STATE");
	for (i = 0; i < n_folds; i++)
		show_fold(options, &folds[i]);
	json_array_foreach(vnis, i, vni) n_up += streq(json_text(vni, "state"), "up");
	printf("%s%zu VNIs, %zu up\n", n ? "" : "\n", n, n_up);
}

static void show_vni(const struct options *options, const json_t *vni)
{
	const json_t *devices = json_object_get(vni, "devices");
	json_t *link;
	size_t i;

	printf("VNI %lld: ", show_number(vni, "vni"));
	show_state(options, json_text(vni, "state"), 0);
	putchar('\n');
	if (json_text(vni, "reason")[0])
		printf("  %-14s %s: %s\n", "why", json_text(vni, "reason"), json_text(vni, "text"));
	printf("  %-14s %s\n", "type", json_text(vni, "type"));
	if (json_text(vni, "vrf")[0])
		printf("  %-14s %s\n", "VRF", json_text(vni, "vrf"));
	printf("  %-14s %s, %s\n", "bridge, VXLAN", json_text(devices, "bridge"), json_text(devices, "vxlan"));
	if (json_text(devices, "host")[0])
		printf("  %-14s %s on the host, %s in FRR's namespace\n", "host", json_text(devices, "host"),
		       json_text(devices, "peer"));
	if (json_object_get(vni, "macs"))
		printf("  %-14s %lld MACs, %lld ARP/ND entries, %lld remote VTEPs\n", "zebra has",
		       show_number(vni, "macs"), show_number(vni, "neighbors"), show_number(vni, "remote_vteps"));
	if (json_object_get(vni, "max_macs"))
		printf("  %-14s %lld of at most %lld MACs\n", "has learned", show_number(vni, "learned"),
		       show_number(vni, "max_macs"));
	if (json_object_get(vni, "limit_drops"))
		printf("  %-14s %lld frames of the host dropped\n", "limit", show_number(vni, "limit_drops"));
	json_array_foreach(json_object_get(vni, "links"), i, link)
	{
		printf("  %-14s %s, %s: ", i == 0 ? "in the kernel" : "", json_text(link, "name"),
		       streq(json_text(link, "namespace"), "host") ? "on the host" : "FRR's namespace");
		show_link_state(options, link);
		putchar('\n');
	}
}

void show_status(const struct options *options, char *const *words, const json_t *data)
{
	if (words[0]) {
		show_vni(options, json_array_get(json_object_get(data, "vnis"), 0));
		return;
	}
	show_head(options, data);
	show_sessions(options, json_object_get(data, "sessions"));
	show_vnis(options, json_object_get(data, "vnis"));
}

int show_status_exit(const json_t *data)
{
	static const struct {
		const char *state;
		int code;
	} codes[] = { { "healthy", EXIT_DONE },	    { "applied", EXIT_DONE },	  { "degraded", EXIT_DEGRADED },
		      { "pending", EXIT_DEGRADED }, { "waiting", EXIT_DEGRADED }, { "running", EXIT_DEGRADED },
		      { "starting", EXIT_DEGRADED } };

	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (streq(codes[i].state, json_text(data, "state")))
			return codes[i].code;
	return EXIT_FAILED;
}
