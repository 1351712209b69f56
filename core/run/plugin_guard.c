/* SPDX-License-Identifier: Apache-2.0 */
/* plugin_guard.c - see plugin_guard.h */
#include <signal.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "base/log.h"
#include "base/util.h"
#include "run/plugin_guard.h"

/* Enough for the handler below, and for glibc's frame of it with AVX-512 and AMX state. */
#define STACK_SIZE 65536

#define MESSAGE_PARTS 16

static const struct {
	int number;
	const char *name;
} fatal_signals[] = {
	{ SIGSEGV, "SIGSEGV" }, { SIGBUS, "SIGBUS" }, { SIGABRT, "SIGABRT" }, { SIGFPE, "SIGFPE" }, { SIGILL, "SIGILL" }
};

static struct {
	const char *volatile plugin; /* NULL: no call is under way */
	const char *volatile callback;
	const char *line_start; /* as log.c begins an error */
	volatile sig_atomic_t armed;
	pid_t pid; /* a forked child that crashes is not evpnd */
	bool installed;
} guard;

static char stack[STACK_SIZE];

static pid_t process_id(void)
{
	return (pid_t)syscall(SYS_getpid);
}

/* The main thread's id is that of the process. Threads of plugins are outside of any call. */
static bool is_in_call(void)
{
	return guard.plugin && (pid_t)syscall(SYS_gettid) == guard.pid;
}

static void add(struct iovec parts[MESSAGE_PARTS], int *n, const char *text, size_t len)
{
	/* writev(2) does not write to the text, though struct iovec has no const. */
	if (*n < MESSAGE_PARTS)
		parts[(*n)++] = (struct iovec){ .iov_base = (void *)(uintptr_t)text, .iov_len = len };
}

/* A line of the log at level error. Async-signal-safe: the format knows %s alone, for the texts in `args`. */
static void guard_say(const char *format, const char *const args[])
{
	struct iovec parts[MESSAGE_PARTS];
	int n = 0;

	add(parts, &n, guard.line_start, strlen(guard.line_start));
	for (const char *end; args && (end = strstr(format, "%s")); format = end + 2, args++) {
		add(parts, &n, format, (size_t)(end - format));
		add(parts, &n, *args, strlen(*args));
	}
	add(parts, &n, format, strlen(format));
	add(parts, &n, "\n", 1);
	/* There is nothing left to do about a failure. */
	if (writev(STDERR_FILENO, parts, n) < 0)
		return;
}

static const char *name_signal(int number)
{
	for (size_t i = 0; i < ARRAY_LEN(fatal_signals); i++)
		if (fatal_signals[i].number == number)
			return fatal_signals[i].name;
	return "a signal";
}

/* SA_RESETHAND has restored the default action, which the signal raised here meets when the handler returns. */
static void on_fatal_signal(int number)
{
	const char *name = name_signal(number);

	if (process_id() == guard.pid) {
		if (is_in_call())
			guard_say("plugin %s: %s has crashed (%s), which ends evpnd; report it to the plugin's author",
				  (const char *const[]){ guard.plugin, guard.callback, name });
		else
			guard_say("evpnd has crashed (%s) outside of a plugin's callback; report it with the core file "
				  "(coredumpctl) and this log",
				  (const char *const[]){ name });
	}
	raise(number);
}

static void on_exit_call(void)
{
	if (!guard.armed || process_id() != guard.pid)
		return;
	if (is_in_call())
		guard_say("plugin %s: %s has called exit(), which ends evpnd; report it to the plugin's author",
			  (const char *const[]){ guard.plugin, guard.callback });
	else
		guard_say(
			"a thread has called exit() outside of a plugin's callback, which ends evpnd; report it to the "
			"plugins' authors",
			NULL);
	fflush(NULL);
	_exit(EXIT_FAILURE);
}

static void install(void)
{
	const stack_t alternative = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_handler = on_fatal_signal, .sa_flags = (int)(SA_ONSTACK | SA_RESETHAND) };
	struct sigaction former;

	/* Without the stack of its own a handler still runs, unless the plugin has used up the other one. */
	if (sigaltstack(&alternative, NULL) < 0)
		action.sa_flags &= ~SA_ONSTACK;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(fatal_signals); i++)
		if (sigaction(fatal_signals[i].number, NULL, &former) == 0 && former.sa_handler == SIG_DFL)
			sigaction(fatal_signals[i].number, &action, NULL);
	/* Without memory for it an exit() goes unnoticed. */
	guard.installed = atexit(on_exit_call) == 0 && at_quick_exit(on_exit_call) == 0;
}

void plugin_guard_begin(void)
{
	guard.pid = process_id();
	guard.line_start = log_line_start(EVPN_LOG_ERROR);
	guard.armed = 1;
	if (!guard.installed)
		install();
}

void plugin_guard_end(void)
{
	guard.armed = 0;
}

void plugin_guard_enter(const char *plugin, const char *callback)
{
	guard.callback = callback;
	guard.plugin = plugin;
}

void plugin_guard_leave(void)
{
	guard.plugin = NULL;
}
