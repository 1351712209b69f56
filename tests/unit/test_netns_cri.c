/* SPDX-License-Identifier: Apache-2.0 */
/* test_netns_cri.c - options of netns-cri, and parsing of gRPC frames and trailers */
#include <errno.h>
#include <string.h>

#include "fake_host.h"
#include "netns-cri/grpc.h"
#include "unit.h"

static struct evpn_error err;

#define assert_said(text) ck_assert_msg(strstr(err.msg, text) != NULL, "expected `%s' in: %s", text, err.msg)

static struct grpc_reply reply;

static void take_header(const char *line)
{
	grpc_reply_header(&reply, line, strlen(line));
}

/* Begins a reply with these headers and this body. */
static void begin_reply(const char *status_line, const char *type, const void *body, size_t len)
{
	grpc_reply_clear(&reply);
	take_header(status_line);
	take_header(type);
	ck_assert_int_eq(grpc_reply_append(&reply, body, len), 0);
}

static int message(void)
{
	const uint8_t *payload = NULL;
	size_t len = 7;
	int r;

	memset(&err, 0, sizeof(err));
	r = grpc_reply_message(&reply, "Ask", &payload, &len, &err);
	if (r <= 0)
		ck_assert(!payload && len == 7 && err.code > 0);
	return r > 0 ? (int)len : r;
}

START_TEST(test_reply_good)
{
	begin_reply("HTTP/2 200 \r\n", "Content-Type: application/grpc+proto\r\n", "\0\0\0\0\3abc", 8);
	take_header("grpc-status: 0\r\n");
	ck_assert_int_eq(message(), 3);
	begin_reply("HTTP/2 200\r\n", "content-type: application/grpc", "\0\0\0\0\0", 5);
	take_header("grpc-status:0");
	ck_assert_int_eq(message(), 0);
}
END_TEST

START_TEST(test_reply_bad)
{
	static const struct {
		const char *status_line, *type, *status, *body;
		size_t len;
		const char *said;
	} cases[] = {
		{ "HTTP/2 404", "content-type: application/grpc", "grpc-status: 0", "\0\0\0\0\0", 5,
		  "HTTP status 404" },
		{ "HTTP/2 200", "content-type: text/html", "grpc-status: 0", "\0\0\0\0\0", 5,
		  "`text/html' instead of gRPC" },
		{ "HTTP/2 200", "content-type: application/grpc", "grpc-status: 0", "\0\0\0\0\4abc", 8,
		  "inside a message" },
		{ "HTTP/2 200", "content-type: application/grpc", "grpc-status: 0", "\0\0\0", 3, "inside a message" },
		{ "HTTP/2 200", "content-type: application/grpc", "grpc-status: 0", "", 0, "inside a message" },
		{ "HTTP/2 200", "content-type: application/grpc", "grpc-status: 0", "\1\0\0\0\0", 5, "compressed" },
		{ "HTTP/2 200", "content-type: application/grpc", "grpc-status: 0", "\0\377\0\0\0", 5, "the limit is" },
		{ "HTTP/2 200", "content-type: application/grpc", "grpc-status: 0", "\0\0\0\0\0x", 6,
		  "continues after" },
		{ "HTTP/2 200", "content-type: application/grpc", "x: y", "\0\0\0\0\0", 5, "no grpc-status" },
		{ "HTTP/2 200", "content-type: application/grpc", "grpc-status: 12", "", 0, "(grpc-status 12)" },
		{ "HTTP/2 200", "content-type: application/grpc", "grpc-status: x", "", 0, "(grpc-status 2)" },
		{ "HTTP/2 200", "content-type: application/grpc", "grpc-status:", "", 0, "(grpc-status 2)" },
		{ "x", "content-type: application/grpc", "grpc-status: 0", "\0\0\0\0\0", 5, "HTTP status 0" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin_reply(cases[i].status_line, cases[i].type, cases[i].body, cases[i].len);
		take_header(cases[i].status);
		ck_assert_int_lt(message(), 0);
		assert_said(cases[i].said);
	}
}
END_TEST

START_TEST(test_reply_message_text)
{
	begin_reply("HTTP/2 200", "content-type: application/grpc", "", 0);
	take_header("grpc-status: 5");
	take_header("grpc-message: an%20error%0a occurred %zz %4");
	ck_assert_int_lt(message(), 0);
	assert_said("Ask: an error? occurred %zz %4 (grpc-status 5)");
	ck_assert_int_eq(reply.status, GRPC_NOT_FOUND);
}
END_TEST

START_TEST(test_reply_too_long)
{
	static uint8_t block[1 << 20];

	grpc_reply_clear(&reply);
	for (int i = 0; i < 16; i++)
		ck_assert_int_eq(grpc_reply_append(&reply, block, sizeof(block)), 0);
	ck_assert_int_eq(grpc_reply_append(&reply, block, GRPC_PREFIX_LEN), 0);
	ck_assert_int_eq(grpc_reply_append(&reply, block, 1), -EMSGSIZE);
	grpc_reply_clear(&reply);
	ck_assert_ptr_null(reply.body);
}
END_TEST

/* --- options --- */

static int open_with(const struct fake_option *options)
{
	static struct fake_host fake;
	const struct evpn_plugin *plugin = fake_host_load(MODULE);
	int before = fake_host_count_fds(), r;
	void *self = NULL;

	memset(&err, 0, sizeof(err));
	r = plugin->open(fake_host_init(&fake, options), &self, &err);
	if (r == 0)
		plugin->close(self);
	ck_assert_int_eq(fake_host_count_fds(), before);
	return r;
}

START_TEST(test_options)
{
	static const struct {
		struct fake_option options[4];
		const char *said; /* NULL: the options are valid */
	} cases[] = {
		{ { { "pod", "frr" } }, NULL },
		{ { { "labels.app", "frr" } }, NULL },
		{ { { "labels.0", "app.kubernetes.io/name=frr" }, { "labels.1", "a=" } }, NULL },
		{ { { "pod", "frr" }, { "socket", "unix:///run/x.sock" }, { "host_root", "/host" } }, NULL },
		{ { { "pod", "frr" }, { "host_root", "/" }, { "timeout", "60" } }, NULL },
		{ { { 0 } }, "neither pod nor labels" },
		{ { { "namespace", "kube-system" } }, "neither pod nor labels" },
		{ { { "pod", "" } }, "pod = \"\"" },
		{ { { "labels", "app=frr" } }, "must be a group" },
		{ { { "labels.0", "app" } }, "\"app\": must have the form KEY=VALUE" },
		{ { { "labels.0", "a=b" }, { "labels.1", "=frr" } }, "\"=frr\"" },
		{ { { "pod", "frr" }, { "socket", "run/x.sock" } },
		  "socket = \"run/x.sock\": must be an absolute path" },
		{ { { "pod", "frr" }, { "timeout", "0" } }, "timeout = 0" },
		{ { { "pod", "frr" }, { "timeout", "5s" } }, "timeout = 5s" },
		{ { { "pod", "frr" }, { "proc", "proc" } }, "proc = \"proc\"" },
		{ { { "pod", "frr" }, { "host_root", "host" } }, "host_root = \"host\"" },
	};
	char path[200] = "/";

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_int_eq(open_with(cases[i].options), cases[i].said ? -1 : 0);
		if (cases[i].said)
			assert_said(cases[i].said);
	}
	memset(path + 1, 'x', 150);
	ck_assert_int_eq(open_with((const struct fake_option[]){ { "pod", "frr" }, { "socket", path }, { 0 } }), -1);
	assert_said("at most 107 bytes");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_reply_good, test_reply_bad, test_reply_message_text, test_reply_too_long, test_options,
	};
	TCase *tcase = tcase_create("netns-cri");

	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(tcase, tests[i]);
	return unit_run("netns-cri", tcase);
}
