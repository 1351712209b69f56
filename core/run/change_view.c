/* SPDX-License-Identifier: Apache-2.0 */
/* change_view.c - see change_view.h */
#include <stdlib.h>

#include "base/json.h"
#include "base/util.h"
#include "run/change_view.h"

/* Lines about what has become worse; the rest is counted. */
#define WORSE_MAX 20

static bool is_established(const struct health_item *item)
{
	return streq(item->state, "Established");
}

static char *fault_key(const struct health_item *item)
{
	return xasprintf("%s %s", health_reason_name(item->reason), item->name);
}

static void add_session(struct change_view *view, const struct health_item *item)
{
	struct change_session *session = util_append(&view->sessions, &view->n_sessions, sizeof(*session));

	memcpy(session->name, item->name, sizeof(session->name));
	session->established = is_established(item);
	view->n_established += session->established;
}

static void add_vni(struct change_view *view, const struct health_item *item)
{
	struct change_vni *vni = util_append(&view->vnis, &view->n_vnis, sizeof(*vni));

	*vni = (struct change_vni){ .vni = item->vni, .vteps = item->vteps, .up = item->reason == HEALTH_FINE };
	view->n_up += vni->up;
}

/* Whether the item is a fault of FRR's or of the fabric's that no count of sessions and VNIs shows. */
static bool is_other_fault(const struct health_item *item)
{
	return item->reason != HEALTH_FINE && item->kind != HEALTH_VNI &&
	       (item->kind != HEALTH_SESSION || item->reason == HEALTH_NOTHING_ANNOUNCED ||
		item->reason == HEALTH_FAMILY_MISSING);
}

void change_view_take(const struct health_report *report, struct change_view *view)
{
	view->known = true;
	for (size_t i = 0; i < report->n_items; i++) {
		const struct health_item *item = &report->items[i];

		/* An item of the kind without a state is about all sessions. */
		if (item->kind == HEALTH_SESSION && item->state[0])
			add_session(view, item);
		else if (item->kind == HEALTH_VNI)
			add_vni(view, item);
		if (is_other_fault(item))
			*(char **)util_append(&view->faults, &view->n_faults, sizeof(char *)) = fault_key(item);
	}
}

void change_view_clear(struct change_view *view)
{
	free(view->sessions);
	free(view->vnis);
	util_free_strings(view->faults, view->n_faults);
	*view = (struct change_view){ 0 };
}

json_t *change_view_json(const struct change_view *view)
{
	json_t *sessions = json_array(), *vnis = json_array(), *faults = json_array();

	for (size_t i = 0; i < view->n_sessions; i++)
		json_array_append_new(sessions,
				      json_pack("[sb]", view->sessions[i].name, (int)view->sessions[i].established));
	for (size_t i = 0; i < view->n_vnis; i++)
		json_array_append_new(vnis, json_pack("[iib]", (int)view->vnis[i].vni, (int)view->vnis[i].vteps,
						      (int)view->vnis[i].up));
	for (size_t i = 0; i < view->n_faults; i++)
		json_array_append_new(faults, json_string(view->faults[i]));
	return json_pack("{sb so so so}", "known", (int)view->known, "sessions", sessions, "vnis", vnis, "faults",
			 faults);
}

static bool parse_sessions(json_t *array, struct change_view *view)
{
	json_t *entry;
	size_t i;

	json_array_foreach(array, i, entry)
	{
		struct change_session *session = util_append(&view->sessions, &view->n_sessions, sizeof(*session));
		const char *name = NULL;
		int established = 0;

		if (json_unpack(entry, "[sb]", &name, &established) < 0)
			return false;
		snprintf(session->name, sizeof(session->name), "%s", name);
		session->established = established;
		view->n_established += session->established;
	}
	return json_is_array(array);
}

static bool parse_vnis(json_t *array, struct change_view *view)
{
	json_t *entry;
	size_t i;

	json_array_foreach(array, i, entry)
	{
		struct change_vni *vni = util_append(&view->vnis, &view->n_vnis, sizeof(*vni));
		int number = 0, vteps = 0, up = 0;

		if (json_unpack(entry, "[iib]", &number, &vteps, &up) < 0)
			return false;
		*vni = (struct change_vni){ .vni = (uint32_t)number, .vteps = (uint32_t)vteps, .up = up };
		view->n_up += vni->up;
	}
	return json_is_array(array);
}

static bool parse_faults(json_t *array, struct change_view *view)
{
	json_t *entry;
	size_t i;

	json_array_foreach(array, i, entry)
	{
		if (!json_is_string(entry))
			return false;
		*(char **)util_append(&view->faults, &view->n_faults,
				      sizeof(char *)) = xstrdup(json_string_value(entry));
	}
	return json_is_array(array);
}

bool change_view_parse(const json_t *json, struct change_view *view)
{
	view->known = json_is_true(json_object_get(json, "known"));
	return parse_sessions(json_object_get(json, "sessions"), view) &&
	       parse_vnis(json_object_get(json, "vnis"), view) && parse_faults(json_object_get(json, "faults"), view);
}

static const struct change_session *find_session(const struct change_view *view, const char *name)
{
	for (size_t i = 0; i < view->n_sessions; i++)
		if (streq(view->sessions[i].name, name))
			return &view->sessions[i];
	return NULL;
}

/* VNIs have the same order in both: the search goes on where the last one has ended. */
static const struct change_vni *find_vni(const struct change_view *view, uint32_t vni, size_t *at)
{
	for (size_t i = 0; i < view->n_vnis; i++) {
		size_t j = (*at + i) % view->n_vnis;

		if (view->vnis[j].vni == vni) {
			*at = j + 1;
			return &view->vnis[j];
		}
	}
	return NULL;
}

static bool had_fault(const struct change_view *view, const char *key)
{
	for (size_t i = 0; i < view->n_faults; i++)
		if (streq(view->faults[i], key))
			return true;
	return false;
}

struct tally {
	size_t n_sessions, n_established, n_alive; /* now */
	size_t n_vnis, n_up;
	size_t n_had_vteps, n_lost_vteps; /* VNIs in both that had remote VTEPs, and those of them that have none now */
	size_t n_new_faults;
	struct config_errors *worse, *notes;
};

static void add_worse(struct tally *tally, const char *line)
{
	if (tally->worse)
		config_errors_add(tally->worse, NULL, "%s", line);
}

static void compare_session(struct tally *tally, const struct change_view *before, const struct health_item *item,
			    uint64_t since_ms)
{
	const struct change_session *former = find_session(before, item->name);
	bool established = is_established(item);
	/* FRR's clock counts seconds: the message may be older by almost one. */
	bool alive = established && (item->silent_s + 1) * 1000 < since_ms;
	_cleanup_free_ char *line = NULL;

	tally->n_sessions++;
	tally->n_established += established;
	tally->n_alive += alive;
	if (former && former->established && !established) {
		line = xasprintf("session %s: Established before, %s now", item->name, item->state);
		add_worse(tally, line);
	}
	if (established && !alive && tally->notes)
		config_errors_add(tally->notes, NULL,
				  "session %s: established, but the neighbor has sent nothing since the change",
				  item->name);
}

static void compare_vni(struct tally *tally, const struct change_view *before, const struct health_item *item,
			size_t *at)
{
	const struct change_vni *former = find_vni(before, item->vni, at);
	bool up = item->reason == HEALTH_FINE;
	_cleanup_free_ char *line = NULL;

	tally->n_vnis++;
	tally->n_up += up;
	if (!former)
		return;
	tally->n_had_vteps += former->vteps > 0;
	tally->n_lost_vteps += former->vteps > 0 && item->vteps == 0;
	if (former->up && !up)
		line = xasprintf("VNI %u: up before, now: %s", item->vni, item->text);
	else if (item->vteps < former->vteps)
		line = xasprintf("VNI %u: %u remote VTEPs before, %u now", item->vni, former->vteps, item->vteps);
	if (line)
		add_worse(tally, line);
}

static void compare_fault(struct tally *tally, const struct change_view *before, const struct health_item *item)
{
	_cleanup_free_ char *key = fault_key(item), *line = NULL;

	if (!before->known || had_fault(before, key))
		return;
	/* A session that is new need not work yet. */
	tally->n_new_faults += !(item->kind == HEALTH_SESSION && item->state[0] && !find_session(before, item->name));
	line = xasprintf("%s: %s", health_reason_name(item->reason), item->text);
	add_worse(tally, line);
}

static void cut(struct config_errors *lines)
{
	size_t n = lines ? lines->n_lines : 0;

	if (n <= WORSE_MAX)
		return;
	while (lines->n_lines > WORSE_MAX)
		free(lines->lines[--lines->n_lines]);
	config_errors_add(lines, NULL, "and %zu more", n - WORSE_MAX);
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static enum change_health verdict(const struct tally *tally, const struct change_view *before)
{
	size_t wanted = smaller(before->n_established, tally->n_sessions);

	if (tally->n_established < wanted || tally->n_up < smaller(before->n_up, tally->n_vnis) ||
	    tally->n_new_faults || (tally->n_had_vteps && tally->n_lost_vteps == tally->n_had_vteps))
		return CHANGE_BAD;
	return tally->n_alive < wanted ? CHANGE_UNPROVEN : CHANGE_GOOD;
}

enum change_health change_judge(const struct change_view *before, const struct health_report *now, uint64_t since_ms,
				struct config_errors *worse, struct config_errors *notes)
{
	struct tally tally = { .worse = worse, .notes = notes };
	size_t at = 0;

	/* In the order of cause and effect, for the lines. */
	for (size_t i = 0; i < now->n_items; i++)
		if (now->items[i].kind == HEALTH_SESSION && now->items[i].state[0])
			compare_session(&tally, before, &now->items[i], since_ms);
	for (size_t i = 0; i < now->n_items; i++)
		if (is_other_fault(&now->items[i]))
			compare_fault(&tally, before, &now->items[i]);
	for (size_t i = 0; i < now->n_items; i++)
		if (now->items[i].kind == HEALTH_VNI)
			compare_vni(&tally, before, &now->items[i], &at);
	cut(worse);
	cut(notes);
	return verdict(&tally, before);
}

/* Whether `config` has this VNI, whatever its type. Both lists are sorted. */
static bool has_vni(const struct config *config, uint32_t vni)
{
	for (size_t i = 0; i < config->n_l3vnis; i++)
		if (config->l3vnis[i].vni == vni)
			return true;
	for (size_t i = 0; i < config->n_l2vnis; i++)
		if (config->l2vnis[i].vni == vni)
			return true;
	return false;
}

char *change_danger(const struct config *before, const struct config *after)
{
	size_t n = before->n_l3vnis + before->n_l2vnis, n_gone = 0;

	for (size_t i = 0; i < before->n_l3vnis; i++)
		n_gone += !has_vni(after, before->l3vnis[i].vni);
	for (size_t i = 0; i < before->n_l2vnis; i++)
		n_gone += !has_vni(after, before->l2vnis[i].vni);
	if (2 * n_gone > n)
		return xasprintf("it deletes %zu of %zu VNIs", n_gone, n);
	if (before->underlay.n_nics && !after->underlay.n_nics)
		return xasprintf("it returns %s, the last NIC of the underlay, to the host",
				 before->underlay.nics[before->underlay.n_nics - 1].name);
	return NULL;
}
