/* SPDX-License-Identifier: Apache-2.0 */
/* test_log_queue.c - the reader of stderr stops: evpnd does not, and says afterwards how many lines are lost */
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>

#include "unit.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/log_queue.h"
#include "base/util.h"

#define LINES	 30000
#define LIMIT_US 60000000

static int reader, saved;

/* A pipe, as a shell makes it; the journal's socket; a terminal that nobody reads from. */
enum { PIPE, JOURNAL, TERMINAL, KINDS };

static void begin(int kind)
{
	int fds[2];

	switch (kind) {
	case PIPE:
		ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
		break;
	case JOURNAL:
		ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
		break;
	case TERMINAL:
		fds[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
		ck_assert_int_ge(fds[0], 0);
		ck_assert_int_eq(grantpt(fds[0]) | unlockpt(fds[0]), 0);
		fds[1] = open(ptsname(fds[0]), O_RDWR | O_NOCTTY | O_CLOEXEC);
		ck_assert_int_ge(fds[1], 0);
		break;
	}
	saved = dup(STDERR_FILENO);
	ck_assert_int_eq(dup2(fds[1], STDERR_FILENO), STDERR_FILENO);
	close(fds[1]);
	reader = fds[0];
}

/* libcheck writes to stderr, too. */
static void end(void)
{
	ck_assert_int_eq(dup2(saved, STDERR_FILENO), STDERR_FILENO);
	close(saved);
	close(reader);
}

/* Reads what has been written, and flushes what waits, until both are empty. The caller frees it. */
static char *read_all(void)
{
	char *text = NULL, block[65536];
	size_t len = 0;
	ssize_t n;
	FILE *out = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(out);
	fcntl(reader, F_SETFL, O_NONBLOCK);
	do {
		while ((n = read(reader, block, sizeof(block))) > 0)
			fwrite(block, 1, (size_t)n, out);
		log_queue_flush(0);
		n = read(reader, block, sizeof(block));
		if (n > 0)
			fwrite(block, 1, (size_t)n, out);
	} while (n > 0 || log_queue_is_waiting());
	fclose(out);
	return text;
}

START_TEST(reader_that_stops)
{
	_cleanup_free_ char *text = NULL;
	unsigned int n_lines = 0, n_last = 0, n_lost = 0;
	uint64_t from = clock_us(), took;
	char *line, *save;
	bool waited;

	begin(_i);
	for (unsigned int i = 0; i < LINES; i++)
		log_warning("line number %u, which is about as long as a line of the log is in most cases", i);
	took = clock_us() - from;
	waited = log_queue_is_waiting();
	log_queue_flush(100);
	text = read_all();
	log_warning("the last one");
	end();
	ck_assert_uint_lt(took, LIMIT_US);
	ck_assert(waited);
	for (line = strtok_r(text, "\r\n", &save); line; line = strtok_r(NULL, "\r\n", &save)) {
		unsigned int number;
		const char *at = strstr(line, "line number ");

		if (at && sscanf(at, "line number %u, which is about as long as", &number) == 1) {
			/* In order, and each a whole one. */
			ck_assert_uint_eq(number, n_lines ? n_last + 1 : 0);
			ck_assert_msg(strstr(line, "in most cases") != NULL, "a part: %s", line);
			n_last = number;
			n_lines++;
		} else {
			at = line + (line[0] == '<' ? strlen("<4>") : strlen("evpnd: warning: "));
			ck_assert_msg(sscanf(at, "%u lines of the log are lost", &n_lost) == 1, "%s", line);
		}
	}
	ck_assert_uint_gt(n_lines, LOG_QUEUE_MAX / 100);
	ck_assert_uint_gt(n_lost, 0);
	ck_assert_uint_eq(n_lines + n_lost, LINES);
}
END_TEST

/* Nobody will ever read it: nothing waits for that. */
START_TEST(reader_that_has_gone)
{
	begin(JOURNAL);
	close(reader);
	signal(SIGPIPE, SIG_IGN);
	log_warning("a line");
	ck_assert(!log_queue_is_waiting());
	reader = dup(saved);
	end();
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("log queue");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, reader_that_stops, 0, KINDS);
	tcase_add_test(tcase, reader_that_has_gone);
	return unit_run("log queue", tcase);
}
