/* SPDX-License-Identifier: Apache-2.0 */
/* drift_pace.c - what is left to do, and how often it is restored; see drift_parts.h */
#include <limits.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/util.h"
#include "run/drift_parts.h"

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct drift_item *)a)->text, ((const struct drift_item *)b)->text);
}

static void name_object(const struct op *op, char name[DRIFT_OBJECT_SIZE])
{
	if (op->link)
		snprintf(name, DRIFT_OBJECT_SIZE, "%s: %s", net_ns_name(op->link->ns), op->link->name);
	else if (op->addr)
		snprintf(name, DRIFT_OBJECT_SIZE, "%s: %s", net_ns_name(op->addr->ns), op->addr->link);
	else if (op->route)
		snprintf(name, DRIFT_OBJECT_SIZE, "%s: table %u", net_ns_name(op->route->ns), op->route->table);
	else if (op->rule)
		snprintf(name, DRIFT_OBJECT_SIZE, "%s: rule for the local table", net_ns_name(NET_NS_FRR));
	else if (op->vlan)
		snprintf(name, DRIFT_OBJECT_SIZE, "%s: VLANs and VNIs of %s", net_ns_name(op->vlan->ns),
			 op->vlan->link);
	else if (op->sysctl)
		snprintf(name, DRIFT_OBJECT_SIZE, "%s: %s", net_ns_name(op->sysctl->ns), op->sysctl->key);
	else
		snprintf(name, DRIFT_OBJECT_SIZE, "%s: %s", net_ns_name(NET_NS_HOST), op->ovs_port->name);
}

void drift_left_add(struct drift_left *left, const char *object, const char *text)
{
	struct drift_item *item = util_append(&left->items, &left->n_items, sizeof(*item));

	snprintf(item->object, sizeof(item->object), "%s", object);
	item->text = xstrdup(text);
	item->order = left->n_items;
}

void drift_left_from_plan(const struct net *desired, const struct plan *plan, struct drift_left *left)
{
	char object[DRIFT_OBJECT_SIZE], text[PLAN_OP_SIZE];

	for (size_t i = 0; i < plan->n_ops; i++) {
		name_object(&plan->ops[i], object);
		drift_left_add(left, object, plan_op_text(&plan->ops[i], text));
	}
	for (size_t i = 0; i < plan->n_problems; i++)
		drift_left_add(left, desired->groups[plan->problems[i].group].label, plan->problems[i].text);
	if (left->n_items)
		qsort(left->items, left->n_items, sizeof(*left->items), by_text);
}

void drift_left_clear(struct drift_left *left)
{
	for (size_t i = 0; i < left->n_items; i++)
		free(left->items[i].text);
	free(left->items);
	*left = (struct drift_left){ 0 };
}

size_t drift_left_compare(const struct drift_left *before, const struct drift_left *now,
			  void (*each)(const struct drift_item *item, bool came, void *arg), void *arg)
{
	size_t i = 0, k = 0, n = 0;

	while (i < before->n_items || k < now->n_items) {
		int c = i == before->n_items ? 1 : k == now->n_items ? -1 : by_text(&before->items[i], &now->items[k]);

		if (c != 0) {
			each(c < 0 ? &before->items[i] : &now->items[k], c > 0, arg);
			n++;
		}
		i += c <= 0;
		k += c >= 0;
	}
	return n;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct drift_object *)a)->name, ((const struct drift_object *)b)->name);
}

void drift_pace_see(struct drift_pace *pace, const char *object, uint64_t now_ms)
{
	struct drift_object *seen = util_append(&pace->seen, &pace->n_seen, sizeof(*seen));

	snprintf(seen->name, sizeof(seen->name), "%s", object);
	seen->seen_ms = now_ms;
}

static void keep(struct drift_pace *pace, const struct drift_object *object)
{
	*(struct drift_object *)util_append(&pace->objects, &pace->n_objects, sizeof(*object)) = *object;
}

/* Both are sorted by name, `seen` may have doubles: the objects become those that were seen or were restored lately. */
static void merge(struct drift_pace *pace, uint64_t now_ms)
{
	struct drift_pace old = *pace;
	size_t i = 0, k = 0;

	if (old.n_seen)
		qsort(old.seen, old.n_seen, sizeof(*old.seen), by_name);
	*pace = (struct drift_pace){ 0 };
	while (i < old.n_objects || k < old.n_seen) {
		int c = i == old.n_objects ? 1 : k == old.n_seen ? -1 : by_name(&old.objects[i], &old.seen[k]);
		struct drift_object object = c <= 0 ? old.objects[i] : old.seen[k];

		if (c < 0)
			object.seen_ms = 0;
		else if (c == 0 && !object.seen_ms)
			object.seen_ms = old.seen[k].seen_ms;
		if (object.seen_ms || now_ms - object.repaired_ms <= DRIFT_QUIET_MS)
			keep(pace, &object);
		i += c <= 0;
		while (c >= 0 && k < old.n_seen && streq(object.name, old.seen[k].name))
			k++;
	}
	drift_pace_clear(&old);
}

/* How long the pause after the last repair still lasts. */
static uint64_t pause_left(struct drift_object *object, uint64_t now_ms)
{
	uint64_t due;

	if (object->seen_ms - object->repaired_ms > DRIFT_QUIET_MS) {
		object->repairs = 0;
		object->told = false;
	}
	if (object->repairs < DRIFT_FREE_REPAIRS)
		return 0;
	due = object->repaired_ms + clock_backoff_ms(object->repairs - DRIFT_FREE_REPAIRS + 1);
	return due > now_ms ? due - now_ms : 0;
}

unsigned int drift_pace_wait(struct drift_pace *pace, uint64_t now_ms, const struct drift_object **ret_fight)
{
	uint64_t wait = UINT64_MAX;

	*ret_fight = NULL;
	merge(pace, now_ms);
	for (size_t i = 0; i < pace->n_objects; i++) {
		struct drift_object *object = &pace->objects[i];
		uint64_t left = object->seen_ms ? pause_left(object, now_ms) : UINT64_MAX;

		wait = left < wait ? left : wait;
		/* Objects that change together (a pair, a bridge and its ports) are reported once. */
		if (object->seen_ms && left && !object->told) {
			*ret_fight = *ret_fight ? *ret_fight : object;
			object->told = true;
		}
	}
	for (size_t i = 0; wait == 0 && i < pace->n_objects; i++) {
		struct drift_object *object = &pace->objects[i];

		object->repairs += object->seen_ms != 0;
		object->repaired_ms = object->seen_ms ? now_ms : object->repaired_ms;
		object->seen_ms = 0;
	}
	return wait < UINT_MAX ? (unsigned int)wait : UINT_MAX;
}

void drift_pace_clear(struct drift_pace *pace)
{
	free(pace->objects);
	free(pace->seen);
	*pace = (struct drift_pace){ 0 };
}
