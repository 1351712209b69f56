/* SPDX-License-Identifier: Apache-2.0 */
/* test_notify.c - the service manager does not read its socket: evpnd does not wait, and says what counts later */
#include <sys/socket.h>
#include <sys/un.h>

#include "unit.h"
#include "base/clock.h"
#include "base/util.h"
#include "run/notify.h"

#define LIMIT_US 5000000

static char dir[32], path[64];
static int manager;

static void setup(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strcpy(dir, "/tmp/test-notify.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/notify", dir);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ck_assert_int_eq(bind(manager, (struct sockaddr *)&address, sizeof(address)), 0);
	setenv("NOTIFY_SOCKET", path, 1);
}

static void teardown(void)
{
	close(manager);
	unlink(path);
	rmdir(dir);
}

/* The next text; "" if there is none. */
static const char *take(void)
{
	static char text[256];
	ssize_t n = recv(manager, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

START_TEST(manager_that_reads)
{
	notify_say("READY=1\nSTATUS=%d", 5);
	ck_assert_str_eq(take(), "READY=1\nSTATUS=5");
	ck_assert(!notify_retry());
}
END_TEST

/* Its queue is full (net.unix.max_dgram_qlen), and sd_notify(3) would wait. */
START_TEST(manager_that_hangs)
{
	uint64_t from = clock_us();
	int n = 0, last = -1;
	const char *text;

	for (int i = 0; i < 2000; i++)
		notify_say("STATUS=%d", i);
	notify_say("STOPPING=1");
	ck_assert_uint_lt(clock_us() - from, LIMIT_US);
	ck_assert(notify_retry());
	/* It wakes up: in order, and the last ones are there. */
	for (;;) {
		text = take();
		if (!text[0]) {
			notify_retry();
			continue;
		}
		if (strncmp(text, "STATUS=", 7) != 0)
			break;
		ck_assert_int_gt(atoi(text + 7), last);
		last = atoi(text + 7);
		n++;
	}
	ck_assert_int_eq(last, 1999);
	ck_assert_str_eq(text, "STOPPING=1");
	ck_assert_int_ge(n, NOTIFY_WAITING_MAX - 1);
}
END_TEST

/* As systemd's own, if it is no file. */
START_TEST(no_manager)
{
	setenv("NOTIFY_SOCKET", "/no/such/socket", 1);
	notify_say("READY=1");
	unsetenv("NOTIFY_SOCKET");
	notify_say("READY=1");
	ck_assert(!notify_retry());
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("notify");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, manager_that_reads);
	tcase_add_test(tcase, manager_that_hangs);
	tcase_add_test(tcase, no_manager);
	return unit_run("notify", tcase);
}
