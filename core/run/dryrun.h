/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dryrun.h - what a run would do: kernel operations, frr.conf, reload
 */
#pragma once

#include <stdio.h>

#include "steps.h"

/*
 * Prints what the run, which has planned, would do: a line per operation in the order of the steps, with the difference
 * of frr.conf between build and raise; as one JSON object where `json`. Nothing to do prints nothing (an object with
 * "changes": false). Returns evpnd's exit code: EVPND_OK nothing to do, EVPND_CHANGES, EVPND_FAILED with problems.
 */
int dryrun_print(struct run *run, bool json, FILE *out);
