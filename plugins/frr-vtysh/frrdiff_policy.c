/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrdiff_policy.c - adds, changes and deletes lists and route-maps, which other lines refer to meanwhile
 *
 * A list that is in use is never empty meanwhile: new entries replace those with the same number, and then the
 * remaining old entries are deleted. FRR ignores a new entry whose rule the list already has under another number. So
 * that old entry is deleted or replaced first. A new list is added before the lines that refer to it, and an old one is
 * deleted after them.
 */
#include <stdlib.h>
#include <string.h>

#include "frrdiff_tree.h"

struct entry {
	struct frr_node *node;
	struct frr_entry is; /* its parsed text */
	bool done; /* set, deleted, or unchanged */
	bool waits; /* in the chain of set_chain() */
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

static int by_number(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = frr_entry_compare_lists(&x->is, &y->is);

	if (!order && x->is.is_text != y->is.is_text)
		return x->is.is_text ? -1 : 1;
	return order ? order : x->is.seq < y->is.seq ? -1 : x->is.seq > y->is.seq;
}

static int by_rule(const void *a, const void *b)
{
	const struct entry *x = *(struct entry *const *)a, *y = *(struct entry *const *)b;
	int order = frr_entry_compare_lists(&x->is, &y->is);

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
	struct entry **rules; /* the old entries, sorted by rule */
	struct entry **chain; /* memory for set_chain() */
};

static bool has_list(const struct entries *entries, const struct frr_entry *is)
{
	size_t low = 0, high = entries->n;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = frr_entry_compare_lists(&entries->all[middle].is, is);

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

/* The old entry with the same rule and another number, if FRR still has it. */
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

	/* Setting an entry does not remove the word "exact-match" of the former one. */
	if (over && strstr(over->is.rule, " exact-match") && !strstr(new->is.rule, " exact-match"))
		delete_entry(change, over);
	frr_out_set(change->out, change->root, new->node->text);
	new->done = true;
	if (over)
		over->done = true;
}

/* Sets the entry. Before it, sets the entries that replace old ones with the same rule, and so on. */
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

/* The lines of a route-map that are to be set, ordered by text. */
struct new_lines {
	struct frr_node **all;
	size_t n;
};

static struct new_lines new_lines(struct frr_arena *arena, const struct frr_node *running,
				  const struct frr_node *wanted)
{
	struct new_lines lines = { .all = frr_alloc(arena, (wanted->n_kids + 1) * sizeof(struct frr_node *)) };

	for (size_t i = 0; i < wanted->n_kids; i++)
		if (!is_set(wanted->kids[i], running))
			lines.all[lines.n++] = wanted->kids[i];
	qsort(lines.all, lines.n, sizeof(struct frr_node *), frr_by_text);
	return lines;
}

/*
 * `no` with the old value may delete the new one. So an old line is deleted before a new line with the same first two
 * words is set, for example "set ip".
 */
static bool goes_first(const struct frr_node *old, const struct new_lines *new)
{
	size_t len = frr_word(old->text), at;

	len += old->text[len] ? 1 + frr_word(old->text + len + 1) : 0;
	at = frr_text_bound(new->all, new->n, old->text, len);
	return at < new->n &&strncmp(new->all[at]->text, old->text, len) == 0 &&
	       (new->all[at]->text[len] == ' ' || new->all[at]->text[len] == '\0');
}

static void delete_lines(struct frr_out *out, struct frr_node *running, struct frr_node *wanted,
			 const struct new_lines *new, bool first)
{
	for (size_t i = 0; running && i < running->n_kids; i++) {
		const struct frr_node *old = running->kids[i];

		if (!old->gone && !old->match && goes_first(old, new) == first)
			frr_out_delete(out, wanted, old);
	}
}

/* Sets new lines before deleting old ones: an entry with fewer conditions would match more routes meanwhile. */
static void change_route_map(struct frr_out *out, struct frr_node *running, struct frr_node *wanted)
{
	struct new_lines new = new_lines(out->arena, running, wanted);

	if (!running || strcmp(running->text, wanted->text))
		frr_out_set(out, wanted, NULL);
	delete_lines(out, running, wanted, &new, true);
	for (size_t i = 0; i < wanted->n_kids; i++)
		if (!is_set(wanted->kids[i], running))
			frr_out_set(out, wanted, wanted->kids[i]->text);
	delete_lines(out, running, wanted, &new, false);
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
