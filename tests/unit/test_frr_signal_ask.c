/* SPDX-License-Identifier: Apache-2.0 */
/* test_frr_signal_ask.c - questions to a daemon through evpn-reloader */
#include <errno.h>
#include <limits.h>

#include "signal_case.h"

static int ask(const char *daemon, const char *command)
{
	memset(&err, 0, sizeof(err));
	return plugin->ask_daemon(self, daemon, command, &text, &err);
}

static int ask_outcome(const char *daemon, const char *command)
{
	int r;

	while ((r = ask(daemon, command)) == 0) {
		do
			ck_assert_msg(fake_host_readable(plugin->event_fd(self), 60000), "no event: %s", err.msg);
		while (plugin->on_event(self, &err) == EVPN_EVENT_NONE);
	}
	return r;
}

/* Begins the question, and answers it with this status and further words. */
static void answer_question(const char *status, const char *words, const char *body)
{
	char head[256];
	int fd;

	ck_assert_int_eq(ask("zebra", "show version"), 0);
	fd = take_connection();
	ck_assert_str_eq(take_request(fd), "evpn-reloader 1 ask zebra show version");
	snprintf(head, sizeof(head), "evpn-reloader 1 %s duration_ms=0%s length=%zu\n", status, words, strlen(body));
	answer_text(fd, head);
	answer_text(fd, body);
	close(fd);
}

START_TEST(test_answer)
{
	int fd;

	listen_unix();
	answer_question("ok", " generation=- changed=0", "FRRouting 10.3\n");
	ck_assert_int_eq(ask_outcome("zebra", "show version"), 1);
	ck_assert_str_eq(text, "FRRouting 10.3\n");
	assert_quiet();

	/* The same question is asked anew, and another one, or the same to another daemon, replaces it. */
	ck_assert_int_eq(ask("zebra", "show version"), 0);
	fd = take_connection();
	ck_assert_int_eq(ask("bgpd", "show version"), 0);
	close(fd);
	fd = take_connection();
	ck_assert_str_eq(take_request(fd), "evpn-reloader 1 ask bgpd show version");
	ck_assert_int_eq(ask("bgpd", "show running-config"), 0);
	close(fd);
	fd = take_connection();
	ck_assert_str_eq(take_request(fd), "evpn-reloader 1 ask bgpd show running-config");
	/* Asked for in between, it stays the one that is under way. */
	ck_assert_int_eq(ask("bgpd", "show running-config"), 0);
	ck_assert(!has_connection());
	answer_with(fd, "ok", "");
	ck_assert_int_eq(ask_outcome("bgpd", "show running-config"), 1);
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(test_daemons)
{
	int fd;

	listen_unix();
	ck_assert_int_eq(ask(NULL, "show daemons"), 0);
	fd = take_connection();
	ck_assert_str_eq(take_request(fd), "evpn-reloader 1 daemons");
	answer_with(fd, "ok", "zebra bgpd");
	ck_assert_int_eq(ask_outcome(NULL, "show daemons"), 1);
	ck_assert_str_eq(text, "zebra bgpd");
}
END_TEST

START_TEST(test_failures)
{
	static const struct {
		const char *status, *words;
		int code;
	} cases[] = {
		{ "failed", " error=ENOENT", ENOENT },
		{ "failed", " error=EIO", EIO },
		{ "failed", " error=ETIMEDOUT", ETIMEDOUT },
		{ "failed", " error=EPROTO", EPROTO },
		{ "failed", " changed=0 error=ENOENT x=y", ENOENT },
		{ "failed", "", EPROTO },
		{ "failed", " error=", EPROTO },
		{ "failed", " error=ENOENTX", EPROTO },
		{ "failed", " error=0", EPROTO },
		{ "denied", "", ENOTSUP },
		{ "nonsense", "", EPROTO },
	};

	listen_unix();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text = NULL;
		answer_question(cases[i].status, cases[i].words, "FRR's zebra says why\n");
		assert_error(ask_outcome("zebra", "show version"), -1, cases[i].code, "FRR's zebra says why");
		ck_assert_ptr_null(text);
		assert_quiet();
	}
	/* An error belongs to its own answer only. */
	answer_question("failed", " error=ENOENT", "x\n");
	assert_error(ask_outcome("zebra", "show version"), -1, ENOENT, "x");
	answer_question("failed", "", "x\n");
	assert_error(ask_outcome("zebra", "show version"), -1, EPROTO, "x");
}
END_TEST

START_TEST(test_an_older_reloader_cannot)
{
	listen_unix();
	answer_question("invalid", " generation=- changed=0",
			"expected: reload GENERATION [SUM], show ..., or status\n");
	assert_error(ask_outcome("zebra", "show version"), -1, ENOTSUP,
		     "cannot ask FRR's daemons; update evpn-reloader");
}
END_TEST

START_TEST(test_the_plain_protocol_cannot)
{
	options[1] = (struct fake_option){ "protocol", "plain" };
	open_plugin_again();
	listen_unix();
	assert_error(ask("zebra", "show version"), -1, ENOTSUP, "protocol = \"plain\" cannot ask FRR's daemons");
	assert_error(ask(NULL, "show daemons"), -1, ENOTSUP, "protocol = \"plain\" cannot ask FRR's daemons");
	ck_assert(!has_connection());
}
END_TEST

START_TEST(test_bad_questions)
{
	char longest[PATH_MAX];

	listen_unix();
	assert_error(ask("zebra", "configure terminal"), -1, EINVAL, "that begins with `show '");
	assert_error(ask("zebra", "show version\nevpn-reloader 1 reload x"), -1, EINVAL, "must be one line");
	assert_error(ask("zebra x", "show version"), -1, EINVAL, "must be the name of a daemon");
	assert_error(ask(NULL, "show version"), -1, EINVAL, "only `show daemons' is possible");
	memset(longest, 'x', sizeof(longest));
	memcpy(longest, "show ", 5);
	longest[500] = '\0';
	assert_error(ask("zebra", longest), -1, EINVAL, "too long for evpn-reloader's protocol");
	ck_assert(!has_connection());
}
END_TEST

START_TEST(test_questions_and_a_reload_at_the_same_time)
{
	int reloading, asking;

	listen_unix();
	ck_assert_int_eq(reload(1), 0);
	reloading = take_connection();
	ck_assert_int_eq(ask("zebra", "show version"), 0);
	asking = take_connection();
	ck_assert_str_eq(take_request(asking), "evpn-reloader 1 ask zebra show version");
	answer_with(asking, "ok", "8.4");
	ck_assert_int_eq(ask_outcome("zebra", "show version"), 1);
	ck_assert_str_eq(text, "8.4");
	/* The reload was not disturbed, and the answer of a question does not become that of a query. */
	ck_assert_int_eq(reload(1), 0);
	answer_with(reloading, "ok", "");
	ck_assert_int_eq(reload_outcome(1), 1);
	ck_assert_int_eq(query("show version"), 0);
	asking = take_connection();
	ck_assert_str_eq(take_request(asking), "evpn-reloader 1 show version");
	answer_with(asking, "ok", "query");
	ck_assert_int_eq(query_outcome("show version"), 1);
	ck_assert_str_eq(text, "query");
}
END_TEST

START_TEST(test_waits_for_the_reloader)
{
	int fd;

	assert_error(ask("zebra", "show version"), 0, 0, "waits for evpn-reloader at");
	listen_unix();
	fd = take_connection();
	answer_with(fd, "ok", "8.4");
	ck_assert_int_eq(ask_outcome("zebra", "show version"), 1);
}
END_TEST

START_TEST(test_no_descriptor_is_left)
{
	int fds;

	listen_unix();
	answer_question("ok", "", "");
	ck_assert_int_eq(ask_outcome("zebra", "show version"), 1);
	fds = fake_host_count_fds();
	for (int i = 0; i < 100; i++) {
		answer_question(i % 2 ? "ok" : "failed", "", "x");
		ask_outcome("zebra", "show version");
	}
	ck_assert_int_eq(fake_host_count_fds(), fds);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_answer,
		test_daemons,
		test_failures,
		test_an_older_reloader_cannot,
		test_the_plain_protocol_cannot,
		test_bad_questions,
		test_questions_and_a_reload_at_the_same_time,
		test_waits_for_the_reloader,
		test_no_descriptor_is_left,
	};

	return signal_case_main("frr-signal-ask", tests, sizeof(tests) / sizeof(tests[0]));
}
