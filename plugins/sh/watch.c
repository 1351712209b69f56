/* SPDX-License-Identifier: Apache-2.0 */
/* watch.c - see watch.h */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

#include "lib/clock.h"
#include "lib/fd.h"
#include "sh/watch.h"

/* Bytes that are read at once. */
#define LINE_MAX_BYTES (64u << 10)
/* The least time between two events. */
#define HOLD_MS 1000
/* The pauses before a new start, which double. */
#define PAUSE_FIRST_MS 1000
#define PAUSE_LAST_MS  60000
/* A script that ran for so long has done its work: the next pause is the first one again. */
#define STABLE_MS 60000

int watch_init(struct watch *watch, int epoll, struct evpn_error *err)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (script_init(&watch->script, epoll, 2 * LINE_MAX_BYTES, err) < 0)
		return -1;
	watch->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (watch->timer < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, watch->timer, &event) < 0)
		return evpn_fail(err, errno, "cannot create a timer: %s", strerror(errno));
	return 0;
}

void watch_free(struct watch *watch)
{
	script_free(&watch->script);
	fd_close(&watch->timer);
}

/* The script has ended, or was not started. The next time is after a pause. */
EVPN_PRINTF(2, 3) static void pause_after(struct watch *watch, const char *format, ...)
{
	char why[1400];
	va_list ap;

	va_start(ap, format);
	vsnprintf(why, sizeof(why), format, ap);
	va_end(ap);
	if (watch->since_ms && clock_ms() - watch->since_ms >= STABLE_MS) {
		watch->pause_ms = 0;
		watch->told = false;
	}
	watch->pause_ms = watch->pause_ms ? watch->pause_ms * 2 : PAUSE_FIRST_MS;
	if (watch->pause_ms > PAUSE_LAST_MS)
		watch->pause_ms = PAUSE_LAST_MS;
	if (!watch->told)
		watch->host->log(watch->host, EVPN_LOG_WARNING,
				 "%s watch %s %s; it is started again, after pauses of up to 60 s, and changes may go "
				 "unnoticed meanwhile",
				 watch->options->script, watch->role, why);
	watch->told = true;
	watch->state = WATCH_PAUSING;
	fd_set_timer(watch->timer, watch->pause_ms);
}

/* 0 or -1. */
static int try_start(struct watch *watch, struct evpn_error *err)
{
	const char *const args[] = { watch->options->script, "watch", watch->role, NULL };
	int input;

	if (script_check(watch->options->script, err) < 0)
		return -1;
	/* It was killed for its flood, and is still there. */
	if (watch->script.pid)
		return evpn_fail(err, EBUSY, "process %d was killed and does not end", (int)watch->script.pid);
	input = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (input < 0)
		return evpn_fail(err, errno, "cannot open /dev/null: %s", strerror(errno));
	return script_start(&watch->script, args, input, err);
}

static void start(struct watch *watch)
{
	struct evpn_error err = { 0 };

	watch->since_ms = clock_ms();
	if (try_start(watch, &err) == 0) {
		watch->state = WATCH_RUNNING;
		return;
	}
	pause_after(watch, "cannot be started: %.1200s", err.msg);
}

void watch_begin(struct watch *watch, const char *role)
{
	if (watch->state != WATCH_OFF)
		return;
	watch->role = role;
	start(watch);
}

bool watch_is_on(const struct watch *watch)
{
	return watch->state == WATCH_RUNNING || watch->state == WATCH_HOLDING;
}

static void judge_end(struct watch *watch)
{
	const struct script *script = &watch->script;
	char words[1200] = "";

	if (!script->failure && WIFEXITED(script->status) && WEXITSTATUS(script->status) == CALL_EXIT_UNSUPPORTED) {
		watch->state = WATCH_UNSUPPORTED;
		return;
	}
	call_quote(words, sizeof(words), script->tail);
	if (script->failure)
		pause_after(watch, "could not be run: %s", strerror(script->failure));
	else if (WIFSIGNALED(script->status))
		pause_after(watch, "was ended by signal %d (%s)", WTERMSIG(script->status),
			    strsignal(WTERMSIG(script->status)));
	else
		pause_after(watch, "has ended with exit status %d%s%s", WEXITSTATUS(script->status),
			    words[0] ? ": " : "", words);
}

/* Takes what was printed; true if there is a complete line. */
static bool take_lines(struct watch *watch)
{
	struct script *script = &watch->script;
	bool said = script->text && memchr(script->text, '\n', script->len);

	if (said)
		script->len = 0;
	return said;
}

static void handle_timer(struct watch *watch)
{
	if (watch->state == WATCH_PAUSING) {
		start(watch);
	} else if (watch->state == WATCH_HOLDING) {
		watch->state = WATCH_RUNNING;
		script_set_deaf(&watch->script, false);
	}
}

/* What it writes to stderr is limited for each minute: it may run for years. */
static void refill_stderr(struct watch *watch)
{
	int64_t now = clock_ms();

	if (now - watch->refilled_ms < STABLE_MS)
		return;
	watch->refilled_ms = now;
	watch->script.err_len = 0;
}

bool watch_handle(struct watch *watch)
{
	bool said = false;

	if (fd_timer_expired(watch->timer))
		handle_timer(watch);
	refill_stderr(watch);
	switch (script_handle(&watch->script)) {
	case SCRIPT_ENDED:
		said = take_lines(watch);
		judge_end(watch);
		return said;
	case SCRIPT_OVERFLOWS:
		script_kill(&watch->script);
		pause_after(watch, "prints too much without a newline, or too much on stderr, and was killed");
		return false;
	case SCRIPT_GONE:
		return false;
	case SCRIPT_NOTHING:
		break;
	}
	said = watch->state == WATCH_RUNNING && take_lines(watch);
	if (said) {
		watch->state = WATCH_HOLDING;
		fd_set_timer(watch->timer, HOLD_MS);
		script_set_deaf(&watch->script, true);
	}
	return said;
}
