/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin_guard.h - says which plugin has ended evpnd: by a crash, or by a call of exit()
 *
 * A plugin shares evpnd's process, so evpnd cannot go on after either. The last line of the log names the plugin and the
 * callback. A crash keeps its signal, and with it the core file and the status that systemd sees. An exit() becomes status 1.
 */
#pragma once

/* Installs the handlers, once. Where another one is there already (a sanitizer's), it stays. */
void plugin_guard_begin(void);

/* evpnd ends on purpose from here on. */
void plugin_guard_end(void);

/* Around each call of a plugin. The texts must live until plugin_guard_leave. */
void plugin_guard_enter(const char *plugin, const char *callback);
void plugin_guard_leave(void);
