/* SPDX-License-Identifier: Apache-2.0 */
/* call.c - see call.h */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/folder.h"
#include "sh/call.h"

/* Lines of stderr in a message. */
#define QUOTE_LINES 5

int call_init(struct call *call, int epoll, size_t out_max, struct evpn_error *err)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (script_init(&call->script, epoll, out_max, err) < 0)
		return -1;
	call->pause_last_ms = CALL_PAUSE_LAST_MS;
	call->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (call->timer < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, call->timer, &event) < 0)
		return evpn_fail(err, errno, "cannot create a timer: %s", strerror(errno));
	return 0;
}

static void free_args(struct call *call)
{
	for (int i = 0; i < CALL_ARGS; i++) {
		free(call->args[i]);
		call->args[i] = NULL;
	}
}

void call_free(struct call *call)
{
	script_free(&call->script);
	free_args(call);
	fd_close(&call->timer);
}

void call_quote(char *to, size_t size, const char *text)
{
	size_t at = strlen(to), lines = 0;
	const char *begin = text + strlen(text);

	/* From the end, as there the reason is. */
	while (begin > text && lines < QUOTE_LINES) {
		begin--;
		lines += begin > text && begin[-1] == '\n' && begin[0] != '\n';
	}
	for (const char *c = begin; *c && at + 1 < size; c++) {
		bool is_end = *c == '\n';

		if (is_end && (at == 0 || to[at - 1] == '\n'))
			continue;
		to[at++] = is_end || (*c >= ' ' && *c <= '~') ? *c : *c == '\t' ? ' ' : '?';
	}
	while (at > 0 && (to[at - 1] == '\n' || to[at - 1] == ' '))
		at--;
	to[at] = '\0';
}

static void end(struct call *call, int outcome)
{
	fd_set_timer(call->timer, 0);
	call->state = CALL_DONE;
	call->outcome = outcome;
}

/* Ends the call with this message, and the last lines of stderr behind it. */
EVPN_PRINTF(3, 4) static void fail_quoting(struct call *call, int code, const char *format, ...)
{
	char what[256], words[1200] = "";
	va_list ap;

	va_start(ap, format);
	vsnprintf(what, sizeof(what), format, ap);
	va_end(ap);
	call_quote(words, sizeof(words), call->script.tail);
	evpn_fail(&call->err, code, "%s %s %s%s%s", call->options->script, call->verb, what, words[0] ? ": " : "",
		  words);
	end(call, -1);
}

/* The stdin of the script: the file to load, or nothing. A link on FRR's volume is not followed. */
static int open_input(const struct call *call, struct evpn_error *err)
{
	const char *path = call->is_reload ? call->args[0] : "/dev/null";
	int fd = call->is_reload ? folder_open_file(path, FOLDER_NO_LINKS) : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 && call->is_reload)
		return evpn_fail(err, folder_code(fd), "cannot read %s: %s", path, folder_fault(fd));
	if (fd < 0)
		return evpn_fail(err, errno, "cannot open %s: %s", path, strerror(errno));
	return fd;
}

static int start(struct call *call)
{
	const char *const args[] = { call->options->script, call->verb, call->args[0],
				     call->args[0] ? call->args[1] : NULL, NULL };
	int input;

	if (script_check(call->options->script, &call->err) < 0)
		return -1;
	input = open_input(call, &call->err);
	return input < 0 ? -1 : script_start(&call->script, args, input, &call->err);
}

/* Runs the script, as soon as no former process is left. */
static void run(struct call *call)
{
	call->state = call->script.pid ? CALL_CLEARING : CALL_RUNNING;
	fd_set_timer(call->timer, call->limit_ms);
	if (call->state == CALL_RUNNING && start(call) < 0)
		end(call, -1);
}

void call_drop(struct call *call)
{
	script_kill(&call->script);
	fd_set_timer(call->timer, 0);
	call->state = CALL_IDLE;
	call->outcome = 0;
	call->pause_ms = 0;
	call->delivered = false;
	memset(&call->err, 0, sizeof(call->err));
}

void call_begin(struct call *call, const char *first, const char *second)
{
	call_drop(call);
	free_args(call);
	call->args[0] = first ? strdup(first) : NULL;
	call->args[1] = second ? strdup(second) : NULL;
	call->deadline_ms = clock_ms() + call->limit_ms;
	if ((first && !call->args[0]) || (second && !call->args[1])) {
		evpn_fail(&call->err, ENOMEM, "%s", strerror(ENOMEM));
		end(call, -1);
		return;
	}
	evpn_wait(&call->err, "waits for %s %s%s%s%s%s", call->options->script, call->verb, first ? " " : "",
		  first ? first : "", second ? " " : "", second ? second : "");
	run(call);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : !a && !b;
}

bool call_is_for(const struct call *call, const char *first, const char *second)
{
	return call->state != CALL_IDLE && !call->delivered && same_text(call->args[0], first) &&
	       same_text(call->args[1], second);
}

bool call_is_under_way(const struct call *call)
{
	return call->state != CALL_IDLE && call->state != CALL_DONE;
}

void call_again(struct call *call)
{
	call->state = CALL_PAUSING;
	call->outcome = 0;
	call->err.code = 0;
	call->pause_ms = clock_next_pause_ms(call->pause_ms, call->pause_last_ms);
	fd_set_timer(call->timer, call->pause_ms);
}

void call_hurry(struct call *call)
{
	if (call->state == CALL_PAUSING)
		run(call);
}

/* The script says "not yet", and its last line on stderr why. */
static void judge_again(struct call *call)
{
	char words[512] = "";
	const char *last;

	if (call->is_question && clock_ms() >= call->deadline_ms) {
		fail_quoting(call, ETIMEDOUT, "says \"not yet\" (exit status 75) until the time limit was over");
		return;
	}
	call_quote(words, sizeof(words), call->script.tail);
	last = strrchr(words, '\n');
	last = last ? last + 1 : words;
	evpn_wait(&call->err, "%s %s: %s", call->options->script, call->verb,
		  last[0] ? last : "not ready (exit status 75)");
	call_again(call);
}

static void judge_exit(struct call *call, int status)
{
	if (status == 0 && call->script.text && strlen(call->script.text) != call->script.len) {
		fail_quoting(call, EPROTO, "printed a NUL byte");
	} else if (status == 0) {
		end(call, 1);
	} else if (status == CALL_EXIT_UNSUPPORTED) {
		call->unsupported = true;
		fail_quoting(call, ENOTSUP, "is not supported (exit status 3)");
	} else if (status == CALL_EXIT_AGAIN) {
		judge_again(call);
	} else if (status == CALL_EXIT_REFUSED && call->is_reload) {
		fail_quoting(call, EVPN_ERROR_REFUSED, "says that FRR refuses the configuration");
	} else if (status == CALL_EXIT_UNAVAILABLE && call->is_question) {
		fail_quoting(call, ENOENT, "says that the daemon does not run (exit status 69)");
	} else {
		fail_quoting(call, EIO, "failed with exit status %d", status);
	}
}

static void judge(struct call *call)
{
	const struct script *script = &call->script;

	if (script->overflow) {
		fail_quoting(call, EPROTO, "printed more than %zu bytes, or %u on stderr, and was killed",
			     script->out_max, SCRIPT_ERR_MAX);
	} else if (script->failure) {
		evpn_fail(&call->err, script->failure, "cannot run %s: %s%s", call->options->script,
			  strerror(script->failure),
			  script->failure == ENOEXEC  ? "; its first line must be #! and an interpreter"
			  : script->failure == ENOENT ? "; its interpreter, in the first line, does not exist"
						      : "");
		end(call, -1);
	} else if (WIFSIGNALED(script->status)) {
		fail_quoting(call, EIO, "was ended by signal %d (%s)", WTERMSIG(script->status),
			     strsignal(WTERMSIG(script->status)));
	} else {
		judge_exit(call, WEXITSTATUS(script->status));
	}
}

static void time_out(struct call *call)
{
	if (call->state == CALL_CLEARING) {
		evpn_fail(
			&call->err, ETIMEDOUT,
			"the former process %d of %s was killed and does not end (ps shows its state); nothing is run "
			"until it has ended",
			(int)call->script.pid, call->options->script);
		end(call, -1);
		return;
	}
	script_kill(&call->script);
	fail_quoting(call, ETIMEDOUT, "did not end within %u s and was killed", call->limit_ms / 1000);
}

static void handle(struct call *call)
{
	bool fired = fd_timer_expired(call->timer);

	switch (script_handle(&call->script)) {
	case SCRIPT_ENDED:
		judge(call);
		return;
	case SCRIPT_OVERFLOWS:
		script_kill(&call->script);
		judge(call);
		return;
	case SCRIPT_GONE:
		if (call->state == CALL_CLEARING)
			run(call);
		return;
	case SCRIPT_NOTHING:
		break;
	}
	if (!fired)
		return;
	if (call->state == CALL_PAUSING)
		run(call);
	else if (call_is_under_way(call))
		time_out(call);
}

bool call_handle(struct call *call)
{
	char before[EVPN_ERROR_MSG_SIZE];
	int outcome = call->outcome;

	memcpy(before, call->err.msg, sizeof(before));
	handle(call);
	return outcome != call->outcome || strcmp(before, call->err.msg) != 0;
}

int call_look(struct call *call, struct evpn_error *err)
{
	if (call->outcome <= 0)
		*err = call->err;
	call->delivered = call->outcome != 0;
	return call->outcome;
}
