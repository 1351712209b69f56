/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics.c - the daemon's state as Prometheus' text format; see ctl_parts.h
 *
 * Names and units are those of Prometheus' conventions (prometheus.io/docs/practices/naming): seconds and bytes, _total for what
 * only grows. The values are those of the last health check; making the text asks nobody.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <time.h>

#include "base/clock.h"
#include "base/util.h"
#include "config-build.h"
#include "ctl/ctl_parts.h"

static const char *const states[] = { "starting", "running", "waiting",	 "failed", "applied",
				      "pending",  "healthy", "degraded", "down" };

static void help(FILE *out, const char *name, const char *type, const char *text)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, text, name, type);
}

/* A metric without labels. */
static void plain(FILE *out, const char *name, const char *type, const char *text, double value)
{
	help(out, name, type, text);
	fprintf(out, "%s %.17g\n", name, value);
}

/* The value of a label: backslash, quote and line break are escaped. */
static void label(FILE *out, const char *name, const char *value)
{
	fprintf(out, "%s=\"", name);
	for (; *value; value++) {
		if (*value == '\\' || *value == '"')
			fputc('\\', out);
		if (*value == '\n')
			fputs("\\n", out);
		else
			fputc(*value, out);
	}
	fputc('"', out);
}

static void about_evpnd(FILE *out, const struct daemon *daemon)
{
	const struct version *version = &daemon->health.version;
	struct timespec now;
	struct rusage usage;
	char text[40] = "";

	if (version->major)
		snprintf(text, sizeof(text), "%u.%u.%u", version->major, version->minor, version->patch);
	help(out, "evpnd_info", "gauge", "The versions of evpnd and of FRR; always 1.");
	fputs("evpnd_info{", out);
	label(out, "instance_name", daemon->options.instance);
	fputc(',', out);
	label(out, "version", PACKAGE_VERSION);
	fputc(',', out);
	label(out, "frr_version", text);
	fputs("} 1\n", out);
	clock_gettime(CLOCK_REALTIME, &now);
	plain(out, "process_start_time_seconds", "gauge", "When evpnd was started, in seconds since 1970.",
	      (double)ctl_epoch(daemon->started_ms));
	getrusage(RUSAGE_SELF, &usage);
	plain(out, "process_cpu_seconds_total", "counter", "The processor time of evpnd.",
	      (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		      (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
	plain(out, "process_max_resident_memory_bytes", "gauge", "The most memory that evpnd has had.",
	      (double)usage.ru_maxrss * 1024);
}

static void about_runs(FILE *out, const struct ctl *ctl)
{
	const struct daemon *daemon = ctl->host->daemon;
	const struct ctl_totals *totals = &ctl->journal.totals;

	help(out, "evpnd_state", "gauge", "1 for the present state.");
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		fprintf(out, "evpnd_state{state=\"%s\"} %d\n", states[i], streq(states[i], ctl_state_name(daemon)));
	help(out, "evpnd_runs_total", "counter", "Runs since evpnd was started.");
	fprintf(out, "evpnd_runs_total{result=\"applied\"} %" PRIu64 "\n", totals->applied);
	fprintf(out, "evpnd_runs_total{result=\"failed\"} %" PRIu64 "\n", totals->failed);
	plain(out, "evpnd_kernel_changes_total", "counter", "What evpnd has changed in the kernel.",
	      (double)totals->changes);
	plain(out, "evpnd_frr_reloads_total", "counter", "Runs in which FRR has loaded its configuration.",
	      (double)totals->reloads);
	plain(out, "evpnd_last_run_duration_seconds", "gauge", "How long the last run took, with its waiting.",
	      totals->last_seconds);
	plain(out, "evpnd_configuration_rejected", "gauge",
	      "1 while evpn.conf has errors and a former configuration is in force.", daemon->setup.errors.n_lines > 0);
	plain(out, "evpnd_problems", "gauge", "What the last run could not make.",
	      (double)daemon->run.problems.n_lines);
}

static void about_faults(FILE *out, const struct health_check *check)
{
	size_t n[HEALTH_REASON_COUNT] = { 0 };

	for (size_t i = 0; i < check->faults.n_items; i++)
		n[check->faults.items[i].reason]++;
	help(out, "evpnd_faults", "gauge", "What does not work, by reason.");
	for (int i = 1; i < HEALTH_REASON_COUNT; i++)
		fprintf(out, "evpnd_faults{reason=\"%s\"} %zu\n", health_reason_name((enum health_reason)i), n[i]);
	plain(out, "evpnd_remote_vteps", "gauge", "Remote VTEPs that zebra knows.", (double)check->n_remote_vteps);
	if (check->last_ms)
		plain(out, "evpnd_health_check_timestamp_seconds", "gauge", "When FRR's health was checked last.",
		      (double)ctl_epoch(check->last_ms));
}

static void about_neighbors(FILE *out, const struct keep *keep)
{
	plain(out, "evpnd_neighbors_asked_total", "counter",
	      "Hosts that did not talk and that the kernel was to ask for.", (double)keep->n_asked);
	plain(out, "evpnd_neighbors_waiting", "gauge", "Hosts that are about to be asked for.", (double)keep->n_queued);
	plain(out, "evpnd_neighbors_dropped_total", "counter",
	      "Hosts for which the queue had no room, so that they were asked for later.", (double)keep->n_dropped);
	plain(out, "evpnd_neighbors_refused_total", "counter", "Hosts that the kernel refused to ask for.",
	      (double)keep->n_refused);
}

/* One metric of all items of a kind. */
static void of_items(FILE *out, const struct health_report *report, enum health_kind kind, const char *name,
		     const char *text, double (*value)(const struct health_item *item))
{
	help(out, name, "gauge", text);
	for (size_t i = 0; i < report->n_items; i++) {
		const struct health_item *item = &report->items[i];

		if (item->kind != kind)
			continue;
		fprintf(out, "%s{", name);
		if (kind == HEALTH_VNI) {
			fprintf(out, "vni=\"%u\"", item->vni);
		} else {
			label(out, "neighbor", item->name);
			fprintf(out, ",fabric=\"%s\"", item->fabric ? "true" : "false");
		}
		fprintf(out, "} %.17g\n", value(item));
	}
}

static double is_established(const struct health_item *item)
{
	return streq(item->state, "Established");
}

static double prefixes_of(const struct health_item *item)
{
	return item->prefixes;
}

static double is_up(const struct health_item *item)
{
	return item->reason == HEALTH_FINE;
}

static double macs_of(const struct health_item *item)
{
	return item->macs;
}

static double neighbors_of(const struct health_item *item)
{
	return item->neighbors;
}

static double vteps_of(const struct health_item *item)
{
	return item->vteps;
}

static double learned_of(const struct health_item *item)
{
	return item->learned;
}

static double drops_of(const struct health_item *item)
{
	return (double)item->limit_drops;
}

static void about_items(FILE *out, const struct health_report *last)
{
	of_items(out, last, HEALTH_SESSION, "evpnd_bgp_session_established", "Whether the BGP session is established.",
		 is_established);
	of_items(out, last, HEALTH_SESSION, "evpnd_bgp_session_prefixes",
		 "Prefixes that FRR has accepted from the neighbor.", prefixes_of);
	of_items(out, last, HEALTH_VNI, "evpnd_vni_up", "Whether zebra and bgpd have the VNI as configured.", is_up);
	of_items(out, last, HEALTH_VNI, "evpnd_vni_macs", "MAC addresses of the VNI, local and remote.", macs_of);
	of_items(out, last, HEALTH_VNI, "evpnd_vni_neighbors", "ARP and ND entries of the VNI, local and remote.",
		 neighbors_of);
	of_items(out, last, HEALTH_VNI, "evpnd_vni_remote_vteps", "Remote VTEPs of the VNI.", vteps_of);
	of_items(out, last, HEALTH_VNI, "evpnd_vni_learned_macs",
		 "MAC addresses that the bridge has learned, with max_macs; else 0.", learned_of);
	of_items(out, last, HEALTH_VNI, "evpnd_vni_limit_drops",
		 "Frames of the host that its limit has dropped since it was set.", drops_of);
}

char *ctl_metrics(const struct ctl *ctl)
{
	const struct daemon *daemon = ctl->host->daemon;
	char *text = NULL;
	size_t len;
	FILE *out = xopen_text(&text, &len);

	about_evpnd(out, daemon);
	about_runs(out, ctl);
	about_faults(out, &daemon->health);
	about_neighbors(out, &daemon->keep);
	about_items(out, &daemon->health.last);
	xclose_text(out);
	return text;
}

int ctl_cmd_metrics(struct ctl_client *client, struct evpn_error *err)
{
	_cleanup_free_ char *text = ctl_metrics(client->ctl);

	ctl_reply(client, json_pack("{ss}", "metrics", text));
	return 1;
}
