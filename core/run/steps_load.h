/* SPDX-License-Identifier: Apache-2.0 */
/*
 * steps_load.h - the first step: the configuration and the plugins, or what goes on where they are not to be had
 */
#pragma once

#include "steps.h"

/*
 * A pipeline_step_fn. A file that is not taken leaves the former configuration in force, at the start the last good one
 * (run->options.last_good); run->config_errors says why.
 */
int steps_load(struct run *run);

/*
 * The files that decide what steps_load makes: those of the configuration in force and of one that was not taken, of which
 * mending one may be enough. The caller frees the array alone, which is good until the next run.
 */
const char **steps_load_files(const struct run *run, size_t *ret_n);
