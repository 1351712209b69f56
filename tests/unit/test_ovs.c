/* SPDX-License-Identifier: Apache-2.0 */
/* test-run: waits */
/*
 * test_ovs.c - ports of Open vSwitch: what evpnd makes of the server's answers, and when it asks at all. For answers that
 * are broken see test_ovsdb.c.
 */
#include <errno.h>

#include "fake_ovsdb.h"
#include "unit.h"
#include "base/util.h"

#define TIMED_OUT "{\"error\":\"timed out\"}"
#define FOUND	  "{\"id\":1,\"result\":[{\"rows\":[{\"_uuid\":[\"uuid\",\"u2\"]}]}],\"error\":null}"
#define NONE	  "{\"id\":1,\"result\":[{\"rows\":[]}],\"error\":null}"
#define DELETED	  "{\"id\":1,\"result\":[{},{\"count\":1},{\"count\":1},{\"rows\":[{\"next_cfg\":8}]}],\"error\":null}"
#define ADDED	  "{\"id\":1,\"result\":[{},{},{},{\"uuid\":[\"uuid\",\"u1\"]},{},{\"count\":1}],\"error\":null}"
#define AT(n)	  "{\"id\":1,\"result\":[{},{\"rows\":[{\"cur_cfg\":" n "}]}],\"error\":null}"
#define READ(ids)                                                         \
	"{\"id\":1,\"error\":null,\"result\":["                           \
	"{\"rows\":[{\"name\":\"br-int\",\"ports\":[\"uuid\",\"u2\"]}]}," \
	"{\"rows\":[{\"_uuid\":[\"uuid\",\"u2\"],\"name\":\"lan0\",\"external_ids\":[\"map\",[" ids "]]}]}]}"
#define OURS   "[\"evpnd\",\"default\"]"
#define OTHERS "[\"evpnd\",\"other\"]"

static const struct net_ovs_port lan0 = { .name = "lan0", .bridge = "br-int" };

static int add(void)
{
	return ovs_port_add(ovs, &lan0, &err);
}

static int delete (void)
{
	return ovs_port_delete(ovs, &lan0, &err);
}

static int await(void)
{
	return ovs_await(ovs);
}

static int read_net(void)
{
	return ovs_read(ovs, &net, &err);
}

/* The function asks, hears the answers one after the other, and returns this at last. */
static int run(int (*function)(void), const char *const *answers)
{
	int r = function();

	for (; r == 0 && *answers; answers++) {
		fake_answer(*answers);
		fake_wait();
		r = function();
	}
	ck_assert_ptr_null(*answers);
	return r;
}

#define RUN(function, ...) run(function, (const char *const[]){ __VA_ARGS__, NULL })

static bool is_noted(void)
{
	return access(fake.note, F_OK) == 0;
}

/* The world changed between plan and deed. */
static const struct {
	const char *answer;
	int code;
	const char *words;
} refusals[] = {
	{ "{\"id\":1,\"result\":[" TIMED_OUT ",null,null,null,null,null],\"error\":null}", ENODEV,
	  "no such bridge any more" },
	{ "{\"id\":1,\"result\":[{}," TIMED_OUT ",null,null,null,null],\"error\":null}", EEXIST, "is not ours" },
	{ "{\"id\":1,\"result\":[{},{}," TIMED_OUT ",null,null,null],\"error\":null}", EEXIST, "in another port" },
	{ "{\"id\":1,\"result\":[{},{},{}," TIMED_OUT ",null,null],\"error\":null}", EIO, "timed out" },
	{ "{\"id\":1,\"result\":[{},{},{},{},{},{},{\"error\":\"constraint violation\",\"details\":\"d\"}]}", EIO,
	  "constraint violation: d" },
};

START_TEST(port_that_cannot_be_added)
{
	ck_assert_int_lt(RUN(add, refusals[_i].answer), 0);
	fake_expect_error(refusals[_i].code, refusals[_i].words);
	/* The server has answered, so it is asked again for the next port. */
	ck_assert_int_eq(RUN(add, ADDED), 1);
}
END_TEST

START_TEST(port_that_has_gone)
{
	ck_assert_int_eq(RUN(delete, NONE), 1);
}
END_TEST

START_TEST(port_that_goes_or_is_taken_over_meanwhile)
{
	ck_assert_int_eq(RUN(delete, FOUND, "{\"id\":1,\"result\":[" TIMED_OUT ",null,null,null],\"error\":null}"), 1);
	ck_assert_ptr_nonnull(strstr(fake.request, "\"u2\""));
	/* Nothing was deleted, so there is nothing to wait for. */
	ck_assert_int_eq(ovs_await(ovs), 1);
	ck_assert(!fake_is_asked());
}
END_TEST

START_TEST(port_that_cannot_be_deleted)
{
	ck_assert_int_lt(RUN(delete, FOUND, "{\"id\":1,\"error\":{\"error\":\"not owner\"}}"), 0);
	fake_expect_error(EIO, "not owner");
	ck_assert_int_eq(RUN(delete, FOUND, DELETED), 1);
}
END_TEST

/* Many ports, and a server that hangs: one deadline, and one question. */
START_TEST(server_that_hangs_is_asked_once)
{
	ck_assert_int_eq(add(), 0);
	fake_take();
	while (add() == 0)
		fake_wait();
	fake_expect_error(ETIMEDOUT, "no answer within 2 s");
	for (int i = 0; i < 100; i++) {
		memset(&err, 0, sizeof(err));
		ck_assert_int_lt(i % 2 ? delete () : add(), 0);
		fake_expect_error(ETIMEDOUT, "no answer within 2 s");
	}
	ck_assert(!fake_is_asked());
	/* The next run has another session. */
	fake_renew();
	ck_assert_int_eq(RUN(add, ADDED), 1);
}
END_TEST

/* Between two questions. */
START_TEST(server_that_ends)
{
	ck_assert_int_eq(RUN(add, ADDED), 1);
	close(fake.listener);
	ck_assert_int_lt(add(), 0);
	fake_expect_error(ECONNREFUSED, "does ovsdb-server run?");
}
END_TEST

/* In the middle of a deletion: the search was answered, what follows is not. */
START_TEST(server_that_hangs_later)
{
	ck_assert_int_eq(delete (), 0);
	fake_answer(FOUND);
	fake_wait();
	ck_assert_int_eq(delete (), 0);
	fake_take();
	fake_end();
	fake_wait();
	ck_assert_int_lt(delete (), 0);
	fake_expect_error(EPIPE, "ended the connection");
	ck_assert_int_lt(delete (), 0);
	ck_assert(!fake_is_asked());
}
END_TEST

START_TEST(waits_until_ovs_vswitchd_is_there)
{
	ck_assert_int_eq(RUN(delete, FOUND, DELETED), 1);
	ck_assert_int_eq(RUN(await, AT("6"), AT("7"), AT("9")), 1);
	ck_assert_ptr_nonnull(strstr(fake.request, "\"cur_cfg\":7"));
	ck_assert_int_eq(ovs_await(ovs), 1);
	ck_assert(!fake_is_asked());
}
END_TEST

/* An error, a server that says the same again, one without the number: the wait has an end, and the server works. */
static const char *const no_progress[] = {
	"{\"id\":1,\"result\":[" TIMED_OUT ",null],\"error\":null}",
	AT("6"),
	"{\"id\":1,\"result\":[{},{\"rows\":[]}],\"error\":null}",
};

START_TEST(ovs_vswitchd_does_not_follow)
{
	ck_assert_int_eq(RUN(delete, FOUND, DELETED), 1);
	ck_assert_int_eq(RUN(await, AT("6"), no_progress[_i]), 1);
	ck_assert_ptr_nonnull(strstr(fake.request, "\"cur_cfg\":6"));
	ck_assert_int_eq(RUN(add, ADDED), 1);
}
END_TEST

/* Always another number, and never the one that is waited for: some of the run's time is left for others. */
START_TEST(endless_progress)
{
	int r;

	ck_assert_int_eq(RUN(delete, FOUND, DELETED), 1);
	for (int i = 0; (r = ovs_await(ovs)) == 0; i++) {
		if (fake_is_asked())
			fake_answer(i % 2 ? AT("5") : AT("6"));
		fake_wait();
	}
	ck_assert_int_eq(r, 1);
	ck_assert_int_eq(RUN(add, ADDED), 1);
}
END_TEST

START_TEST(await_and_silence)
{
	ck_assert_int_eq(RUN(delete, FOUND, DELETED), 1);
	ck_assert_int_eq(ovs_await(ovs), 0);
	fake_take();
	while (ovs_await(ovs) == 0)
		fake_wait();
	ck_assert_int_lt(add(), 0);
	fake_expect_error(ETIMEDOUT, "no answer within 2 s");
}
END_TEST

/* It is asked until a run has seen that nothing of ours is there; not for another instance's ports. */
START_TEST(asked_until_nothing_is_left)
{
	ck_assert(ovs_is_needed(ovs, false));
	ovs_note(ovs);
	ck_assert_msg(!is_noted(), "nobody has looked");
	ck_assert_int_eq(RUN(read_net, READ(OURS)), 1);
	ovs_note(ovs);
	ck_assert_msg(!is_noted(), "there is a port");
	ck_assert_int_eq(RUN(delete, FOUND, DELETED), 1);
	ovs_note(ovs);
	ck_assert(is_noted());
	fake_renew();
	ck_assert(!ovs_is_needed(ovs, false));
	ck_assert(ovs_is_needed(ovs, true));
	ck_assert_int_eq(ovs_read_needed(ovs, false, &net), 1);
	ck_assert(!fake_is_asked());
}
END_TEST

START_TEST(asked_from_the_first_port_on)
{
	ck_assert_int_eq(RUN(read_net, READ(OTHERS)), 1);
	ovs_note(ovs);
	ck_assert(is_noted());
	ck_assert_int_eq(add(), 0);
	ck_assert_msg(!is_noted(), "the port may be there from now on");
	fake_answer("");
	ck_assert_int_lt(add(), 0);
	ovs_note(ovs);
	ck_assert_msg(!is_noted(), "the server did not say whether the port was added");
}
END_TEST

START_TEST(refused_port_does_not_count)
{
	ck_assert_int_eq(RUN(read_net, READ("")), 1);
	ck_assert_int_lt(RUN(add, refusals[_i].answer), 0);
	ovs_note(ovs);
	ck_assert(is_noted());
}
END_TEST

START_TEST(note_is_about_one_database)
{
	char other[80];

	ck_assert_int_eq(RUN(read_net, READ("")), 1);
	ovs_note(ovs);
	ck_assert(!ovs_is_needed(ovs, false));
	snprintf(other, sizeof(other), "%s/.", fake.dir);
	ovs_free(ovs);
	ovs = ovs_new(other, "default", fake.dir);
	ck_assert(ovs_is_needed(ovs, false));
	ovs_free(ovs);
	ovs = ovs_new("/nonexistent/db.sock", "default", NULL);
	ck_assert_msg(!ovs_is_needed(ovs, false), "there is no Open vSwitch");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("ovs");

	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, fake_setup, fake_teardown);
	tcase_add_loop_test(tcase, port_that_cannot_be_added, 0, (int)ARRAY_LEN(refusals));
	tcase_add_test(tcase, port_that_has_gone);
	tcase_add_test(tcase, port_that_goes_or_is_taken_over_meanwhile);
	tcase_add_test(tcase, port_that_cannot_be_deleted);
	tcase_add_test(tcase, server_that_hangs_is_asked_once);
	tcase_add_test(tcase, server_that_ends);
	tcase_add_test(tcase, server_that_hangs_later);
	tcase_add_test(tcase, waits_until_ovs_vswitchd_is_there);
	tcase_add_loop_test(tcase, ovs_vswitchd_does_not_follow, 0, (int)ARRAY_LEN(no_progress));
	tcase_add_test(tcase, endless_progress);
	tcase_add_test(tcase, await_and_silence);
	tcase_add_test(tcase, asked_until_nothing_is_left);
	tcase_add_test(tcase, asked_from_the_first_port_on);
	tcase_add_loop_test(tcase, refused_port_does_not_count, 0, (int)ARRAY_LEN(refusals));
	tcase_add_test(tcase, note_is_about_one_database);
	return unit_run("ovs", tcase);
}
