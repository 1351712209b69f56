/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health_vni.c - whether zebra and bgpd have each VNI as configured; see health.h
 *
 * zebra's answer is an array of VNIs. An L2VNI has its local VTEP in "vtepIp", an L3VNI in "localVtepIp", beside "state",
 * "vrf" and "routerMac". bgpd's answer is an object with a member for each VNI, whose "originatorIp" is the VTEP that bgpd
 * announces. FRR 10 calls the VRF "tenantVrf", and its remote VTEPs are objects in "remoteVteps".
 */
#include <stdio.h>
#include <strings.h>

#include "base/json.h"
#include "base/util.h"
#include "frr/health_parts.h"

json_t *health_parse(const char *answer, const char *daemon, const char *command, struct health_report *report)
{
	bool nothing = answer[strspn(answer, " \r\n")] == '\0';
	json_error_t error;
	json_t *json = json_parse_bytes(nothing ? "{}" : answer, &error);

	if (!json)
		health_add(report, HEALTH_DAEMON, daemon, HEALTH_NO_ANSWER,
			   "the answer of %s to `%s' cannot be read as JSON (%s): %.100s", daemon, command, error.text,
			   answer);
	return json;
}

struct judge {
	const struct health_expected *expected;
	json_t *zebra; /* by VNI; NULL: not asked */
	json_t *bgp; /* the same */
	json_t *l3_vteps; /* the remote VTEPs of L3VNIs, by VNI; NULL: not asked */
	char vtep[IPADDR_TEXT_SIZE];
	struct health_report *report;
};

static json_t *find_vni(const json_t *vnis, uint32_t vni)
{
	char key[16];

	snprintf(key, sizeof(key), "%u", vni);
	return json_object_get(vnis, key);
}

/* How many remote VTEPs an entry of zebra's answer has, see add_remote_vteps(). */
static uint32_t count_vteps(const json_t *entry)
{
	const json_t *number = json_object_get(entry, "numRemoteVteps");

	return json_is_array(number) ? (uint32_t)json_array_size(number) : (uint32_t)json_integer_value(number);
}

static uint32_t count_l3_vteps(const struct judge *judge, uint32_t vni)
{
	json_t *vteps = find_vni(judge->l3_vteps, vni), *vtep;
	const char *name;
	struct ipaddr ip;
	uint32_t n = 0;

	json_object_foreach(vteps, name, vtep) n += ipaddr_parse(name, false, &ip);
	return n;
}

static void add(const struct judge *judge, uint32_t vni, enum health_reason reason, const char *text)
{
	const json_t *entry = find_vni(judge->zebra, vni);

	struct health_item *item;
	char name[32];

	snprintf(name, sizeof(name), "VNI %u", vni);
	item = text ? health_add(judge->report, HEALTH_VNI, name, reason, "%s: %s", name, text)
		    : health_add(judge->report, HEALTH_VNI, name, reason, NULL);
	item->vni = vni;
	item->macs = (uint32_t)json_integer_value(json_object_get(entry, "numMacs"));
	item->neighbors = (uint32_t)json_integer_value(json_object_get(entry, "numArpNd"));
	item->vteps = count_vteps(entry) + count_l3_vteps(judge, vni);
}

/* An object with a member for each VNI makes a look-up independent of their number. */
static json_t *by_vni(const json_t *list)
{
	json_t *map = json_object();
	json_t *entry;
	size_t i;

	json_array_foreach(list, i, entry)
	{
		char key[24];

		snprintf(key, sizeof(key), "%lld", (long long)json_integer_value(json_object_get(entry, "vni")));
		json_object_set(map, key, entry);
	}
	return map;
}

static bool is_vtep(const struct judge *judge, const char *text)
{
	struct ipaddr ip;

	return ipaddr_parse(text, false, &ip) && ipaddr_compare(&ip, &judge->expected->config->underlay.vtep) == 0;
}

/* FRR 8.4 calls it "vrf", later ones "tenantVrf", or both. */
static const char *vrf_of(const json_t *entry)
{
	const char *vrf = json_text(entry, "vrf");

	return vrf[0] ? vrf : json_text(entry, "tenantVrf");
}

/* 1: as configured; 0: not, and *ret_reason and the text in buf say how. */
static int check_zebra_l3(const struct judge *judge, const struct config_l3vni *l3, const json_t *entry,
			  enum health_reason *ret_reason, char *buf, size_t size)
{
	if (!streq(vrf_of(entry), l3->vrf)) {
		*ret_reason = HEALTH_VRF_MISMATCH;
		snprintf(buf, size,
			 "zebra has it in VRF %s, not in VRF %s; check that frr.conf has `vni %u' in block `vrf %s'",
			 vrf_of(entry), l3->vrf, l3->vni, l3->vrf);
	} else if (!streq(json_text(entry, "state"), "Up")) {
		*ret_reason = HEALTH_VNI_DOWN;
		snprintf(buf, size, "zebra has it as %s in VRF %s (VXLAN %s, SVI %s)", json_text(entry, "state"),
			 l3->vrf, json_text(entry, "vxlanIntf"), json_text(entry, "sviIntf"));
	} else if (strcasecmp(json_text(entry, "routerMac"), judge->expected->router_mac) != 0) {
		*ret_reason = HEALTH_ROUTER_MAC_MISMATCH;
		snprintf(buf, size, "zebra has router MAC %s, but br%u has %s", json_text(entry, "routerMac"), l3->vni,
			 judge->expected->router_mac);
	} else {
		return 1;
	}
	return 0;
}

/* l3: NULL for an L2VNI. 1: zebra has the VNI as configured. */
static int check_zebra(const struct judge *judge, uint32_t vni, const struct config_l3vni *l3,
		       enum health_reason *ret_reason, char *buf, size_t size)
{
	const json_t *entry = find_vni(judge->zebra, vni);
	const char *vtep = json_text(entry, l3 ? "localVtepIp" : "vtepIp"), *type = l3 ? "L3" : "L2";

	if (!judge->zebra)
		return 1;
	if (!entry) {
		*ret_reason = HEALTH_VNI_UNKNOWN;
		snprintf(buf, size,
			 "zebra does not know it (show evpn vni); check that frr.conf has `advertise-all-vni'%s, and "
			 "that "
			 "vni%u is up in FRR's namespace",
			 l3 ? " and the VRF's `vni'" : "", vni);
		return 0;
	}
	if (!streq(json_text(entry, "type"), type)) {
		*ret_reason = HEALTH_VNI_TYPE_MISMATCH;
		snprintf(buf, size, "zebra has it as an %s VNI, not as an %s VNI%s%s", json_text(entry, "type"), type,
			 l3 ? " of VRF " : "", l3 ? l3->vrf : "");
		return 0;
	}
	if (!is_vtep(judge, vtep)) {
		*ret_reason = HEALTH_VTEP_MISMATCH;
		snprintf(buf, size, "zebra has local VTEP %s, not %s", vtep[0] ? vtep : "none", judge->vtep);
		return 0;
	}
	return l3 ? check_zebra_l3(judge, l3, entry, ret_reason, buf, size) : 1;
}

/* The same for bgpd. */
static int check_bgp(const struct judge *judge, uint32_t vni, const struct config_l3vni *l3,
		     enum health_reason *ret_reason, char *buf, size_t size)
{
	const json_t *entry = find_vni(judge->bgp, vni);
	const char *type = l3 ? "L3" : "L2";

	if (!judge->bgp)
		return 1;
	if (!entry || !streq(json_text(entry, "inKernel"), "True")) {
		*ret_reason = HEALTH_VNI_NOT_ANNOUNCED;
		snprintf(buf, size, "bgpd does not announce it (show bgp l2vpn evpn vni)");
	} else if (!streq(json_text(entry, "type"), type)) {
		*ret_reason = HEALTH_VNI_TYPE_MISMATCH;
		snprintf(buf, size, "bgpd has it as an %s VNI, not as an %s VNI", json_text(entry, "type"), type);
	} else if (!is_vtep(judge, json_text(entry, "originatorIp"))) {
		*ret_reason = HEALTH_VTEP_MISMATCH;
		snprintf(buf, size, "bgpd announces VTEP %s, not %s", json_text(entry, "originatorIp"), judge->vtep);
	} else if (l3 && strcasecmp(json_text(entry, "rmac"), judge->expected->router_mac) != 0) {
		*ret_reason = HEALTH_ROUTER_MAC_MISMATCH;
		snprintf(buf, size, "bgpd announces router MAC %s, but br%u has %s", json_text(entry, "rmac"), vni,
			 judge->expected->router_mac);
	} else {
		return 1;
	}
	return 0;
}

static void judge_vni(const struct judge *judge, uint32_t vni, const struct config_l3vni *l3)
{
	enum health_reason reason = HEALTH_FINE;
	char text[400];

	if (judge->expected->skip && judge->expected->skip(judge->expected->arg, vni))
		return;
	if (check_zebra(judge, vni, l3, &reason, text, sizeof(text)) &&
	    check_bgp(judge, vni, l3, &reason, text, sizeof(text)))
		add(judge, vni, HEALTH_FINE, NULL);
	else
		add(judge, vni, reason, text);
}

/*
 * The remote VTEPs of an entry: FRR 8.4 has their addresses as the array "numRemoteVteps", FRR 10 their number there, and objects
 * with "ip" in the array "remoteVteps".
 */
static void add_remote_vteps(const json_t *list, json_t *all)
{
	json_t *vtep;
	size_t i;

	json_array_foreach(list, i, vtep)
	{
		const char *text = json_is_string(vtep) ? json_string_value(vtep) : json_text(vtep, "ip");
		struct ipaddr ip;

		if (ipaddr_parse(text, false, &ip))
			json_object_set_new(all, text, json_true());
	}
}

/* An L3VNI's object has a member for each VTEP, named by its address, beside their number. */
static void add_l3_vteps(json_t *vnis, json_t *all)
{
	const char *vni, *name;
	json_t *vteps, *vtep;
	struct ipaddr ip;

	json_object_foreach(vnis, vni, vteps)
	{
		json_object_foreach(vteps, name, vtep)
		{
			if (ipaddr_parse(name, false, &ip))
				json_object_set_new(all, name, json_true());
		}
	}
}

/* The different remote VTEPs of all VNIs. */
static void list_remote_vteps(json_t *vnis, json_t *l3_vteps, struct health_report *report)
{
	json_auto_t *all = json_object();
	const char *key;
	json_t *entry;

	add_l3_vteps(l3_vteps, all);

	json_object_foreach(vnis, key, entry)
	{
		add_remote_vteps(json_object_get(entry, "numRemoteVteps"), all);
		add_remote_vteps(json_object_get(entry, "remoteVteps"), all);
	}
	json_object_foreach(all, key, entry)
	{
		if (report->n_remote_vteps < HEALTH_LISTED_MAX)
			*(char **)util_append(&report->remote_vteps, &report->n_remote_vteps,
					      sizeof(char *)) = xstrdup(key);
	}
}

void health_judge_vnis(const struct health_expected *expected, const char *zebra, const char *bgp,
		       struct health_report *report)
{
	const struct config *config = expected->config;
	struct judge judge = { .expected = expected, .report = report };
	json_auto_t *list = zebra ? health_parse(zebra, "zebra", HEALTH_ZEBRA_VNIS, report) : NULL;
	ipaddr_format(&config->underlay.vtep, false, judge.vtep);
	judge.bgp = bgp ? health_parse(bgp, "bgpd", HEALTH_BGP_VNIS, report) : NULL;
	judge.zebra = list ? by_vni(list) : NULL;
	judge.l3_vteps = expected->l3_vteps ? health_parse(expected->l3_vteps, "zebra", HEALTH_L3_VTEPS, report) : NULL;
	for (size_t i = 0; i < config->n_l3vnis; i++)
		judge_vni(&judge, config->l3vnis[i].vni, &config->l3vnis[i]);
	for (size_t i = 0; i < config->n_l2vnis; i++)
		judge_vni(&judge, config->l2vnis[i].vni, NULL);
	if (judge.zebra)
		list_remote_vteps(judge.zebra, judge.l3_vteps, report);
	json_decref(judge.zebra);
	json_decref(judge.l3_vteps);
	json_decref(judge.bgp);
}
