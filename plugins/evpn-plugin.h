/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evpn-plugin.h - the one header that an evpnd plugin includes
 *
 * A plugin is a shared object that exports one symbol:
 *
 *	const struct evpn_plugin evpn_plugin_v1 = { .struct_size = EVPN_PLUGIN_INIT, ... };
 *
 * What it does is what it sets: `find_netns` makes it a netns plugin, `reload_frr` an frr plugin. It links against
 * nothing of evpnd; what it needs from the daemon comes in `struct evpn_host`, lent from open until close.
 *
 * The promise: the symbol's suffix is the major version; members are only ever appended, and `struct_size` tells
 * which of them exist. Old plugins load in new hosts; a new plugin loads in an old host as long as it does not need
 * what that host lacks. evpn-plugin(3) is the contract in full.
 *
 * Rules that hold for every callback:
 *  - All calls come from one thread. None may block: what takes longer than a moment returns 0 ("not ready, ask
 *    again"), and `event_fd` becomes readable when asking again makes sense.
 *  - Results: <0 failed, `err` filled in; 0 not ready, err->msg may say what is waited for; >0 done. (open: 0 done.)
 *  - Outputs (`ret_...`) are touched only on success.
 *  - Descriptors are close-on-exec from birth.
 *
 * Builds as C90, C11 and C++98.
 */
#ifndef EVPN_PLUGIN_H
#define EVPN_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define EVPN_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define EVPN_EXPORT	  __attribute__((visibility("default")))
#define EVPN_UNUSED	  __attribute__((unused))
#else
#define EVPN_PRINTF(f, a)
#define EVPN_EXPORT
#define EVPN_UNUSED
#endif

/* A member that a plugin need not set: g++ has no warning (-Wextra) for it then. */
#if defined(__cplusplus) && __cplusplus >= 201402L
#define EVPN_OPTIONAL = NULL
#else
#define EVPN_OPTIONAL
#endif

/* The major version, also the suffix of the exported symbol's name. */
#define EVPN_PLUGIN_API	   1
#define EVPN_PLUGIN_SYMBOL "evpn_plugin_v1"

#define EVPN_ERROR_MSG_SIZE 2048

/*
 * What went wrong, or what is waited for. The caller owns it and has zeroed it; the callee fills it in. `code` is a
 * positive errno value, or EVPN_ERROR_REFUSED. `msg` is one sentence (more lines only to quote a tool) without the
 * callback's name, which the host puts in front: what failed, on what object, why, what to do.
 */
struct evpn_error {
	int code;
	char msg[EVPN_ERROR_MSG_SIZE];
};

/* FRR runs and has judged the configuration: it refuses it. Asking again with the same text is of no use. */
#define EVPN_ERROR_REFUSED 10000

/*
 * The code beside a 0 of reload_frr: FRR runs the configuration but for a part that err->msg names and that has to wait,
 * such as the lines of a daemon that does not run. The host goes on with everything else, and asks again. Since version 1.1;
 * an older host waits as for any other 0.
 */
#define EVPN_WAIT_PARTIAL 10001

enum evpn_log_level {
	EVPN_LOG_ERROR = 3, /* the values of syslog(3) */
	EVPN_LOG_WARNING = 4,
	EVPN_LOG_NOTICE = 5,
	EVPN_LOG_INFO = 6,
	EVPN_LOG_DEBUG = 7
};

/* What on_event says. */
enum evpn_event {
	EVPN_EVENT_NONE = 0, /* nothing the host needs to act on */
	EVPN_EVENT_RETRY = 1, /* what returned "not ready" can be asked again */
	EVPN_EVENT_CHANGED = 2 /* the world has changed: begin again from the first step */
};

/*
 * The host's services, lent to the plugin from open until close returned. Check `struct_size` before using a member
 * that came after version 1.0.
 */
struct evpn_host {
	uint32_t struct_size;

	/*
	 * The plugin's option `key` from its own group in evpn.conf, as text (a number or a boolean as libconfig would
	 * write it); NULL if it is not set. The text belongs to the host and lives until close.
	 */
	const char *(*option)(const struct evpn_host *host, const char *key);

	/*
	 * The entries of an option that is a group, a list or an array: entry number `index` from 0. Returns 1 and sets
	 * both outputs (the name is the entry's number in a list), or 0 when there is no such entry.
	 */
	int (*option_entry)(const struct evpn_host *host, const char *key, unsigned int index, const char **ret_name,
			    const char **ret_value);

	/* Logs a line under the plugin's name. Never log what you return as an error: the host logs it, once. */
	void (*log)(const struct evpn_host *host, enum evpn_log_level level, const char *format, ...) EVPN_PRINTF(3, 4);
};

struct evpn_plugin {
	uint32_t struct_size; /* sizeof(struct evpn_plugin) as the plugin was compiled: EVPN_PLUGIN_INIT */

	const char *name; /* as in evpn.conf, and the name of the plugin's own group there: "netns-pidfile" */
	const char *summary EVPN_OPTIONAL; /* one line for --list-plugins */

	/*
	 * The option keys that the plugin accepts, ended by NULL; NULL if it has none. Any other key in its group is an
	 * error that the host reports with file, line and the key that was probably meant.
	 */
	const char *const *options EVPN_OPTIONAL;

	/*
	 * Makes an instance from the options. It checks all of them, and refuses with the offending value; it does not
	 * need the world to be ready yet (a pidfile that does not exist, a socket nobody listens on). Returns 0 or <0. A
	 * plugin that is used in both roles is opened twice.
	 */
	int (*open)(const struct evpn_host *host, void **ret_self, struct evpn_error *err);

	/* Ends an instance: frees, closes, ends its child processes. */
	void (*close)(void *self);

	/*
	 * A descriptor that polls readable when on_event should be called, or -1. Asked once, after open; it stays the
	 * same until close (an epoll descriptor can hold whatever changes). Optional, with on_event.
	 */
	int (*event_fd)(void *self) EVPN_OPTIONAL;

	/*
	 * The descriptor is readable. Returns an `enum evpn_event`, or <0 for a fault that no later call would report. By
	 * EVPN_EVENT_CHANGED an frr plugin says that FRR may have lost its configuration (one of its daemons has ended):
	 * it is asked to reload again.
	 */
	int (*on_event)(void *self, struct evpn_error *err) EVPN_OPTIONAL;

	/*
	 * Finds the network namespace in which FRR runs. On success *ret_fd is a descriptor of it (nsfs), which the
	 * caller closes, and *ret_instance names the running FRR: it changes when FRR's process is another one, though
	 * the namespace may be the same. From the first call on, event_fd reports when the answer may have changed.
	 */
	int (*find_netns)(void *self, int *ret_fd, uint64_t *ret_instance, struct evpn_error *err) EVPN_OPTIONAL;

	/*
	 * Makes FRR take over the configuration file that was just installed at conf_path, as the host sees the path.
	 * `generation` names this demand: the same number again asks how it went, another one is a new demand, and what
	 * was under way for the former may be dropped. Numbers begin anew when evpnd starts. Returns >0 when FRR runs
	 * this configuration; <0 with EVPN_ERROR_REFUSED when FRR refuses it, with an errno value when it could not be
	 * asked.
	 */
	int (*reload_frr)(void *self, const char *conf_path, uint64_t generation, struct evpn_error *err) EVPN_OPTIONAL;

	/*
	 * Runs one `show ...` command in FRR's vtysh. *ret_text is the answer, ended by NUL; it belongs to the plugin and
	 * lives until the next call with this self. Asking for the same command again after 0 fetches its answer; another
	 * command replaces it. Optional: without it evpnd cannot verify that FRR knows its VNIs.
	 */
	int (*query_frr)(void *self, const char *command, const char **ret_text, struct evpn_error *err) EVPN_OPTIONAL;

	/* Version 1.1 */

	/*
	 * Asks one daemon of FRR ("zebra", "bgpd", ...) one `show ...` command through its vty socket, without vtysh.
	 * *ret_text is the answer, ended by NUL; it belongs to the plugin and lives until the next call with this self.
	 * Asking for the same daemon and command again after 0 fetches the answer; another question replaces it. `daemon`
	 * NULL with the command "show daemons": the names of the daemons that run, in a fixed order, separated by blanks.
	 * Codes of a failure: ENOENT the daemon does not run; EIO it refuses the command, and err->msg quotes it;
	 * ETIMEDOUT it does not answer; EPROTO its answer is malformed, cut off or too long; ENOTSUP this plugin cannot ask
	 * a daemon this, as if the member were not set. Optional.
	 */
	int (*ask_daemon)(void *self, const char *daemon, const char *command, const char **ret_text,
			  struct evpn_error *err) EVPN_OPTIONAL;

	/* Version 1.2 */

	/* The plugin's own version, in one line, for --dump-plugin and --list-plugins: "2.1.0". Optional. */
	const char *version EVPN_OPTIONAL;

	/* Version 1.3 */

	/*
	 * What find_netns has found, in one line for `evpnctl status`: "container 3f9c0a1b2c3d, process 4711". The text belongs
	 * to the plugin and lives until the next call with this self; NULL: nothing. *ret_started, which is 0 before the call:
	 * when FRR's container was started, in seconds since 1970. It answers from memory or /proc, and asks nobody. Optional.
	 */
	const char *(*describe)(void *self, int64_t *ret_started)EVPN_OPTIONAL;
};

#define EVPN_PLUGIN_INIT sizeof(struct evpn_plugin)

/* The symbol that the host looks up; the plugin defines it. */
extern EVPN_EXPORT const struct evpn_plugin evpn_plugin_v1;

#if defined(__cplusplus) || (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 199901L)
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Fills err in and returns -1, so that a failure is one line: return evpn_fail(err, ENOENT, "%s: ...", path); */
static EVPN_UNUSED EVPN_PRINTF(3, 4) int evpn_fail(struct evpn_error *err, int code, const char *format, ...)
{
	va_list ap;

	err->code = code;
	va_start(ap, format);
	vsnprintf(err->msg, sizeof(err->msg), format, ap);
	va_end(ap);
	return -1;
}

/* The same for "not ready": says what is waited for, returns 0. */
static EVPN_UNUSED EVPN_PRINTF(2, 3) int evpn_wait(struct evpn_error *err, const char *format, ...)
{
	va_list ap;

	err->code = 0;
	va_start(ap, format);
	vsnprintf(err->msg, sizeof(err->msg), format, ap);
	va_end(ap);
	return 0;
}

/*
 * Puts context in front of the message that err has, when a failure crosses a layer, and returns -1; the code stays:
 * return evpn_wrap(err, "pod %s: ", name). A message that is too long then is cut at its end.
 */
static EVPN_UNUSED EVPN_PRINTF(2, 3) int evpn_wrap(struct evpn_error *err, const char *format, ...)
{
	char msg[EVPN_ERROR_MSG_SIZE];
	size_t len;
	va_list ap;

	memcpy(msg, err->msg, sizeof(msg));
	va_start(ap, format);
	vsnprintf(err->msg, sizeof(err->msg), format, ap);
	va_end(ap);
	len = strlen(err->msg);
	snprintf(err->msg + len, sizeof(err->msg) - len, "%s", msg);
	return -1;
}
#endif

#ifdef __cplusplus
}
#endif

#endif
