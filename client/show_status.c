/* SPDX-License-Identifier: Apache-2.0 */
/* show_status.c - the status as tables; see show.h */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/util.h"
#include "show.h"

static long long number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

/* How long ago this time of the answer is. */
static const char *age_of(const json_t *object, const char *key, char text[CLOCK_DURATION_SIZE])
{
	long long seconds = time(NULL) - number(object, key);

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

static void show_nics(const json_t *nics)
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
		if (parent[0] && number(nic, "vlan"))
			printf(", VLAN %lld of %s", number(nic, "vlan"), parent);
		else if (parent[0])
			printf(", macvlan of %s", parent);
		putchar('\n');
	}
}

static void show_head(const json_t *status, const struct show_options *options)
{
	const json_t *config = json_object_get(status, "configuration"), *frr = json_object_get(status, "frr");
	const json_t *health = json_object_get(status, "health");
	char age[CLOCK_DURATION_SIZE];

	printf("evpnd %s: ", json_text(status, "instance"));
	show_state(options, json_text(status, "state"), 0);
	printf("\n  %s\n", json_text(status, "text"));
	printf("  %-14s %s, hash %s%s\n", "configuration", json_text(config, "file"), json_text(config, "hash"),
	       json_is_true(json_object_get(config, "rejected")) ? "; the file has errors, the former one is in force"
								 : "");
	show_lines("errors", json_object_get(config, "errors"));
	show_lines("warnings", json_object_get(config, "warnings"));
	show_lines("problems", json_object_get(status, "problems"));
	show_faults(json_object_get(status, "faults"));
	printf("  %-14s %s by %s, namespace by %s\n", "FRR",
	       json_text(frr, "version")[0] ? json_text(frr, "version") : "?", json_text(frr, "frr_plugin"),
	       json_text(frr, "netns_plugin"));
	printf("  %-14s %s\n", "VTEP", json_text(status, "vtep"));
	show_nics(json_object_get(status, "nics"));
	printf("  %-14s %s, pid %lld, for %s\n", "evpnd", json_text(status, "evpnd"), number(status, "pid"),
	       age_of(status, "started", age));
	if (json_object_get(health, "checked"))
		printf("  %-14s %s ago\n", "checked", age_of(health, "checked", age));
	if (json_object_get(health, "unable"))
		printf("  %-14s %s\n", "not checked", json_text(health, "unable"));
}

static void show_sessions(const json_t *sessions, const struct show_options *options)
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
		printf(" %-14s %8lld%s%s\n", clock_format_duration((uint64_t)number(session, "seconds"), age),
		       number(session, "prefixes"), json_text(session, "reason")[0] ? "  " : "",
		       json_text(session, "reason"));
	}
}

/* VNIs in one line: from the first to the last number, with the sums of their counts. */
struct fold {
	const json_t *first;
	long long last, n, macs, neighbors, vteps;
};

static bool is_like(const json_t *a, const json_t *b, const char *key)
{
	return strcmp(json_text(a, key), json_text(b, key)) == 0;
}

static bool belongs(const struct fold *fold, const json_t *vni)
{
	return fold->n && number(vni, "vni") == fold->last + 1 && is_like(fold->first, vni, "type") &&
	       is_like(fold->first, vni, "vrf") && is_like(fold->first, vni, "state") &&
	       is_like(fold->first, vni, "reason");
}

static void add(struct fold *fold, const json_t *vni)
{
	if (!fold->n)
		fold->first = vni;
	fold->n++;
	fold->last = number(vni, "vni");
	fold->macs += number(vni, "macs");
	fold->neighbors += number(vni, "neighbors");
	/* The same ones, most likely. */
	if (number(vni, "remote_vteps") > fold->vteps)
		fold->vteps = number(vni, "remote_vteps");
}

static void show_fold(struct fold *fold, const struct show_options *options)
{
	const json_t *devices = json_object_get(fold->first, "devices");
	char numbers[48], bridge[64], vxlan[64];
	long long first = number(fold->first, "vni");
	const char *dots = fold->n > 1 ? ".." : "";

	if (!fold->n)
		return;
	snprintf(numbers, sizeof(numbers), "%lld", first);
	if (fold->n > 1)
		snprintf(numbers, sizeof(numbers), "%lld-%lld", first, fold->last);
	snprintf(bridge, sizeof(bridge), "%s%s", json_text(devices, "bridge"), dots);
	snprintf(vxlan, sizeof(vxlan), "%s%s", json_text(devices, "vxlan"), dots);
	printf("%-17s %-4s %-15s %-12s %-13s %-15s %6lld %6lld %6lld  ", numbers, json_text(fold->first, "type"),
	       json_text(fold->first, "vrf"), bridge, vxlan, fold->n > 1 ? "" : json_text(devices, "host"), fold->macs,
	       fold->neighbors, fold->vteps);
	show_state(options, json_text(fold->first, "state"), 0);
	printf("%s%s\n", json_text(fold->first, "reason")[0] ? " " : "", json_text(fold->first, "reason"));
	*fold = (struct fold){ 0 };
}

static void show_vnis(const json_t *vnis, const struct show_options *options)
{
	struct fold fold = { 0 };
	size_t i, n_up = 0, n = json_array_size(vnis);
	json_t *vni;

	if (n)
		printf("\n%-17s %-4s %-15s %-12s %-13s %-15s %6s %6s %6s  %s\n", "VNI", "TYPE", "VRF", "BRIDGE",
		       "VXLAN", "HOST", "MACS", "ARPS", "VTEPS", "STATE");
	json_array_foreach(vnis, i, vni)
	{
		n_up += strcmp(json_text(vni, "state"), "up") == 0;
		if (!options->folds || !belongs(&fold, vni))
			show_fold(&fold, options);
		add(&fold, vni);
	}
	show_fold(&fold, options);
	printf("%s%zu VNIs, %zu up\n", n ? "" : "\n", n, n_up);
}

static void show_vni(const json_t *vni, const struct show_options *options)
{
	const json_t *devices = json_object_get(vni, "devices");

	printf("VNI %lld: ", number(vni, "vni"));
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
		printf("  %-14s %lld MACs, %lld ARP/ND entries, %lld remote VTEPs\n", "zebra has", number(vni, "macs"),
		       number(vni, "neighbors"), number(vni, "remote_vteps"));
}

void show_status(const json_t *status, bool one_vni, const struct show_options *options)
{
	if (one_vni) {
		show_vni(json_array_get(json_object_get(status, "vnis"), 0), options);
		return;
	}
	show_head(status, options);
	show_sessions(json_object_get(status, "sessions"), options);
	show_vnis(json_object_get(status, "vnis"), options);
}
