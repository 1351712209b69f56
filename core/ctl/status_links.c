/* SPDX-License-Identifier: Apache-2.0 */
/* status_links.c - the kernel's state of NICs and of a VNI's devices, for the status; see ctl_parts.h */
#include "base/util.h"
#include "ctl/ctl_parts.h"
#include "kernel/link_state.h"

/* FRR's namespace is held while it is listened to; without it nothing is known of its links. */
static bool read_links(const struct daemon *daemon, enum net_ns ns, struct link_state *states, size_t n)
{
	return daemon->run.netns_fd[ns] >= 0 && link_state_read(daemon->run.netns_fd[ns], states, n);
}

/* `known`: the states were read. */
static void add_state(json_t *json, const struct link_state *state, bool known)
{
	json_object_set_new(json, "state", json_string(known ? link_state_word(state) : "unknown"));
	if (known && state->exists)
		json_object_set_new(json, "mtu", json_integer(state->mtu));
}

json_t *ctl_status_nics(const struct daemon *daemon)
{
	const struct config *config = daemon->setup.config;
	bool down = daemon->options.goal == RUN_DOWN, known;
	size_t n = config ? config->underlay.n_nics : 0;
	_cleanup_free_ struct link_state *states = xcalloc(n + 1, sizeof(*states));
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++)
		net_set_name(states[i].name, down ? config->underlay.nics[i].name : config->underlay.nics[i].inner);
	known = read_links(daemon, down ? NET_NS_HOST : NET_NS_FRR, states, n);
	for (size_t i = 0; i < n; i++) {
		const struct config_nic *nic = &config->underlay.nics[i];
		json_t *json = json_pack("{ss ss ss si ss}", "name", nic->name, "in_frr", nic->inner, "parent",
					 nic->parent, "vlan", nic->vlan, "namespace", down ? "host" : "frr");

		add_state(json, &states[i], known);
		json_array_append_new(array, json);
	}
	return array;
}

/* The devices of the VNI in one of the namespaces. */
static void add_links(json_t *array, const struct daemon *daemon, enum net_ns ns, const char *const *names, size_t n)
{
	struct link_state states[3] = { 0 };
	bool known;

	for (size_t i = 0; i < n; i++)
		net_set_name(states[i].name, names[i]);
	known = read_links(daemon, ns, states, n);
	for (size_t i = 0; i < n; i++) {
		json_t *json;

		if (!names[i][0])
			continue;
		json = json_pack("{ss ss}", "name", names[i], "namespace", ns == NET_NS_HOST ? "host" : "frr");
		add_state(json, &states[i], known);
		json_array_append_new(array, json);
	}
}

json_t *ctl_status_devices(const struct daemon *daemon, const json_t *vni)
{
	const json_t *devices = json_object_get(vni, "devices");
	const char *inner[] = { json_text(devices, "bridge"), json_text(devices, "vxlan"), json_text(devices, "peer") };
	const char *outer[] = { json_text(devices, "host") };
	json_t *array = json_array();

	add_links(array, daemon, NET_NS_FRR, inner, ARRAY_LEN(inner));
	add_links(array, daemon, NET_NS_HOST, outer, ARRAY_LEN(outer));
	return array;
}
