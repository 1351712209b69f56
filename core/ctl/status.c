/* SPDX-License-Identifier: Apache-2.0 */
/* status.c - the daemon's state as JSON, from what it knows: nobody is asked; see ctl_parts.h */
#include <inttypes.h>
#include <net/if.h>
#include <time.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/util.h"
#include "config-build.h"
#include "ctl/ctl_parts.h"
#include "run/plugin_call.h"
#include "run/report.h"
#include "run/steps.h"

json_int_t ctl_epoch(uint64_t ms)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (json_int_t)now.tv_sec - (json_int_t)((clock_ms() - ms) / 1000);
}

const char *ctl_state_name(const struct daemon *daemon)
{
	switch (daemon->state.phase) {
	case PIPELINE_IDLE:
		return "starting";
	case PIPELINE_RUNNING:
		return "running";
	case PIPELINE_WAITING:
		return "waiting";
	case PIPELINE_FAILED:
		return "failed";
	case PIPELINE_CONVERGED:
		break;
	}
	if (daemon->options.goal == RUN_DOWN)
		return "down";
	switch (daemon->health.state) {
	case HEALTH_UNKNOWN:
		break;
	case HEALTH_PENDING:
		return "pending";
	case HEALTHY:
		return "healthy";
	case HEALTH_DEGRADED:
		return "degraded";
	}
	return "applied";
}

json_t *ctl_lines(char *const *lines, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(array, json_printable(lines[i]));
	return array;
}

static json_t *config_json(const struct daemon *daemon)
{
	const struct config *config = daemon->setup.config;
	char hash[20] = "";
	json_t *json;

	if (config)
		snprintf(hash, sizeof(hash), "%016" PRIx64,
			 hash_bytes64(HASH_START64, config->text, strlen(config->text)));
	json = json_pack("{ss ss sb so so}", "file", daemon->options.config_path, "hash", hash, "rejected",
			 daemon->setup.errors.n_lines > 0, "errors",
			 ctl_lines(daemon->setup.errors.lines, daemon->setup.errors.n_lines), "warnings",
			 config ? ctl_lines(config->warnings, config->n_warnings) : json_array());
	if (config)
		json_object_set_new(json, "since", json_integer(ctl_epoch(daemon->setup.since_ms)));
	return json;
}

static const char *kind_name(enum health_kind kind)
{
	switch (kind) {
	case HEALTH_DAEMON:
		return "daemon";
	case HEALTH_CONFIG:
		return "configuration";
	case HEALTH_VNI:
		return "vni";
	case HEALTH_SESSION:
		return "session";
	case HEALTH_VTEPS:
		return "vteps";
	case HEALTH_NEXT_HOP:
		return "next-hop";
	}
	return "";
}

static json_t *faults_json(const struct daemon *daemon)
{
	const struct health_faults *faults = &daemon->health.faults;
	json_t *array = json_array();

	for (size_t i = 0; i < faults->n_items; i++) {
		const struct health_fault *fault = &faults->items[i];

		json_array_append_new(array, json_pack("{ss ss ss ss sI}", "kind", kind_name(fault->kind), "name",
						       fault->name, "reason", health_reason_name(fault->reason), "text",
						       fault->text, "since", ctl_epoch(fault->since_ms)));
	}
	return array;
}

static json_t *sessions_json(const struct daemon *daemon)
{
	const struct health_report *last = &daemon->health.last;
	json_t *array = json_array();

	/* Without evpnd's devices the last check is of the past. */
	if (daemon->options.goal == RUN_DOWN)
		return array;
	for (size_t i = 0; i < last->n_items; i++) {
		const struct health_item *item = &last->items[i];

		if (item->kind != HEALTH_SESSION)
			continue;
		json_array_append_new(array, json_pack("{ss ss ss sb sI si}", "neighbor", item->name, "state",
						       item->state, "reason", health_reason_name(item->reason),
						       "fabric", item->fabric, "seconds", (json_int_t)item->uptime_s,
						       "prefixes", (int)item->prefixes));
	}
	return array;
}

static json_t *remote_vteps_json(const struct daemon *daemon)
{
	const struct health_report *last = &daemon->health.last;

	if (daemon->options.goal == RUN_DOWN)
		return json_array();
	return ctl_lines(last->remote_vteps, last->n_remote_vteps);
}

/* What the last check has said of the VNIs, in the order of the configuration; its cursor goes forward only. */
struct cursor {
	const struct health_report *report;
	size_t at;
};

static const struct health_item *find_item(struct cursor *cursor, uint32_t vni)
{
	size_t n = cursor->report->n_items;

	for (size_t i = 0; i < n; i++) {
		size_t at = (cursor->at + i) % n;

		if (cursor->report->items[at].kind == HEALTH_VNI && cursor->report->items[at].vni == vni) {
			cursor->at = at + 1;
			return &cursor->report->items[at];
		}
	}
	return NULL;
}

static const char *vni_state(const struct daemon *daemon, const struct health_item *item, bool failed)
{
	if (daemon->options.goal == RUN_DOWN)
		return "removed";
	if (failed)
		return "failed";
	if (!item)
		return "unknown";
	if (item->reason == HEALTH_FINE)
		return "up";
	return daemon->health.state == HEALTH_PENDING ? "pending" : "down";
}

static void add_vni(json_t *array, const struct daemon *daemon, struct cursor *cursor, uint32_t vni, const char *type,
		    const char *vrf, const struct config_host *host, uint32_t max_macs)
{
	bool up = daemon->options.goal == RUN_UP;
	const struct health_item *item = up ? find_item(cursor, vni) : NULL;
	bool failed = up && daemon->run.failed && steps_vni_failed(&daemon->run, vni);
	char bridge[IFNAMSIZ], vxlan[IFNAMSIZ];
	json_t *json;

	config_name_bridge(daemon->setup.config, vni, bridge);
	config_name_vxlan(daemon->setup.config, vni, vxlan);
	json = json_pack("{si ss ss ss s{ss ss ss ss ss}}", "vni", (int)vni, "type", type, "vrf", vrf, "state",
			 vni_state(daemon, item, failed), "devices", "bridge", bridge, "vxlan", vxlan, "host",
			 host->interface, "peer", host->set ? host->peer : "", "host_bridge",
			 host->bridge[0] ? host->bridge : host->ovs_bridge);
	if (item && item->reason != HEALTH_FINE) {
		json_object_set_new(json, "reason", json_string(health_reason_name(item->reason)));
		json_object_set_new(json, "text", json_string(item->text));
	} else if (failed) {
		json_object_set_new(json, "reason", json_string("NotApplied"));
	}
	if (item) {
		json_object_set_new(json, "macs", json_integer(item->macs));
		json_object_set_new(json, "neighbors", json_integer(item->neighbors));
		json_object_set_new(json, "remote_vteps", json_integer(item->vteps));
	}
	if (item && max_macs) {
		json_object_set_new(json, "learned", json_integer(item->learned));
		json_object_set_new(json, "max_macs", json_integer(max_macs));
	}
	if (item && net_limits_any(&host->limits))
		json_object_set_new(json, "limit_drops", json_integer((json_int_t)item->limit_drops));
	json_array_append_new(array, json);
}

static json_t *vnis_json(const struct daemon *daemon)
{
	const struct config *config = daemon->setup.config;
	struct cursor cursor = { .report = &daemon->health.last };
	json_t *array = json_array();

	for (size_t i = 0; config && i < config->n_l3vnis; i++)
		add_vni(array, daemon, &cursor, config->l3vnis[i].vni, "L3", config->l3vnis[i].vrf,
			&config->l3vnis[i].host, 0);
	for (size_t i = 0; config && i < config->n_l2vnis; i++)
		add_vni(array, daemon, &cursor, config->l2vnis[i].vni, "L2", config->l2vnis[i].vrf,
			config_host_of(config, &config->l2vnis[i]), config->l2vnis[i].max_macs);
	return array;
}

/* What the netns plugin says of it, too. */
static json_t *frr_json(const struct daemon *daemon)
{
	const struct version *version = &daemon->health.version;
	int64_t started;
	_cleanup_free_ char *container = plugin_describe(daemon->setup.netns, &started);
	char text[40] = "";
	json_t *json;

	if (version->major)
		snprintf(text, sizeof(text), "%u.%u.%u", version->major, version->minor, version->patch);
	json = json_pack("{ss ss ss ss}", "version", text, "container", container ? container : "", "netns_plugin",
			 daemon->setup.netns ? daemon->setup.netns->api.name : "", "frr_plugin",
			 daemon->setup.frr ? daemon->setup.frr->api.name : "");
	if (started > 0)
		json_object_set_new(json, "started", json_integer(started));
	return json;
}

static json_t *health_json(const struct daemon *daemon)
{
	const struct health_check *check = &daemon->health;
	json_t *json = json_pack("{si si si si si}", "sessions", (int)check->n_sessions, "sessions_established",
				 (int)check->n_established, "fabric_sessions", (int)check->n_fabric,
				 "fabric_sessions_established", (int)check->n_fabric_established, "remote_vteps",
				 (int)check->n_remote_vteps);

	if (check->last_ms)
		json_object_set_new(json, "checked", json_integer(ctl_epoch(check->last_ms)));
	if (check->unable)
		json_object_set_new(json, "unable", json_printable(check->unable));
	return json;
}

/* Hosts that do not talk: run/keep.h. */
static json_t *neighbors_json(const struct keep *keep)
{
	return json_pack("{sI sI sI sI}", "asked", (json_int_t)keep->n_asked, "waiting", (json_int_t)keep->n_queued,
			 "dropped", (json_int_t)keep->n_dropped, "refused", (json_int_t)keep->n_refused);
}

json_t *ctl_status(const struct ctl *ctl)
{
	const struct daemon *daemon = ctl->host->daemon;
	_cleanup_free_ char *status = report_status(daemon);
	const struct config *config = daemon->setup.config;
	char vtep[IPADDR_TEXT_SIZE] = "";

	if (config)
		ipaddr_format(&config->underlay.vtep, false, vtep);
	return json_pack("{ss ss sI si ss so ss so so so so so so so ss ss so so so*}", "instance",
			 daemon->options.instance, "evpnd", PACKAGE_VERSION, "started", ctl_epoch(daemon->started_ms),
			 "pid", (int)getpid(), "state", ctl_state_name(daemon), "text", json_printable(status), "step",
			 pipeline_step_name(daemon->state.step), "configuration", config_json(daemon), "problems",
			 ctl_lines(daemon->run.problems.lines, daemon->run.problems.n_lines), "faults",
			 faults_json(daemon), "health", health_json(daemon), "frr", frr_json(daemon), "nics",
			 ctl_status_nics(daemon), "sessions", sessions_json(daemon), "vtep", vtep, "vtep_device",
			 config && config->underlay.vtep_nic ? config->underlay.vtep_nic->inner : "lo", "remote_vteps",
			 remote_vteps_json(daemon), "neighbors", neighbors_json(&daemon->keep), "change",
			 ctl_change_json(ctl));
}

json_t *ctl_status_vnis(const struct ctl *ctl)
{
	return vnis_json(ctl->host->daemon);
}
