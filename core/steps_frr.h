/* SPDX-License-Identifier: Apache-2.0 */
/*
 * steps_frr.h - the steps that have to do with FRR: install its file, reload it, ask it
 */
#pragma once

#include "steps.h"

/* Takes the text of frr.source, has its syntax checked where a vtysh is at hand, and installs it if it differs. */
pipeline_step_fn steps_frr_install;

/*
 * Has FRR take the file over, unless this FRR has done so already. A file that FRR refuses is taken back: the accepted
 * one is installed and loaded again, and the step fails with FRR's words.
 */
pipeline_step_fn steps_frr_reload;

/* Asks FRR for its VNIs; a fresh VNI gets a moment to appear. Ends the run with what stopped single VNIs, if any. */
pipeline_step_fn steps_frr_verify;
