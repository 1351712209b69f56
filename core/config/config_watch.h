/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confwatch.h - the files that the configuration is made of, watched (inotify(7))
 *
 * A file changes in more ways than one: it is written, another one is renamed onto it (editors, cp), a symbolic link on the way
 * to it leads elsewhere from now on (the `..data' of a Kubernetes ConfigMap), its file system is unmounted or comes back. So
 * every name that is looked up between the root and the file is watched, each in the directory where it is looked up, the file
 * itself, and the table of mounts; what happens to other names there is not told.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "evpn-plugin.h"

struct confwatch;

/*
 * Something has happened to the files. They are written one after the other, in many pieces: this is called when they have
 * rested for 100 ms, but at last a second after the first change.
 */
typedef void confwatch_fn(void *arg);

int confwatch_new(sd_event *event, confwatch_fn *changed, void *arg, struct confwatch **ret_watch,
		  struct evpn_error *err);
void confwatch_free(struct confwatch *w);

/*
 * These files are watched from now on, and no others; they need not be there. A relative path begins at the working directory.
 * They were read, or are to be, `age_us` microseconds ago or later: what has changed since then, under a name that was not
 * watched yet, counts. A directory that cannot be watched is left out: 0, or <0 with the last such failure.
 */
int confwatch_set(struct confwatch *w, const char *const *paths, size_t n_paths, uint64_t age_us,
		  struct evpn_error *err);
