/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dryrun.h - what a run would do: kernel operations, frr.conf, reload
 */
#pragma once

#include <stdio.h>

#include "run/run.h"

/*
 * Prints what the run, which has planned, would do: a line per operation in the order of the steps, with the difference of
 * frr.conf between build and raise; as one JSON object with `json`. Nothing to do prints nothing (an object with "changes":
 * false). Returns evpnd's exit code: EVPND_OK if there is nothing to do, EVPND_CHANGES, or EVPND_FAILED with problems.
 */
int dryrun_print(const struct run *run, bool json, FILE *out);
