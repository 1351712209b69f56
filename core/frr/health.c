/* SPDX-License-Identifier: Apache-2.0 */
/* health.c - the report: items and names; see health.h */
#include <stdarg.h>
#include <stdio.h>

#include "base/escape.h"
#include "base/util.h"
#include "frr/health.h"

static const char *const names[HEALTH_REASON_COUNT] = {
	[HEALTH_FINE] = "",
	[HEALTH_DAEMON_MISSING] = "DaemonMissing",
	[HEALTH_NO_ANSWER] = "NoAnswer",
	[HEALTH_CONFIG_DRIFT] = "ConfigDrift",
	[HEALTH_VNI_UNKNOWN] = "VniUnknown",
	[HEALTH_VNI_NOT_ANNOUNCED] = "VniNotAnnounced",
	[HEALTH_VNI_TYPE_MISMATCH] = "VniTypeMismatch",
	[HEALTH_VNI_DOWN] = "VniDown",
	[HEALTH_VRF_MISMATCH] = "VrfMismatch",
	[HEALTH_VTEP_MISMATCH] = "VtepMismatch",
	[HEALTH_ROUTER_MAC_MISMATCH] = "RouterMacMismatch",
	[HEALTH_NEXT_HOP_MISMATCH] = "NextHopMismatch",
	[HEALTH_NEXT_HOP_UNRESOLVED] = "NextHopUnresolved",
	[HEALTH_REMOTE_VTEPS_GONE] = "RemoteVtepsGone",
	[HEALTH_SESSION_DOWN] = "SessionDown",
	[HEALTH_SESSION_FLAPS] = "SessionFlaps",
	[HEALTH_FAMILY_MISSING] = "FamilyMissing",
	[HEALTH_BFD_DOWN] = "BfdDown",
	[HEALTH_NOTHING_ANNOUNCED] = "NothingAnnounced",
	[HEALTH_ROUTES_PENDING] = "RoutesPending",
};

const char *health_reason_name(enum health_reason reason)
{
	return names[reason];
}

static void set_text(struct health_item *item, const char *format, va_list ap)
{
	char text[512];

	vsnprintf(text, sizeof(text), format, ap);
	escape_in_place(text, false);
	free(item->text);
	item->text = xstrdup(text);
}

struct health_item *health_add(struct health_report *report, enum health_kind kind, const char *name,
			       enum health_reason reason, const char *format, ...)
{
	struct health_item *item = util_append(&report->items, &report->n_items, sizeof(*item));
	va_list ap;

	item->kind = kind;
	item->reason = reason;
	snprintf(item->name, sizeof(item->name), "%s", name);
	escape_in_place(item->name, false);
	if (!format)
		return item;
	va_start(ap, format);
	set_text(item, format, ap);
	va_end(ap);
	return item;
}

void health_set(struct health_item *item, enum health_reason reason, const char *format, ...)
{
	va_list ap;

	item->reason = reason;
	va_start(ap, format);
	set_text(item, format, ap);
	va_end(ap);
}

void health_report_clear(struct health_report *report)
{
	for (size_t i = 0; i < report->n_items; i++)
		free(report->items[i].text);
	free(report->items);
	util_free_strings(report->remote_vteps, report->n_remote_vteps);
	*report = (struct health_report){ 0 };
}

const struct health_item *health_first_failed(const struct health_report *report, size_t *ret_n)
{
	const struct health_item *first = NULL;

	*ret_n = 0;
	for (size_t i = 0; i < report->n_items; i++) {
		if (report->items[i].reason == HEALTH_FINE)
			continue;
		if (!first)
			first = &report->items[i];
		++*ret_n;
	}
	return first;
}
