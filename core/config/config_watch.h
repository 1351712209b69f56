/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_watch.h - watches the files of the configuration for changes, by inotify(7)
 *
 * A file changes in several ways: a program writes it, renames another file onto it (editors, cp), changes a symbolic
 * link in its path (the `..data' of a Kubernetes ConfigMap), or unmounts its file system. So the watch covers the file
 * itself, each component of its path in the directory that holds it, and the table of mounts. Changes to other names in
 * these directories are ignored.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "evpn-plugin.h"

struct config_watch;

/*
 * Called after changes of the files. Changes are debounced, because several files, or one in several pieces, are
 * written one after the other: the call comes 100 ms after the last change, at most 1 s after the first.
 */
typedef void config_watch_fn(void *arg);

/* Watches nothing before config_watch_set(). Holds a reference to `event`. 0, or <0 with err. */
int config_watch_new(sd_event *event, config_watch_fn *changed, void *arg, struct config_watch **ret_watch,
		     struct evpn_error *err);
/* NULL is allowed. */
void config_watch_free(struct config_watch *w);

/*
 * Replaces the list of watched files. They need not exist; a relative path starts at the working directory. The caller
 * has read them `age_us` microseconds ago, or later: a file whose path was not watched yet and that has changed since
 * then counts as a change. 0, or <0 with the last error; then directories that cannot be watched are left out, all
 * others are watched.
 */
int config_watch_set(struct config_watch *w, const char *const *paths, size_t n_paths, uint64_t age_us,
		     struct evpn_error *err);
