/* SPDX-License-Identifier: Apache-2.0 */
/* verify.c - see verify.h */
#include <errno.h>
#include <jansson.h>

#include "util.h"
#include "verify.h"

static json_t *parse(const char *text, const char *command, struct evpn_error *err)
{
	json_error_t error;
	/* Without advertise-all-vni, FRR 8.4 answers with nothing at all. */
	bool nothing = text[strspn(text, " \r\n")] == '\0';
	json_t *json = json_loads(nothing ? "{}" : text, 0, &error);

	if (!json)
		evpn_fail(err, EPROTO, "FRR's answer to `%s' is no JSON (%s): %.200s", command, error.text, text);
	return json;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static const json_t *find_vni(const json_t *evpn, uint32_t vni)
{
	char key[16];

	snprintf(key, sizeof(key), "%u", vni);
	return json_object_get(evpn, key);
}

/* FRR lists VRFs in an array; by name, so that many VRFs cost no more than a look-up each. */
static json_t *by_name(const json_t *vrfs)
{
	json_t *map = json_object();
	json_t *vrf;
	size_t i;

	json_array_foreach(vrfs, i, vrf)
	{
		json_object_set(map, text_of(vrf, "vrf"), vrf);
	}
	return map;
}

static int judge_l3(const struct config_l3vni *l3, const json_t *entry, const json_t *vrfs, struct evpn_error *err)
{
	const json_t *vrf = json_object_get(vrfs, l3->vrf);

	if (!vrf || (uint32_t)json_integer_value(json_object_get(vrf, "vni")) != l3->vni)
		return evpn_wait(err,
				 "FRR does not have VNI %u in VRF %s (show vrf vni); is `vrf %s / vni %u' in frr.conf?",
				 l3->vni, l3->vrf, l3->vrf, l3->vni);
	if (!entry)
		return evpn_wait(
			err,
			"FRR does not know VNI %u (show evpn vni); is `advertise-all-vni' in frr.conf, and vni%u "
			"up in its namespace?",
			l3->vni, l3->vni);
	if (!streq(text_of(entry, "type"), "L3"))
		return evpn_wait(err, "FRR takes VNI %u for an %s VNI, not for the L3 VNI of VRF %s", l3->vni,
				 text_of(entry, "type"), l3->vrf);
	if (!streq(text_of(vrf, "state"), "Up"))
		return evpn_wait(err, "VNI %u in VRF %s is %s in FRR (show vrf vni: VXLAN %s, SVI %s)", l3->vni,
				 l3->vrf, text_of(vrf, "state"), text_of(vrf, "vxlanIntf"), text_of(vrf, "sviIntf"));
	return 1;
}

static int judge_l2(const struct config_l2vni *l2, const json_t *entry, struct evpn_error *err)
{
	if (!entry)
		return evpn_wait(
			err,
			"FRR does not know VNI %u (show evpn vni); is `advertise-all-vni' in frr.conf, and vni%u "
			"up in its namespace?",
			l2->vni, l2->vni);
	if (!streq(text_of(entry, "type"), "L2"))
		return evpn_wait(err, "FRR takes VNI %u for an %s VNI, not for an L2 VNI", l2->vni,
				 text_of(entry, "type"));
	return 1;
}

int verify_judge(const struct config *config, const char *evpn_vni, const char *vrf_vni,
		 bool (*skip)(void *arg, uint32_t vni), void *arg, struct evpn_error *err)
{
	json_auto_t *evpn = NULL, *vrf = NULL, *vrfs = NULL;
	int r = 1;

	evpn = parse(evpn_vni, VERIFY_EVPN_VNI, err);
	vrf = evpn ? parse(vrf_vni, VERIFY_VRF_VNI, err) : NULL;
	if (!vrf)
		return -1;
	vrfs = by_name(json_object_get(vrf, "vrfs"));
	for (size_t i = 0; r > 0 && i < config->n_l3vnis; i++)
		if (!skip(arg, config->l3vnis[i].vni))
			r = judge_l3(&config->l3vnis[i], find_vni(evpn, config->l3vnis[i].vni), vrfs, err);
	for (size_t i = 0; r > 0 && i < config->n_l2vnis; i++)
		if (!skip(arg, config->l2vnis[i].vni))
			r = judge_l2(&config->l2vnis[i], find_vni(evpn, config->l2vnis[i].vni), err);
	return r;
}

bool verify_takes_macvlan(const char *version, struct evpn_error *err)
{
	const char *text = strstr(version, "FRRouting ");
	unsigned int major, minor, patch = 0;
	bool good;

	if (!text || sscanf(text, "FRRouting %u.%u.%u", &major, &minor, &patch) < 2)
		return true;
	if (major == 9)
		good = minor > 1 || patch >= (minor == 1 ? 1 : 3);
	else
		good = major > 9 || (major == 8 && minor == 5 && patch >= 5);
	if (!good)
		evpn_fail(
			err, EVPN_ERROR_REFUSED,
			"FRR %u.%u.%u crashes when a macvlan comes up whose parent is in another namespace (FRR issue "
			"15370): use FRR 9.1.1 or newer, a VLAN, or the interface itself",
			major, minor, patch);
	return good;
}
