/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_growth_peers.c - what hostile peers cost evpnd and evpn-reloader: answers on sockets, and the pidfile; see growth_case.h
 *
 * What is limited in size is refused, with an error that says so.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "frr-signal/reloader_client.h"
#include "frr-signal/sidecar.h"
#include "growth_case.h"
#include "kernel/ovs.h"
#include "lib/pidfile.h"
#include "unit.h"

static char dir[] = "/tmp/evpnd-growth-XXXXXX";
static char path[64]; /* of the socket or the file */

/* reloader.c has main(), too. */
void reloader_log(const char *format, ...)
{
	(void)format;
}

static int listen_at_path(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	/* The sizes are read at the same time. */
	snprintf(path, sizeof(path), "%s/%d", dir, (int)getpid());
	strcpy(address.sun_path, path);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	return fd;
}

/* The peer's side of a connection, and what is still to be said there. */
struct peer {
	int fd;
	const char *text;
	size_t left;
};

static struct peer accept_peer(int listener, const char *text, size_t len)
{
	struct peer peer = { accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), text, len };

	ck_assert_int_ge(peer.fd, 0);
	return peer;
}

/* Says as much as the socket takes, and closes it at the end. Whether there was something to say. */
static bool say(struct peer *peer)
{
	char request[4096];
	ssize_t n;

	if (peer->fd < 0)
		return false;
	/* A connection that is closed with something unread is reset, and the answer is lost. */
	while (recv(peer->fd, request, sizeof(request), 0) > 0)
		;
	n = send(peer->fd, peer->text, peer->left, MSG_NOSIGNAL);
	if (n > 0) {
		peer->text += n;
		peer->left -= (size_t)n;
	}
	if (peer->left == 0 || (n < 0 && errno != EAGAIN)) {
		close(peer->fd);
		peer->fd = -1;
	}
	return true;
}

/* ---- Open vSwitch ---- */

static void read_ovsdb(char *text, size_t len)
{
	int listener = listen_at_path();
	struct ovs *ovs = ovs_new(path, "default", dir);
	struct evpn_error err = { 0 };
	struct net net = { 0 };
	struct peer peer;
	int r = ovs_read(ovs, &net, &err);

	ck_assert_int_eq(r, 0);
	peer = accept_peer(listener, text, len);
	while (r == 0 && say(&peer))
		r = ovs_read(ovs, &net, &err);
	while (r == 0)
		r = ovs_read(ovs, &net, &err);
	ck_assert_msg(r > 0 || (err.code > 0 && err.msg[0]), "%d: no reason", r);
	net_clear(&net);
	ovs_free(ovs);
}

/* ---- frr-signal: what the reloader answers, what a client asks it, what FRR's tools print ---- */

static void read_sidecar(char *text, size_t len)
{
	struct sidecar sidecar = { .name = "unix:test", .timeout_s = 60 };
	int listener = listen_at_path();
	char address[80];
	const char *why;
	struct peer peer;

	snprintf(address, sizeof(address), "unix:%s", path);
	ck_assert_int_eq(protocol_parse_address(address, &sidecar.address, &why), 0);
	ck_assert_int_eq(sidecar_init(&sidecar), 0);
	sidecar_begin(&sidecar, PROTOCOL_HELLO "status\n");
	peer = accept_peer(listener, text, len);
	while (!sidecar.outcome && sidecar.state != SIDECAR_PAUSING) {
		say(&peer);
		sidecar_handle_event(&sidecar);
	}
	ck_assert_msg(sidecar.outcome > 0 || sidecar.err.msg[0], "no reason");
	sidecar_free(&sidecar);
}

static void read_request(char *text, size_t len)
{
	struct client client = { 0 };
	enum client_line line = CLIENT_LINE_INCOMPLETE;
	struct peer peer = { .text = text, .left = len };
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
	peer.fd = fds[0];
	client_open(&client, fds[1], false);
	while (line == CLIENT_LINE_INCOMPLETE && client.state == CLIENT_READING) {
		say(&peer);
		line = client_read(&client);
	}
	if (line == CLIENT_LINE_COMPLETE) {
		const struct options options = { .listen = "unix:/x", .allow_running_config = true };
		const char *why = NULL;

		ck_assert(request_parse(client.line, &options, &client.request, &why) == STATUS_OK || why);
	}
	ck_assert_msg(client.state == CLIENT_FREE || line != CLIENT_LINE_INCOMPLETE, "the request has no end");
}

/* The output of frr-reload.py and of vtysh, in its pieces. */
static void read_tool(char *text, size_t len)
{
	struct text one = { 0 }, two = { 0 }, quote = { 0 }, difference = { 0 };

	for (size_t at = 0; at < len; at += 4096)
		text_append(&one, text + at, len - at < 4096 ? len - at : 4096, PROTOCOL_BODY_MAX);
	text_append(&two, text + strcspn(text, "\n"), len - strcspn(text, "\n"), PROTOCOL_BODY_MAX);
	text_quote(&quote, &one, 4096);
	config_is_same(&one, &two, &difference, 4096);
	ck_assert(quote.len <= 4096 && difference.len <= 4096);
	text_free(&one);
	text_free(&two);
	text_free(&quote);
	text_free(&difference);
}

/* ---- a daemon's vty socket ---- */

static void read_vty(char *text, size_t len)
{
	struct vty_answer answer = { 0 };
	int r = 0;

	for (size_t at = 0; at < len && r == 0; at += 4096)
		r = vty_answer_add(&answer, text + at, len - at < 4096 ? len - at : 4096);
	if (r == 0)
		r = vty_answer_add(&answer, "\0\0\0", 4);
	ck_assert_int_eq(r, 1);
	ck_assert_uint_eq(answer.len, len);
	vty_answer_clear(&answer);
}

/* The same text until the limit is reached, which is above 8 MiB. */
static void read_long_vty(char *text, size_t len)
{
	struct vty_answer answer = { 0 };
	int r = 0;

	for (size_t sum = 0; r == 0; sum += len) {
		ck_assert_uint_le(sum, VTY_ANSWER_MAX + len);
		r = vty_answer_add(&answer, text, len);
	}
	ck_assert_int_eq(r, -EFBIG);
	vty_answer_clear(&answer);
}

/* ---- the pidfile ---- */

static void read_pidfile(char *text, size_t len)
{
	struct pidfile file = { .path = path, .proc = "/proc" };
	struct evpn_error err = { 0 };
	pid_t pid = -1;
	int fd;

	snprintf(path, sizeof(path), "%s/%d", dir, (int)getpid());
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_eq(write(fd, text, len), (ssize_t)len);
	close(fd);
	ck_assert_int_lt(pidfile_read(&file, &pid, &err), 0);
	ck_assert_msg(pid == -1 && err.code > 0 && strstr(err.msg, path), "%s", err.msg);
}

#define ANSWER "{\"id\":1,\"error\":null,\"result\":"

static const struct growth_text table[] = {
	{ "Open vSwitch: empty results", ANSWER "[", "[],", "1]}", read_ovsdb, 100 },
	{ "Open vSwitch: bridges", ANSWER "[{\"rows\":[",
	  "{\"name\":\"b@\",\"ports\":[\"uuid\",\"00000000-0000-0000-0000-000000000001\"]},", "1]}]}", read_ovsdb,
	  100 },
	{ "Open vSwitch: ports", ANSWER "[{\"rows\":[]},{\"rows\":[",
	  "{\"name\":\"p@\",\"_uuid\":[\"uuid\",\"@\"],\"external_ids\":[\"map\",[[\"evpnd\",\"x\"]]]},", "1]}]}",
	  read_ovsdb, 100 },
	{ "Open vSwitch: messages that are no answer", "", "{\"id\":\"echo\",\"method\":\"echo\",\"params\":[]}\n", "",
	  read_ovsdb, 0 },
	{ "Open vSwitch: one string", ANSWER "\"", "x", "\"}", read_ovsdb, 0 },
	{ "Open vSwitch: deep arrays", ANSWER, "[", "", read_ovsdb, 0 },
	{ "Open vSwitch: blanks", "", " ", "", read_ovsdb, 0 },
	{ "Open vSwitch: no JSON", "", "}", "", read_ovsdb, 0 },
	{ "reloader: first line without an end", PROTOCOL_HELLO "ok ", "x", "", read_sidecar, 0 },
	{ "reloader: first line of many words", PROTOCOL_HELLO "ok ", "length=@ ", "\n", read_sidecar, 0 },
	{ "reloader: body", PROTOCOL_HELLO "ok duration_ms=1 generation=1 changed=0 length=16777216\n", "line\n", "",
	  read_sidecar, 0 },
	{ "reloader: more than it says", PROTOCOL_HELLO "ok duration_ms=1 generation=1 changed=0 length=5\n", "line\n",
	  "", read_sidecar, 0 },
	{ "reloader: a body above the limit",
	  PROTOCOL_HELLO "ok duration_ms=1 generation=1 changed=0 length=16777217\n", "line\n", "", read_sidecar, 0 },
	{ "reloader: another protocol", "", "HTTP/1.1 200 OK\r\n", "", read_sidecar, 0 },
	{ "request without an end", PROTOCOL_HELLO, "reload ", "", read_request, 0 },
	{ "requests in a row", "", PROTOCOL_HELLO "status\n", "", read_request, 0 },
	{ "request of blanks", PROTOCOL_HELLO "show", " ", "\n", read_request, 0 },
	{ "tool: lines", "", "% line @\n", "", read_tool, 60 },
	{ "tool: the same line", "", "% refused\n", "", read_tool, 60 },
	{ "tool: configuration", "", "interface e@\n description x\nexit\n!\n", "", read_tool, 60 },
	{ "tool: empty lines", "", "\n", "", read_tool, 60 },
	{ "tool: one line", "", "x", "", read_tool, 60 },
	{ "tool: colours", "", "\033[91m", "", read_tool, 60 },
	{ "vty: lines", "", "line @\n", "", read_vty, 0 },
	{ "vty: one line", "", "x", "", read_vty, 0 },
	{ "vty: more than the limit", "", "x", "", read_long_vty, 80 },
	{ "pidfile: digits", "", "1", "", read_pidfile, 0 },
	{ "pidfile: blanks", "", " ", "", read_pidfile, 0 },
	{ "pidfile: lines", "", "1\n", "", read_pidfile, 0 },
	{ "pidfile: escape sequences", "", "\033[2J", "", read_pidfile, 0 },
};

START_TEST(cost_is_linear)
{
	growth_check(&table[_i]);
}
END_TEST

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void teardown(void)
{
	char command[80];

	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	ck_assert_int_eq(system(command), 0);
}

int main(void)
{
	TCase *tcase = tcase_create("growth-peers");

	tcase_add_checked_fixture(tcase, setup, teardown);
	/* With a reserve for a busy machine. */
	tcase_set_timeout(tcase, 300);
	tcase_add_loop_test(tcase, cost_is_linear, 0, sizeof(table) / sizeof(table[0]));
	return unit_run("growth-peers", tcase);
}
