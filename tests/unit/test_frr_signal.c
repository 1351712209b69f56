/* SPDX-License-Identifier: Apache-2.0 */
/* test_frr_signal.c - the requests of the plugin frr-signal, and its results for each answer */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signal_case.h"

START_TEST(test_options)
{
	static const struct {
		const char *address, *protocol, *timeout, *word;
	} cases[] = {
		{ NULL, NULL, NULL, "option address is missing" },
		{ "", NULL, NULL, "address = \"\": must begin with unix: or tcp:" },
		{ "/run/sock", NULL, NULL, "address = \"/run/sock\": must begin with" },
		{ "unix:run/sock", NULL, NULL, "the path of the socket must be absolute" },
		{ "unix:", NULL, NULL, "the path of the socket must be absolute" },
		{ "unix:/"
		  "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456"
		  "789012345678",
		  NULL, NULL, "at most 107 characters" },
		{ "tcp:127.0.0.1", NULL, NULL, "must have the form tcp:IP:PORT" },
		{ "tcp:7080", NULL, NULL, "must have the form tcp:IP:PORT" },
		{ "tcp:127.0.0.1:0", NULL, NULL, "the port must be a number from 1 to 65535" },
		{ "tcp:127.0.0.1:65536", NULL, NULL, "the port must be a number from 1 to 65535" },
		{ "tcp:127.0.0.1:+80", NULL, NULL, "the port must be a number from 1 to 65535" },
		{ "tcp:localhost:80", NULL, NULL, "host names are not resolved" },
		{ "tcp:::1:80", NULL, NULL, "an IPv6 address in brackets" },
		{ "tcp:[::1:80", NULL, NULL, "an IPv6 address in brackets" },
		{ "tcp:[127.0.0.1]:80", NULL, NULL, "an IPv6 address in brackets" },
		{ "tcp:[]:80", NULL, NULL, "an IPv6 address in brackets" },
		{ "unix:/run/sock", "http", NULL, "protocol = \"http\": must be \"reloader\" or \"plain\"" },
		{ "unix:/run/sock", NULL, "0", "timeout = 0: must be a number of seconds from 1 to 86400" },
		{ "unix:/run/sock", NULL, "-5", "timeout = -5" },
		{ "unix:/run/sock", NULL, "5s", "timeout = 5s" },
	};
	int fds = fake_host_count_fds();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fake_option table[4] = { { NULL, NULL } };
		size_t n = 0;
		void *other = NULL;

		if (cases[i].address)
			table[n++] = (struct fake_option){ "address", cases[i].address };
		if (cases[i].protocol)
			table[n++] = (struct fake_option){ "protocol", cases[i].protocol };
		if (cases[i].timeout)
			table[n++] = (struct fake_option){ "timeout", cases[i].timeout };
		memset(&err, 0, sizeof(err));
		ck_assert_int_lt(plugin->open(fake_host_init(&fake, table), &other, &err), 0);
		ck_assert_ptr_null(other);
		assert_error(-1, -1, EINVAL, cases[i].word);
	}
	ck_assert_int_eq(fake_host_count_fds(), fds);
}
END_TEST

START_TEST(test_declares)
{
	static const char *const keys[] = { "address", "protocol", "timeout" };

	ck_assert_uint_eq(plugin->struct_size, sizeof(struct evpn_plugin));
	ck_assert_str_eq(plugin->name, "frr-signal");
	ck_assert_ptr_null(plugin->find_netns);
	for (size_t i = 0; i < 3; i++)
		ck_assert_str_eq(plugin->options[i], keys[i]);
	ck_assert_ptr_null(plugin->options[3]);
}
END_TEST

START_TEST(test_reload)
{
	char session[17] = "", again[17] = "", sum[32] = "";
	int fd, watch;

	listen_unix();
	assert_error(reload(7), 0, 0, "evpn-reloader at unix:");
	fd = take_connection();
	/* The FNV-1a hash of "foobar", from the test vectors of its authors. */
	ck_assert_int_eq(sscanf(take_request(fd), "evpn-reloader 1 reload %16[0-9a-f]/7 %31s", session, sum), 2);
	ck_assert_uint_eq(strlen(session), 16);
	ck_assert_str_eq(sum, "85944171f73967e8");
	answer_with(fd, "ok", "");
	ck_assert_int_eq(reload_outcome(7), 1);
	watch = take_watch();
	assert_quiet();
	/* The same generation returns the result again, without a request. */
	ck_assert_int_eq(reload(7), 1);
	ck_assert(!has_connection());
	close(watch);

	/* The sidecar remembers generations, so they must differ from those of another evpnd. */
	open_plugin_again();
	ck_assert_int_eq(reload(7), 0);
	fd = take_connection();
	ck_assert_int_eq(sscanf(take_request(fd), "evpn-reloader 1 reload %16[0-9a-f]/7 ", again), 1);
	ck_assert_str_ne(session, again);
	close(fd);
}
END_TEST

START_TEST(test_statuses)
{
	static const struct {
		const char *status, *body;
		int code;
		const char *part;
	} cases[] = {
		{ "refused", "% Unknown command: foo\n", EVPN_ERROR_REFUSED, "% Unknown command: foo" },
		{ "failed", "frr-reload.py did not end\n", EIO, "failed: frr-reload.py did not end" },
		{ "denied", "not you\n", EACCES, "denied: not you" },
		{ "invalid", "what?\n", EPROTO, "invalid: what?" },
		{ "novel", "", EPROTO, "novel" },
	};

	listen_unix();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_int_eq(reload(i), 0);
		answer_with(take_connection(), cases[i].status, cases[i].body);
		assert_error(reload_outcome(i), -1, cases[i].code, cases[i].part);
		assert_error(reload(i), -1, cases[i].code, cases[i].part);
		assert_quiet();
	}
	ck_assert(!has_connection());
}
END_TEST

START_TEST(test_new_generation_drops_the_former)
{
	int first, second;
	char byte;

	listen_unix();
	ck_assert_int_eq(reload(1), 0);
	first = take_connection();
	take_request(first);
	ck_assert_int_eq(reload(2), 0);
	second = take_connection();
	ck_assert_ptr_nonnull(strstr(take_request(second), "/2 "));
	ck_assert_int_eq(read(first, &byte, 1), 0);
	close(first);
	answer_with(second, "ok", "");
	ck_assert_int_eq(reload_outcome(2), 1);
}
END_TEST

START_TEST(test_no_file)
{
	unlink(conf_path);
	assert_error(reload(1), -1, ENOENT, conf_path);
	/* A link would tell the container a sum of a file of the host, and a device would never end. */
	ck_assert_int_eq(symlink("/etc/passwd", conf_path), 0);
	assert_error(reload(2), -1, ELOOP, conf_path);
	ck_assert_int_eq(unlink(conf_path), 0);
	ck_assert_int_eq(mkfifo(conf_path, 0600), 0);
	assert_error(reload(3), -1, EMEDIUMTYPE, "frr.conf: not a regular file but a FIFO");
	ck_assert_int_eq(unlink(conf_path), 0);
	ck_assert_int_eq(close(open(conf_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)), 0);
	ck_assert_int_eq(truncate(conf_path, 65ll << 20), 0);
	assert_error(reload(4), -1, EFBIG, conf_path);
	assert_quiet();
}
END_TEST

START_TEST(test_query)
{
	int fd;

	listen_unix();
	for (int i = 0; i < 2; i++) {
		/* The same command after its answer was fetched is a new request. */
		ck_assert_int_eq(query("show evpn vni json"), 0);
		fd = take_connection();
		ck_assert_str_eq(take_request(fd), "evpn-reloader 1 show evpn vni json");
		answer_with(fd, "ok", i ? "{}\n" : "{\"100\":{}}\n");
		ck_assert_int_eq(query_outcome("show evpn vni json"), 1);
		ck_assert_str_eq(text, i ? "{}\n" : "{\"100\":{}}\n");
		assert_quiet();
	}
	/* Another command replaces the running one. */
	ck_assert_int_eq(query("show evpn vni json"), 0);
	close(take_connection());
	ck_assert_int_eq(query("show vrf vni json"), 0);
	fd = take_connection();
	ck_assert_str_eq(take_request(fd), "evpn-reloader 1 show vrf vni json");
	answer_with(fd, "failed", "vtysh ended with status 1\n");
	text = NULL;
	assert_error(query_outcome("show vrf vni json"), -1, EIO, "vtysh ended with status 1");
	ck_assert_ptr_null(text);
}
END_TEST

START_TEST(test_bad_queries)
{
	char longer[1024] = "show ";

	memset(longer + 5, 'x', 600);
	assert_error(query(longer), -1, EINVAL, "must be one line of at most");
	assert_error(query("show version\nconfigure terminal"), -1, EINVAL, "must be one line of at most");
	assert_quiet();
}
END_TEST

START_TEST(test_large_answer)
{
	size_t len = 3 << 20;
	char *body = malloc(len + 1);

	ck_assert_ptr_nonnull(body);
	memset(body, 'x', len);
	body[len] = '\0';
	listen_unix();
	ck_assert_int_eq(query("show big"), 0);
	answer_with(take_connection(), "ok", body);
	ck_assert_int_eq(query_outcome("show big"), 1);
	ck_assert(strcmp(text, body) == 0);
	free(body);
}
END_TEST

START_TEST(test_byte_by_byte)
{
	const char *whole = "evpn-reloader 1 ok duration_ms=1 length=5\nhello";
	int fd;

	listen_unix();
	ck_assert_int_eq(query("show x"), 0);
	fd = take_connection();
	for (size_t i = 0; whole[i]; i++) {
		ck_assert_int_eq(query("show x"), 0);
		answer(fd, whole + i, 1);
		ck_assert(fake_host_readable(plugin->event_fd(self), 60000));
		ck_assert_int_eq(plugin->on_event(self, &err), whole[i + 1] ? EVPN_EVENT_NONE : EVPN_EVENT_RETRY);
	}
	ck_assert_int_eq(query("show x"), 1);
	ck_assert_str_eq(text, "hello");
	close(fd);
}
END_TEST

START_TEST(test_garbage)
{
	static const struct {
		const char *bytes;
		int code;
		const char *part;
	} cases[] = {
		{ "HTTP/1.1 400 Bad Request\r\n\r\n", EPROTO,
		  "is not evpn-reloader's protocol 1: unexpected text: HTTP/1.1 400" },
		{ "evpn-reloader 2 ok length=0\n", EPROTO, "unexpected text: evpn-reloader 2 ok" },
		{ "\n", EPROTO, "is not evpn-reloader" },
		{ "evpn-reloader 1 ok\n", EPROTO, "invalid first line" },
		{ "evpn-reloader 1 \n", EPROTO, "invalid first line" },
		{ "evpn-reloader 1  length=0\n", EPROTO, "invalid first line" },
		{ "evpn-reloader 1 ok length=-1\n", EPROTO, "invalid first line" },
		{ "evpn-reloader 1 ok length=5 \nhello", EPROTO, "invalid first line" },
		{ "evpn-reloader 1 ok length=16777217\n", EPROTO, "invalid first line" },
		{ "evpn-reloader 1 ok length=99999999999999999999\n", EPROTO, "invalid first line" },
		{ "evpn-reloader 1 averylongwordforastatus length=0\n", EPROTO, "invalid first line" },
		{ "", ECONNRESET,
		  "closed the connection without an answer; a reloader without answers needs protocol" },
		{ "evpn-", ECONNRESET, "in the middle of its answer" },
		{ "evpn-reloader 1 ok length=5\nhell", ECONNRESET, "in the middle of its answer" },
	};

	listen_unix();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fd;

		ck_assert_int_eq(reload(i), 0);
		fd = take_connection();
		take_request(fd);
		answer_text(fd, cases[i].bytes);
		close(fd);
		assert_error(reload_outcome(i), -1, cases[i].code, cases[i].part);
		assert_quiet();
	}
}
END_TEST

START_TEST(test_endless_line)
{
	char line[1024];
	int fd;

	memset(line, 'x', sizeof(line));
	memcpy(line, "evpn-reloader 1 ", 16);
	listen_unix();
	ck_assert_int_eq(reload(1), 0);
	fd = take_connection();
	answer(fd, line, sizeof(line));
	assert_error(reload_outcome(1), -1, EPROTO, "first line too long");
	close(fd);
}
END_TEST

START_TEST(test_closed_unread)
{
	int fd;

	/* An answer that was sent before the request was read counts, although sending the request fails. */
	listen_unix();
	ck_assert_int_eq(reload(1), 0);
	fd = take_connection();
	answer_with(fd, "denied", "go away\n");
	assert_error(reload_outcome(1), -1, EACCES, "go away");
}
END_TEST

/*
 * The container puts a link in the place of the socket, or of its directory, to a socket of the host: that one is not
 * connected to. A link that only root can have made leads to the directory.
 */
START_TEST(test_links_to_sockets_of_the_host)
{
	char link[96], through[128];

	listen_unix();
	snprintf(link, sizeof(link), "%s/link", dir);
	snprintf(through, sizeof(through), "unix:%s", link);
	options[0].value = through;
	open_plugin_again();
	ck_assert_int_eq(symlink(sock_path, link), 0);
	assert_error(reload(1), -1, ELOOP, "is a symbolic link that is not followed");
	ck_assert(!has_connection());
	ck_assert_int_eq(unlink(link), 0);
	ck_assert_int_eq(symlink(run_dir, link), 0);
	strcat(through, "/sock");
	open_plugin_again();
	ck_assert_int_eq(reload(1), 0);
	close(take_connection());
	ck_assert_int_eq(unlink(link), 0);
	if (geteuid() == 0) {
		ck_assert_int_eq(symlink(run_dir, link), 0);
		ck_assert_int_eq(lchown(link, 100000, 100000), 0);
		open_plugin_again();
		assert_error(reload(1), -1, ELOOP, "is a symbolic link that is not followed");
		ck_assert(!has_connection());
		ck_assert_int_eq(unlink(link), 0);
	}
	/* What is no socket is none of a reloader. */
	ck_assert_int_eq(mkdir(link, 0700), 0);
	through[strlen(through) - strlen("/sock")] = '\0';
	open_plugin_again();
	assert_error(reload(1), -1, ENOTSOCK, "not a socket");
	ck_assert_int_eq(rmdir(link), 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { test_options,	  test_links_to_sockets_of_the_host,
				       test_declares,	  test_reload,
				       test_statuses,	  test_new_generation_drops_the_former,
				       test_no_file,	  test_query,
				       test_bad_queries,  test_large_answer,
				       test_byte_by_byte, test_garbage,
				       test_endless_line, test_closed_unread };

	return signal_case_main("frr-signal", tests, sizeof(tests) / sizeof(tests[0]));
}
