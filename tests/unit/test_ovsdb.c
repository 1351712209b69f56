/* SPDX-License-Identifier: Apache-2.0 */
/* test_ovsdb.c - answers of Open vSwitch's database server that are broken, slow, endless, in pieces: what comes of each */
#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "fake_ovsdb.h"
#include "kernel/ovsdb.h"
#include "unit.h"
#include "base/clock.h"
#include "base/util.h"

/* What is no answer; closing the connection is the end of each. */
static const struct {
	const char *text;
	int code;
	const char *words;
} bad[] = {
	{ "", EPIPE, "ended the connection" },
	{ "HTTP/1.1 400 Bad Request\r\n\r\n", EPROTO, "no JSON: " },
	{ "[1]", EPROTO, "no JSON object" },
	{ "{\"id\":1,\"result\":[", EPIPE, "ended the connection" },
	{ "{\"id\":1,\"result\":oops}", EPROTO, "no JSON" },
	{ "{\"id\":1,\"result\":[}}", EPROTO, "no JSON" },
	{ "{\"id\":1}", EPROTO, "no results" },
	{ "{\"id\":1,\"result\":{},\"error\":null}", EPROTO, "no results" },
	{ "{\"id\":1,\"result\":[{}],\"error\":null}", EPROTO, "no results" },
	{ "{\"id\":1,\"result\":[{},null],\"error\":null}", EPROTO, "lacks results" },
	{ "{\"id\":2,\"result\":[{},{}],\"error\":null}", EPIPE, "ended the connection" },
	{ "{\"id\":1,\"method\":\"echo\",\"params\":[]}", EPIPE, "ended the connection" },
	{ "{\"id\":1,\"error\":{\"error\":\"unknown database\",\"details\":\"no Open_vSwitch here\"}}", EIO,
	  "unknown database: no Open_vSwitch here" },
	{ "{\"id\":1,\"result\":[{\"rows\":[]},{\"error\":\"resources exhausted\"}]}", EIO, "resources exhausted" },
	{ "{\"id\":1,\"result\":[{},{},{\"error\":\"constraint violation\",\"details\":\"twice\"}]}", EIO,
	  "constraint violation: twice" },
};

START_TEST(what_is_no_answer)
{
	ck_assert_int_eq(ovs_read(ovs, &net, &err), 0);
	fake_answer(bad[_i].text);
	ck_assert_int_lt(fake_read(), 0);
	fake_expect_error(bad[_i].code, bad[_i].words);
	ck_assert_uint_eq(net.n_ovs_bridges + net.n_ovs_ports, 0);
}
END_TEST

/* An error in the text is seen at once, however much the server goes on to say. */
START_TEST(garbage_without_an_end)
{
	ck_assert_int_eq(ovs_read(ovs, &net, &err), 0);
	fake_take();
	fake_say("{\"id\":1,\"result\":[oops,");
	ck_assert_int_lt(fake_read(), 0);
	fake_expect_error(EPROTO, "no JSON: invalid token near 'oops'");
}
END_TEST

/* Nested deeper than anything of OVSDB. */
START_TEST(bottomless)
{
	char text[5000];

	memset(text, '[', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ck_assert_int_eq(ovs_read(ovs, &net, &err), 0);
	fake_take();
	fake_say(text);
	ck_assert_int_lt(fake_read(), 0);
	fake_expect_error(EMSGSIZE, "its answer is too large: more than 16 MiB, 64 levels");
}
END_TEST

/* What an endless server begins with, and what it says again and again. */
static const struct {
	const char *begin, *again;
} endless[] = {
	{ "", "{\"id\":1,\"method\":\"echo\",\"params\":[]}\n" },
	{ "", "                                        " },
	{ "", "{}" },
	{ "{\"id\":1,\"result\":[{\"rows\":[{}", ",{}" },
};

/* Each call takes a part of it, so it returns though there is always more. */
START_TEST(endless_talk_has_an_end)
{
	const char *again = endless[_i].again;
	static char block[65536];
	size_t len = 0, at = 0, n;
	uint64_t from;
	int r;

	for (; len + strlen(again) < sizeof(block); len += strlen(again))
		memcpy(block + len, again, strlen(again));
	ck_assert_int_eq(ovs_read(ovs, &net, &err), 0);
	fake_take();
	fake_say(endless[_i].begin);
	do {
		while ((n = fake_try(block + at, len - at)) > 0)
			at = (at + n) % len;
		fake_wait();
		from = clock_us();
		r = ovs_read(ovs, &net, &err);
		/* Tens of milliseconds; the rest is for a slow machine. */
		ck_assert_uint_lt(clock_us() - from, 60000000);
	} while (r == 0);
	/* On a slow machine the time is over before the 16 MiB are. */
	ck_assert_int_eq(err.code == ETIMEDOUT ? EMSGSIZE : err.code, EMSGSIZE);
}
END_TEST

/* Always something to read, and never enough of it to be too large. */
START_TEST(slow_talk_has_an_end)
{
	int r;

	ck_assert_int_eq(ovs_read(ovs, &net, &err), 0);
	fake_take();
	do {
		fake_try(" ", 1);
		fake_wait();
		r = ovs_read(ovs, &net, &err);
	} while (r == 0);
	fake_expect_error(ETIMEDOUT, "no answer within 2 s");
}
END_TEST

START_TEST(silence_has_an_end)
{
	ck_assert_int_eq(ovs_read(ovs, &net, &err), 0);
	fake_take();
	ck_assert_int_lt(fake_read(), 0);
	fake_expect_error(ETIMEDOUT, "no answer within 2 s");
}
END_TEST

/* A server that is stopped accepts no connections, and after some the kernel takes none for it either. */
START_TEST(full_backlog)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fds[4];
	size_t n;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", fake.path);
	for (n = 0; n < ARRAY_LEN(fds); n++) {
		fds[n] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (connect(fds[n], (struct sockaddr *)&address, sizeof(address)) < 0)
			break;
	}
	ck_assert_uint_lt(n, ARRAY_LEN(fds));
	ck_assert_int_lt(ovs_read(ovs, &net, &err), 0);
	fake_expect_error(EAGAIN, "accepts no connections");
	for (size_t i = 0; i <= n; i++)
		close(fds[i]);
}
END_TEST

START_TEST(nobody_there)
{
	unlink(fake.path);
	ck_assert_int_lt(ovs_read(ovs, &net, &err), 0);
	fake_expect_error(ENOENT, "does ovsdb-server run?");
	fake_renew();
	ck_assert_int_eq(ovs_read_needed(ovs, false, &net), 1);
	ck_assert_ptr_null(net.ovs_fault);
	ck_assert_int_eq(ovs_read_needed(ovs, true, &net), 1);
	ck_assert_ptr_nonnull(strstr(net.ovs_fault, fake.path));
}
END_TEST

START_TEST(socket_that_nobody_listens_at)
{
	close(fake.listener);
	ck_assert_int_lt(ovs_read(ovs, &net, &err), 0);
	fake_expect_error(ECONNREFUSED, "does ovsdb-server run?");
}
END_TEST

START_TEST(path_that_no_socket_can_have)
{
	char path[200] = "/";

	memset(path + 1, 'x', sizeof(path) - 2);
	ovs_free(ovs);
	ovs = ovs_new(path, "default", NULL);
	ck_assert_int_lt(ovs_read(ovs, &net, &err), 0);
	ck_assert_int_eq(err.code, ENAMETOOLONG);
}
END_TEST

/* A notification, and in the same piece the answer. */
#define ROWS                                                                                                          \
	"{\"id\":null,\"method\":\"update\",\"params\":[\"}]{ \\\\\\\" \u00e4\u20ac\",true,-1.5e3]}\n"                \
	"{\"error\":null,\"id\":1,\"result\":[{\"rows\":["                                                            \
	"{\"name\":\"br-one\",\"ports\":[\"uuid\",\"u1\"]},"                                                          \
	"{\"name\":\"br-none\",\"ports\":[\"set\",[]]},"                                                              \
	"{\"name\":\"br-with-a-name-that-is-too-long\",\"ports\":[\"uuid\",\"u5\"]},"                                 \
	"{\"name\":\"br-int\",\"ports\":[\"set\",[[\"uuid\",\"u2\"],[\"uuid\",\"u3\"],[\"uuid\",\"u4\"]]]}]},"        \
	"{\"rows\":["                                                                                                 \
	"{\"_uuid\":[\"uuid\",\"u1\"],\"name\":\"br-one\",\"external_ids\":[\"map\",[]]},"                            \
	"{\"_uuid\":[\"uuid\",\"u2\"],\"name\":\"lan0\",\"external_ids\":[\"map\",[[\"a\",\"b\"],"                    \
	"[\"evpnd\",\"default\"]]]},"                                                                                 \
	"{\"_uuid\":[\"uuid\",\"u3\"],\"name\":\"lan1\",\"external_ids\":[\"map\",[[\"evpnd\",\"other\"]]]},"         \
	"{\"_uuid\":[\"uuid\",\"u4\"],\"name\":\"port-with-a-name-that-is-too-long\",\"external_ids\":[\"map\",[]]}," \
	"{\"_uuid\":[\"uuid\",\"u5\"],\"name\":\"lan5\",\"external_ids\":[\"map\",[]]},"                              \
	"{\"_uuid\":[\"uuid\",\"u9\"],\"name\":\"stray\",\"external_ids\":[\"map\",[]]}]}]}"

static void check_rows(void)
{
	net_sort(&net);
	ck_assert_uint_eq(net.n_ovs_bridges, 3);
	ck_assert_ptr_nonnull(net_find_ovs_bridge(&net, "br-none"));
	ck_assert_ptr_null(net_find_ovs_bridge(&net, "br-with-a-name-"));
	ck_assert_uint_eq(net.n_ovs_ports, 3);
	ck_assert_str_eq(net.ovs_ports[1].name, "lan0");
	ck_assert_str_eq(net.ovs_ports[1].bridge, "br-int");
	ck_assert_int_eq(net.ovs_ports[1].owner, NET_OWNER_OURS);
	ck_assert_int_eq(net.ovs_ports[2].owner, NET_OWNER_FOREIGN);
	ck_assert_str_eq(net.ovs_ports[0].bridge, "br-one");
}

START_TEST(rows)
{
	ck_assert_int_eq(ovs_read(ovs, &net, &err), 0);
	fake_answer(ROWS);
	ck_assert_int_eq(fake_read(), 1);
	check_rows();
}
END_TEST

/* Cut anywhere: in a word, in an escape, in a character of several bytes, between two messages. */
START_TEST(rows_in_two_pieces)
{
	for (size_t cut = 1; cut < strlen(ROWS); cut++) {
		net_clear(&net);
		fake_renew();
		ck_assert_int_eq(ovs_read(ovs, &net, &err), 0);
		fake_take();
		ck_assert_uint_eq(fake_try(ROWS, cut), cut);
		ck_assert_msg(ovs_read(ovs, &net, &err) == 0, "cut at %zu: %s", cut, err.msg);
		fake_say(ROWS + cut);
		ck_assert_int_eq(fake_read(), 1);
		check_rows();
	}
}
END_TEST

START_TEST(rows_by_single_bytes)
{
	ck_assert_int_eq(ovs_read(ovs, &net, &err), 0);
	fake_take();
	for (const char *p = ROWS; *p; p++) {
		ck_assert_uint_eq(fake_try(p, 1), 1);
		fake_wait();
		ck_assert_int_eq(ovs_read(ovs, &net, &err), p[1] ? 0 : 1);
	}
	check_rows();
}
END_TEST

/* More than the socket holds, so the client goes on with it whenever there is more. */
START_TEST(many_rows)
{
	_cleanup_free_ char *text = NULL;
	size_t len, at = 0;
	FILE *f = xopen_text(&text, &len);
	int r = 0;

	fprintf(f, "{\"id\":1,\"error\":null,\"result\":[{\"rows\":[");
	for (int i = 0; i < 500; i++)
		fprintf(f, "%s{\"name\":\"br%d\",\"ports\":[\"set\",[]]}", i ? "," : "", i);
	fprintf(f, "]},{\"rows\":[]}]}");
	xclose_text(f);
	ck_assert_int_eq(ovs_read(ovs, &net, &err), 0);
	fake_take();
	ck_assert_int_eq(setsockopt(fake.fd, SOL_SOCKET, SO_SNDBUF, &(int){ 1 }, sizeof(int)), 0);
	while (r == 0) {
		at += fake_try(text + at, len - at);
		fake_wait();
		r = ovs_read(ovs, &net, &err);
	}
	ck_assert_msg(r == 1, "%s", err.msg);
	ck_assert_uint_eq(net.n_ovs_bridges, 500);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("ovsdb");

	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, fake_setup, fake_teardown);
	tcase_add_loop_test(tcase, what_is_no_answer, 0, (int)ARRAY_LEN(bad));
	tcase_add_test(tcase, garbage_without_an_end);
	tcase_add_test(tcase, bottomless);
	tcase_add_loop_test(tcase, endless_talk_has_an_end, 0, (int)ARRAY_LEN(endless));
	tcase_add_test(tcase, slow_talk_has_an_end);
	tcase_add_test(tcase, silence_has_an_end);
	tcase_add_test(tcase, full_backlog);
	tcase_add_test(tcase, nobody_there);
	tcase_add_test(tcase, socket_that_nobody_listens_at);
	tcase_add_test(tcase, path_that_no_socket_can_have);
	tcase_add_test(tcase, rows);
	tcase_add_test(tcase, rows_in_two_pieces);
	tcase_add_test(tcase, rows_by_single_bytes);
	tcase_add_test(tcase, many_rows);
	return unit_run("ovsdb", tcase);
}
