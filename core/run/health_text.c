/* SPDX-License-Identifier: Apache-2.0 */
/* health_text.c - the result of a health check: kept, logged when it changes, and in one line; see health_check.h */
#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "run/health_parts.h"

/* Faults that one line names; it counts the others. */
#define NAMED_MAX 3

/* How long a fault has to last before it counts. */
#define CONFIRM_MS 3000

void health_faults_clear(struct health_faults *faults)
{
	for (size_t i = 0; i < faults->n_items; i++)
		free(faults->items[i].text);
	free(faults->items);
	free(faults->sorted);
	*faults = (struct health_faults){ 0 };
}

static int compare(const void *a, const void *b)
{
	const struct health_fault *x = *(const struct health_fault *const *)a,
				  *y = *(const struct health_fault *const *)b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->reason != y->reason)
		return x->reason < y->reason ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* FRR may name thousands of objects that fail, and others each time. */
static void sort(struct health_faults *faults)
{
	faults->sorted = xcalloc(faults->n_items, sizeof(*faults->sorted));
	for (size_t i = 0; i < faults->n_items; i++)
		faults->sorted[i] = &faults->items[i];
	qsort(faults->sorted, faults->n_items, sizeof(*faults->sorted), compare);
}

static const struct health_fault *find(const struct health_faults *faults, const struct health_fault *key)
{
	const struct health_fault **found =
		faults->n_items ? bsearch(&key, faults->sorted, faults->n_items, sizeof(key), compare) : NULL;

	return found ? *found : NULL;
}

const struct health_fault *health_faults_find(const struct health_faults *faults, const struct health_item *item)
{
	struct health_fault key = { .kind = item->kind, .reason = item->reason };

	memcpy(key.name, item->name, sizeof(key.name));
	return find(faults, &key);
}

static void count(struct health_check *check)
{
	check->n_sessions = check->n_established = check->n_fabric = check->n_fabric_established = 0;
	for (size_t i = 0; i < check->report.n_items; i++) {
		const struct health_item *item = &check->report.items[i];
		bool established = streq(item->state, "Established");

		if (item->kind != HEALTH_SESSION)
			continue;
		check->n_sessions++;
		check->n_established += established;
		check->n_fabric += item->fabric;
		check->n_fabric_established += item->fabric && established;
	}
	check->n_remote_vteps = check->report.n_remote_vteps;
}

/* A daemon that does not answer until the time limit has not done so since the check began. */
static uint64_t first_seen(const struct health_check *check, const struct health_item *item, uint64_t now_ms)
{
	return item->reason == HEALTH_NO_ANSWER ? check->began_ms : now_ms;
}

/* The faults of the new report, with the times of those that the last one had. */
static struct health_faults make_faults(const struct health_check *check, uint64_t now_ms)
{
	struct health_faults faults = { 0 };

	for (size_t i = 0; i < check->report.n_items; i++) {
		const struct health_item *item = &check->report.items[i];
		const struct health_fault *old;
		struct health_fault *fault;

		if (item->reason == HEALTH_FINE)
			continue;
		old = health_faults_find(&check->faults, item);
		fault = util_append(&faults.items, &faults.n_items, sizeof(*fault));
		*fault = (struct health_fault){ .kind = item->kind,
						.reason = item->reason,
						.text = xstrdup(item->text),
						.fabric = item->fabric,
						.since_ms = old ? old->since_ms : first_seen(check, item, now_ms),
						.told = old && old->told };
		memcpy(fault->name, item->name, sizeof(fault->name));
		memcpy(fault->state, item->state, sizeof(fault->state));
	}
	sort(&faults);
	return faults;
}

static void name_fault(FILE *out, const struct health_fault *fault, uint64_t now_ms)
{
	char age[CLOCK_DURATION_SIZE];

	clock_format_duration((now_ms - fault->since_ms) / 1000, age);
	fprintf(out, "%s (%s since %s)", fault->text, health_reason_name(fault->reason), age);
}

static bool is_confirmed(const struct health_fault *fault, uint64_t now_ms)
{
	return now_ms - fault->since_ms >= CONFIRM_MS;
}

/* For the log: it counts, and no line has it yet. */
static bool is_news(const struct health_fault *fault, uint64_t now_ms)
{
	return !fault->told && is_confirmed(fault, now_ms);
}

static bool is_fabric_down(const struct health_check *check, const struct health_fault *fault)
{
	return check->n_fabric && !check->n_fabric_established && fault->fabric && fault->reason == HEALTH_SESSION_DOWN;
}

/* Where all sessions of the fabric are down, they are one fault: "no fabric session is established (eth1: Active since 40 s)". */
static bool name_fabric(FILE *out, const struct health_check *check, bool untold, uint64_t now_ms)
{
	const struct health_faults *faults = &check->faults;
	size_t n = 0;

	for (size_t i = 0; i < faults->n_items; i++) {
		const struct health_fault *fault = &faults->items[i];
		char age[CLOCK_DURATION_SIZE];

		clock_format_duration((now_ms - fault->since_ms) / 1000, age);
		if (!is_fabric_down(check, fault) || (untold && !is_news(fault, now_ms)) || n++ >= NAMED_MAX)
			continue;
		fprintf(out, "%s%s: %s since %s", n > 1 ? ", " : "no fabric session is established (", fault->name,
			fault->state, age);
	}
	if (n > NAMED_MAX)
		fprintf(out, ", and %zu more", n - NAMED_MAX);
	if (n)
		fputc(')', out);
	return n > 0;
}

/* The faults in one line, `untold`: those that no line of the log has yet. */
static char *name_faults(const struct health_check *check, bool untold, uint64_t now_ms)
{
	const struct health_faults *faults = &check->faults;
	size_t n, len;
	char *text = NULL;
	FILE *out = xopen_text(&text, &len);

	n = name_fabric(out, check, untold, now_ms);
	for (size_t i = 0; i < faults->n_items; i++) {
		if (is_fabric_down(check, &faults->items[i]) || (untold && !is_news(&faults->items[i], now_ms)) ||
		    n++ >= NAMED_MAX)
			continue;
		fputs(n > 1 ? "; " : "", out);
		name_fault(out, &faults->items[i], now_ms);
	}
	if (n > NAMED_MAX)
		fprintf(out, "; and %zu more", n - NAMED_MAX);
	xclose_text(out);
	return text;
}

bool health_has_unconfirmed(const struct health_check *check, uint64_t now_ms)
{
	for (size_t i = 0; i < check->faults.n_items; i++)
		if (!is_confirmed(&check->faults.items[i], now_ms))
			return true;
	return false;
}

/* `untold`: which no line of the log has yet. */
static bool has_confirmed(const struct health_faults *faults, bool untold, uint64_t now_ms)
{
	for (size_t i = 0; i < faults->n_items; i++)
		if (untold ? is_news(&faults->items[i], now_ms) : is_confirmed(&faults->items[i], now_ms))
			return true;
	return false;
}

static void tell_degraded(struct health_check *check, enum health_state former, uint64_t former_ms, uint64_t now_ms)
{
	_cleanup_free_ char *text = name_faults(check, true, now_ms);
	char age[CLOCK_DURATION_SIZE];

	clock_format_duration((now_ms - former_ms) / 1000, age);
	if (former == HEALTHY)
		log_warning("applied, degraded: %s; it was healthy for %s", text, age);
	else
		log_warning("applied, degraded: %s", text);
	for (size_t i = 0; i < check->faults.n_items; i++)
		check->faults.items[i].told |= is_confirmed(&check->faults.items[i], now_ms);
}

/* Logs what the last check has and the present one has not. */
static void tell_gone(const struct health_check *check, const struct health_faults *now, uint64_t now_ms)
{
	size_t n = 0;

	for (size_t i = 0; i < check->faults.n_items; i++) {
		const struct health_fault *fault = &check->faults.items[i];
		char age[CLOCK_DURATION_SIZE];

		clock_format_duration((now_ms - fault->since_ms) / 1000, age);
		if (fault->told && !find(now, fault) && n++ < NAMED_MAX)
			log_info("%s: no longer %s, after %s", fault->name, health_reason_name(fault->reason), age);
	}
	if (n > NAMED_MAX)
		log_info("and %zu more work again", n - NAMED_MAX);
}

void health_take_report(struct health_check *check, uint64_t now_ms)
{
	struct health_faults faults = make_faults(check, now_ms);
	enum health_state former = check->settled;
	uint64_t former_ms = check->settled_ms;

	count(check);
	if (faults.n_items == 0)
		check->state = HEALTHY;
	else if (former == HEALTH_DEGRADED || (now_ms >= check->grace_ms && has_confirmed(&faults, false, now_ms)))
		check->state = HEALTH_DEGRADED;
	else
		check->state = HEALTH_PENDING;
	/* What has worked once after the run has no grace any more. */
	if (check->state == HEALTHY)
		check->grace_ms = 0;
	if (check->state != HEALTH_PENDING && check->state != former) {
		check->settled = check->state;
		check->settled_ms = now_ms;
	}
	if (check->state == HEALTH_DEGRADED)
		tell_gone(check, &faults, now_ms);
	health_faults_clear(&check->faults);
	check->faults = faults;
	if (check->state == HEALTH_DEGRADED && has_confirmed(&check->faults, true, now_ms))
		tell_degraded(check, former, former_ms, now_ms);
	if (check->state == HEALTHY && former != HEALTHY) {
		char age[CLOCK_DURATION_SIZE];

		clock_format_duration((now_ms - former_ms) / 1000, age);
		if (former == HEALTH_DEGRADED)
			log_info("healthy: %zu of %zu sessions established, %zu remote VTEPs; it was degraded for %s",
				 check->n_established, check->n_sessions, check->n_remote_vteps, age);
		else
			log_info("healthy: %zu of %zu sessions established, %zu remote VTEPs", check->n_established,
				 check->n_sessions, check->n_remote_vteps);
	}
}

char *health_check_text(const struct health_check *check, const char *vnis)
{
	_cleanup_free_ char *faults = NULL;

	switch (check->state) {
	case HEALTHY:
		return xasprintf("applied, healthy: %s, %zu of %zu sessions established, %zu remote VTEPs", vnis,
				 check->n_established, check->n_sessions, check->n_remote_vteps);
	case HEALTH_PENDING:
		faults = name_faults(check, false, clock_ms());
		return xasprintf("applied, health pending: %s", faults);
	case HEALTH_DEGRADED:
		faults = name_faults(check, false, clock_ms());
		return xasprintf("applied, degraded: %s", faults);
	case HEALTH_UNKNOWN:
		break;
	}
	return check->unable ? xasprintf("applied: %s; health unknown: %s", vnis, check->unable)
			     : xasprintf("applied: %s", vnis);
}
