/* SPDX-License-Identifier: Apache-2.0 */
/* fake_ovsdb.c - see fake_ovsdb.h */
#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "fake_ovsdb.h"
#include "unit.h"
#include "base/util.h"

struct fake_ovsdb fake;
struct evpn_error err;
struct net net;
struct ovs *ovs;

static void make_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", fake.path);
	fake.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(fake.listener, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(fake.listener, 0), 0);
}

void fake_setup(void)
{
	memset(&fake, 0, sizeof(fake));
	memset(&err, 0, sizeof(err));
	memset(&net, 0, sizeof(net));
	fake.fd = -1;
	snprintf(fake.dir, sizeof(fake.dir), "/tmp/test-ovs.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(fake.dir));
	snprintf(fake.path, sizeof(fake.path), "%s/db.sock", fake.dir);
	snprintf(fake.note, sizeof(fake.note), "%s/no-ovs-ports", fake.dir);
	make_socket();
	ovs = ovs_new(fake.path, "default", fake.dir);
}

void fake_teardown(void)
{
	ovs_free(ovs);
	fake_end();
	close(fake.listener);
	unlink(fake.path);
	unlink(fake.note);
	rmdir(fake.dir);
	net_clear(&net);
}

void fake_renew(void)
{
	ovs_free(ovs);
	ovs = ovs_new(fake.path, "default", fake.dir);
}

bool fake_is_asked(void)
{
	struct pollfd fd = { .fd = fake.listener, .events = POLLIN };

	return poll(&fd, 1, 0) > 0;
}

/* Until it is a whole JSON text. */
void fake_take(void)
{
	json_t *json = NULL;
	size_t len = 0;

	fake_end();
	fake.fd = accept(fake.listener, NULL, NULL);
	ck_assert_int_ge(fake.fd, 0);
	while (!json) {
		ssize_t n = recv(fake.fd, fake.request + len, sizeof(fake.request) - 1 - len, 0);

		ck_assert_msg(n > 0, "half a request: %s", fake.request);
		len += (size_t)n;
		fake.request[len] = '\0';
		json = json_loads(fake.request, 0, NULL);
	}
	json_decref(json);
}

void fake_say(const char *text)
{
	ck_assert_int_eq(send(fake.fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

size_t fake_try(const char *text, size_t len)
{
	ssize_t n = send(fake.fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT);

	return n > 0 ? (size_t)n : 0;
}

void fake_end(void)
{
	if (fake.fd >= 0)
		close(fake.fd);
	fake.fd = -1;
}

void fake_answer(const char *text)
{
	fake_take();
	fake_say(text);
	fake_end();
}

void fake_wait(void)
{
	ovs_wait(ovs);
}

int fake_read(void)
{
	int r;

	while ((r = ovs_read(ovs, &net, &err)) == 0)
		fake_wait();
	return r;
}

void fake_expect_error(int code, const char *words)
{
	ck_assert_int_eq(err.code, code);
	ck_assert_msg(strstr(err.msg, words) && strstr(err.msg, fake.path), "no `%s' and socket in: %s", words,
		      err.msg);
}
