/* SPDX-License-Identifier: Apache-2.0 */
/*
 * steps_frr.h - the steps that have to do with FRR: install its file, reload it, ask it
 */
#pragma once

#include "steps.h"

/* Before anything is changed: this FRR survives what the plan would put before it. */
pipeline_step_fn steps_frr_guard;

/*
 * Before anything is changed: what is wanted can be had, and vtysh finds its syntax good. Only where FRR never had a file:
 * later a bad one is told by the install step, and the former one stays in force.
 */
pipeline_step_fn steps_frr_check;

/* Takes the text of frr.source, or makes one, has its syntax checked where a vtysh is at hand, and installs it if it differs. */
pipeline_step_fn steps_frr_install;

/*
 * Has FRR take the file over, unless this FRR has done so already. A file that FRR refuses is taken back: the accepted
 * one is installed and loaded again, the run goes on with it, and ends as failed with FRR's words.
 */
pipeline_step_fn steps_frr_reload;

/* FRR may have lost what it had loaded, says its plugin: the next run has it loaded again. */
void steps_frr_forget(struct run *run);

/* Asks FRR for its VNIs; a fresh VNI gets a moment to appear. Ends the run with what stopped single VNIs, if any. */
pipeline_step_fn steps_frr_verify;
