/* SPDX-License-Identifier: Apache-2.0 */
/* test_change_view.c - what has become worse by a change, what is asked about, and what of it survives on the disk */
#include <sys/stat.h>

#include "base/file.h"
#include "base/json.h"
#include "base/util.h"
#include "run/change_record.h"
#include "unit.h"

static struct health_report before, now;
static struct change_view view;
static struct config_errors worse, notes;
static char dir[64];

static void setup(void)
{
	strcpy(dir, "/tmp/evpnd-change-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void clear(void)
{
	health_report_clear(&before);
	health_report_clear(&now);
	change_view_clear(&view);
	config_errors_clear(&worse);
	config_errors_clear(&notes);
}

static void teardown(void)
{
	_cleanup_free_ char *command = xasprintf("rm -r '%s'", dir);

	clear();
	ck_assert_int_eq(system(command), 0);
}

static void session(struct health_report *report, const char *name, const char *state, uint64_t silent_s)
{
	bool up = streq(state, "Established");
	struct health_item *item = up ? health_add(report, HEALTH_SESSION, name, HEALTH_FINE, NULL)
				      : health_add(report, HEALTH_SESSION, name, HEALTH_SESSION_DOWN, "it is down");

	snprintf(item->state, sizeof(item->state), "%s", state);
	item->silent_s = silent_s;
}

static void vni(struct health_report *report, uint32_t number, bool up, uint32_t vteps)
{
	struct health_item *item = up ? health_add(report, HEALTH_VNI, "VNI", HEALTH_FINE, NULL)
				      : health_add(report, HEALTH_VNI, "VNI", HEALTH_VNI_UNKNOWN, "zebra lacks it");

	item->vni = number;
	item->vteps = vteps;
}

/* The verdict 20 s after the change. */
static enum change_health judge(void)
{
	change_view_clear(&view);
	config_errors_clear(&worse);
	config_errors_clear(&notes);
	change_view_take(&before, &view);
	return change_judge(&view, &now, 20000, &worse, &notes);
}

static void says(const struct config_errors *lines, const char *text)
{
	for (size_t i = 0; i < lines->n_lines; i++)
		if (strstr(lines->lines[i], text))
			return;
	ck_abort_msg("no line `%s' in %zu lines, the first: %s", text, lines->n_lines,
		     lines->n_lines ? lines->lines[0] : "");
}

START_TEST(as_before_is_good)
{
	session(&before, "10.0.0.1", "Established", 1);
	session(&before, "10.0.0.2", "Active", 0);
	vni(&before, 110, true, 2);
	session(&now, "10.0.0.1", "Established", 1);
	session(&now, "10.0.0.2", "Active", 0);
	vni(&now, 110, true, 2);
	ck_assert_int_eq(judge(), CHANGE_GOOD);
	ck_assert_uint_eq(worse.n_lines, 0);
	ck_assert_uint_eq(notes.n_lines, 0);
}
END_TEST

START_TEST(a_session_that_is_lost_is_bad)
{
	session(&before, "10.0.0.1", "Established", 1);
	session(&now, "10.0.0.1", "Idle", 0);
	ck_assert_int_eq(judge(), CHANGE_BAD);
	says(&worse, "session 10.0.0.1: Established before, Idle now");
}
END_TEST

START_TEST(one_neighbor_in_place_of_another_has_to_work)
{
	session(&before, "10.0.0.1", "Established", 1);
	session(&now, "10.0.0.9", "Active", 0);
	ck_assert_int_eq(judge(), CHANGE_BAD);
	/* One that is added need not work yet. */
	session(&now, "10.0.0.1", "Established", 1);
	ck_assert_int_eq(judge(), CHANGE_GOOD);
	ck_assert_uint_eq(worse.n_lines, 0);
}
END_TEST

START_TEST(what_evpn_conf_does_not_want_any_more_is_not_missed)
{
	session(&before, "10.0.0.1", "Established", 1);
	session(&before, "10.0.0.2", "Established", 1);
	vni(&before, 110, true, 1);
	vni(&before, 120, true, 1);
	session(&now, "10.0.0.1", "Established", 1);
	vni(&now, 120, true, 1);
	ck_assert_int_eq(judge(), CHANGE_GOOD);
	ck_assert_uint_eq(worse.n_lines, 0);
}
END_TEST

START_TEST(a_session_that_is_silent_since_the_change_may_be_dead)
{
	session(&before, "10.0.0.1", "Established", 1);
	session(&now, "10.0.0.1", "Established", 19);
	ck_assert_int_eq(judge(), CHANGE_UNPROVEN);
	says(&notes, "session 10.0.0.1");
	ck_assert_uint_eq(worse.n_lines, 0);
	now.items[0].silent_s = 18;
	ck_assert_int_eq(judge(), CHANGE_GOOD);
	ck_assert_uint_eq(notes.n_lines, 0);
}
END_TEST

START_TEST(vnis_count)
{
	vni(&before, 110, true, 0);
	vni(&before, 120, false, 0);
	vni(&now, 110, false, 0);
	vni(&now, 120, true, 0);
	vni(&now, 130, false, 0);
	/* As many as before; but one that worked does not. */
	ck_assert_int_eq(judge(), CHANGE_GOOD);
	says(&worse, "VNI 110: up before, now: zebra lacks it");
	ck_assert_uint_eq(worse.n_lines, 1);
	now.items[1].reason = HEALTH_VNI_DOWN;
	ck_assert_int_eq(judge(), CHANGE_BAD);
}
END_TEST

START_TEST(remote_vteps_that_are_all_gone_are_bad)
{
	vni(&before, 110, true, 3);
	vni(&before, 120, true, 1);
	vni(&now, 110, true, 2);
	vni(&now, 120, true, 0);
	ck_assert_int_eq(judge(), CHANGE_GOOD);
	says(&worse, "VNI 110: 3 remote VTEPs before, 2 now");
	now.items[0].vteps = 0;
	ck_assert_int_eq(judge(), CHANGE_BAD);
}
END_TEST

START_TEST(a_new_fault_is_bad_an_old_one_is_not)
{
	health_add(&before, HEALTH_NEXT_HOP, "100.64.0.9", HEALTH_NEXT_HOP_UNRESOLVED, "no route");
	health_add(&now, HEALTH_NEXT_HOP, "100.64.0.9", HEALTH_NEXT_HOP_UNRESOLVED, "no route");
	ck_assert_int_eq(judge(), CHANGE_GOOD);
	health_add(&now, HEALTH_SESSION, "the fabric", HEALTH_NOTHING_ANNOUNCED, "nobody hears of this node");
	ck_assert_int_eq(judge(), CHANGE_BAD);
	says(&worse, "NothingAnnounced: nobody hears of this node");
}
END_TEST

START_TEST(of_an_unknown_node_nothing_is_worse)
{
	struct change_view unknown = { 0 };

	session(&now, "10.0.0.1", "Idle", 0);
	health_add(&now, HEALTH_NEXT_HOP, "100.64.0.9", HEALTH_NEXT_HOP_UNRESOLVED, "no route");
	ck_assert_int_eq(change_judge(&unknown, &now, 20000, &worse, &notes), CHANGE_GOOD);
	ck_assert_uint_eq(worse.n_lines, 0);
}
END_TEST

/* L2VNIs with these numbers, ended by 0. */
static struct config config_of(struct config_l2vni *l2vnis, const uint32_t *numbers)
{
	struct config config = { .l2vnis = l2vnis };

	for (; numbers[config.n_l2vnis]; config.n_l2vnis++)
		l2vnis[config.n_l2vnis].vni = numbers[config.n_l2vnis];
	return config;
}

START_TEST(dangers)
{
	static struct config_l2vni a[8], b[8];
	struct config_nic nic = { .name = "eth1" };
	struct config four = config_of(a, (uint32_t[]){ 1, 2, 3, 4, 0 });
	struct config two = config_of(b, (uint32_t[]){ 1, 2, 9, 0 });
	char *text = change_danger(&four, &two);

	ck_assert_ptr_null(text);
	two.l2vnis[1].vni = 8;
	text = change_danger(&four, &two);
	ck_assert_str_eq(text, "it deletes 3 of 4 VNIs");
	free(text);
	four.underlay.nics = &nic;
	four.underlay.n_nics = 1;
	text = change_danger(&four, &four);
	ck_assert_ptr_null(text);
	two = four;
	two.underlay.n_nics = 0;
	text = change_danger(&four, &two);
	ck_assert_str_eq(text, "it returns eth1, the last NIC of the underlay, to the host");
	free(text);
}
END_TEST

static char *path_of(const char *name)
{
	return xasprintf("%s/%s", dir, name);
}

static void write_text(const char *name, const char *text)
{
	_cleanup_free_ char *path = path_of(name);
	_cleanup_fclose_ FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
}

static void has_text(const char *name, const char *wanted)
{
	_cleanup_free_ char *path = path_of(name), *text = NULL;

	ck_assert_int_eq(file_read(path, 1000, &text, NULL), 0);
	ck_assert_str_eq(text, wanted);
}

static unsigned int n_kept;

static void count_kept(const char *path)
{
	n_kept++;
}

/* evpn.conf and part.conf, as they are in the folder. */
static void fill(struct change_record *record)
{
	_cleanup_free_ char *main_path = path_of("evpn.conf"), *part = path_of("part.conf");
	char *files[] = { main_path, part };
	char *texts[] = { (char[]){ "former \xe9\x01\n" }, (char[]){ "part\n" } };
	struct config config = { .files = files, .n_files = 2, .texts = texts };
	const struct change_terms terms = { .undoes = true, .asks = true, .limit_ms = 5000, .verify_ms = 6000 };

	write_text("evpn.conf", texts[0]);
	write_text("part.conf", texts[1]);
	ck_assert_int_eq(chmod(main_path, 0600), 0);
	change_begin(&record->change, &terms, 77);
	change_record_take_former(record, main_path, &config);
	record->name = xstrdup("new.conf");
	record->text = xstrdup("new \xff\n");
	record->boot = change_record_boot();
	session(&before, "10.0.0.1", "Established", 1);
	vni(&before, 110, true, 2);
	health_add(&before, HEALTH_NEXT_HOP, "100.64.0.9", HEALTH_NEXT_HOP_UNRESOLVED, "no route");
	change_view_take(&before, &record->before);
}

START_TEST(a_record_survives)
{
	_cleanup_(change_record_clear) struct change_record record = { 0 }, back = { 0 };
	_cleanup_free_ char *path = path_of("sub/record");
	struct evpn_error err = { 0 };
	struct stat st;

	fill(&record);
	record.change.confirmed = true;
	ck_assert_int_eq(change_record_load(path, &back, &err), 0);
	ck_assert_msg(change_record_save(path, &record, &err) == 0, "%s", err.msg);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_msg(change_record_load(path, &back, &err) == 1, "%s", err.msg);
	ck_assert_int_eq(back.change.phase, CHANGE_TRIAL);
	ck_assert_uint_eq(back.change.deadline_ms, 5077);
	ck_assert(back.change.confirmed && back.change.terms.asks && !back.change.terms.checks);
	ck_assert_str_eq(back.text, "new \xff\n");
	ck_assert_uint_eq(back.n_former, 2);
	ck_assert_str_eq(back.former[0].text, "former \xe9\x01\n");
	ck_assert_uint_eq(back.former[0].mode, 0600);
	ck_assert_str_eq(back.boot, record.boot);
	ck_assert(back.before.known);
	ck_assert_uint_eq(back.before.n_established, 1);
	ck_assert_uint_eq(back.before.vnis[0].vteps, 2);
	ck_assert_str_eq(back.before.faults[0], "NextHopUnresolved 100.64.0.9");
}
END_TEST

START_TEST(a_record_that_is_none_is_an_error)
{
	static const char *const texts[] = { "", "{}", "[]", "{\"version\": 1}",
					     "{\"version\": 1, \"name\": \"\", \"text\": \"\", \"former\": []}" };
	_cleanup_(change_record_clear) struct change_record record = { 0 };
	_cleanup_free_ char *path = path_of("record");
	struct evpn_error err = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		write_text("record", texts[i]);
		ck_assert_int_lt(change_record_load(path, &record, &err), 0);
		ck_assert_ptr_null(record.text);
	}
}
END_TEST

START_TEST(the_former_files_come_back)
{
	_cleanup_(change_record_clear) struct change_record record = { 0 };
	_cleanup_free_ char *part = path_of("part.conf"), *main_path = path_of("evpn.conf");
	struct evpn_error err = { 0 };
	struct stat st;

	fill(&record);
	write_text("evpn.conf", record.text);
	ck_assert_int_eq(unlink(part), 0);
	n_kept = 0;
	ck_assert_msg(change_record_restore(&record, count_kept, &err) == 0, "%s", err.msg);
	has_text("evpn.conf", "former \xe9\x01\n");
	has_text("part.conf", "part\n");
	ck_assert_uint_eq(n_kept, 0);
	ck_assert_int_eq(stat(main_path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	/* What is there already is not written again. */
	ck_assert_msg(change_record_restore(&record, count_kept, &err) == 0, "%s", err.msg);
	ck_assert_uint_eq(n_kept, 0);
	/* What others wrote is kept. */
	write_text("evpn.conf", "of another\n");
	write_text("part.conf", "of a third\n");
	ck_assert_msg(change_record_restore(&record, count_kept, &err) == 0, "%s", err.msg);
	ck_assert_uint_eq(n_kept, 2);
	has_text("evpn.conf", "former \xe9\x01\n");
	has_text("evpn.conf.before-revert", "of another\n");
	has_text("part.conf.before-revert", "of a third\n");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("change_view");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, as_before_is_good);
	tcase_add_test(tcase, a_session_that_is_lost_is_bad);
	tcase_add_test(tcase, one_neighbor_in_place_of_another_has_to_work);
	tcase_add_test(tcase, what_evpn_conf_does_not_want_any_more_is_not_missed);
	tcase_add_test(tcase, a_session_that_is_silent_since_the_change_may_be_dead);
	tcase_add_test(tcase, vnis_count);
	tcase_add_test(tcase, remote_vteps_that_are_all_gone_are_bad);
	tcase_add_test(tcase, a_new_fault_is_bad_an_old_one_is_not);
	tcase_add_test(tcase, of_an_unknown_node_nothing_is_worse);
	tcase_add_test(tcase, dangers);
	tcase_add_test(tcase, a_record_survives);
	tcase_add_test(tcase, a_record_that_is_none_is_an_error);
	tcase_add_test(tcase, the_former_files_come_back);
	return unit_run("change_view", tcase);
}
