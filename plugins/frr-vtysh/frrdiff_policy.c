/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrdiff_policy.c - lists and route-maps, which others refer to while they change
 *
 * A list that a neighbour uses is never emptied on the way: entries are set over those that have their number, and what is no
 * longer wanted is deleted after that. FRR ignores an entry whose rule the list has under another number, so that one has to
 * go, or be set over, first. A new list stands before what refers to it, an old one goes after.
 */
#include <stdlib.h>
#include <string.h>

#include "frrdiff_tree.h"

struct entry {
	struct frr_node *node;
	struct frr_entry is;
	bool done, waits;
};

struct entries {
	struct entry *all;
	size_t n;
};

bool frr_is_policy(const struct frr_node *node)
{
	struct frr_entry entry;

	if (node->parent->kind != FRR_ROOT)
		return false;
	return node->kind == FRR_ROUTE_MAP ||
	       (node->kind == FRR_LINE && frr_entry_of(frr_without_no(node->text), &entry));
}

static int by_list(const struct frr_entry *x, const struct frr_entry *y)
{
	size_t len = x->list_len < y->list_len ? x->list_len : y->list_len;
	int order = strncmp(x->list, y->list, len);

	return order ? order : x->list_len < y->list_len ? -1 : x->list_len > y->list_len;
}

static int by_number(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = by_list(&x->is, &y->is);

	if (!order && x->is.is_text != y->is.is_text)
		return x->is.is_text ? -1 : 1;
	return order ? order : x->is.seq < y->is.seq ? -1 : x->is.seq > y->is.seq;
}

static int by_rule(const void *a, const void *b)
{
	const struct entry *x = *(struct entry *const *)a, *y = *(struct entry *const *)b;
	int order = by_list(&x->is, &y->is);

	return order ? order : strcmp(x->is.rule, y->is.rule);
}

static struct entries entries_of(struct frr_arena *arena, const struct frr_node *root)
{
	struct entries entries = { .all = frr_alloc(arena, (root->n_kids + 1) * sizeof(struct entry)) };

	for (size_t i = 0; i < root->n_kids; i++) {
		struct entry *entry = &entries.all[entries.n];

		entry->node = root->kids[i];
		entries.n += !entry->node->gone && entry->node->kind == FRR_LINE &&
			     frr_entry_of(entry->node->text, &entry->is);
	}
	qsort(entries.all, entries.n, sizeof(struct entry), by_number);
	return entries;
}

static struct entry *find_number(const struct entries *entries, const struct frr_entry *is)
{
	struct entry key = { .is = *is };

	return entries->n ? bsearch(&key, entries->all, entries->n, sizeof(key), by_number) : NULL;
}

struct change {
	struct frr_out *out;
	struct frr_node *root;
	struct entries old, new;
	struct entry **rules; /* the old ones by rule */
	struct entry **chain; /* room for a chain of entries that wait for each other */
};

static bool has_list(const struct entries *entries, const struct frr_entry *is)
{
	size_t low = 0, high = entries->n;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = by_list(&entries->all[middle].is, is);

		if (!order)
			return true;
		*(order < 0 ? &low : &high) = order < 0 ? middle + 1 : middle;
	}
	return false;
}

static void delete_entry(struct change *change, struct entry *old)
{
	if (!old->done)
		frr_out_delete(change->out, change->root, old->node);
	old->done = true;
}

/* The old entry that has the same rule under another number, and still stands. */
static struct entry *blocker(const struct change *change, struct entry *new)
{
	struct entry **found, **end = change->rules + change->old.n;

	found = change->old.n ? bsearch(&new, change->rules, change->old.n, sizeof(struct entry *), by_rule) : NULL;
	if (!found)
		return NULL;
	while (found > change->rules && by_rule(found - 1, &new) == 0)
		found--;
	for (; found < end && by_rule(found, &new) == 0; found++)
		if (!(*found)->done && (*found)->is.seq != new->is.seq)
			return *found;
	return NULL;
}

static void set_entry(struct change *change, struct entry *new)
{
	struct entry *over = find_number(&change->old, &new->is);

	/* Setting an entry does not take this word away. */
	if (over && strstr(over->is.rule, " exact-match") && !strstr(new->is.rule, " exact-match"))
		delete_entry(change, over);
	frr_out_set(change->out, change->root, new->node->text);
	new->done = true;
	if (over)
		over->done = true;
}

/* Sets the entry, and before it those that stand on what it waits for. */
static void set_chain(struct change *change, struct entry *new)
{
	size_t depth = 0;

	for (struct entry *at = new; at;) {
		struct entry *old = blocker(change, at), *next = NULL;

		at->waits = true;
		change->chain[depth++] = at;
		if (old) {
			next = find_number(&change->new, &old->is);
			if (!next || next->waits || next->done) {
				delete_entry(change, old);
				next = NULL;
			}
		}
		at = next;
	}
	while (depth)
		set_entry(change, change->chain[--depth]);
}

static void change_lists(struct frr_out *out, struct frr_node *running, struct frr_node *wanted)
{
	struct change change = { .out = out, .root = running };

	change.old = entries_of(out->arena, running);
	change.new = entries_of(out->arena, wanted);
	change.rules = frr_alloc(out->arena, (change.old.n + 1) * sizeof(struct entry *));
	change.chain = frr_alloc(out->arena, (change.new.n + 1) * sizeof(struct entry *));
	for (size_t i = 0; i < change.old.n; i++) {
		change.rules[i] = &change.old.all[i];
		change.old.all[i].done = change.old.all[i].node->match &&
					 !strcmp(change.old.all[i].node->match->text, change.old.all[i].node->text);
	}
	qsort(change.rules, change.old.n, sizeof(struct entry *), by_rule);
	for (size_t i = 0; i < change.new.n; i++) {
		const struct frr_node *node = change.new.all[i].node;

		change.new.all[i].done = node->match && !strcmp(node->match->text, node->text);
	}
	for (size_t i = 0; i < change.new.n; i++)
		if (!change.new.all[i].done)
			set_chain(&change, &change.new.all[i]);
	for (size_t i = 0; i < change.old.n; i++)
		if (has_list(&change.new, &change.old.all[i].is))
			delete_entry(&change, &change.old.all[i]);
}

static bool is_set(const struct frr_node *line, const struct frr_node *running)
{
	return line->gone || (running && line->match && strcmp(line->match->text, line->text) == 0);
}

/* Two lines that say the same kind of thing: "set ip ...". */
static bool same_start(const char *a, const char *b)
{
	size_t len = strcspn(a, " ");

	len += a[len] ? 1 + strcspn(a + len + 1, " ") : 0;
	return strncmp(a, b, len) == 0 && (b[len] == ' ' || b[len] == '\0');
}

/* `no` with the old value may take the new one, so what is of the same kind as a new line goes before that one comes. */
static bool goes_first(const struct frr_node *old, const struct frr_node *running, const struct frr_node *wanted)
{
	for (size_t i = 0; i < wanted->n_kids; i++)
		if (!is_set(wanted->kids[i], running) && same_start(old->text, wanted->kids[i]->text))
			return true;
	return false;
}

static void delete_lines(struct frr_out *out, struct frr_node *running, struct frr_node *wanted, bool first)
{
	for (size_t i = 0; running && i < running->n_kids; i++) {
		const struct frr_node *old = running->kids[i];

		if (!old->gone && !old->match && goes_first(old, running, wanted) == first)
			frr_out_delete(out, wanted, old);
	}
}

/* The entry as it shall be: what is new before what goes, since an entry with fewer conditions lets more pass. */
static void change_route_map(struct frr_out *out, struct frr_node *running, struct frr_node *wanted)
{
	if (!running || strcmp(running->text, wanted->text))
		frr_out_set(out, wanted, NULL);
	delete_lines(out, running, wanted, true);
	for (size_t i = 0; i < wanted->n_kids; i++)
		if (!is_set(wanted->kids[i], running))
			frr_out_set(out, wanted, wanted->kids[i]->text);
	delete_lines(out, running, wanted, false);
}

void frr_policy_set(struct frr_out *out, struct frr_node *running, struct frr_node *wanted)
{
	change_lists(out, running, wanted);
	for (size_t i = 0; i < wanted->n_kids; i++)
		if (wanted->kids[i]->kind == FRR_ROUTE_MAP && !wanted->kids[i]->gone)
			change_route_map(out, wanted->kids[i]->match, wanted->kids[i]);
}

void frr_policy_delete(struct frr_out *out, struct frr_node *running, struct frr_node *wanted)
{
	struct entries old = entries_of(out->arena, running), new = entries_of(out->arena, wanted);

	for (size_t i = 0; i < running->n_kids; i++) {
		const struct frr_node *node = running->kids[i];

		if (node->kind == FRR_ROUTE_MAP && !node->gone && !node->match)
			frr_out_delete(out, running, node);
	}
	for (size_t i = 0; i < old.n; i++)
		if (!has_list(&new, &old.all[i].is))
			frr_out_delete(out, running, old.all[i].node);
}
