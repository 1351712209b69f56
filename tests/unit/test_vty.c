/* SPDX-License-Identifier: Apache-2.0 */
/* test_vty.c - questions to a daemon that answers well, badly, slowly, without end, or not at all */
#include <poll.h>
#include <stdlib.h>

#include "vty_case.h"

START_TEST(which_questions_can_be_asked)
{
	static const char *const good[] = { "zebra", "bgpd", "ospfd-1", "ospf6d" };
	static const char *const bad[] = {
		"",	 "-",	      "9x",  "../x",	  "a/b",
		"Zebra", "zebra.vty", "a b", "watch_frr", "zebrazebrazebrazebrazebrazebraze"
	};
	static const char *const bad_commands[] = { "",		"show",	       "configure terminal", "Show x",
						    "show x\n", "show \x01",   "show x\nwrite",	     "show \xc3\xa4",
						    " show x",	"showversion", "clear bgp *" };
	char longest[VTY_COMMAND_SIZE + 1];
	struct evpn_error err = { 0 };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ck_assert_int_eq(vty_check(good[i], "show running-config", &err), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err.code = 0;
		ck_assert_msg(vty_check(bad[i], "show x", &err) < 0 && err.code == EINVAL, "accepted: %s", bad[i]);
	}
	for (size_t i = 0; i < sizeof(bad_commands) / sizeof(bad_commands[0]); i++) {
		err.code = 0;
		ck_assert_msg(vty_check("zebra", bad_commands[i], &err) < 0 && err.code == EINVAL, "accepted: %s",
			      bad_commands[i]);
	}
	memset(longest, 'x', sizeof(longest) - 1);
	memcpy(longest, "show ", 5);
	longest[VTY_COMMAND_SIZE] = '\0';
	ck_assert_int_lt(vty_check("zebra", longest, &err), 0);
	longest[VTY_COMMAND_SIZE - 1] = '\0';
	ck_assert_int_eq(vty_check("zebra", longest, &err), 0);
}
END_TEST

START_TEST(an_answer_arrives_whole_or_split_anywhere)
{
	static const char bytes[] = "one\ntwo\n\0\0"; /* with the NUL of the literal: three */

	listen_at("run/frr/zebra.vty", 5);
	for (size_t at = 0; at <= sizeof(bytes) + 1; at++) {
		int fd = enabled(PATIENCE_MS);

		/* at > sizeof(bytes): each byte for itself */
		for (size_t i = 0; i < sizeof(bytes); i++) {
			send_bytes(fd, bytes + i, 1);
			if (i + 1 == at || at > sizeof(bytes))
				ck_assert(!vty_handle(&vty));
		}
		ck_assert_int_eq(vty.outcome, 0);
		send_bytes(fd, "\0", 1);
		ck_assert(vty_handle(&vty));
		expect_answer("one\ntwo\n");
		close(fd);
	}
}
END_TEST

START_TEST(an_answer_can_be_empty_or_as_long_as_the_limit)
{
	char *text = malloc(VTY_ANSWER_MAX + 1);
	int fd;

	listen_at("run/frr/zebra.vty", 5);
	fd = enabled(PATIENCE_MS);
	send_end(fd, 0);
	finish();
	expect_answer("");
	close(fd);

	memset(text, 'x', VTY_ANSWER_MAX);
	text[VTY_ANSWER_MAX] = '\0';
	fd = enabled(PATIENCE_MS);
	send_bytes(fd, text, VTY_ANSWER_MAX);
	send_end(fd, 0);
	finish();
	expect_answer(text);
	/* The buffer has doubled: it is no larger than that. */
	ck_assert_uint_le(vty.answer.size, 2 * VTY_ANSWER_MAX);
	close(fd);
	free(text);
}
END_TEST

START_TEST(a_daemon_refuses_in_its_words)
{
	int fd;

	listen_at("run/frr/zebra.vty", 5);
	fd = enabled(PATIENCE_MS);
	send_text(fd, "% [ZEBRA] Unknown\033command:\n  show x\n");
	send_end(fd, 2);
	finish();
	expect_failure(EIO, "zebra refuses `show x' with status 2: % [ZEBRA] Unknown command: show x");
	close(fd);

	fd = enabled(PATIENCE_MS);
	send_end(fd, (char)200);
	finish();
	expect_failure(EIO, "with status 200");
	close(fd);

	/* By the words alone; in the middle of an answer they are nothing. */
	fd = enabled(PATIENCE_MS);
	send_text(fd, "% Unknown command: show x\n");
	send_end(fd, 0);
	finish();
	expect_failure(EIO, "% Unknown command: show x");
	close(fd);
	fd = enabled(PATIENCE_MS);
	send_text(fd, "% Unknown VNI\nUnknown command\n");
	send_end(fd, 0);
	finish();
	expect_answer("% Unknown VNI\nUnknown command\n");
	close(fd);

	begin(PATIENCE_MS);
	fd = take_connection();
	send_text(fd, "% no");
	send_end(fd, 1);
	finish();
	expect_failure(EIO, "zebra refuses `enable' with status 1: % no");
	close(fd);
}
END_TEST

START_TEST(a_long_refusal_is_cut)
{
	char *text = malloc(1u << 20);
	int fd;

	memset(text, '%', 1u << 20);
	listen_at("run/frr/zebra.vty", 5);
	fd = enabled(PATIENCE_MS);
	send_bytes(fd, text, 1u << 20);
	send_end(fd, 1);
	finish();
	expect_failure(EIO, "%%%");
	ck_assert_uint_lt(strlen(vty.err.msg), 500);
	close(fd);
	free(text);
}
END_TEST

START_TEST(an_answer_in_another_form)
{
	static const struct {
		const char *bytes;
		size_t len;
	} bad[] = { { "a\0b\0\0\0\0", 7 }, { "a\0\0b\0", 5 },	   { "\0x", 2 },
		    { "\0\0\1", 3 },	   { "a\0\0\0\0more", 9 }, { "\0\0\0\0\0", 5 } };

	listen_at("run/frr/zebra.vty", 5);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int fd = enabled(PATIENCE_MS);

		send_bytes(fd, bad[i].bytes, bad[i].len);
		finish();
		expect_failure(EPROTO, "not in the form of FRR's vty protocol");
		close(fd);
	}
}
END_TEST

/* An answer to a question that has not been asked yet is no answer to it. */
START_TEST(an_answer_before_the_question)
{
	int fd;

	listen_at("run/frr/zebra.vty", 5);
	begin(PATIENCE_MS);
	fd = take_connection();
	send_bytes(fd, "\0\0\0\0forged\0\0\0\0", 14);
	finish();
	expect_failure(EPROTO, "not in the form of FRR's vty protocol");
	close(fd);
}
END_TEST

START_TEST(an_answer_without_end)
{
	int fd, size = 4 << 20;
	char block[65536];
	size_t before = 0;

	memset(block, 'x', sizeof(block));
	listen_at("run/frr/zebra.vty", 5);
	fd = enabled(PATIENCE_MS);
	/* As root: then more is waiting each time than is read. */
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	while (vty.outcome == 0) {
		while (send(fd, block, sizeof(block), MSG_NOSIGNAL) > 0)
			;
		vty_handle(&vty);
		/* One call does not read for ever. */
		ck_assert_uint_le(vty.answer.len, before + (256u << 10));
		before = vty.outcome == 0 ? vty.answer.len : before;
	}
	expect_failure(EPROTO, "longer than 16 MiB");
	ck_assert_uint_le(before, VTY_ANSWER_MAX);
	close(fd);
}
END_TEST

START_TEST(the_connection_is_closed)
{
	static const struct {
		const char *bytes;
		size_t len;
	} parts[] = { { "", 0 }, { "half an ans", 11 }, { "all but\n\0\0\0", 11 } };
	int fd;

	listen_at("run/frr/zebra.vty", 5);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		fd = enabled(PATIENCE_MS);
		send_bytes(fd, parts[i].bytes, parts[i].len);
		close(fd);
		finish();
		expect_failure(EPROTO, "closed the connection before the end of its answer");
	}
	/* Before `enable' was answered, and with it. */
	begin(PATIENCE_MS);
	close(take_connection());
	finish();
	expect_failure(EPROTO, "closed the connection before the end of its answer");
	begin(PATIENCE_MS);
	fd = take_connection();
	expect_line(fd, "enable");
	send_end(fd, 0);
	close(fd);
	finish();
	expect_failure(EPROTO, "closed the connection before `show x'");
}
END_TEST

START_TEST(silence_and_a_slow_drip_end_by_the_time_limit)
{
	int64_t since;
	int fd;

	listen_at("run/frr/zebra.vty", 5);
	begin(SHORT_MS);
	finish();
	expect_failure(ETIMEDOUT, "zebra does not answer within the time limit (`show x')");
	stop_listening();
	ck_assert_int_eq(unlink(below("run/frr/zebra.vty")), 0);

	listen_at("run/frr/zebra.vty", 5);
	fd = enabled(SHORT_MS);
	since = clock_ms();
	while (vty.outcome == 0) {
		ck_assert_int_lt(clock_ms() - since, PATIENCE_MS);
		send_bytes(fd, "x", 1);
		vty_handle(&vty);
		poll(NULL, 0, 1);
	}
	expect_failure(ETIMEDOUT, "zebra does not answer");
	close(fd);
}
END_TEST

/* Each byte would wake the caller: no answer of FRR's comes in so many pieces. */
START_TEST(single_bytes_end_long_before_the_time_limit)
{
	int fd, n = 0;

	listen_at("run/frr/zebra.vty", 5);
	fd = enabled(PATIENCE_MS);
	for (; vty.outcome == 0; n++) {
		ck_assert_int_le(n, 5000);
		send_bytes(fd, "x", 1);
		vty_handle(&vty);
	}
	expect_failure(EPROTO, "not in the form of FRR's vty protocol");
	close(fd);

	/* The longest answer in the blocks in which FRR writes it is read. */
	fd = enabled(PATIENCE_MS);
	for (n = 0; n < (int)VTY_ANSWER_MAX / 4096; n++) {
		char block[4096];

		memset(block, 'x', sizeof(block));
		send_bytes(fd, block, sizeof(block));
		vty_handle(&vty);
	}
	send_end(fd, 0);
	finish();
	ck_assert_msg(vty.outcome > 0 && vty.answer.len == VTY_ANSWER_MAX, "%s", vty.err.msg);
	close(fd);
}
END_TEST

START_TEST(descriptors_that_are_passed_are_closed)
{
	char byte = 'x';
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct msghdr message = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control)
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int fd, before;

	memset(&control, 0, sizeof(control));
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	listen_at("run/frr/zebra.vty", 5);
	memcpy(CMSG_DATA(header), &listener, sizeof(int));
	fd = enabled(PATIENCE_MS);
	before = fake_host_count_fds();
	ck_assert_int_eq(sendmsg(fd, &message, MSG_NOSIGNAL), 1);
	vty_handle(&vty);
	ck_assert_uint_eq(vty.answer.len, 1);
	ck_assert_int_eq(fake_host_count_fds(), before);
	close(fd);
}
END_TEST

START_TEST(another_question_drops_the_first)
{
	int first, second;

	listen_at("run/frr/zebra.vty", 5);
	first = enabled(PATIENCE_MS);
	send_text(first, "first");
	second = enabled(PATIENCE_MS);
	ck_assert(fake_host_readable(first, PATIENCE_MS)); /* its end */
	send_text(second, "second");
	send_end(second, 0);
	finish();
	expect_answer("second");
	close(first);
	close(second);
}
END_TEST

int main(void)
{
	TCase *tcase = vty_case("vty");

	tcase_add_test(tcase, which_questions_can_be_asked);
	tcase_add_test(tcase, an_answer_arrives_whole_or_split_anywhere);
	tcase_add_test(tcase, an_answer_can_be_empty_or_as_long_as_the_limit);
	tcase_add_test(tcase, a_daemon_refuses_in_its_words);
	tcase_add_test(tcase, a_long_refusal_is_cut);
	tcase_add_test(tcase, an_answer_in_another_form);
	tcase_add_test(tcase, an_answer_before_the_question);
	tcase_add_test(tcase, an_answer_without_end);
	tcase_add_test(tcase, the_connection_is_closed);
	tcase_add_test(tcase, silence_and_a_slow_drip_end_by_the_time_limit);
	tcase_add_test(tcase, single_bytes_end_long_before_the_time_limit);
	tcase_add_test(tcase, descriptors_that_are_passed_are_closed);
	tcase_add_test(tcase, another_question_drops_the_first);
	return unit_run("vty", tcase);
}
