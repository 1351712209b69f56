/* SPDX-License-Identifier: Apache-2.0 */
/* test_neighbors.c - the limits of the kernel's tables of neighbors: raised, never lowered, given back; warnings */
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "plan_case.h"
#include "run/neighbor_watch.h"
#include "unit.h"

#define KEY "net/ipv4/neigh/default/gc_thresh1"

static void setup(void)
{
	plan_case_start(&(struct config){ .gc_thresh = { 4096 } });
}

/* The kernel has this value; "": none, as in a namespace that is not the first one. */
static void kernel_has(const char *value)
{
	all_made();
	for (size_t i = 0; i < actual.n_sysctls; i++)
		if (actual.sysctls[i].ns == NET_NS_HOST)
			snprintf(actual.sysctls[i].value, sizeof(actual.sysctls[i].value), "%s", value);
	make();
}

START_TEST(a_limit_is_raised_in_both_families)
{
	char text[PLAN_OP_SIZE];

	kernel_has("128");
	ck_assert_uint_eq(plan.n_ops, 2);
	ck_assert_str_eq(plan_op_text(&plan.ops[0], text), "host: sysctl " KEY "=4096");
	ck_assert_str_eq(plan_op_text(&plan.ops[1], text), "host: sysctl net/ipv6/neigh/default/gc_thresh1=4096");
}
END_TEST

START_TEST(a_higher_one_stays)
{
	kernel_has("4096");
	ck_assert_uint_eq(plan.n_ops, 0);
	plan_clear(&plan);
	kernel_has("100000");
	ck_assert_uint_eq(plan.n_ops, 0);
}
END_TEST

START_TEST(it_is_given_back_unless_another_program_has_changed_it)
{
	static const struct {
		const char *now;
		size_t n_ops;
	} cases[] = { { "4096", 1 }, { "8192", 0 }, { "128", 0 } };
	struct net former = { 0 };
	struct net_sysctl sysctl = { .ns = NET_NS_HOST, .key = KEY, .value = "128", .written = "4096" };

	former.sysctls = &sysctl;
	former.n_sysctls = 1;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct net_sysctl *now;

		plan_case_teardown();
		desired_make_nothing(&(struct nic_records){ 0 }, &former, &desired);
		now = util_append(&actual.sysctls, &actual.n_sysctls, sizeof(*now));
		*now = sysctl;
		snprintf(now->value, sizeof(now->value), "%s", cases[i].now);
		make();
		ck_assert_uint_eq(plan.n_ops, cases[i].n_ops);
	}
}
END_TEST

START_TEST(a_namespace_without_the_limits_is_warned_of)
{
	size_t n = 0;
	char **lines;

	all_made();
	for (size_t i = 0; i < actual.n_sysctls; i++)
		if (actual.sysctls[i].ns == NET_NS_FRR)
			actual.sysctls[n++] = actual.sysctls[i];
	actual.n_sysctls = n;
	make();
	ck_assert_uint_eq(plan.n_ops, 0);
	lines = plan_warnings(&desired, &actual, &n);
	ck_assert_uint_eq(n, 1);
	ck_assert_ptr_nonnull(strstr(lines[0], "neighbor_table: evpnd does not run in the first network namespace"));
	util_free_strings(lines, n);
}
END_TEST

START_TEST(the_kernels_counts)
{
	static const char text[] = "entries  allocs   destroys lookups  unresolved_discards table_fulls\n"
				   "00000101 00000004 00000000 00000000 00000000            00000002\n"
				   "00000101 00000000 00000000 00000000 00000000            0000000a\n";
	struct neighbor_table table;

	ck_assert(neighbor_table_parse(text, &table));
	ck_assert_uint_eq(table.entries, 0x101);
	ck_assert_uint_eq(table.fulls, 12);
	ck_assert(!neighbor_table_parse("", &table));
	ck_assert(!neighbor_table_parse("entries table_fulls\n", &table));
	ck_assert(!neighbor_table_parse("lookups\n00000001\n", &table));
	/* Linux before 3.13 has no count of refusals. */
	ck_assert(neighbor_table_parse("entries lookups\n00000003 00000001\n", &table));
	ck_assert_uint_eq(table.entries, 3);
	ck_assert_uint_eq(table.fulls, 0);
}
END_TEST

START_TEST(each_limit_is_warned_of_once)
{
	struct neighbor_watch watch = { 0 };
	struct neighbor_table now = { .entries = 127, .thresh1 = 128, .thresh3 = 1024, .fulls = 5 };

	neighbor_watch_judge(&watch, false, &now);
	ck_assert_str_eq(watch.text, "");
	now.entries = 128;
	neighbor_watch_judge(&watch, false, &now);
	ck_assert_ptr_nonnull(strstr(watch.text, "IPv4 neighbors: this machine has 128, and gc_thresh1 is 128"));
	watch.text[0] = '\0';
	now.entries = 100;
	neighbor_watch_judge(&watch, false, &now);
	now.entries = 130;
	neighbor_watch_judge(&watch, false, &now);
	ck_assert_str_eq(watch.text, "");
	neighbor_watch_judge(&watch, true, &now);
	ck_assert_ptr_nonnull(strstr(watch.text, "IPv6 neighbors: this machine has 130"));
	now.entries = 95;
	neighbor_watch_judge(&watch, false, &now);
	now.entries = 130;
	now.fulls = 7;
	neighbor_watch_judge(&watch, false, &now);
	ck_assert_ptr_nonnull(strstr(watch.text, "IPv4 neighbors: this machine has 130"));
	now.fulls = 9;
	neighbor_watch_judge(&watch, false, &now);
	ck_assert_ptr_nonnull(
		strstr(watch.text, "table is full, 2 new ones got no entry: raise gc_thresh3, which is 1024"));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("neighbors");

	tcase_add_checked_fixture(tcase, setup, plan_case_teardown);
	tcase_add_test(tcase, a_limit_is_raised_in_both_families);
	tcase_add_test(tcase, a_higher_one_stays);
	tcase_add_test(tcase, it_is_given_back_unless_another_program_has_changed_it);
	tcase_add_test(tcase, a_namespace_without_the_limits_is_warned_of);
	tcase_add_test(tcase, the_kernels_counts);
	tcase_add_test(tcase, each_limit_is_warned_of_once);
	return unit_run("neighbors", tcase);
}
