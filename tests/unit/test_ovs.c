/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_ovs.c - what a real ovsdb-server does not do on demand: garbage, silence, endless answers, errors. The thread here
 * only says what it is told to; the normal way is tests/netns/ovs.sh's, with the real one.
 */
#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "ovs.h"
#include "ovsdb.h"
#include "unit.h"
#include "util.h"

#define MAX_ANSWERS 4

/* Answers one connection each, in this order; NULL: says nothing and keeps the connection. */
static struct {
	char dir[32], path[64];
	int listener;
	const char *answers[MAX_ANSWERS];
	size_t n_answers;
	bool endless;
	bool bytewise;
	char *requests[MAX_ANSWERS];
	pthread_t thread;
	bool runs;
} fake;

static struct evpn_error err;
static struct net net;
static int64_t cfg;

static void make_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", fake.path);
	fake.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(fake.listener, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(fake.listener, 0), 0);
}

static void setup(void)
{
	memset(&fake, 0, sizeof(fake));
	memset(&err, 0, sizeof(err));
	memset(&net, 0, sizeof(net));
	snprintf(fake.dir, sizeof(fake.dir), "/tmp/test-ovs.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(fake.dir));
	snprintf(fake.path, sizeof(fake.path), "%s/db.sock", fake.dir);
	make_socket();
}

/* When it has said all. */
static void stop(void)
{
	if (fake.runs)
		pthread_join(fake.thread, NULL);
	fake.runs = false;
}

static void teardown(void)
{
	stop();
	close(fake.listener);
	for (size_t i = 0; i < MAX_ANSWERS; i++)
		free(fake.requests[i]);
	unlink(fake.path);
	rmdir(fake.dir);
	net_clear(&net);
}

/* Until it is a whole JSON text. */
static char *read_request(int fd)
{
	char *text = xcalloc(65536, 1);
	json_t *json = NULL;
	size_t len = 0;

	while (!json) {
		ssize_t n = recv(fd, text + len, 65535 - len, 0);

		if (n <= 0)
			return text;
		len += (size_t)n;
		json = json_loads(text, 0, NULL);
	}
	json_decref(json);
	return text;
}

static void say(int fd, const char *text)
{
	size_t step = fake.bytewise ? 1 : strlen(text);

	for (const char *p = text; *p; p += step)
		if (send(fd, p, step, MSG_NOSIGNAL) < 0)
			return;
}

/* The text again and again, until nobody listens. */
static void say_endlessly(int fd, const char *text)
{
	static char block[65536];
	size_t len = 0;

	for (; len + strlen(text) < sizeof(block); len += strlen(text))
		memcpy(block + len, text, strlen(text));
	while (send(fd, block, fake.bytewise ? 1 : len, MSG_NOSIGNAL) > 0)
		;
}

static void *serve(void *arg)
{
	for (size_t i = 0; i < fake.n_answers; i++) {
		int fd = accept(fake.listener, NULL, NULL);
		char byte;

		fake.requests[i] = read_request(fd);
		if (fake.answers[i] && fake.endless)
			say_endlessly(fd, fake.answers[i]);
		else if (fake.answers[i])
			say(fd, fake.answers[i]);
		else
			while (recv(fd, &byte, 1, 0) > 0)
				;
		close(fd);
	}
	return arg;
}

static void will_say(const char *answer)
{
	fake.answers[fake.n_answers++] = answer;
}

static void start(void)
{
	ck_assert_int_eq(pthread_create(&fake.thread, NULL, serve, NULL), 0);
	fake.runs = true;
}

static int read_net(void)
{
	start();
	return ovs_read(fake.path, "default", &net, &err);
}

static void expect_error(int code, const char *words)
{
	ck_assert_int_eq(err.code, code);
	ck_assert_msg(strstr(err.msg, words) && strstr(err.msg, fake.path), "no `%s' and socket in: %s", words,
		      err.msg);
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* What is no answer; closing the connection is the end of each. */
static const struct {
	const char *text;
	int code;
	const char *words;
} bad[] = {
	{ "", EPIPE, "ended the connection" },
	{ "HTTP/1.1 400 Bad Request\r\n\r\n", EPROTO, "no JSON object" },
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
	will_say(bad[_i].text);
	ck_assert_int_lt(read_net(), 0);
	expect_error(bad[_i].code, bad[_i].words);
	ck_assert_uint_eq(net.n_ovs_bridges + net.n_ovs_ports, 0);
}
END_TEST

START_TEST(silence_has_an_end)
{
	double begin = seconds();

	will_say(NULL);
	ck_assert_int_lt(read_net(), 0);
	expect_error(ETIMEDOUT, "no answer within 2 s");
	ck_assert_double_ge(seconds() - begin, 1.9);
	ck_assert_double_lt(seconds() - begin, 10);
}
END_TEST

/* A server that is stopped takes no connections either, and after some the kernel holds connect() up. */
START_TEST(full_backlog_has_an_end)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	double begin = seconds();
	int fds[4];
	size_t n;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", fake.path);
	for (n = 0; n < ARRAY_LEN(fds); n++) {
		fds[n] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (connect(fds[n], (struct sockaddr *)&address, sizeof(address)) < 0)
			break;
	}
	ck_assert_uint_lt(n, ARRAY_LEN(fds));
	ck_assert_int_lt(ovs_read(fake.path, "default", &net, &err), 0);
	expect_error(ETIMEDOUT, "no answer within 2 s");
	ck_assert_double_lt(seconds() - begin, 10);
	for (size_t i = 0; i <= n; i++)
		close(fds[i]);
}
END_TEST

static const char *const endless[] = {
	"{\"id\":1,\"method\":\"echo\",\"params\":[]}\n",
	"                                        ",
	"{\"a\":",
};

START_TEST(endless_talk_has_an_end)
{
	fake.endless = true;
	will_say(endless[_i]);
	ck_assert_int_lt(read_net(), 0);
	/* On a slow machine the time is over before the 16 MiB are. */
	ck_assert_int_eq(err.code == ETIMEDOUT ? EMSGSIZE : err.code, EMSGSIZE);
}
END_TEST

/* Always something to read, and never enough of it to be too large. */
START_TEST(slow_talk_has_an_end)
{
	double begin = seconds();

	fake.endless = fake.bytewise = true;
	will_say(" ");
	ck_assert_int_lt(read_net(), 0);
	expect_error(ETIMEDOUT, "no answer within 2 s");
	ck_assert_double_lt(seconds() - begin, 10);
}
END_TEST

START_TEST(nobody_there)
{
	unlink(fake.path);
	ck_assert_int_lt(ovs_read(fake.path, "default", &net, &err), 0);
	expect_error(ENOENT, "does ovsdb-server run?");
	ovs_read_wanted(fake.path, "default", false, &net);
	ck_assert_ptr_null(net.ovs_fault);
	ovs_read_wanted(fake.path, "default", true, &net);
	ck_assert_ptr_nonnull(strstr(net.ovs_fault, fake.path));
}
END_TEST

START_TEST(path_that_no_socket_can_have)
{
	char path[200] = "/";

	memset(path + 1, 'x', sizeof(path) - 2);
	ck_assert_int_lt(ovs_read(path, "default", &net, &err), 0);
	ck_assert_int_eq(err.code, ENAMETOOLONG);
}
END_TEST

#define ROWS                                                                                                          \
	"{\"id\":null,\"method\":\"update\",\"params\":[\"}]{ \\\\\\\" \"]}"                                          \
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

START_TEST(rows)
{
	fake.bytewise = _i;
	will_say(ROWS);
	ck_assert_int_eq(read_net(), 0);
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
END_TEST

static const struct net_ovs_port lan0 = { .name = "lan0", .bridge = "br-int" };

/* The world changed between plan and deed. */
static const struct {
	const char *answer;
	int code;
	const char *words;
} refusals[] = {
	{ "{\"id\":1,\"result\":[{\"error\":\"timed out\"},null,null,null,null,null],\"error\":null}", ENODEV,
	  "no such bridge any more" },
	{ "{\"id\":1,\"result\":[{},{\"error\":\"timed out\"},null,null,null,null],\"error\":null}", EEXIST,
	  "is not ours" },
	{ "{\"id\":1,\"result\":[{},{},{\"error\":\"timed out\"},null,null,null],\"error\":null}", EEXIST,
	  "in another port" },
	{ "{\"id\":1,\"result\":[{},{},{},{},{},{},{\"error\":\"constraint violation\",\"details\":\"d\"}]}", EIO,
	  "constraint violation: d" },
};

START_TEST(port_that_cannot_be_added)
{
	will_say(refusals[_i].answer);
	start();
	ck_assert_int_lt(ovs_port_add(fake.path, "default", &lan0, &err), 0);
	expect_error(refusals[_i].code, refusals[_i].words);
}
END_TEST

START_TEST(port_that_has_gone)
{
	will_say("{\"id\":1,\"result\":[{\"rows\":[]}],\"error\":null}");
	start();
	ck_assert_int_eq(ovs_port_delete(fake.path, "default", &lan0, &cfg, &err), 0);
}
END_TEST

START_TEST(port_that_goes_or_is_taken_over_meanwhile)
{
	will_say("{\"id\":1,\"result\":[{\"rows\":[{\"_uuid\":[\"uuid\",\"u2\"]}]}],\"error\":null}");
	will_say("{\"id\":1,\"result\":[{\"error\":\"timed out\"},null,null,null],\"error\":null}");
	start();
	ck_assert_int_eq(ovs_port_delete(fake.path, "default", &lan0, &cfg, &err), 0);
	ck_assert_ptr_nonnull(strstr(fake.requests[1], "\"u2\""));
}
END_TEST

START_TEST(port_is_deleted)
{
	will_say("{\"id\":1,\"result\":[{\"rows\":[{\"_uuid\":[\"uuid\",\"u2\"]}]}],\"error\":null}");
	will_say("{\"id\":1,\"result\":[{},{\"count\":1},{\"count\":1},{\"rows\":[{\"next_cfg\":8}]}],\"error\":null}");
	start();
	ck_assert_int_eq(ovs_port_delete(fake.path, "default", &lan0, &cfg, &err), 0);
	ck_assert_int_eq(cfg, 8);
}
END_TEST

#define AT(n) "{\"id\":1,\"result\":[{},{\"rows\":[{\"cur_cfg\":" n "}]}],\"error\":null}"

START_TEST(waits_until_ovs_vswitchd_is_there)
{
	will_say(AT("6"));
	will_say(AT("7"));
	will_say(AT("9"));
	start();
	ovs_await(fake.path, 8);
	stop();
	ck_assert_ptr_nonnull(strstr(fake.requests[2], "\"cur_cfg\":7"));
}
END_TEST

/* An error, silence, or a server that says the same again: the wait has an end. */
static const char *const no_progress[] = {
	"{\"id\":1,\"result\":[{\"error\":\"timed out\"},null],\"error\":null}",
	NULL,
	AT("6"),
	"{\"id\":1,\"result\":[{},{\"rows\":[]}],\"error\":null}",
};

START_TEST(ovs_vswitchd_does_not_follow)
{
	will_say(AT("6"));
	will_say(no_progress[_i]);
	start();
	ovs_await(fake.path, 8);
	stop();
	ck_assert_ptr_nonnull(strstr(fake.requests[1], "\"cur_cfg\":6"));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("ovs");

	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, what_is_no_answer, 0, (int)ARRAY_LEN(bad));
	tcase_add_test(tcase, silence_has_an_end);
	tcase_add_test(tcase, full_backlog_has_an_end);
	tcase_add_loop_test(tcase, endless_talk_has_an_end, 0, (int)ARRAY_LEN(endless));
	tcase_add_test(tcase, slow_talk_has_an_end);
	tcase_add_test(tcase, nobody_there);
	tcase_add_test(tcase, path_that_no_socket_can_have);
	tcase_add_loop_test(tcase, rows, 0, 2);
	tcase_add_loop_test(tcase, port_that_cannot_be_added, 0, (int)ARRAY_LEN(refusals));
	tcase_add_test(tcase, port_that_has_gone);
	tcase_add_test(tcase, port_that_goes_or_is_taken_over_meanwhile);
	tcase_add_test(tcase, port_is_deleted);
	tcase_add_test(tcase, waits_until_ovs_vswitchd_is_there);
	tcase_add_loop_test(tcase, ovs_vswitchd_does_not_follow, 0, (int)ARRAY_LEN(no_progress));
	return unit_run("ovs", tcase);
}
