/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin_call.h - calls a plugin's callbacks, and checks what they return
 *
 * Each call has a line of the log at level debug. A call that takes longer than PLUGIN_SLOW_US is a warning. If evpnd crashes in
 * it, the log says where (plugin_guard.h). A result that the contract forbids is an error that names plugin and callback. An error
 * has a message and a code, whatever the plugin has left there.
 *
 * What cannot be checked: whether a text ends, whether a pointer is good, and whether a callback returns at all. For the last one
 * there is systemd's watchdog.
 */
#pragma once

#include "run/plugin_host.h"

#define PLUGIN_SLOW_US 100000

/* A plugin without event_fd is asked again so long after it returned 0. */
#define PLUGIN_POLL_MS 1000

/* For plugin_host.c. */
int plugin_call_open(struct plugin *plugin, struct evpn_error *err);
void plugin_call_close(struct plugin *plugin);
int plugin_call_event_fd(struct plugin *plugin);

/* The result of on_event: enum evpn_event, or <0. */
int plugin_on_event(struct plugin *plugin, struct evpn_error *err);

/*
 * As the callback. A success is a descriptor of a network namespace, which is not the one that the plugin returned: a plugin that
 * returns a descriptor twice is found at the second time.
 */
int plugin_find_netns(struct plugin *plugin, int *ret_fd, uint64_t *ret_instance, struct evpn_error *err);

int plugin_reload_frr(struct plugin *plugin, const char *conf_path, uint64_t generation, struct evpn_error *err);

/*
 * ask_daemon, or query_frr, which knows no daemon; ENOTSUP if the plugin has none. A question has no generation: the plugin may
 * have asked it before a reload, for somebody who did not fetch the answer. So an answer is for the `asker` (plugin_new_asker)
 * alone that has put the question. To another one it is discarded, and the plugin asks anew.
 */
int plugin_ask(struct plugin *plugin, enum plugin_way way, uint64_t asker, const char *daemon, const char *command,
	       const char **ret_text, struct evpn_error *err);
uint64_t plugin_new_asker(struct plugin *plugin);
void plugin_forget_questions(struct plugin *plugin);

/*
 * What find_netns has found, in one line, escaped; freed by the caller. NULL: the plugin does not say. *ret_started: since when, in
 * seconds since 1970; 0: unknown. Takes NULL.
 */
char *plugin_describe(struct plugin *plugin, int64_t *ret_started);

/* Whether the plugin has said "not ready" and has no descriptor that would say when to ask again. Takes NULL. */
bool plugin_needs_polling(const struct plugin *plugin);
